"""A language-neutral lexer for measuring: one regular expression a family of languages.

The measures must not depend on the parser that learns and rewrites: a parse that goes wrong would hide its own damage.
So this lexer knows nothing but comments, literals, names, numbers and punctuation. Words inside comments and inside
literals that span lines are tokens of their own, so that an edit of one word of a long comment counts as one word.
It is deliberately approximate: regular expression literals and JSX text are lexed as punctuation and names.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import NamedTuple


class Kind(Enum):
    """What a token is."""

    NAME = "name"
    NUMBER = "number"
    TEXT = "text"
    """A string or character literal on one line."""
    MARK = "mark"
    """Punctuation."""
    PROSE = "prose"
    """A word of a comment or of a literal that spans lines."""


class Token(NamedTuple):
    """One token; white space belongs to none. A tuple, since a case has a million of them."""

    kind: Kind
    text: str
    start: int
    """Offset in characters."""


_DOUBLE = r'"(?:\\.|[^"\\\n])*"'
_SINGLE = r"'(?:\\.|[^'\\\n])*'"
_TICK = r"`(?:\\.|[^`\\])*`"
_TRIPLE = r'"""(?:\\.|[^\\])*?"""'
_CHARACTER = r"'(?:\\.|[^'\\\n])+'"
_SLASHES = r"//[^\n]*|/\*.*?\*/"
_HASH = r"\#[^\n]*"
_C_LITERALS = f"(?:u8|[LuU])?{_DOUBLE}|{_CHARACTER}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    """The comments and literals of languages that are lexed alike, as regular expressions."""

    comment: str
    """Comments."""
    literal: str
    """String and character literals."""
    name: str = r"[^\W\d]\w*"
    """Identifiers."""


_C = _Family(comment=_SLASHES, literal=_C_LITERALS)
_SCRIPT = _Family(comment=_SLASHES, literal=f"{_DOUBLE}|{_SINGLE}|{_TICK}", name=r"[@\#]?(?:[^\W\d]|\$)[\w$]*")
_JVM = _Family(comment=_SLASHES, literal=f"{_TRIPLE}|{_DOUBLE}|{_CHARACTER}", name=r"@?(?:[^\W\d]|\$)[\w$]*")

_FAMILIES = {
    "python": _Family(
        comment=_HASH,
        literal=rf"[rRbBuUfF]{{0,2}}(?:{_TRIPLE}|'''(?:\\.|[^\\])*?'''|{_DOUBLE}|{_SINGLE})",
    ),
    "javascript": _SCRIPT,
    "typescript": _SCRIPT,
    "tsx": _SCRIPT,
    "java": _JVM,
    "kotlin": _JVM,
    "scala": _JVM,
    "go": _Family(comment=_SLASHES, literal=f"{_DOUBLE}|{_CHARACTER}|`[^`]*`"),
    "rust": _Family(
        comment=_SLASHES,
        literal=r'b?r(?P<fence>\#*)".*?"(?P=fence)' + r'|b?"(?:\\.|[^"\\])*"' + r"|b?'(?:\\.[^'\n]*|[^'\\\n])'",
    ),
    "c": _C,
    "cpp": _C,
    "csharp": _Family(comment=_SLASHES, literal=rf'\$?@"(?:[^"]|"")*"|\$?(?:{_TRIPLE}|{_DOUBLE})|{_CHARACTER}'),
    "ruby": _Family(comment=rf"{_HASH}|^=begin\b.*?^=end\b", literal=f"{_DOUBLE}|{_SINGLE}", name=r"[@$:]*[^\W\d]\w*"),
    "php": _Family(comment=rf"{_SLASHES}|\#(?!\[)[^\n]*", literal=f"{_DOUBLE}|{_SINGLE}", name=r"\$?[^\W\d]\w*"),
    "bash": _Family(comment=r"(?<![^\s;])\#[^\n]*", literal=rf"{_DOUBLE}|'[^']*'", name=r"\$?[^\W\d]\w*"),
}

_NUMBER = r"\d\w*(?:\.\d\w*)?(?:(?<=[eE])[+-]\d\w*)?"
_LONG_MARKS = """<<= >>= **= //= ... === !== &&= ||= ??= -> => :: == != <= >= && || ?? ?. ++ --
    += -= *= /= %= &= |= ^= := ** << <- .."""
"""Longest first. ``>>`` is missing on purpose: two closing type brackets are two tokens."""

_QUOTES = frozenset("\"'`")
_WORD = re.compile(r"\w+|[^\w\s]")
_KINDS = {kind.value: kind for kind in Kind}


@cache
def _lexer(language: str) -> re.Pattern[str]:
    family = _FAMILIES.get(language, _C)
    long_marks = _LONG_MARKS.split() + (["//"] if language == "python" else [])
    marks = "|".join(re.escape(mark) for mark in long_marks)
    parts = (
        f"(?P<prose>{family.comment})",
        f"(?P<text>{family.literal})",
        f"(?P<name>{family.name})",
        f"(?P<number>{_NUMBER})",
        rf"(?P<mark>{marks}|\S)",
    )
    return re.compile("|".join(parts), re.DOTALL | re.MULTILINE)


def tokenise(text: str, language: str) -> list[Token]:
    """The tokens of a file; a language that is not in the table is lexed like C."""
    out: list[Token] = []
    for found in _lexer(language).finditer(text):
        _emit(found, out)
    return out


def retokenise(text: str, language: str, other: str, tokens: Sequence[Token]) -> list[Token]:
    """The tokens of a file, taken over from a file of nearly the same text where the two agree.

    The lexer keeps no state between matches, so the tokens before the first difference stay (back to the start of its
    line, and unless an opening quote waits for its end there), and so do those behind the last one from the first place
    on at which both files begin a match. What is measured is many versions of one file, and lexing is most of the cost.
    """
    starts = [token.start for token in tokens]
    kept = bisect_left(starts, _safe_prefix(text, other, tokens))
    while kept and tokens[kept - 1].kind is Kind.PROSE:
        kept -= 1
    shift, tail = len(text) - len(other), len(text) - _common_suffix(text, other)
    resume = tokens[kept - 1].start + len(tokens[kept - 1].text) if kept else 0
    out = list(tokens[:kept])
    for found in _lexer(language).finditer(text, resume):
        if found.start() > tail:
            at = bisect_left(starts, found.start() - shift)
            if at < len(tokens) and starts[at] + shift == found.start() and tokens[at].kind is not Kind.PROSE:
                return out + _moved(tokens[at:], shift)
        _emit(found, out)
    return out


def _moved(tokens: Sequence[Token], shift: int) -> list[Token]:
    if not shift:
        return list(tokens)
    return [_make((kind, text, start + shift)) for kind, text, start in tokens]


_make = Token._make
"""Builds a token without the detour of keyword arguments: it is called a million times a case."""


def _emit(found: re.Match[str], out: list[Token]) -> None:
    kind, token, start = _KINDS[found.lastgroup or ""], found.group(), found.start()
    if kind is Kind.PROSE or (kind is Kind.TEXT and "\n" in token):
        out.extend(_make((Kind.PROSE, word.group(), start + word.start())) for word in _WORD.finditer(token))
    else:
        out.append(_make((kind, token, start)))


def _safe_prefix(text: str, other: str, tokens: Sequence[Token]) -> int:
    """Start of the first line that differs, or of the first opening quote or comment that has no end."""
    end = other.rfind("\n", 0, _common_prefix(text, other)) + 1
    for token in tokens:
        if token.start >= end:
            break
        if token.kind is Kind.MARK and (token.text in _QUOTES or other.startswith("/*", token.start)):
            return token.start
    return end


def _common_prefix(left: str, right: str) -> int:
    """Length of the common start, by halving: comparing slices is far quicker than comparing characters."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_suffix(left: str, right: str) -> int:
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[len(left) - middle : len(left) - low] == right[len(right) - middle : len(right) - low]:
            low = middle
        else:
            high = middle - 1
    return low
