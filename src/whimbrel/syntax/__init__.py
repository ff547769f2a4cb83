"""Languages, parsing, tokens: the only room that imports tree_sitter."""

import whimbrel.syntax.languages  # noqa: F401  first, or importing this folder later would hide languages()
from whimbrel.syntax.language import Language, language_for_path, language_named, languages
from whimbrel.syntax.parse import count_errors
from whimbrel.syntax.stream import Module, Stream, tokenize

__all__ = [
    "Language",
    "Module",
    "Stream",
    "count_errors",
    "language_for_path",
    "language_named",
    "languages",
    "tokenize",
]
