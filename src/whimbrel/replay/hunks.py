"""Token-level hunks between two versions of a file, and the shape of a hunk.

A hunk is a maximal run of replaced tokens, anchored by token positions. Lines are compared first and tokens only inside
the line ranges that differ: that keeps a large file cheap and stops one changed token from being matched far away.
"""

from __future__ import annotations

import keyword
from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from whimbrel.replay.tokens import Kind, Token, retokenise, tokenise
from whimbrel.text import decode

_DIFF_LIMIT = 60_000_000
"""Cells of the comparison beyond which two ranges count as one hunk."""


class Hunk(NamedTuple):
    """Tokens ``old_start:old_end`` became tokens ``new_start:new_end``; one of the two ranges may be empty."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


@dataclass(frozen=True, slots=True)
class Lexed:
    """A file as tokens."""

    text: str
    """The file."""
    tokens: list[Token]
    """In file order."""
    texts: list[str]
    """Their texts: what is compared."""
    lines: list[int]
    """Index of the first token of every line that has one, and the number of tokens as the last entry."""


def lexed(source: bytes, language: str, like: bytes | None = None) -> Lexed:
    """The tokens of a source; those of ``like``, a nearly equal source, help when they are at hand."""
    known = _recent.get((source, language))
    if known is None:
        near = _recent.get((like, language)) if like is not None else None
        text = decode(source)
        known = _index(text, retokenise(text, language, near.text, near.tokens) if near else tokenise(text, language))
        _recent[source, language] = known
        while len(_recent) > _RECENT:
            del _recent[next(iter(_recent))]
    return known


_RECENT = 16
_recent: dict[tuple[bytes, str], Lexed] = {}
"""The files lexed last, oldest first: the same file is compared several times in a row."""


def _index(text: str, tokens: list[Token]) -> Lexed:
    starts = [token.start for token in tokens]
    lines: list[int] = []
    at = 0
    while at < len(tokens):
        lines.append(at)
        line_end = text.find("\n", starts[at])
        at = bisect_left(starts, line_end, at + 1) if line_end >= 0 else len(tokens)
    return Lexed(text, tokens, [token.text for token in tokens], [*lines, len(tokens)])


@lru_cache(maxsize=16)
def hunks(before: bytes, after: bytes, language: str) -> tuple[Hunk, ...]:
    """The hunks that lead from ``before`` to ``after``, in file order and in canonical position."""
    if before == after:
        return ()
    old, new = lexed(before, language), lexed(after, language, like=before)
    found: list[Hunk] = []
    for first, last, new_first, new_last in _differences(_line_keys(old), _line_keys(new)):
        low, new_low = old.lines[first], new.lines[new_first]
        inner = _differences(old.texts[low : old.lines[last]], new.texts[new_low : new.lines[new_last]])
        found += [Hunk(a + low, b + low, c + new_low, d + new_low) for a, b, c, d in inner]
    return tuple(_canonical(found, old.texts, new.texts))


def _line_keys(side: Lexed) -> list[Hashable]:
    return [tuple(side.texts[start:end]) for start, end in zip(side.lines, side.lines[1:], strict=False)]


def _differences(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[Hunk]:
    """The ranges that differ, after cutting off what both sides begin and end with."""
    shortest = min(len(old), len(new))
    head = next((i for i in range(shortest) if old[i] != new[i]), shortest)
    tail = next((i for i in range(shortest - head) if old[-1 - i] != new[-1 - i]), shortest - head)
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    if not left and not right:
        return
    if not left or not right or len(left) * len(right) > _DIFF_LIMIT:
        yield Hunk(head, head + len(left), head, head + len(right))
        return
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag != "equal":
            yield Hunk(a + head, b + head, c + head, d + head)


def _canonical(found: list[Hunk], old: list[str], new: list[str]) -> list[Hunk]:
    """Pure insertions and deletions slid to the left as far as they go, neighbours that touch merged.

    ``f(a, b)`` to ``f(a, x, b)`` can be read as ``, x`` after ``a`` or ``x ,`` before ``b``: the left reading is taken.
    """
    out: list[Hunk] = []
    for hunk in found:
        previous = out[-1] if out else Hunk(0, 0, 0, 0)
        moved = _slide(hunk, previous, old, new)
        if out and previous.old_end == moved.old_start and previous.new_end == moved.new_start:
            out[-1] = Hunk(previous.old_start, moved.old_end, previous.new_start, moved.new_end)
        else:
            out.append(moved)
    return out


def _slide(hunk: Hunk, previous: Hunk, old: list[str], new: list[str]) -> Hunk:
    if hunk.old_start != hunk.old_end and hunk.new_start != hunk.new_end:
        return hunk
    if hunk.old_start == hunk.old_end:
        texts, start, end = new, hunk.new_start, hunk.new_end
    else:
        texts, start, end = old, hunk.old_start, hunk.old_end
    room = min(hunk.old_start - previous.old_end, hunk.new_start - previous.new_end)
    steps = next((i for i in range(room) if texts[start - 1 - i] != texts[end - 1 - i]), room)
    return Hunk(*(edge - steps for edge in hunk))


_CONTROL = """
    break case catch continue default defer do done elif else elsif end ensure esac exec fallthrough fi finally
    for foreach go goto if loop match print raise require rescue return select switch synchronized then throw
    try unless until when where while with yield
"""
_DECLARATIONS = """
    abstract begin chan class const crate def delete enum export extends extern final fn fun func function impl
    implements import inline instanceof interface internal let map mod module move mut namespace native new
    object of override package private protected pub public range ref sealed sizeof static static_cast strictfp
    struct template throws trait transient type typedef typename typeof union unsafe use using val var virtual
    volatile
"""
_TYPES = "auto bool boolean byte char double dyn error float int long short signed size_t string unsigned void"
_VALUES = "NULL Self false nil null nullptr self super this true undefined"
_WORDS = frozenset(keyword.kwlist).union(*(words.split() for words in (_CONTROL, _DECLARATIONS, _TYPES, _VALUES)))
"""Reserved and near-reserved words of the supported languages: they are never holes of a shape."""

Shape = tuple[str, tuple[str, ...], tuple[str, ...], str]
"""Left neighbour, old tokens, new tokens, right neighbour, with what varies abstracted away."""


def shape(old: Sequence[Token], new: Sequence[Token], hunk: Hunk) -> Shape:
    """What a hunk does, whatever the names: two hunks of one shape are the same kind of edit.

    Names, numbers and literals that are on both sides become holes; other literals count as any literal. A pure
    insertion or deletion carries the class of one token on either side, since its own tokens do not say where it goes.
    """
    removed, added = old[hunk.old_start : hunk.old_end], new[hunk.new_start : hunk.new_end]
    kept = {token.text for token in removed if _is_open(token)} & {token.text for token in added}
    holes: dict[str, str] = {}
    left = right = ""
    if not removed or not added:
        left = _class(old[hunk.old_start - 1] if hunk.old_start else None)
        right = _class(old[hunk.old_end] if hunk.old_end < len(old) else None)
    return (left, _abstract(removed, kept, holes), _abstract(added, kept, holes), right)


def is_name(token: Token) -> bool:
    """Whether it is a name that somebody chose, and no reserved word."""
    return token.kind is Kind.NAME and token.text not in _WORDS


def _is_open(token: Token) -> bool:
    return token.kind in (Kind.NAME, Kind.NUMBER, Kind.TEXT) and token.text not in _WORDS


def _abstract(run: Sequence[Token], kept: set[str], holes: dict[str, str]) -> tuple[str, ...]:
    out: list[str] = []
    for token in run:
        if token.text in kept:
            out.append(holes.setdefault(token.text, f"${len(holes) + 1}"))
        elif token.kind is Kind.TEXT:
            out.append('"…"' if len(token.text) > 2 else token.text)
        else:
            out.append(token.text)
    return tuple(out)


def _class(token: Token | None) -> str:
    if token is None:
        return "^"
    if token.kind is Kind.MARK or token.text in _WORDS:
        return token.text
    return {Kind.NAME: "name", Kind.NUMBER: "literal", Kind.TEXT: "literal"}.get(token.kind, "prose")
