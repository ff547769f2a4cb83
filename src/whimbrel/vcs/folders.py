"""Examples from two folders that hold the same relative paths."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from whimbrel.errors import InputError
from whimbrel.vcs.pairs import (
    SIZE_LIMIT,
    Collector,
    ExampleSource,
    Known,
    UnchangedFile,
    alike_paths,
    everything_known,
    too_large,
)


def from_folders(
    before: Path, after: Path, *, known: Known = everything_known, unchanged_limit: int = 100
) -> ExampleSource:
    """Pairs of the files with the same relative path in two folders; identical ones are the unchanged files.

    Symbolic links are not followed, ``.git`` is not entered.

    Raises:
        InputError: a folder is missing, or no pair is usable.
    """
    for folder in (before, after):
        if not folder.is_dir():
            raise InputError(f"no such folder: {folder}", hint="--before and --after each take a folder")
    left, right = _files(before), _files(after)
    found = Collector(known)
    same: list[str] = []
    for path in sorted(left | right):
        if path not in right:
            found.refuse(path, "only in the folder before: there is no file after")
        elif path not in left:
            found.refuse(path, "only in the folder after: there is no file before")
        elif _same(before / path, after / path):
            same.append(path)
        else:
            _offer_files(found, path, before / path, after / path)
    alike = alike_paths(same, found.pairs, unchanged_limit)
    unchanged = [UnchangedFile(path=path, data=(before / path).read_bytes()) for path in alike]
    return found.source(
        f"{before} and {after}",
        unchanged,
        hint="put the same relative paths into both folders, edited in the second",
    )


def _files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in _walk(root)}


def _walk(folder: Path) -> Iterator[Path]:
    for base, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            path = Path(base, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _same(left: Path, right: Path) -> bool:
    """Whether two files are equal and small enough to serve as an unchanged file; unreadable ones are not."""
    try:
        size = left.stat().st_size
        return size == right.stat().st_size <= SIZE_LIMIT and left.read_bytes() == right.read_bytes()
    except OSError:
        return False


def _offer_files(found: Collector, path: str, left: Path, right: Path) -> None:
    try:
        size = max(left.stat().st_size, right.stat().st_size)
        if size > SIZE_LIMIT:
            found.refuse(path, too_large(size))
        else:
            found.offer(path, left.read_bytes(), right.read_bytes())
    except OSError as error:
        found.refuse(path, f"cannot be read: {error.strerror}")
