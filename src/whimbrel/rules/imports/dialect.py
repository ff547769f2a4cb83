"""What one language knows about its imports. A language is one module here that defines ``DIALECTS``.

Most methods have an answer that fits languages with dotted paths and one import a statement; a language overrides what
differs. ``read_node`` is the only thing that every language has to give.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache

from whimbrel.rules.imports.model import Binding, Parsed, Statement, Table, Token, locate, tokens_of
from whimbrel.syntax import Language, Module, Stream, tokenize
from whimbrel.text import Edit, encode

SortKey = Callable[[Statement], object]


class Dialect:
    """Reads, prints, classifies and sorts the imports of one language."""

    languages: tuple[str, ...] = ()
    """Names of the languages."""
    nested_blocks = False
    """Whether imports may live inside one enclosing block (include guard, namespace)."""
    separator = "."
    """Between the components of a module path."""
    merges = False
    """Whether a new name joins an existing statement of the same module unless the file does otherwise."""
    aliases_apart = False
    """Whether a name with an alias usually gets a statement of its own."""
    own_apart = True
    """Whether imports of the file's own package usually stand in a group of their own."""
    wraps_in: tuple[str, str] | None = None
    """Brackets put around a list that gets too long for its line; None when lists are in brackets anyway."""
    keywords_before_definition = frozenset({"def", "class", "function", "func", "fn", "struct", "enum", "interface"})
    """Words after which a name is defined, not used."""
    not_used_in: frozenset[tuple[str, str]] = frozenset()
    """(parent kind, field) of names that are labels: keyword arguments, keys."""
    not_used_kinds: frozenset[str] = frozenset()
    """Leaf kinds that never refer to an import."""
    member_operators = frozenset({".", "?.", "->"})
    """In front of a name that is looked up in something else."""
    names_in_strings = False
    """Whether a string that holds a name may refer to an import (``__all__``, annotations)."""
    opening = ""
    """What a text needs in front of it to be read as code."""
    filler = b""
    """A short statement that can stand for the rest of a file; empty when the rest is needed to parse the imports."""
    doc_uses: re.Pattern[str] | None = None
    """Finds names that comments use, in its first group."""

    # reading -----------------------------------------------------------------------------------------------------

    def nodes(self, stream: Stream, language: Language) -> Iterator[int]:
        """The nodes of import statements, in order, outermost only."""
        done = -1
        for node, kind in enumerate(stream.kinds):
            if kind in language.imports and stream.firsts[node] >= done and stream.lasts[node] > stream.firsts[node]:
                done = stream.lasts[node]
                yield node

    def read_node(self, tokens: list[Token]) -> Parsed | None:
        """What a statement with these tokens imports; None when it is none or not understood."""
        raise NotImplementedError

    def read(self, module: Module) -> Table:
        """All import statements of a file."""
        stream = module.code
        found: list[tuple[int, Parsed, int, int]] = []
        for node in self.nodes(stream, module.language):
            tokens = tokens_of(stream, node)
            parsed = self.read_node(tokens)
            if parsed is not None:
                found.append((node, parsed, tokens[0].start, tokens[-1].end))
        return locate(module, found, self.nested_blocks)

    def parse(self, text: str, language: Language) -> Statement | None:
        """The statement that a text holds alone."""
        statements = self.read(tokenize(encode(self.opening + text), language)).statements
        return statements[0] if statements else None

    # names -------------------------------------------------------------------------------------------------------

    def bound(self, binding: Binding) -> str:
        """The name, possibly dotted, that code uses to refer to it; empty when the statement does not tell."""
        if binding.alias:
            return binding.alias if binding.alias != "_" else ""
        if binding.name:
            return binding.name if binding.name not in ("*", "_") else ""
        last = binding.module.rsplit(self.separator, 1)[-1]
        return last if last not in ("*", "_") else ""

    def always_wanted(self, binding: Binding) -> bool:
        """Whether an import that binds no name belongs into every file that a migration changes."""
        return False

    def in_reach(self, binding: Binding, module: Module) -> bool:
        """Whether the file sees the name without importing it, because it belongs to the same package."""
        return False

    # printing ----------------------------------------------------------------------------------------------------

    def render(self, binding: Binding, table: Table | None) -> str:
        """The binding as a statement of its own, in the style of the file."""
        raise NotImplementedError

    def item(self, binding: Binding, table: Table | None) -> str:
        """The binding as it stands in a list of names."""
        return f"{binding.name} as {binding.alias}" if binding.alias else binding.name

    # order -------------------------------------------------------------------------------------------------------

    def section(self, statement: Statement) -> int:
        """Rank of the class of an import; classes are what a sorted file separates."""
        return 0

    def components(self, statement: Statement) -> tuple[str, ...]:
        """The path in parts, for similarity."""
        return tuple(part for part in statement.module.split(self.separator) if part)

    def root_length(self, statement: Statement) -> int:
        """How many leading components name the owner of a module, rather than the module."""
        return 1

    def sort_keys(self) -> tuple[SortKey, ...]:
        """Orders that files of the language follow, the most usual first."""
        return (lambda s: self.components(s), lambda s: s.module.lower())

    def item_keys(self) -> tuple[Callable[[str], object], ...]:
        """Orders of the names in a list, the most usual first."""
        return (lambda text: text, lambda text: (text.lower(), text))

    def can_join(self, statement: Statement, binding: Binding) -> bool:
        """Whether the list of this statement can take the binding."""
        return False

    def may_separate(self, left: int, right: int) -> bool:
        """Whether imports of these two sections stand in groups of their own in a tidy file."""
        return left != right

    def open_list(self, table: Table, statement: Statement, item: str) -> list[Edit]:
        """Edits that give a statement without a list one that holds the item, too."""
        return []

    def variants(self, text: bytes) -> tuple[bytes, ...]:
        """Other forms that a statement can take with its list of names untouched."""
        return ()

    def close_list(self, table: Table, statement: Statement) -> list[Edit] | None:
        """Edits that take the list, with its only name, from a statement that keeps something else."""
        return None

    def drop_head(self, table: Table, statement: Statement, index: int) -> list[Edit] | None:
        """Edits that take out a binding that is not in the statement's list."""
        return None

    def unbracket(self, table: Table, statement: Statement, kept: tuple[int, int]) -> list[Edit] | None:
        """Edits that leave only ``kept`` of a list of two, without brackets where the language drops them."""
        return None

    def header_end(self, module: Module) -> tuple[int, bool]:
        """Where the first import of a file without any goes (start of a line), and whether something is above it."""
        return 0, False

    def blank_after(self, module: Module, offset: int) -> int:
        """Blank lines between a first import and the code at ``offset``."""
        return 1


def quote_of(table: Table | None, default: str) -> str:
    """The quote that the file's imports use."""
    if table is None:
        return default
    seen = Counter(token[0] for statement in table.statements for token in statement.tokens if token[:1] in ("'", '"'))
    return seen.most_common(1)[0][0] if seen else default


@cache
def _dialects() -> dict[str, Dialect]:
    package = importlib.import_module("whimbrel.rules.imports.languages")
    found: dict[str, Dialect] = {}
    for info in pkgutil.iter_modules(package.__path__):
        for dialect in importlib.import_module(f"{package.__name__}.{info.name}").DIALECTS:
            found.update(dict.fromkeys(dialect.languages, dialect))
    return found


def dialect_of(language: Language) -> Dialect | None:
    """What is known of the imports of a language, or None when nothing is."""
    return _dialects().get(language.name)
