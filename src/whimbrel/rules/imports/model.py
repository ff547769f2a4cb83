"""Imports, whatever the language: what a statement binds, where it stands, and the table of a file's statements.

A language turns the tokens of one import node into :class:`Parsed`; everything about lines, blocks and groups is worked
out here, the same for all. Offsets are bytes in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from whimbrel.syntax import Module, Stream


@dataclass(frozen=True, slots=True)
class Token:
    """A token of an import statement."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Binding:
    """One thing that is imported."""

    module: str
    """Path of the module as it is written, without quotes."""
    name: str = ""
    """The name taken out of it; empty for the module itself, ``*`` for all names."""
    alias: str = ""
    """The name that it gets here, when the statement gives one."""
    kind: str = ""
    """The form of the import in its language: ``import``, ``from``, ``default``, ``static``, ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What a language reads from the tokens of one statement."""

    form: str
    """Kind of statement; only statements of the same form and module can share a list of names."""
    module: str
    bindings: tuple[Binding, ...]
    spans: tuple[tuple[int, int], ...] = ()
    """Bytes of each binding inside the statement; empty when it cannot be taken out alone."""
    listing: tuple[int, int] | None = None
    """Bytes of the list of names, without its brackets; None when there is no list."""
    bracketed: bool = False
    """Whether the list stands in brackets."""
    named: tuple[int, ...] = ()
    """Which bindings stand in the list, when not all do (``import D, { a } from 'm'``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Parsed):
    """An import statement in a file."""

    start: int
    end: int
    line_start: int
    """Start of its first line; equal to ``start`` when other code stands in front of it on that line."""
    line_end: int
    """End of its last line with the newline; equal to ``end`` when other code follows on that line."""
    block: int
    """Node that holds it (a file, a function, a parenthesised group)."""
    top: bool
    """Whether it belongs to the block in which the file keeps its imports."""
    alone: bool = False
    """Whether nothing else stands in its block, so that it cannot be taken out."""
    tokens: tuple[str, ...] = ()
    group: int = -1
    """Number of its group among the top statements: groups are separated by blank lines or other code."""

    def items(self) -> list[int]:
        """Indices of the bindings in the list of names, in order."""
        return list(self.named) if self.named else list(range(len(self.bindings)))


@dataclass(slots=False, eq=False)
class Table:
    """The import statements of one file, in order."""

    module: Module
    statements: list[Statement] = field(default_factory=list)

    @cached_property
    def top(self) -> list[Statement]:
        """Those of the block in which the file keeps its imports."""
        return [statement for statement in self.statements if statement.top]

    @cached_property
    def groups(self) -> list[list[Statement]]:
        """The top statements by group."""
        found: list[list[Statement]] = []
        for statement in self.top:
            if statement.group == len(found):
                found.append([])
            found[statement.group].append(statement)
        return found

    @cached_property
    def bindings(self) -> list[Binding]:
        """Everything that the file imports."""
        return [binding for statement in self.statements for binding in statement.bindings]

    def covers(self, offset: int) -> bool:
        """Whether a byte lies in an import statement."""
        return any(statement.start <= offset < statement.end for statement in self.statements)


def tokens_of(stream: Stream, node: int) -> list[Token]:
    """The tokens of a node."""
    return [
        Token(stream.texts[index], stream.starts[index], stream.ends[index])
        for index in range(stream.firsts[node], stream.lasts[node])
    ]


def locate(module: Module, found: Sequence[tuple[int, Parsed, int, int]], nested_blocks: bool) -> Table:
    """Build the table from ``(node, parsed, start, end)`` in file order.

    With ``nested_blocks`` the block that holds most imports is the main one (an include guard, a namespace); otherwise
    the outermost one is.
    """
    stream = module.code
    blocks = [_block(stream, node) for node, *_ in found]
    main = _main_block(stream, blocks, nested_blocks)
    statements: list[Statement] = []
    for (node, parsed, start, end), block in zip(found, blocks, strict=True):
        line_start, line_end = _lines(module, start, end)
        statements.append(
            Statement(
                form=parsed.form,
                module=parsed.module,
                bindings=parsed.bindings,
                spans=parsed.spans,
                listing=parsed.listing,
                bracketed=parsed.bracketed,
                named=parsed.named,
                start=start,
                end=end,
                line_start=line_start,
                line_end=line_end,
                block=block,
                top=block in main,
                alone=_alone(stream, node, block),
                tokens=tuple(stream.texts[stream.firsts[node] : stream.lasts[node]]),
            )
        )
    return Table(module, list(_grouped(module, statements)))


def _block(stream: Stream, node: int) -> int:
    return stream.ups[node]


def _main_block(stream: Stream, blocks: Sequence[int], nested: bool) -> set[int]:
    """The block with the imports, and parenthesised lists directly in it."""
    if not blocks:
        return set()
    main = 0
    if nested and 0 not in blocks:
        main = max(set(blocks), key=lambda block: (blocks.count(block), -block))
        return {main}
    return {block for block in blocks if block == main or stream.kinds[block] == "import_spec_list"}


def _alone(stream: Stream, node: int, block: int) -> bool:
    if block in (-1, 0):
        return False
    low, high = stream.firsts[block], stream.lasts[block]
    return (low, high) == (stream.firsts[node], stream.lasts[node])


def _lines(module: Module, start: int, end: int) -> tuple[int, int]:
    source = module.source
    line_start = source.rfind(b"\n", 0, start) + 1
    if source[line_start:start].strip(b" \t\xef\xbb\xbf"):
        line_start = start
    elif source[line_start:start].startswith(b"\xef\xbb\xbf"):
        line_start += 3
    stop = source.find(b"\n", end)
    line_end = len(source) if stop == -1 else stop + 1
    rest = end
    for low, high in module.comments:
        if end <= low < line_end and not source[rest:low].strip():
            rest = high
    if rest > line_end or source[rest:line_end].strip():
        line_end = end
    return line_start, line_end


def _grouped(module: Module, statements: list[Statement]) -> Iterator[Statement]:
    group = -1
    previous: Statement | None = None
    for statement in statements:
        if not statement.top:
            yield statement
            continue
        if previous is None or statement.block != previous.block or _separated(module, previous.end, statement.start):
            group += 1
        previous = replace(statement, group=group)
        yield previous


_BLANK = re.compile(rb"\n[ \t\r]*\n")


def _separated(module: Module, low: int, high: int) -> bool:
    """Whether a blank line or code lies between two offsets."""
    between = module.source[low:high]
    if _BLANK.search(between):
        return True
    for start, end in module.comments:
        if low <= start and end <= high:
            between = between.replace(module.source[start:end], b"", 1)
    return bool(between.strip(b" \t\r\n;"))
