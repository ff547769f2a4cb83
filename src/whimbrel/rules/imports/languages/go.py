"""Go imports: single declarations and parenthesised groups of specs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from whimbrel.rules.imports.dialect import Dialect, SortKey
from whimbrel.rules.imports.languages.java import after_clause
from whimbrel.rules.imports.model import Binding, Parsed, Statement, Table, Token
from whimbrel.syntax import Language, Module, Stream

STDLIB, OTHER = range(2)
_VERSION = re.compile(r"v\d+")


class Go(Dialect):
    own_apart = False
    languages = ("go",)
    separator = "/"
    filler = b"var x int\n"
    keywords_before_definition = frozenset({"func", "type"})
    not_used_in = frozenset({("keyed_element", "key"), ("var_spec", "name"), ("parameter_declaration", "name")})
    not_used_kinds = frozenset({"field_identifier", "label_name"})

    def nodes(self, stream: Stream, language: Language) -> Iterator[int]:
        for node, kind in enumerate(stream.kinds):
            if kind != "import_spec":
                continue
            up = stream.ups[node]
            yield up if stream.kinds[up] == "import_declaration" else node

    def read_node(self, tokens: list[Token]) -> Parsed | None:
        texts = [token.text for token in tokens]
        if texts[0] == "import":
            texts = texts[1:]
        if not texts or texts[-1][0] not in '"`':
            return None
        module = texts[-1][1:-1]
        alias = texts[0] if len(texts) == 2 else ""
        kind = {"_": "blank", ".": "dot"}.get(alias, "package")
        return Parsed(form="package", module=module, bindings=(Binding(module, "", alias, kind),))

    def bound(self, binding: Binding) -> str:
        if binding.kind != "package":
            return ""
        if binding.alias:
            return binding.alias
        parts = binding.module.split("/")
        last = parts[-2] if _VERSION.fullmatch(parts[-1]) and len(parts) > 1 else parts[-1]
        last = re.sub(r"\.v\d+$", "", last)
        return last.removeprefix("go-").removesuffix("-go").removesuffix(".go").replace("-", "_")

    def render(self, binding: Binding, table: Table | None) -> str:
        spec = f'{binding.alias} "{binding.module}"' if binding.alias else f'"{binding.module}"'
        grouped = table is not None and any(s.tokens[0] != "import" for s in table.top)
        return spec if grouped else f"import {spec}"

    def section(self, statement: Statement) -> int:
        return OTHER if "." in statement.module.partition("/")[0] else STDLIB

    def root_length(self, statement: Statement) -> int:
        if self.section(statement) == STDLIB:
            return 1
        return 2 if statement.module.count("/") < 2 else 3

    def sort_keys(self) -> tuple[SortKey, ...]:
        return (
            lambda s: (s.module, s.bindings[0].alias),
            lambda s: (s.bindings[0].alias, s.module),
        )

    def header_end(self, module: Module) -> tuple[int, bool]:
        return after_clause(module, ("package_clause",))


DIALECTS = (Go(),)
