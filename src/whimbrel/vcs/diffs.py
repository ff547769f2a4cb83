"""Examples from a unified diff and the tree that it belongs to.

The tree may lie before or after the change. Which one is found out by trying: the files that the diff names are copied
into a scratch folder, and ``git apply`` is asked to undo the diff there, then to do it. The tree is never written to.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from whimbrel.errors import InputError
from whimbrel.vcs.git import GitError, git
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

_STRIPS = (1, 0, 2)
"""How many leading folders a path of the diff may have too much, the usual first."""

_GLOB = re.compile(r"[*?\[\\]")

_HINT = "give the tree that the diff was made of, in its state before or after the change"


def from_diff(
    diff_file: Path, tree: Path, *, known: Known = everything_known, unchanged_limit: int = 100
) -> ExampleSource:
    """The files that a diff names, on one side from the tree, on the other rebuilt.

    Raises:
        InputError: no such diff or tree, not a diff, or no file of the tree fits it.
    """
    diff = _read(diff_file)
    if not tree.is_dir():
        raise InputError(f"no such folder: {tree}", hint=_HINT)
    with tempfile.TemporaryDirectory(prefix="whimbrel-diff-") as scratch:
        strip, named = _named_files(diff, diff_file, tree, Path(scratch))
        found = Collector(known)
        present = _load(found, tree, named)
        rebuilt = _rebuild(diff, strip, present, Path(scratch))
    for path, original in present.items():
        pair = rebuilt.get(path)
        if pair is None:
            found.refuse(path, "the diff fits it neither forwards nor backwards, or adds or deletes it")
        else:
            is_before, other = pair
            found.offer(path, *((original, other) if is_before else (other, original)))
    unchanged = _unchanged(tree, named, found, unchanged_limit)
    return found.source(f"diff {diff_file}", unchanged, hint=_HINT)


def _read(diff_file: Path) -> bytes:
    try:
        return diff_file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read the diff {diff_file}: {error.strerror}", hint="name a unified diff") from None


def _named_files(diff: bytes, diff_file: Path, tree: Path, scratch: Path) -> tuple[int, list[str]]:
    """The strip level under which most paths are in the tree, and the paths."""
    best: tuple[int, int, list[str]] | None = None
    reason = ""
    for strip in _STRIPS:
        try:
            out = git(["apply", "--numstat", "-z", f"-p{strip}", "-"], scratch, stdin=diff, env=_alone(scratch))
        except GitError as error:
            reason = reason or error.message
            continue
        named = [os.fsdecode(record.split(b"\t", 2)[2]) for record in out.split(b"\0") if record.count(b"\t") >= 2]
        hits = sum((tree / path).is_file() for path in named)
        if best is None or hits > best[0]:
            best = (hits, strip, named)
    if best is None or not best[2]:
        detail = f" ({reason})" if reason else ""
        raise InputError(f"{diff_file} is not a unified diff{detail}", hint="make one with `git diff > FILE`")
    return best[1], sorted(set(best[2]))


def _alone(scratch: Path) -> dict[str, str]:
    """So that git takes the scratch folder for no part of a repository."""
    return {"GIT_CEILING_DIRECTORIES": str(scratch.resolve().parent)}


def _load(found: Collector, tree: Path, named: Sequence[str]) -> dict[str, bytes]:
    """Contents of the named files that the tree has; never of one outside of it."""
    root = tree.resolve()
    out: dict[str, bytes] = {}
    for path in named:
        file = root / path
        if not file.is_file():
            found.refuse(path, "not in the tree: added, deleted or renamed by the diff, or the wrong tree")
        elif file.is_symlink() or not file.resolve().is_relative_to(root):
            found.refuse(path, "a symbolic link, or outside the tree")
        elif file.stat().st_size > SIZE_LIMIT:
            found.refuse(path, too_large(file.stat().st_size))
        else:
            out[path] = file.read_bytes()
    return out


def _rebuild(diff: bytes, strip: int, present: Mapping[str, bytes], scratch: Path) -> dict[str, tuple[bool, bytes]]:
    """For every file that the diff fits: whether the tree holds the file before, and the other side.

    All files at once first, which is quick and tells the direction by all of them; else file by file, so that one file
    that was edited further does not spoil the rest.
    """
    for reverse in (True, False):
        others = _apply(diff, strip, present, scratch, reverse=reverse)
        if others is not None:
            return {path: (not reverse, other) for path, other in others.items()}
    out: dict[str, tuple[bool, bytes]] = {}
    for path, data in present.items():
        for reverse in (True, False):
            one = _apply(diff, strip, {path: data}, scratch, reverse=reverse)
            if one and path not in out:
                out[path] = (not reverse, one[path])
    return out


def _apply(
    diff: bytes, strip: int, files: Mapping[str, bytes], scratch: Path, *, reverse: bool
) -> dict[str, bytes] | None:
    """The files with the diff applied or undone; None when it does not fit all of them, or removes one."""
    if not files:
        return None
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        root = Path(folder)
        for path, data in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        only = ["--include=" + _GLOB.sub(r"\\\g<0>", path) for path in files]
        back = ["--reverse"] if reverse else []
        command = ["apply", *back, f"-p{strip}", "--whitespace=nowarn", *only, "-"]
        try:
            git(command, root, stdin=diff, env=_alone(root))
            return {path: (root / path).read_bytes() for path in files}
        except (GitError, FileNotFoundError):
            return None


def _unchanged(tree: Path, named: Sequence[str], found: Collector, limit: int) -> list[UnchangedFile]:
    """Files beside the examples, those of their own folders only: the tree may be large."""
    folders = {(tree / pair.path).parent for pair in found.pairs}
    beside = {file for folder in folders for file in folder.iterdir() if file.is_file() and not file.is_symlink()}
    paths = [file.relative_to(tree).as_posix() for file in beside]
    chosen = alike_paths([path for path in paths if path not in set(named)], found.pairs, limit)
    small = [path for path in chosen if (tree / path).stat().st_size <= SIZE_LIMIT]
    return [UnchangedFile(path=path, data=(tree / path).read_bytes()) for path in small]
