"""Which imported names the code of a file uses.

A use is an identifier outside the import statements that is not a member of something else, not a label and not the
name of a definition. Code inside interpolated strings counts; so do strings that hold nothing but the name
(``__all__``) and what comments of documentation refer to.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property

from whimbrel.rules.imports.dialect import Dialect
from whimbrel.rules.imports.model import Binding, Table
from whimbrel.syntax import Stream
from whimbrel.text import decode

_TYPE_COMMENT = re.compile(rb"#\s*type:\s*(.*)")
_WORDS = re.compile(r"[^\W\d]\w*")


class Usage:
    """The names that a file uses; answers are computed when asked."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        self.table = table
        self.dialect = dialect
        self._bound_in: dict[int, dict[int, set[str]]] = {}

    @cached_property
    def names(self) -> Counter[str]:
        """Names used in code, with how often."""
        found: Counter[str] = Counter()
        spans = [(s.start, s.end) for s in self.table.statements]
        for number, stream in enumerate(self.table.module.streams):
            if stream.scope == "code":
                found.update(self._used(stream, spans if number == 0 else []))
        return found

    @cached_property
    def defined(self) -> set[str]:
        """Names that the file itself defines or assigns at the start of a statement."""
        found: set[str] = set()
        words = self.dialect.keywords_before_definition
        for stream in self.table.module.streams:
            if stream.scope != "code":
                continue
            texts = stream.texts
            for index in range(1, len(texts)):
                if texts[index - 1] in words:
                    found.add(texts[index])
        return found

    @cached_property
    def mentioned(self) -> set[str]:
        """Names in strings that hold one name only, in type comments and in documentation links."""
        found: set[str] = set()
        for stream in self.table.module.streams:
            if stream.scope != "code":
                continue
            for index, text in enumerate(stream.texts) if self.dialect.names_in_strings else ():
                if text[-1:] in "'\"" and _refers(stream, index):
                    found.update(_WORDS.findall(text))
        source = self.table.module.source
        for start, end in self.table.module.comments:
            comment = source[start:end]
            match = _TYPE_COMMENT.match(comment)
            if match:
                found.update(_WORDS.findall(decode(match.group(1))))
            if self.dialect.doc_uses is not None:
                found.update(self.dialect.doc_uses.findall(decode(comment)))
        return found

    def uses(self, binding: Binding) -> int:
        """How often code uses what the binding names; a dotted name must be used in full."""
        name = self.dialect.bound(binding)
        if not name:
            return 0
        head, *rest = name.split(".")
        if not rest:
            return self.names[head]
        return sum(self._dotted(stream, head, rest) for stream in self.table.module.streams if stream.scope == "code")

    def needs(self, binding: Binding) -> bool:
        """Whether the file would miss the import."""
        name = self.dialect.bound(binding)
        return self.uses(binding) > 0 or (name.partition(".")[0] in self.mentioned)

    def _dotted(self, stream: Stream, head: str, rest: list[str]) -> int:
        wanted = [part for name in rest for part in (".", name)]
        spans = [(s.start, s.end) for s in self.table.statements] if stream is self.table.module.code else []
        return sum(
            stream.texts[at + 1 : at + 1 + len(wanted)] == wanted
            and not any(low <= stream.starts[at] < high for low, high in spans)
            and (at == 0 or stream.texts[at - 1] != ".")
            for at in stream.positions.get(head, ())
        )

    def _used(self, stream: Stream, spans: list[tuple[int, int]]) -> list[str]:
        dialect = self.dialect
        found: list[str] = []
        pending = iter([*spans, (1 << 62, 1 << 62)])
        low, high = next(pending)
        previous = ""
        for index, text in enumerate(stream.texts):
            start = stream.starts[index]
            while start >= high:
                low, high = next(pending)
            before, previous = previous, text
            if start >= low or not (text[0].isalpha() or text[0] in "_$@"):
                continue
            if before in dialect.member_operators or before in dialect.keywords_before_definition:
                continue
            if self._is_label(stream, index) or self._is_local(stream, index):
                continue
            found.append(text)
        return found

    def _is_local(self, stream: Stream, index: int) -> bool:
        """Whether the name is a parameter or variable of a function around it."""
        node = stream.parents[index]
        text = stream.texts[index]
        while node != -1:
            if node in self._locals(stream) and text in self._locals(stream)[node]:
                return True
            node = stream.ups[node]
        return False

    def _locals(self, stream: Stream) -> dict[int, set[str]]:
        """Function node to the names that it binds."""
        known = self._bound_in.get(id(stream))
        if known is None:
            known = self._bound_in[id(stream)] = _local_names(stream)
        return known

    def _is_label(self, stream: Stream, index: int) -> bool:
        node = stream.parents[index]
        if node == -1:
            return False
        if stream.kinds[node] in self.dialect.not_used_kinds:
            return True
        up = stream.ups[node]
        return up != -1 and (stream.kinds[up], stream.fields[node]) in self.dialect.not_used_in


_FUNCTIONS = re.compile(
    r"(?:function|method|constructor)_(?:definition|declaration|item)|lambda|arrow_function|func_literal|"
    r"function_expression|lambda_expression|function|generator_function_declaration|closure_expression"
)
_PARAMETERS = frozenset(
    {"parameters", "parameter", "formal_parameters", "lambda_parameters", "function_value_parameters"}
)
_TARGETS = frozenset(
    {
        ("assignment", "left"),
        ("for_statement", "left"),
        ("variable_declarator", "name"),
        ("short_var_declaration", "left"),
        ("let_declaration", "pattern"),
        ("as_pattern", "alias"),
        ("for_in_clause", "left"),
        ("var_spec", "name"),
    }
)
_FOREIGN = re.compile(r"type|annotation|modifier|attribute|decorator")
_NOT_BOUND = frozenset({"type", "value", "default_value"})


def _local_names(stream: Stream) -> dict[int, set[str]]:
    """Function node to the parameters and variables that it binds; only plain names on the left of ``=`` count."""
    found: dict[int, set[str]] = {}
    for node, kind in enumerate(stream.kinds):
        up = stream.ups[node]
        if up == -1:
            continue
        if kind in _PARAMETERS or stream.fields[node] in ("parameters", "parameter"):
            if _FUNCTIONS.fullmatch(stream.kinds[up]):
                found.setdefault(up, set()).update(_parameter_names(stream, node))
        elif (stream.kinds[up], stream.fields[node]) in _TARGETS and stream.lasts[node] - stream.firsts[node] == 1:
            owner = up
            while owner != -1 and not _FUNCTIONS.fullmatch(stream.kinds[owner]):
                owner = stream.ups[owner]
            if owner != -1:
                found.setdefault(owner, set()).add(stream.texts[stream.firsts[node]])
    return found


def _parameter_names(stream: Stream, node: int) -> set[str]:
    found: set[str] = set()
    for index in range(stream.firsts[node], stream.lasts[node]):
        leaf = stream.parents[index]
        if "identifier" not in stream.kinds[leaf] or stream.kinds[leaf] == "type_identifier":
            continue
        at = leaf
        while at != node and stream.fields[at] not in _NOT_BOUND and not _FOREIGN.search(stream.kinds[at]):
            at = stream.ups[at]
        if at == node:
            found.add(stream.texts[index])
    return found


def _refers(stream: Stream, index: int) -> bool:
    """Whether a string is an annotation, or an entry of ``__all__``."""
    node = stream.parents[index]
    while node != -1:
        if stream.kinds[node] == "type":
            return True
        if stream.kinds[node] in ("assignment", "augmented_assignment"):
            return stream.texts[stream.firsts[node]] == "__all__"
        node = stream.ups[node]
    return False
