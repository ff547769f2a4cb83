"""Bash and other POSIX shells."""

import tree_sitter_bash

from whimbrel.syntax.language import BACKTICK, DOUBLE, Language

LANGUAGES = (
    Language(
        name="bash",
        extensions=(".sh", ".bash"),
        grammar=tree_sitter_bash.language,
        strings=frozenset({"string", "raw_string", "ansi_c_string", "heredoc_body"}),
        interpolations=frozenset({"command_substitution", "expansion"}),
        string_syntax=rf"{DOUBLE}|'[^']*'|{BACKTICK}",
        word_syntax=r"[^\W\d]\w*(?:-\w+)*",
        naming_kinds=frozenset({"command_name"}),
        naming_fields=frozenset({("command", "name"), ("command_name", "")}),
        statements=frozenset({"command", "variable_assignment", "pipeline", "list"}),
        ast_grep="bash",
    ),
)
