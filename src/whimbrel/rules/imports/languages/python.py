"""Python imports."""

from __future__ import annotations

import sys
from collections.abc import Callable

from whimbrel.rules.imports.dialect import Dialect, SortKey
from whimbrel.rules.imports.model import Binding, Parsed, Statement, Table, Token
from whimbrel.syntax import Module

FUTURE, STDLIB, OTHER, LOCAL = range(4)
_OLD_STDLIB = frozenset(
    [
        "StringIO",
        "cStringIO",
        "urllib2",
        "urlparse",
        "ConfigParser",
        "Queue",
        "SocketServer",
        "cPickle",
        "httplib",
        "Cookie",
        "__builtin__",
        "commands",
        "imp",
        "asyncore",
        "asynchat",
        "smtpd",
        "distutils",
        "copy_reg",
        "thread",
        "dummy_thread",
        "xmlrpclib",
        "SimpleXMLRPCServer",
        "BaseHTTPServer",
        "md5",
        "sets",
        "SimpleHTTPServer",
        "HTMLParser",
        "htmlentitydefs",
        "anydbm",
        "dbhash",
        "dumbdbm",
        "gdbm",
        "robotparser",
        "Tkinter",
        "user",
        "new",
        "compiler",
        "popen2",
        "pipes",
        "crypt",
        "cgi",
        "cgitb",
        "telnetlib",
        "nntplib",
        "uu",
        "xdrlib",
    ]
)
_STDLIB = sys.stdlib_module_names | _OLD_STDLIB


def _split(tokens: list[Token]) -> list[list[Token]]:
    """Comma separated items."""
    items: list[list[Token]] = [[]]
    for token in tokens:
        if token.text == ",":
            items.append([])
        else:
            items[-1].append(token)
    return [item for item in items if item]


def _aliased(item: list[Token]) -> tuple[str, str]:
    texts = [token.text for token in item]
    if "as" in texts:
        at = texts.index("as")
        return "".join(texts[:at]), "".join(texts[at + 1 :])
    return "".join(texts), ""


class Python(Dialect):
    languages = ("python",)
    merges = True
    aliases_apart = True
    names_in_strings = True
    filler = b"pass\n"
    wraps_in = ("(", ")")
    keywords_before_definition = frozenset({"def", "class"})
    not_used_in = frozenset({("keyword_argument", "name"), ("attribute", "attribute")})

    def read_node(self, tokens: list[Token]) -> Parsed | None:
        texts = [token.text for token in tokens]
        if texts[0] == "import":
            items = _split(tokens[1:])
            names = [_aliased(item) for item in items]
            if not names:
                return None
            bindings = tuple(Binding(module, "", alias, "import") for module, alias in names)
            spans = tuple((item[0].start, item[-1].end) for item in items)
            return Parsed(
                form="import",
                module=names[0][0],
                bindings=bindings,
                spans=spans,
                listing=(tokens[1].start, tokens[-1].end),
            )
        if texts[0] != "from" or "import" not in texts:
            return None
        return self._from(tokens, texts.index("import"))

    def _from(self, tokens: list[Token], at: int) -> Parsed | None:
        module = "".join(token.text for token in tokens[1:at])
        rest = tokens[at + 1 :]
        if not rest:
            return None
        bracketed = rest[0].text == "("
        listing = (rest[0].end, rest[-1].start) if bracketed else (rest[0].start, rest[-1].end)
        items = _split(rest[1:-1] if bracketed else rest)
        bindings = []
        for item in items:
            name, alias = _aliased(item)
            bindings.append(Binding(module, name, alias, "from"))
        spans = tuple((item[0].start, item[-1].end) for item in items)
        return Parsed(
            form="from", module=module, bindings=tuple(bindings), spans=spans, listing=listing, bracketed=bracketed
        )

    def bound(self, binding: Binding) -> str:
        if binding.module == "__future__":
            return ""
        if binding.kind == "import" and not binding.alias:
            return binding.module
        return super().bound(binding)

    def always_wanted(self, binding: Binding) -> bool:
        return binding.module == "__future__"

    def render(self, binding: Binding, table: Table | None) -> str:
        alias = f" as {binding.alias}" if binding.alias else ""
        if binding.kind == "import":
            return f"import {binding.module}{alias}"
        return f"from {binding.module} import {binding.name}{alias}"

    def section(self, statement: Statement) -> int:
        module = statement.module
        if module == "__future__":
            return FUTURE
        if module.startswith("."):
            return LOCAL
        return STDLIB if module.partition(".")[0] in _STDLIB else OTHER

    def components(self, statement: Statement) -> tuple[str, ...]:
        module = statement.module
        if not module.startswith("."):
            return tuple(module.split("."))
        bare = module.lstrip(".")
        return (".", *["."] * (len(module) - len(bare) - 1), *(bare.split(".") if bare else ()))

    def can_join(self, statement: Statement, binding: Binding) -> bool:
        if statement.form != "from" or binding.kind != "from" or statement.module != binding.module:
            return False
        return all(other.name != "*" for other in statement.bindings) and binding.name != "*"

    def sort_keys(self) -> tuple[SortKey, ...]:
        return (
            lambda s: (s.form != "import", _relative(s.module), s.module.lower(), _first(s)),
            lambda s: (_relative(s.module), s.module.lower(), s.form != "import", _first(s)),
            lambda s: (_full(s).lower(), s.form == "import"),
            lambda s: (s.form == "import", s.module.lower(), _first(s)),
            lambda s: (s.form != "import", s.module, _first(s)),
            lambda s: (s.module.partition(".")[0].lower(), s.form != "import", s.module.lower(), _first(s)),
            lambda s: (s.form != "import", _relative(s.module), s.module.lower()),
            lambda s: (_relative(s.module), s.module.lower()),
            lambda s: (s.form == "import", s.module.lower()),
            lambda s: (s.form != "import", len(" ".join(s.tokens))),
            lambda s: len(" ".join(s.tokens)),
        )

    def item_keys(self) -> tuple[Callable[[str], object], ...]:
        return (
            lambda text: (_case_class(text), text.lower(), text),
            lambda text: (text.lower(), text),
            lambda text: text,
            lambda text: (len(text), text),
        )

    def header_end(self, module: Module) -> tuple[int, bool]:
        stream = module.code
        source = module.source
        code = stream.starts[0] if stream.texts else len(source)
        above = code
        if stream.texts and stream.texts[0][-1:] in "'\"":
            node = next((n for n in stream.starting[0] if stream.kinds[n] == "expression_statement"), None)
            if node is not None and stream.lasts[node] == 1:
                return _next_line(source, stream.ends[0]), True
        comments = [(low, high) for low, high in module.comments if low < above]
        end = 0
        for low, high in comments:
            if source[end:low].count(b"\n") > 1 and end:
                break
            end = high
        if not comments:
            return 0, False
        return _next_line(source, end), True

    def blank_after(self, module: Module, offset: int) -> int:
        rest = module.source[offset:].lstrip()
        return 2 if rest.startswith((b"def ", b"class ", b"@", b"async def ")) else 1


def _next_line(source: bytes, offset: int) -> int:
    stop = source.find(b"\n", offset)
    return len(source) if stop == -1 else stop + 1


def _first(statement: Statement) -> str:
    binding = statement.bindings[0]
    return (binding.name or binding.module).lower()


def _relative(module: str) -> int:
    """isort puts more dots first."""
    dots = len(module) - len(module.lstrip("."))
    return 0 if not dots else 100 - dots


def _full(statement: Statement) -> str:
    binding = statement.bindings[0]
    return f"{statement.module}.{binding.name}" if binding.name else statement.module


def _case_class(text: str) -> int:
    """isort's order_by_type: constants, classes, the rest."""
    name = text.partition(" ")[0]
    if len(name) > 1 and name.isupper():
        return 0
    return 1 if name[:1].isupper() else 2


DIALECTS = (Python(),)
