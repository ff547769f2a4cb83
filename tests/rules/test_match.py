"""What a pattern matches: holes are syntax nodes, runs are whole siblings, conditions hold."""

from __future__ import annotations

import pytest
from rules_kit import done, found, rule

from whimbrel.errors import RuleError
from whimbrel.rules import Context, HoleCondition
from whimbrel.rules.compiled import compile_rule


@pytest.mark.parametrize(
    ("source", "hole"),
    [
        ("old(a)\n", "a"),
        ("old(a.b[0])\n", "a.b[0]"),
        ("old(a + b * c)\n", "a + b * c"),
        ("old(f(x, y))\n", "f(x, y)"),
        ("old('a, b')\n", "'a, b'"),
        ("old(lambda: (yield))\n", "lambda: (yield)"),
        ("old(k=1)\n", "k=1"),
        ("old(\n    # why\n    a,  # what\n)\n", None),
        ("old(\n    # why\n    a  # what\n)\n", "a"),
        ("old(a, b)\n", None),
        ("old()\n", None),
        ("older(a)\n", None),
        ("'old(a)'\n", None),
        ("# old(a)\n", None),
    ],
)
def test_a_hole_is_one_node(source: str, hole: str | None) -> None:
    matches = found(source, "old($A)")
    assert [holes["A"] for _, holes in matches] == ([] if hole is None else [hole])


def test_a_hole_takes_no_piece_of_a_node() -> None:
    """``b * c`` is no node of ``a + b * c`` where the multiplication comes first."""
    assert found("x = a * b + c\n", "$A + c") == [("a * b + c", {"A": "a * b"})]
    assert found("x = a + b * c\n", "$A * c") == [("b * c", {"A": "b"})]


def test_the_largest_node_is_taken_first() -> None:
    matches = found("x.one().old()\ny = z.old\n", "$A.old")
    assert [holes["A"] for _, holes in matches] == ["x.one()", "z"]


def test_each_place_of_the_rarest_literal_gives_a_match() -> None:
    """Links of one chain are found each, though they begin at the same byte."""
    matches = found("q.old(1).old(2)\n", "$Q.old($A)")
    assert [holes for _, holes in matches] == [{"Q": "q", "A": "1"}, {"Q": "q.old(1)", "A": "2"}]


@pytest.mark.parametrize(
    ("source", "run"),
    [
        ("f()\n", ""),
        ("f(a)\n", "a"),
        ("f(a, *b, k=(1, 2))\n", "a, *b, k=(1, 2)"),
        ("f(a, b,)\n", "a, b,"),
        ("f(\n    a,\n    b\n)\n", "a,\n    b"),
    ],
)
def test_a_run_is_any_number_of_siblings(source: str, run: str) -> None:
    assert [holes["A"] for _, holes in found(source, "f($$$A)")] == [run]


def test_runs_on_both_sides_of_a_literal() -> None:
    matches = found("f(a, b, old=1, c=2)\nf(old=1)\ng(a, old=1)\n", "f($$$A, old=1, $$$B)")
    assert [holes for _, holes in matches] == [{"A": "a, b", "B": "c=2"}]


def test_a_run_does_not_leave_its_list() -> None:
    assert found("f(a), g(b, 1)\n", "f($$$A, 1)") == []


def test_a_run_at_the_end_takes_all_that_there_is() -> None:
    source = "with x:\n    a()\n    b()\nc()\n"
    assert [holes["B"] for _, holes in found(source, "with x:\n    $$$B")] == ["a()\n    b()"]


def test_a_repeated_metavariable_stands_for_the_same_tokens() -> None:
    source = "m[a.b] = m[a . b]\nm[a] = m[b]\nm['x'] = m['x']\n"
    assert [holes["K"].replace(" ", "") for _, holes in found(source, "m[$K] = m[$K]")] == ["a.b", "'x'"]


def test_the_blank_metavariable_may_differ() -> None:
    assert len(found("f(a, b)\nf(a, a)\n", "f($_, $_)")) == 2


@pytest.mark.parametrize(
    ("condition", "holes"),
    [
        (HoleCondition(), ["a", "'s'", "f(x)", "1"]),
        (HoleCondition(kinds=("identifier", "string")), ["a", "'s'"]),
        (HoleCondition(not_kinds=("call", "integer")), ["a", "'s'"]),
        (HoleCondition(regex="[a-z]"), ["a"]),
        (HoleCondition(regex="[a-z]+ .*"), ["f(x)"]),
        (HoleCondition(not_regex="'.*'|1"), ["a", "f(x)"]),
        (HoleCondition(kinds=("identifier",), not_regex="a"), []),
    ],
)
def test_conditions_on_a_hole(condition: HoleCondition, holes: list[str]) -> None:
    source = "old(a)\nold('s')\nold(f(x))\nold(1)\n"
    assert [one["A"] for _, one in found(source, "old($A)", where={"A": condition})] == holes


def test_inside_looks_at_the_nearest_node_around_the_match() -> None:
    source = "old(a)\nx = old(b)\nreturn_(old(c))\n"
    inside = found(source, "old($A)", context=Context(inside=("assignment", "argument_list")))
    assert [holes["A"] for _, holes in inside] == ["b", "c"]


def test_outside_looks_at_all_nodes_around_the_match() -> None:
    source = "import old\nfrom a import old\nold.x\ndef f():\n    old\n"
    kinds = ("import_statement", "import_from_statement", "function_definition")
    assert len(found(source, "old", context=Context(outside=kinds))) == 1


def test_comments_between_tokens_do_not_matter() -> None:
    source = "old(  # first\n    a,\n    # then\n    b\n)\n"
    assert [holes for _, holes in found(source, "old($A, $B)")] == [{"A": "a", "B": "b"}]
    java = "class A { void m() { old /* x */ ( /* y */ a ); } }"
    assert [holes for _, holes in found(java, "old($A)", "java")] == [{"A": "a"}]


def test_a_line_that_goes_on_after_a_backslash() -> None:
    assert [holes for _, holes in found("x = a and \\\n    old \\\n    (b)\n", "old($A)")] == [{"A": "b"}]


def test_spacing_does_not_matter_between_leaves() -> None:
    assert len(found("old ( a )\nold(a)\n", "old( $A)")) == 2


def test_shell_words_match_whole() -> None:
    source = "git checkout main\ngit checkout-index main\ngit -x checkout\nfoo git-checkout main\n"
    assert found(source, "git checkout", "bash") == [("git checkout", {})]


def test_options_of_a_shell_command_keep_their_dashes() -> None:
    source = "run --fast=yes a\nrun - - fast=yes a\n"
    assert found(source, "run --fast=yes", "bash") == [("run --fast=yes", {})]


def test_a_pattern_does_not_end_inside_a_word() -> None:
    assert found("pull repo/app:1\npull repo/app\n", "pull repo/app", "bash") == [("pull repo/app", {})]


def test_an_erroneous_node_fills_no_hole() -> None:
    assert found("old(a b)\n", "old($A)") == []


@pytest.mark.parametrize(
    ("pattern", "rewrite", "more", "message"),
    [
        ("$A", "b", {}, "no literal"),
        ("", "b", {}, "no literal"),
        ("f($A)", "f($B)", {}, "does not bind"),
        ("f($A)", "f", {"where": {"B": HoleCondition()}}, "does not bind"),
        ("f($A)", "f($A)", {"where": {"A": HoleCondition(regex="(")}}, "bad regular expression"),
        ("f($_)", "g.h($_, $_)", {}, "something else each time"),
        ("f(\ud800)", "g", {}, "surrogate"),
    ],
)
def test_rules_that_cannot_work(pattern: str, rewrite: str, more: dict[str, object], message: str) -> None:
    with pytest.raises(RuleError, match=message):
        compile_rule(rule(pattern, rewrite, **more))


def test_a_dollar_that_is_no_metavariable() -> None:
    assert done("$old.get($A);\n", rule("\\$old", "\\$fresh", "javascript")) == "$fresh.get($A);\n"
    assert done("<?php $A->old($b);", rule("$X->old($$$R)", "$X->fresh($$$R)", "php")) == "<?php $A->fresh($b);"


def test_bytes_that_are_no_text_match_themselves() -> None:
    from rules_kit import run

    assert (
        run(b"old('\xff', caf\xc3\xa9)\n", rule("old($A, café)", "new(café, $A)")).source
        == b"new(caf\xc3\xa9, '\xff')\n"
    )
