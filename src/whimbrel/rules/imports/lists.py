"""Names put into and taken out of the list of an import statement, with their commas and lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from whimbrel.rules.imports.dialect import Dialect
from whimbrel.rules.imports.model import Binding, Statement, Table
from whimbrel.rules.imports.order import best_order, inversions, position
from whimbrel.text import Edit, decode, encode

_CLOSED_AFTER_COMMA = re.compile(rb",\r?\n[ \t]*[)\]}]")
LIMITS = (79, 88, 100, 120)


def join(
    table: Table, statement: Statement, binding: Binding, dialect: Dialect, instead: Binding | None, follow: str = ""
) -> list[Edit]:
    """Edits that add the binding to the statement's list, in its order; at the place of ``instead`` if unordered."""
    source = table.module.source
    item = dialect.item(binding, table)
    if statement.listing is None:
        return dialect.open_list(table, statement, item)
    low, high = statement.listing
    spans = [statement.spans[index] for index in statement.items()]
    if not spans:
        return [Edit(low, high, encode(f" {item} "))]
    at = _place(table, statement, item, dialect, instead, follow)
    if b"\n" in source[low:high]:
        return [_insert_in_lines(table, statement, spans, at, item)]
    text = encode(f"{item}, ") if at < len(spans) else encode(f", {item}")
    offset = spans[at][0] if at < len(spans) else spans[-1][1]
    edit = Edit(offset, offset, text)
    return [_wrapped(table, statement, edit, dialect)]


def texts_of(table: Table, statement: Statement) -> list[str]:
    """The items of the list as they are written."""
    return [decode(table.module.source[slice(*statement.spans[index])]) for index in statement.items()]


def _place(
    table: Table, statement: Statement, item: str, dialect: Dialect, instead: Binding | None, follow: str
) -> int:
    texts = texts_of(table, statement)
    if follow in texts:
        return texts.index(follow) + 1
    key = _order(table, statement, item, dialect)
    if key is None:
        for number, index in enumerate(statement.items()):
            if statement.bindings[index] == instead:
                return number
        return len(texts)
    return position([key(text) for text in texts], key(item))


def _order(table: Table, statement: Statement, item: str, dialect: Dialect) -> Callable[[str], object] | None:
    """The order of this list; None when it has none. What the list cannot tell, the other lists of the file do."""
    texts = texts_of(table, statement)
    keys = [key for key in dialect.item_keys() if not inversions([key(text) for text in texts])]
    if len(texts) > 1 and not keys:
        return None
    others = [texts_of(table, other) for other in table.top if other.form == statement.form and len(other.spans) > 1]
    lists = others
    if len(texts) > 1:
        return min(keys, key=lambda key: sum(inversions([key(text) for text in names]) for names in lists))
    best = best_order(dialect.item_keys(), lists)
    return best if best is not None or lists else dialect.item_keys()[0]


def _insert_in_lines(table: Table, statement: Statement, spans: Sequence[tuple[int, int]], at: int, item: str) -> Edit:
    source = table.module.source
    newline = b"\r\n" if b"\r\n" in source[statement.start : statement.end] else b"\n"
    own_lines = all(_first_on_line(source, span[0]) for span in spans[1:])
    if at < len(spans):
        start = spans[at][0]
        if own_lines and _first_on_line(source, start):
            return Edit(start, start, encode(item) + b"," + newline + _indent(source, start))
        return Edit(start, start, encode(item) + b", ")
    end = spans[-1][1]
    if not own_lines or not _first_on_line(source, spans[-1][0]):
        return Edit(end, end, b", " + encode(item))
    indent = _indent(source, spans[-1][0])
    comma = source.find(b",", end, statement.listing[1] if statement.listing else end)
    if comma == -1:
        return Edit(end, end, b"," + newline + indent + encode(item))
    stop = source.find(b"\n", comma)
    stop -= source[stop - 1 : stop] == b"\r"
    return Edit(stop, stop, newline + indent + encode(item) + b",")


def _first_on_line(source: bytes, offset: int) -> bool:
    return not source[source.rfind(b"\n", 0, offset) + 1 : offset].strip()


def _indent(source: bytes, offset: int) -> bytes:
    low = source.rfind(b"\n", 0, offset) + 1
    return source[low:offset] if not source[low:offset].strip() else b""


def _modern(source: bytes) -> bool:
    """Whether the file looks formatted by a tool that prefers double quotes and long lines (black, ruff)."""
    return source.count(b'"') > 4 * source.count(b"'")


def line_limit(source: bytes) -> int:
    """The line length that the file keeps to, as far as it shows."""
    lengths = [len(line) for line in decode(source).splitlines()]
    for limit in LIMITS[1:] if _modern(source) else LIMITS:
        if sum(length > limit for length in lengths) <= max(1, len(lengths) // 200):
            return limit
    return 1 << 30


def _wrapped(table: Table, statement: Statement, edit: Edit, dialect: Dialect) -> Edit:
    """The edit, or one that puts the whole list on lines of its own when its line would get too long."""
    source = table.module.source
    length = statement.end - statement.line_start + len(edit.replacement)
    brackets = dialect.wraps_in
    if statement.listing is None or statement.form not in ("from", "import", "type-import"):
        return edit
    limit = line_limit(source) + (dialect.wraps_in is None)
    if length <= limit or (brackets is None and not statement.bracketed):
        return edit
    low, high = statement.listing
    newline = b"\r\n" if source[: statement.line_end].endswith(b"\r\n") else b"\n"
    content = source[low : edit.start] + edit.replacement + source[edit.start : high]
    items = [part.strip() for part in content.split(b",") if part.strip()]
    step = _step(table)
    hanging = _hangs(table)
    opening, closing = (b"", b"") if statement.bracketed else (b"(", b")")
    if not hanging and brackets is not None:
        return Edit(low, high, _grid(source, statement, items, limit, newline, opening, closing))
    trailing = b"," if _trailing_comma(table) else b""
    lines = (b"," + newline).join(step + part for part in items)
    return Edit(low, high, opening + newline + lines + trailing + newline + closing)


def _grid(
    source: bytes, statement: Statement, items: list[bytes], limit: int, newline: bytes, opening: bytes, closing: bytes
) -> bytes:
    low = statement.listing[0] if statement.listing else statement.start
    column = low - statement.line_start + len(opening)
    lines = [b""]
    for number, item in enumerate(items):
        text = item + (b"," if number < len(items) - 1 else closing)
        if lines[-1] and column + len(lines[-1]) + 1 + len(text) > limit:
            lines.append(text)
        else:
            lines[-1] += (b" " if lines[-1] else b"") + text
    return opening + (newline + b" " * column).join(lines)


def _step(table: Table) -> bytes:
    source = table.module.source
    for statement in table.top:
        if statement.listing and b"\n" in source[statement.start : statement.spans[-1][1] if statement.spans else 0]:
            return _indent(source, statement.spans[-1][0]) or b"    "
    if table.module.language.name == "python":
        return b"    "
    lines = [line for line in source.split(b"\n") if line[:1] in (b" ", b"\t") and line.strip()[:1] not in (b"*", b"")]
    widths = [len(line) - len(line.lstrip(b" ")) for line in lines]
    if lines and lines[0][:1] == b"\t":
        return b"\t"
    return b" " * min((width for width in widths if width > 1), default=2)


def _hangs(table: Table) -> bool:
    """Whether wrapped lists of the file start on a line of their own; yes when it has none."""
    source = table.module.source
    votes = [
        source[s.listing[0] : s.spans[s.items()[0]][0]].count(b"\n") > 0
        for s in table.top
        if s.listing and s.bracketed and s.spans and b"\n" in source[s.listing[0] : s.listing[1]]
    ]
    return sum(votes) * 2 >= len(votes)


def _trailing_comma(table: Table) -> bool:
    source = table.module.source
    votes = [
        b"," in source[s.spans[-1][1] : s.listing[1]]
        for s in table.top
        if s.listing and s.bracketed and s.spans and b"\n" in source[s.listing[0] : s.listing[1]]
    ]
    if votes:
        return sum(votes) * 2 >= len(votes)
    return _CLOSED_AFTER_COMMA.search(source) is not None


def take_out(table: Table, statement: Statement, index: int, dialect: Dialect) -> list[Edit] | None:
    """Edits that remove one binding of several from its statement; None when that is not safe."""
    if index not in statement.items():
        return dialect.drop_head(table, statement, index)
    if not statement.spans or statement.listing is None:
        return None
    items = statement.items()
    spans = [statement.spans[number] for number in items]
    at = items.index(index)
    if len(spans) == 1:
        return dialect.close_list(table, statement)
    source = table.module.source
    start, end = spans[at]
    comments = any(statement.start <= low < statement.end for low, _ in table.module.comments)
    if len(spans) == 2 and not comments:
        edits = dialect.unbracket(table, statement, spans[1 - at])
        if edits:
            return edits
    if _alone_on_line(source, spans, at, statement):
        return [_take_line(source, spans, at, statement)]
    if at == len(spans) - 1:
        return [Edit(spans[at - 1][1], end, b"")]
    if b"\n" in source[end : spans[at + 1][0]] and at and b"\n" not in source[spans[at - 1][1] : start]:
        return [Edit(spans[at - 1][1], end, b"")]
    return [Edit(start, spans[at + 1][0], b"")]


def _alone_on_line(source: bytes, spans: Sequence[tuple[int, int]], at: int, statement: Statement) -> bool:
    start, end = spans[at]
    if not _first_on_line(source, start):
        return False
    stop = source.find(b"\n", end)
    return stop != -1 and stop < statement.end and (at == len(spans) - 1 or spans[at + 1][0] > stop)


def _take_line(source: bytes, spans: Sequence[tuple[int, int]], at: int, statement: Statement) -> Edit:
    start, end = spans[at]
    low = source.rfind(b"\n", 0, start) + 1
    stop = source.find(b"\n", end)
    high = statement.listing[1] if statement.listing else end
    closing_here = high <= stop
    if at == len(spans) - 1 and (closing_here or b"," not in source[end:high]):
        return Edit(spans[at - 1][1], end, b"")
    return Edit(low, stop + 1, b"")
