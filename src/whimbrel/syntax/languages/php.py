"""PHP."""

import tree_sitter_php

from whimbrel.syntax.language import DOUBLE, SINGLE, Language

LANGUAGES = (
    Language(
        name="php",
        extensions=(".php", ".phtml", ".inc"),
        grammar=tree_sitter_php.language_php,
        strings=frozenset({"string", "encapsed_string", "heredoc", "nowdoc", "shell_command_expression"}),
        interpolations=frozenset(
            {
                "function_call_expression",
                "member_access_expression",
                "member_call_expression",
                "nullsafe_member_access_expression",
                "nullsafe_member_call_expression",
                "scoped_call_expression",
                "subscript_expression",
                "variable_name",
            }
        ),
        string_syntax=f"{DOUBLE}|{SINGLE}",
        naming_fields=frozenset(
            {
                ("function_call_expression", "function"),
                ("member_call_expression", "name"),
                ("scoped_call_expression", "name"),
                ("scoped_call_expression", "scope"),
                ("member_access_expression", "name"),
                ("object_creation_expression", ""),
                ("named_type", ""),
                ("qualified_name", ""),
                ("namespace_name", ""),
                ("namespace_use_clause", ""),
                ("argument", "name"),
            }
        ),
        imports=frozenset({"namespace_use_declaration"}),
        ast_grep="php",
    ),
)
