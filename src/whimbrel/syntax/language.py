"""What Whimbrel knows of a language, as data; the languages themselves are one file each in ``languages/``."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import PurePosixPath

from whimbrel.errors import InputError

DOUBLE = r'"(?:\\.|[^"\\\n])*"'
SINGLE = r"'(?:\\.|[^'\\\n])*'"
BACKTICK = r"`(?:\\.|[^`\\])*`"
CHAR = r"'(?:\\[^\n']{1,8}|\\'|[^'\\\n])'"
OPERATORS = (
    r">>>=|<<=|>>=|\*\*=|//=|\.\.\.|\.\.=|===|!==|&&=|\|\|=|\?\?=|<=>|->|=>|::|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\?:|!!|"
    r"\+\+|--|\+=|-=|\*=|/=|%=|&=|\|=|\^=|:=|&\^|\*\*|//|<<|>>>|>>|<-|\.\.|@@|=~|!~"
)
WORD = r"[^\W\d]\w*"
NUMBER = r"(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)\w*"
METAVARIABLE = r"\$\$\$[A-Z_][A-Z0-9_]*|\$[A-Z_][A-Z0-9_]*(?![\w$])"


@dataclass(frozen=True, slots=False, kw_only=True)
class Language:
    """A language: how to parse it and which of its node kinds play which part."""

    name: str
    """The name used in rule files and on the command line."""
    extensions: tuple[str, ...]
    """File name endings with their dot; the first language that claims one gets it."""
    grammar: Callable[[], object]
    """Gives the pointer of the tree-sitter grammar; called once, when first needed."""
    strings: frozenset[str] = frozenset()
    """Node kinds that are one token, whatever they contain."""
    interpolations: frozenset[str] = frozenset({"interpolation", "template_substitution"})
    """Node kinds inside string literals that hold code."""
    comments: frozenset[str] = frozenset({"comment"})
    """Node kinds that are not code: skipped when code is matched, and matched word by word on their own."""
    string_syntax: str = f"{DOUBLE}|{SINGLE}"
    """Regular expression of a string literal, for the text of a pattern."""
    word_syntax: str = WORD
    """Regular expression of an identifier or keyword, for the text of a pattern."""
    naming_kinds: frozenset[str] = frozenset()
    """Leaf kinds that name a type, a field or a module: what a rule should keep literal."""
    naming_fields: frozenset[tuple[str, str]] = frozenset()
    """(parent kind, field) of leaves that name an API: the called function, the attribute, the keyword."""
    statements: frozenset[str] = frozenset()
    """Node kinds of statements beyond those whose kind ends in ``statement``, ``declaration`` or ``definition``."""
    imports: frozenset[str] = frozenset()
    """Node kinds of import statements."""
    indented: bool = False
    """Whether indentation is syntax."""
    hidden_tokens: bool = False
    """Whether the grammar leaves some tokens out of the tree; they are then found in the bytes between its leaves."""
    ast_grep: str | None = None
    """The name that ast-grep has for the language, if it knows it."""
    filenames: tuple[str, ...] = field(default=())
    """Whole file names that are of this language without its extensions."""

    @cached_property
    def pattern_lexer(self) -> re.Pattern[str]:
        """The lexer of pattern texts: metavariables, strings, words, numbers, operators, in that order."""
        return re.compile(
            rf"(?P<meta>{METAVARIABLE})|(?P<escaped>\\(?=\$))|(?P<str>{self.string_syntax})|(?P<word>{self.word_syntax})"
            rf"|(?P<num>{NUMBER})|(?P<op>{OPERATORS}|\S)",
            re.S,
        )

    def is_statement(self, kind: str) -> bool:
        """Whether nodes of this kind stand on their own in a block."""
        return kind in self.statements or kind.endswith(("_statement", "_declaration", "_definition", "_item"))


@cache
def languages() -> tuple[Language, ...]:
    """All languages, by name; each module in ``languages/`` defines one or more in ``LANGUAGES``."""
    package = importlib.import_module("whimbrel.syntax.languages")
    found: list[Language] = []
    for info in pkgutil.iter_modules(package.__path__):
        found.extend(importlib.import_module(f"{package.__name__}.{info.name}").LANGUAGES)
    return tuple(sorted(found, key=lambda language: language.name))


@cache
def _by_extension() -> dict[str, Language]:
    return {extension: language for language in languages() for extension in language.extensions}


@cache
def _by_filename() -> dict[str, Language]:
    return {name: language for language in languages() for name in language.filenames}


def language_for_path(path: str) -> Language | None:
    """The language of a file by its name, or None when it is none of ours."""
    pure = PurePosixPath(path)
    return _by_filename().get(pure.name) or _by_extension().get(pure.suffix.lower()) or _by_extension().get(pure.suffix)


def language_named(name: str) -> Language:
    """The language of that name.

    Raises:
        InputError: if there is none; the message lists those that there are.
    """
    for language in languages():
        if name.lower() in (language.name, (language.ast_grep or "").lower()):
            return language
    known = ", ".join(language.name for language in languages())
    raise InputError(f"unknown language {name!r}", hint=f"known are: {known}")
