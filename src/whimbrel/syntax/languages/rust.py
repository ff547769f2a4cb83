"""Rust."""

import tree_sitter_rust

from whimbrel.syntax.language import CHAR, Language

LANGUAGES = (
    Language(
        name="rust",
        extensions=(".rs",),
        grammar=tree_sitter_rust.language,
        strings=frozenset({"string_literal", "raw_string_literal", "char_literal"}),
        comments=frozenset({"line_comment", "block_comment"}),
        string_syntax=r'b?r(?P<hashes>#*)".*?"(?P=hashes)|[bc]?"(?:\\.|[^"\\])*"|b?' + CHAR,
        naming_kinds=frozenset({"type_identifier", "field_identifier", "primitive_type"}),
        naming_fields=frozenset(
            {
                ("call_expression", "function"),
                ("scoped_identifier", "path"),
                ("scoped_identifier", "name"),
                ("scoped_type_identifier", "path"),
                ("macro_invocation", "macro"),
                ("attribute", ""),
                ("use_list", ""),
                ("use_as_clause", "path"),
            }
        ),
        statements=frozenset(
            {"let_declaration", "match_arm", "field_declaration", "enum_variant", "field_initializer"}
        ),
        imports=frozenset({"use_declaration"}),
        hidden_tokens=True,
        ast_grep="rust",
    ),
)
