"""Changes at the border of a node, and edits of a node's text.

The node may reach beyond the pattern; it is re-printed as a whole, or its text goes through a regular expression.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whimbrel.rules.compiled import LITERAL, CompiledRule
from whimbrel.rules.export.frames import Place
from whimbrel.rules.export.nodes import changed, surroundings
from whimbrel.rules.export.tokens import Neighbours, Node, escape
from whimbrel.rules.export.words import (
    LEVELS,
    WHOLE,
    Document,
    bounded_expression,
    closed,
    expression,
    make_document,
    written,
)

_NEW = "NEW_TEXT"


def leaning(compiled: CompiledRule, place: Place, derived: Document) -> Iterator[Document]:
    """Documents for one insertion, or one replaced token, that re-print the node beside it.

    The node may reach beyond the pattern: it is matched by the tokens with which it begins or ends.
    """
    if len(compiled.changes) != 1:
        return
    change, bounds, stream = compiled.changes[0], place.match.bounds, place.stream
    new = compiled.rewrite[change.start : change.stop]
    token = compiled.elements[change.first] if change.last == change.first + 1 else None
    if change.last > change.first + 1 or (token is not None and token.what != LITERAL):
        return
    text = written(new)
    beside = {"regex": f"^{escape(token.text)}$"} if token is not None else None
    if change.last < len(compiled.pattern):
        gap = compiled.rewrite[change.stop].gap if new else ""
        for node in list(reversed(stream.starting.get(bounds[change.last], ())))[:LEVELS]:
            around = Neighbours(compiled, change.last, len(compiled.pattern))
            rule = {"pattern": "$" + WHOLE, "kind": stream.kinds[node], **surroundings(compiled, place, node, around)}
            rule["matches"] = around.edge(change.last, 1)["matches"]
            fix: Any = f"{text}{gap}${WHOLE}"
            if beside is not None:
                rule["follows"] = {**beside, **around.beyond(change.first - 1, -1)}
                rule.pop("all", None)
                fix = {"template": fix, "expandStart": beside}
            if closed(new, around.bound, compiled):
                yield make_document(rule, compiled, fix, derived, around.utils)
    if change.first > 0:
        gap = new[0].gap if new else ""
        for node in list(reversed(stream.ending.get(bounds[change.first], ())))[:LEVELS]:
            around = Neighbours(compiled, 0, change.first)
            rule = {"pattern": "$" + WHOLE, "kind": stream.kinds[node], **surroundings(compiled, place, node, around)}
            rule["matches"] = around.edge(change.first - 1, -1)["matches"]
            fix = f"${WHOLE}{gap}{text}"
            if beside is not None:
                rule["precedes"] = {**beside, **around.beyond(change.last, 1)}
                rule.pop("all", None)
                fix = {"template": fix, "expandEnd": beside}
            if closed(new, around.bound, compiled):
                yield make_document(rule, compiled, fix, derived, around.utils)


def at_border(compiled: CompiledRule, place: Place) -> Iterator[Document]:
    """Documents that edit the first or last tokens of a node that reaches beyond the pattern on the other side."""
    bounds, stream, count = place.match.bounds, place.stream, len(compiled.pattern)
    for low, high in changed(compiled, place):
        node = place.node(low, high)
        if node == -1:
            continue
        first, last = stream.firsts[node], stream.lasts[node]
        if first < bounds[0] and last in bounds[1:]:
            at = bounds.index(last)
            around, tokens = Neighbours(compiled, 0, at), compiled.pattern[:at]
            new = compiled.rewrite[: len(compiled.rewrite) - (count - at)]
            regex = expression(tokens) + "$"
        elif last > bounds[-1] and first in bounds[:-1]:
            at = bounds.index(first)
            around, tokens = Neighbours(compiled, at, count), compiled.pattern[at:]
            new = compiled.rewrite[at:]
            regex = "^" + expression(tokens)
        else:
            continue
        if not tokens or any(token.meta for token in (*tokens, *new)) or "\n" in written(new):
            continue
        rule = {
            "pattern": "$" + WHOLE,
            "kind": stream.kinds[node],
            "regex": regex,
            **surroundings(compiled, place, node, around),
        }
        yield {"rule": rule, "utils": around.utils, **_replaced(regex, written(new))}


def by_text(compiled: CompiledRule, place: Place) -> Iterator[Document]:
    """Documents that edit the text of the enclosing node by a regular expression; for patterns without holes."""
    if any(token.meta for token in (*compiled.pattern, *compiled.rewrite)):
        return
    new = written(compiled.rewrite)
    if "\n" in new:
        return
    match, stream = place.match, place.stream
    node = place.node(match.first, match.last)
    if node == -1:
        return
    start = match.first == stream.firsts[node]
    end = match.last == stream.lasts[node]
    regex = bounded_expression(compiled.pattern)
    if compiled.rule.scope == "code":
        regex = ("^" if start else "") + regex + ("$" if end else "")
    rule: Node = {
        "pattern": "$" + WHOLE,
        "kind": stream.kinds[node],
        "regex": regex,
        "not": {"has": {"regex": regex}},
    }
    kinds = compiled.rule.context.inside
    if kinds and stream.kinds[node] not in kinds:
        rule["inside"] = {"any": [{"kind": kind} for kind in kinds]}
    if compiled.rule.scope != "code":
        del rule["not"]
    yield {"rule": rule, **_replaced(regex, new)}


def _replaced(regex: str, new: str) -> Document:
    """The part of a document that replaces what an expression finds in the node."""
    arguments = {"source": "$" + WHOLE, "replace": regex, "by": new.replace("$", "$$")}
    return {"transform": {_NEW: {"replace": arguments}}, "fix": "$" + _NEW}
