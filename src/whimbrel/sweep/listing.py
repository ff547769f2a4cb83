"""All paths of a tree, as a stream, without what git ignores and without folders that are passed over.

Where the tree is a git work tree, git says what belongs to it (a file that is tracked although a pattern ignores it
does). Where it is not, or where the surrounding repository ignores the whole tree, we read the .gitignore files in it
ourselves. No symbolic link is followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from whimbrel.errors import WhimbrelError
from whimbrel.ledger import is_temporary
from whimbrel.sweep.candidates import OWN_FOLDERS, SKIPPED_FOLDERS, Skipped
from whimbrel.sweep.ignore import IgnoreFile, is_ignored, read_ignore_file
from whimbrel.vcs.git import git, git_records, repository_root


def list_paths(tree: Path, *, include_generated: bool) -> Iterator[str | Skipped]:
    """Relative paths of everything that is not a folder, in a stable order, and folders that we cannot enter."""
    if _git_lists(tree):
        return _listed_by_git(tree, include_generated=include_generated)
    return _listed_by_us(tree, include_generated=include_generated)


def _git_lists(tree: Path) -> bool:
    try:
        top = repository_root(tree)
        if top is None:
            return False
        return top.resolve() == tree.resolve() or not git(["check-ignore", "."], tree, ok=(0, 1))
    except (WhimbrelError, OSError):
        return False


def _listed_by_git(tree: Path, *, include_generated: bool) -> Iterator[str | Skipped]:
    folders: dict[str, bool] = {"": False}
    last = ""
    for path in sorted(git_records(["ls-files", "-co", "--exclude-standard", "-z"], tree), key=os.fsencode):
        if path == last:
            continue
        last = path
        if is_temporary(path.rpartition("/")[2]):
            continue
        folder = path.rstrip("/").rpartition("/")[0]
        if _is_under_passed_over(tree, folder, folders, include_generated=include_generated):
            continue
        if path.endswith("/"):
            name = path.rstrip("/").rpartition("/")[2]
            if not _is_passed_over(tree, folder, name, include_generated=include_generated):
                yield Skipped(path=path.rstrip("/"), reason="a git repository of its own")
            continue
        yield path


def _is_under_passed_over(tree: Path, folder: str, known: dict[str, bool], *, include_generated: bool) -> bool:
    if folder not in known:
        parent, _, name = folder.rpartition("/")
        known[folder] = _is_under_passed_over(
            tree, parent, known, include_generated=include_generated
        ) or _is_passed_over(tree, parent, name, include_generated=include_generated)
    return known[folder]


def _is_passed_over(tree: Path, parent: str, name: str, *, include_generated: bool) -> bool:
    if name not in SKIPPED_FOLDERS:
        return False
    if include_generated:
        return name in OWN_FOLDERS
    return name != "venv" or (tree / parent / name / "pyvenv.cfg").is_file()


def _listed_by_us(tree: Path, *, include_generated: bool) -> Iterator[str | Skipped]:
    """Depth first without recursion: a tree may be nested deeper than Python's stack."""
    pending: list[tuple[str, tuple[IgnoreFile, ...]]] = [("", ())]
    while pending:
        folder, ignore = pending.pop()
        own = read_ignore_file(tree, folder)
        if own is not None:
            ignore = (*ignore, own)
        try:
            with os.scandir(tree / folder) as entries:
                found = sorted(entries, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            yield Skipped(path=folder.rstrip("/") or ".", reason=f"cannot read this folder ({error.strerror})")
            continue
        below: list[tuple[str, tuple[IgnoreFile, ...]]] = []
        for entry in found:
            path = folder + entry.name
            if entry.is_dir(follow_symlinks=False):
                passed_over = _is_passed_over(tree, folder, entry.name, include_generated=include_generated)
                if not passed_over and not is_ignored(path + "/", ignore):
                    below.append((path + "/", ignore))
            elif not is_temporary(entry.name) and not is_ignored(path, ignore):
                yield path
        pending.extend(reversed(below))
