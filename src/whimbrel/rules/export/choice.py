"""Our rules as ast-grep's.

Ours are token patterns, ast-grep's match nodes, so a rule may have to be said in another way there, or in several
documents. An export counts only when it is shown to find the same sites as the rule: every document is run on samples,
those that fire where the rule does not are thrown away, and together they have to find all that the rule finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from whimbrel.errors import RuleError, WhimbrelError
from whimbrel.rules.compiled import Change, CompiledRule, compile_rule
from whimbrel.rules.export.candidates import candidates
from whimbrel.rules.export.frames import Place
from whimbrel.rules.export.sites import Site, our_sites, their_sites
from whimbrel.rules.export.words import Inexpressible, parses_alone
from whimbrel.rules.foreign import ForeignRule, read_foreign
from whimbrel.rules.foreign_match import find_foreign
from whimbrel.rules.match import find_matches
from whimbrel.rules.rule import Rule, RuleSet
from whimbrel.rules.yaml_nodes import Reader
from whimbrel.rules.yaml_text import block, scalar
from whimbrel.syntax import Module, language_for_path, tokenize

_PLACES = 24
_DOCUMENTS = 4
_PARTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Rules as documents of ast-grep, and those that could not be said."""

    documents: tuple[str, ...] = ()
    """One text a rule; a text may hold several YAML documents."""
    not_expressible: tuple[tuple[str, str], ...] = ()
    """(rule id, reason)."""

    @property
    def text(self) -> str:
        """All documents as one file, which ``ast-grep scan -r FILE`` and ``whimbrel apply FILE`` run."""
        return "---\n".join(self.documents)


def export_rules(rules: RuleSet, samples: Iterable[tuple[str, bytes]] = ()) -> Export:
    """Every rule that ast-grep can express.

    ``samples`` are (path, content) of files in which the rules fire, before their migration: the example files. Without
    them only patterns that parse alone are exported, untried.
    """
    modules = list(_modules(samples))
    documents: list[str] = []
    failed: list[tuple[str, str]] = []
    for rule in rules.rules:
        try:
            found = _export(rule, modules)
        except Inexpressible as error:
            failed.append((rule.id, str(error)))
        else:
            documents.append(found)
    documents.extend(rule.text for rule in rules.foreign)
    return Export(documents=tuple(documents), not_expressible=tuple(failed))


def to_ast_grep(rule: Rule, samples: Iterable[tuple[str, bytes]] = ()) -> str | None:
    """One rule as YAML that ast-grep runs, or None when it cannot be said; see :func:`export_rules`."""
    try:
        return _export(rule, list(_modules(samples)))
    except Inexpressible:
        return None


def verify_export(document: str, rule: Rule, sources: Iterable[bytes]) -> bool:
    """Whether ast-grep finds the same sites with a document as we with the rule, in all sources, with the same edits.

    Edits are compared by the tokens that they change; white space that ast-grep re-prints does not count. A document
    may make the changes of one site one by one.
    """
    compiled = compile_rule(rule)
    foreign = _read(document)
    whole = split = True
    for source in sources:
        module = tokenize(source, compiled.language)
        ours, refused = our_sites(compiled, module)
        theirs = their_sites(foreign, module, refused)
        apart = {site for part in _parts(compiled) for site in our_sites(compiled, module, part)[0]}
        whole, split = whole and theirs == ours, split and theirs == apart
    return whole or split


def _parts(compiled: CompiledRule) -> list[CompiledRule]:
    """The rule with one of its changes each."""
    parts: list[CompiledRule] = []
    for change in compiled.changes:
        new = compiled.rewrite[change.start : change.stop]
        after = compiled.pattern[change.last :]
        if after and change.stop < len(compiled.rewrite):
            after = (replace(after[0], gap=compiled.rewrite[change.stop].gap), *after[1:])
        rewrite = (*compiled.pattern[: change.first], *new, *after)
        only = Change(change.first, change.last, change.first, change.first + len(new))
        parts.append(replace(compiled, rewrite=rewrite, changes=(only,)))
    return parts


def _modules(samples: Iterable[tuple[str, bytes]]) -> Iterator[Module]:
    for path, source in samples:
        language = language_for_path(path)
        if language is not None:
            yield tokenize(source, language)


def _read(document: str) -> list[ForeignRule]:
    reader = Reader("export")
    return [read_foreign(reader, part) for part in reader.documents(document)]


# -- choosing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Tried:
    """A document and the sites that it finds, by sample."""

    text: str
    sites: frozenset[tuple[int, Site]]


@dataclass(frozen=True, slots=True)
class _Trial:
    """What documents are tried on: files, the sites that they should find there, and places that do not count."""

    compiled: CompiledRule
    modules: list[Module]
    wanted: set[tuple[int, Site]]
    refusals: list[list[tuple[int, int]]]

    def run(self, text: str) -> set[tuple[int, Site]]:
        """The sites of a document; nothing when ast-grep rejects it or it fires where it should not."""
        try:
            foreign = _read(text)
        except RuleError:
            return set()
        found: set[tuple[int, Site]] = set()
        for index, module in enumerate(self.modules):
            sites = {(index, site) for site in their_sites(foreign, module, self.refusals[index])}
            if not sites <= self.wanted:
                return set()
            found |= sites
        return found


def _export(rule: Rule, modules: list[Module]) -> str:
    try:
        compiled = compile_rule(rule)
    except WhimbrelError as error:
        raise Inexpressible(error.message) from None
    mine = [module for module in modules if module.language is compiled.language]
    if not mine:
        return _untried(compiled)
    trial = _trial(compiled, compiled, mine)
    if not trial.wanted:
        raise Inexpressible("the samples have no site to try it on")
    whole = _covering(trial, trial.compiled)
    if whole:
        return "---\n".join(_numbered(rule.id, whole))
    apart = _one_by_one(compiled, mine)
    if not apart:
        raise Inexpressible("ast-grep finds other sites with it")
    return "---\n".join(_numbered(rule.id, apart))


def _trial(compiled: CompiledRule, part: CompiledRule, modules: list[Module]) -> _Trial:
    wanted: set[tuple[int, Site]] = set()
    refusals: list[list[tuple[int, int]]] = []
    for index, module in enumerate(modules):
        ours, refused = our_sites(compiled, module, part)
        refusals.append(refused)
        wanted.update((index, site) for site in ours)
    return _Trial(compiled, modules, wanted, refusals)


def _one_by_one(compiled: CompiledRule, modules: list[Module]) -> list[str]:
    """One document for each change of the rule; ast-grep applies all of them to the same tree."""
    parts = _parts(compiled)
    if not 2 <= len(parts) <= _PARTS:
        return []
    texts: list[str] = []
    for part in parts:
        found = _covering(_trial(compiled, part, modules), part)
        if not found:
            return []
        texts += found
    return [] if _collide(texts, modules) else texts


def _collide(texts: list[str], modules: list[Module]) -> bool:
    """Whether two documents re-print the same bytes, so that ast-grep would apply only one of them."""
    rules = [rule for text in texts for rule in _read(text)]
    for module in modules:
        spans = sorted({(match.low, match.high) for match in find_foreign(module.source, module.language, rules)})
        if any(left[1] > right[0] for left, right in pairwise(spans)):
            return True
    return False


def _covering(trial: _Trial, part: CompiledRule) -> list[str]:
    """Documents that fire nowhere else and together find all sites; fewest first, then the most natural."""
    seen: set[str] = set()
    good: list[_Tried] = []
    for place in _places(trial.compiled, part, trial.modules):
        for document in candidates(part, place):
            text = "\n".join(block(_kept_outside(document, part.rule.context.outside))) + "\n"
            if text in seen:
                continue
            seen.add(text)
            sites = trial.run(text)
            if sites == trial.wanted:
                return [text]
            if sites:
                good.append(_Tried(text, frozenset(sites)))
    missing = set(trial.wanted)
    chosen: list[str] = []
    while missing and good and len(chosen) < _DOCUMENTS:
        best = max(good, key=lambda tried: len(tried.sites & missing))
        if not best.sites & missing:
            break
        chosen.append(best.text)
        missing -= best.sites
    return [] if missing else chosen


def _kept_outside(document: dict[str, Any], kinds: tuple[str, ...]) -> dict[str, Any]:
    """The document with the condition that none of these kinds of node encloses the match."""
    if not kinds:
        return document
    around = {"any": [{"kind": kind} for kind in kinds], "stopBy": "end"}
    return {**document, "rule": {"all": [document["rule"], {"not": {"inside": around}}]}}


def _numbered(rule_id: str, texts: list[str]) -> list[str]:
    """Several documents of one rule get ids of their own."""
    if len(texts) == 1:
        return texts
    head = "id: " + scalar(rule_id, 0)
    return [
        text.replace(head, "id: " + scalar(f"{rule_id}-{index}", 0), 1) for index, text in enumerate(texts, 1)
    ]


def _places(compiled: CompiledRule, part: CompiledRule, modules: list[Module]) -> Iterator[Place]:
    """Places where the rule fires, one of each shape."""
    shapes: set[tuple[Any, ...]] = set()
    for module in modules:
        for stream in module.streams:
            if stream.scope != compiled.rule.scope:
                continue
            for match in find_matches(compiled, stream):
                node = stream.enclosing(match.first, match.last)
                leaves = tuple(stream.kinds[stream.parents[token]] for token in {match.first, match.last - 1})
                shape = (stream.kinds[node] if node != -1 else "", leaves)
                if shape not in shapes and len(shapes) < _PLACES:
                    shapes.add(shape)
                    yield Place(part, module, stream, match)


def _untried(compiled: CompiledRule) -> str:
    """The plain pattern, when it parses alone."""
    for document in candidates(compiled, None) if parses_alone(compiled) else ():
        text = "\n".join(block(document)) + "\n"
        try:
            _read(text)
        except RuleError:
            continue
        return text
    raise Inexpressible("the pattern does not parse alone, and there are no samples to see what it stands for")

