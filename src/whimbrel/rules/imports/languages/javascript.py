"""Imports of JavaScript, TypeScript and TSX: ES modules, ``import x = require()`` and CommonJS ``require``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from whimbrel.rules.imports.dialect import Dialect, SortKey, quote_of
from whimbrel.rules.imports.model import Binding, Parsed, Statement, Table, Token
from whimbrel.syntax import Language, Module, Stream
from whimbrel.text import Edit, encode

_DECLARATIONS = frozenset({"lexical_declaration", "variable_declaration"})
_BUILTIN = frozenset(
    [
        "assert",
        "async_hooks",
        "buffer",
        "child_process",
        "cluster",
        "console",
        "constants",
        "crypto",
        "dgram",
        "dns",
        "domain",
        "events",
        "fs",
        "http",
        "http2",
        "https",
        "inspector",
        "module",
        "net",
        "os",
        "path",
        "perf_hooks",
        "process",
        "punycode",
        "querystring",
        "readline",
        "repl",
        "stream",
        "string_decoder",
        "timers",
        "tls",
        "tty",
        "url",
        "util",
        "v8",
        "vm",
        "worker_threads",
        "zlib",
    ]
)


def _unquote(text: str) -> str:
    return text[1:-1]


def _items(tokens: list[Token]) -> list[list[Token]]:
    items: list[list[Token]] = [[]]
    for token in tokens:
        if token.text == ",":
            items.append([])
        else:
            items[-1].append(token)
    return [item for item in items if item]


class JavaScript(Dialect):
    languages = ("javascript", "typescript", "tsx")
    separator = "/"
    merges = True
    filler = b"0;\n"
    keywords_before_definition = frozenset({"function", "class", "interface", "enum"})
    not_used_in = frozenset({("jsx_attribute", "")})
    not_used_kinds = frozenset({"property_identifier", "private_property_identifier", "statement_identifier"})

    def nodes(self, stream: Stream, language: Language) -> Iterator[int]:
        for node, kind in enumerate(stream.kinds):
            if (kind in language.imports and stream.lasts[node] > stream.firsts[node]) or (
                kind in _DECLARATIONS and "require" in stream.texts[stream.firsts[node] : stream.lasts[node]]
            ):
                yield node

    def read_node(self, tokens: list[Token]) -> Parsed | None:
        texts = [token.text for token in tokens]
        if texts[-1] == ";":
            tokens, texts = tokens[:-1], texts[:-1]
        if texts[0] in ("const", "let", "var"):
            return self._require(tokens, texts)
        if texts[0] != "import" or len(texts) < 2:
            return None
        if texts[-1] == ")":
            if len(texts) < 7 or texts[-4] != "require" or texts[-5] != "=":
                return None
            module = _unquote(texts[-2])
            return Parsed(form="import=", module=module, bindings=(Binding(module, "", texts[-6], "import="),))
        if len(texts) == 2:
            module = _unquote(texts[1])
            return Parsed(form="effect", module=module, bindings=(Binding(module, "", "", "effect"),))
        if "from" not in texts:
            return None
        return self._from(tokens, texts)

    def _require(self, tokens: list[Token], texts: list[str]) -> Parsed | None:
        if len(texts) < 7 or texts[-5:-2] != ["=", "require", "("] or texts[-1] != ")" or texts[-2][0] not in "'\"":
            return None
        module = _unquote(texts[-2])
        if len(texts) == 7:
            return Parsed(form="require", module=module, bindings=(Binding(module, "", texts[1], "require"),))
        if texts[1] != "{" or texts[-6] != "}" or "{" in texts[2:]:
            return None
        items = _items(tokens[2:-6])
        bindings = []
        for item in items:
            names = [token.text for token in item]
            if len(names) not in (1, 3):
                return None
            bindings.append(Binding(module, names[0], names[2] if len(names) == 3 else "", "require-named"))
        return Parsed(
            form="require-named",
            module=module,
            bindings=tuple(bindings),
            spans=tuple((item[0].start, item[-1].end) for item in items),
            listing=(tokens[1].end, tokens[-6].start),
            bracketed=True,
        )

    def _from(self, tokens: list[Token], texts: list[str]) -> Parsed | None:
        at = len(texts) - 1 - texts[::-1].index("from")
        if at + 1 >= len(texts) or texts[at + 1][0] not in "'\"":
            return None
        module = _unquote(texts[at + 1])
        low = 1
        types = (texts[1] == "type" and texts[2] not in (",", "from")) or (texts[1:3] == ["type", "from"] and at > 2)
        if types:
            low = 2
        bindings: list[Binding] = []
        prefix = "type-" if types else ""
        if texts[low] not in ("{", "*"):
            bindings.append(Binding(module, "default", texts[low], prefix + "default"))
            low += 1
            if texts[low] == ",":
                low += 1
        if texts[low] == "*":
            bindings.append(Binding(module, "*", texts[low + 2], prefix + "namespace"))
        if texts[low] != "{":
            return Parsed(form=prefix + "import", module=module, bindings=tuple(bindings))
        items = _items(tokens[low + 1 : at - 1])
        default_spans = tuple((0, 0) for _ in bindings)
        first = len(bindings)
        for item in items:
            names = [token.text for token in item]
            kind = prefix + "named"
            if names[0] == "type" and len(names) in (2, 4):
                names, kind = names[1:], "inline-type"
            bindings.append(Binding(module, names[0], names[2] if len(names) == 3 else "", kind))
        if not bindings:
            return Parsed(form="effect", module=module, bindings=(Binding(module, "", "", "effect"),))
        return Parsed(
            form=prefix + "import",
            module=module,
            bindings=tuple(bindings),
            spans=(*default_spans, *((item[0].start, item[-1].end) for item in items)),
            listing=(tokens[low].end, tokens[at - 1].start),
            bracketed=True,
            named=tuple(range(first, len(bindings))),
        )

    def bound(self, binding: Binding) -> str:
        if binding.kind == "effect":
            return ""
        return binding.alias or binding.name

    def always_wanted(self, binding: Binding) -> bool:
        return binding.kind == "effect"

    def item(self, binding: Binding, table: Table | None) -> str:
        text = f"type {binding.name}" if binding.kind == "inline-type" else binding.name
        if not binding.alias:
            return text
        return f"{text}: {binding.alias}" if binding.kind == "require-named" else f"{text} as {binding.alias}"

    def render(self, binding: Binding, table: Table | None) -> str:
        quote = quote_of(table, "'")
        end = ";" if _semicolons(table) else ""
        module = f"{quote}{binding.module}{quote}"
        kind = binding.kind.removeprefix("type-")
        word = "import type" if binding.kind.startswith("type-") else "import"
        space = " " if _spaced(table) else ""
        if kind == "effect":
            return f"import {module}{end}"
        if kind == "import=":
            return f"import {binding.alias} = require({module}){end}"
        if kind == "require":
            return f"{_declaration(table)} {binding.alias} = require({module}){end}"
        if kind == "require-named":
            return f"{_declaration(table)} {{{space}{self.item(binding, table)}{space}}} = require({module}){end}"
        if kind == "default":
            return f"{word} {binding.alias} from {module}{end}"
        if kind == "namespace":
            return f"{word} * as {binding.alias} from {module}{end}"
        return f"{word} {{{space}{self.item(binding, table)}{space}}} from {module}{end}"

    def open_list(self, table: Table, statement: Statement, item: str) -> list[Edit]:
        space = " " if _spaced(table) else ""
        head = table.module.source.find(b" from", statement.start, statement.end)
        return [Edit(head, head, encode(f", {{{space}{item}{space}}}"))] if head != -1 else []

    def variants(self, text: bytes) -> tuple[bytes, ...]:
        return text.replace(b"import ", b"import type ", 1), text.replace(b"import type ", b"import ", 1)

    def close_list(self, table: Table, statement: Statement) -> list[Edit] | None:
        if statement.listing is None or len(statement.bindings) < 2:
            return None
        source = table.module.source
        low = source.rfind(b",", statement.start, statement.listing[0])
        return [Edit(low, statement.listing[1] + 1, b"")] if low != -1 else None

    def drop_head(self, table: Table, statement: Statement, index: int) -> list[Edit] | None:
        if statement.bindings[index].name != "default" or statement.listing is None:
            return None
        source = table.module.source
        name = encode(statement.bindings[index].alias)
        low = source.find(name, statement.start + len(b"import"))
        return [Edit(low, statement.listing[0] - 1, b"")] if low != -1 else None

    def section(self, statement: Statement) -> int:
        module = statement.module
        if module.startswith("../") or module == "..":
            return 3
        if module.startswith("./") or module == ".":
            return 4
        if module.startswith(("@/", "~/", "src/", "#")):
            return 2
        return 0 if module.removeprefix("node:").partition("/")[0] in _BUILTIN else 1

    def may_separate(self, left: int, right: int) -> bool:
        return left != right and not ({left, right} <= {0, 1} or {left, right} <= {3, 4})

    def components(self, statement: Statement) -> tuple[str, ...]:
        return tuple(statement.module.split("/"))

    def can_join(self, statement: Statement, binding: Binding) -> bool:
        if statement.module != binding.module:
            return False
        if binding.kind == "inline-type":
            return statement.form == "import" and statement.listing is not None
        if binding.kind in ("named", "type-named"):
            if any(other.kind.endswith("namespace") for other in statement.bindings):
                return False
            wanted = "type-import" if binding.kind == "type-named" else "import"
            return statement.form == wanted and (statement.listing is not None or wanted == "import")
        return binding.kind == "require-named" and statement.form == "require-named"

    def sort_keys(self) -> tuple[SortKey, ...]:
        return (
            lambda s: (self.section(s) > 2, _up(s.module), s.module.lower()),
            lambda s: s.module,
            lambda s: (self.section(s), s.module.lower()),
            lambda s: s.module.lower(),
            lambda s: (s.module.startswith("."), s.module.lower()),
            lambda s: (not s.module.startswith("."), s.module.lower()),
            lambda s: _first(s).lower(),
        )

    def item_keys(self) -> tuple[Callable[[str], object], ...]:
        return (
            lambda text: (text.removeprefix("type ").lower(), text),
            lambda text: text.removeprefix("type "),
            lambda text: (text.removeprefix("type ")[:1].islower(), text.removeprefix("type ").lower()),
        )

    def header_end(self, module: Module) -> tuple[int, bool]:
        stream, source = module.code, module.source
        code = 0
        if stream.texts and stream.texts[0][1:-1] == "use strict":
            code = 2 if stream.texts[1:2] == [";"] else 1
            return _next_line(source, stream.ends[code - 1]), True
        first = stream.starts[0] if stream.texts else len(source)
        end = 0
        for low, high in module.comments:
            if low < first and (not end or source[end:low].count(b"\n") < 2) and b"\n" in source[high:first]:
                end = high
        return (_next_line(source, end), True) if end else (0, False)


def _next_line(source: bytes, offset: int) -> int:
    stop = source.find(b"\n", offset)
    return len(source) if stop == -1 else stop + 1


def _first(statement: Statement) -> str:
    binding = statement.bindings[0]
    return binding.alias or binding.name


def _up(module: str) -> int:
    return -module.count("../")


def _semicolons(table: Table | None) -> bool:
    if table is None or not table.statements:
        return True
    return sum(s.tokens[-1] == ";" for s in table.statements) * 2 >= len(table.statements)


def _spaced(table: Table | None) -> bool:
    if table is None:
        return True
    source = table.module.source
    spaced = tight = 0
    for statement in table.statements:
        if statement.listing and statement.bracketed:
            spaced += source[statement.listing[0] : statement.listing[0] + 1].isspace()
            tight += not source[statement.listing[0] : statement.listing[0] + 1].isspace()
    return spaced >= tight


def _declaration(table: Table | None) -> str:
    words = [s.tokens[0] for s in table.statements if s.form.startswith("require")] if table else []
    return max(set(words), key=words.count) if words else "const"


DIALECTS = (JavaScript(),)
