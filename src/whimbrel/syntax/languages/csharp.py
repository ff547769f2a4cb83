"""C#."""

import tree_sitter_c_sharp

from whimbrel.syntax.language import CHAR, DOUBLE, Language

LANGUAGES = (
    Language(
        name="csharp",
        extensions=(".cs",),
        grammar=tree_sitter_c_sharp.language,
        strings=frozenset(
            {
                "string_literal",
                "verbatim_string_literal",
                "raw_string_literal",
                "interpolated_string_expression",
                "character_literal",
            }
        ),
        string_syntax=r'\$?"""(?:.*?)"""|(?:\$@|@\$|@)"(?:""|[^"])*"|\$?' + f"{DOUBLE}|{CHAR}",
        word_syntax=r"@?[^\W\d]\w*",
        naming_kinds=frozenset({"predefined_type"}),
        naming_fields=frozenset(
            {
                ("invocation_expression", "function"),
                ("member_access_expression", "name"),
                ("attribute", "name"),
                ("using_directive", ""),
                ("qualified_name", "name"),
                ("qualified_name", "qualifier"),
                ("object_creation_expression", "type"),
                ("variable_declaration", "type"),
                ("generic_name", ""),
            }
        ),
        statements=frozenset({"using_directive", "attribute_list", "switch_section", "catch_clause"}),
        imports=frozenset({"using_directive"}),
        ast_grep="csharp",
    ),
)
