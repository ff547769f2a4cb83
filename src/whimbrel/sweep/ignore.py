""".gitignore files, for trees that git does not list for us."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from whimbrel.text import decode

_SIZE_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class IgnoreFile:
    """The patterns of one folder's .gitignore."""

    folder: str
    """Relative to the tree, with a final slash; empty for the tree itself."""
    spec: GitIgnoreSpec
    """Its patterns."""


def read_ignore_file(tree: Path, folder: str) -> IgnoreFile | None:
    """The .gitignore of a folder, or None; lines that git could not read either are dropped."""
    path = tree / folder / ".gitignore"
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _SIZE_LIMIT:
            return None
        lines = decode(path.read_bytes()).splitlines()
    except OSError:
        return None
    return IgnoreFile(folder, GitIgnoreSpec.from_lines([line for line in lines if _is_pattern(line)]))


def is_ignored(path: str, files: Sequence[IgnoreFile]) -> bool:
    """Whether the nearest .gitignore with an opinion ignores this path; a folder's path ends with a slash."""
    for file in reversed(files):
        verdict = file.spec.check_file(path[len(file.folder) :]).include
        if verdict is not None:
            return verdict
    return False


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
