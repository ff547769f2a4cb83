"""The text of a pattern to tokens and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syntax_samples import samples

from whimbrel.syntax import language_named, languages, tokenize
from whimbrel.syntax.lexer import PatternToken, lex_pattern, print_pattern

NAMES = [language.name for language in languages()]
SAMPLES = samples()
METAS = st.sampled_from(["$A", "$B", "$$$C", "$_"])
GAPS = st.sampled_from(["", " ", "\n    "])


def code_tokens(name: str) -> list[str]:
    """Token texts of the sample."""
    return sorted(set(tokenize(SAMPLES[name], language_named(name)).code.texts))


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_what_is_printed_is_read_as_the_same_tokens(name: str, data: st.DataObject) -> None:
    """Whatever tokens a file has, a pattern of them either cannot be written, and says so, or reads back the same."""
    language = language_named(name)
    literals = st.builds(PatternToken, st.sampled_from(code_tokens(name)), GAPS)
    metas = st.builds(PatternToken, METAS, GAPS, st.just(True))
    tokens = data.draw(st.lists(literals | metas, min_size=1, max_size=8))
    printed = print_pattern(tokens, language)
    if printed is None:
        return
    again = lex_pattern(printed, language)
    assert [(token.text, token.meta) for token in again] == [(token.text, token.meta) for token in tokens]
    assert print_pattern(again, language) == printed


@pytest.mark.parametrize("name", NAMES)
def test_single_tokens_of_files_can_be_written(name: str) -> None:
    """Most tokens of a file are one token of a pattern, too: what cannot be written cannot be learnt."""
    language = language_named(name)
    texts = code_tokens(name)
    lost = [text for text in texts if print_pattern([PatternToken(text, "")], language) is None]
    assert len(lost) <= len(texts) // 12, lost


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("python", "f($A, x=$B)", ["f", "(", "$A", ",", "x", "=", "$B", ")"]),
        ("python", "$$$ARGS + $_", ["$$$ARGS", "+", "$_"]),
        ("php", r"f(\$link, $A)", ["f", "(", "$", "link", ",", "$A", ")"]),
        ("javascript", "$el.on($A)", ["$el", ".", "on", "(", "$A", ")"]),
        ("javascript", r"\$el.\$on(\$, $A)", ["$el", ".", "$on", "(", "$", ",", "$A", ")"]),
        ("ruby", r'\$stdout.puts $A, :"b c"', ["$stdout", ".", "puts", "$A", ",", ':"b c"']),
        ("bash", "docker-compose $$$A", ["docker-compose", "$$$A"]),
        ("rust", "x?.y::<T>(b'a')", ["x", "?.", "y", "::", "<", "T", ">", "(", "b'a'", ")"]),
        ("go", "x := `a b`", ["x", ":=", "`a b`"]),
    ],
)
def test_patterns_are_split_as_expected(name: str, text: str, expected: list[str]) -> None:
    """Metavariables, escaped dollars, strings, words, operators."""
    assert [token.text for token in lex_pattern(text, language_named(name))] == expected
