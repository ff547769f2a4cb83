"""PHP use declarations."""

from __future__ import annotations

from whimbrel.rules.imports.dialect import Dialect, SortKey
from whimbrel.rules.imports.languages.java import after_clause
from whimbrel.rules.imports.model import Binding, Parsed, Statement, Table, Token
from whimbrel.syntax import Module


class Php(Dialect):
    opening = "<?php "
    languages = ("php",)
    separator = "\\"
    nested_blocks = True
    keywords_before_definition = frozenset({"class", "function", "interface", "trait", "enum"})
    member_operators = frozenset({"->", "::", "?->", "\\", "$"})

    def read_node(self, tokens: list[Token]) -> Parsed | None:
        texts = [token.text for token in tokens if token.text != ";"]
        if texts[0] != "use" or "{" in texts or "," in texts:
            return None
        kind = texts[1] if texts[1] in ("function", "const") else "class"
        texts = texts[1:] if kind == "class" else texts[2:]
        alias = ""
        if "as" in texts:
            at = texts.index("as")
            texts, alias = texts[:at], texts[at + 1]
        module, _, name = "".join(texts).lstrip("\\").rpartition("\\")
        return Parsed(form=kind, module=module, bindings=(Binding(module, name, alias, kind),))

    def render(self, binding: Binding, table: Table | None) -> str:
        kind = "" if binding.kind == "class" else binding.kind + " "
        alias = f" as {binding.alias}" if binding.alias else ""
        path = f"{binding.module}\\{binding.name}" if binding.module else binding.name
        return f"use {kind}{path}{alias};"

    def section(self, statement: Statement) -> int:
        return ("class", "function", "const").index(statement.form)

    def components(self, statement: Statement) -> tuple[str, ...]:
        return (*(part for part in statement.module.split("\\") if part), statement.bindings[0].name)

    def sort_keys(self) -> tuple[SortKey, ...]:
        return (
            lambda s: (self.section(s), tuple(part.lower() for part in self.components(s))),
            lambda s: (self.section(s), "\\".join(self.components(s)).lower()),
            lambda s: len("\\".join(self.components(s))),
        )

    def header_end(self, module: Module) -> tuple[int, bool]:
        clause = after_clause(module, ("namespace_definition",))
        stream = module.code
        if clause[0] and stream.texts and clause[0] > stream.starts[0]:
            return clause
        return after_clause(module, ("php_tag",))


DIALECTS = (Php(),)
