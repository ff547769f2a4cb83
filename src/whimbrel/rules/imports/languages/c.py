"""Includes of C and C++. A header names nothing that the file shows; what uses it is given with the change."""

from __future__ import annotations

from whimbrel.rules.imports.dialect import Dialect, SortKey
from whimbrel.rules.imports.languages.java import after_clause
from whimbrel.rules.imports.model import Binding, Parsed, Statement, Table, Token
from whimbrel.syntax import Module


class C(Dialect):
    languages = ("c", "cpp")
    separator = "/"
    nested_blocks = True
    keywords_before_definition = frozenset({"struct", "enum", "union", "class", "define"})

    def read_node(self, tokens: list[Token]) -> Parsed | None:
        texts = [token.text for token in tokens]
        path = texts[-1]
        if len(texts) != 3 or path[0] not in '<"':
            return None
        kind = "system" if path[0] == "<" else "quote"
        return Parsed(form=kind, module=path[1:-1], bindings=(Binding(path[1:-1], "", "", kind),))

    def bound(self, binding: Binding) -> str:
        return ""

    def render(self, binding: Binding, table: Table | None) -> str:
        low, high = ("<", ">") if binding.kind == "system" else ('"', '"')
        return f"#include {low}{binding.module}{high}"

    def section(self, statement: Statement) -> int:
        return 0 if statement.form == "system" else 1

    def sort_keys(self) -> tuple[SortKey, ...]:
        return (lambda s: s.module.lower(), lambda s: s.module, lambda s: (s.form, s.module.lower()))

    def header_end(self, module: Module) -> tuple[int, bool]:
        return after_clause(module, ())


DIALECTS = (C(),)
