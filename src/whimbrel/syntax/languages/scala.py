"""Scala."""

import tree_sitter_scala

from whimbrel.syntax.language import CHAR, DOUBLE, Language

LANGUAGES = (
    Language(
        name="scala",
        extensions=(".scala", ".sc", ".sbt"),
        grammar=tree_sitter_scala.language,
        strings=frozenset({"string", "interpolated_string_expression", "character_literal"}),
        comments=frozenset({"comment", "block_comment"}),
        string_syntax=r'(?:[^\W\d]\w*)?(?:"""(?:.*?)"""|' + DOUBLE + f")|{CHAR}",
        naming_kinds=frozenset({"type_identifier", "package_identifier"}),
        naming_fields=frozenset(
            {
                ("call_expression", "function"),
                ("field_expression", "field"),
                ("import_declaration", ""),
                ("annotation", ""),
            }
        ),
        statements=frozenset({"call_expression", "annotation", "case_clause"}),
        imports=frozenset({"import_declaration"}),
        hidden_tokens=True,
        ast_grep="scala",
    ),
)
