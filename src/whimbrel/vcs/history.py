"""Examples from git: uncommitted changes, a commit, a range of commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from whimbrel.errors import InputError
from whimbrel.text import newline_of
from whimbrel.vcs.git import GitError, git, git_records, head_revision, repository_root
from whimbrel.vcs.objects import (
    Change,
    changes,
    check_repository,
    parse_changes,
    read_blobs,
    revision,
    single_parent,
    tree_files,
)
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


def uncommitted(tree: Path, *, known: Known = everything_known, unchanged_limit: int = 100) -> ExampleSource:
    """What index and work tree below ``tree`` changed against HEAD; untracked files are ignored.

    Raises:
        InputError: no git work tree, no commit yet, or no usable change.
    """
    check_repository(tree)
    root = repository_root(tree)
    if root is None:
        raise InputError(f"{tree} has no work tree (a bare repository)", hint="name a commit with --from-commit")
    head = head_revision(root)
    if head is None:
        raise InputError(f"{root} has no commits yet: nothing to compare with", hint="commit the files as they were")
    below = tree.resolve().relative_to(root.resolve()).as_posix()
    raw = [
        "--literal-pathspecs",
        "diff",
        "--raw",
        "-z",
        "--no-abbrev",
        "-M",
        "--no-ext-diff",
        "--ignore-submodules=all",
    ]
    found = Collector(known)
    usable = _plain_edits(_with_conflicts(parse_changes(git_records([*raw, head, "--", below], root)), root), found)
    blobs = read_blobs(root, (change.blobs[0] for change in usable), SIZE_LIMIT)
    for change in usable:
        _offer_work_file(found, change, root, head, blobs.get(change.blobs[0]))
    return found.source(
        f"the uncommitted changes of {tree}",
        _unchanged(root, head, found, usable, unchanged_limit),
        hint="edit a few files first, or name a source: --from-commit, --from-diff, or --before and --after",
    )


def from_commit(repo: Path, rev: str, *, known: Known = everything_known, unchanged_limit: int = 100) -> ExampleSource:
    """What a commit changed against its parent.

    Raises:
        InputError: no repository or revision, a merge or root commit, or no usable change.
    """
    commit = revision(repo, rev)
    parent = single_parent(repo, commit)
    return _between(repo, parent, commit.sha, commit.title, known=known, unchanged_limit=unchanged_limit)


def from_range(repo: Path, span: str, *, known: Known = everything_known, unchanged_limit: int = 100) -> ExampleSource:
    """What changed between the two ends of ``A..B``; of ``A...B`` since their common ancestor. A missing end is HEAD.

    Raises:
        InputError: not a range, no repository or revision, or no usable change.
    """
    left, dots, right = span.partition("...") if "..." in span else span.partition("..")
    if not dots:
        raise InputError(f"not a range of revisions: {span}", hint="write it as A..B")
    old, new = (revision(repo, end or "HEAD").sha for end in (left, right))
    if dots == "...":
        try:
            old = git(["merge-base", old, new], repo).decode().strip()
        except GitError:
            raise InputError(f"{left} and {right} have no common ancestor", hint="use A..B instead") from None
    return _between(repo, old, new, f"range {span}", known=known, unchanged_limit=unchanged_limit)


def _between(repo: Path, old: str, new: str, name: str, *, known: Known, unchanged_limit: int) -> ExampleSource:
    found = Collector(known)
    usable = _plain_edits(changes(repo, old, new), found)
    blobs = read_blobs(repo, (blob for change in usable for blob in change.blobs), SIZE_LIMIT)
    for change in usable:
        before, after = (blobs.get(blob) for blob in change.blobs)
        if before is None or after is None:
            found.refuse(change.path, too_large(SIZE_LIMIT))
        else:
            found.offer(change.path, before, after)
    unchanged = _unchanged(repo, old, found, usable, unchanged_limit)
    return found.source(name, unchanged, hint="name a commit or range that edits source files in place")


def _plain_edits(all_changes: Sequence[Change], found: Collector) -> list[Change]:
    """The changes that edit a file in place; the others are refused."""
    for change in all_changes:
        if change.objection:
            found.refuse(change.path, change.objection)
    return [change for change in all_changes if not change.objection]


def _with_conflicts(all_changes: Sequence[Change], root: Path) -> list[Change]:
    """The changes, those of unmerged files marked so: against a commit git shows them as plain edits."""
    unmerged = {record.partition("\t")[2] for record in git_records(["ls-files", "--unmerged", "-z"], root)}
    return [replace(change, status="U") if change.path in unmerged else change for change in all_changes]


def _offer_work_file(found: Collector, change: Change, root: Path, head: str, before: bytes | None) -> None:
    """The blob against the file as it lies on disk, line ends as git would check them out."""
    if before is None:
        found.refuse(change.path, too_large(SIZE_LIMIT))
        return
    path = root / change.path
    try:
        if path.stat().st_size > SIZE_LIMIT:
            found.refuse(change.path, too_large(path.stat().st_size))
            return
        after = path.read_bytes()
    except OSError as error:
        found.refuse(change.path, f"cannot be read: {error.strerror}")
        return
    if newline_of(before) != newline_of(after):
        before = git(["cat-file", "--filters", f"{head}:{change.path}"], root)
    found.offer(change.path, before, after)


def _unchanged(repo: Path, commit: str, found: Collector, usable: Sequence[Change], limit: int) -> list[UnchangedFile]:
    """A sample of the files that the change left alone."""
    if limit <= 0 or not found.pairs:
        return []
    files = tree_files(repo, commit)
    touched = {change.path for change in usable} | {problem.path for problem in found.problems}
    paths = alike_paths([path for path in files if path not in touched], found.pairs, limit)
    blobs = read_blobs(repo, (files[path] for path in paths), SIZE_LIMIT)
    return [UnchangedFile(path=path, data=blobs[files[path]]) for path in paths if files[path] in blobs]
