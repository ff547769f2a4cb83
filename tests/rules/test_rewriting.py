"""Many rules and many sites in one file: nesting, overlaps, keys, what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rules_kit import done, rule, run

from whimbrel.rules import Evidence, Transform

RENAME = rule("old($A)", "new($A)", id="rename")
SWAP = rule("f($A, $B)", "f($B, $A)", id="swap")
TWICE = rule("t($A)", "t2($A, $A)", id="twice")
WRAP = rule("wrap($A)", "$A.done()", id="wrap")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("old(old(old(x)))", "new(new(new(x)))"),
        ("f(old(1), old(2))", "f(new(2), new(1))"),
        ("f(f(a, b), f(c, d))", "f(f(d, c), f(b, a))"),
        ("t(old(x))", "t2(new(x), new(x))"),
        ("t(t(old(x)))", "t2(t2(new(x), new(x)), t2(new(x), new(x)))"),
        ("wrap(wrap(wrap(wrap(wrap(wrap(old(x)))))))", "new(x)" + ".done()" * 6),
        ("old(wrap(f(t(old(1)), b)))", "new(f(b, t2(new(1), new(1))).done())"),
        ("f(wrap(a), wrap(wrap(b)))", "f(b.done().done(), a.done())"),
    ],
)
def test_nested_sites_compose_in_one_pass(source: str, expected: str) -> None:
    rules = (RENAME, SWAP, TWICE, WRAP)
    assert done(source + "\n", *rules) == expected + "\n"
    assert done(source + "\n", *reversed(rules)) == expected + "\n"


def test_lines_of_nested_sites_are_shifted_with_the_text_that_moves() -> None:
    source = (
        "def f():\n    f(\n        a, [\n            old(1),\n            wrap([\n                2]),\n        ])\n"
    )
    expected = (
        "def f():\n    f(\n        [\n            new(1),\n            [\n                2].done(),\n        ], a)\n"
    )
    assert done(source, RENAME, SWAP, WRAP) == expected


def test_an_insertion_where_a_copied_hole_stays() -> None:
    rules = [rule("t($A)", "t(g($A, $A))", id="outer"), rule("x", "await_(x)", id="inner")]
    for order in (rules, rules[::-1]):
        assert done("t(x)\n", *order) in {"t(g(await_(x), await_(x)))\n", "t(g(await_(x), x))\n"}


def test_the_earlier_rule_wins_where_edits_overlap() -> None:
    one, two = rule("old.x", "one", id="one"), rule("old", "two", id="two")
    assert done("old.x\nold\n", one, two) == "one\ntwo\n"
    assert done("old.x\nold\n", two, one) == "two.x\ntwo\n"


def test_the_loser_is_tried_again_on_the_result() -> None:
    both = [rule("a.b", "a.c", id="first"), rule("a.$N($X)", "z.$N($X, b)", id="second")]
    assert done("a.b(1)\n", *both) == "z.c(1, b)\n"
    overlap = [rule("get($K).strip()", "get($K)", id="first"), rule("$A.strip().x", "$A.x()", id="second")]
    assert done("get(k).strip().x\n", *overlap) == "get(k).x\n"


def test_two_insertions_at_one_place_are_made_one_after_the_other() -> None:
    rules = [rule("f($$$A)", "f($$$A, x=1)", id="x"), rule("f($$$A)", "f($$$A, y=2)", id="y")]
    result = run("f(a)\n", *rules)
    assert result.source == b"f(a, x=1, y=2)\n"
    assert [site.rule_id for site in result.sites] == ["x", "y"]


def test_a_later_pass_makes_no_new_sites() -> None:
    """Only what was put off is tried again; what a rewrite happens to write is not rewritten."""
    rules = [
        rule("one($A)", "old($A, 1)", id="one"),
        rule("old($A, $B)", "never($A, $B)", id="never"),
        rule("one($A)", "two($A)", id="two"),
    ]
    assert done("one(a); old2(1)\n", *rules) == "old(a, 1); old2(1)\n"
    assert done("one(a); z.old(b, 1)\n", *rules) == "old(a, 1); z.never(b, 1)\n"


def test_rules_that_undo_each_other_end() -> None:
    rules = [rule("a.b", "b.a", id="there"), rule("b.a", "a.b", id="back")]
    assert done("a.b; b.a\n", *rules) == "b.a; a.b\n"


def test_a_rule_that_grows_its_own_match_ends() -> None:
    assert done("old(old(x))\n", rule("old($A)", "old(w(old($A)))")).count("w(") == 2


def test_equal_edits_of_two_rules_are_made_once() -> None:
    result = run("old(1)\n", rule("old", "new", id="short"), rule("old($A)", "new($A)", id="long"))
    assert result.source == b"new(1)\n"
    assert [site.rule_id for site in result.sites] == ["short"]


# keys


@pytest.mark.parametrize(
    "source",
    [
        "q.old(1).old(2).old(3)\n",
        "old(1); old(1); old(old(2))\n",
        "wrap(wrap(old(wrap(x))))\n",
        "f(old(1), f(old(2), t(old(3))))\n",
        "t(t(old(1)))\n",
    ],
)
def test_excluding_sites_leaves_out_exactly_these(source: str) -> None:
    rules = (RENAME, SWAP, TWICE, WRAP, rule("$Q.old($A)", "$Q.new($A)", id="method"))
    whole = run(source, *rules)
    keys = [site.key for site in whole.sites]
    assert len(set(keys)) == len(keys) >= 3
    for key in keys:
        part = run(source, *rules, exclude={key})
        assert [site.key for site in part.sites] == [other for other in keys if other != key]
        only = run(source, *rules, exclude=set(keys) - {key})
        assert [site.key for site in only.sites] == [key]
        assert only.sites[0].line == 1
    assert run(source, *rules, exclude=set(keys)).source == source.encode()


def test_one_link_of_a_chain_can_be_left_out() -> None:
    method = rule("$Q.old($A)", "$Q.new($A)")
    keys = [site.key for site in run("q.old(1).old(2)\n", method).sites]
    assert run("q.old(1).old(2)\n", method, exclude={keys[0]}).source == b"q.old(1).new(2)\n"
    assert run("q.old(1).old(2)\n", method, exclude={keys[1]}).source == b"q.new(1).old(2)\n"


def test_an_excluded_site_stays_as_it_is_in_text_that_moves() -> None:
    keys = {site.rule_id: site.key for site in run("f(old(1), b)\n", RENAME, SWAP).sites}
    assert run("f(old(1), b)\n", RENAME, SWAP, exclude={keys["rename"]}).source == b"f(b, old(1))\n"
    keys = {site.rule_id: site.key for site in run("t(old(1))\n", RENAME, TWICE).sites}
    assert run("t(old(1))\n", RENAME, TWICE, exclude={keys["rename"]}).source == b"t2(old(1), old(1))\n"


def test_a_site_that_was_put_off_keeps_its_key() -> None:
    rules = [rule("a.b", "a.c", id="first"), rule("a.$N($X)", "z.$N($X, b)", id="second")]
    source = "q; a.b(1)\n"
    together = {site.rule_id: site.key for site in run(source, *rules).sites}
    alone = {site.rule_id: site.key for site in run(source, *rules, exclude={together["first"]}).sites}
    assert alone["second"] == together["second"]
    assert run(source, *rules, exclude={together["second"]}).source == b"q; a.c(1)\n"


TERMS = st.recursive(
    st.sampled_from(["x", "y"]),
    lambda inner: st.one_of(
        inner.map(lambda a: f"old({a})"),
        inner.map(lambda a: f"wrap({a})"),
        inner.map(lambda a: f"t({a})"),
        st.tuples(inner, inner).map(lambda pair: f"f({pair[0]}, {pair[1]})"),
    ),
    max_leaves=6,
)


@given(TERMS)
@settings(max_examples=60, deadline=None)
def test_any_nesting_comes_out_as_the_rules_say(term: str) -> None:
    """As if each call were rewritten by itself, from the inside out."""

    def expected(source: str) -> str:
        names = {"old": lambda a: f"new({a})", "wrap": lambda a: f"{a}.done()", "t": lambda a: f"t2({a}, {a})"}
        if "(" not in source:
            return source
        name, _, rest = source.partition("(")
        inner = rest[:-1]
        if name in names:
            return names[name](expected(inner))
        depth = 0
        for at, char in enumerate(inner):
            depth += (char == "(") - (char == ")")
            if char == "," and not depth:
                return f"f({expected(inner[at + 2 :])}, {expected(inner[:at])})"
        raise AssertionError(source)

    assert done(f"{term}\n", RENAME, SWAP, TWICE, WRAP) == f"{expected(term)}\n"


# scopes


def test_code_inside_interpolated_strings() -> None:
    assert done("f'{old(1)} old(2) {d[old(x)]:>{old(3)}}'\n", RENAME) == "f'{new(1)} old(2) {d[new(x)]:>{new(3)}}'\n"
    assert done("f'''{old(f\"{old(1)}\")}'''\n", RENAME) == "f'''{new(f\"{new(1)}\")}'''\n"
    script = rule("old($A)", "fresh($A)", "javascript")
    assert done("x = `${old(1)} old(2) ${`${old(3)}`}`;\n", script) == "x = `${fresh(1)} old(2) ${`${fresh(3)}`}`;\n"
    assert done('x="$(old a) old"\n', rule("old a", "fresh a", "bash")) == 'x="$(fresh a) old"\n'


def test_comments_and_strings_are_scopes_of_their_own() -> None:
    source = "old = 'the old name'  # the old name, older\n"
    assert done(source, rule("old", "new")) == "new = 'the old name'  # the old name, older\n"
    assert done(source, rule("old", "new", scope="comments")) == "old = 'the old name'  # the new name, older\n"
    assert done(source, rule("the old", "a new", scope="strings")) == "old = 'a new name'  # the old name, older\n"


def test_words_of_comments_beyond_ascii() -> None:
    assert done("# größe—old ist\nx\n", rule("größe—old", "weite—neu", scope="comments")) == "# weite—neu ist\nx\n"


def test_a_match_in_comments_does_not_cross_from_one_to_the_next() -> None:
    assert done("# the old\n# name\n", rule("old # name", "x", scope="comments")) == "# the old\n# name\n"


# already there


@pytest.mark.parametrize(
    ("pattern", "rewrite", "source"),
    [
        ("JSX", "React.JSX", "a: React.JSX = b\n"),
        ("def old", "@new\ndef old", "@new\ndef old(): ...\n"),
        ("f($$$A)", "f($$$A, x=1)", "f(a, x=1)\nf(x=1)\n"),
        ("old()", "old()\nmore()", "old()\nmore()\n"),
    ],
)
def test_a_site_that_was_migrated_before_is_left_alone(pattern: str, rewrite: str, source: str) -> None:
    assert run(source, rule(pattern, rewrite)).sites == ()


@pytest.mark.parametrize("given_rule", [RENAME, SWAP, TWICE, WRAP])
def test_a_text_without_sites_stays_the_same_object(given_rule: object) -> None:
    source = b"other(1)\n"
    assert run(source, given_rule).source is source  # type: ignore[arg-type]


def test_rules_of_other_languages_and_low_confidence_do_not_run() -> None:
    weak = rule("old", "new", evidence=Evidence(confidence=0.4))
    assert done("old\n", weak, minimum_confidence=0.5) == "old\n"
    assert done("old\n", weak, minimum_confidence=0.4) == "new\n"
    assert done("old\n", rule("older", "x"), rule("old", "new", "java")) == "old\n"


def test_sites_say_where_they_are() -> None:
    result = run("# é\n\nx = old(\n    1)\n", RENAME)
    (site,) = result.sites
    assert (site.rule_id, site.line, site.before, site.after) == ("rename", 3, "old(\n    1)", "new(\n    1)")
    assert (site.start, site.end) == (10, 21)


def test_a_derived_metavariable() -> None:
    snake = Transform(source="A", operation="convert", arguments={"toCase": "snakeCase"})
    assert done("x.getAll(1)\n", rule("x.$A($B)", "x.$N($B)", transform={"N": snake})) == "x.get_all(1)\n"
