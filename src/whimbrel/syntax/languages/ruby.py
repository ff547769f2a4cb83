"""Ruby."""

import tree_sitter_ruby

from whimbrel.syntax.language import BACKTICK, DOUBLE, SINGLE, Language

LANGUAGES = (
    Language(
        name="ruby",
        extensions=(".rb", ".rake", ".gemspec", ".ru"),
        filenames=("Rakefile", "Gemfile"),
        grammar=tree_sitter_ruby.language,
        strings=frozenset({"string", "regex", "subshell", "delimited_symbol", "heredoc_body", "character"}),
        string_syntax=f":?{DOUBLE}|:?{SINGLE}|{BACKTICK}",
        word_syntax=r":?[^\W\d]\w*[?!]?(?!=[^=~>])|:[^\W\d]\w*|@@?[^\W\d]\w*|\$[a-z]\w*",
        naming_kinds=frozenset({"constant", "simple_symbol", "hash_key_symbol"}),
        naming_fields=frozenset({("call", "method"), ("superclass", "")}),
        statements=frozenset({"call", "assignment", "method", "class", "module", "if_modifier", "unless_modifier"}),
        ast_grep="ruby",
    ),
)
