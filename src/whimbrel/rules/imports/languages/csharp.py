"""C# using directives."""

from __future__ import annotations

from whimbrel.rules.imports.dialect import Dialect, SortKey
from whimbrel.rules.imports.languages.java import after_clause
from whimbrel.rules.imports.model import Binding, Parsed, Statement, Table, Token
from whimbrel.syntax import Module


class CSharp(Dialect):
    languages = ("csharp",)
    nested_blocks = True
    keywords_before_definition = frozenset({"class", "interface", "struct", "enum", "record"})

    def read_node(self, tokens: list[Token]) -> Parsed | None:
        texts = [token.text for token in tokens if token.text != ";"]
        prefix = ""
        if texts[0] == "global":
            prefix, texts = "global-", texts[1:]
        if len(texts) < 2 or texts[0] != "using" or texts[1] == "(":
            return None
        if texts[1] == "static":
            module = "".join(texts[2:])
            return Parsed(
                form=prefix + "static", module=module, bindings=(Binding(module, "*", "", prefix + "static"),)
            )
        if "=" in texts:
            module = "".join(texts[texts.index("=") + 1 :])
            binding = Binding(module, "", texts[texts.index("=") - 1], prefix + "alias")
            return Parsed(form=prefix + "alias", module=module, bindings=(binding,))
        module = "".join(texts[1:])
        return Parsed(form=prefix + "using", module=module, bindings=(Binding(module, "*", "", prefix + "using"),))

    def render(self, binding: Binding, table: Table | None) -> str:
        word = "global using" if binding.kind.startswith("global-") else "using"
        kind = binding.kind.removeprefix("global-")
        if kind == "alias":
            return f"{word} {binding.alias} = {binding.module};"
        return f"{word} static {binding.module};" if kind == "static" else f"{word} {binding.module};"

    def section(self, statement: Statement) -> int:
        if statement.form.endswith("alias"):
            return 3
        if statement.form.endswith("static"):
            return 2
        return 0 if statement.module.partition(".")[0] == "System" else 1

    def may_separate(self, left: int, right: int) -> bool:
        return False

    def sort_keys(self) -> tuple[SortKey, ...]:
        return (
            lambda s: (self.section(s), s.module.lower().split(".")),
            lambda s: (max(self.section(s), 1), s.module.lower().split(".")),
            lambda s: s.module,
            lambda s: len(s.module),
        )

    def header_end(self, module: Module) -> tuple[int, bool]:
        return after_clause(module, ())


DIALECTS = (CSharp(),)
