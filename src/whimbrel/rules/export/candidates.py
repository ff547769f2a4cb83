"""Ways to say a rule in ast-grep's words, the most natural first.

Each is built at a place where the rule fires, for most patterns do not parse alone and only such a place shows which
nodes they stand for. Whether a candidate finds the same sites elsewhere is for ``choice.py`` to try out.

1. the pattern as it is, when it parses alone;
2. the node that changes, as a pattern or by its text, and the tokens around it as conditions (``tokens.py``);
3. the same, where the change takes separators along: ``expandStart`` and ``expandEnd``;
4. the pattern completed to the node that encloses it (``frames.py``);
5. a regular expression on the text of the enclosing node, with the new text made by ``transform``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from whimbrel.rules.compiled import Change, CompiledRule
from whimbrel.rules.export.borders import at_border, by_text, leaning
from whimbrel.rules.export.frames import Frame, Place, contexts
from whimbrel.rules.export.nodes import around_nodes, changed, expanded, plain
from whimbrel.rules.export.words import Document, common, inside_rule, make_document, patterns, transforms, written
from whimbrel.syntax.lexer import PatternToken


def candidates(compiled: CompiledRule, place: Place | None) -> Iterator[Document]:
    """Documents to try, best first; without a place only the plain pattern."""
    head = common(compiled)
    derived = transforms(compiled)
    for variant in _slid(compiled):
        for found in _candidates(variant, place, derived):
            yield {**head, **found}


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
            yield from plain(compiled, place, derived)
        if place is None:
            return
        for first, last in changed(compiled, place):
            yield from around_nodes(compiled, place, first, last, derived)
        yield from expanded(compiled, place, derived)
        yield from leaning(compiled, place, derived)
        yield from at_border(compiled, place)
        yield from _framed(compiled, place, derived)
    if place is not None:
        yield from by_text(compiled, place)


def _framed(compiled: CompiledRule, place: Place, derived: Document) -> Iterator[Document]:
    """Documents that match the node around the whole match."""
    match, stream = place.match, place.stream
    node = place.node(match.first, match.last)
    for _ in range(2):
        if node == -1:
            return
        frame = Frame(place, node, match.first, match.last)
        text = frame.left + written(compiled.pattern) + frame.right
        fix = frame.left + written(compiled.rewrite) + frame.right
        kind = stream.kinds[node]
        inside = inside_rule(compiled) if not frame.left and not frame.right else {}
        for pattern in patterns(text):
            yield make_document({"pattern": pattern, "kind": kind, **inside}, compiled, fix, derived)
        for context in contexts(place, node, text):
            for pattern in patterns(context, kind):
                yield make_document({"pattern": pattern, **inside}, compiled, fix, derived)
        node = stream.ups[node]
