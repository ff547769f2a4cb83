"""Java."""

import tree_sitter_java

from whimbrel.syntax.language import CHAR, DOUBLE, Language

LANGUAGES = (
    Language(
        name="java",
        extensions=(".java",),
        grammar=tree_sitter_java.language,
        strings=frozenset({"string_literal", "character_literal"}),
        comments=frozenset({"line_comment", "block_comment"}),
        string_syntax=r'"""(?:\\.|[^\\])*?"""|' + f"{DOUBLE}|{CHAR}",
        word_syntax=r"(?:[^\W\d]|\$)[\w$]*",
        naming_kinds=frozenset({"type_identifier"}),
        naming_fields=frozenset(
            {
                ("method_invocation", "name"),
                ("field_access", "field"),
                ("marker_annotation", "name"),
                ("annotation", "name"),
                ("element_value_pair", "key"),
                ("scoped_identifier", "name"),
                ("scoped_identifier", "scope"),
                ("import_declaration", ""),
                ("method_reference", ""),
            }
        ),
        statements=frozenset({"marker_annotation", "annotation", "catch_clause", "switch_block_statement_group"}),
        imports=frozenset({"import_declaration"}),
        ast_grep="java",
    ),
)
