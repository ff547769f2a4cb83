"""Java imports."""

from __future__ import annotations

import re

from whimbrel.rules.imports.dialect import Dialect, SortKey
from whimbrel.rules.imports.model import Binding, Parsed, Statement, Table, Token
from whimbrel.syntax import Module

_ORDER = ("java", "javax", "jakarta")
_PACKAGE_CLAUSES = ("package_declaration", "package_header")
_DOMAINS = frozenset({"org", "com", "net", "io", "edu", "gov", "dev", "de", "uk", "fr", "cn", "jp", "eu", "ch", "me"})


class Java(Dialect):
    own_apart = False
    languages = ("java",)
    filler = b"class X {}\n"
    keywords_before_definition = frozenset({"class", "interface", "enum", "record"})
    not_used_in = frozenset(
        {("element_value_pair", "key"), ("method_declaration", "name"), ("variable_declarator", "name")}
    )
    member_operators = frozenset({".", "::"})
    doc_uses = re.compile(r"@(?:link|linkplain|see|throws|exception|value)\s+#?(\w+)")

    def read_node(self, tokens: list[Token]) -> Parsed | None:
        texts = [token.text for token in tokens]
        if texts[-1] == ";":
            texts = texts[:-1]
        static = texts[1:2] == ["static"]
        path = "".join(texts[2 if static else 1 :])
        module, _, name = path.rpartition(".")
        if not module:
            return None
        kind = "static" if static else "class"
        return Parsed(form=kind, module=module, bindings=(Binding(module, name, "", kind),))

    def in_reach(self, binding: Binding, module: Module) -> bool:
        stream = module.code
        for node, kind in enumerate(stream.kinds):
            if kind in _PACKAGE_CLAUSES:
                words = stream.texts[stream.firsts[node] + 1 : stream.lasts[node]]
                return "".join(words).rstrip(";") == binding.module and binding.kind != "static" and not binding.alias
        return False

    def render(self, binding: Binding, table: Table | None) -> str:
        static = "static " if binding.kind == "static" else ""
        return f"import {static}{binding.module}.{binding.name};"

    def section(self, statement: Statement) -> int:
        if statement.form == "static":
            return 9
        root = statement.module.partition(".")[0]
        return _ORDER.index(root) if root in _ORDER else 3

    def components(self, statement: Statement) -> tuple[str, ...]:
        return (*statement.module.split("."), statement.bindings[0].name)

    def root_length(self, statement: Statement) -> int:
        return 2 if statement.module.partition(".")[0] in _DOMAINS else 1

    def may_separate(self, left: int, right: int) -> bool:
        return left != right

    def sort_keys(self) -> tuple[SortKey, ...]:
        def path(statement: Statement) -> str:
            return f"{statement.module}.{statement.bindings[0].name}"

        return (
            lambda s: (s.form == "static", path(s)),
            lambda s: (s.form != "static", path(s)),
            lambda s: (s.form == "static", self.components(s)),
            lambda s: (s.form == "static", path(s).lower()),
            lambda s: path(s),
            lambda s: (s.form == "static", len(path(s))),
        )

    def header_end(self, module: Module) -> tuple[int, bool]:
        return after_clause(module, _PACKAGE_CLAUSES)


def after_clause(module: Module, kinds: tuple[str, ...]) -> tuple[int, bool]:
    """Start of the line below the first of these clauses, or below the comments at the top of the file."""
    stream, source = module.code, module.source
    for node, kind in enumerate(stream.kinds):
        if kind in kinds and stream.lasts[node] > stream.firsts[node]:
            return _next_line(source, stream.ends[stream.lasts[node] - 1]), True
    first = stream.starts[0] if stream.texts else len(source)
    end = 0
    for _, high in module.comments:
        if high <= first and not end:
            end = high
    return (_next_line(source, end), True) if end else (0, False)


def _next_line(source: bytes, offset: int) -> int:
    stop = source.find(b"\n", offset)
    return len(source) if stop == -1 else stop + 1


DIALECTS = (Java(),)
