"""Kotlin imports."""

from __future__ import annotations

from whimbrel.rules.imports.languages.java import Java
from whimbrel.rules.imports.model import Binding, Parsed, Statement, Table, Token


class Kotlin(Java):
    own_apart = False
    languages = ("kotlin",)
    filler = b"class X\n"
    keywords_before_definition = frozenset({"class", "interface", "object", "fun"})
    not_used_in = frozenset({("value_argument", "name")})
    member_operators = frozenset({".", "?.", "::"})

    def read_node(self, tokens: list[Token]) -> Parsed | None:
        texts = [token.text for token in tokens if token.text != ";"]
        alias = ""
        if "as" in texts:
            at = texts.index("as")
            texts, alias = texts[:at], "".join(texts[at + 1 :])
        module, _, name = "".join(texts[1:]).replace("`", "").rpartition(".")
        if not module:
            return None
        return Parsed(form="import", module=module, bindings=(Binding(module, name, alias, "import"),))

    def render(self, binding: Binding, table: Table | None) -> str:
        alias = f" as {binding.alias}" if binding.alias else ""
        return f"import {binding.module}.{binding.name}{alias}"

    def may_separate(self, left: int, right: int) -> bool:
        return False

    def section(self, statement: Statement) -> int:
        return 0


DIALECTS = (Kotlin(),)
