"""Ways to say a rule in ast-grep's words, the most natural first.

Each is built at a place where the rule fires, for most patterns do not parse alone and only such a place shows which
nodes they stand for. Whether a candidate finds the same sites elsewhere is for ``export.py`` to try out.

1. the pattern as it is, when it parses alone;
2. the node that changes, as a pattern or by its text, and the tokens around it as conditions (``export_tokens.py``);
3. the same, where the change takes separators along: ``expandStart`` and ``expandEnd``;
4. the pattern completed to the node that encloses it (``export_frames.py``);
5. a regular expression on the text of the enclosing node, with the new text made by ``transform``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from whimbrel.rules.compiled import LITERAL, RUN, Change, CompiledRule, name_of
from whimbrel.rules.export_frames import Frame, Place, contexts
from whimbrel.rules.export_tokens import ANYTHING, Neighbours, Node, condition_rule, escape
from whimbrel.syntax import Stream
from whimbrel.syntax.lexer import PatternToken

Document = dict[str, Any]
_NEW, _SELF = "NEW_TEXT", "WHOLE"
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
_LEVELS = 3


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


def candidates(compiled: CompiledRule, place: Place | None) -> Iterator[Document]:
    """Documents to try, best first; without a place only the plain pattern."""
    head = common(compiled)
    derived = transforms(compiled)
    for variant in _slid(compiled):
        for document in _candidates(variant, place, derived):
            yield {**head, **document}


def _slid(compiled: CompiledRule) -> Iterator[CompiledRule]:
    """The rule, and the same with its only change moved: ``a [b a]`` inserts what ``[a b] a`` does."""
    yield compiled
    if len(compiled.changes) != 1:
        return
    pattern, rewrite, change = compiled.pattern, compiled.rewrite, compiled.changes[0]
    for step in (-1, 1):
        first, last, start, stop = change.first, change.last, change.start, change.stop
        while (
            (step > 0 or min(first, start) > 0)
            and (step < 0 or (last < len(pattern) and stop < len(rewrite)))
            and _slides(pattern, first, last, step)
            and _slides(rewrite, start, stop, step)
        ):
            first, last, start, stop = first + step, last + step, start + step, stop + step
            yield replace(compiled, changes=(Change(first, last, start, stop),))


def _slides(tokens: Sequence[PatternToken], first: int, last: int, step: int) -> bool:
    """Whether a range of tokens may move by one without changing what is left; an empty one always may."""
    if first == last:
        return True
    left, right = (tokens[first - 1], tokens[last - 1]) if step < 0 else (tokens[first], tokens[last])
    return left.text == right.text


def _candidates(compiled: CompiledRule, place: Place | None, derived: Document) -> Iterator[Document]:
    if compiled.rule.scope == "code":
        # a literal name and its neighbours fit more places than the whole pattern, so that comes later
        if place is None or any(token.meta for token in compiled.pattern):
            yield from _plain(compiled, derived)
        if place is None:
            return
        for first, last in _changed(compiled, place):
            yield from _around_nodes(compiled, place, first, last, derived)
        yield from _expanded(compiled, place, derived)
        yield from _leaning(compiled, place, derived)
        yield from _at_border(compiled, place)
        yield from _framed(compiled, place, derived)
    if place is not None:
        yield from _by_text(compiled, place)


def _plain(compiled: CompiledRule, derived: Document) -> Iterator[Document]:
    for pattern in _patterns(_text(compiled.pattern)):
        yield _document({"pattern": pattern, **_inside(compiled)}, compiled, _text(compiled.rewrite), derived)


def _patterns(text: str, selector: str = "") -> list[Any]:
    """Ways to write a pattern: exact first, for ast-grep's default lets a match have more children at its end."""
    exact = {"context": text, "selector": selector, "strictness": "cst"}
    if selector:
        return [exact, {"context": text, "selector": selector}]
    del exact["selector"]
    return [exact, text]


def _document(
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


def _inside(compiled: CompiledRule) -> Node:
    """The kinds that must enclose the match."""
    kinds = compiled.rule.context.inside
    if not kinds:
        return {}
    return {"inside": {"kind": kinds[0]} if len(kinds) == 1 else {"any": [{"kind": kind} for kind in kinds]}}


# -- the node that changes ---------------------------------------------------------------------------------------------


def _changed(compiled: CompiledRule, place: Place) -> list[tuple[int, int]]:
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


def _around_nodes(
    compiled: CompiledRule, place: Place, first: int, last: int, derived: Document
) -> Iterator[Document]:
    """Documents that match the innermost node around some tokens, or one of the nodes above it."""
    stream = place.stream
    node = place.node(first, last)
    for _ in range(_LEVELS):
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
    if not _closed(new, bound, compiled):
        return
    fix = _text(new)
    kind = place.stream.kinds[node]
    rest = _conditions(compiled, place, node, around)
    if last == first + 1 and inner[0].meta and first in (0, len(compiled.pattern) - 1):
        # a hole at the border of the pattern takes the largest node that fits
        whole = {**rest, "follows" if first else "precedes": ANYTHING}
        yield _document({"pattern": _text(inner), "kind": kind, **whole}, compiled, fix, derived, around.utils)
    if all(not token.meta for token in inner):
        if len(inner) == len(compiled.pattern):
            yield from _plain(compiled, derived)
        body: Node = {**_kinds(kind, inner, compiled), "regex": f"^{_regex(inner)}$"}
        yield _document({**body, **rest}, compiled, fix, derived, around.utils)
        return
    text = _text(inner)
    for pattern in _patterns(text):
        yield _document({"pattern": pattern, "kind": kind, **rest}, compiled, fix, derived, around.utils)
    for context in contexts(place, node, text):
        for pattern in _patterns(context, kind):
            yield _document({"pattern": pattern, **rest}, compiled, fix, derived, around.utils)


def _expanded(compiled: CompiledRule, place: Place, derived: Document) -> Iterator[Document]:
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
        if not _closed(new, around.bound | {name_of(token.text) for token in inner if token.meta}, compiled):
            continue
        fix = {"template": _text(new), **expand}
        kind = place.stream.kinds[node]
        rest = {"follows" if before else "precedes": beside, **_conditions(compiled, place, node, around)}
        if all(not token.meta for token in inner):
            body: Node = {**_kinds(kind, inner, compiled), "regex": f"^{_regex(inner)}$"}
            yield _document({**body, **rest}, compiled, fix, derived, around.utils)
            continue
        text = _text(inner)
        for context in contexts(place, node, text):
            for pattern in _patterns(context, kind):
                yield _document({"pattern": pattern, **rest}, compiled, fix, derived, around.utils)


def _leaning(compiled: CompiledRule, place: Place, derived: Document) -> Iterator[Document]:
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
    text = _text(new)
    beside = {"regex": f"^{escape(token.text)}$"} if token is not None else None
    if change.last < len(compiled.pattern):
        gap = compiled.rewrite[change.stop].gap if new else ""
        for node in list(reversed(stream.starting.get(bounds[change.last], ())))[:_LEVELS]:
            around = Neighbours(compiled, change.last, len(compiled.pattern))
            rule = {"pattern": "$" + _SELF, "kind": stream.kinds[node], **_conditions(compiled, place, node, around)}
            rule["matches"] = around.edge(change.last, 1)["matches"]
            fix: Any = f"{text}{gap}${_SELF}"
            if beside is not None:
                rule["follows"] = {**beside, **around.beyond(change.first - 1, -1)}
                rule.pop("all", None)
                fix = {"template": fix, "expandStart": beside}
            if _closed(new, around.bound, compiled):
                yield _document(rule, compiled, fix, derived, around.utils)
    if change.first > 0:
        gap = new[0].gap if new else ""
        for node in list(reversed(stream.ending.get(bounds[change.first], ())))[:_LEVELS]:
            around = Neighbours(compiled, 0, change.first)
            rule = {"pattern": "$" + _SELF, "kind": stream.kinds[node], **_conditions(compiled, place, node, around)}
            rule["matches"] = around.edge(change.first - 1, -1)["matches"]
            fix = f"${_SELF}{gap}{text}"
            if beside is not None:
                rule["precedes"] = {**beside, **around.beyond(change.last, 1)}
                rule.pop("all", None)
                fix = {"template": fix, "expandEnd": beside}
            if _closed(new, around.bound, compiled):
                yield _document(rule, compiled, fix, derived, around.utils)


def _same_span(stream: Stream, left: int, right: int) -> bool:
    return stream.firsts[left] == stream.firsts[right] and stream.lasts[left] == stream.lasts[right]


def _conditions(compiled: CompiledRule, place: Place, node: int, around: Neighbours) -> Node:
    conditions = list(around.conditions)
    kinds = compiled.rule.context.inside
    if kinds:
        enclosing = {"kind": kinds[0]} if len(kinds) == 1 else {"any": [{"kind": kind} for kind in kinds]}
        conditions.append({"inside": {**enclosing, "stopBy": "end"}})
    return {"all": conditions} if conditions else {}


def _kinds(kind: str, tokens: Sequence[PatternToken], compiled: CompiledRule) -> Node:
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


def _closed(tokens: Sequence[PatternToken], bound: set[str], compiled: CompiledRule) -> bool:
    """Whether all metavariables of a text are bound."""
    sources = {name: transform.source for name, transform in compiled.rule.transform.items()}
    for token in tokens:
        name = name_of(token.text) if token.meta else ""
        while name in sources:
            name = sources[name]
        if name and name not in bound:
            return False
    return True


# -- frames ------------------------------------------------------------------------------------------------------------


def _framed(compiled: CompiledRule, place: Place, derived: Document) -> Iterator[Document]:
    """Documents that match the node around the whole match."""
    match, stream = place.match, place.stream
    node = place.node(match.first, match.last)
    for _ in range(2):
        if node == -1:
            return
        frame = Frame(place, node, match.first, match.last)
        text = frame.left + _text(compiled.pattern) + frame.right
        fix = frame.left + _text(compiled.rewrite) + frame.right
        kind = stream.kinds[node]
        inside = _inside(compiled) if not frame.left and not frame.right else {}
        for pattern in _patterns(text):
            yield _document({"pattern": pattern, "kind": kind, **inside}, compiled, fix, derived)
        for context in contexts(place, node, text):
            for pattern in _patterns(context, kind):
                yield _document({"pattern": pattern, **inside}, compiled, fix, derived)
        node = stream.ups[node]


# -- text --------------------------------------------------------------------------------------------------------------


def _by_text(compiled: CompiledRule, place: Place) -> Iterator[Document]:
    """Documents that edit the text of the enclosing node by a regular expression; for patterns without holes."""
    if any(token.meta for token in (*compiled.pattern, *compiled.rewrite)):
        return
    new = _text(compiled.rewrite)
    if "\n" in new:
        return
    match, stream = place.match, place.stream
    node = place.node(match.first, match.last)
    if node == -1:
        return
    start = match.first == stream.firsts[node]
    end = match.last == stream.lasts[node]
    regex = _bounded(compiled.pattern)
    if compiled.rule.scope == "code":
        regex = ("^" if start else "") + regex + ("$" if end else "")
    rule: Node = {
        "pattern": "$" + _SELF,
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


def _at_border(compiled: CompiledRule, place: Place) -> Iterator[Document]:
    """Documents that edit the first or last tokens of a node that reaches beyond the pattern on the other side."""
    bounds, stream, count = place.match.bounds, place.stream, len(compiled.pattern)
    for low, high in _changed(compiled, place):
        node = place.node(low, high)
        if node == -1:
            continue
        first, last = stream.firsts[node], stream.lasts[node]
        if first < bounds[0] and last in bounds[1:]:
            at = bounds.index(last)
            around, tokens = Neighbours(compiled, 0, at), compiled.pattern[:at]
            new = compiled.rewrite[: len(compiled.rewrite) - (count - at)]
            regex = _regex(tokens) + "$"
        elif last > bounds[-1] and first in bounds[:-1]:
            at = bounds.index(first)
            around, tokens = Neighbours(compiled, at, count), compiled.pattern[at:]
            new = compiled.rewrite[at:]
            regex = "^" + _regex(tokens)
        else:
            continue
        if not tokens or any(token.meta for token in (*tokens, *new)) or "\n" in _text(new):
            continue
        rule = {
            "pattern": "$" + _SELF,
            "kind": stream.kinds[node],
            "regex": regex,
            **_conditions(compiled, place, node, around),
        }
        yield {"rule": rule, "utils": around.utils, **_replaced(regex, _text(new))}


def _replaced(regex: str, new: str) -> Document:
    """The part of a document that replaces what an expression finds in the node."""
    arguments = {"source": "$" + _SELF, "replace": regex, "by": new.replace("$", "$$")}
    return {"transform": {_NEW: {"replace": arguments}}, "fix": "$" + _NEW}


# -- tokens as text ----------------------------------------------------------------------------------------------------


def _text(tokens: Sequence[PatternToken]) -> str:
    """Tokens as ast-grep reads them."""
    return "".join(("" if index == 0 else token.gap) + token.text for index, token in enumerate(tokens))


def _regex(tokens: Sequence[PatternToken]) -> str:
    """Tokens as a regular expression, with any white space where it may stand."""
    parts: list[str] = []
    for index, token in enumerate(tokens):
        if index:
            both = _wordy(tokens[index - 1].text[-1:]) and _wordy(token.text[:1])
            parts.append(r"\s+" if both else r"\s*")
        parts.append(escape(token.text))
    return "".join(parts)


def _bounded(tokens: Sequence[PatternToken]) -> str:
    """The same, not starting or ending within a word."""
    left = r"\b" if _wordy(tokens[0].text[:1]) else ""
    right = r"\b" if _wordy(tokens[-1].text[-1:]) else ""
    return left + _regex(tokens) + right


def _wordy(char: str) -> bool:
    return char.isalnum() or char == "_"


def _looks_meta(text: str) -> bool:
    at = text.find("$")
    return text[at + 1 : at + 2].isupper() or text[at + 1 : at + 2] in ("$", "_")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:57] + "..."

