"""Find systematic commits in a git history: many files of one language, edits of few shapes.

Three sieves, cheapest first. (1) Trees only: which commits edit enough files of one language in place. (2) Zero-
context diffs of those: the shapes of the edits, lexed from the changed lines alone. (3) The whole files, when a case
is built of the commit (:mod:`whimbrel.replay.build`). Edits of comments do not count: a new year in every copyright
notice is no migration.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

from whimbrel.replay.hunks import Shape, hunks, lexed, shape
from whimbrel.replay.tokens import Kind
from whimbrel.vcs.git import git
from whimbrel.vcs.objects import Change, is_shallow, parse_changes, revision

COMMON_FILES = 3
"""A shape in at least that many files of a commit is common."""
_COMMON_SHARE = 0.6
"""Share of the edits of a systematic commit that have a common shape."""
_MOST_FILES = 1500
"""Commits with more edited files are not looked at."""
_FOREIGN = re.compile(
    r"(^|/)(vendor|node_modules|third_party|3rdparty|dist|generated)/|\.min\.js$|_pb2?\.\w+$|\.pb\.go$"
)
"""Paths that nobody edits by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A commit that edits enough files of one language in place."""

    sha: str
    """The commit."""
    language: str
    """Name of the language with the most such files."""
    paths: tuple[str, ...]
    """Those files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a walk through the history found."""

    commits: int
    """Commits looked at."""
    candidates: tuple[Candidate, ...]
    """The promising ones, newest first."""
    shallow: bool
    """Whether the history is cut off."""


def scan(
    repo: Path, *, max_commits: int = 2000, since: str | None = None, min_files: int = 8, start: str = "HEAD"
) -> Scan:
    """The first sieve: tree comparisons only, no file is read.

    Raises:
        InputError: not a repository, or no commits.
    """
    first = revision(repo, start).sha
    bounds = [f"--max-count={max_commits}", *([f"--since={since}"] if since else [])]
    shas = git(["rev-list", "--no-merges", *bounds, first, "--"], repo)
    raw = ["diff-tree", "--stdin", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=M"]
    found = []
    for sha, edited in _by_commit(git(raw, repo, stdin=shas)):
        candidate = candidate_of(sha, edited)
        if candidate and min_files <= len(candidate.paths) <= _MOST_FILES:
            found.append(candidate)
    return Scan(commits=len(shas.split()), candidates=tuple(found), shallow=is_shallow(repo))


def candidate_of(sha: str, edited: Sequence[Change]) -> Candidate | None:
    """The files of the most frequent language among the edited ones; None when no language is known."""
    groups: dict[str, list[str]] = defaultdict(list)
    for change in edited:
        language = language_name(change.path)
        if language and not change.objection and not _FOREIGN.search(change.path):
            groups[language].append(change.path)
    if not groups:
        return None
    best = max(sorted(groups), key=lambda name: len(groups[name]))
    return Candidate(sha=sha, language=best, paths=tuple(groups[best]))


def language_name(path: str) -> str | None:
    """The language that a file counts as; TSX counts as TypeScript, since one change goes through both."""
    from whimbrel.syntax import language_for_path

    language = language_for_path(path)
    if language is None:
        return None
    return "typescript" if PurePosixPath(path).suffix == ".tsx" else language.name


def _by_commit(out: bytes) -> Iterator[tuple[str, list[Change]]]:
    """Commits and their changes from the output of ``git diff-tree --stdin --raw -z``."""
    records = [record.decode("utf-8", "surrogateescape") for record in out.split(b"\0") if record]
    starts = [at for at, record in enumerate(records) if re.fullmatch(r"[0-9a-f]{40,64}", record)]
    starts = [at for at in starts if at == 0 or not records[at - 1].startswith(":")]
    for start, end in pairwise([*starts, len(records)]):
        yield records[start], parse_changes(records[start + 1 : end])


def is_systematic(repo: Path, candidate: Candidate, min_files: int = 8) -> bool:
    """The second sieve: whether most edits have a shape that at least three files share, in at least ``min_files``."""
    shapes = _line_shapes(repo, candidate)
    common = common_shapes(shapes)
    total = sum(len(found) for found in shapes.values())
    covered = sum(one in common for found in shapes.values() for one in found)
    carriers = sum(any(one in common for one in found) for found in shapes.values())
    return carriers >= min_files and covered >= _COMMON_SHARE * total


def common_shapes(shapes: Mapping[str, Sequence[Shape]]) -> Counter[Shape]:
    """How many files have each shape, for the shapes that enough of them have."""
    files = Counter(one for found in shapes.values() for one in set(found))
    return Counter({one: count for one, count in files.items() if count >= COMMON_FILES})


def code_shapes(before: bytes, after: bytes, language: str) -> list[Shape]:
    """The shapes of the hunks that touch more than comments."""
    old, new = lexed(before, language).tokens, lexed(after, language).tokens
    return [
        shape(old, new, hunk)
        for hunk in hunks(before, after, language)
        if any(
            token.kind is not Kind.PROSE
            for token in (*old[hunk.old_start : hunk.old_end], *new[hunk.new_start : hunk.new_end])
        )
    ]


def _line_shapes(repo: Path, candidate: Candidate) -> dict[str, list[Shape]]:
    """Shapes by file, from the changed lines alone."""
    options = ["-r", "-p", "-U0", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv", "--no-commit-id"]
    command = ["--literal-pathspecs", "diff-tree", *options, candidate.sha, "--", *candidate.paths]
    patch = git(command, repo)
    sections = re.split(rb"^diff --git .*\n", patch, flags=re.MULTILINE)[1:]
    return {
        path: [one for old, new in _changed_lines(section) for one in code_shapes(old, new, candidate.language)]
        for path, section in zip(sorted(candidate.paths, key=_tree_order), sections, strict=False)
    }


def _tree_order(path: str) -> bytes:
    """The order in which git lists files."""
    return path.encode("utf-8", "surrogateescape")


def _changed_lines(section: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Removed and added lines of every hunk of one file's zero-context diff."""
    for body in re.split(rb"^@@ .*\n", section, flags=re.MULTILINE)[1:]:
        lines = body.splitlines(keepends=True)
        yield (
            b"".join(line[1:] for line in lines if line.startswith(b"-")),
            b"".join(line[1:] for line in lines if line.startswith(b"+")),
        )
