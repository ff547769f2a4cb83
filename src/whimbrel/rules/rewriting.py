"""Rewriting one file with a rule set.

All rules are matched against the file as it is; only the *edits* of two sites can conflict, not their contexts, so
nested and neighbouring sites compose in one pass (``nesting.py``). Of two sites whose edits overlap the earlier rule
wins this pass, and the loser is tried again on the result, at most ``PASSES`` times. A loser that the winner has
rewritten away is gone; one that still matches after the last pass is a refusal.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from whimbrel.rules.compiled import CompiledRule, compile_rule
from whimbrel.rules.imports import apply_import_changes, may_apply
from whimbrel.rules.layout import Draft, Renderer, Unsafe
from whimbrel.rules.match import find_matches
from whimbrel.rules.nesting import Placed, Taken, combined
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
    """Names the site within its file, whatever other sites are left out: the rule and where its first edit begins."""
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
    placed: Placed
    first: int
    """Where its first edit begins."""


@dataclass(frozen=True, slots=True)
class _Deferred:
    """A site that is tried again in the next pass; offsets are in the source of that pass."""

    rule_id: str
    key: str
    start: int
    end: int


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
    pending: list[_Deferred] | None = None
    for attempt in range(PASSES):
        found = _find_foreign(current, language, foreign)
        if not active and not found:
            break
        module = tokenize(current, language)
        outcome = _one_pass(module, active, found, source, maps, exclude, pending)
        sites.extend(outcome.sites)
        if pending is None:
            refusals.extend(outcome.refusals)
        if not outcome.edits:
            break
        if attempt == PASSES - 1:
            refusals.extend(_still_deferred(item, current, maps, source) for item in outcome.deferred)
        current = apply_edits(current, outcome.edits)
        maps.append(OffsetMap(outcome.edits))
        if not outcome.deferred:
            break
        pending = [
            _Deferred(item.rule_id, item.key, _forward(outcome.edits, item.start), _forward(outcome.edits, item.end))
            for item in outcome.deferred
        ]
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
    deferred: list[_Deferred]


def _one_pass(
    module: Module,
    active: list[CompiledRule],
    found: list[Found],
    original: bytes,
    maps: list[OffsetMap],
    exclude: Collection[str],
    pending: list[_Deferred] | None,
) -> _Pass:
    """Match all rules once; a later pass looks only for the sites that were put off."""
    result = _Pass([], [], [], [])
    taken = Taken()
    proposals = list(_proposals(module, active, found, result.refusals))
    keyed = _keyed(proposals, maps) if pending is None else _expected(proposals, maps, pending)
    for key, proposal in keyed:
        placed = proposal.placed
        if key in exclude:
            taken.bar(placed)
            continue
        fresh = taken.fits(placed)
        if fresh is None:
            result.deferred.append(_Deferred(proposal.rule.id, key, placed.start, placed.end))
            continue
        if not fresh:
            continue
        whole = len(fresh) == len(placed.drafts)
        taken.add(placed if whole else Placed(placed.start, placed.end, fresh, placed.relines))
        start = _to_original(placed.start, maps)
        end = max(start, _to_original(placed.end, maps))
        result.sites.append(_site(proposal, key, start, end, original, module.source))
    result.edits.extend(combined(module.source, taken.placed))
    return result


def _keyed(proposals: list[_Proposal], maps: list[OffsetMap]) -> Iterator[tuple[str, _Proposal]]:
    """Proposals with the keys of their sites, which no two of them share."""
    used: Counter[str] = Counter()
    for proposal in proposals:
        key = f"{proposal.rule.id}@{_to_original(proposal.first, maps)}"
        used[key] += 1
        yield (key if used[key] == 1 else f"{key}+{used[key] - 1}"), proposal


def _expected(
    proposals: list[_Proposal], maps: list[OffsetMap], pending: list[_Deferred]
) -> Iterator[tuple[str, _Proposal]]:
    """The proposals that are the sites put off, by their keys or by where they lie; these keep their keys."""
    missing = {item.key: item for item in pending}
    exact = {key: proposal for key, proposal in _keyed(proposals, maps) if key in missing}
    others = [item for key, item in missing.items() if key not in exact]
    known = set(map(id, exact.values()))
    names = {id(proposal): key for key, proposal in exact.items()}
    for proposal in proposals:
        if id(proposal) in known:
            yield names[id(proposal)], proposal
            continue
        placed = proposal.placed
        for item in others:
            if item.rule_id == proposal.rule.id and item.start < placed.end and placed.start < item.end:
                others.remove(item)
                yield item.key, proposal
                break


def _site(proposal: _Proposal, key: str, start: int, end: int, original: bytes, current: bytes) -> Site:
    edits = [draft.edit for draft in proposal.placed.drafts]
    low = min(proposal.placed.start, *(edit.start for edit in edits))
    high = max(proposal.placed.end, *(edit.end for edit in edits))
    shifted = [Edit(edit.start - low, edit.end - low, edit.replacement) for edit in edits]
    before = current[low:high]
    return Site(
        key=key,
        rule_id=proposal.rule.id,
        line=_line(original, start),
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
                drafts = renderer.drafts(compiled, match)
                low, high = stream.starts[match.first], stream.ends[match.last - 1]
                if isinstance(drafts, Unsafe):
                    refusals.append(_refusal(module, compiled.rule.id, low, high, drafts))
                elif drafts:
                    yield _proposal(compiled.rule, low, high, drafts, bool(compiled.shifts))
    if found:
        from whimbrel.rules.foreign_match import foreign_proposals

        for item, made in foreign_proposals(module, found):
            if isinstance(made, Unsafe):
                refusals.append(_refusal(module, item.rule.id, item.start, item.end, made))
            else:
                yield _proposal(item.rule, item.start, item.end, [Draft(edit) for edit in made])


def _proposal(
    rule: Rule | ForeignRule, low: int, high: int, drafts: list[Draft], relines: bool = False
) -> _Proposal:
    return _Proposal(rule, Placed(low, high, tuple(drafts), relines), min(draft.edit.start for draft in drafts))


def _still_deferred(item: _Deferred, current: bytes, maps: list[OffsetMap], original: bytes) -> Refusal:
    line = _line(original, _to_original(item.start, maps))
    reason = "its edits overlap those of other sites again and again"
    return Refusal(rule_id=item.rule_id, line=line, reason=reason, before=decode(current[item.start : item.end]))


def _refusal(module: Module, rule_id: str, low: int, high: int, unsafe: Unsafe) -> Refusal:
    line = _line(module.source, low)
    return Refusal(rule_id=rule_id, line=line, reason=unsafe.reason, before=decode(module.source[low:high]))


@lru_cache(maxsize=2)
def _breaks(source: bytes) -> list[int]:
    return [match.start() for match in re.finditer(rb"\n", source)]


def _line(source: bytes, offset: int) -> int:
    """The 1-based line of an offset."""
    return bisect_left(_breaks(source), offset) + 1


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
