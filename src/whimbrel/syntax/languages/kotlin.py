"""Kotlin."""

import tree_sitter_kotlin

from whimbrel.syntax.language import CHAR, DOUBLE, Language

LANGUAGES = (
    Language(
        name="kotlin",
        extensions=(".kt", ".kts"),
        grammar=tree_sitter_kotlin.language,
        strings=frozenset({"string_literal", "multiline_string_literal", "character_literal"}),
        comments=frozenset({"line_comment", "block_comment"}),
        string_syntax=r'"""(?:.*?)"""|' + f"{DOUBLE}|{CHAR}",
        naming_fields=frozenset(
            {
                ("call_expression", ""),
                ("navigation_expression", ""),
                ("user_type", ""),
                ("qualified_identifier", ""),
                ("value_argument", "name"),
            }
        ),
        statements=frozenset({"import", "call_expression", "annotation", "when_entry"}),
        imports=frozenset({"import"}),
        hidden_tokens=True,
        ast_grep="kotlin",
    ),
)
