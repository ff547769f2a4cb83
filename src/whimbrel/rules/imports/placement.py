"""Where a new import statement goes: which group, which place in it, with which blank lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from whimbrel.rules.imports.dialect import Dialect, SortKey
from whimbrel.rules.imports.model import Statement, Table
from whimbrel.rules.imports.order import best_order, position
from whimbrel.rules.imports.style import Style
from whimbrel.text import Edit, newline_of


@dataclass(frozen=True, slots=True)
class Spot:
    """Before or after a statement, in its group or as a group of its own."""

    anchor: Statement
    after: bool
    new_group: bool = False


class Placement:
    """Finds places in one file."""

    def __init__(self, table: Table, dialect: Dialect, style: Style) -> None:
        self.table = table
        self.dialect = dialect
        self.style = style

    def place(self, new: Statement, line: bytes, near: Statement | None = None) -> Edit:
        """The edit that puts ``new``, printed as ``line`` without its newline, into the file.

        ``near`` is a statement that the new one stands in for: it decides in a file without order.
        """
        source = self.table.module.source
        newline = newline_of(source)
        if not self.table.top:
            return _first_import(self.table, line, newline, self.dialect)
        spot = self.spot(new, near)
        anchor = spot.anchor
        indent = source[anchor.line_start : anchor.start]
        blank = newline if spot.new_group else b""
        if not spot.after:
            return Edit(anchor.line_start, anchor.line_start, indent + line + newline + blank)
        if source[anchor.line_end - 1 : anchor.line_end] == b"\n":
            return Edit(anchor.line_end, anchor.line_end, blank + indent + line + newline)
        return Edit(anchor.line_end, anchor.line_end, newline + blank + indent + line)

    def spot(self, new: Statement, near: Statement | None) -> Spot:
        """The place of a statement in a file that has imports."""
        if self.style.in_place and near is not None:
            return Spot(near, False)
        top = self.table.top
        if self.style.end:
            return Spot(top[0], False) if self.style.end == "first" else Spot(top[-1], True)
        chosen = self.group(new)
        return chosen if isinstance(chosen, Spot) else self.within(chosen, new, near)

    # order -------------------------------------------------------------------------------------------------------

    def keys(self) -> list[SortKey]:
        """The orders of the language, the one that the style names first."""
        keys = list(self.dialect.sort_keys())
        if self.style.order is not None and self.style.order < len(keys):
            keys.insert(0, keys.pop(self.style.order))
        return keys

    def order_of(self, group: Sequence[Statement]) -> SortKey | None:
        """The order of a group; what the group cannot tell, the file does."""
        keys = self.keys()
        if best_order(keys, [group]) is None:
            if len(group) > 1:
                return None
            return best_order(keys, self.table.groups) or (keys[0] if len(self.table.top) < 4 else None)
        fitting = [key for key in keys if best_order((key,), [group]) is not None]
        return best_order(fitting, [group, *self.table.groups]) or best_order(fitting, [group])

    def within(self, group: Sequence[Statement], new: Statement, near: Statement | None) -> Spot:
        """The place in a group: by its order; else beside what is most alike, in their order if they have one."""
        key = self.order_of(group)
        if key is not None:
            return self._sorted_spot(group, key, new)
        shared = [self.similarity(statement, new) for statement in group]
        best = max(shared)
        if near is not None and near in group and best < 2:
            return Spot(near, not self.keys()[0](new) < self.keys()[0](near))  # type: ignore[operator]
        if best > 0:
            alike = [statement for statement, value in zip(group, shared, strict=True) if value > 0]
            key = best_order(self.keys(), [alike])
            if key is not None:
                return self._sorted_spot(alike, key, new)
            return Spot([s for s, value in zip(group, shared, strict=True) if value == best][-1], True)
        rank = self.dialect.section(new)
        below = [statement for statement in group if self.dialect.section(statement) <= rank]
        return Spot(below[-1], True) if below else Spot(group[0], False)

    def _sorted_spot(self, group: Sequence[Statement], key: SortKey, new: Statement) -> Spot:
        """The place by an order, by name among equals."""

        def full(statement: Statement) -> tuple[object, str]:
            first = statement.bindings[0]
            return key(statement), (first.name or first.module).lower()

        at = position([full(statement) for statement in group], full(new))
        return Spot(group[at - 1], True) if at else Spot(group[0], False)

    def similarity(self, left: Statement, right: Statement) -> int:
        """Number of leading path components in common, those of the owner counted as one."""
        one, other = self.dialect.components(left), self.dialect.components(right)
        count = 0
        while count < min(len(one), len(other)) and one[count] == other[count]:
            count += 1
        return max(0, count - self.dialect.root_length(right) + 1)

    # groups ------------------------------------------------------------------------------------------------------

    def group(self, new: Statement) -> list[Statement] | Spot:
        """The group to put ``new`` into, or the place for a group of its own."""
        section, groups = self.dialect.section, self.table.groups
        rank = section(new)
        candidates = [group for group in groups if any(section(statement) == rank for statement in group)]
        scored = [
            (max(self.similarity(s, new) for s in group), self._related(group, new), group) for group in candidates
        ]
        best = max(scored, key=lambda entry: entry[:2], default=None)
        if best is not None and best[0] > 0:
            return best[2]
        if candidates:
            return self._among(candidates, new)
        mixed = [group for group in groups if len({section(statement) for statement in group}) > 1]
        close = [group for group in groups if not self.dialect.may_separate(section(group[0]), rank)]
        if mixed or close:
            return max(mixed, key=len) if mixed else close[-1]
        later = [group for group in groups if section(group[0]) > rank]
        if later:
            return Spot(later[0][0], False, new_group=True)
        return Spot(groups[-1][-1], True, new_group=True)

    def _among(self, candidates: list[list[Statement]], new: Statement) -> list[Statement] | Spot:
        """Among groups of the right class that hold nothing alike: one that is not some other package's own."""
        rank = self.dialect.section(new)
        mixed = [group for group in candidates if len({self.dialect.section(s) for s in group}) > 1]
        apart = self.dialect.own_apart if self.style.apart is None else self.style.apart
        own = candidates[-1] if apart and candidates[-1] not in mixed and self._own(candidates[-1]) else None
        foreign = [group for group in candidates if group is not own]
        if foreign:
            return max(foreign, key=lambda group: self._share(group, rank))
        if not self.dialect.may_separate(rank, rank - 1) or rank == 0:
            return max(candidates, key=len)
        return Spot(candidates[0][0], False, new_group=True)

    def _related(self, group: Sequence[Statement], new: Statement) -> int:
        return sum(self.similarity(statement, new) > 0 for statement in group)

    def _share(self, group: Sequence[Statement], rank: int) -> float:
        return sum(self.dialect.section(statement) == rank for statement in group) / len(group)

    def _own(self, group: Sequence[Statement]) -> bool:
        """Whether a group seems to hold the imports of one package only, most likely the file's own."""
        roots = Counter(self.dialect.components(s)[: self.dialect.root_length(s)] for s in group)
        return len(group) > 1 and len(roots) == 1


def _first_import(table: Table, line: bytes, newline: bytes, dialect: Dialect) -> Edit:
    """The edit for a file without imports: below its header, blank lines on both sides."""
    source = table.module.source
    offset, below = dialect.header_end(table.module)
    lead = newline if source[:offset] and not source[:offset].endswith(b"\n") else b""
    rest = source[offset:]
    blanks = 0
    at = offset
    while rest and (stop := source.find(b"\n", at)) != -1 and not source[at:stop].strip():
        blanks += 1
        at = stop + 1
    if not source[at:].strip():
        return Edit(offset, offset, lead + (newline if below else b"") + line + newline)
    wanted = dialect.blank_after(table.module, at)
    if not below or not blanks:
        after = newline * max(0, wanted - (0 if below else blanks))
        return Edit(offset, offset, lead + (newline if below else b"") + line + newline + after)
    first_blank = source.find(b"\n", offset) + 1
    return Edit(first_blank, first_blank, line + newline + newline * max(1, wanted - blanks + 1))
