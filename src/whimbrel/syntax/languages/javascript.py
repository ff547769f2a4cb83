"""JavaScript, TypeScript and TSX."""

import tree_sitter_javascript
import tree_sitter_typescript

from whimbrel.syntax.language import BACKTICK, DOUBLE, SINGLE, Language

_COMMON_NAMING = frozenset(
    {
        ("call_expression", "function"),
        ("new_expression", "constructor"),
        ("member_expression", "property"),
        ("pair", "key"),
        ("decorator", ""),
        ("import_specifier", "name"),
        ("import_clause", ""),
        ("jsx_attribute", ""),
        ("jsx_opening_element", "name"),
        ("jsx_closing_element", "name"),
        ("jsx_self_closing_element", "name"),
    }
)
_STRINGS = frozenset({"string", "template_string", "regex"})
_STRING_SYNTAX = f"{DOUBLE}|{SINGLE}|{BACKTICK}"
_WORD = r"[^\W\d][\w$]*|\$(?![A-Z_][A-Z0-9_]*(?![\w$]))[\w$]*|#[^\W\d]\w*"
_NAMING_KINDS = frozenset({"type_identifier", "property_identifier", "predefined_type", "private_property_identifier"})
_STATEMENTS = frozenset(
    {
        "export_statement",
        "method_definition",
        "public_field_definition",
        "switch_case",
        "property_signature",
        "method_signature",
    }
)
_IMPORTS = frozenset({"import_statement"})


def _language(name: str, extensions: tuple[str, ...], grammar: object, ast_grep: str) -> Language:
    return Language(
        name=name,
        extensions=extensions,
        grammar=grammar,  # type: ignore[arg-type]
        strings=_STRINGS,
        comments=frozenset({"comment", "html_comment", "hash_bang_line"}),
        string_syntax=_STRING_SYNTAX,
        word_syntax=_WORD,
        naming_kinds=_NAMING_KINDS,
        naming_fields=_COMMON_NAMING,
        statements=_STATEMENTS,
        imports=_IMPORTS,
        ast_grep=ast_grep,
    )


LANGUAGES = (
    _language("javascript", (".js", ".jsx", ".mjs", ".cjs"), tree_sitter_javascript.language, "javascript"),
    _language("typescript", (".ts", ".mts", ".cts"), tree_sitter_typescript.language_typescript, "typescript"),
    _language("tsx", (".tsx",), tree_sitter_typescript.language_tsx, "tsx"),
)
