"""Files as token streams that know their syntax tree.

A parsed file becomes several *streams*. The first holds the code, with comments left out and every string literal as
one token. Code inside an interpolated string, the words of comments and the words of string literals are streams of
their own, so that one matcher serves them all. A stream is a set of parallel lists, one entry a token, and a table of
the syntax nodes that say which runs of tokens are a whole (an expression, a statement): that is where holes may lie.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import tree_sitter

from whimbrel.syntax.language import Language
from whimbrel.syntax.lexer import split_leaf
from whimbrel.syntax.parse import parse
from whimbrel.text import decode

_PROSE = re.compile(rb"[\w\x80-\xff]+|[^\w\s]")
CODE, COMMENTS, STRINGS = "code", "comments", "strings"


@dataclass(slots=False, eq=False)
class Stream:
    """Tokens of one part of a file, in order, with the nodes above them. Offsets are bytes in the file."""

    scope: str
    """``code``, ``comments`` or ``strings``."""
    source: bytes
    """The file that it is a part of."""
    texts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    """Innermost node that has the token as a child or is the token's own leaf."""
    joined: set[int] = field(default_factory=set)
    """Tokens that continue the leaf of the token before them."""
    kinds: list[str] = field(default_factory=list)
    """Node table: kind of each node."""
    fields: list[str] = field(default_factory=list)
    """Node table: field in the parent, or empty."""
    ups: list[int] = field(default_factory=list)
    """Node table: parent node, -1 at the top."""
    firsts: list[int] = field(default_factory=list)
    """Node table: first token."""
    lasts: list[int] = field(default_factory=list)
    """Node table: token after the last one."""

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        """Token text to the places where it stands."""
        found: dict[str, list[int]] = defaultdict(list)
        for index, text in enumerate(self.texts):
            found[text].append(index)
        return found

    @cached_property
    def starting(self) -> dict[int, list[int]]:
        """First token to the nodes that start there, outermost first; empty nodes are left out."""
        found: dict[int, list[int]] = defaultdict(list)
        for node, first in enumerate(self.firsts):
            if self.lasts[node] > first:
                found[first].append(node)
        return found

    @cached_property
    def ending(self) -> dict[int, list[int]]:
        """Token after the last one to the nodes that end there, outermost first."""
        found: dict[int, list[int]] = defaultdict(list)
        for node, last in enumerate(self.lasts):
            if last > self.firsts[node]:
                found[last].append(node)
        return found

    @cached_property
    def line_starts(self) -> list[int]:
        """First tokens of the lines that hold tokens of this stream."""
        return [
            index
            for index in range(len(self.texts))
            if index == 0 or b"\n" in self.source[self.ends[index - 1] : self.starts[index]]
        ]

    @cached_property
    def line_start_set(self) -> frozenset[int]:
        """The same as a set."""
        return frozenset(self.line_starts)

    def node_at(self, first: int, last: int) -> int | None:
        """The innermost node that covers exactly these tokens."""
        for node in reversed(self.starting.get(first, ())):
            if self.lasts[node] == last:
                return node
        return None

    def enclosing(self, first: int, last: int) -> int:
        """The innermost node that covers these tokens, or -1; for an empty range, the one around that place."""
        node = self.parents[min(first, len(self.parents) - 1)] if self.parents else -1
        while node != -1 and not (self.firsts[node] <= first and last <= self.lasts[node]):
            node = self.ups[node]
        return node


Range = tuple[str, int, int]
"""Node kind, first byte, byte after the last."""


@dataclass(slots=False, eq=False)
class Module:
    """A parsed file. Shared between callers that ask for the same bytes, so never to be changed."""

    source: bytes
    """Its bytes."""
    language: Language
    code_streams: list[Stream]
    """The main stream first, then the code inside interpolated strings."""
    errors: int
    """Whether the parser had to recover (1) or not (0)."""
    comment_ranges: list[Range] = field(default_factory=list)
    string_ranges: list[Range] = field(default_factory=list)

    @property
    def code(self) -> Stream:
        """The main stream."""
        return self.code_streams[0]

    @cached_property
    def comments(self) -> list[tuple[int, int]]:
        """Byte ranges of the comments, in order."""
        return [(start, end) for _, start, end in self.comment_ranges]

    @cached_property
    def streams(self) -> list[Stream]:
        """Code first; then the words of the comments and those of the strings, where there are any."""
        prose = [self.prose(COMMENTS), self.prose(STRINGS)]
        return [*self.code_streams, *(stream for stream in prose if stream.texts)]

    def of_scope(self, scope: str) -> list[Stream]:
        """The streams of one scope."""
        return self.code_streams if scope == CODE else [stream for stream in self.streams if stream.scope == scope]

    def prose(self, scope: str) -> Stream:
        """The words of the comments or of the strings, each of them a node."""
        stream = Stream(scope, self.source)
        for kind, first, last in self.comment_ranges if scope == COMMENTS else self.string_ranges:
            node = len(stream.kinds)
            stream.kinds.append(kind)
            stream.fields.append("")
            stream.ups.append(-1)
            stream.firsts.append(len(stream.texts))
            for match in _PROSE.finditer(self.source, first, last):
                stream.texts.append(decode(match.group()))
                stream.starts.append(match.start())
                stream.ends.append(match.end())
                stream.parents.append(node)
            stream.lasts.append(len(stream.texts))
        return stream


@lru_cache(maxsize=24)
def tokenize(source: bytes, language: Language) -> Module:
    """Parse a file and split it into streams; the last few results are remembered."""
    tree = parse(source, language)
    module = Module(source, language, [], int(tree.root_node.has_error))
    _Reader(module).read(tree.root_node)
    module.comment_ranges.sort(key=lambda item: item[1:])
    module.string_ranges.sort(key=lambda item: item[1:])
    return module


class _Reader:
    """Fills the streams of a module in one walk over its tree."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.language = module.language

    def read(self, root: tree_sitter.Node) -> None:
        """Read the tree below ``root`` into a new code stream."""
        source, language = self.module.source, self.language
        stream = Stream(CODE, source)
        self.module.code_streams.append(stream)
        interpolated: list[tree_sitter.Node] = []
        comments, strings = language.comments, language.strings
        kinds, fields, ups, firsts, lasts = stream.kinds, stream.fields, stream.ups, stream.firsts, stream.lasts
        texts, starts, ends, parents = stream.texts, stream.starts, stream.ends, stream.parents
        cursor = root.walk()
        down, across, out = cursor.goto_first_child, cursor.goto_next_sibling, cursor.goto_parent
        up = -1
        hidden, reached = language.hidden_tokens, root.start_byte
        while True:
            node = cursor.node
            assert node is not None
            kind = node.type
            children = node.child_count
            start, end = node.start_byte, node.end_byte
            named = node.is_named
            whole = named and kind in strings
            if hidden and reached < start:
                self._split(stream, decode(source[reached:start]), reached, up)
                reached = start
            if kind == "line_continuation":
                pass
            elif kind in comments:
                self.module.comment_ranges.append((kind, start, end))
            elif children and not whole:
                kinds.append(kind)
                fields.append(cursor.field_name or "")
                ups.append(up)
                firsts.append(len(texts))
                lasts.append(-1)
                up = len(kinds) - 1
                down()
                continue
            elif start < end and not source[start:end].isspace():
                at = up
                if named:
                    kinds.append(kind)
                    fields.append(cursor.field_name or "")
                    ups.append(up)
                    firsts.append(len(texts))
                    at = len(kinds) - 1
                text = source[start:end].decode("utf-8", "surrogateescape")
                if whole or end - start == 1 or text.isidentifier():
                    texts.append(text)
                    starts.append(start)
                    ends.append(end)
                    parents.append(at)
                else:
                    self._split(stream, text, start, at)
                if named:
                    lasts.append(len(texts))
                if whole:
                    self.module.string_ranges.append((kind, start, end))
                    if children > 1:
                        interpolated.append(node)
            reached = max(reached, end)
            while not across():
                if up == -1 or not out():
                    self._finish(stream)
                    for string in interpolated:
                        self._interpolations(string)
                    return
                if hidden and (end := cursor.node.end_byte) > reached:  # type: ignore[union-attr]
                    self._split(stream, decode(source[reached:end]), reached, up)
                    reached = end
                lasts[up] = len(texts)
                up = ups[up]

    def _finish(self, stream: Stream) -> None:
        for node, last in enumerate(stream.lasts):
            if last == -1:
                stream.lasts[node] = len(stream.texts)

    def _split(self, stream: Stream, text: str, start: int, up: int) -> None:
        ascii_only = text.isascii()
        for count, (first, last) in enumerate(split_leaf(text, self.language)):
            low = start + (first if ascii_only else len(text[:first].encode("utf-8", "surrogateescape")))
            high = start + (last if ascii_only else len(text[:last].encode("utf-8", "surrogateescape")))
            if count:
                stream.joined.add(len(stream.texts))
            stream.texts.append(text[first:last])
            stream.starts.append(low)
            stream.ends.append(high)
            stream.parents.append(up)

    def _interpolations(self, string: tree_sitter.Node) -> None:
        pending = list(string.children)
        while pending:
            child = pending.pop()
            if not child.child_count:
                continue
            if child.type in self.language.interpolations:
                self.read(child)
            else:
                pending.extend(child.children)
