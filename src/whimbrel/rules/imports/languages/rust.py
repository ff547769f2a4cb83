"""Rust use declarations; lists nest (``use a::{b, c::{d}}``), names of inner lists are read but not edited."""

from __future__ import annotations

from collections.abc import Callable

from whimbrel.rules.imports.dialect import Dialect, SortKey
from whimbrel.rules.imports.languages.java import after_clause
from whimbrel.rules.imports.model import Binding, Parsed, Statement, Table, Token
from whimbrel.syntax import Module
from whimbrel.text import Edit, encode


class Rust(Dialect):
    languages = ("rust",)
    separator = "::"
    merges = True
    filler = b"fn x() {}\n"
    keywords_before_definition = frozenset({"fn", "struct", "enum", "trait", "mod", "type"})
    not_used_kinds = frozenset({"field_identifier", "lifetime"})
    member_operators = frozenset({".", "::"})

    def read_node(self, tokens: list[Token]) -> Parsed | None:
        texts = [token.text for token in tokens]
        if texts[-1] == ";":
            tokens, texts = tokens[:-1], texts[:-1]
        if "use" not in texts:
            return None
        at = texts.index("use")
        form = "".join([*texts[:at], "use"])
        body = tokens[at + 1 :]
        if not body:
            return None
        if body[-1].text != "}":
            binding = _leaf("", body, form)
            return Parsed(form=form, module=binding.module, bindings=(binding,))
        opening = next(index for index, token in enumerate(body) if token.text == "{")
        module = "".join(token.text for token in body[: max(opening - 1, 0)])
        bindings: list[Binding] = []
        spans: list[tuple[int, int]] = []
        for item in _items(body[opening + 1 : -1]):
            for binding in _tree(module, item, form):
                bindings.append(binding)
                spans.append((item[0].start, item[-1].end))
        nested = len(set(spans)) != len(spans)
        return Parsed(
            form=form,
            module=module,
            bindings=tuple(bindings),
            spans=() if nested else tuple(spans),
            listing=(body[opening].end, body[-1].start),
            bracketed=True,
        )

    def render(self, binding: Binding, table: Table | None) -> str:
        visibility = binding.kind.removesuffix("use")
        path = f"{binding.module}::{self.item(binding, table)}" if binding.module else self.item(binding, table)
        return f"{visibility + ' ' if visibility else ''}use {path};"

    def bound(self, binding: Binding) -> str:
        if binding.name == "self" and not binding.alias:
            return binding.module.rpartition("::")[2]
        return super().bound(binding)

    def section(self, statement: Statement) -> int:
        root = statement.module.partition("::")[0] or statement.bindings[0].name
        if root in ("std", "core", "alloc"):
            return 0
        return 2 if root in ("crate", "super", "self") else 1

    def components(self, statement: Statement) -> tuple[str, ...]:
        parts = tuple(part for part in statement.module.split("::") if part)
        return (*parts, statement.bindings[0].name) if statement.listing is None else parts

    def can_join(self, statement: Statement, binding: Binding) -> bool:
        return statement.form == binding.kind and statement.module == binding.module and binding.name != "*"

    def sort_keys(self) -> tuple[SortKey, ...]:
        return (lambda s: self.components(s), lambda s: (self.section(s), self.components(s)))

    def item_keys(self) -> tuple[Callable[[str], object], ...]:
        return (
            lambda text: (text != "self", _case(text), text),
            lambda text: text,
            lambda text: (text != "self", text[:1].isupper(), text),
            lambda text: text.lower(),
        )

    def open_list(self, table: Table, statement: Statement, item: str) -> list[Edit]:
        binding = statement.bindings[0]
        own = self.item(binding, table)
        start = table.module.source.rfind(encode(own.split(" ")[0]), statement.start, statement.end)
        end = statement.end - (statement.tokens[-1] == ";")
        names = sorted([own, item], key=self.item_keys()[0])  # type: ignore[arg-type]
        return [Edit(start, end, encode("{" + ", ".join(names) + "}"))] if start > 0 else []

    def unbracket(self, table: Table, statement: Statement, kept: tuple[int, int]) -> list[Edit] | None:
        if statement.listing is None or not statement.module:
            return None
        text = table.module.source[slice(*kept)]
        low, high = statement.listing
        return None if text == b"self" else [Edit(low - 1, high + 1, text)]

    def header_end(self, module: Module) -> tuple[int, bool]:
        return after_clause(module, ())


def _case(text: str) -> int:
    """rustfmt: lower case, then CamelCase, then constants."""
    name = text.partition(" ")[0]
    return 2 if len(name) > 1 and name.isupper() else int(name[:1].isupper())


def _items(tokens: list[Token]) -> list[list[Token]]:
    """Comma separated items of one level."""
    items: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text == "{") - (token.text == "}")
        if token.text == "," and not depth:
            items.append([])
        else:
            items[-1].append(token)
    return [item for item in items if item]


def _leaf(module: str, tokens: list[Token], form: str) -> Binding:
    texts = [token.text for token in tokens]
    alias = ""
    if "as" in texts:
        at = texts.index("as")
        texts, alias = texts[:at], texts[at + 1]
    path, _, name = "".join(texts).rpartition("::")
    whole = "::".join(part for part in (module, path) if part)
    return Binding(whole, name, alias, form)


def _tree(module: str, item: list[Token], form: str) -> list[Binding]:
    texts = [token.text for token in item]
    if "{" not in texts:
        return [_leaf(module, item, form)]
    opening = texts.index("{")
    inner = "::".join(part for part in (module, "".join(texts[: max(opening - 1, 0)])) if part)
    return [binding for part in _items(item[opening + 1 : -1]) for binding in _tree(inner, part, form)]


DIALECTS = (Rust(),)
