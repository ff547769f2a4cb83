"""Imports that go with a migration, put right in one file.

First what replaces something, then what is added, then what is dropped: an addition finds its place best while what
it stands in for is still there. Every step is one small edit on freshly read statements; a step whose result does not
parse as well as before is not made. Only the head of the file is read again after each step, since imports live
there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from whimbrel.rules.imports.dialect import dialect_of
from whimbrel.rules.imports.lists import join
from whimbrel.rules.imports.model import Binding, Statement
from whimbrel.rules.imports.placement import Placement
from whimbrel.rules.imports.removal import remove, remove_statement
from whimbrel.rules.imports.style import Style, read_style
from whimbrel.rules.imports.usage import Usage
from whimbrel.rules.imports.wanted import ANY, ANY_MODULE, Wanted, read_wanted
from whimbrel.rules.rule import ImportChange
from whimbrel.syntax import Language, count_errors, tokenize
from whimbrel.text import Edit, apply_edits, encode

MANY = 16
"""So many statements that take one name each show that the file wants it so."""
REPEATS = 8


def apply_import_changes(before: bytes, after: bytes, changes: Sequence[ImportChange], language: Language) -> bytes:
    """``after`` with the imports that it needs.

    ``before`` is the file as it was, ``after`` the file with the edits of the rules. Bytes outside import statements
    and the blank lines around them stay as they are. A second application changes nothing.
    """
    dialect = dialect_of(language)
    mine = [change for change in changes if change.language == language.name]
    if dialect is None or not mine:
        return after
    old = Usage(dialect.read(tokenize(before, language)), dialect)
    new = Usage(dialect.read(tokenize(after, language)), dialect) if before != after else old
    return adjust(old, new, mine, language)


def adjust(old: Usage, new: Usage, changes: Iterable[ImportChange], language: Language) -> bytes:
    """The same for files that are read already."""
    source = new.table.module.source
    for change in changes:
        session = Session(old, new, change, language)
        source = session.run()
        if source != new.table.module.source:
            new = Usage(new.dialect.read(tokenize(source, language)), new.dialect)
    return source


class Session:
    """The work on one file for one change."""

    def __init__(self, old: Usage, new: Usage, change: ImportChange, language: Language) -> None:
        self.old, self.new = old, new
        self.change = change
        self.dialect = new.dialect
        self.language = language
        self.style: Style = read_style(change.style)
        self.changed = old is not new
        self.table = new.table
        self.tail = b""
        self.errors = 0

    def run(self) -> bytes:
        """The new bytes of the file."""
        drops = self._wanted(self.change.drop)
        pairs = [(self._wanted([old]), self._wanted([new])) for old, new in self.change.replace]
        replaces = [self._pair(old[0], new[0]) for old, new in pairs if old and new]
        nested = [s for s in self.table.statements if not s.top]
        leaving = set(self._left_over()) if self.style.tidy and self.changed else set()
        busy = any(
            b in leaving or any(w.fits(b) for w in (*drops, *(old for old, _ in replaces)))
            for s in nested
            for b in s.bindings
        )
        if not busy:
            self._behead()
        self.errors = count_errors(self.table.module.source, self.language)
        gone = self._replace_all(replaces)
        gone += [b for wanted in drops for b in self.table.bindings if wanted.fits(b)]
        if self.changed:
            for wanted in self._wanted(self.change.add):
                if self._is_needed(wanted, gone):
                    self._add(wanted.statement, wanted.binding, self._stand_in(wanted, gone))
        for wanted in drops:
            if self._is_unused(wanted):
                self._drop(wanted.binding)
        if self.changed and self.style.tidy:
            for binding in self._left_over():
                self._drop(binding)
        source = self.table.module.source
        return source.removesuffix(self.dialect.filler) + self.tail if self.tail else source

    def _wanted(self, texts: Iterable[str]) -> list[Wanted]:
        found = (read_wanted(text, self.dialect, self.language) for text in texts)
        return [wanted for wanted in found if wanted is not None]

    def _pair(self, old: Wanted, new: Wanted) -> tuple[Wanted, Wanted]:
        """A replacement, open for any alias where what is replaced and what replaces it bind the same thing anyway."""
        renamed = old.binding.alias and not new.binding.alias and old.binding.name != new.binding.name
        same = self.dialect.bound(old.binding) == self.dialect.bound(new.binding) != ""
        return (replace(old, any_alias=True), new) if same and not renamed and old.binding.name != ANY else (old, new)

    def _behead(self) -> None:
        """Keep only the head of the file, down to the code after its imports, to work on."""
        stream = self.table.module.code
        if not self.table.top or not self.dialect.filler or self.dialect.nested_blocks:
            return
        source = self.table.module.source
        cut = self.table.top[-1].line_end
        while cut < len(source):
            stop = source.find(b"\n", cut)
            if stop == -1 or source[cut:stop].strip():
                break
            cut = stop + 1
        kind_of_place = [
            n for n in range(len(stream.kinds)) if stream.ups[n] == 0 and stream.lasts[n] > stream.firsts[n]
        ]
        if any(stream.starts[stream.firsts[n]] < cut < stream.ends[stream.lasts[n] - 1] for n in kind_of_place):
            return
        if any(low < cut < high for low, high in self.table.module.comments) or not source[cut:].strip():
            return
        head = self.dialect.read(tokenize(source[:cut] + self.dialect.filler, self.language))
        if [s.tokens for s in head.top] != [s.tokens for s in self.table.top]:
            return
        self.table, self.tail = head, source[cut:]

    # conditions --------------------------------------------------------------------------------------------------

    def _is_needed(self, wanted: Wanted, gone: Sequence[Binding]) -> bool:
        name = self.dialect.bound(wanted.binding)
        if wanted.binding in self.table.bindings or wanted.binding in self.new.table.bindings:
            return False
        if replace(wanted.binding, name="*", alias="") in self.table.bindings and not wanted.binding.alias:
            return False
        if self.dialect.in_reach(wanted.binding, self.new.table.module):
            return False
        if wanted.used_by:
            return any(self.new.names[used] and not self.old.names[used] for used in wanted.used_by)
        if not name:
            return self.dialect.always_wanted(wanted.binding)
        if not self.new.uses(wanted.binding) or name in self.new.defined:
            return False
        if name in {self.dialect.bound(binding) for binding in self.new.table.bindings if binding not in gone}:
            return False
        return name in {self.dialect.bound(binding) for binding in gone} or not self.old.uses(wanted.binding)

    def _is_unused(self, wanted: Wanted) -> bool:
        if wanted.used_by:
            return not any(self.new.names[used] for used in wanted.used_by)
        name = self.dialect.bound(wanted.binding)
        if not self.changed and not (self.style.unused and name):
            return False
        if not name or not self.new.needs(wanted.binding):
            return True
        return sum(self.dialect.bound(binding) == name for binding in self.table.bindings) > 1

    def _left_over(self) -> list[Binding]:
        """Imports that the code used before and does not use now."""
        return [
            binding
            for binding in self.new.table.bindings
            if binding in self.old.table.bindings and self.old.uses(binding) and not self.new.needs(binding)
        ]

    def _stand_in(self, wanted: Wanted, gone: Sequence[Binding]) -> Statement | None:
        """A statement that is about to go and that the new one may take the place of."""
        scored = [
            (sum(a == b for a, b in zip(statement.tokens, wanted.statement.tokens, strict=False)), statement)
            for statement in self.table.top
            if any(binding in gone for binding in statement.bindings)
        ]
        return max(scored, key=lambda entry: entry[0])[1] if scored else None

    # steps -------------------------------------------------------------------------------------------------------

    def _add(self, statement: Statement, binding: Binding, near: Statement | None = None) -> bool:
        if binding in self.table.bindings:
            return False
        host = self._host(binding)
        if host is not None:
            gone = near.bindings[0] if near is not None and near.module == host.module else None
            return self._edit(join(self.table, host, binding, self.dialect, gone, self.style.follow))
        line = encode(self.dialect.render(binding, self.table))
        return self._edit([Placement(self.table, self.dialect, self.style).place(statement, line, near)])

    def _host(self, binding: Binding) -> Statement | None:
        """An existing statement that the binding joins."""
        hosts = [statement for statement in self.table.top if self.dialect.can_join(statement, binding)]
        if not hosts or not (self.dialect.merges if self.style.join is None else self.style.join):
            return None
        if self.style.join is None:
            if self.dialect.aliases_apart and not self._combines_aliases():
                hosts = [s for s in hosts if not binding.alias and not s.bindings[0].alias]
            alike = [statement for statement in self.table.top if hosts and statement.form == hosts[0].form]
            single = bool(hosts) and all(len(statement.bindings) == 1 for statement in alike)
            if single and (len(hosts) > 1 or len(alike) >= MANY):
                return None
        return max(hosts, key=lambda statement: len(statement.bindings), default=None)

    def _combines_aliases(self) -> bool:
        """Whether the file has an alias in a list of several names."""
        return any(b.alias for s in self.table.top if len(s.bindings) > 1 for b in s.bindings)

    def _drop(self, binding: Binding) -> bool:
        done = False
        for _ in range(REPEATS):
            found = next(
                ((s, i) for s in self.table.statements for i, b in enumerate(s.bindings) if b == binding), None
            )
            if found is None:
                break
            edits = remove(self.table, *found, self.dialect)
            if not edits or not self._edit(edits):
                break
            done = True
        return done

    def _replace_all(self, pairs: Sequence[tuple[Wanted, Wanted]]) -> list[Binding]:
        """Replace everything that fits, statement by statement; the bindings that are gone."""
        gone: list[Binding] = []
        tried: set[tuple[str, ...]] = set()
        while True:
            statement, entries = self._next_replaced(pairs, tried)
            if statement is None:
                return gone
            tried.add(statement.tokens)
            by_kind: dict[tuple[str, str], list[tuple[Binding, Binding, Wanted]]] = {}
            for entry in entries:
                by_kind.setdefault((entry[1].module, entry[1].kind), []).append(entry)
            chosen = next(iter(by_kind.values()))
            if self._replace_in(statement, [e[0] for e in chosen], [e[1] for e in chosen], chosen[0][2]):
                gone += [entry[0] for entry in chosen]

    def _next_replaced(
        self, pairs: Sequence[tuple[Wanted, Wanted]], tried: set[tuple[str, ...]]
    ) -> tuple[Statement | None, list[tuple[Binding, Binding, Wanted]]]:
        """The next statement with something to replace, and what becomes of its bindings."""
        for statement in self.table.statements:
            entries = []
            for binding in statement.bindings if statement.tokens not in tried else ():
                old, new = next(((old, new) for old, new in pairs if old.fits(binding)), (None, None))
                if old is not None and new is not None:
                    entries.append((binding, self._successor(binding, old, new), new))
            if entries:
                return statement, entries
        return None, []

    def _successor(self, binding: Binding, old: Wanted, new: Wanted) -> Binding:
        if old.binding.module == ANY_MODULE:
            return new.bound_as(self.dialect.bound(binding), self.dialect, binding.module)
        if binding == old.binding or not old.any_alias:
            return new.made_from(binding)
        return new.bound_as(self.dialect.bound(binding), self.dialect)

    def _replace_in(self, statement: Statement, old: list[Binding], new: list[Binding], wanted: Wanted) -> bool:
        whole = len(old) == len(statement.bindings)
        text = self._rewritten(statement, new) if whole else None
        if not statement.top:
            return text is not None and self._edit([Edit(statement.start, statement.end, text)])
        if text is not None and (self._host(new[0]) is None or self.style.in_place):
            return self._move(statement, text)
        for binding in new:
            self._add(wanted.statement, binding, statement)
        dropped = [self._drop(binding) for binding in old]
        return all(dropped)

    def _rewritten(self, statement: Statement, new: list[Binding]) -> bytes | None:
        """The text of the statement with other bindings, keeping its layout where only the module differs."""
        source = self.table.module.source[statement.start : statement.end]
        renamed = source.replace(encode(statement.module), encode(new[0].module), 1)
        for text in (renamed, *self.dialect.variants(renamed), encode(self.dialect.render(new[0], self.table))):
            parsed = self.dialect.parse(text.decode("utf-8", "replace"), self.language)
            if parsed is not None and list(parsed.bindings) == new:
                return text
        return None

    def _move(self, statement: Statement, text: bytes) -> bool:
        """Put the text in place of the statement, or where the order of the file wants it."""
        parsed = self.dialect.parse(text.decode("utf-8", "replace"), self.language)
        if parsed is None:
            return False
        placement = Placement(self.table, self.dialect, self.style)
        spot = placement.spot(parsed, statement)
        top = self.table.top
        at = top.index(statement)
        to = top.index(spot.anchor) + spot.after
        same_group = spot.anchor.group == statement.group
        unordered = placement.order_of(self.table.groups[statement.group]) is None
        if self.style.in_place or unordered or (to in (at, at + 1) and same_group and not spot.new_group):
            return self._edit([Edit(statement.start, statement.end, text)])
        edit = placement.place(parsed, text, statement)
        tokens = statement.tokens
        if not self._edit([edit]):
            return False
        again = [s for s in self.table.top if s.tokens == tokens]
        edits = remove_statement(self.table, again[0]) if again else None
        return bool(edits) and self._edit(edits or [])

    def _edit(self, edits: list[Edit]) -> bool:
        """Make the edits unless the result is the same or parses worse."""
        source = apply_edits(self.table.module.source, edits)
        if source == self.table.module.source or count_errors(source, self.language) > self.errors:
            return False
        self.table = self.dialect.read(tokenize(source, self.language))
        return True
