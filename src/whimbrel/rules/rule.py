"""The rewrite rule, as data.

A rule is a *token pattern whose holes line up with syntax nodes*. Its two texts, ``pattern`` and ``rewrite``, use
ast-grep's metavariables: ``$A`` stands for one node, ``$$$A`` for a run of siblings. What the two texts have in common
stays untouched in the file; only the differences between them become edits (``compiled.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

APPLY_FROM = 0.35
"""Confidence from which ``apply`` and ``migrate`` use a rule unless asked otherwise; below it a rule is a proposal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoleCondition:
    """What a metavariable may stand for."""

    kinds: tuple[str, ...] = ()
    """Node kinds allowed; empty means any."""
    not_kinds: tuple[str, ...] = ()
    """Node kinds refused."""
    regex: str = ""
    """Regular expression that the whole text must match; empty means any."""
    not_regex: str = ""
    """Regular expression that the whole text must not match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """Text derived from a metavariable, with the operations of ast-grep's ``transform``."""

    source: str
    """The metavariable it comes from, without its dollar sign."""
    operation: str
    """``replace``, ``convert`` or ``substring``."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """replace: ``replace`` (regular expression), ``by``; convert: ``toCase``; substring: ``startChar``, ``endChar``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where a match may lie."""

    inside: tuple[str, ...] = ()
    """Kinds of node of which one must enclose the match directly; empty means anywhere."""
    outside: tuple[str, ...] = ()
    """Kinds of node of which none may enclose the match, however far up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why the rule is believed."""

    examples: int = 0
    """Example edits that it reproduces."""
    files: int = 0
    """Example files in which it does."""
    refused: int = 0
    """Places in the example files where it fires and the author changed nothing, or something else."""
    unparsed: int = 0
    """Example files in which the author's own result parses worse than what was there: macros that the grammar cannot
    know. Where there are two or more, a result that does not parse is no reason to refuse."""
    confidence: float = 1.0
    """Estimated probability that an edit made by the rule is right; 1 for a rule written by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rewrite rule."""

    id: str
    """Unique in its rule set."""
    language: str
    """Name of the language."""
    pattern: str
    """What is found."""
    rewrite: str
    """What it becomes."""
    scope: str = "code"
    """Which stream it matches: ``code``, ``comments`` or ``strings``."""
    where: Mapping[str, HoleCondition] = field(default_factory=dict)
    """Conditions by metavariable name."""
    transform: Mapping[str, Transform] = field(default_factory=dict)
    """Derived metavariables of the rewrite."""
    context: Context = field(default_factory=Context)
    """Conditions on the surroundings."""
    evidence: Evidence = field(default_factory=Evidence)
    """What it was learned from."""
    note: str = ""
    """A remark for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportChange:
    """A companion: imports that go with the rules of a migration, in one language.

    Each import is written as a whole statement in the syntax of the language.
    """

    language: str
    add: tuple[str, ...] = ()
    """Ensured in a file whose new text uses the name that it binds, when the old text did not."""
    drop: tuple[str, ...] = ()
    """Dropped from a file in which the name that it binds is no longer used."""
    replace: tuple[tuple[str, str], ...] = ()
    """(old, new): wherever a file imports old, it imports new instead; ``$NAME`` stands for any name."""
    style: tuple[str, ...] = ()
    """Habits of the project that a single file need not show: ``separate``, ``in place``, ``first``, ``order 2``..."""
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The rules of one migration, in the order in which they take precedence, with their companions."""

    rules: tuple[Rule, ...] = ()
    imports: tuple[ImportChange, ...] = ()
    foreign: tuple[Any, ...] = ()
    """Rules of ast-grep's own format (``foreign.py``)."""

    def languages(self) -> set[str]:
        """Names of the languages that have rules."""
        return {rule.language for rule in (*self.rules, *self.foreign)} | {change.language for change in self.imports}

    def of(self, language: str) -> RuleSet:
        """The part for one language."""
        return RuleSet(
            rules=tuple(rule for rule in self.rules if rule.language == language),
            imports=tuple(change for change in self.imports if change.language == language),
            foreign=tuple(rule for rule in self.foreign if rule.language == language),
        )

    def confident(self, minimum: float) -> RuleSet:
        """The part whose confidence is at least ``minimum``."""
        return replace(self, rules=tuple(rule for rule in self.rules if rule.evidence.confidence >= minimum))

    def may_match(self, data: bytes, language: Any) -> bool:
        """Whether any rule could match these bytes: false only when none can."""
        from whimbrel.rules.rewriting import may_match

        return may_match(self, data, language)


def joined(sets: Iterable[RuleSet]) -> RuleSet:
    """All rules of several sets, in order."""
    parts = list(sets)
    return RuleSet(
        rules=tuple(rule for part in parts for rule in part.rules),
        imports=tuple(change for part in parts for change in part.imports),
        foreign=tuple(rule for part in parts for rule in part.foreign),
    )
