"""Files as token streams: nothing is lost, nothing is there twice, holes can lie on whole nodes."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syntax_samples import samples

from whimbrel.syntax import Language, Stream, count_errors, language_for_path, language_named, languages, tokenize

FIXTURES = Path(__file__).parents[1] / "fixtures"
BLANK = re.compile(rb"(?:\s|\\\r?\n)*\Z")
"""A backslash at the end of a line is as good as a blank."""
SAMPLES = samples()
NAMES = [language.name for language in languages()]


def uncovered(source: bytes, language: Language) -> list[bytes]:
    """What lies neither in a token nor in a comment and is not blank."""
    module = tokenize(source, language)
    code = module.code
    ranges = sorted([*zip(code.starts, code.ends, strict=True), *module.comments])
    found, at = [], 0
    for start, end in [*ranges, (len(source), len(source))]:
        if not BLANK.match(source[at:start]):
            found.append(source[at:start])
        at = max(at, end)
    return found


def assert_sound(stream: Stream) -> None:
    """Tokens are in order, apart, not blank, and say what the file says; nodes nest.

    The words of a string inside an interpolated string are there twice: as its own and as the outer one's.
    """
    assert all(
        stream.source[a:b].decode("utf-8", "surrogateescape") == text
        for a, b, text in zip(stream.starts, stream.ends, stream.texts, strict=True)
    )
    assert all(text.strip() for text in stream.texts)
    if stream.scope != "strings":
        assert all(end <= start for end, start in zip(stream.ends, stream.starts[1:], strict=False))
    for node, up in enumerate(stream.ups):
        assert 0 <= stream.firsts[node] <= stream.lasts[node] <= len(stream)
        if up != -1:
            assert stream.firsts[up] <= stream.firsts[node]
            assert stream.lasts[node] <= stream.lasts[up]


@pytest.mark.parametrize("name", NAMES)
def test_every_language_has_a_sample_that_parses(name: str) -> None:
    """The tests below stand on them."""
    assert count_errors(SAMPLES[name], language_named(name)) == 0


@pytest.mark.parametrize("name", NAMES)
def test_tokens_cover_the_file(name: str) -> None:
    """Every byte that is neither blank nor comment belongs to one token, in the samples and in all fixtures."""
    language = language_named(name)
    sources = [SAMPLES[name]]
    sources += [
        path.read_bytes() for path in FIXTURES.glob(f"{name}/**/*.*") if language_for_path(path.name) is language
    ]
    for source in sources:
        assert uncovered(source, language) == []
        for stream in tokenize(source, language).streams:
            assert_sound(stream)


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_tokens_cover_broken_files_too(name: str, data: st.DataObject) -> None:
    """The same when lines are missing, doubled, in another order, or not text at all."""
    language = language_named(name)
    lines = SAMPLES[name].splitlines(keepends=True)
    chosen = data.draw(st.lists(st.sampled_from([*lines, b"\xff\xfe\n", b"\r\n", b"}\n", b'"\n']), max_size=8))
    source = b"".join(chosen)
    for stream in tokenize(source, language).streams:
        assert_sound(stream)


@pytest.mark.parametrize("name", NAMES)
def test_line_ends_do_not_change_tokens(name: str) -> None:
    """CRLF gives the tokens that LF gives, strings over several lines aside."""
    language = language_named(name)
    source = b"".join(line for line in SAMPLES[name].splitlines(keepends=True))
    plain, dos = tokenize(source, language).code, tokenize(source.replace(b"\n", b"\r\n"), language).code
    assert [text.replace("\r\n", "\n") for text in dos.texts] == plain.texts


@pytest.mark.parametrize("name", NAMES)
def test_positions_and_nodes_agree_with_the_lists(name: str) -> None:
    """The tables that matching reads say what the lists say."""
    code = tokenize(SAMPLES[name], language_named(name)).code
    assert sorted(place for places in code.positions.values() for place in places) == list(range(len(code)))
    for index in random.Random(name).sample(range(len(code)), 5):
        node = code.enclosing(index, index + 1)
        assert code.firsts[node] <= index < code.lasts[node]
        for starting in code.starting[index]:
            assert code.node_at(index, code.lasts[starting]) is not None


@pytest.mark.parametrize(
    ("name", "source", "inner"),
    [
        ("bash", 'x="$(old a) b"', "old"),
        ("csharp", 'class A { string x = $"a {Old(1)}"; }', "Old"),
        ("javascript", "const x = `a ${old(1)}`", "old"),
        ("kotlin", 'val x = "a ${old(1)}"', "old"),
        ("php", '<?php $x = "a {$old->b(1)}";', "old"),
        ("python", 'x = f"a {old(1)}"', "old"),
        ("ruby", 'x = "a #{old(1)}"', "old"),
        ("scala", 'val x = s"a ${old(1)}"', "old"),
    ],
)
def test_code_inside_strings_is_a_stream_of_its_own(name: str, source: str, inner: str) -> None:
    """A string is one token of the code around it, and what it interpolates is code."""
    streams = tokenize(source.encode(), language_named(name)).code_streams
    assert inner not in streams[0].texts
    assert any(inner in stream.texts for stream in streams[1:])


@pytest.mark.parametrize(
    ("name", "source", "text"),
    [
        ("scala", "val x = f(y: _*)", "*"),
        ("rust", "macro_rules! m { ($($x:expr),*) => { $x } }", ","),
        ("kotlin", "fun f() { a(); b() }", ";"),
    ],
)
def test_tokens_that_the_grammar_hides_are_found(name: str, source: str, text: str) -> None:
    """Some grammars leave a token out of the tree: it must not vanish when its surroundings are moved."""
    assert text in tokenize(source.encode(), language_named(name)).code.texts


def test_comments_are_not_code_and_have_their_words() -> None:
    """Comments are left out of the code and form a stream of words."""
    module = tokenize(b"f(1)  # the old_way\n", language_named("python"))
    assert module.code.texts == ["f", "(", "1", ")"]
    assert module.comments == [(6, 19)]
    assert [stream.texts for stream in module.streams if stream.scope == "comments"] == [["#", "the", "old_way"]]
