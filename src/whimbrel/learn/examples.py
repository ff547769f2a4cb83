"""Examples, parsed: the before and after streams of each file with the edit script between them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from whimbrel.learn.diff import Hunk, diff_streams
from whimbrel.syntax import Language, Module, Stream, tokenize


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One file before and after the change."""

    path: str
    before: bytes
    after: bytes


@dataclass(slots=False, eq=False)
class Side:
    """One scope (code, comments, strings) of one example file."""

    file: int
    """Index of the example file."""
    before: Stream
    after: Stream
    hunks: list[Hunk]
    settled: set[int] = field(default_factory=set)
    """Hunks that rules need not explain, since a companion does or because they follow from other edits."""

    @cached_property
    def _starts(self) -> list[int]:
        return [hunk.i1 for hunk in self.hunks]

    def touching(self, first: int, last: int) -> list[int]:
        """Indices of the hunks that touch tokens ``first:last`` (insertions at either end included)."""
        at = bisect_right(self._starts, last)
        out: list[int] = []
        while at > 0:
            at -= 1
            if self.hunks[at].i2 < first:
                break
            out.append(at)
        return out[::-1]

    @cached_property
    def _new_ends(self) -> list[int]:
        return [hunk.j2 for hunk in self.hunks]

    def untouched_after(self, first: int, last: int) -> bool:
        """Whether no hunk touches tokens ``first:last`` of the after side."""
        at = bisect_left(self._new_ends, first)
        return at == len(self.hunks) or self.hunks[at].j1 > last

    def forward(self, token: int) -> int:
        """The after token of a before token that lies outside the hunks (an insertion at it comes before)."""
        at = bisect_right(self._starts, token)
        if at == 0:
            return token
        hunk = self.hunks[at - 1]
        if hunk.i1 == hunk.i2 == token:
            return hunk.j2
        return token - hunk.i2 + hunk.j2 if token >= hunk.i2 else hunk.j2

    def forward_end(self, token: int) -> int:
        """The same for the end of a range: an insertion there stays outside."""
        at = bisect_right(self._starts, token)
        while at > 0 and self.hunks[at - 1].i1 == token:
            at -= 1
        if at == 0:
            return token
        hunk = self.hunks[at - 1]
        return token - hunk.i2 + hunk.j2


@dataclass(slots=False, eq=False)
class ParsedExample:
    """An example with everything that learning reads of it."""

    example: Example
    before: Module
    after: Module
    sides: list[Side]


def parse_example(example: Example, language: Language, index: int) -> ParsedExample:
    """Tokenise both sides and diff them scope by scope."""
    before, after = tokenize(example.before, language), tokenize(example.after, language)
    sides: list[Side] = []
    for scope in ("code", "comments", "strings"):
        old = _stream(before, scope)
        new = _stream(after, scope)
        sides.append(Side(index, old, new, diff_streams(old, new)))
    return ParsedExample(example, before, after, sides)


def _stream(module: Module, scope: str) -> Stream:
    for stream in module.streams:
        if stream.scope == scope:
            return stream
    return Stream(scope, module.source)
