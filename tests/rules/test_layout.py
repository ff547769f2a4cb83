"""White space and comments: what a rewrite looks like where it lands."""

from __future__ import annotations

from textwrap import dedent

import pytest
from rules_kit import done, rule, run

from whimbrel.syntax import count_errors, language_named


def check(source: str, pattern: str, rewrite: str, expected: str, language: str = "python") -> None:
    """Rewrite, compare, and see that what parsed before still does."""
    got = done(source, rule(pattern, rewrite, language))
    assert got == expected
    assert count_errors(got.encode(), language_named(language)) <= count_errors(
        source.encode(), language_named(language)
    )


# arguments


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("f()", "f(x=1)"),
        ("f(a)", "f(a, x=1)"),
        ("f(a, b)", "f(a, b, x=1)"),
        ("f(a,)", "f(a, x=1)"),
        ("f( a )", "f( a, x=1 )"),
        ("f(\n    a,\n    b,\n)", "f(\n    a,\n    b, x=1\n)"),
        ("f(a  # why\n)", "f(a, x=1  # why\n)"),
        ("f(f())", "f(f(x=1), x=1)"),
    ],
)
def test_an_argument_added_at_the_end(call: str, expected: str) -> None:
    check(call + "\n", "f($$$A)", "f($$$A, x=1)", expected + "\n")


@pytest.mark.parametrize(
    ("call", "expected"),
    [("f()", "f(x)"), ("f(a)", "f(x, a)"), ("f(a, b,)", "f(x, a, b,)"), ("f(\n    a\n)", "f(\n    x, a\n)")],
)
def test_an_argument_added_at_the_start(call: str, expected: str) -> None:
    check(call + "\n", "f($$$A)", "f(x, $$$A)", expected + "\n")


@pytest.mark.parametrize(("call", "expected"), [("f()", "g(h(x), k)"), ("f(a,)", "g(h(a, x), k)")])
def test_commas_beside_a_run_that_is_written_elsewhere(call: str, expected: str) -> None:
    check(call + "\n", "f($$$A)", "g(h($$$A, x), k)", expected + "\n")


@pytest.mark.parametrize(
    ("language", "call", "expected"),
    [
        ("java", "class A { int x = f(); }", "class A { int x = f(y); }"),
        ("go", "package a\nvar x = f()\n", "package a\nvar x = f(y)\n"),
    ],
)
def test_no_stray_commas_in_languages_that_forbid_them(language: str, call: str, expected: str) -> None:
    check(call, "f($$$A)", "f(y, $$$A)", expected, language)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("f(a, old=1)", "f(a)"),
        ("f(a, old=1, b=2)", "f(a, b=2)"),
        ("f(\n    a,\n    old=1,\n)", "f(\n    a,\n)"),
        ("f(\n    a,\n    old=1,  # why\n    b=2,\n)", "f(\n    a,  # why\n    b=2,\n)"),
        ("f(\n    a,  # what\n    old=1,\n    b=2,\n)", "f(\n    a,  # what\n    b=2,\n)"),
    ],
)
def test_a_deleted_argument_takes_its_comma(call: str, expected: str) -> None:
    check(call + "\n", "f($A, old=1 $$$B)", "f($A $$$B)", expected + "\n")


def test_a_deleted_first_argument_takes_the_comma_behind_it() -> None:
    check("f(old, a)\nf(\n    old,\n    a,\n)\n", "f(old, $$$A)", "f($$$A)", "f(a)\nf(\n    a,\n)\n")


# statements


def test_a_statement_is_added_on_its_own_line_at_any_depth() -> None:
    source = "old()\nif a:\n    old()  # why\n    if b:\n\t\told()\n"
    expected = "old()\nmore()\nif a:\n    old()  # why\n    more()\n    if b:\n\t\told()\n\t\tmore()\n"
    assert done(source, rule("old()", "old()\nmore()")) == expected


def test_a_statement_is_added_in_front() -> None:
    check("if a:\n    # about\n    old()\n", "old()", "first()\nold()", "if a:\n    # about\n    first()\n    old()\n")


def test_blank_lines_between_statements_stay_empty() -> None:
    check("class A:\n    x = 1\n", "x = 1", "x = 1\n\n\ny = 2", "class A:\n    x = 1\n\n\n    y = 2\n")


@pytest.mark.parametrize(
    ("language", "source", "pattern", "rewrite", "expected"),
    [
        (
            "python",
            "class A:\n    @b\n    def old(self): ...\n",
            "def old",
            "@new\ndef old",
            "class A:\n    @b\n    @new\n    def old(self): ...\n",
        ),
        (
            "java",
            "class A {\n  // c\n  void old() {}\n}\n",
            "void old",
            "@New\nvoid old",
            "class A {\n  // c\n  @New\n  void old() {}\n}\n",
        ),
        (
            "rust",
            "mod a {\n    fn old() {}\n}\n",
            "fn old",
            "#[new]\nfn old",
            "mod a {\n    #[new]\n    fn old() {}\n}\n",
        ),
        ("typescript", "class A {\n  old() {}\n}\n", "old()", "@New()\nold()", "class A {\n  @New()\n  old() {}\n}\n"),
        (
            "csharp",
            "class A {\n\tvoid Old() {}\n}\n",
            "void Old",
            "[New]\nvoid Old",
            "class A {\n\t[New]\n\tvoid Old() {}\n}\n",
        ),
    ],
)
def test_decorators_get_their_own_line(language: str, source: str, pattern: str, rewrite: str, expected: str) -> None:
    check(source, pattern, rewrite, expected, language)


def test_a_statement_is_deleted_with_its_line() -> None:
    check("a()\n\nold()\nb()\n", "old()", "", "a()\n\nb()\n")
    check("def f():\n    old()\n    b()\n", "old()", "", "def f():\n    b()\n")


def test_a_deleted_statement_leaves_what_else_is_on_its_line() -> None:
    check("old()  # about b\nb()\n", "old()", "", "  # about b\nb()\n".replace("  #", "  #"))
    check("a(); old()\nb()\n", "; old()", "", "a()\nb()\n")


def test_deleted_words_leave_no_blanks_at_the_end_of_the_line() -> None:
    assert done("x = 1  # type: ignore\n", rule("# type: ignore", "", scope="comments")) == "x = 1\n"


def test_the_only_statement_of_a_block_is_not_deleted() -> None:
    result = run("if a:\n    old()\nb()\nold()\n", rule("old()", ""))
    assert result.source == b"if a:\n    old()\nb()\n"
    assert [(refusal.line, refusal.reason) for refusal in result.refusals] == [
        (2, "the block would be left without a statement")
    ]


def test_the_only_statement_between_braces_may_go() -> None:
    check("class A { void m() {\n  old();\n} }\n", "old();", "", "class A { void m() {\n} }\n", "java")


# blocks


def test_lines_in_a_new_block_are_indented() -> None:
    source = "def f():\n    one(\n        1)\n    # about two\n    two()\n    three()\n"
    expected = "def f():\n    with x:\n        one(\n            1)\n        # about two\n        two()\n    three()\n"
    check(source, "one($A)\ntwo()", "with x:\n    one($A)\n    two()", expected)


def test_lines_of_a_block_that_goes_are_moved_back() -> None:
    source = "def f():\n    with old:\n        one(\n            1)\n\n        two()\n    three()\n"
    check(source, "with old:\n    $$$B", "$$$B", "def f():\n    one(\n        1)\n\n    two()\n    three()\n")


def test_strings_of_several_lines_are_never_shifted() -> None:
    source = 'def f():\n    with old:\n        one("""\n        text\n    """,\n            2)\n'
    expected = 'def f():\n    one("""\n        text\n    """,\n        2)\n'
    check(source, "with old:\n    $$$B", "$$$B", expected)


def test_a_block_that_goes_does_not_take_a_comment_along() -> None:
    source = "with old:  # why\n    one()\n    two()\n"
    result = run(source, rule("with old:\n    $$$B", "$$$B"))
    assert result.source == source.encode()
    assert "comment" in result.refusals[0].reason


def test_blocks_in_blocks_go_one_after_the_other() -> None:
    source = "with old:\n    with old:\n        one()\n        two()\n"
    check(source, "with old:\n    $$$B", "$$$B", "one()\ntwo()\n")


def test_a_statement_added_inside_a_block_that_goes() -> None:
    source = "def f():\n    with old:\n        one()\n        two()\n"
    rules = [rule("with old:\n    $$$B", "$$$B"), rule("one()", "one()\nmore()")]
    expected = b"def f():\n    one()\n    more()\n    two()\n"
    assert run(source, *rules).source == expected
    assert run(source, *reversed(rules)).source == expected


def test_braces_round_statements() -> None:
    source = "function f() {\n  old(\n    1\n  );\n}\n"
    expected = "function f() {\n  if (ok) {\n    old(\n      1\n    );\n  }\n}\n"
    check(source, "old($A);", "if (ok) {\n  old($A);\n}", expected, "javascript")


def test_a_moved_hole_is_shifted_to_the_line_where_it_lands() -> None:
    source = dedent(
        """
        def f():
            old(
                a,
                {
                    'k': 1,
                })
        """
    )
    expected = dedent(
        """
        def f():
            {
                'k': 1,
            }.new(
                a)
        """
    )
    check(source, "old($A, $B)", "$B.new($A)", expected)


def test_a_hole_on_a_new_line_is_shifted() -> None:
    source = "if a:\n    x = old([\n        1,\n    ], b)\n"
    check(source, "old($A, $B)", "new(\n    $A, $B)", source.replace("old", "new"))  # in place nothing moves
    expected = "if a:\n    x = new(b,\n        [\n            1,\n        ])\n"
    check(source, "old($A, $B)", "new($B,\n    $A)", expected)


# comments


@pytest.mark.parametrize(
    "source",
    ["x = old(  # why\n    a)\n", "x = old(a  # why\n)\n", "x = old(\n    # why\n    a)\n"],
)
def test_a_comment_that_would_be_lost_is_a_refusal(source: str) -> None:
    result = run(source, rule("old($A)", "$A.new"))
    assert result.source == source.encode()
    assert result.sites == ()
    assert [(refusal.rule_id, refusal.line) for refusal in result.refusals] == [("old($A)", 1)]
    assert "comment" in result.refusals[0].reason


def test_comments_inside_a_moved_hole_go_with_it() -> None:
    check("old([\n    1,  # why\n], b)\n", "old($A, $B)", "new($B, $A)", "new(b, [\n    1,  # why\n])\n")


def test_comments_between_tokens_that_stay_stay() -> None:
    check(
        "old(  # why\n    a,  # what\n    b)\n", "old($A, $B)", "new($A, $B)", "new(  # why\n    a,  # what\n    b)\n"
    )


# bytes


def test_crlf() -> None:
    source = b"def f():\r\n    old(1)\r\n    two()\r\n"
    assert (
        run(source, rule("old($A)", "old($A)\nmore()")).source
        == b"def f():\r\n    old(1)\r\n    more()\r\n    two()\r\n"
    )
    assert run(source, rule("old($A)", "")).source == b"def f():\r\n    two()\r\n"
    wrapped = b"def f():\r\n    with x:\r\n        old(1)\r\n        two()\r\n"
    rules = rule("old(1)\ntwo()", "with x:\n    old(1)\n    two()")
    assert run(source, rules).source == wrapped
    assert run(wrapped, rule(rules.rewrite, rules.pattern)).source == source


def test_tabs() -> None:
    source = "func f() {\n\told(1)\n}\n"
    check("package a\n" + source, "old($A)", "old($A)\nmore()", "package a\nfunc f() {\n\told(1)\n\tmore()\n}\n", "go")


def test_a_byte_order_mark_stays() -> None:
    source = b"\xef\xbb\xbfold()\nb()\n"
    assert run(source, rule("old()", "")).source == b"\xef\xbb\xbfb()\n"
    assert run(source, rule("old()", "new()")).source == b"\xef\xbb\xbfnew()\nb()\n"
    assert run(source, rule("old()", "first()\nold()")).source == b"\xef\xbb\xbffirst()\nold()\nb()\n"


def test_other_bytes_stay() -> None:
    source = b"x = '\xff\xfe'  # \xe9\r\nold('\xff')\n\told(1)\x0c\n"
    assert run(source, rule("old($A)", "new($A, $A)")).source == source.replace(
        b"old('\xff')", b"new('\xff', '\xff')"
    ).replace(b"old(1)", b"new(1, 1)")


def test_no_final_newline() -> None:
    assert run(b"old()", rule("old()", "old()\nmore()")).source == b"old()\nmore()"
    assert run(b"a()\nold()", rule("old()", "")).source == b"a()\n"
    assert run(b"old()", rule("old()", "")).source == b""


def test_runs_at_the_borders_of_a_file() -> None:
    assert run(b"old = 1", rule("$$$A old = 1 $$$B", "$$$A $$$B")).source == b""
    assert run(b"old = 1", rule("$$$A old = 1 $$$B", "$$$A x $$$B")).source == b"x"
    assert run(b"old = 1", rule("$$$A old = 1 $$$B", "$$$A a old = 1 b $$$B")).source == b"a old = 1 b"
