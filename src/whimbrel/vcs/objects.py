"""Read a git repository's objects: revisions, the changes between two trees, blobs. Reads only; bare ones will do."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from whimbrel.errors import InputError
from whimbrel.vcs.git import GitError, git, git_records, git_text

REGULAR = frozenset({"100644", "100755"})
"""Modes of regular files; others are symbolic links and submodules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file of a difference between two trees."""

    status: str
    """``M``, ``A``, ``D``, ``R``, ``T``, ``U``."""
    path: str
    """Its path; of a rename the new one."""
    old_path: str
    """Its path before."""
    modes: tuple[str, str]
    """File modes before and after."""
    blobs: tuple[str, str]
    """Object names before and after; all zeros where unknown."""

    @property
    def objection(self) -> str:
        """Why this is not a plain edit of a file; empty when it is."""
        if self.status == "M":
            return "" if REGULAR.issuperset(self.modes) else "not a regular file (symbolic link or submodule)"
        return {
            "A": "added: there is no file before",
            "D": "deleted: there is no file after",
            "R": f"renamed from {self.old_path}",
            "T": "its type changed (file, symbolic link, submodule)",
            "U": "has merge conflicts",
        }.get(self.status, f"git status {self.status}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A commit."""

    sha: str
    """Full object name."""
    parents: tuple[str, ...]
    """Object names of its parents."""
    subject: str
    """First line of its message."""

    @property
    def title(self) -> str:
        """What a person calls it."""
        return f"commit {self.sha[:9]} ({self.subject})"


def check_repository(path: Path) -> None:
    """Make sure that git can work there.

    Raises:
        InputError: no such folder, or not a git repository.
    """
    if not path.is_dir():
        raise InputError(f"no such folder: {path}", hint="name the folder of a git repository")
    try:
        git(["rev-parse", "--git-dir"], path)
    except GitError as error:
        known = "" if "not a git repository" in error.stderr else f" ({error.message})"
        raise InputError(
            f"{path} is not a usable git repository{known}",
            hint="name the folder of a git repository, or give two folders with --before and --after",
        ) from None


def is_shallow(repo: Path) -> bool:
    """Whether the history was cut off by a shallow clone."""
    return git_text(["rev-parse", "--is-shallow-repository"], repo) == "true"


def revision(repo: Path, name: str) -> Revision:
    """The commit that a name stands for.

    Raises:
        InputError: not a repository, no commits yet, or no such revision.
    """
    check_repository(repo)
    try:
        sha = git_text(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"], repo)
        out = git(["show", "--no-patch", "--no-show-signature", "--format=%P%n%s", sha, "--"], repo)
    except GitError:
        raise InputError(f"no such revision in {repo}: {name}", hint=_revision_hint(repo)) from None
    parents, _, subject = out.decode("utf-8", "replace").partition("\n")
    return Revision(sha=sha, parents=tuple(parents.split()), subject=subject.strip())


def _revision_hint(repo: Path) -> str:
    try:
        git(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], repo)
    except GitError:
        return "the repository has no commits yet"
    if is_shallow(repo):
        return "the clone is shallow: fetch the rest with `git fetch --unshallow`"
    return "`git log --oneline` shows the revisions that there are"


def single_parent(repo: Path, commit: Revision) -> str:
    """The parent of a commit that has exactly one.

    Raises:
        InputError: a merge, the first commit, or the border of a shallow clone.
    """
    if len(commit.parents) == 1:
        return commit.parents[0]
    if commit.parents:
        raise InputError(
            f"{commit.title} is a merge: it has {len(commit.parents)} parents",
            hint=f"name one of its own commits, or a range such as {commit.sha[:9]}^1..{commit.sha[:9]}",
        )
    if is_shallow(repo):
        raise InputError(
            f"the parent of {commit.title} is not in this shallow clone", hint="run `git fetch --unshallow` first"
        )
    raise InputError(f"{commit.title} is the first of its history: nothing comes before it", hint="name a later commit")


def changes(repo: Path, old: str, new: str) -> list[Change]:
    """What differs between two commits, renames found."""
    return parse_changes(git_records(["diff-tree", "-r", "-M", "--raw", "-z", "--no-abbrev", old, new, "--"], repo))


def parse_changes(records: Sequence[str]) -> list[Change]:
    """Changes from the records of git's ``--raw -z`` format."""
    out: list[Change] = []
    rest = iter(records)
    for head in rest:
        old_mode, new_mode, old_blob, new_blob, status = head.removeprefix(":").split(" ")
        old_path = next(rest)
        path = next(rest) if status[0] in "RC" else old_path
        out.append(
            Change(
                status=status[0],
                path=path,
                old_path=old_path,
                modes=(old_mode, new_mode),
                blobs=(old_blob, new_blob),
            )
        )
    return out


def blob_sizes(repo: Path, names: Iterable[str]) -> dict[str, int]:
    """Sizes in bytes of blobs by object name; what is missing is left out."""
    wanted = list(dict.fromkeys(names))
    out = git(["cat-file", "--batch-check"], repo, stdin="".join(f"{name}\n" for name in wanted).encode())
    parts = [line.split() for line in out.decode().splitlines()]
    return {part[0]: int(part[2]) for part in parts if len(part) == 3 and part[1] == "blob"}


def read_blobs(repo: Path, names: Iterable[str], limit: int) -> dict[str, bytes]:
    """Contents of the blobs of at most ``limit`` bytes by object name; the others are left out."""
    wanted = [name for name, size in blob_sizes(repo, names).items() if size <= limit]
    out = git(["cat-file", "--batch"], repo, stdin="".join(f"{name}\n" for name in wanted).encode())
    found: dict[str, bytes] = {}
    at = 0
    for name in wanted:
        end = out.index(b"\n", at)
        size = int(out[at:end].split()[2])
        found[name] = out[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
    return found


def tree_files(repo: Path, commit: str) -> dict[str, str]:
    """Path to blob name of every regular file of a commit."""
    out: dict[str, str] = {}
    for record in git(["ls-tree", "-r", "-z", "--full-tree", commit], repo).split(b"\0"):
        head, _, path = record.partition(b"\t")
        fields = head.decode().split(" ")
        if path and fields[0] in REGULAR:
            out[os.fsdecode(path)] = fields[2]
    return out
