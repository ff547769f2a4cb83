"""Make a replay case of a commit: which files are shown, which are asked, which must stay as they are.

Nothing later than the parent of the commit reaches the learner but the shown files. Which ones are shown is chosen with
the whole commit in sight, as a person would pick typical files to edit first: those that carry the most common shapes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from whimbrel.errors import InputError
from whimbrel.replay.case import Case
from whimbrel.replay.hunks import Shape, hunks, is_name, lexed
from whimbrel.replay.measures import shapes
from whimbrel.replay.mine import Candidate, candidate_of, code_shapes, common_shapes, language_name
from whimbrel.text import is_binary
from whimbrel.vcs.git import GitError, git_records
from whimbrel.vcs.objects import Change, changes, read_blobs, revision, single_parent, tree_files
from whimbrel.vcs.pairs import FilePair

_SIZE_LIMIT = 500_000
"""Bytes beyond which a file takes no part."""
_MOST_TARGETS = 150
"""Files of a larger commit are sampled."""
_DISTRACTORS = 30
"""Files left alone by the commit that a case holds at most."""
_ANCHORS = 3
"""Names by which distractors are looked for."""


def build_case(repo: Path, rev: str, *, examples: int = 3) -> Case:
    """The case of one commit, in the language of which it edits the most files.

    Raises:
        InputError: no repository or revision, a merge or root commit, or too few files to show some and ask for one.
    """
    commit = revision(repo, rev)
    parent = single_parent(repo, commit)
    edited = [change for change in changes(repo, parent, commit.sha) if not change.objection]
    candidate = candidate_of(commit.sha, edited) or Candidate(sha=commit.sha, language="source", paths=())
    pairs = _pairs(repo, edited, candidate)
    if len(pairs) <= examples:
        raise InputError(
            f"{commit.title} edits {len(pairs)} {candidate.language} files in place: "
            f"showing {examples} leaves none to ask",
            hint=f"choose a commit with at least {examples + 1} edited files, or lower --examples",
        )
    pairs = _sample(pairs, commit.sha, _MOST_TARGETS + examples)
    all_shapes = {pair.path: shapes(pair, candidate.language) for pair in pairs}
    shown = choose_examples(pairs, candidate.language, examples)
    common = common_shapes(all_shapes)
    return Case(
        name=commit.sha[:10],
        repository=repo.resolve().name,
        language=candidate.language,
        title=commit.subject,
        examples=tuple(pair for pair in pairs if pair.path in shown),
        targets=tuple(pair for pair in pairs if pair.path not in shown),
        distractors=_distractors(repo, parent, commit.sha, candidate.language, [p for p in pairs if p.path in shown]),
        core=frozenset(
            path for path, found in all_shapes.items() if path not in shown and all(one in common for one in found)
        ),
    )


def choose_examples(pairs: Sequence[FilePair], language: str, count: int) -> set[str]:
    """Paths of the files to show, one after the other the one that adds most.

    A file is worth the common shapes that it has, each by the number of files that share it, a fourth of that once a
    chosen file has shown it; edits of no common shape are noise and divide the worth.
    """
    by_file = {pair.path: code_shapes(pair.before, pair.after, language) for pair in pairs}
    common = common_shapes(by_file)
    covered: set[Shape] = set()
    chosen: list[str] = []
    for _ in range(count):
        rest = [path for path in sorted(by_file) if path not in chosen]
        best = max(rest, key=lambda path: _worth(by_file[path], common, covered))
        chosen.append(best)
        covered.update(by_file[best])
    return set(chosen)


def _worth(found: Sequence[Shape], common: Counter[Shape], covered: set[Shape]) -> float:
    gain = sum(common[one] * (0.25 if one in covered else 1.0) for one in set(found) if one in common)
    return gain / (1 + sum(one not in common for one in found))


def _pairs(repo: Path, edited: Iterable[Change], candidate: Candidate) -> list[FilePair]:
    wanted = {change.path: change for change in edited if change.path in set(candidate.paths)}
    blobs = read_blobs(repo, (blob for change in wanted.values() for blob in change.blobs), _SIZE_LIMIT)
    pairs = []
    for path, change in sorted(wanted.items()):
        before, after = (blobs.get(blob) for blob in change.blobs)
        if before is not None and after is not None and before != after and not is_binary(before + after):
            pairs.append(FilePair(path=path, before=before, after=after))
    return pairs


def _sample(pairs: list[FilePair], seed: str, limit: int) -> list[FilePair]:
    """At most ``limit`` pairs, the same ones every time."""
    kept = set(_shuffled((pair.path for pair in pairs), seed)[:limit])
    return [pair for pair in pairs if pair.path in kept]


def _shuffled(paths: Iterable[str], seed: str) -> list[str]:
    return sorted(paths, key=lambda path: hashlib.sha256(f"{seed}:{path}".encode("utf-8", "replace")).digest())


def _distractors(repo: Path, parent: str, sha: str, language: str, shown: Sequence[FilePair]) -> Mapping[str, bytes]:
    """Files of the parent tree that the commit left alone although they hold names that the shown edits turn on."""
    changed = {path for change in changes(repo, parent, sha) for path in (change.path, change.old_path)}
    words = anchors(shown, language)
    if not words:
        return {}
    pattern = [part for word in words for part in ("-e", word)]
    try:
        records = git_records(["grep", "-l", "-z", "-w", "-F", *pattern, parent, "--"], repo)
    except GitError:
        return {}
    paths = [record.partition(":")[2] for record in records]
    alike = [path for path in paths if path not in changed and language_name(path) == language]
    names = tree_files(repo, parent)
    chosen = [path for path in _shuffled(alike, sha) if path in names][: 2 * _DISTRACTORS]
    blobs = read_blobs(repo, (names[path] for path in chosen), _SIZE_LIMIT)
    usable = [path for path in chosen if not is_binary(blobs.get(names[path], b"\0"))]
    return {path: blobs[names[path]] for path in usable[:_DISTRACTORS]}


def anchors(shown: Sequence[FilePair], language: str) -> list[str]:
    """The names that the shown edits remove in the most places; of pure insertions the names beside them."""
    removed: Counter[str] = Counter()
    beside: Counter[str] = Counter()
    for pair in shown:
        old, new = lexed(pair.before, language).tokens, lexed(pair.after, language).tokens
        for hunk in hunks(pair.before, pair.after, language):
            kept = {token.text for token in new[hunk.new_start : hunk.new_end]}
            inner = {token.text for token in old[hunk.old_start : hunk.old_end] if is_name(token)}
            removed.update(inner - kept)
            near = old[max(0, hunk.old_start - 4) : hunk.old_end + 4]
            beside.update({token.text for token in near if is_name(token)})
    counted = removed or beside
    return sorted(counted, key=lambda word: (-counted[word], word))[:_ANCHORS]
