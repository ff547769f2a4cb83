"""Running ast-grep's rules: matched by ``ast-grep-py``, spliced here.

The template of ``fix`` is expanded over the bytes of the file, and only what lies between the metavariables that stay
in place becomes an edit. So comments and layout inside them survive, sites that nest compose, and byte order marks and
bytes that are not UTF-8 stay as they are (``commit_edits`` loses all of these). Lines are indented as ast-grep does it,
except that the inside of a multi-line string is never shifted. An edit that would lose a comment is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from ast_grep_py import SgNode, SgRoot

from whimbrel.rules.foreign import META, Fix, ForeignRule
from whimbrel.rules.layout import Unsafe
from whimbrel.syntax import Language, Module
from whimbrel.text import Edit, decode, encode, newline_of

_UNIT = re.compile(rb"[\w\x80-\xff]+|\s+|.", re.S)
_PRIVATE = 0xF7A5 - 0xDC80
"""Shift from surrogate escapes to private-use characters, for ast-grep takes no surrogates."""
_HIDE = {code: code + _PRIVATE for code in range(0xDC80, 0xDD00)}
_SHOW = {there: here for here, there in _HIDE.items()}


@dataclass(frozen=True, slots=True)
class Found:
    """A match of a rule, in bytes."""

    rule: ForeignRule
    start: int
    end: int
    """The match, without what the fix expands it by."""
    low: int
    high: int
    """What is replaced."""
    singles: Mapping[str, tuple[int, int]]
    """Metavariable to byte range."""
    derived: Mapping[str, str]
    """Metavariable of ``transform`` to text."""


def find_foreign(source: bytes, language: Language, rules: Iterable[ForeignRule]) -> list[Found]:
    """All matches of the rules that have a fix, rule by rule, in the order of ast-grep."""
    wanted = [rule for rule in rules if rule.may_match(source)]
    if not wanted:
        return []
    text = decode(source)
    hidden = text if text.isascii() else text.translate(_HIDE)
    root = SgRoot(hidden, str(language.ast_grep)).root()
    matched = [(rule, node) for rule in wanted for node in root.find_all(dict(rule.config))]  # type: ignore[call-overload]
    if not matched:
        return []
    offsets = range(len(source) + 1) if len(text) == len(source) else _byte_offsets(text)
    return [_found(rule, node, offsets, bool(hidden is not text)) for rule, node in matched]


def _byte_offsets(text: str) -> list[int]:
    """Byte offset of every character, and of the end."""
    sizes = (1 if char < "\x80" or "\udc80" <= char <= "\udcff" else len(char.encode()) for char in text)
    return [0, *accumulate(sizes)]


def _found(rule: ForeignRule, node: SgNode, offsets: Any, hidden: bool) -> Found:
    assert rule.fix is not None
    span = node.range()
    names = set(META.findall(rule.fix.template))
    transformed = set(rule.config.get("transform") or ())
    singles: dict[str, tuple[int, int]] = {}
    derived: dict[str, str] = {}
    for name in names:
        if name in transformed:
            value = node.get_transformed(name) or ""
            derived[name] = value.translate(_SHOW) if hidden else value
            continue
        one = node.get_match(name)
        nodes = [one] if one is not None else node.get_multiple_matches(name)
        if nodes:
            singles[name] = (offsets[nodes[0].range().start.index], offsets[nodes[-1].range().end.index])
    low, high = _expanded(rule.fix, node)
    return Found(
        rule, offsets[span.start.index], offsets[span.end.index], offsets[low], offsets[high], singles, derived
    )


def _expanded(fix: Fix, node: SgNode) -> tuple[int, int]:
    span = node.range()
    low, high = span.start.index, span.end.index
    if fix.expand_start is not None:
        other = _sibling(fix.expand_start, node.prev(), node.prev_all())
        low = other.range().start.index if other else low
    if fix.expand_end is not None:
        other = _sibling(fix.expand_end, node.next(), node.next_all())
        high = other.range().end.index if other else high
    return low, high


def _sibling(relation: Mapping[str, Any], neighbour: SgNode | None, others: list[SgNode]) -> SgNode | None:
    """The sibling that an expansion reaches, by its ``stopBy``."""
    matcher: Any = {key: value for key, value in relation.items() if key not in ("stopBy", "field")}
    stop: Any = relation.get("stopBy", "neighbor")
    if stop == "neighbor":
        others = [neighbour] if neighbour is not None else []
    for node in others:
        if node.matches(**matcher):
            return node
        if isinstance(stop, Mapping) and node.matches(**stop):
            return None
    return None


# -- splicing ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Splice:
    """Edits of one match under construction: the next edit starts at ``at`` and so far reads ``pending``."""

    source: bytes
    at: int
    line: bytes
    """Indentation of the line of the result that is being written."""
    pending: bytes = b""
    kept: bool = False
    """Whether ``at`` is the end of something that was kept."""
    edits: list[Edit] = field(default_factory=list)

    def before(self, start: int) -> None:
        """Make ready for text that stands at ``start``; a line break of the file in front of it stays."""
        old, new = self.source[self.at : start], self.pending
        old_text, new_text = old.rstrip(), new.rstrip()
        space = old[len(old_text) :]
        if b"\n" in space and b"\n" not in new[len(new_text) :] and _unit_at(old_text, -1) == _unit_at(new_text, -1):
            self.pending = new_text + space
            self.line = space.rpartition(b"\n")[2]

    def flush(self, until: int) -> None:
        """Replace up to ``until`` by what is pending; a line break of the file behind what was kept stays."""
        old, new = self.source[self.at : until], self.pending
        old_text, new_text = old.lstrip(), new.lstrip()
        space = old[: len(old) - len(old_text)]
        broken = b"\n" in space and b"\n" not in new[: len(new) - len(new_text)]
        if self.kept and broken and _unit_at(old_text, 0) == _unit_at(new_text, 0):
            self.pending = space + new_text
        edit = _trimmed(self.source, self.at, until, self.pending)
        if edit is not None:
            self.edits.append(edit)
        self.pending = b""


def _unit_at(text: bytes, index: int) -> bytes:
    units = _UNIT.findall(text)
    return units[index] if units else b""


def _leading(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip(b" \t\f"))]


def _trimmed(source: bytes, start: int, end: int, new: bytes) -> Edit | None:
    """The edit without the words that both sides share at its ends."""
    old_units, new_units = _UNIT.findall(source[start:end]), _UNIT.findall(new)
    head = 0
    while head < min(len(old_units), len(new_units)) and old_units[head] == new_units[head]:
        head += 1
    tail = 0
    while tail < min(len(old_units), len(new_units)) - head and old_units[-1 - tail] == new_units[-1 - tail]:
        tail += 1
    low = start + sum(map(len, old_units[:head]))
    high = end - sum(map(len, old_units[len(old_units) - tail :]))
    text = b"".join(new_units[head : len(new_units) - tail])
    return None if low == high and not text else Edit(low, high, text)


class Splicer:
    """Turns matches into edits of one file."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.source = module.source
        self.newline = newline_of(module.source)
        self.frozen = [
            (stream.starts[index], stream.ends[index])
            for stream in module.streams
            if stream.scope == "code"
            for index, text in enumerate(stream.texts)
            if "\n" in text
        ]

    def edits(self, found: Found) -> tuple[Edit, ...] | Unsafe:
        """The edits of one match, or why they are not safe."""
        edits = self.splice(found)
        if self._loses_comment(found, edits):
            return Unsafe("a comment inside the replaced text would be lost")
        return tuple(edits)

    def splice(self, found: Found) -> list[Edit]:
        """The edits of one match, whatever they lose."""
        assert found.rule.fix is not None
        template = found.rule.fix.template
        if not template:
            low, high = self._whole_lines(found.low, found.high)
            splice = _Splice(self.source, low, b"")
            splice.flush(high)
        else:
            splice = _Splice(self.source, found.low, self._indentation(found.start))
            self._fill(splice, found, template)
            splice.flush(found.high)
        return splice.edits

    def _fill(self, splice: _Splice, found: Found, template: str) -> None:
        base = self._indentation(found.start)
        at = 0
        for match in META.finditer(template):
            self._literal(splice, template[at : match.start()], base)
            at = match.end()
            if match[1] in found.derived:
                splice.pending += encode(found.derived[match[1]])
            elif match[1] in found.singles:
                self._variable(splice, *found.singles[match[1]], found.high)
        self._literal(splice, template[at:], base)

    def _variable(self, splice: _Splice, start: int, end: int, high: int) -> None:
        in_place = splice.at <= start and end <= high
        if in_place:
            splice.before(start)
        text = self.source[start:end]
        old = self._indentation(start)
        shifted = text if b"\n" not in text or old == splice.line else self._shift(text, start, old, splice.line)
        if shifted == text and in_place:
            splice.flush(start)
            splice.at, splice.kept = end, True
        else:
            splice.pending += shifted
        if b"\n" in text:
            splice.line = _leading(shifted.rpartition(b"\n")[2])

    def _literal(self, splice: _Splice, text: str, base: bytes) -> None:
        """Add text of the template, its later lines indented like the line of the match."""
        lines = encode(text).split(b"\n")
        last = len(lines) - 1
        splice.pending += self.newline.join(
            base + line if index and (line.strip() or index == last) else line for index, line in enumerate(lines)
        )
        if last:
            splice.line = base + _leading(lines[-1])

    def _shift(self, text: bytes, start: int, old: bytes, new: bytes) -> bytes:
        """The text with the indentation ``old`` of its later lines changed to ``new``, strings left alone."""
        offset = start
        out: list[bytes] = []
        for index, line in enumerate(text.split(b"\n")):
            inside = any(low < offset < high for low, high in self.frozen)
            movable = index and line.strip() and line.startswith(old) and not inside
            out.append(new + line[len(old) :] if movable else line)
            offset += len(line) + 1
        return b"\n".join(out)

    def _indentation(self, offset: int) -> bytes:
        return _leading(self.source[self.source.rfind(b"\n", 0, offset) + 1 : offset] + b".")

    def _whole_lines(self, start: int, end: int) -> tuple[int, int]:
        """A deleted range widened to its lines when nothing else stands on them."""
        line = self.source.rfind(b"\n", 0, start) + 1
        stop = self.source.find(b"\n", end)
        stop = len(self.source) if stop == -1 else stop
        if self.source[line:start].strip() or self.source[end:stop].strip():
            return start, end
        return line, min(stop + 1, len(self.source))

    def _loses_comment(self, found: Found, edits: list[Edit]) -> bool:
        """Whether a comment is gone from the result; a rule that matches comments may change them."""
        kept = b"\n".join(edit.replacement for edit in edits)
        for start, end in self.module.comments:
            touched = any(edit.start < end and start < edit.end for edit in edits)
            inside = start <= found.start and found.end <= end
            if touched and not inside and self.source[start:end].strip() not in kept:
                return True
        return False


def foreign_proposals(module: Module, found: list[Found]) -> Iterator[tuple[Found, tuple[Edit, ...] | Unsafe]]:
    """Every match with its edits; matches that change nothing are left out."""
    splicer = Splicer(module)
    for item in found:
        edits = splicer.edits(item)
        if edits:
            yield item, edits
