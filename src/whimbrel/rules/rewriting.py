"""Rewriting one file with a rule set.

All rules are matched against the file as it is; only the *edits* of two sites can conflict, not their contexts, so nested
and neighbouring sites compose in one pass. Of two sites whose edits overlap the earlier rule wins this pass, and the
loser is tried again on the result, at most ``PASSES`` times; a site lost for good is reported, never dropped silently.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whimbrel.rules.compiled import CompiledRule, compile_rule
from whimbrel.rules.imports import apply_import_changes, may_apply
from whimbrel.rules.layout import Renderer, Unsafe
from whimbrel.rules.match import find_matches
from whimbrel.rules.rule import Rule, RuleSet
from whimbrel.syntax import Language, Module, tokenize
from whimbrel.text import Edit, OffsetMap, apply_edits, decode

if TYPE_CHECKING:
    from whimbrel.rules.foreign import ForeignRule
    from whimbrel.rules.foreign_match import Found

PASSES = 4
IMPORTS = "imports"
"""Key and rule of the site that holds all import edits of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place that was rewritten."""

    key: str
    """Names the site within its file, whatever other sites are left out."""
    rule_id: str
    line: int
    """1-based, in the file before."""
    start: int
    """Bytes of the match in the file before."""
    end: int
    before: str
    """Text of the match before."""
    after: str
    """Its text after its own edits."""
    confidence: float
    """Of the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A place that a rule matches but that is not safe to rewrite."""

    rule_id: str
    line: int
    reason: str
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """What became of a file."""

    source: bytes
    """The new bytes; the old ones when there are no sites."""
    sites: tuple[Site, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class _Proposal:
    """A match with its edits, before conflicts are settled."""

    rule: Rule | ForeignRule
    match_start: int
    match_end: int
    edits: tuple[Edit, ...]


_CACHE: dict[int, tuple[RuleSet, dict[str, list[CompiledRule]]]] = {}


def compiled_rules(rules: RuleSet, language: Language) -> list[CompiledRule]:
    """The compiled rules of a language, remembered with the rule set."""
    entry = _CACHE.get(id(rules))
    if entry is None or entry[0] is not rules:
        if len(_CACHE) > 64:
            _CACHE.clear()
        entry = (rules, {})
        _CACHE[id(rules)] = entry
    by_language = entry[1]
    if language.name not in by_language:
        by_language[language.name] = [compile_rule(rule) for rule in rules.rules if rule.language == language.name]
    return by_language[language.name]


def may_match(rules: RuleSet, data: bytes, language: Language) -> bool:
    """Whether these bytes hold all literals of at least one rule."""
    if any(all(literal in data for literal in rule.literals) for rule in compiled_rules(rules, language)):
        return True
    changes = [change for change in rules.imports if change.language == language.name]
    if changes and may_apply(data, changes):
        return True
    return any(rule.language == language.name and rule.may_match(data) for rule in rules.foreign)


def rewrite(
    source: bytes,
    *,
    rules: RuleSet,
    language: Language,
    exclude: Collection[str] = (),
    minimum_confidence: float = 0.0,
    path: str = "",
) -> Rewrite:
    """Apply every rule of the language to one file, leaving out the sites named in ``exclude``.

    ``path`` is where the file lies in its tree; rules of ast-grep may restrict themselves to some paths.
    """
    active = [
        rule
        for rule in compiled_rules(rules, language)
        if rule.rule.evidence.confidence >= minimum_confidence and all(literal in source for literal in rule.literals)
    ]
    foreign = [
        rule
        for rule in rules.foreign
        if rule.language == language.name
        and rule.evidence.confidence >= minimum_confidence
        and (not path or rule.applies_to(path))
    ]
    sites: list[Site] = []
    refusals: list[Refusal] = []
    maps: list[OffsetMap] = []
    current = source
    touched: list[tuple[int, int]] | None = None
    for _ in range(PASSES):
        found = _find_foreign(current, language, foreign)
        if not active and not found:
            break
        module = tokenize(current, language)
        outcome = _one_pass(module, active, found, source, maps, exclude, touched)
        sites.extend(outcome.sites)
        if touched is None:
            refusals.extend(outcome.refusals)
        if not outcome.edits:
            break
        current = apply_edits(current, outcome.edits)
        maps.append(OffsetMap(outcome.edits))
        if not outcome.deferred:
            break
        touched = [(_forward(outcome.edits, start), _forward(outcome.edits, end)) for start, end in outcome.deferred]
    if IMPORTS not in exclude:
        done = _with_imports(source, current, rules, language)
        if done != current:
            sites.append(_import_site(current, done, len(source)))
            current = done
    return Rewrite(source=current, sites=tuple(sites), refusals=tuple(refusals))


def _find_foreign(source: bytes, language: Language, rules: list[ForeignRule]) -> list[Found]:
    if not rules:
        return []
    from whimbrel.rules.foreign_match import find_foreign  # ast-grep is loaded only where its rules are run

    return find_foreign(source, language, rules)


def _with_imports(before: bytes, after: bytes, rules: RuleSet, language: Language) -> bytes:
    changes = [change for change in rules.imports if change.language == language.name]
    if not changes or (before == after and not may_apply(before, changes)):
        return after
    return apply_import_changes(before, after, changes, language)


def _import_site(before: bytes, after: bytes, length: int) -> Site:
    """All import edits of a file as one site: they stand or fall together."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    start = min(length, sum(map(len, old[:head])))
    removed = b"".join(old[head : len(old) - tail])
    return Site(
        key=IMPORTS,
        rule_id=IMPORTS,
        line=head + 1,
        start=start,
        end=min(length, start + len(removed)),
        before=decode(removed),
        after=decode(b"".join(new[head : len(new) - tail])),
        confidence=1.0,
    )


@dataclass(slots=True)
class _Pass:
    edits: list[Edit]
    sites: list[Site]
    refusals: list[Refusal]
    deferred: list[tuple[int, int]]


def _one_pass(
    module: Module,
    active: list[CompiledRule],
    found: list[Found],
    original: bytes,
    maps: list[OffsetMap],
    exclude: Collection[str],
    touched: list[tuple[int, int]] | None,
) -> _Pass:
    """Match all rules once; ``touched`` restricts a later pass to places that were put off."""
    result = _Pass([], [], [], [])
    taken = _Taken()
    for proposal in _proposals(module, active, found, result.refusals):
        if touched is not None and not any(
            low <= proposal.match_end and proposal.match_start <= high for low, high in touched
        ):
            continue
        start = _to_original(proposal.match_start, maps)
        key = f"{proposal.rule.id}@{start}"
        if key in exclude:
            continue
        fresh = taken.fits(proposal.edits)
        if fresh is None:
            result.deferred.append((proposal.match_start, proposal.match_end))
            continue
        if not fresh:
            continue
        taken.add(fresh)
        result.edits.extend(fresh)
        end = max(start, _to_original(proposal.match_end, maps))
        result.sites.append(_site(proposal, key, start, end, original, module.source))
    return result


def _site(proposal: _Proposal, key: str, start: int, end: int, original: bytes, current: bytes) -> Site:
    low = min(proposal.match_start, *(edit.start for edit in proposal.edits))
    high = max(proposal.match_end, *(edit.end for edit in proposal.edits))
    shifted = [Edit(edit.start - low, edit.end - low, edit.replacement) for edit in proposal.edits]
    before = current[low:high]
    return Site(
        key=key,
        rule_id=proposal.rule.id,
        line=original.count(b"\n", 0, start) + 1,
        start=start,
        end=end,
        before=decode(before),
        after=decode(apply_edits(before, shifted)),
        confidence=proposal.rule.evidence.confidence,
    )


def _proposals(
    module: Module, active: list[CompiledRule], found: list[Found], refusals: list[Refusal]
) -> Iterator[_Proposal]:
    scopes = {compiled.rule.scope for compiled in active}
    renderers = [(stream, Renderer(module, stream)) for scope in sorted(scopes) for stream in module.of_scope(scope)]
    for compiled in active:
        for stream, renderer in renderers:
            if stream.scope != compiled.rule.scope:
                continue
            for match in find_matches(compiled, stream):
                edits = renderer.edits(compiled, match)
                low, high = stream.starts[match.first], stream.ends[match.last - 1]
                if isinstance(edits, Unsafe):
                    refusals.append(_refusal(module, compiled.rule.id, low, high, edits))
                elif edits:
                    yield _Proposal(compiled.rule, low, high, tuple(edits))
    if found:
        from whimbrel.rules.foreign_match import foreign_proposals

        for item, made in foreign_proposals(module, found):
            if isinstance(made, Unsafe):
                refusals.append(_refusal(module, item.rule.id, item.start, item.end, made))
            else:
                yield _Proposal(item.rule, item.start, item.end, made)


def _refusal(module: Module, rule_id: str, low: int, high: int, unsafe: Unsafe) -> Refusal:
    line = module.source.count(b"\n", 0, low) + 1
    return Refusal(rule_id=rule_id, line=line, reason=unsafe.reason, before=decode(module.source[low:high]))


class _Taken:
    """Byte ranges that edits of this pass already claim."""

    def __init__(self) -> None:
        self.edits: set[Edit] = set()
        self.ordered: list[tuple[int, int]] = []

    def fits(self, edits: tuple[Edit, ...]) -> list[Edit] | None:
        """The edits that are not made yet, or None when one of them overlaps a different one."""
        from bisect import bisect_left

        fresh: list[Edit] = []
        for edit in edits:
            if edit in self.edits:
                continue
            at = bisect_left(self.ordered, (edit.start, edit.end))
            for low, high in self.ordered[max(0, at - 1) : at + 2]:
                if (low < edit.end and edit.start < high) or (low, high) == (edit.start, edit.end):
                    return None
                if low < edit.start < high or edit.start < low < edit.end:
                    return None
            fresh.append(edit)
        return fresh

    def add(self, edits: list[Edit]) -> None:
        from bisect import insort

        for edit in edits:
            self.edits.add(edit)
            insort(self.ordered, (edit.start, edit.end))


def _forward(edits: list[Edit], offset: int) -> int:
    """Where an offset of the source lies after the edits."""
    shift = 0
    for edit in sorted(edits):
        if edit.start >= offset:
            break
        shift += len(edit.replacement) - (min(edit.end, offset) - edit.start)
    return offset + shift


def _to_original(offset: int, maps: list[OffsetMap]) -> int:
    for step in reversed(maps):
        offset = step.back(offset)
    return offset
