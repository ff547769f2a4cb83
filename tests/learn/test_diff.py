"""The edit script between two token streams: small, and along the borders of syntax nodes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whimbrel.learn.diff import Hunk, diff_streams
from whimbrel.syntax import Stream, language_named, tokenize


def stream(source: str, language: str = "python") -> Stream:
    return tokenize(source.encode(), language_named(language)).code


def edits(before: str, after: str, language: str = "python") -> list[tuple[str, str]]:
    """The script as pairs of token texts."""
    old, new = stream(before, language), stream(after, language)
    return [
        (" ".join(old.texts[hunk.i1 : hunk.i2]), " ".join(new.texts[hunk.j1 : hunk.j2]))
        for hunk in diff_streams(old, new)
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("old(1)\n", "new(1)\n", [("old", "new")]),
        ("f(a)\n", "f(a, b)\n", [("", ", b")]),
        ("f(a, b)\n", "f(b)\n", [("a ,", "")]),
        ("f(a, b, c)\n", "f(a, c)\n", [(", b", "")]),
        ("f(a, a)\n", "f(a)\n", [("a ,", "")]),
        ("x = a\n", "x = f(a)\n", [("", "f ("), ("", ")")]),
        ("a()\nb()\n", "b()\n", [("a ( )", "")]),
        ("a()\na()\n", "a()\n", [("a ( )", "")]),
        ("def f(): ...\n", "@x\ndef f(): ...\n", [("", "@ x")]),
        ("x = 1  # a\n", "x = 1  # b\n", []),
        ("f( a )\n", "f(a)\n", []),
        ("", "a\n", [("", "a")]),
        ("a\n", "", [("a", "")]),
    ],
)
def test_scripts(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    assert edits(before, after) == expected


def test_a_decorator_that_is_like_its_neighbour_slides_to_a_line() -> None:
    before = "@a\ndef f(): ...\n\n@a\ndef g(): ...\n"
    assert edits(before, before.replace("@a\ndef g", "@a\n@b\ndef g")) == [("", "@ b")]
    assert edits(before, before.replace("@a\ndef g", "@b\n@a\ndef g")) == [("", "@ b")]


def test_a_method_between_equal_braces_slides_to_its_whole() -> None:
    before = "class A {\n  void f() { x(); }\n  void g() { x(); }\n}\n"
    after = before.replace("  void g", "  void h() { x(); }\n  void g")
    assert edits(before, after, "java") == [("", "void h ( ) { x ( ) ; }")]


def test_an_argument_slides_to_where_it_is_whole() -> None:
    """``f(a, g(x), g(y))`` could also have got ``x), g(``."""
    assert edits("f(a, g(y))\n", "f(a, g(x), g(y))\n") == [("", ", g ( x )")]


def test_lines_that_moved_are_kept_as_one_deletion_and_one_insertion() -> None:
    lines = [f"f{number}(a)\n" for number in range(6)]
    moved = [*lines[1:4], lines[0], *lines[4:]]
    assert edits("".join(lines), "".join(moved)) == [("f0 ( a )", ""), ("", "f0 ( a )")]


LINES = st.lists(st.sampled_from(["a()\n", "b(a, b)\n", "b(a)\n", "if a:\n    b()\n", "x = [a, b]\n"]), max_size=8).map(
    "".join
)


@given(LINES, LINES)
@settings(max_examples=150, deadline=None)
def test_a_script_leads_from_one_side_to_the_other(before: str, after: str) -> None:
    old, new = stream(before), stream(after)
    hunks = diff_streams(old, new)
    made: list[str] = []
    at = there = 0
    for hunk in hunks:
        assert hunk.i1 - at == hunk.j1 - there
        made += old.texts[at : hunk.i1] + new.texts[hunk.j1 : hunk.j2]
        at, there = hunk.i2, hunk.j2
    assert made + old.texts[at:] == new.texts
    assert all(left.i2 < right.i1 or left.j2 < right.j1 for left, right in pairwise(hunks))
    assert not any(old.texts[hunk.i1 : hunk.i2] == new.texts[hunk.j1 : hunk.j2] for hunk in hunks)


def test_large_files_are_compared_by_lines_first() -> None:
    body = "".join(f"f{number}(a, b)\n" for number in range(3000))
    hunks = diff_streams(stream(body), stream(body.replace("f7(a", "f7(c").replace("f2999(a, b", "f2999(a")))
    assert len(hunks) == 2
    assert isinstance(hunks[0], Hunk)
