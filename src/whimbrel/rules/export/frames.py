"""Fragments in a frame: the pattern of a rule completed to a whole node, and a node put into a text that parses.

What a match leaves uncovered of its enclosing node is read off a place where the rule fires: brackets and separators
stay as they are, a child in a field becomes ``$X``, children of a list become ``$$$X``.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from whimbrel.rules.compiled import CompiledRule
from whimbrel.rules.match import Match
from whimbrel.syntax import Module, Stream
from whimbrel.text import decode

_CONTEXT = 600
_LEVELS = 5
Child = tuple[int, int, int]
"""First token, token after the last one, and node or -1 for a bare token."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A place where a rule fires."""

    compiled: CompiledRule
    module: Module
    stream: Stream
    match: Match

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Tokens of elements ``first:last`` of the pattern."""
        return self.match.bounds[first], self.match.bounds[last]

    def node(self, first: int, last: int) -> int:
        """The innermost named node around tokens; -1 if there is none."""
        return self.stream.enclosing(first, last) if first < last else -1

    def text(self, start: int, end: int) -> str:
        """Bytes of the file as text."""
        return decode(self.module.source[start:end])

    def offsets(self, node: int) -> tuple[int, int]:
        """Byte range of a node."""
        return self.stream.starts[self.stream.firsts[node]], self.stream.ends[self.stream.lasts[node] - 1]


def children(stream: Stream, node: int) -> list[Child]:
    """The children of a node, in order, bare tokens included."""
    below = {stream.firsts[child]: child for child in range(node + 1, len(stream.ups)) if stream.ups[child] == node}
    found: list[Child] = []
    at, end = stream.firsts[node], stream.lasts[node]
    while at < end:
        child = below.get(at, -1)
        stop = stream.lasts[child] if child != -1 else at + 1
        found.append((at, max(stop, at + 1), child))
        at = max(stop, at + 1)
    return found


class Frame:
    """The text left and right of a range of tokens within a node, as a pattern."""

    def __init__(self, place: Place, node: int, first: int, last: int) -> None:
        self.place = place
        self.stream = place.stream
        self.names = 0
        self.left = self._side(node, first, last, before=True)
        self.right = self._side(node, first, last, before=False)

    def _side(self, node: int, first: int, last: int, *, before: bool) -> str:
        stream = self.stream
        uncovered: list[Child] = []
        inner = ""
        for child in children(stream, node):
            low, high, below = child
            if (before and high <= first) or (not before and low >= last):
                uncovered.append(child)
            elif below != -1 and ((before and low < first < high) or (not before and low < last < high)):
                inner = self._side(below, first, last, before=before)
        outer = self._collapse(uncovered, trailing=before)
        if not uncovered:
            return inner
        if before:
            return outer + self._gap(uncovered[-1][1]) + inner
        return inner + self._gap(uncovered[0][0]) + outer

    def _collapse(self, items: list[Child], *, trailing: bool) -> str:
        """Uncovered siblings as text: tokens, ``$X`` for children in fields, one ``$$$X`` for the others."""
        stream = self.stream
        loose = [index for index, item in enumerate(items) if item[2] != -1 and not stream.fields[item[2]]]
        out: list[str] = []
        index = 0
        while index < len(items):
            low, high, node = items[index]
            if out:
                out.append(self._gap(low))
            if loose and index == loose[0]:
                out.append("$$$" + self._name())
                index = loose[-1] + 1
                continue
            start, end = stream.starts[low], stream.ends[high - 1]
            out.append("$" + self._name() if node != -1 else self.place.text(start, end))
            index += 1
        return "".join(out)

    def _gap(self, token: int) -> str:
        stream = self.stream
        if not 0 < token < len(stream):
            return ""
        gap = self.place.text(stream.ends[token - 1], stream.starts[token])
        return gap if not gap.strip() else " "

    def _name(self) -> str:
        self.names += 1
        return f"REST_{self.names}"


def contexts(place: Place, node: int, text: str) -> Iterator[str]:
    """Texts of the enclosing nodes with a node replaced by ``text``, smallest first."""
    stream = place.stream
    start, end = place.offsets(node)
    up = stream.ups[node]
    for _ in range(_LEVELS):
        if up == -1 or place.stream.lasts[up] <= place.stream.firsts[up]:
            return
        low, high = place.offsets(up)
        if high - low - (end - start) + len(text) > _CONTEXT:
            return
        line = place.module.source.rfind(b"\n", 0, low) + 1
        blank = place.text(line, low)
        whole = place.text(low, start) + text + place.text(end, high)
        yield textwrap.dedent(blank + whole) if not blank.strip() else whole
        up = stream.ups[up]
