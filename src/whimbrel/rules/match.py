"""Finding a rule's matches in a token stream.

Matching starts at the places of one literal token, the one that the file has least of, and goes outwards from there:
to the right, then to the left. A hole takes a whole node, the largest first; a run takes zero or more complete
siblings, the fewest first, but all that there are at either end of a pattern. The cost follows the occurrences of the
literal, not the length of the file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from whimbrel.rules.compiled import HOLE, LITERAL, CompiledRule, Element, name_of
from whimbrel.rules.transforms import derive
from whimbrel.syntax import Stream

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Match:
    """A place where a pattern matches; token ranges, half-open."""

    bounds: tuple[int, ...]
    """First token of every element, and behind them the token after the match."""
    bindings: dict[str, Range]
    """What each metavariable stands for."""

    @property
    def first(self) -> int:
        """First token."""
        return self.bounds[0]

    @property
    def last(self) -> int:
        """Token after the last one."""
        return self.bounds[-1]


def find_matches(compiled: CompiledRule, stream: Stream) -> Iterator[Match]:
    """All matches in a stream, at most one for each place of the anchor, in order."""
    elements = compiled.elements
    positions = stream.positions
    anchor, places = -1, None
    for index, element in enumerate(elements):
        if element.what == LITERAL:
            found = positions.get(element.text)
            if not found:
                return
            if places is None or len(found) < len(places):
                anchor, places = index, found
    for place in places or ():
        match = match_at(elements, anchor, stream, place)
        if match is not None and in_place(compiled, stream, match) and not is_done(compiled, match, stream):
            yield match


def in_place(compiled: CompiledRule, stream: Stream, match: Match) -> bool:
    """Whether a match begins and ends at leaves, keeps the spacing inside leaves, and lies where the rule may apply."""
    if stream.scope != "code":
        return stream.enclosing(match.first, match.last) != -1
    joined = stream.joined
    if joined:
        if match.first in joined or match.last in joined:
            return False
        for index in range(1, len(compiled.elements)):
            first, last = match.bounds[index], match.bounds[index + 1]
            if first in joined and compiled.pattern[index].gap and last > first:
                return False
    context = compiled.rule.context
    if context.outside and enclosed_by(stream, match.first, match.last, context.outside):
        return False
    return not context.inside or surrounding(stream, match.first, match.last) in context.inside


def enclosed_by(stream: Stream, first: int, last: int, kinds: Collection[str]) -> bool:
    """Whether a node of one of these kinds lies around or on the tokens."""
    node = stream.enclosing(first, last)
    while node != -1:
        if stream.kinds[node] in kinds:
            return True
        node = stream.ups[node]
    return False


def surrounding(stream: Stream, first: int, last: int) -> str:
    """Kind of the innermost node that covers the tokens and more, or an empty string."""
    node = stream.enclosing(first, last)
    while node != -1 and stream.firsts[node] == first and stream.lasts[node] == last:
        node = stream.ups[node]
    return stream.kinds[node] if node != -1 else ""


def match_at(elements: tuple[Element, ...], anchor: int, stream: Stream, place: int) -> Match | None:
    """The first match whose anchor lies at ``place``, or None."""
    count = len(elements)
    texts = stream.texts
    total = len(texts)
    # literals next to the anchor fail fast, before any search starts
    for step in range(1, count - anchor):
        element = elements[anchor + step]
        if element.what != LITERAL:
            break
        if place + step >= total or texts[place + step] != element.text:
            return None
    for step in range(1, anchor + 1):
        element = elements[anchor - step]
        if element.what != LITERAL:
            break
        if place - step < 0 or texts[place - step] != element.text:
            return None
    bounds = [0] * (count + 1)
    bounds[anchor] = place
    bindings: dict[str, Range] = {}
    search = _Search(elements, stream, bounds, bindings)
    if search.right(anchor + 1, place + 1, anchor):
        return Match(tuple(bounds), dict(bindings))
    return None


class _Search:
    """Backtracking over one place; ``right`` continues with ``left`` when it reaches the end."""

    __slots__ = ("bindings", "bounds", "elements", "stream", "texts")

    def __init__(
        self, elements: tuple[Element, ...], stream: Stream, bounds: list[int], bindings: dict[str, Range]
    ) -> None:
        self.elements = elements
        self.stream = stream
        self.texts = stream.texts
        self.bounds = bounds
        self.bindings = bindings

    def right(self, index: int, token: int, anchor: int) -> bool:
        """Match elements from ``index`` on, the next one starting at ``token``."""
        elements, texts, bounds = self.elements, self.texts, self.bounds
        count, total = len(elements), len(texts)
        while index < count and elements[index].what == LITERAL:
            if token >= total or texts[token] != elements[index].text:
                return False
            bounds[index] = token
            index += 1
            token += 1
        if index == count:
            bounds[count] = token
            return self.left(anchor - 1, bounds[anchor])
        bounds[index] = token
        element = elements[index]
        for end in self._ends(element, token, index == count - 1):
            with_binding = self._bind(element, token, end)
            if with_binding is None:
                continue
            if self.right(index + 1, end, anchor):
                return True
            if with_binding:
                del self.bindings[element.text]
        return False

    def left(self, index: int, token: int) -> bool:
        """Match elements up to ``index``, the last one ending before ``token``."""
        elements, texts, bounds = self.elements, self.texts, self.bounds
        while index >= 0 and elements[index].what == LITERAL:
            token -= 1
            if token < 0 or texts[token] != elements[index].text:
                return False
            bounds[index] = token
            index -= 1
        if index < 0:
            return True
        element = elements[index]
        for start in self._starts(element, token, index == 0):
            with_binding = self._bind(element, start, token)
            if with_binding is None:
                continue
            bounds[index] = start
            if self.left(index - 1, start):
                return True
            if with_binding:
                del self.bindings[element.text]
        return False

    def _bind(self, element: Element, first: int, last: int) -> bool | None:
        """True: newly bound; False: bound before to the same tokens; None: does not fit."""
        if element.text == "_":
            return False
        known = self.bindings.get(element.text)
        if known is None:
            self.bindings[element.text] = (first, last)
            return True
        same = self.texts[known[0] : known[1]] == self.texts[first:last]
        return False if same else None

    def _ends(self, element: Element, token: int, greedy: bool) -> Iterator[int]:
        stream = self.stream
        if element.what == HOLE:
            seen = -1
            for node in stream.starting.get(token, ()):
                end = stream.lasts[node]
                if end != seen and self._allowed(element, node, token, end):
                    seen = end
                    yield end
            return
        runs = self._run_right(token)
        yield from reversed(list(runs)) if greedy else runs

    def _starts(self, element: Element, token: int, greedy: bool) -> Iterator[int]:
        stream = self.stream
        if element.what == HOLE:
            seen = -1
            for node in stream.ending.get(token, ()):
                start = stream.firsts[node]
                if start != seen and self._allowed(element, node, start, token):
                    seen = start
                    yield start
            return
        runs = self._run_left(token)
        yield from reversed(list(runs)) if greedy else runs

    def _allowed(self, element: Element, node: int, first: int, last: int) -> bool:
        kind = self.stream.kinds[node]
        if kind == "ERROR" or kind in element.not_kinds:
            return False
        if element.kinds is not None and kind not in element.kinds:
            return False
        if element.regex is not None or element.not_regex is not None:
            text = " ".join(self.texts[first:last])
            if element.regex is not None and not element.regex.fullmatch(text):
                return False
            if element.not_regex is not None and element.not_regex.fullmatch(text):
                return False
        return True

    def _run_right(self, token: int) -> Iterator[int]:
        stream = self.stream
        yield token
        if token == 0 or token >= len(stream):
            return
        container = stream.enclosing(token - 1, token + 1)
        if container == -1:
            return
        end = stream.lasts[container]
        while token < end:
            token = self._after_child(container, token)
            yield token

    def _after_child(self, container: int, token: int) -> int:
        stream = self.stream
        for node in stream.starting.get(token, ()):
            if stream.ups[node] == container:
                return stream.lasts[node]
        return token + 1

    def _run_left(self, token: int) -> Iterator[int]:
        stream = self.stream
        yield token
        if token == 0 or token >= len(stream):
            return
        container = stream.enclosing(token - 1, token + 1)
        if container == -1:
            return
        start = stream.firsts[container]
        while token > start:
            token = self._before_child(container, token)
            yield token

    def _before_child(self, container: int, token: int) -> int:
        stream = self.stream
        for node in stream.ending.get(token, ()):
            if stream.ups[node] == container:
                return stream.firsts[node]
        return token - 1


def new_tokens(compiled: CompiledRule, match: Match, stream: Stream, start: int, stop: int) -> list[str]:
    """Tokens ``start:stop`` of the rewrite with the metavariables filled in."""
    out: list[str] = []
    dropped = dropped_commas(compiled, match, stream)
    for index in range(start, stop):
        token = compiled.rewrite[index]
        if not token.meta:
            if index not in dropped:
                out.append(token.text)
            continue
        name = name_of(token.text)
        transform = compiled.rule.transform.get(name)
        if transform is None:
            low, high = match.bindings[name]
            out.extend(stream.texts[low:high])
        else:
            low, high = match.bindings[transform.source]
            out.append(derive(transform, " ".join(stream.texts[low:high])))
    return out


def dropped_commas(compiled: CompiledRule, match: Match, stream: Stream) -> dict[int, bool]:
    """Commas of the rewrite that would be one too many, since the run beside them is empty or ends with a comma.

    Each with whether the run is empty.
    """
    out: dict[int, bool] = {}
    for comma, run in compiled.commas:
        first, last = match.bindings.get(name_of(compiled.rewrite[run].text), (-1, 0))
        if first == last:
            out[comma] = True
        elif comma > run and stream.texts[last - 1] == ",":
            out[comma] = False
    return out


def is_done(compiled: CompiledRule, match: Match, stream: Stream) -> bool:
    """Whether all that the rule would insert stands there already, so that the place was migrated before.

    Only insertions at the border of a pattern or beside a run can meet their own result; elsewhere the pattern itself
    no longer matches.
    """
    texts = stream.texts
    for change in compiled.changes:
        if change.first != change.last:
            return False
        here = match.bounds[change.first]
        new = new_tokens(compiled, match, stream, change.start, change.stop)
        count = len(new)
        if texts[max(0, here - count) : here] == new or texts[here : here + count] == new:
            continue
        if not _stands_alone(texts, here, new):
            return False
    return True


def _stands_alone(texts: list[str], here: int, new: list[str]) -> bool:
    """Whether the new element of a list stands there as the only one, and so without its comma."""
    bare = len(new) - 1
    if new[:1] == [","]:
        return texts[max(0, here - bare) : here] == new[1:] and texts[max(0, here - bare - 1)] in ("(", "[", "{")
    if new[-1:] == [","]:
        end = here + bare
        return end < len(texts) and texts[here:end] == new[:-1] and texts[end] in (")", "]", "}")
    return False
