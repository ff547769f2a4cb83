"""Python."""

import tree_sitter_python

from whimbrel.syntax.language import DOUBLE, SINGLE, Language

_PREFIX = r"(?:[rRbBuUfFtT]{1,2})?"
_TRIPLE = r'"""(?:\\.|[^\\])*?"""|' + r"'''(?:\\.|[^\\])*?'''"

LANGUAGES = (
    Language(
        name="python",
        extensions=(".py", ".pyi", ".pyw"),
        grammar=tree_sitter_python.language,
        strings=frozenset({"string"}),
        string_syntax=rf"{_PREFIX}(?:{_TRIPLE}|{DOUBLE}|{SINGLE})",
        naming_fields=frozenset(
            {
                ("call", "function"),
                ("attribute", "attribute"),
                ("keyword_argument", "name"),
                ("decorator", ""),
                ("dotted_name", ""),
                ("aliased_import", "alias"),
                ("type", ""),
                ("except_clause", ""),
            }
        ),
        statements=frozenset(
            {"decorator", "elif_clause", "else_clause", "except_clause", "finally_clause", "case_clause"}
        ),
        imports=frozenset({"import_statement", "import_from_statement", "future_import_statement"}),
        indented=True,
        ast_grep="python",
    ),
)
