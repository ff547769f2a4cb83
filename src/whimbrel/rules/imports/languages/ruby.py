"""Ruby require calls. What they define is not shown; what uses it is given with the change."""

from __future__ import annotations

from collections.abc import Iterator

from whimbrel.rules.imports.dialect import Dialect, SortKey, quote_of
from whimbrel.rules.imports.languages.java import after_clause
from whimbrel.rules.imports.model import Binding, Parsed, Statement, Table, Token
from whimbrel.syntax import Language, Module, Stream

_WORDS = ("require", "require_relative")


class Ruby(Dialect):
    languages = ("ruby",)
    separator = "/"
    filler = b"x\n"
    keywords_before_definition = frozenset({"class", "module", "def"})

    def nodes(self, stream: Stream, language: Language) -> Iterator[int]:
        for node, kind in enumerate(stream.kinds):
            first = stream.firsts[node]
            if kind == "call" and first < stream.lasts[node] and stream.texts[first] in _WORDS:
                yield node

    def read_node(self, tokens: list[Token]) -> Parsed | None:
        texts = [token.text for token in tokens if token.text not in "()"]
        if len(texts) != 2 or texts[1][0] not in "'\"":
            return None
        module = texts[1][1:-1]
        return Parsed(form=texts[0], module=module, bindings=(Binding(module, "", "", texts[0]),))

    def bound(self, binding: Binding) -> str:
        return ""

    def render(self, binding: Binding, table: Table | None) -> str:
        quote = quote_of(table, "'")
        return f"{binding.kind} {quote}{binding.module}{quote}"

    def section(self, statement: Statement) -> int:
        return _WORDS.index(statement.form)

    def may_separate(self, left: int, right: int) -> bool:
        return False

    def sort_keys(self) -> tuple[SortKey, ...]:
        return (lambda s: (self.section(s), s.module), lambda s: s.module)

    def header_end(self, module: Module) -> tuple[int, bool]:
        return after_clause(module, ())


DIALECTS = (Ruby(),)
