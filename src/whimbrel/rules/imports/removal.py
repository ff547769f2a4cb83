"""Taking out an import: one name of a list, or a statement with its line and the blank lines of its group."""

from __future__ import annotations

from whimbrel.rules.imports.dialect import Dialect
from whimbrel.rules.imports.lists import take_out
from whimbrel.rules.imports.model import Statement, Table
from whimbrel.text import Edit


def remove(table: Table, statement: Statement, index: int, dialect: Dialect) -> list[Edit] | None:
    """Edits that remove one binding; None when it cannot be done safely."""
    if len(statement.bindings) > 1:
        return take_out(table, statement, index, dialect)
    return remove_statement(table, statement)


def remove_statement(table: Table, statement: Statement) -> list[Edit] | None:
    """Edits that remove a whole statement; of the blank lines above and below an empty group the longer run stays."""
    source = table.module.source
    emptied = _emptied_block(table, statement)
    if emptied is not None:
        start, end = _lines(source, *emptied)
        return [_with_blank_lines(source, start, end)]
    if statement.alone:
        return None
    if statement.line_start == statement.start and source[: statement.start].rpartition(b"\n")[2].strip():
        return (
            [Edit(statement.start, statement.end, b"")] if source[statement.end - 1 : statement.end] == b";" else None
        )
    if statement.line_end == statement.end and source[statement.end : statement.end + 1] not in (b"", b"\n"):
        return None
    return [_with_blank_lines(source, statement.line_start, statement.line_end)]


def _lines(source: bytes, start: int, end: int) -> tuple[int, int]:
    stop = source.find(b"\n", end)
    return source.rfind(b"\n", 0, start) + 1, len(source) if stop == -1 else stop + 1


def _emptied_block(table: Table, statement: Statement) -> tuple[int, int] | None:
    """Bytes of what goes with the statement because it holds nothing else: an ``if`` for type checkers, brackets."""
    stream = table.module.code
    if stream.kinds[statement.block] == "import_spec_list":
        if sum(other.block == statement.block for other in table.statements) > 1:
            return None
        node = stream.ups[statement.block]
    elif statement.alone and "TYPE_CHECK" in "".join(_head(table, statement)):
        node = stream.ups[statement.block]
        if stream.kinds[node] != "if_statement" or stream.lasts[node] != stream.lasts[statement.block]:
            return None
    else:
        return None
    return stream.starts[stream.firsts[node]], stream.ends[stream.lasts[node] - 1]


def _head(table: Table, statement: Statement) -> list[str]:
    stream = table.module.code
    node = stream.ups[statement.block]
    return stream.texts[stream.firsts[node] : stream.firsts[statement.block]]


def _with_blank_lines(source: bytes, start: int, end: int) -> Edit:
    above, low = _blank_above(source, start)
    below, high = _blank_below(source, end)
    at_top = low == 0
    if (not above and not at_top) or (not below and high < len(source)):
        return Edit(start, end, b"")
    if at_top and not above:
        return Edit(start, high, b"")
    if high >= len(source) and not below:
        return Edit(low, end, b"")
    if above > below:
        return Edit(start, high, b"")
    return Edit(low, end, b"")


def _blank_above(source: bytes, start: int) -> tuple[int, int]:
    """Number of blank lines above, and where they begin."""
    count = 0
    while start:
        low = source.rfind(b"\n", 0, start - 1) + 1
        if source[low:start].strip():
            break
        start = low
        count += 1
    return count, start


def _blank_below(source: bytes, end: int) -> tuple[int, int]:
    count = 0
    while end < len(source):
        stop = source.find(b"\n", end)
        stop = len(source) if stop == -1 else stop + 1
        if source[end:stop].strip():
            break
        end = stop
        count += 1
    return count, end
