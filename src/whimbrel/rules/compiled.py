"""A rule made ready to match: its elements, its edits, the literals without which it cannot match."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from whimbrel.errors import RuleError
from whimbrel.rules.rule import HoleCondition, Rule
from whimbrel.syntax import Language, language_named
from whimbrel.syntax.lexer import PatternToken, lex_pattern

LITERAL, HOLE, RUN = 0, 1, 2
_ANY = HoleCondition()


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a pattern."""

    what: int
    """LITERAL, HOLE (one node) or RUN (siblings)."""
    text: str
    """The token, or the metavariable's name without dollars."""
    kinds: frozenset[str] | None = None
    """Node kinds that a hole may stand for, None for any."""
    not_kinds: frozenset[str] = frozenset()
    regex: re.Pattern[str] | None = None
    not_regex: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Elements ``first:last`` of the pattern become tokens ``start:stop`` of the rewrite."""

    first: int
    last: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """A rule with everything that matching and rewriting need."""

    rule: Rule
    language: Language
    elements: tuple[Element, ...]
    pattern: tuple[PatternToken, ...]
    rewrite: tuple[PatternToken, ...]
    changes: tuple[Change, ...]
    anchor: int
    """Index of the element from which matching starts."""
    literals: tuple[bytes, ...]
    """Byte strings that every file with a match contains."""


def name_of(meta: str) -> str:
    """``$A`` and ``$$$A`` without their dollars."""
    return meta.lstrip("$")


@lru_cache(maxsize=1 << 14)
def _elements(pattern: tuple[PatternToken, ...], where: tuple[tuple[str, HoleCondition], ...]) -> tuple[Element, ...]:
    conditions = dict(where)
    return tuple(_element(token, conditions) for token in pattern)


def _element(token: PatternToken, conditions: dict[str, HoleCondition]) -> Element:
    if not token.meta:
        return Element(LITERAL, token.text)
    name = name_of(token.text)
    condition = conditions.get(name, _ANY)
    return Element(
        RUN if token.text.startswith("$$$") else HOLE,
        name,
        frozenset(condition.kinds) or None,
        frozenset(condition.not_kinds),
        re.compile(condition.regex) if condition.regex else None,
        re.compile(condition.not_regex) if condition.not_regex else None,
    )


def token_changes(pattern: tuple[PatternToken, ...], rewrite: tuple[PatternToken, ...]) -> tuple[Change, ...]:
    """The differences between the two texts of a rule, in order."""
    left = [(token.text, token.meta) for token in pattern]
    right = [(token.text, token.meta) for token in rewrite]
    head = 0
    while head < min(len(left), len(right)) and left[head] == right[head]:
        head += 1
    tail = 0
    while tail < min(len(left), len(right)) - head and left[-1 - tail] == right[-1 - tail]:
        tail += 1
    matcher = SequenceMatcher(None, left[head : len(left) - tail], right[head : len(right) - tail], autojunk=False)
    return tuple(
        Change(i1 + head, i2 + head, j1 + head, j2 + head)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    )


def _rarity(element: Element) -> tuple[int, int]:
    text = element.text
    wordy = text[:1].isalnum() or text[:1] in "_\"'`"
    return (2 if wordy and len(text) > 1 else 1 if wordy else 0, len(text))


def compile_rule(rule: Rule) -> CompiledRule:
    """Compile a rule.

    Raises:
        RuleError: if the pattern is empty or all holes, or the rewrite uses a metavariable that the pattern does not bind.
    """
    language = language_named(rule.language)
    pattern = lex_pattern(rule.pattern.strip("\n"), language)
    rewrite = lex_pattern(rule.rewrite.strip("\n"), language)
    if rule.scope != "code":
        pattern, rewrite = _prose(rule.pattern), _prose(rule.rewrite)
    _check(rule, pattern, rewrite)
    try:
        elements = _elements(pattern, tuple(sorted(rule.where.items())))
    except re.error as error:
        raise RuleError(f"rule {rule.id}: bad regular expression: {error}") from None
    except TypeError:
        elements = tuple(_element(token, dict(rule.where)) for token in pattern)
    anchor = max(
        (index for index, element in enumerate(elements) if element.what == LITERAL),
        key=lambda index: (_rarity(elements[index]), -index),
    )
    literals = tuple({element.text.encode("utf-8", "surrogateescape") for element in elements if element.what == LITERAL})
    return CompiledRule(
        rule=rule,
        language=language,
        elements=elements,
        pattern=pattern,
        rewrite=rewrite,
        changes=token_changes(pattern, rewrite),
        anchor=anchor,
        literals=tuple(sorted(literals, key=len, reverse=True)),
    )


_WORDS = re.compile(r"\w+|[^\w\s]")


def _prose(text: str) -> tuple[PatternToken, ...]:
    found: list[PatternToken] = []
    at = 0
    for match in _WORDS.finditer(text):
        found.append(PatternToken(match.group(), text[at : match.start()]))
        at = match.end()
    return tuple(found)


def _check(rule: Rule, pattern: tuple[PatternToken, ...], rewrite: tuple[PatternToken, ...]) -> None:
    if all(token.meta for token in pattern):
        raise RuleError(
            f"rule {rule.id}: the pattern {rule.pattern!r} has no literal token, so it would match everywhere",
            hint="keep at least one name, keyword or operator in it",
        )
    bound = {name_of(token.text) for token in pattern if token.meta}
    derived = set(rule.transform)
    for transform in rule.transform.values():
        if transform.source not in bound | derived:
            raise RuleError(
                f"rule {rule.id}: the transform reads ${transform.source}, which the pattern does not bind",
                hint="use a metavariable of the pattern",
            )
    for token in rewrite:
        if token.meta and name_of(token.text) not in bound | derived:
            raise RuleError(
                f"rule {rule.id}: the rewrite uses {token.text}, which the pattern does not bind",
                hint="bind it in the pattern, or put a backslash before the dollar sign if it is literal",
            )
    for name in rule.where:
        if name not in bound:
            raise RuleError(f"rule {rule.id}: 'where' names ${name}, which the pattern does not bind")
