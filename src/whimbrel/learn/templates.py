"""From a window to rules: which parts of it become metavariables.

A *clean* node (no hunk inside) may become a hole; what is deleted may become a hole when it is written again in the new
text (a move, a wrap). What names an API stays literal. How far to generalise is not decided here: several *levels* are
made from each window and the examples decide between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from whimbrel.learn.derive import Derivation, derivation
from whimbrel.learn.examples import Side
from whimbrel.learn.policy import Policy
from whimbrel.learn.roles import Role, roles_of
from whimbrel.learn.windows import Window
from whimbrel.rules.compiled import token_changes
from whimbrel.rules.rule import Transform
from whimbrel.rules.transforms import derive
from whimbrel.syntax import Language, Stream
from whimbrel.syntax.lexer import PatternToken, print_pattern

LEVELS = (
    "none",
    "leaf",
    "max",
    "max+runs",
    "max+mixed",
    "values",
    "derive",
    "max+runs+derive",
    "derive+words",
    "max+runs+derive+words",
)
_COARSE = ("max", "max+runs", "max+mixed")
"""Levels for windows too long to spell out."""
_NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OPEN = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Hole:
    """Tokens of the before side that become one metavariable."""

    first: int
    last: int
    run: bool
    kind: str
    deleted: bool
    derived: Derivation | None = None
    """How the text that replaces it is computed from it."""
    there: tuple[str, ...] = ()
    """What stands in its place in the window that this one was unified with."""
    lost: bool = False
    """Whether its text is deleted: it must be a second occurrence of another metavariable."""


@dataclass(slots=True)
class Template:
    """A rule in the making, from one window."""

    pattern: str
    rewrite: str
    kinds: dict[str, str]
    """Node kind that each single-node metavariable stood for."""
    roles: dict[str, Role]
    """Role of what each metavariable stood for; operands for whole expressions and runs."""
    cost: float
    """Description length of the pattern and the rewrite, conditions not counted."""
    habits: float
    """The part of the cost that is for local names and values in the context: less when more places share them."""
    strength: float
    """How typical of the change its literal tokens are: names count 1, keywords less."""
    length: int
    """Elements of the pattern."""
    transform: dict[str, Transform] = field(default_factory=dict)
    """Derived metavariables."""
    conditions: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Regular expressions that the sources of derived metavariables must match, and must not match."""

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for templates that are the same rule."""
        derived = tuple(
            (name, t.source, t.operation, *t.arguments.items()) for name, t in sorted(self.transform.items())
        )
        return (self.pattern, self.rewrite, derived)


class TemplateMaker:
    """Makes the templates of the windows of one side of an example."""

    def __init__(self, side: Side, language: Language, policy: Policy) -> None:
        self.side = side
        self.language = language
        self.policy = policy
        self.before = side.before
        self.after = side.after
        self.roles = roles_of(side.before, language)
        self.after_roles = roles_of(side.after, language)

    def make(self, window: Window) -> Iterator[Template]:
        """All templates of a window, without repetition."""
        seen: set[tuple[object, ...]] = set()
        levels: tuple[str, ...] = LEVELS if self.before.scope == "code" else ("none",)
        if window.last - window.first > self.policy.max_spelled:
            levels = _COARSE if self.before.scope == "code" else ()
        for level in levels:
            holes = [] if level == "none" else self._holes(window, level)
            if level != "none" and not holes:
                continue
            if "derive" in level and not any(hole.derived for hole in holes):
                continue
            template = self._template(window, holes)
            if template is None or template.key in seen:
                continue
            seen.add(template.key)
            yield template

    # -- which nodes become holes --------------------------------------------------------------------------------------

    def _holes(self, window: Window, level: str) -> list[Hole]:
        out: list[Hole] = []
        token = window.first
        while token < window.last:
            token = self._visit_from(window, token, level, out)
        return out

    def _visit_from(self, window: Window, token: int, level: str, out: list[Hole]) -> int:
        """Visit the largest node that starts at a token and lies in the window; its end."""
        for node in self.before.starting.get(token, ()):
            if self.before.lasts[node] <= window.last:
                self._visit(window, node, level, out)
                return self.before.lasts[node]
        return token + 1

    def _visit(self, window: Window, node: int, level: str, out: list[Hole]) -> None:
        first, last = self.before.firsts[node], self.before.lasts[node]
        state = self._state(window, first, last)
        kind = self.before.kinds[node]
        if state == "clean" and kind != "ERROR":
            if self._is_hole(node, first, last, level):
                out.append(Hole(first, last, False, kind, False))
                return
            if last - first == 1:
                return
        elif state == "deleted" and self._written_again(window, first, last) and self._may_move(node, first, last):
            out.append(Hole(first, last, False, kind, True))
            return
        elif state == "deleted" and last - first == 1 and "derive" in level:
            derived = self._derived(window, first, words=level.endswith("words"))
            if derived is not None:
                out.append(Hole(first, last, False, kind, True, derived))
                return
        if level == "max+mixed" and state == "mixed" and self._independent(window, first, last):
            out.append(Hole(first, last, False, kind, False))
            return
        if level.startswith("max+runs") and state != "deleted" and self._bracketed(first, last):
            self._visit_bracketed(window, node, level, out)
            return
        self._visit_children(window, node, first, last, level, out)

    def _independent(self, window: Window, first: int, last: int) -> bool:
        """Whether the edits inside a node have nothing to do with the window's own: other rules are for them."""
        if last - first < 2 or (first, last) == (window.first, window.last):
            return False
        own = self.side.hunks[window.own]
        if (own.i1 < last and first < own.i2) or first <= own.i1 == own.i2 <= last:
            return False
        return not any(
            hunk.i1 < first < hunk.i2 or hunk.i1 < last < hunk.i2 or (hunk.i1 == hunk.i2 and hunk.i1 in (first, last))
            for hunk in (self.side.hunks[at] for at in self.side.touching(first, last))
        )

    def _derived(self, window: Window, token: int, *, words: bool) -> Derivation | None:
        """How one of the tokens that replace this one is computed from it; identifiers only with ``words``."""
        role = self.roles.of(token)
        if role is not Role.VALUE and not (words and role in (Role.OPERAND, Role.NAME)):
            return None
        old = self.before.texts[token]
        for at in sorted(self._inserted(window)):
            found = derivation(old, self.after.texts[at])
            if found is not None:
                return found
        return None

    def _visit_children(self, window: Window, node: int, first: int, last: int, level: str, out: list[Hole]) -> None:
        token = first
        while token < last:
            child = self._child(node, token)
            if child is None:
                token += 1
                continue
            self._visit(window, child, level, out)
            token = self.before.lasts[child]

    def _child(self, node: int, token: int) -> int | None:
        for child in self.before.starting.get(token, ()):
            if self.before.ups[child] == node:
                return child
        return None

    def _bracketed(self, first: int, last: int) -> bool:
        texts = self.before.texts
        return last - first >= 2 and _OPEN.get(texts[first]) == texts[last - 1]

    def _visit_bracketed(self, window: Window, node: int, level: str, out: list[Hole]) -> None:
        """Clean stretches of children between brackets become runs, the rest is visited."""
        first, last = self.before.firsts[node] + 1, self.before.lasts[node] - 1
        stretch = token = first
        while token < last:
            child = self._child(node, token)
            end = self.before.lasts[child] if child is not None else token + 1
            if self._state(window, token, end, strict=True) != "clean":
                if token > stretch:
                    out.append(Hole(stretch, token, True, "", False))
                if child is not None:
                    self._visit(window, child, level, out)
                stretch = end
            token = end
        if last > stretch:
            out.append(Hole(stretch, last, True, "", False))

    def _state(self, window: Window, first: int, last: int, *, strict: bool = False) -> str:
        """``clean``: no hunk inside; ``deleted``: all in one hunk; else ``mixed``. Strict: borders count as inside."""
        for at in self.side.touching(first, last):
            hunk = self.side.hunks[at]
            if hunk.i1 <= first and last <= hunk.i2 and hunk.i1 < hunk.i2:
                return "deleted"
            if hunk.i1 == hunk.i2:
                if first < hunk.i1 < last or (strict and hunk.i1 == first):
                    return "mixed"
            elif hunk.i1 < last and first < hunk.i2:
                return "mixed"
        return "clean"

    def _is_hole(self, node: int, first: int, last: int, level: str) -> bool:
        field_name = self.before.fields[node]
        up = self.before.ups[node]
        naming = up != -1 and (self.before.kinds[up], field_name) in self.language.naming_fields
        if last - first == 1:
            role = self.roles.of(first)
            if level == "values":
                return role is Role.VALUE
            if level in ("derive", "derive+words"):
                return False
            return role in (Role.OPERAND, Role.VALUE)
        if level in ("leaf", "values", "derive", "derive+words"):
            return False
        return not naming and not self._is_heavy(node)

    def _is_heavy(self, node: int) -> bool:
        """Whether the node is an import, which is all names."""
        return self.before.kinds[node] in self.language.imports

    def _may_move(self, node: int, first: int, last: int) -> bool:
        if last - first > 1:
            return True
        return self.roles.of(first) in (Role.OPERAND, Role.VALUE, Role.NAME)

    def _written_again(self, window: Window, first: int, last: int) -> bool:
        tokens = self.before.texts[first:last]
        for at in self.side.touching(window.first, window.last):
            hunk = self.side.hunks[at]
            new = self.after.texts[hunk.j1 : hunk.j2]
            if _find(new, tokens) != -1:
                return True
        return False

    # -- texts ---------------------------------------------------------------------------------------------------------

    def _template(self, window: Window, holes: list[Hole]) -> Template | None:
        policy = self.policy
        names = self._names(holes)
        starts = {hole.first: (hole, name) for hole, name in zip(holes, names, strict=True)}
        old = self._pattern_tokens(window, starts)
        transform: dict[str, Transform] = {}
        new = self._rewrite_tokens(window, holes, names, transform)
        if old is None or new is None or len(old) > policy.max_pattern:
            return None
        old, new = _trim(old, new)
        if not old or all(token.meta for token in old):
            return None
        if self.before.scope != "code":
            pattern, rewrite = _plain(old), _plain(new)
        else:
            printed, again = print_pattern(old, self.language), print_pattern(new, self.language)
            if printed is None or again is None or (not again and "\n" in printed):
                return None
            pattern, rewrite = printed, again
        if pattern == rewrite or not _balanced(old, new) or not self._edges_hold(window, old, new):
            return None
        cost, habits, strength = self._cost(window, starts, holes, names, new)
        named = list(zip(holes, names, strict=True))
        kinds = {name[1:]: hole.kind for hole, name in named if not hole.run and name in pattern}
        roles = {
            name.lstrip("$"): self.roles.of(hole.first) if hole.last - hole.first == 1 else Role.OPERAND
            for hole, name in zip(holes, names, strict=True)
            if name in pattern
        }
        if any(hole.derived for hole in holes) and not transform:
            return None
        conditions = {
            name[1:]: (hole.derived.condition, hole.derived.refused)
            for hole, name in zip(holes, names, strict=True)
            if hole.derived is not None and f"{name[1:]}_NEW" in transform
        }
        cost += self.policy.derived_cost * len(transform)
        return Template(pattern, rewrite, kinds, roles, cost, habits, strength, len(old), transform, conditions)

    def unify(self, window: Window, other: TemplateMaker, partner: Window) -> Template | None:
        """The least general generalisation of two windows of the same form, as far as holes can express it."""
        holes: list[Hole] = []
        mine = self.tops(window)
        theirs = other.tops(partner)
        if len(mine) != len(theirs):
            return None
        for (first, last, node), (low, high, mate) in zip(mine, theirs, strict=True):
            if not self._align(window, first, last, node, other, partner, low, high, mate, holes):
                return None
        if not holes or not all(self._twin(hole, holes) for hole in holes if hole.lost):
            return None
        return self._template(window, holes)

    def _twin(self, hole: Hole, holes: list[Hole]) -> Hole | None:
        """The kept hole that stands for the same text as a lost one, here and in the other window."""
        tokens = self.before.texts[hole.first : hole.last]
        for other in holes:
            if not other.lost and other.there == hole.there and self.before.texts[other.first : other.last] == tokens:
                return other
        return None

    def tops(self, window: Window) -> list[tuple[int, int, int | None]]:
        """The largest nodes and the tokens between them that make up a window."""
        out: list[tuple[int, int, int | None]] = []
        token = window.first
        while token < window.last:
            for node in self.before.starting.get(token, ()):
                if self.before.lasts[node] <= window.last:
                    out.append((token, self.before.lasts[node], node))
                    break
            else:
                out.append((token, token + 1, None))
            token = out[-1][1]
        return out

    def form(self, window: Window) -> tuple[str, ...]:
        """What two windows must have in common to be unified: the kinds of their parts and where the hunks lie."""
        stream = self.before
        return tuple(
            f"{stream.texts[first] if node is None else stream.kinds[node]}/{self._state(window, first, last)[0]}"
            for first, last, node in self.tops(window)
        )

    def _align(
        self,
        window: Window,
        first: int,
        last: int,
        node: int | None,
        other: TemplateMaker,
        partner: Window,
        low: int,
        high: int,
        mate: int | None,
        holes: list[Hole],
    ) -> bool:
        """Add the holes that make the two ranges equal; False when there are none that do."""
        same = self.before.texts[first:last] == other.before.texts[low:high]
        state = self._state(window, first, last)
        if state != other._state(partner, low, high):
            return False
        if same and state != "mixed":
            return True
        if node is None or mate is None:
            return same
        kind, kind_there = self.before.kinds[node], other.before.kinds[mate]
        children, children_there = self._parts(node), other._parts(mate)
        if kind == kind_there and len(children) == len(children_there) > 1:
            mark = len(holes)
            if all(
                self._align(window, *mine, other, partner, *theirs, holes)
                for mine, theirs in zip(children, children_there, strict=True)
            ):
                return True
            del holes[mark:]
        if state == "clean":
            holes.append(Hole(first, last, False, kind, False, there=tuple(other.before.texts[low:high])))
            return True
        if state == "deleted":
            again = self._written_again(window, first, last) and other._written_again(partner, low, high)
            there = tuple(other.before.texts[low:high])
            holes.append(Hole(first, last, False, kind, True, there=there, lost=not again))
            return True
        if kind == kind_there and self._bracketed(first, last) and other._bracketed(low, high):
            self._visit_bracketed(window, node, "max", holes)
            return True
        return False

    def _parts(self, node: int) -> list[tuple[int, int, int | None]]:
        stream = self.before
        out: list[tuple[int, int, int | None]] = []
        token, last = stream.firsts[node], stream.lasts[node]
        while token < last:
            child = self._child(node, token)
            end = stream.lasts[child] if child is not None else token + 1
            out.append((token, end, child))
            token = end
        return out

    def _edges_hold(self, window: Window, old: list[PatternToken], new: list[PatternToken]) -> bool:
        """Whether the white space at the borders of the window comes out as the author left it.

        What stands beside the window is not part of the rule, so a change at its border must keep the gap there.
        """
        changes = token_changes(tuple(old), tuple(new))
        if not changes:
            return False
        side = self.side
        lead = (_blank_gap(self.before, window.first), _blank_gap(self.after, window.start))
        trail = (_blank_gap(self.before, window.last), _blank_gap(self.after, window.stop))
        left = changes[0].first == 0 and window.first > 0
        right = changes[-1].last == len(old) and window.last < len(side.before)
        if left and right and not new:
            whole_lines = "\n" in lead[0] and "\n" in trail[0]
            return whole_lines or lead[0] + trail[0] == trail[1]
        if left and lead[0] != lead[1]:
            return False
        return not right or trail[0] == trail[1]

    def _names(self, holes: list[Hole]) -> list[str]:
        """One name a hole; a hole whose text is lost has the name of its twin, so that both must be equal."""
        names = [("$$$" if hole.run else "$") + _name(index) for index, hole in enumerate(holes)]
        for index, hole in enumerate(holes):
            twin = self._twin(hole, holes) if hole.lost else None
            if twin is not None:
                names[index] = names[holes.index(twin)]
        return names

    def _pattern_tokens(self, window: Window, starts: dict[int, tuple[Hole, str]]) -> list[PatternToken] | None:
        base = _indentation(self.before, window.first)
        out: list[PatternToken] = []
        token = window.first
        while token < window.last:
            gap = _gap(self.before, token, base) if out else ""
            if gap is None:
                return None
            if token in starts:
                hole, name = starts[token]
                out.append(PatternToken(name, gap, True))
                token = hole.last
            else:
                out.append(PatternToken(self.before.texts[token], gap))
                token += 1
        return out

    def _rewrite_tokens(
        self, window: Window, holes: list[Hole], names: list[str], transform: dict[str, Transform]
    ) -> list[PatternToken] | None:
        base = _indentation(self.after, window.start) if window.start < len(self.after) else ""
        kept = {
            self.side.forward(hole.first): (self.side.forward_end(hole.last), name)
            for hole, name in zip(holes, names, strict=True)
            if not hole.deleted
        }
        fresh = self._inserted(window)
        sources = sorted(
            (
                (self.before.texts[hole.first : hole.last], name)
                for hole, name in zip(holes, names, strict=True)
                if not hole.run
            ),
            key=lambda item: -len(item[0]),
        )
        out: list[PatternToken] = []
        token = window.start
        while token < window.stop:
            gap = _gap(self.after, token, base) if out else ""
            if gap is None:
                return None
            if token in kept:
                end, name = kept[token]
                if end > window.stop:
                    return None
                out.append(PatternToken(name, gap, True))
                token = max(end, token + 1)
                continue
            copied = self._copy(token, fresh, sources)
            if copied is not None:
                out.append(PatternToken(copied[1], gap, True))
                token += copied[0]
                continue
            computed = self._computed(token, fresh, holes, names, transform)
            if computed is not None:
                out.append(PatternToken(computed, gap, True))
                token += 1
                continue
            out.append(PatternToken(self.after.texts[token], gap))
            token += 1
        return out

    def _inserted(self, window: Window) -> set[int]:
        out: set[int] = set()
        for at in self.side.touching(window.first, window.last):
            hunk = self.side.hunks[at]
            if window.start <= hunk.j1 and hunk.j2 <= window.stop:
                out.update(range(hunk.j1, hunk.j2))
        return out

    def _copy(self, token: int, fresh: set[int], sources: list[tuple[list[str], str]]) -> tuple[int, str] | None:
        """The hole whose text starts at an inserted token, with its length."""
        if token not in fresh:
            return None
        for tokens, name in sources:
            count = len(tokens)
            if self.after.texts[token : token + count] == tokens and all(token + k in fresh for k in range(count)):
                return count, name
        return None

    def _computed(
        self, token: int, fresh: set[int], holes: list[Hole], names: list[str], transform: dict[str, Transform]
    ) -> str | None:
        """The derived metavariable that gives an inserted token."""
        if token not in fresh:
            return None
        for hole, name in zip(holes, names, strict=True):
            if hole.derived is None:
                continue
            found = hole.derived.transform(name[1:])
            if derive(found, self.before.texts[hole.first]) == self.after.texts[token]:
                transform[f"{name[1:]}_NEW"] = found
                return f"{name}_NEW"
        return None

    # -- costs ---------------------------------------------------------------------------------------------------------

    def _cost(
        self,
        window: Window,
        starts: dict[int, tuple[Hole, str]],
        holes: list[Hole],
        names: list[str],
        new: list[PatternToken],
    ) -> tuple[float, float, float]:
        policy = self.policy
        cost, habits, strength = policy.rule_cost, 0.0, 0.0
        written = {token.text for token in new if token.meta}
        token = window.first
        while token < window.last:
            if token in starts:
                hole, name = starts[token]
                cost += policy.run_cost if hole.run else policy.hole_cost
                if hole.deleted and not hole.lost and name not in written and f"{name}_NEW" not in written:
                    cost += policy.lost_hole_cost
                token = hole.last
                continue
            deleted = self._state(window, token, token + 1) == "deleted"
            added, strong = self._literal_cost(token, deleted)
            if not deleted and self.roles.of(token) in (Role.OPERAND, Role.VALUE):
                habits += added
            else:
                cost += added
            strength += strong
            token += 1
        inside = [(self.side.forward(h.first), self.side.forward_end(h.last)) for h in holes if not h.deleted]
        for at in self._inserted(window):
            if any(low <= at < high for low, high in inside):
                continue
            operand = self.after_roles.of(at) is Role.OPERAND and self.after.texts[at] not in self.before.positions
            cost += policy.inserted_operand_cost if operand else policy.inserted_cost
        return cost, habits, strength

    def _literal_cost(self, token: int, deleted: bool) -> tuple[float, float]:
        policy, role = self.policy, self.roles.of(token)
        strength = (0.3, 0.7, 1.0, 0.8, 0.9)[role] if deleted else (0.05, 0.25, 1.0, 0.8, 0.9)[role]
        if self.before.scope != "code":
            return policy.deleted_cost if deleted else policy.name_cost, strength
        if deleted:
            return (policy.deleted_operand_cost if role is Role.OPERAND else policy.deleted_cost), strength
        cost = (
            policy.punctuation_cost,
            policy.keyword_cost,
            policy.name_cost,
            policy.operand_cost,
            policy.value_cost,
        )[role]
        return cost, strength


def _name(index: int) -> str:
    return _NAMES[index] if index < len(_NAMES) else f"{_NAMES[index % 26]}{index // 26}"


def _find(tokens: list[str], wanted: list[str]) -> int:
    count = len(wanted)
    for at in range(len(tokens) - count + 1):
        if tokens[at : at + count] == wanted:
            return at
    return -1


def _plain(tokens: list[PatternToken]) -> str:
    return "".join((token.gap if index else "") + token.text for index, token in enumerate(tokens))


def _indentation(stream: Stream, token: int) -> str:
    if token >= len(stream):
        return ""
    source = stream.source
    line = source.rfind(b"\n", 0, stream.starts[token]) + 1
    end = line
    while source[end : end + 1] in (b" ", b"\t", b"\f") and end < len(source):
        end += 1
    return source[line:end].decode("ascii", "replace")


def _gap(stream: Stream, token: int, base: str) -> str | None:
    """White space in front of a token, relative to the base indentation; comments in it are left out."""
    if token == 0:
        return ""
    raw = stream.source[stream.ends[token - 1] : stream.starts[token]]
    if stream.scope == "code" and raw.strip():
        raw = b"\n" + raw[raw.rfind(b"\n") + 1 :] if b"\n" in raw else b" "
        if raw.strip() and raw.strip() != b"\\":
            raw = b" "
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n")
    if stream.scope != "code" and "\n" in text:
        return " "
    if "\n" not in text:
        return text
    head, _, indent = text.rpartition("\n")
    if not indent.startswith(base):
        return None if base.strip() else head.replace(" ", "") + "\n"
    blank = "\n" * min(head.count("\n"), 2) + ("\\" if head.rstrip(" \t").endswith("\\") else "")
    return blank.replace("\\", "") + "\n" + indent[len(base) :]


def _blank_gap(stream: Stream, token: int) -> str:
    """The white space in front of a token as it stands in the file; of a gap with a comment, its last line."""
    if token <= 0:
        return "\n"
    if token >= len(stream):
        return "\n"
    raw = stream.source[stream.ends[token - 1] : stream.starts[token]]
    if raw.strip():
        raw = b"\n" if b"\n" in raw else b" "
    text = raw.decode("utf-8", "replace")
    return "\n" if "\n" in text else text


def _trim(old: list[PatternToken], new: list[PatternToken]) -> tuple[list[PatternToken], list[PatternToken]]:
    """Without untouched runs at either end, which restrict nothing."""
    while old and new and old[0].text.startswith("$$$") and old[0].meta and old[0].text == new[0].text:
        old, new = old[1:], new[1:]
    while old and new and old[-1].text.startswith("$$$") and old[-1].meta and old[-1].text == new[-1].text:
        old, new = old[:-1], new[:-1]
    return old, new


def _balanced(old: list[PatternToken], new: list[PatternToken]) -> bool:
    """Whether the rewrite changes no bracket balance."""
    for left, right in _OPEN.items():
        before = sum((token.text == left) - (token.text == right) for token in old if not token.meta)
        after = sum((token.text == left) - (token.text == right) for token in new if not token.meta)
        if before != after:
            return False
    return True
