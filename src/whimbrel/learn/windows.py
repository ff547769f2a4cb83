"""Windows: the stretches of the before side from which a rule for a hunk may be made.

No single granularity is right for every change, so several are tried: the hunk with a few neighbouring tokens, runs of
siblings round it, and the nodes above it up to the statement. A window never cuts a hunk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whimbrel.learn.diff import child_after
from whimbrel.learn.examples import Side
from whimbrel.learn.policy import Policy
from whimbrel.syntax import Language


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Tokens ``first:last`` of the before side and ``start:stop`` of the after side that correspond."""

    first: int
    last: int
    start: int
    stop: int
    edge_left: bool
    """Whether an insertion at the left border belongs to the window."""
    edge_right: bool
    own: int = -1
    """Index of the hunk that the window was made for."""


def windows_for(side: Side, index: int, language: Language, policy: Policy) -> Iterator[Window]:
    """All windows for one hunk, without repetition."""
    hunk = side.hunks[index]
    seen: set[tuple[int, int]] = set()
    coarse = 0
    for first, last in _ranges(side, index, language, policy):
        if (first, last) in seen or last - first > max(policy.max_window, hunk.i2 - hunk.i1 + 12) or first < 0:
            continue
        seen.add((first, last))
        if last - first > policy.max_spelled + hunk.i2 - hunk.i1:
            coarse += 1
            if coarse > policy.coarse_windows or len(side.touching(first, last)) > policy.coarse_hunks:
                continue
        window = _window(side, index, first, last)
        if window is not None:
            yield window


def _window(side: Side, index: int, first: int, last: int) -> Window | None:
    """The window with its after side; None when it would cut another hunk."""
    if last > len(side.before) or first == last:
        return None
    own = side.hunks[index]
    edge_left = own.i1 == own.i2 == first
    edge_right = own.i1 == own.i2 == last
    for at in side.touching(first, last):
        hunk = side.hunks[at]
        inside = first <= hunk.i1 and hunk.i2 <= last
        outside = hunk.i2 <= first or hunk.i1 >= last
        if at != index and hunk.i1 == hunk.i2 and hunk.i1 in (first, last):
            continue
        if not inside and not outside:
            return None
    start = own.j1 if own.i1 == first else side.forward(first)
    stop = own.j2 if own.i2 == last else side.forward_end(last)
    if start > stop:
        return None
    return Window(first, last, start, stop, edge_left, edge_right, index)


def _ranges(side: Side, index: int, language: Language, policy: Policy) -> Iterator[tuple[int, int]]:
    hunk = side.hunks[index]
    stream = side.before
    yield from _raw(hunk.i1, hunk.i2, len(stream), policy.raw_context)
    if stream.scope != "code":
        return
    low, high = hunk.i1, hunk.i2
    if low == high:
        yield from _beside(side, low)
    probe_low, probe_high = (max(0, low - 1), min(len(stream), high + 1)) if low == high else (low, high)
    node = stream.enclosing(probe_low, probe_high)
    if node == -1:
        return
    yield from _siblings(side, node, low, high)
    climbed = 0
    while node != -1 and climbed < 8:
        first, last = stream.firsts[node], stream.lasts[node]
        if last - first > policy.max_window:
            break
        yield first, last
        if climbed:
            yield from _siblings(side, node, low, high)
        yield from _around(side, first, last)
        climbed += 1
        if language.is_statement(stream.kinds[node]):
            break
        node = stream.ups[node]


def _beside(side: Side, place: int) -> Iterator[tuple[int, int]]:
    """For an insertion: the nodes that end or start there, the innermost ones."""
    stream = side.before
    for node in stream.ending.get(place, ())[-5:]:
        yield stream.firsts[node], place
    for node in stream.starting.get(place, ())[-5:]:
        yield place, stream.lasts[node]


def _around(side: Side, first: int, last: int) -> Iterator[tuple[int, int]]:
    """The widest close hunks of the same statement taken in."""
    near = [side.hunks[at] for at in side.touching(max(0, first - 6), last + 6)]
    if len(near) > 1:
        yield min(first, near[0].i1), max(last, near[-1].i2)


def _raw(first: int, last: int, total: int, context: int) -> Iterator[tuple[int, int]]:
    for both in range(context + 1):
        for left in range(both + 1):
            right = both - left
            if first - left >= 0 and last + right <= total:
                yield first - left, last + right


def _siblings(side: Side, node: int, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Runs of children of ``node`` that cover the range, with up to two more on each side."""
    stream = side.before
    borders = [stream.firsts[node]]
    while borders[-1] < stream.lasts[node] and len(borders) < 400:
        borders.append(child_after(stream, node, borders[-1]))
    left = max((i for i, border in enumerate(borders) if border <= low), default=0)
    right = min((i for i, border in enumerate(borders) if border >= high), default=len(borders) - 1)
    for more_left in range(4):
        for more_right in range(4):
            if more_left + more_right > 4:
                continue
            i, j = left - more_left, right + more_right
            if i >= 0 and j < len(borders):
                yield borders[i], borders[j]
