"""C and C++."""

import tree_sitter_c
import tree_sitter_cpp

from whimbrel.syntax.language import CHAR, DOUBLE, Language

_NAMING_KINDS = frozenset({"type_identifier", "field_identifier", "primitive_type", "namespace_identifier"})
_NAMING_FIELDS = frozenset(
    {("call_expression", "function"), ("preproc_include", "path"), ("preproc_call", "directive")}
)
_STATEMENTS = frozenset({"preproc_include", "preproc_def", "preproc_function_def", "preproc_call", "case_statement"})
_STRINGS = frozenset({"string_literal", "char_literal", "system_lib_string", "raw_string_literal"})
_STRING_SYNTAX = rf"(?:L|u8|u|U)?{DOUBLE}|(?:L|u8|u|U)?{CHAR}|(?<=include )<[\w./+-]+>"

LANGUAGES = (
    Language(
        name="c",
        extensions=(".c", ".h"),
        grammar=tree_sitter_c.language,
        strings=_STRINGS,
        string_syntax=_STRING_SYNTAX,
        naming_kinds=_NAMING_KINDS,
        naming_fields=_NAMING_FIELDS,
        statements=_STATEMENTS,
        imports=frozenset({"preproc_include"}),
        ast_grep="c",
    ),
    Language(
        name="cpp",
        extensions=(".cc", ".cpp", ".cxx", ".c++", ".hpp", ".hh", ".hxx", ".h++", ".ipp"),
        grammar=tree_sitter_cpp.language,
        strings=_STRINGS,
        string_syntax=_STRING_SYNTAX,
        naming_kinds=_NAMING_KINDS,
        naming_fields=_NAMING_FIELDS,
        statements=_STATEMENTS,
        imports=frozenset({"preproc_include"}),
        ast_grep="cpp",
    ),
)
