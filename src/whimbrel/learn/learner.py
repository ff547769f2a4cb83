"""Learning rewrite rules from examples.

Edits to windows, windows to templates, templates to candidate rules, candidates judged on the examples, the best set
chosen by description length. ``docs/design/learning.md`` tells why it is done so and what each part is worth.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from whimbrel.learn.confidence import confidence
from whimbrel.learn.evaluate import HunkId, Outcome, evaluate
from whimbrel.learn.examples import Example, ParsedExample, Side, parse_example
from whimbrel.learn.imports import learn_import_changes
from whimbrel.learn.policy import DEFAULT_POLICY, Policy
from whimbrel.learn.roles import Role, roles_of
from whimbrel.learn.select import Candidate, candidate_order, select
from whimbrel.learn.templates import Template, TemplateMaker
from whimbrel.learn.windows import Window, windows_for
from whimbrel.rules.compiled import CompiledRule, compile_rule
from whimbrel.rules.match import enclosed_by, surrounding
from whimbrel.rules.rule import Context, Evidence, HoleCondition, ImportChange, Rule, RuleSet, joined
from whimbrel.syntax import Language, Stream, count_errors, language_for_path
from whimbrel.text import decode, is_binary

_LARGEST = 5_000_000
_LARGE_IMPORTS = 1_000_000
_LONG_LINE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Unexplained:
    """An example edit that no rule reproduces."""

    path: str
    line: int
    """1-based, in the file before."""
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedFile:
    """An example file that was not used."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What was learned."""

    rules: RuleSet
    edits: int
    """Edits in the examples."""
    explained: int
    """Those that the rules reproduce."""
    unexplained: tuple[Unexplained, ...] = ()
    skipped: tuple[SkippedFile, ...] = ()


def learn(examples: Sequence[Example], *, policy: Policy = DEFAULT_POLICY) -> Learned:
    """Learn rules from examples; each language is learned on its own."""
    by_language: dict[str, tuple[Language, list[Example]]] = {}
    skipped: list[SkippedFile] = []
    for example in examples:
        language = language_for_path(example.path)
        reason = _unusable(example, language)
        if reason or language is None:
            skipped.append(SkippedFile(path=example.path, reason=reason))
            continue
        by_language.setdefault(language.name, (language, []))[1].append(example)
    parts = [_learn_language(language, group, policy) for language, group in by_language.values()]
    return Learned(
        rules=joined(part.rules for part in parts),
        edits=sum(part.edits for part in parts),
        explained=sum(part.explained for part in parts),
        unexplained=tuple(item for part in parts for item in part.unexplained),
        skipped=tuple(skipped),
    )


def _unusable(example: Example, language: Language | None) -> str:
    if language is None:
        return "its language is not known"
    if example.before == example.after:
        return "the two sides do not differ"
    if not example.before.strip() or not example.after.strip():
        return "one side is empty"
    if is_binary(example.before) or is_binary(example.after):
        return "binary"
    if max(len(example.before), len(example.after)) > _LARGEST:
        return "larger than 5 MB"
    return ""


@dataclass(slots=True)
class Chosen:
    """The outcome of learning one language, before it is put into words."""

    parsed: list[ParsedExample]
    candidates: list[Candidate]
    """In order of precedence."""
    values: dict[HunkId, float]
    """The hunks that rules had to explain."""
    imports: tuple[ImportChange, ...]
    taken: int
    """Hunks that the import companions explain."""


def choose(language: Language, group: list[Example], policy: Policy = DEFAULT_POLICY) -> Chosen:
    """Learn from examples of one language."""
    parsed = [parse_example(example, language, index) for index, example in enumerate(group)]
    imports = learn_import_changes(_with_readable_imports(group), language)
    claims: list[set[int]] = []
    for index, example in enumerate(parsed):
        code = example.sides[0]
        claims.append(claimed(code, imports.explained_before[index], imports.explained_after[index]))
        code.settled = set(claims[-1])
        code.settled |= import_lines(code, language) if imports.changes else set()
    inner = _inner_strings(parsed)
    values = _values(parsed, inner, policy)
    candidates = _candidates(parsed, language, policy)
    for candidate in candidates:
        _unfold(candidate, inner)
    chosen = sorted(select(candidates, values, policy), key=candidate_order)
    return Chosen(parsed, chosen, values, imports.changes, sum(map(len, claims)))


def _with_readable_imports(group: list[Example]) -> list[tuple[bytes, bytes]]:
    """The pairs for the import companions; files that are too large or minified stand in as unchanged."""
    return [
        (example.before, example.after) if all(map(_readable, (example.before, example.after))) else (b"", b"")
        for example in group
    ]


def _readable(source: bytes) -> bool:
    return len(source) <= _LARGE_IMPORTS and max(map(len, source.split(b"\n"))) <= _LONG_LINE


def _learn_language(language: Language, group: list[Example], policy: Policy) -> Learned:
    chosen = choose(language, group, policy)
    covered = {hunk for candidate in chosen.candidates for hunk in candidate.outcome.covered if hunk in chosen.values}
    edits = len(chosen.values) + chosen.taken
    unparsed = [
        index
        for index, example in enumerate(group)
        if count_errors(example.after, language) > count_errors(example.before, language)
    ]
    rules = tuple(
        _named(candidate, index, language, confidence(candidate, edits), unparsed)
        for index, candidate in enumerate(chosen.candidates, 1)
    )
    return Learned(
        rules=RuleSet(rules=rules, imports=chosen.imports),
        edits=edits,
        explained=len(covered) + chosen.taken,
        unexplained=tuple(_unexplained(chosen.parsed, hunk) for hunk in sorted(chosen.values.keys() - covered)),
    )


def _inner_strings(parsed: list[ParsedExample]) -> dict[HunkId, tuple[HunkId, ...]]:
    """Hunks of the code that replace one string literal by another, with the hunks of words inside that literal."""
    inner: dict[HunkId, tuple[HunkId, ...]] = {}
    for example in parsed:
        code, _, strings = example.sides
        for index, hunk in enumerate(code.hunks):
            if hunk.i2 - hunk.i1 != 1 or hunk.j2 - hunk.j1 != 1:
                continue
            low, high = code.before.starts[hunk.i1], code.before.ends[hunk.i1]
            words = tuple(
                (code.file, "strings", at)
                for at, word in enumerate(strings.hunks)
                if word.i1 < word.i2
                and low <= strings.before.starts[word.i1]
                and strings.before.ends[word.i2 - 1] <= high
            )
            if words:
                inner[code.file, "code", index] = words
    return inner


Ranges = tuple[tuple[int, int], ...]


def claimed(code: Side, before: Ranges, after: Ranges) -> set[int]:
    """Hunks that lie in import statements whose edits the import companions account for."""
    out: set[int] = set()
    for index, hunk in enumerate(code.hunks):
        old = _within(code.before, hunk.i1, hunk.i2, before)
        new = _within(code.after, hunk.j1, hunk.j2, after)
        if old and new:
            out.add(index)
    return out


def _within(stream: Stream, first: int, last: int, ranges: Ranges) -> bool:
    if first == last:
        return True
    start, end = stream.starts[first], stream.ends[last - 1]
    return any(low <= start and end <= high for low, high in ranges)


def import_lines(code: Side, language: Language) -> set[int]:
    """Hunks that insert or delete whole import statements: what follows from other edits, not a rule of its own."""
    out: set[int] = set()
    for index, hunk in enumerate(code.hunks):
        if hunk.i1 == hunk.i2:
            stream, first, last = code.after, hunk.j1, hunk.j2
        elif hunk.j1 == hunk.j2:
            stream, first, last = code.before, hunk.i1, hunk.i2
        else:
            continue
        if _all_imports(stream, first, last, language):
            out.add(index)
    return out


def _all_imports(stream: Stream, first: int, last: int, language: Language) -> bool:
    token = first
    while token < last:
        nodes = [node for node in stream.starting.get(token, ()) if stream.kinds[node] in language.imports]
        ends = [stream.lasts[node] for node in nodes if stream.lasts[node] <= last]
        if not ends:
            return False
        token = ends[0]
        while token < last and stream.texts[token] == ";":
            token += 1
    return True


def _values(
    parsed: list[ParsedExample], inner: dict[HunkId, tuple[HunkId, ...]], policy: Policy
) -> dict[HunkId, float]:
    values: dict[HunkId, float] = {}
    for example in parsed:
        for side in example.sides:
            for index, hunk in enumerate(side.hunks):
                own = (side.file, side.before.scope, index)
                if side.before.scope == "strings" or index in side.settled:
                    continue
                tokens = min(10, hunk.i2 - hunk.i1 + hunk.j2 - hunk.j1)
                value = policy.hunk_value + policy.token_value * tokens
                for part in inner.get(own, (own,)):
                    values[part] = value / len(inner.get(own, (own,)))
    return values


def _unfold(candidate: Candidate, inner: dict[HunkId, tuple[HunkId, ...]]) -> None:
    """Let a candidate that replaces a whole string literal cover the words inside it."""
    covered = candidate.outcome.covered
    for hunk in [hunk for hunk in covered if hunk in inner]:
        covered.discard(hunk)
        covered.update(inner[hunk])


def _named(
    candidate: Candidate, index: int, language: Language, estimate: float, unparsed: Collection[int]
) -> Rule:
    rule, outcome = candidate.compiled.rule, candidate.outcome
    evidence = Evidence(
        examples=len(outcome.covered),
        files=len(outcome.files),
        refused=len(outcome.wrong),
        unparsed=len(outcome.files & set(unparsed)),
        confidence=estimate,
    )
    return Rule(
        id=f"{language.name}-{index}",
        language=rule.language,
        pattern=rule.pattern,
        rewrite=rule.rewrite,
        scope=rule.scope,
        where=rule.where,
        transform=rule.transform,
        context=rule.context,
        evidence=evidence,
    )


def _unexplained(parsed: list[ParsedExample], hunk_id: HunkId) -> Unexplained:
    file, scope, index = hunk_id
    example = parsed[file]
    side = next(side for side in example.sides if side.before.scope == scope)
    hunk = side.hunks[index]
    place = side.before.starts[hunk.i1] if hunk.i1 < len(side.before) else len(example.before.source)
    return Unexplained(
        path=example.example.path,
        line=example.before.source.count(b"\n", 0, place) + 1,
        before=_excerpt(side, hunk.i1, hunk.i2, old=True),
        after=_excerpt(side, hunk.j1, hunk.j2, old=False),
        reason="no rule reproduces it without firing where nothing was changed",
    )


def _excerpt(side: Side, first: int, last: int, *, old: bool) -> str:
    stream = side.before if old else side.after
    if first >= last:
        return ""
    return decode(stream.source[stream.starts[first] : stream.ends[last - 1]])


Key = tuple[object, ...]


@dataclass(slots=True)
class _Group:
    """Templates with the same two texts."""

    template: Template
    scope: str
    kinds: dict[str, set[str]]
    inside: set[str]
    count: int
    imported: bool = False
    """Whether one of the places lies in an import."""


def _candidates(parsed: list[ParsedExample], language: Language, policy: Policy) -> list[Candidate]:
    groups = _groups(parsed, language, policy)
    ranked = sorted(
        groups.values(),
        key=lambda group: (-group.count, group.template.cost + group.template.habits, group.template.pattern),
    )
    out: list[Candidate] = []
    for group in ranked[: policy.max_candidates]:
        plain = _candidate(group, parsed, language, policy)
        if plain is None:
            continue
        out.append(plain)
        doubtful = plain.outcome.wrong or plain.outcome.after or _inserts_only(plain.compiled)
        if group.scope != "code" or not doubtful:
            continue
        variants: list[dict[str, Any]] = [{"kinds": group.kinds}] if group.kinds else []
        if group.inside and "" not in group.inside:
            variants.append({"inside": group.inside})
            if group.kinds:
                variants.append({"kinds": group.kinds, "inside": group.inside})
        if not group.imported and language.imports and (plain.outcome.wrong or plain.outcome.after):
            variants.append({"outside": language.imports})
        for variant in variants:
            narrow = _candidate(group, parsed, language, policy, **variant)
            if narrow is not None:
                out.append(narrow)
    return out


def _groups(parsed: list[ParsedExample], language: Language, policy: Policy) -> dict[Key, _Group]:
    groups: dict[Key, _Group] = {}
    partners: dict[tuple[object, ...], list[tuple[TemplateMaker, Window]]] = {}
    kept: set[Key] = set()
    seen: Counter[Key] = Counter()
    for example in parsed:
        for side in example.sides:
            if not side.hunks:
                continue
            maker = TemplateMaker(side, language, policy)
            for index in _sample(side, language, seen, policy):
                own: list[Key] = []
                for window in windows_for(side, index, language, policy):
                    with suppress(RecursionError):  # nesting of hundreds of levels: no rule is made of this window
                        for template in maker.make(window):
                            own.append(_add(groups, template, maker, window))
                        if side.before.scope == "code":
                            own.extend(_unify(groups, maker, window, partners, policy))
                own.sort(key=lambda key: groups[key].template.cost + groups[key].template.habits)
                kept.update(own[: policy.per_hunk])
    return {key: group for key, group in groups.items() if group.count > 1 or key in kept}


def _sample(side: Side, language: Language, seen: Counter[Key], policy: Policy) -> Iterator[int]:
    """The hunks from which templates are made: a few of each kind, since the rest would give the same ones."""
    scope = side.before.scope
    old_roles, new_roles = roles_of(side.before, language), roles_of(side.after, language)
    for index, hunk in enumerate(side.hunks):
        if index in side.settled:
            continue
        old = tuple(side.before.texts[hunk.i1 : hunk.i2])
        new = tuple(side.after.texts[hunk.j1 : hunk.j2])
        shape = (
            tuple(
                text if old_roles.of(at) <= Role.KEYWORD else "" for at, text in enumerate(old, hunk.i1)
            ),
            tuple(
                text if new_roles.of(at) <= Role.KEYWORD else "" for at, text in enumerate(new, hunk.j1)
            ),
        )
        beside = tuple(side.before.texts[max(0, hunk.i1 - 1) : hunk.i1] + side.before.texts[hunk.i2 : hunk.i2 + 1])
        exact: Key = (scope, old, new, beside if not old or not new else ())
        similar: Key = (scope, "shape", *shape, not old or not new)
        if (
            seen[exact] >= policy.same_hunks
            or seen[similar] >= policy.similar_hunks * (6 if similar[-1] else 1)
            or seen["all",] >= policy.max_sites
        ):
            continue
        seen.update((exact, similar, ("all",)))
        yield index


def _unify(
    groups: dict[Key, _Group],
    maker: TemplateMaker,
    window: Window,
    partners: dict[tuple[object, ...], list[tuple[TemplateMaker, Window]]],
    policy: Policy,
) -> list[Key]:
    """Generalise a window with the last windows of the same form; the keys of the templates made."""
    key = maker.form(window)
    known = partners.setdefault(key, [])
    made: list[Key] = []
    for other, partner in known[-policy.max_pairs :]:
        template = maker.unify(window, other, partner)
        if template is not None:
            made.append(_add(groups, template, maker, window))
    known.append((maker, window))
    return made


def _add(
    groups: dict[Key, _Group], template: Template, maker: TemplateMaker, window: Window
) -> Key:
    scope = maker.before.scope
    key = (scope, *template.key)
    group = groups.get(key)
    if group is None:
        group = groups[key] = _Group(template, scope, defaultdict(set), set(), 0)
    group.count += 1
    for name, kind in template.kinds.items():
        group.kinds[name].add(kind)
    if scope == "code":
        group.imported |= enclosed_by(maker.before, window.first, window.last, maker.language.imports)
        group.inside.add(surrounding(maker.before, window.first, window.last))
    return key


def _candidate(
    group: _Group,
    parsed: list[ParsedExample],
    language: Language,
    policy: Policy,
    *,
    kinds: Mapping[str, set[str]] | None = None,
    inside: set[str] | None = None,
    outside: Collection[str] = (),
) -> Candidate | None:
    template = group.template
    rule = Rule(
        id="candidate",
        language=language.name,
        pattern=template.pattern,
        rewrite=template.rewrite,
        scope=group.scope,
        where=_conditions(template, kinds or {}),
        transform=template.transform,
        context=Context(inside=tuple(sorted(inside or ())), outside=tuple(sorted(outside))),
    )
    compiled = compile_rule(rule)
    if not compiled.changes:
        return None
    outcome = evaluate(compiled, parsed)
    if not outcome.covered:
        return None
    cost = template.cost + policy.typed_cost * len(kinds or ()) + policy.context_cost * bool(inside)
    cost += policy.outside_cost * bool(outside)
    if not inside and group.scope == "code" and _inserts_only(compiled):
        cost += policy.bare_insertion_cost * max(0.0, 1.5 - template.strength) / len(group.inside)
    cost += template.habits / max(1.0, min(_independent(outcome), policy.habit_limit))
    cost += _hole_costs(template, outcome, policy) + _unspecific(compiled, template, outcome, policy)
    return Candidate(compiled, outcome, cost, template.strength, group.count)


def _one_sided(compiled: CompiledRule) -> bool:
    """Whether it inserts only or deletes only: no token that it exchanges for another ties it to its place."""
    return _inserts_only(compiled) or all(change.start == change.stop for change in compiled.changes)


def _conditions(template: Template, kinds: Mapping[str, set[str]]) -> dict[str, HoleCondition]:
    return {
        name: HoleCondition(
            kinds=tuple(sorted(kinds.get(name, ()))),
            regex=template.conditions.get(name, ("", ""))[0],
            not_regex=template.conditions.get(name, ("", ""))[1],
        )
        for name in sorted(kinds.keys() | template.conditions.keys())
    }


def _inserts_only(compiled: CompiledRule) -> bool:
    return all(change.first == change.last for change in compiled.changes)


def _hole_costs(template: Template, outcome: Outcome, policy: Policy) -> float:
    """What the fillers say against holes: one that is always the same should be literal, a name is better literal."""
    cost = 0.0
    for name, role in template.roles.items():
        if name not in outcome.fillers:
            continue
        texts = outcome.fillers.get(name, set())
        if len(texts) > 1:
            continue
        if role is Role.NAME:
            cost += policy.name_hole_cost
        cost += policy.constant_cost * min(policy.constant_limit, _independent(outcome) - 1)
    return cost


def _independent(outcome: Outcome) -> float:
    """How many independent places agree: within one file the same local name is no coincidence."""
    return len(outcome.files) + 0.25 * (outcome.good - len(outcome.files))


def _unspecific(compiled: CompiledRule, template: Template, outcome: Outcome, policy: Policy) -> float:
    """What a pattern costs for how much else it would fit: the size principle.

    Of two patterns that fit the same places the narrower one makes them less of a coincidence, and the more so the more
    places there are (Tenenbaum and Griffiths 2001). How much a pattern fits is estimated from its literal words.
    """
    if compiled.rule.scope != "code":
        return 0.0
    strength = template.strength
    if strength < 1.0:
        strength += policy.typed_strength * sum(element.kinds is not None for element in compiled.elements)
        strength += policy.context_strength * bool(compiled.rule.context.inside)
    enough = policy.enough_one_sided if _one_sided(compiled) else policy.enough_strength
    return policy.width_cost * max(0.0, 1.0 - strength / enough) * min(outcome.good, policy.width_limit)
