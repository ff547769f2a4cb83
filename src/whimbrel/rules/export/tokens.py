"""Token neighbourhoods as ast-grep rules.

A token pattern often does not parse alone (``, check_all``, ``) {``), and ast-grep matches nodes. So the node that
changes is matched, and the rest of the pattern becomes a condition on the tokens before and after it. Each such
condition is a small automaton written as ``utils`` that call one another: *after-k* says of a node that the tokens
behind it match the pattern from element k on, and *starts-k* says it of the tokens with which a node begins.

- after-k: the next sibling starts-k; or the node is the last child and after-k holds for its parent.
- starts-k: the node is token k and after-(k+1) holds; or its first child starts-k.
- at a run ``$$$A``: after-(k+1) holds here, or beyond some siblings (*over-k*).

*before-k* and *ends-k* are the mirror image. Nothing else of ast-grep is needed, and no pattern has to parse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from whimbrel.rules.compiled import HOLE, LITERAL, CompiledRule, Element
from whimbrel.rules.rule import HoleCondition

Node = dict[str, Any]
ANYTHING: Node = {"regex": ""}
_SPECIAL = frozenset(r"\.+*?()|[]{}^$#&-~")


def escape(text: str) -> str:
    """A text as a regular expression of Rust."""
    out = "".join("\\" + char if char in _SPECIAL else char for char in text)
    return out.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def hole_rule(name: str, condition: HoleCondition | None) -> Node:
    """A rule for a node that a hole may stand for; it binds the hole."""
    rule: Node = {"pattern": "$" + name}
    if condition is not None:
        rule.update(condition_rule(condition))
    return rule


def condition_rule(condition: HoleCondition) -> Node:
    """What a hole may be, without its name."""
    rule: Node = {}
    if len(condition.kinds) == 1:
        rule["kind"] = condition.kinds[0]
    elif condition.kinds:
        rule["any"] = [{"kind": kind} for kind in condition.kinds]
    if condition.regex:
        rule["regex"] = f"^(?:{condition.regex})$"
    refused: list[Node] = [{"kind": kind} for kind in condition.not_kinds]
    if condition.not_regex:
        refused.append({"regex": f"^(?:{condition.not_regex})$"})
    if refused:
        rule["not"] = refused[0] if len(refused) == 1 else {"any": refused}
    return rule


class Neighbours:
    """Conditions on the tokens around a node that stands for elements ``first:last`` of a pattern."""

    def __init__(self, compiled: CompiledRule, first: int, last: int) -> None:
        self.comments = sorted(compiled.language.comments)
        self.breaks = {index for index, token in enumerate(compiled.pattern) if "\n" in token.gap}
        self.elements: Sequence[Element] = compiled.elements
        self.where: Mapping[str, HoleCondition] = compiled.rule.where
        self.prefix = ""
        self.utils: dict[str, Node] = {}
        self.conditions: list[Node] = []
        self.bound: set[str] = set()
        """Holes that the conditions bind."""
        if last < len(self.elements):
            self.conditions.append({"matches": self._beyond(last, 1)})
        if first > 0:
            self.conditions.append({"matches": self._beyond(first - 1, -1)})
        self._unless_done(compiled, first, last)

    def edge(self, index: int, step: int) -> Node:
        """The condition that a node itself begins (1) with element ``index`` and so on, or ends (-1) with it."""
        self.prefix = ""
        return {"matches": self._edge(index, step)}

    def beyond(self, index: int, step: int) -> Node:
        """The condition that the tokens beyond a node match from element ``index`` on; nothing beyond the pattern."""
        self.prefix = ""
        return {"matches": self._beyond(index, step)} if 0 <= index < len(self.elements) else {}

    def _unless_done(self, compiled: CompiledRule, first: int, last: int) -> None:
        """Leave out places where what would be inserted at the border of the node stands already."""
        if len(compiled.changes) != 1:
            return
        change = compiled.changes[0]
        new = compiled.rewrite[change.start : change.stop]
        if change.first != change.last or any(token.meta for token in new):
            return
        elements, breaks = self.elements, self.breaks
        self.elements, self.breaks, self.prefix = [Element(LITERAL, token.text) for token in new], set(), "done-"
        done: list[Node] = []
        if change.first <= first:
            done.append({"matches": self._beyond(len(new) - 1, -1)})
        if change.first >= last:
            done.append({"matches": self._beyond(0, 1)})
        literal = [escape(token.text) for token in new]
        behind = compiled.pattern[change.first : last]
        ahead = compiled.pattern[first : change.first]
        if behind and not any(token.meta for token in behind):
            done.append({"regex": r"\s*".join([*literal, *(escape(token.text) for token in behind)]) + "$"})
        if ahead and not any(token.meta for token in ahead):
            done.append({"regex": "^" + r"\s*".join([*(escape(token.text) for token in ahead), *literal])})
        self.conditions.extend({"not": rule} for rule in done)
        self.elements, self.breaks, self.prefix = elements, breaks, ""

    def _beyond(self, index: int, step: int) -> str:
        """The name of the condition that the tokens beyond a node match from element ``index`` on."""
        name = f"{self.prefix}{'after' if step > 0 else 'before'}-{index}"
        if name in self.utils:
            return name
        self.utils[name] = {}
        towards, away = ("precedes", "inside") if step > 0 else ("follows", "inside")
        element = self.elements[index]
        climb = {"all": [{"not": {towards: ANYTHING}}, {away: {"matches": name}}]}
        if element.what in (LITERAL, HOLE):
            options: list[Node] = [{towards: {"matches": self._edge(index, step)}}, climb]
        elif self._end(index, step):
            options = [ANYTHING]
        else:
            skip = self._skip(index, step, towards)
            options = [{"matches": self._beyond(index + step, step)}, {towards: {"matches": skip}}, climb]
        if (index if step > 0 else index + 1) in self.breaks:
            comment: Node = {"any": [{"kind": kind} for kind in self.comments]}
            options.insert(1, {towards: {**comment, "matches": name}})
        self.utils[name] = {"any": options}
        return name

    def _skip(self, index: int, step: int, towards: str) -> str:
        """The name of the condition that a node and some of its siblings are a run, and the rest lies beyond them."""
        name = f"{self.prefix}{'over' if step > 0 else 'back'}-{index}"
        if name not in self.utils:
            self.utils[name] = {}
            further = index + step
            run = self.elements[further].what not in (LITERAL, HOLE)
            rest = {"matches": self._beyond(further, step) if run else self._edge(further, step)}
            self.utils[name] = {"any": [rest if run else {towards: rest}, {towards: {"matches": name}}]}
        return name

    def _edge(self, index: int, step: int) -> str:
        """The name of the condition that a node begins (or ends) with element ``index``, and so on."""
        name = f"{self.prefix}{'starts' if step > 0 else 'ends'}-{index}"
        if name in self.utils:
            return name
        self.utils[name] = {}
        whole = [self._whole(self.elements[index])]
        if not self._end(index, step):
            whole.append({"matches": self._beyond(index + step, step)})
        outwards = "follows" if step > 0 else "precedes"
        child = {"has": {"all": [{"not": {outwards: ANYTHING}}, {"matches": name}]}}
        self.utils[name] = {"any": [{"all": whole} if len(whole) > 1 else whole[0], child]}
        return name

    def _end(self, index: int, step: int) -> bool:
        return not 0 <= index + step < len(self.elements)

    def _whole(self, element: Element) -> Node:
        if element.what == LITERAL:
            return {"regex": f"^{escape(element.text)}$"}
        self.bound.add(element.text)
        return hole_rule(element.text, self.where.get(element.text))
