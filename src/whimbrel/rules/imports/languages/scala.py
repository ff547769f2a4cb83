"""Scala imports."""

from __future__ import annotations

from whimbrel.rules.imports.dialect import Dialect, SortKey
from whimbrel.rules.imports.languages.java import after_clause
from whimbrel.rules.imports.model import Binding, Parsed, Statement, Table, Token
from whimbrel.syntax import Module
from whimbrel.text import Edit, encode


class Scala(Dialect):
    languages = ("scala",)
    merges = True
    filler = b"class X\n"
    keywords_before_definition = frozenset({"class", "object", "trait", "def", "type"})

    def read_node(self, tokens: list[Token]) -> Parsed | None:
        body = tokens[1:]
        texts = [token.text for token in body]
        if not texts:
            return None
        if texts[-1] != "}":
            if "," in texts:
                return None
            module, _, name = "".join(texts).rpartition(".")
            binding = Binding(module, "*" if name == "_" else name, "", "import")
            return Parsed(form="import", module=module, bindings=(binding,)) if module else None
        at = texts.index("{")
        module = "".join(texts[: at - 1])
        items: list[list[Token]] = [[]]
        for token in body[at + 1 : -1]:
            if token.text == ",":
                items.append([])
            else:
                items[-1].append(token)
        items = [item for item in items if item]
        if "," in texts[:at] or any(len(item) not in (1, 3) for item in items):
            return None
        bindings = tuple(
            Binding(module, item[0].text.replace("_", "*"), item[2].text if len(item) == 3 else "", "import")
            if item[0].text == "_"
            else Binding(module, item[0].text, item[2].text if len(item) == 3 else "", "import")
            for item in items
        )
        return Parsed(
            form="import",
            module=module,
            bindings=bindings,
            spans=tuple((item[0].start, item[-1].end) for item in items),
            listing=(body[at].end, body[-1].start),
            bracketed=True,
        )

    def item(self, binding: Binding, table: Table | None) -> str:
        return f"{binding.name} => {binding.alias}" if binding.alias else binding.name.replace("*", "_")

    def render(self, binding: Binding, table: Table | None) -> str:
        item = self.item(binding, table)
        return f"import {binding.module}.{{{item}}}" if binding.alias else f"import {binding.module}.{item}"

    def can_join(self, statement: Statement, binding: Binding) -> bool:
        return statement.module == binding.module and "*" not in (binding.name, *(b.name for b in statement.bindings))

    def open_list(self, table: Table, statement: Statement, item: str) -> list[Edit]:
        own = self.item(statement.bindings[0], table)
        start = table.module.source.rfind(encode(own), statement.start, statement.end)
        return [Edit(start, statement.end, encode("{" + ", ".join(sorted([own, item])) + "}"))]

    def unbracket(self, table: Table, statement: Statement, kept: tuple[int, int]) -> list[Edit] | None:
        text = table.module.source[slice(*kept)]
        if statement.listing is None or b"=>" in text:
            return None
        return [Edit(statement.listing[0] - 1, statement.listing[1] + 1, text)]

    def section(self, statement: Statement) -> int:
        return {"java": 0, "javax": 0, "scala": 1}.get(statement.module.partition(".")[0], 2)

    def may_separate(self, left: int, right: int) -> bool:
        return False

    def sort_keys(self) -> tuple[SortKey, ...]:
        return (lambda s: " ".join(s.tokens[1:]), lambda s: (self.section(s), " ".join(s.tokens[1:])))

    def header_end(self, module: Module) -> tuple[int, bool]:
        return after_clause(module, ("package_clause",))


DIALECTS = (Scala(),)
