"""The measuring lexer, token hunks and their shapes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whimbrel.replay.hunks import Hunk, hunks, lexed, shape
from whimbrel.replay.tokens import Kind, retokenise, tokenise


def texts(source, language="python"):
    return [token.text for token in tokenise(source, language)]


def test_python_tokens():
    assert texts("x = f'a {b}'  # two words\n") == ["x", "=", "f'a {b}'", "#", "two", "words"]
    assert texts('"""doc string"""') == ['"""doc string"""']
    assert texts("a //= b // c ** 2") == ["a", "//=", "b", "//", "c", "**", "2"]


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        ("javascript", "a?.b ?? `t ${x}` // c", ["a", "?.", "b", "??", "`t ${x}`", "/", "/", "c"]),
        (
            "java",
            "List<List<X>> l; /* c */",
            ["List", "<", "List", "<", "X", ">", ">", "l", ";", "/", "*", "c", "*", "/"],
        ),
        ("go", "x := `raw\\`", ["x", ":=", "`raw\\`"]),
        ("rust", 'r#"a "q" b"# \'x\' \'life', ['r#"a "q" b"#', "'x'", "'", "life"]),
        ("rust", "'\\'' b'a'", ["'\\''", "b'a'"]),
        ("c", 'L"w" u8"x" 0x1Fu 1.5e-3f', ['L"w"', 'u8"x"', "0x1Fu", "1.5e-3f"]),
        ("csharp", '@"c:\\" $"{a}"', ['@"c:\\"', '$"{a}"']),
        ("ruby", "@a = :b # c", ["@a", "=", ":b", "#", "c"]),
        ("php", "$a->b # c", ["$a", "->", "b", "#", "c"]),
        ("bash", "echo $x#y # c", ["echo", "$x", "#", "y", "#", "c"]),
        ("no such language", "a = 1; // c", ["a", "=", "1", ";", "/", "/", "c"]),
    ],
)
def test_tokens_of_other_languages(language, source, expected):
    assert texts(source, language) == expected


def test_literals_that_span_lines_are_words():
    kinds = {token.text: token.kind for token in tokenise('a = """one\ntwo"""', "python")}
    assert kinds["one"] is kinds["two"] is Kind.PROSE


@given(st.text(max_size=200), st.sampled_from(["python", "rust", "typescript", "ruby", "bash"]))
def test_tokens_cover_everything_but_white_space(source, language):
    assert "".join("".join(texts(source, language)).split()) == "".join(source.split())
    assert all(source.startswith(token.text, token.start) for token in tokenise(source, language))


@given(st.lists(st.sampled_from(["a", "b", "(", ")", ",", "\n"]), max_size=60), st.randoms())
def test_hunks_rebuild_the_new_file(words, random):
    changed = [word for word in words if random.random() > 0.2]
    before, after = " ".join(words).encode(), " ".join(changed).encode()
    old, new = lexed(before, "python").texts, lexed(after, "python").texts
    out, at = [], 0
    for hunk in hunks(before, after, "python"):
        assert hunk.old_start >= at
        out += old[at : hunk.old_start] + new[hunk.new_start : hunk.new_end]
        at = hunk.old_end
    assert out + old[at:] == new


def test_an_inserted_argument_is_read_from_the_left():
    assert hunks(b"f(a, b)\n", b"f(a, x, b)\n", "python") == (Hunk(3, 3, 3, 5),)


def test_white_space_is_no_difference():
    assert hunks(b"f(a,\n  b)\n", b"f(a, b)", "python") == ()


def only_shape(before, after):
    (hunk,) = hunks(before, after, "python")
    return shape(lexed(before, "python").tokens, lexed(after, "python").tokens, hunk)


def test_shapes_abstract_what_varies():
    assert only_shape(b"a(x)", b"wrap(x)") == only_shape(b"a(y)", b"wrap(y)")
    assert only_shape(b"v = 'one'", b"v = 'two'") == only_shape(b"v = 'three'", b"v = 'four'")
    assert only_shape(b"f(a)", b"f(a, k=1)") == only_shape(b"g(b)", b"g(b, k=1)")
    assert only_shape(b"f(a)", b"f(a, k=1)") != only_shape(b"f(a)", b"f(a, j=1)")
    assert only_shape(b"x = None", b"x = True") != only_shape(b"x = False", b"x = True")


@given(
    st.text("ab(\"'`/*#\n ", max_size=80),
    st.text("ab(\"'`/*#\n ", max_size=80),
    st.text("ab\"'`/*#\n", max_size=10),
    st.sampled_from(["python", "javascript", "rust", "bash", "csharp"]),
)
def test_tokens_taken_over_from_another_version_are_those_of_a_fresh_start(head, tail, between, language):
    before, after = head + tail, head + between + tail
    for old, new in ((before, after), (after, before)):
        assert retokenise(new, language, old, tokenise(old, language)) == tokenise(new, language)
