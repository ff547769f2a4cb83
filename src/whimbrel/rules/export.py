"""Our rules as ast-grep's.

Ours are token patterns, ast-grep's match nodes, so a rule may have to be said in another way there, or in several
documents. An export counts only when it is shown to find the same sites as the rule: every document is run on samples,
those that fire where the rule does not are thrown away, and together they have to find all that the rule finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from whimbrel.errors import RuleError, WhimbrelError
from whimbrel.rules.compiled import CompiledRule, compile_rule
from whimbrel.rules.export_candidates import Inexpressible, candidates
from whimbrel.rules.export_frames import Place
from whimbrel.rules.export_sites import Site, our_sites, their_sites
from whimbrel.rules.foreign import ForeignRule, read_foreign
from whimbrel.rules.match import find_matches
from whimbrel.rules.rule import Rule, RuleSet
from whimbrel.rules.yaml_nodes import Reader
from whimbrel.rules.yaml_text import block
from whimbrel.syntax import Module, language_for_path, tokenize

_PLACES = 24
_DOCUMENTS = 4


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
    """Whether ast-grep finds the same sites with a document as we with the rule, in all sources, and makes the same edits.

    Edits are compared by the tokens that they change; white space that ast-grep re-prints does not count.
    """
    compiled = compile_rule(rule)
    foreign = _read(document)
    for source in sources:
        module = tokenize(source, compiled.language)
        ours, refused = our_sites(compiled, module)
        if their_sites(foreign, module, refused) != ours:
            return False
    return True


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


def _export(rule: Rule, modules: list[Module]) -> str:
    try:
        compiled = compile_rule(rule)
    except WhimbrelError as error:
        raise Inexpressible(error.message) from None
    mine = [module for module in modules if module.language is compiled.language]
    if not mine:
        return _untried(compiled)
    wanted: set[tuple[int, Site]] = set()
    refusals: list[list[tuple[int, int]]] = []
    for index, module in enumerate(mine):
        ours, refused = our_sites(compiled, module)
        refusals.append(refused)
        wanted.update((index, site) for site in ours)
    if not wanted:
        raise Inexpressible("the samples have no site to try it on")
    return _covering(compiled, mine, wanted, refusals)


def _covering(
    compiled: CompiledRule,
    modules: list[Module],
    wanted: set[tuple[int, Site]],
    refusals: list[list[tuple[int, int]]],
) -> str:
    """Documents that fire nowhere else and together find all sites; fewest first, then the most natural."""
    seen: set[str] = set()
    good: list[_Tried] = []
    for place in _places(compiled, modules):
        for document in candidates(compiled, place):
            text = "\n".join(block(document)) + "\n"
            if text in seen:
                continue
            seen.add(text)
            sites = _try(text, modules, refusals, wanted)
            if sites == wanted:
                return text
            if sites:
                good.append(_Tried(text, frozenset(sites)))
    missing = set(wanted)
    chosen: list[_Tried] = []
    while missing and good and len(chosen) < _DOCUMENTS:
        best = max(good, key=lambda tried: len(tried.sites & missing))
        if not best.sites & missing:
            break
        chosen.append(best)
        missing -= best.sites
    if missing:
        raise Inexpressible("ast-grep finds other sites with it")
    return "---\n".join(_numbered(compiled.rule.id, [tried.text for tried in chosen]))


def _numbered(rule_id: str, texts: list[str]) -> list[str]:
    """Several documents of one rule get ids of their own."""
    if len(texts) == 1:
        return texts
    return ["\n".join([f"{line}-{index}" if line.startswith("id: ") else line for line in text.split("\n")])
            for index, text in enumerate(texts, 1)]


def _places(compiled: CompiledRule, modules: list[Module]) -> Iterator[Place]:
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
                    yield Place(compiled, module, stream, match)


def _try(
    text: str, modules: list[Module], refusals: list[list[tuple[int, int]]], wanted: set[tuple[int, Site]]
) -> set[tuple[int, Site]]:
    """The sites of a document in all samples; nothing when ast-grep rejects it or it fires where it should not."""
    try:
        foreign = _read(text)
    except RuleError:
        return set()
    found: set[tuple[int, Site]] = set()
    for index, module in enumerate(modules):
        sites = {(index, site) for site in their_sites(foreign, module, refusals[index])}
        if not sites <= wanted:
            return set()
        found |= sites
    return found


def _untried(compiled: CompiledRule) -> str:
    """The plain pattern, when ast-grep accepts it."""
    for document in candidates(compiled, None):
        text = "\n".join(block(document)) + "\n"
        try:
            _read(text)
        except RuleError:
            continue
        return text
    raise Inexpressible("the pattern does not parse alone, and there are no samples to see what it stands for")

