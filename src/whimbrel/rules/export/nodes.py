"""The node that changes, as a pattern or by its text, with the tokens around it as conditions."""

from __future__ import annotations

from collections.abc import Iterator

from whimbrel.rules.compiled import LITERAL, CompiledRule, name_of
from whimbrel.rules.export.frames import Place, contexts
from whimbrel.rules.export.tokens import ANYTHING, Neighbours, Node, escape
from whimbrel.rules.export.words import (
    LEVELS,
    Document,
    closed,
    expression,
    inside_rule,
    kind_rule,
    make_document,
    parses_alone,
    patterns,
    written,
)
from whimbrel.syntax import Stream


def plain(compiled: CompiledRule, place: Place | None, derived: Document) -> Iterator[Document]:
    """The pattern as it is; one that does not parse alone needs the kind of the node that it stands for."""
    kinds: list[Node] = [{}]
    if place is not None and not parses_alone(compiled):
        match, stream = place.match, place.stream
        nodes = [node for node in stream.starting.get(match.first, ()) if stream.lasts[node] == match.last]
        kinds = [{"kind": stream.kinds[node]} for node in nodes]
    for kind in kinds:
        for pattern in patterns(written(compiled.pattern)):
            rule = {"pattern": pattern, **kind, **inside_rule(compiled)}
            yield make_document(rule, compiled, written(compiled.rewrite), derived)


def changed(compiled: CompiledRule, place: Place) -> list[tuple[int, int]]:
    """Ranges of tokens that cover all changes; an insertion may lean on the token before or after it."""
    bounds, changes = place.match.bounds, compiled.changes
    found: list[tuple[int, int]] = []
    if not changes:
        return found
    low, high = bounds[changes[0].first], bounds[changes[-1].last]
    if low < high:
        found.append((low, high))
    leans_left = changes[0].first == changes[0].last
    leans_right = changes[-1].first == changes[-1].last
    first, last = place.match.first, place.match.last
    if low < high and (leans_left or leans_right):
        found += [(max(first, low - leans_left), high), (low, min(last, high + leans_right))]
    elif low == high:
        found += [(low, min(last, low + 1)), (max(first, low - 1), low)]
    found.append((max(first, low - leans_left), min(last, high + leans_right)))
    return list(dict.fromkeys(span for span in found if span[0] < span[1]))


def around_nodes(
    compiled: CompiledRule, place: Place, first: int, last: int, derived: Document
) -> Iterator[Document]:
    """Documents that match the innermost node around some tokens, or one of the nodes above it."""
    stream = place.stream
    node = place.node(first, last)
    for _ in range(LEVELS):
        if node == -1:
            return
        low, high = stream.firsts[node], stream.lasts[node]
        bounds = place.match.bounds
        if low in bounds and high in bounds:
            elements = (bounds.index(low), len(bounds) - 1 - bounds[::-1].index(high))
            if bounds[elements[0]] == low and elements[0] < elements[1]:
                yield from _exact(compiled, place, node, *elements, derived)
        node = stream.ups[node]
        if node != -1 and (stream.firsts[node] < place.match.first or stream.lasts[node] > place.match.last):
            return


def _exact(
    compiled: CompiledRule, place: Place, node: int, first: int, last: int, derived: Document
) -> Iterator[Document]:
    """Documents for a node that is exactly some elements of the pattern."""
    around = Neighbours(compiled, first, last)
    inner = compiled.pattern[first:last]
    new = compiled.rewrite[first : len(compiled.rewrite) - (len(compiled.pattern) - last)]
    bound = around.bound | {name_of(token.text) for token in inner if token.meta}
    if not closed(new, bound, compiled):
        return
    fix = written(new)
    kind = place.stream.kinds[node]
    rest = surroundings(compiled, place, node, around)
    if last == first + 1 and inner[0].meta and first in (0, len(compiled.pattern) - 1):
        # a hole at the border of the pattern takes the largest node that fits
        whole = {**rest, "follows" if first else "precedes": ANYTHING}
        yield make_document({"pattern": written(inner), "kind": kind, **whole}, compiled, fix, derived, around.utils)
    if all(not token.meta for token in inner):
        if len(inner) == len(compiled.pattern):
            yield from plain(compiled, place, derived)
        body: Node = {**kind_rule(kind, inner, compiled), "regex": f"^{expression(inner)}$"}
        yield make_document({**body, **rest}, compiled, fix, derived, around.utils)
        return
    text = written(inner)
    for pattern in patterns(text):
        yield make_document({"pattern": pattern, "kind": kind, **rest}, compiled, fix, derived, around.utils)
    for context in contexts(place, node, text):
        for pattern in patterns(context, kind):
            yield make_document({"pattern": pattern, **rest}, compiled, fix, derived, around.utils)


def expanded(compiled: CompiledRule, place: Place, derived: Document) -> Iterator[Document]:
    """Documents for replaced tokens that are a node and the separator before or after it."""
    if not compiled.changes:
        return
    bounds, first, last = place.match.bounds, compiled.changes[0].first, compiled.changes[-1].last
    new = compiled.rewrite[first : len(compiled.rewrite) - (len(compiled.pattern) - last)]
    for before, after in ((1, 0), (0, 1)):
        low, high = first + before, last - after
        if low >= high or bounds[low] == bounds[high]:
            continue
        separator = compiled.elements[first if before else last - 1]
        node = place.stream.node_at(bounds[low], bounds[high])
        if node is None or separator.what != LITERAL:
            continue
        beside = {"regex": f"^{escape(separator.text)}$"}
        expand = {"expandStart" if before else "expandEnd": beside}
        while place.stream.ups[node] != -1 and _same_span(place.stream, place.stream.ups[node], node):
            node = place.stream.ups[node]
        around = Neighbours(compiled, low, high)
        inner = compiled.pattern[low:high]
        if not closed(new, around.bound | {name_of(token.text) for token in inner if token.meta}, compiled):
            continue
        fix = {"template": written(new), **expand}
        kind = place.stream.kinds[node]
        rest = {"follows" if before else "precedes": beside, **surroundings(compiled, place, node, around)}
        if all(not token.meta for token in inner):
            body: Node = {**kind_rule(kind, inner, compiled), "regex": f"^{expression(inner)}$"}
            yield make_document({**body, **rest}, compiled, fix, derived, around.utils)
            continue
        text = written(inner)
        for context in contexts(place, node, text):
            for pattern in patterns(context, kind):
                yield make_document({"pattern": pattern, **rest}, compiled, fix, derived, around.utils)


def surroundings(compiled: CompiledRule, place: Place, node: int, around: Neighbours) -> Node:
    conditions = list(around.conditions)
    enclosing = inside_rule(compiled)
    if enclosing:
        # the node that encloses the match may lie some levels above the one that is edited
        stream, match = place.stream, place.match
        up = stream.ups[node]
        while up != -1 and match.first <= stream.firsts[up] and stream.lasts[up] <= match.last:
            enclosing, up = {"inside": enclosing}, stream.ups[up]
        if match.first <= stream.firsts[node] and stream.lasts[node] <= match.last:
            conditions.append(enclosing)
    return {"all": conditions} if conditions else {}


def _same_span(stream: Stream, left: int, right: int) -> bool:
    return stream.firsts[left] == stream.firsts[right] and stream.lasts[left] == stream.lasts[right]
