"""A rule made ready to match: its elements, its edits, the literals without which it cannot match."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from whimbrel.errors import RuleError
from whimbrel.rules.rule import HoleCondition, Rule
from whimbrel.syntax import Language, language_named
from whimbrel.syntax.lexer import PatternToken, lex_pattern
from whimbrel.text import encode

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
    literals: tuple[bytes, ...]
    """Byte strings that every file with a match contains."""
    commas: tuple[tuple[int, int], ...] = ()
    """Commas that the rule writes beside a run, as indices of the rewrite: the comma, the run."""
    shifts: tuple[tuple[int, int], ...] = ()
    """Elements that stay but on a line that is indented differently: index in the pattern, in the rewrite."""


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


def kept_elements(changes: tuple[Change, ...], count: int) -> Iterator[tuple[int, int]]:
    """Elements of the pattern that stay, each with its place in the rewrite; ``count`` is the pattern's length."""
    at = to = 0
    for change in (*changes, Change(count, count, 0, 0)):
        for index in range(at, change.first):
            yield index, to + index - at
        at, to = change.last, change.stop


def line_indents(tokens: tuple[PatternToken, ...]) -> list[tuple[int, str]]:
    """For each token the first token of its line and how far that line is indented relative to the first line."""
    head, indent = 0, ""
    out: list[tuple[int, str]] = []
    for index, token in enumerate(tokens):
        if index and "\n" in token.gap:
            head, indent = index, token.gap.rpartition("\n")[2]
        out.append((head, indent))
    return out


def _shifts(
    pattern: tuple[PatternToken, ...], rewrite: tuple[PatternToken, ...], changes: tuple[Change, ...]
) -> tuple[tuple[int, int], ...]:
    if not any("\n" in token.gap for token in (*pattern, *rewrite)):
        return ()
    old, new = line_indents(pattern), line_indents(rewrite)
    kept = dict(kept_elements(changes, len(pattern)))

    def same_line(i: int, j: int) -> bool:
        head, now = old[i][0], new[j][0]
        return kept.get(head) == now or any(
            (change.first <= head < change.last and change.start <= now < change.stop)
            or (change.last == i and change.stop == j == now)
            for change in changes
        )

    return tuple((i, j) for i, j in kept.items() if old[i][1] != new[j][1] and same_line(i, j))


def _commas(rewrite: tuple[PatternToken, ...], changes: tuple[Change, ...]) -> tuple[tuple[int, int], ...]:
    written = {index for change in changes for index in range(change.start, change.stop)}
    found: list[tuple[int, int]] = []
    for index, token in enumerate(rewrite):
        if token.meta and token.text.startswith("$$$"):
            beside = (at for at in (index + 1, index - 1) if 0 <= at < len(rewrite))
            comma = next((at for at in beside if rewrite[at].text == "," and at in written), None)
            if comma is not None:
                found.append((comma, index))
    return tuple(found)


def compile_rule(rule: Rule) -> CompiledRule:
    """Compile a rule.

    Raises:
        RuleError: if the pattern is empty or all holes, if no file can hold it, or if the rewrite uses a metavariable
            that the pattern does not bind.
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
    try:
        literals = {encode(element.text) for element in elements if element.what == LITERAL}
        encode(rule.rewrite)
    except UnicodeEncodeError:
        raise RuleError(f"rule {rule.id}: it has half of a surrogate pair in it, which no file can hold") from None
    changes = token_changes(pattern, rewrite)
    for change in changes:
        if any(token.meta and name_of(token.text) == "_" for token in rewrite[change.start : change.stop]):
            raise RuleError(
                f"rule {rule.id}: the rewrite moves $_, which stands for something else each time",
                hint="give the metavariable a name",
            )
    return CompiledRule(
        rule=rule,
        language=language,
        elements=elements,
        pattern=pattern,
        rewrite=rewrite,
        changes=changes,
        literals=tuple(sorted(literals, key=len, reverse=True)),
        commas=_commas(rewrite, changes),
        shifts=_shifts(pattern, rewrite, changes) if rule.scope == "code" else (),
    )


_WORDS = re.compile(r"(?:\w|[^\x00-\x7f])+|[^\w\s]", re.ASCII)
"""Splits like the words of comments and strings in ``syntax/stream.py``, where all beyond ASCII belongs to words."""


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
