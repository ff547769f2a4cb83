"""From a tree to candidate files, and from a candidate to its bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from whimbrel.errors import InputError
from whimbrel.sweep.candidates import Candidate, Skipped, WalkOptions, is_generated
from whimbrel.sweep.listing import list_paths
from whimbrel.syntax import language_for_path
from whimbrel.text import is_binary

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def root_of(tree: Path) -> Path:
    """The folder that the paths of ``walk(tree)`` are relative to."""
    return tree if tree.is_dir() else tree.parent


def walk(
    tree: Path, *, languages: Collection[str] | None = None, options: WalkOptions | None = None
) -> Iterator[Candidate | Skipped]:
    """Candidates of a folder or of one file, as a stream in a stable order.

    ``languages``: only files of these, by name of the file; None: of any language that we know. Symbolic links are
    never followed; sockets, pipes and devices are passed over in silence, as is what
    :mod:`whimbrel.sweep.listing` leaves out.

    Raises:
        InputError: at once when there is no such tree, or it is not something that we could write.
    """
    options = options or WalkOptions()
    if tree.is_dir():
        return _walk_folder(tree, languages, options)
    return _walk_file(tree, languages, options)


def _walk_folder(tree: Path, languages: Collection[str] | None, options: WalkOptions) -> Iterator[Candidate | Skipped]:
    linked: dict[str, bool] = {"": False}
    for path in list_paths(tree, include_generated=options.include_generated):
        if isinstance(path, Skipped):
            yield path
        elif _is_wanted(path, languages) and (found := _examine(tree, path, options, linked)) is not None:
            yield found


def _walk_file(tree: Path, languages: Collection[str] | None, options: WalkOptions) -> Iterator[Candidate | Skipped]:
    if tree.is_symlink() and tree.exists():
        raise InputError(f"{tree} is a symbolic link", hint=f"name the file itself: {tree.resolve()}")
    if not tree.exists():
        raise InputError(f"there is no {tree}", hint="name the folder or the file that is to be rewritten")
    if not tree.is_file():
        raise InputError(f"{tree} is neither a folder nor a regular file", hint="name a folder or a source file")
    if language_for_path(tree.name) is None:
        reason = "not a language that Whimbrel knows"
    elif not _is_wanted(tree.name, languages):
        reason = f"no rule for its language ({', '.join(sorted(languages or ())) or 'no rules at all'})"
    else:
        found = _examine(tree.parent, tree.name, options, {"": False})
        return iter([] if found is None else [found])
    return iter([Skipped(path=tree.name, reason=reason)])


def _is_wanted(path: str, languages: Collection[str] | None) -> bool:
    language = language_for_path(path)
    return language is not None and (languages is None or language.name in languages)


def _examine(root: Path, path: str, options: WalkOptions, linked: dict[str, bool]) -> Candidate | Skipped | None:
    try:
        status = (root / path).lstat()
        if _is_linked(root, path.rpartition("/")[0], linked):
            return None
    except FileNotFoundError:
        return None
    except OSError as error:
        return Skipped(path=path, reason=f"cannot be read ({error.strerror})")
    if stat.S_ISLNK(status.st_mode):
        return Skipped(path=path, reason="a symbolic link")
    if not stat.S_ISREG(status.st_mode):
        return None
    if status.st_size > options.size_limit:
        return Skipped(path=path, reason=f"larger than {options.size_limit / 1_000_000:g} MB")
    return Candidate(path=path, size=status.st_size, mode=stat.S_IMODE(status.st_mode))


def _is_linked(root: Path, folder: str, known: dict[str, bool]) -> bool:
    """Whether a symbolic link stands on the way (git still lists files of a folder that was replaced by a link)."""
    if folder not in known:
        known[folder] = (root / folder).is_symlink() or _is_linked(root, folder.rpartition("/")[0], known)
    return known[folder]


def load(root: Path, candidate: Candidate, options: WalkOptions) -> bytes | Skipped | None:
    """The bytes of a candidate; None when it is empty; why not, when it is binary, generated or cannot be read."""
    try:
        with os.fdopen(os.open(root / candidate.path, _FLAGS), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return Skipped(path=candidate.path, reason="not a regular file")
            data = file.read(options.size_limit + 1)
    except OSError as error:
        return Skipped(path=candidate.path, reason=f"cannot be read ({error.strerror})")
    if not data:
        return None
    if len(data) > options.size_limit:
        return Skipped(path=candidate.path, reason=f"larger than {options.size_limit / 1_000_000:g} MB")
    if is_binary(data):
        return Skipped(path=candidate.path, reason="binary")
    if not options.include_generated and is_generated(data):
        return Skipped(path=candidate.path, reason="generated, not to be edited")
    return data
