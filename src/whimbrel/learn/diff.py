"""The edit script: which runs of tokens were replaced by which.

Lines first (patience: lines that are unique on both sides anchor the alignment), tokens inside the lines that differ.
An insertion or deletion that could stand at several places is slid to where it covers whole siblings of the syntax
tree, since that is how people think of it: an argument with its comma, a statement, a decorator.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from whimbrel.syntax import Stream

_LARGE = 4_000_000


@dataclass(frozen=True, slots=True, order=True)
class Hunk:
    """Tokens ``i1:i2`` of the before stream became tokens ``j1:j2`` of the after stream."""

    i1: int
    i2: int
    j1: int
    j2: int


def diff_streams(before: Stream, after: Stream) -> list[Hunk]:
    """The edit script between two streams, in order, hunks never touching."""
    old, new = before.texts, after.texts
    hunks: list[Hunk] = []
    old_lines, new_lines = _lines(before), _lines(after)
    old_keys = [tuple(old[a:b]) for a, b in old_lines]
    new_keys = [tuple(new[a:b]) for a, b in new_lines]
    for i1, i2, j1, j2 in _patience(old_keys, new_keys, 0, len(old_keys), 0, len(new_keys)):
        a1 = old_lines[i1][0] if i1 < len(old_lines) else len(old)
        a2 = old_lines[i2][0] if i2 < len(old_lines) else len(old)
        b1 = new_lines[j1][0] if j1 < len(new_lines) else len(new)
        b2 = new_lines[j2][0] if j2 < len(new_lines) else len(new)
        hunks.extend(_token_hunks(old, new, a1, a2, b1, b2))
    return _merge([_slide(hunk, hunks, index, before, after) for index, hunk in enumerate(hunks)])


def _lines(stream: Stream) -> list[tuple[int, int]]:
    """Token ranges of the lines. A new line starts where the gap between two tokens has a line break in the source."""
    breaks = stream.line_starts
    return list(zip(breaks, [*breaks[1:], len(stream)][: len(breaks)], strict=True))


def _token_hunks(old: list[str], new: list[str], a1: int, a2: int, b1: int, b2: int) -> Iterator[Hunk]:
    while a1 < a2 and b1 < b2 and old[a1] == new[b1]:
        a1, b1 = a1 + 1, b1 + 1
    while a1 < a2 and b1 < b2 and old[a2 - 1] == new[b2 - 1]:
        a2, b2 = a2 - 1, b2 - 1
    if a1 == a2 and b1 == b2:
        return
    if a1 == a2 or b1 == b2 or (a2 - a1) * (b2 - b1) > _LARGE:
        yield Hunk(a1, a2, b1, b2)
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old[a1:a2], new[b1:b2], autojunk=False).get_opcodes():
        if tag != "equal":
            yield Hunk(a1 + i1, a1 + i2, b1 + j1, b1 + j2)


Key = tuple[str, ...]


def _patience(
    old: Sequence[Key], new: Sequence[Key], a1: int, a2: int, b1: int, b2: int
) -> Iterator[tuple[int, int, int, int]]:
    while a1 < a2 and b1 < b2 and old[a1] == new[b1]:
        a1, b1 = a1 + 1, b1 + 1
    while a1 < a2 and b1 < b2 and old[a2 - 1] == new[b2 - 1]:
        a2, b2 = a2 - 1, b2 - 1
    if a1 == a2 and b1 == b2:
        return
    if a1 == a2 or b1 == b2:
        yield a1, a2, b1, b2
        return
    anchors = _unique_common(old, new, a1, a2, b1, b2)
    if not anchors:
        if (a2 - a1) * (b2 - b1) > _LARGE:
            yield a1, a2, b1, b2
            return
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, old[a1:a2], new[b1:b2], autojunk=False).get_opcodes():
            if tag != "equal":
                yield a1 + i1, a1 + i2, b1 + j1, b1 + j2
        return
    at, bt = a1, b1
    for i, j in [*anchors, (a2, b2)]:
        yield from _patience(old, new, at, i, bt, j)
        at, bt = i + 1, j + 1


def _unique_common(
    old: Sequence[Key], new: Sequence[Key], a1: int, a2: int, b1: int, b2: int
) -> list[tuple[int, int]]:
    """Longest increasing run of lines that are unique on both sides."""
    left = _unique(old, a1, a2)
    right = _unique(new, b1, b2)
    pairs = sorted((i, right[key]) for key, i in left.items() if key in right)
    tails: list[int] = []
    chains: list[tuple[int, int, int]] = []
    at_tail: list[int] = []
    for i, j in pairs:
        where = bisect_left(tails, j)
        previous = at_tail[where - 1] if where else -1
        chains.append((i, j, previous))
        if where == len(tails):
            tails.append(j)
            at_tail.append(len(chains) - 1)
        else:
            tails[where] = j
            at_tail[where] = len(chains) - 1
    out: list[tuple[int, int]] = []
    link = at_tail[-1] if at_tail else -1
    while link != -1:
        i, j, link = chains[link]
        out.append((i, j))
    return out[::-1]


def _unique(keys: Sequence[Key], start: int, stop: int) -> dict[Key, int]:
    seen: dict[Key, int] = {}
    for index in range(start, stop):
        seen[keys[index]] = -1 if keys[index] in seen else index
    return {key: index for key, index in seen.items() if index != -1}


def _slide(hunk: Hunk, hunks: list[Hunk], index: int, before: Stream, after: Stream) -> Hunk:
    """Move an insertion or deletion to the equivalent place that covers whole siblings best; leftmost among equals."""
    if hunk.i1 != hunk.i2 and hunk.j1 != hunk.j2:
        return hunk
    inserting = hunk.i1 == hunk.i2
    stream = after if inserting else before
    texts = stream.texts
    first, last = (hunk.j1, hunk.j2) if inserting else (hunk.i1, hunk.i2)
    low = (hunks[index - 1].j2 if inserting else hunks[index - 1].i2) if index else 0
    high = (hunks[index + 1].j1 if inserting else hunks[index + 1].i1) if index + 1 < len(hunks) else len(texts)
    steps = [0]
    at = 0
    while first + at > low and texts[first + at - 1] == texts[last + at - 1]:
        at -= 1
        steps.append(at)
    at = 0
    while last + at < high and texts[first + at] == texts[last + at]:
        at += 1
        steps.append(at)
    if len(steps) == 1:
        return hunk
    best = min(steps, key=lambda step: (-_wholeness(stream, first + step, last + step), step))
    return Hunk(hunk.i1 + best, hunk.i2 + best, hunk.j1 + best, hunk.j2 + best)


def _wholeness(stream: Stream, first: int, last: int) -> int:
    """2 for a run of whole siblings that starts a line, 1 for a run of whole siblings, 0 otherwise."""
    node = stream.enclosing(first, last)
    at = first
    while at < last:
        at = child_after(stream, node, at)
    if at != last or not on_child_border(stream, node, first):
        return 0
    return 2 if first in stream.line_start_set else 1


def child_after(stream: Stream, container: int, token: int) -> int:
    """Where the child of ``container`` that starts at ``token`` ends."""
    for node in stream.starting.get(token, ()):
        if stream.ups[node] == container:
            return stream.lasts[node]
    return token + 1


def on_child_border(stream: Stream, container: int, token: int) -> bool:
    """Whether a child of ``container`` starts at ``token``."""
    if token >= len(stream):
        return True
    node = stream.parents[token]
    while node != -1 and stream.ups[node] != container and node != container:
        node = stream.ups[node]
    return node in (-1, container) or stream.firsts[node] == token


def _merge(hunks: list[Hunk]) -> list[Hunk]:
    out: list[Hunk] = []
    for hunk in sorted(hunks):
        if out and out[-1].i2 >= hunk.i1 and out[-1].j2 >= hunk.j1:
            last = out.pop()
            hunk = Hunk(last.i1, max(last.i2, hunk.i2), last.j1, max(last.j2, hunk.j2))
        out.append(hunk)
    return out
