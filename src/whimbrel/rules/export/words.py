"""The pieces of ast-grep documents: texts, expressions, kinds, and what cannot be said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from whimbrel.rules.compiled import RUN, CompiledRule, name_of
from whimbrel.rules.export.tokens import Node, condition_rule, escape
from whimbrel.syntax import count_errors
from whimbrel.syntax.lexer import PatternToken

Document = dict[str, Any]
WHOLE = "WHOLE"
"""The metavariable that stands for a matched node as a whole."""
LEVELS = 3
"""How many nodes, one in the other, are tried."""
_META = re.compile(r"\$+([A-Z_][A-Z0-9_]*)")
_NAMES = (
    "identifier",
    "type_identifier",
    "field_identifier",
    "property_identifier",
    "shorthand_property_identifier",
    "shorthand_property_identifier_pattern",
    "shorthand_field_identifier",
    "statement_identifier",
    "namespace_identifier",
    "package_identifier",
    "simple_identifier",
    "constant",
    "name",
)


class Inexpressible(Exception):
    """What of a rule ast-grep has no words for."""


def common(compiled: CompiledRule) -> Document:
    """The part that all documents of a rule share.

    Raises:
        Inexpressible: if something in the rule has no counterpart.
    """
    rule = compiled.rule
    if compiled.language.ast_grep is None:
        raise Inexpressible(f"ast-grep does not know {compiled.language.name}")
    for token in (*compiled.pattern, *compiled.rewrite):
        if any("\udc80" <= char <= "\udcff" for char in token.text):
            raise Inexpressible("it has bytes that are not UTF-8")
        if not token.meta and "$" in token.text and compiled.rule.scope == "code" and _looks_meta(token.text):
            raise Inexpressible("it has a literal dollar sign that ast-grep takes for a metavariable")
    message = f"{_short(rule.pattern)} -> {_short(rule.rewrite) or 'nothing'}"
    return {"id": rule.id, "language": compiled.language.ast_grep, "severity": "hint", "message": message}


def transforms(compiled: CompiledRule) -> Document:
    """The ``transform`` of a rule.

    Raises:
        Inexpressible: if an operation is ours alone.
    """
    found: Document = {}
    runs = {element.text for element in compiled.elements if element.what == RUN}
    for name, transform in compiled.rule.transform.items():
        if transform.arguments.get("toCase") in ("uncapitalize", "screamingSnakeCase"):
            raise Inexpressible(f"ast-grep cannot convert to {transform.arguments['toCase']}")
        source = ("$$$" if transform.source in runs else "$") + transform.source
        found[name] = {transform.operation: {"source": source, **transform.arguments}}
    return found


def make_document(
    rule: Node, compiled: CompiledRule, fix: Any, derived: Document, utils: Mapping[str, Node] | None = None
) -> Document:
    document: Document = {"rule": rule}
    constraints = {
        name: condition_rule(condition)
        for name, condition in compiled.rule.where.items()
        if f"${name}" in str(rule).replace("$$$", "") and condition_rule(condition)
    }
    if constraints:
        document["constraints"] = constraints
    if utils:
        document["utils"] = dict(utils)
    used = {name: body for name, body in derived.items() if "$" + name in str(fix)}
    if used:
        document["transform"] = derived
    document["fix"] = fix
    return document


def patterns(text: str, selector: str = "") -> list[Any]:
    """Ways to write a pattern: exact first, for ast-grep's default lets a match have more children at its end."""
    exact = {"context": text, "selector": selector, "strictness": "cst"}
    if selector:
        return [exact, {"context": text, "selector": selector}]
    del exact["selector"]
    return [exact, text]


def parses_alone(compiled: CompiledRule) -> bool:
    """Whether the pattern is a whole file, syntactically."""
    return not count_errors(_META.sub(r"x\1", compiled.rule.pattern).encode(), compiled.language)


def inside_rule(compiled: CompiledRule) -> Node:
    """The kinds that must enclose the match."""
    kinds = compiled.rule.context.inside
    if not kinds:
        return {}
    return {"inside": {"kind": kinds[0]} if len(kinds) == 1 else {"any": [{"kind": kind} for kind in kinds]}}


def closed(tokens: Sequence[PatternToken], bound: set[str], compiled: CompiledRule) -> bool:
    """Whether all metavariables of a text are bound."""
    sources = {name: transform.source for name, transform in compiled.rule.transform.items()}
    for token in tokens:
        name = name_of(token.text) if token.meta else ""
        while name in sources:
            name = sources[name]
        if name and name not in bound:
            return False
    return True


def kind_rule(kind: str, tokens: Sequence[PatternToken], compiled: CompiledRule) -> Node:
    """The kind of a node; a lone name may be of any kind of name."""
    known = _name_kinds(str(compiled.language.ast_grep))
    if len(tokens) > 1 or kind not in known or len(known) == 1:
        return {"kind": kind}
    return {"any": [{"kind": name} for name in known]}


@cache
def _name_kinds(language: str) -> tuple[str, ...]:
    """The kinds of names that ast-grep's grammar of a language has."""
    import ast_grep_py

    root = ast_grep_py.SgRoot("", language).root()
    found: list[str] = []
    for kind in _NAMES:
        try:
            root.find_all(kind=kind)
        except RuntimeError:
            continue
        found.append(kind)
    return tuple(found)


def written(tokens: Sequence[PatternToken]) -> str:
    """Tokens as ast-grep reads them."""
    return "".join(("" if index == 0 else token.gap) + token.text for index, token in enumerate(tokens))


def expression(tokens: Sequence[PatternToken]) -> str:
    """Tokens as a regular expression, with any white space where it may stand."""
    parts: list[str] = []
    for index, token in enumerate(tokens):
        if index:
            both = _wordy(tokens[index - 1].text[-1:]) and _wordy(token.text[:1])
            parts.append(r"\s+" if both else r"\s*")
        parts.append(escape(token.text))
    return "".join(parts)


def bounded_expression(tokens: Sequence[PatternToken]) -> str:
    """The same, not starting or ending within a word."""
    left = r"\b" if _wordy(tokens[0].text[:1]) else ""
    right = r"\b" if _wordy(tokens[-1].text[-1:]) else ""
    return left + expression(tokens) + right


def _wordy(char: str) -> bool:
    return char.isalnum() or char == "_"


def _looks_meta(text: str) -> bool:
    at = text.find("$")
    return text[at + 1 : at + 2].isupper() or text[at + 1 : at + 2] in ("$", "_")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:57] + "..."
