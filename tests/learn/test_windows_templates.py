"""From a hunk to windows, from a window to rules in the making."""

from __future__ import annotations

import pytest

from whimbrel.learn import Example
from whimbrel.learn.examples import Side, parse_example
from whimbrel.learn.policy import DEFAULT_POLICY
from whimbrel.learn.templates import Template, TemplateMaker
from whimbrel.learn.windows import Window, windows_for
from whimbrel.rules import Rule, RuleSet, rewrite
from whimbrel.rules.compiled import compile_rule
from whimbrel.syntax import language_named, tokenize


def side_of(before: str, after: str, language: str = "python") -> Side:
    example = Example(path="a", before=before.encode(), after=after.encode())
    return parse_example(example, language_named(language), 0).sides[0]


def windows(side: Side, language: str = "python") -> list[Window]:
    return list(windows_for(side, 0, language_named(language), DEFAULT_POLICY))


def templates(before: str, after: str, language: str = "python") -> list[Template]:
    side = side_of(before, after, language)
    maker = TemplateMaker(side, language_named(language), DEFAULT_POLICY)
    found = [template for window in windows(side, language) for template in maker.make(window)]
    return list({template.key: template for template in found}.values())


def pairs(before: str, after: str, language: str = "python") -> set[tuple[str, str]]:
    return {(template.pattern, template.rewrite) for template in templates(before, after, language)}


CHANGES = [
    ("x = old(a, 1)\n", "x = new(a, 1)\n"),
    ("x = f(a, b)\n", "x = f(a, b, c=1)\n"),
    ("x = f(a, b)\n", "x = f(b)\n"),
    ("x = f(a)\n", "x = f(g(a))\n"),
    ("x = f(g(a))\n", "x = f(a)\n"),
    ("if a:\n    f(x)\n    g(x)\n", "if a:\n    f(x)\n    h(x)\n    g(x)\n"),
    ("@a\ndef f(): ...\n", "@b\n@a\ndef f(): ...\n"),
    ("f(a, b)\n", "f(b, a)\n"),
    ("os.path.exists(p)\n", "p.exists()\n"),
]


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_a_window_covers_its_hunk_and_cuts_none(before: str, after: str) -> None:
    side = side_of(before, after)
    found = windows(side)
    assert len({(window.first, window.last) for window in found}) == len(found) > 3
    for window in found:
        assert 0 <= window.first < window.last <= len(side.before)
        assert window.first <= side.hunks[0].i1
        assert side.hunks[0].i2 <= window.last
        for hunk in side.hunks:
            assert (
                hunk.i2 <= window.first or hunk.i1 >= window.last or window.first <= hunk.i1 <= hunk.i2 <= window.last
            )


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_a_window_has_the_same_surroundings_on_both_sides(before: str, after: str) -> None:
    side = side_of(before, after)
    if len(side.hunks) > 1:
        return
    old, new = side.before.texts, side.after.texts
    for window in windows(side):
        assert old[: window.first] == new[: window.start]
        assert old[window.last :] == new[window.stop :]


def test_some_window_is_the_statement() -> None:
    side = side_of("a()\nx = old(b)\nc()\n", "a()\nx = new(b)\nc()\n")
    texts = {" ".join(side.before.texts[window.first : window.last]) for window in windows(side)}
    assert {"old", "old ( b )", "x = old ( b )"} <= texts


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_templates_compile_and_reproduce_their_example_or_match_elsewhere(before: str, after: str) -> None:
    found = templates(before, after)
    reproduced = 0
    for template in found:
        rule = Rule(
            id="t",
            language="python",
            pattern=template.pattern,
            rewrite=template.rewrite,
            transform=template.transform,
        )
        compile_rule(rule)
        result = rewrite(before.encode(), rules=RuleSet(rules=(rule,)), language=language_named("python"))
        texts = tokenize(result.source, language_named("python")).code.texts
        reproduced += texts == tokenize(after.encode(), language_named("python")).code.texts
    assert reproduced >= 3


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("x = old(a, 1)\n", "x = new(a, 1)\n", ("old", "new")),
        ("f(a, b)\n", "f(a, b, c=1)\n", ("f($$$A)", "f($$$A, c=1)")),
        ("x = old(a, 1)\n", "x = new(a, 1)\n", ("old($A, $B)", "new($A, $B)")),
        ("x = old(a, 1)\n", "x = new(a, 1)\n", ("old(a, $A)", "new(a, $A)")),
        ("x = f(g(a))\n", "x = g(a)\n", ("f(g($A))", "g($A)")),
        ("os.path.exists(p)\n", "p.exists()\n", ("os.path.exists($A)", "$A.exists()")),
        ("f(a, b)\n", "f(b, a)\n", ("f($A, $B)", "f($B, $A)")),
        ("get('users')\n", "get('/api/users')\n", ("get($A)", "get($A_NEW)")),
    ],
)
def test_templates_that_must_be_among_them(before: str, after: str, wanted: tuple[str, str]) -> None:
    assert wanted in pairs(before, after)


def test_a_name_becomes_a_hole_only_by_unification() -> None:
    assert not any(pattern.startswith("$A(") for pattern, _ in pairs("f(a, 1)\n", "f(a, 2)\n"))
    side = side_of("f(a)\ng(b)\n", "f(a, 1)\ng(b, 1)\n")
    language = language_named("python")
    maker = TemplateMaker(side, language, DEFAULT_POLICY)
    first = list(windows_for(side, 0, language, DEFAULT_POLICY))
    second = list(windows_for(side, 1, language, DEFAULT_POLICY))
    made = {
        (template.pattern, template.rewrite)
        for mine in first
        for other in second
        if maker.form(mine) == maker.form(other)
        for template in [maker.unify(mine, maker, other)]
        if template is not None
    }
    assert ("$A($B", "$A($B, 1") in made


def test_brackets_balance_alike_on_both_sides() -> None:
    for pattern, rewrite_to in pairs("x = f(g(a), h(b))\n", "x = g(h(b))\n"):
        for opening, closing in ("()", "[]", "{}"):
            assert pattern.count(opening) - pattern.count(closing) == rewrite_to.count(opening) - rewrite_to.count(
                closing
            )


def test_what_is_typical_of_a_change_costs_less_than_a_local_name() -> None:
    found = {template.pattern: template for template in templates("x = old(name, 1)\n", "x = new(name, 1)\n")}
    wide, narrow = found["old($A, $B)"], found["old(name, $A)"]
    assert wide.cost + wide.habits < narrow.cost + narrow.habits
    assert wide.strength <= narrow.strength
