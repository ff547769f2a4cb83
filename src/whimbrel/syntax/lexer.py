"""The text of a pattern to tokens and back.

A pattern is a fragment that need not parse alone, so it is not parsed: it is split by one regular expression a
language. The leaves of parsed files are split by the same expression (``stream.py``), so both sides agree on what a
token is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from whimbrel.syntax.language import NUMBER, OPERATORS, Language


@dataclass(frozen=True, slots=True)
class PatternToken:
    """One token of a pattern text."""

    text: str
    """Its text; of a metavariable the name with its ``$`` or ``$$$``."""
    gap: str
    """White space in front of it."""
    meta: bool = False
    """Whether it is a metavariable."""


@lru_cache(maxsize=1 << 15)
def lex_pattern(text: str, language: Language) -> tuple[PatternToken, ...]:
    """The tokens of a pattern text; a backslash in front of ``$`` makes it an ordinary one."""
    found: list[PatternToken] = []
    at = 0
    gap_from = 0
    lexer = language.pattern_lexer
    while match := lexer.search(text, at):
        start, end, kind = match.start(), match.end(), match.lastgroup
        gap = text[gap_from:start]
        if kind == "escaped":
            word = _words(language).match(text, end)  # where names may begin with a dollar sign
            end = word.end() if word else end + 1
            found.append(PatternToken(text[match.end() : end], gap))
        else:
            found.append(PatternToken(match.group(), gap, kind == "meta"))
        at = gap_from = end
    return tuple(found)


def split_leaf(text: str, language: Language) -> list[tuple[int, int]]:
    """Character ranges of the tokens inside the text of one leaf of a syntax tree."""
    return [(match.start(), match.end()) for match in _leaf_lexer(language).finditer(text)]


@lru_cache(maxsize=64)
def _words(language: Language) -> re.Pattern[str]:
    return re.compile(language.word_syntax, re.S)


@lru_cache(maxsize=64)
def _leaf_lexer(language: Language) -> re.Pattern[str]:
    return re.compile(rf"{language.word_syntax}|{NUMBER}|{OPERATORS}|\S", re.S)


def print_pattern(tokens: Sequence[PatternToken], language: Language) -> str | None:
    """A text that :func:`lex_pattern` splits into the same tokens, or None when there is none.

    White space is kept; a blank is put where two tokens would otherwise run together.
    """
    parts: list[str] = []
    previous = ""
    for index, token in enumerate(tokens):
        text = token.text if token.meta else escape(token.text)
        gap = token.gap if index else ""
        if index and not gap and not _separable(previous, text, language):
            gap = " "
        parts.append(gap + text)
        previous = text
    printed = "".join(parts)
    again = lex_pattern(printed, language)
    if [(t.text, t.meta) for t in again] != [(t.text, t.meta) for t in tokens]:
        return None
    return printed


def escape(text: str) -> str:
    """A literal token as it is written in a pattern."""
    return "\\" + text if text.startswith("$") else text


@lru_cache(maxsize=1 << 16)
def _separable(left: str, right: str, language: Language) -> bool:
    return [t.text for t in lex_pattern(left + right, language)] == [
        *(t.text for t in lex_pattern(left, language)),
        *(t.text for t in lex_pattern(right, language)),
    ]
