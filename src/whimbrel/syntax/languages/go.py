"""Go."""

import tree_sitter_go

from whimbrel.syntax.language import CHAR, DOUBLE, Language

LANGUAGES = (
    Language(
        name="go",
        extensions=(".go",),
        grammar=tree_sitter_go.language,
        strings=frozenset({"interpreted_string_literal", "raw_string_literal", "rune_literal"}),
        string_syntax=rf"{DOUBLE}|`[^`]*`|{CHAR}",
        naming_kinds=frozenset({"type_identifier", "field_identifier", "package_identifier"}),
        naming_fields=frozenset({("call_expression", "function"), ("qualified_type", "package")}),
        statements=frozenset({"import_spec", "const_spec", "var_spec", "expression_case", "field_declaration"}),
        imports=frozenset({"import_declaration", "import_spec"}),
        ast_grep="go",
    ),
)
