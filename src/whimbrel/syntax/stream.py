"""Files as token streams that know their syntax tree.

A parsed file becomes several *streams*. The first holds the code, with comments left out and every string literal as one
token. Code inside an interpolated string, the words of comments and the words of string literals are streams of their
own, so that one matcher serves them all. A stream is a set of parallel lists, one entry a token, and a table of the
syntax nodes that say which runs of tokens are a whole (an expression, a statement): that is where holes may lie.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

import tree_sitter

from whimbrel.syntax.language import Language
from whimbrel.syntax.lexer import split_leaf
from whimbrel.syntax.parse import parse
from whimbrel.text import decode

_PLAIN = re.compile(r"\w+\Z")
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


@dataclass(slots=False, eq=False)
class Module:
    """A parsed file."""

    source: bytes
    """Its bytes."""
    language: Language
    streams: list[Stream]
    """Code first; then interpolated code, comments and strings, in no definite order."""
    comments: list[tuple[int, int]]
    """Byte ranges of the comments, in order."""
    errors: int
    """Whether the parser had to recover (1) or not (0)."""

    @property
    def code(self) -> Stream:
        """The main stream."""
        return self.streams[0]

    def comment_between(self, start: int, end: int) -> bool:
        """Whether a comment lies in these bytes."""
        return any(start <= at and stop <= end for at, stop in self.comments)


def tokenize(source: bytes, language: Language) -> Module:
    """Parse a file and split it into streams."""
    tree = parse(source, language)
    module = Module(source, language, [], [], int(tree.root_node.has_error))
    comments, strings = Stream(COMMENTS, source), Stream(STRINGS, source)
    _Reader(module, comments, strings).read(tree.root_node)
    module.streams.extend(stream for stream in (comments, strings) if stream.texts)
    return module


class _Reader:
    """Fills the streams of a module in one walk over its tree."""

    def __init__(self, module: Module, comments: Stream, strings: Stream) -> None:
        self.module = module
        self.language = module.language
        self.comments = comments
        self.strings = strings

    def read(self, root: tree_sitter.Node) -> None:
        """Read the tree below ``root`` into a new code stream."""
        stream = Stream(CODE, self.module.source)
        self.module.streams.append(stream)
        pending_strings: list[tree_sitter.Node] = []
        cursor = root.walk()
        up = -1
        language = self.language
        kinds, fields, ups, firsts, lasts = stream.kinds, stream.fields, stream.ups, stream.firsts, stream.lasts
        while True:
            node = cursor.node
            assert node is not None
            kind = node.type
            descend = False
            if kind in language.comments:
                self._prose(self.comments, node)
                self.module.comments.append((node.start_byte, node.end_byte))
            elif kind in language.strings and node.is_named:
                self._leaf(stream, node, up, cursor.field_name or "", whole=True)
                pending_strings.append(node)
            elif node.child_count == 0:
                self._leaf(stream, node, up, cursor.field_name or "", whole=False)
            else:
                kinds.append(kind)
                fields.append(cursor.field_name or "")
                ups.append(up)
                firsts.append(len(stream.texts))
                lasts.append(-1)
                up = len(kinds) - 1
                descend = True
            if descend and cursor.goto_first_child():
                continue
            while not cursor.goto_next_sibling():
                if up == -1 or not cursor.goto_parent():
                    self._finish(stream)
                    for string in pending_strings:
                        self._string(string)
                    return
                lasts[up] = len(stream.texts)
                up = ups[up]

    def _finish(self, stream: Stream) -> None:
        for node, last in enumerate(stream.lasts):
            if last == -1:
                stream.lasts[node] = len(stream.texts)

    def _leaf(self, stream: Stream, node: tree_sitter.Node, up: int, field_name: str, *, whole: bool) -> None:
        start, end = node.start_byte, node.end_byte
        if start == end:
            return
        text = decode(self.module.source[start:end])
        if node.is_named:
            stream.kinds.append(node.type)
            stream.fields.append(field_name)
            stream.ups.append(up)
            stream.firsts.append(len(stream.texts))
            up = len(stream.kinds) - 1
        if whole or len(text) == 1 or _PLAIN.match(text):
            self._token(stream, text.strip() if not whole else text, start, end, up)
        else:
            self._split(stream, text, start, up)
        if node.is_named:
            stream.lasts.append(len(stream.texts))

    def _split(self, stream: Stream, text: str, start: int, up: int) -> None:
        ascii_only = text.isascii()
        for count, (first, last) in enumerate(split_leaf(text, self.language)):
            low = start + (first if ascii_only else len(text[:first].encode("utf-8", "surrogateescape")))
            high = start + (last if ascii_only else len(text[:last].encode("utf-8", "surrogateescape")))
            if count:
                stream.joined.add(len(stream.texts))
            self._token(stream, text[first:last], low, high, up)

    def _token(self, stream: Stream, text: str, start: int, end: int, up: int) -> None:
        if not text:
            return
        stream.texts.append(text)
        stream.starts.append(start)
        stream.ends.append(end)
        stream.parents.append(up)

    def _prose(self, stream: Stream, node: tree_sitter.Node) -> None:
        stream.kinds.append(node.type)
        stream.fields.append("")
        stream.ups.append(-1)
        stream.firsts.append(len(stream.texts))
        base = node.start_byte
        for match in _PROSE.finditer(self.module.source, base, node.end_byte):
            self._token(stream, decode(match.group()), match.start(), match.end(), len(stream.kinds) - 1)
        stream.lasts.append(len(stream.texts))

    def _string(self, node: tree_sitter.Node) -> None:
        self._prose(self.strings, node)
        pending = list(node.children)
        while pending:
            child = pending.pop()
            if child.child_count and "interpolation" in child.type or child.type == "template_substitution":
                self.read(child)
            elif child.child_count:
                pending.extend(child.children)
