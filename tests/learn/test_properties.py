"""Properties that hold whatever is learnt: identity, idempotence, edits that do not disturb each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from whimbrel.learn import Example, learn
from whimbrel.rules import Rule, RuleSet, dump_rules, parse_rules, rewrite
from whimbrel.syntax import count_errors, language_named
from whimbrel.text import Edit, OffsetMap, OverlappingEditsError, apply_edits

PYTHON = language_named("python")
BYTES = st.binary(max_size=12)
NAMES = st.sampled_from(["a", "total", "old", "old_rate", "rate", "self.x"])
LEAVES = st.one_of(NAMES, st.sampled_from(["1", "'old(1)'", '"x"', "None", "-2", "[]"]))


def calls(arguments: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Python expressions that contain other expressions."""
    function = st.sampled_from(["old", "older", "f", "old.g", "m.old", "new"])
    call = st.builds(lambda name, args: f"{name}({', '.join(args)})", function, st.lists(arguments, max_size=3))
    two = st.tuples(arguments, arguments)
    others = st.one_of(
        two.map(lambda pair: f"{pair[0]} + {pair[1]}"),
        two.map(lambda pair: f"[{pair[0]}, {pair[1]}]"),
        two.map(lambda pair: f"{{'k': {pair[0]}, **{pair[1]}}}"),
        arguments.map(lambda inner: f"({inner})[0]"),
        arguments.map(lambda inner: f"(lambda old_: {inner})"),
    )
    return st.one_of(call, call, others)


EXPRESSIONS = st.recursive(LEAVES, calls, max_leaves=12)
STATEMENTS = st.one_of(
    EXPRESSIONS.map(lambda value: f"{value}\n"),
    EXPRESSIONS.map(lambda value: f"result = {value}  # old(1)\n"),
    EXPRESSIONS.map(lambda value: f"if {value}:\n    return_(old,\n            {value})\n"),
)


@st.composite
def programs(draw: st.DrawFn) -> bytes:
    """A few statements."""
    return "".join(draw(st.lists(STATEMENTS, min_size=1, max_size=5))).encode()


PROGRAMS = programs()

RENAME = learn(
    [
        Example(
            path="a.py",
            before=b"from lib import old\n\nx = old(1)\ny = f(old(a, b))\nprint(older(1), x)\n",
            after=b"from lib import new\n\nx = new(1)\ny = f(new(a, b))\nprint(older(1), x)\n",
        )
    ]
).rules


def run(rules: RuleSet, source: bytes) -> bytes:
    """The source, rewritten."""
    return rewrite(source, rules=rules, language=PYTHON).source


# edits


def naive(source: bytes, edits: list[Edit]) -> bytes:
    """One edit after the other, the last one first."""
    for edit in sorted(edits, reverse=True):
        source = source[: edit.start] + edit.replacement + source[edit.end :]
    return source


@st.composite
def sources_with_edits(draw: st.DrawFn) -> tuple[bytes, list[Edit]]:
    """A source, and edits of it that do not overlap."""
    source = draw(st.binary(max_size=60))
    cuts = sorted(draw(st.lists(st.integers(0, len(source)), max_size=12)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    edits = [Edit(start, end, draw(BYTES)) for start, end in pairs]
    kept: list[Edit] = []
    for edit in edits:
        if not kept or (edit.start >= kept[-1].end and (edit.start, edit.end) != (kept[-1].start, kept[-1].end)):
            kept.append(edit)
    return source, kept


@given(case=sources_with_edits())
def test_edits_are_applied_as_if_one_by_one(case: tuple[bytes, list[Edit]]) -> None:
    """All at once gives what one after the other gives."""
    source, edits = case
    assert apply_edits(source, edits) == naive(source, edits)


@given(case=sources_with_edits(), order=st.randoms())
def test_disjoint_edits_commute(case: tuple[bytes, list[Edit]], order: object) -> None:
    """Their order does not matter, nor whether they come in two lots."""
    source, edits = case
    shuffled = list(edits)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    expected = apply_edits(source, edits)
    assert apply_edits(source, shuffled) == expected
    late, early = edits[len(edits) // 2 :], edits[: len(edits) // 2]
    assert apply_edits(apply_edits(source, late), early) == expected


@given(case=sources_with_edits())
def test_bytes_outside_the_edits_stay(case: tuple[bytes, list[Edit]]) -> None:
    """What lies between edits is there afterwards, and the map finds the way back to it."""
    source, edits = case
    done, back = apply_edits(source, edits), OffsetMap(edits)
    shift, at = 0, 0
    for edit in [*edits, Edit(len(source), len(source), b"")]:
        assert done[at + shift : edit.start + shift] == source[at : edit.start]
        for offset in range(at, edit.start):
            assert back.back(offset + shift) == offset
        shift += len(edit.replacement) - (edit.end - edit.start)
        at = edit.end


@given(start=st.integers(0, 5), length=st.integers(1, 5), other=st.integers(0, 4))
def test_overlapping_edits_are_refused(start: int, length: int, other: int) -> None:
    """No winner is picked silently."""
    assume(other < length)
    edits = [Edit(start, start + length, b"x"), Edit(start + other, start + length + 1, b"y")]
    with pytest.raises(OverlappingEditsError):
        apply_edits(b"0123456789abcdef", edits)


# rules


@settings(deadline=None, max_examples=80)
@given(program=PROGRAMS)
def test_a_rule_that_changes_nothing_changes_nothing(program: bytes) -> None:
    """Substitute after match is the identity."""
    patterns = ["old($$$A)", "$A + $B", "f($A, $$$B)", "[$A, $B]", "result = $A", "$X.old($$$A)"]
    rules = RuleSet(
        rules=tuple(
            Rule(id=f"same-{number}", language="python", pattern=pattern, rewrite=pattern)
            for number, pattern in enumerate(patterns)
        )
    )
    done = rewrite(program, rules=rules, language=PYTHON)
    assert done.source == program
    assert done.sites == ()


@settings(deadline=None, max_examples=80)
@given(program=PROGRAMS)
def test_rewriting_to_another_name_and_back(program: bytes) -> None:
    """A rename can be undone by its mirror, where the new name was not there before."""
    assume(b"zebra" not in program and count_errors(program, PYTHON) == 0)
    there = RuleSet(rules=(Rule(id="there", language="python", pattern="old($$$A)", rewrite="zebra($$$A)"),))
    back = RuleSet(rules=(Rule(id="back", language="python", pattern="zebra($$$A)", rewrite="old($$$A)"),))
    assert run(back, run(there, program)) == program


@settings(deadline=None, max_examples=80)
@given(program=PROGRAMS)
def test_a_learnt_rename_is_idempotent(program: bytes) -> None:
    """Twice is once, the result parses as well as before, and strings and comments stay."""
    once = run(RENAME, program)
    assert run(RENAME, once) == once
    assert count_errors(once, PYTHON) <= count_errors(program, PYTHON)
    assert once.count(b"'old(1)'") == program.count(b"'old(1)'")
    assert once.count(b"# old(1)") == program.count(b"# old(1)")
    assert once.count(b"older(") == program.count(b"older(")


@settings(deadline=None, max_examples=60)
@given(program=PROGRAMS)
def test_rules_do_the_same_after_yaml(program: bytes) -> None:
    """Written and read again, they rewrite alike."""
    again = parse_rules(dump_rules(RENAME), "again")
    assert run(again, program) == run(RENAME, program)


@settings(deadline=None, max_examples=60)
@given(program=PROGRAMS, data=st.data())
def test_sites_are_independent(program: bytes, data: st.DataObject) -> None:
    """Leaving out some sites leaves out these and no others; leaving out all changes nothing.

    The imports of a file follow its other sites.
    """
    whole = rewrite(program, rules=RENAME, language=PYTHON)
    keys = [site.key for site in whole.sites if site.rule_id != "imports"]
    assert len(set(keys)) == len(keys)
    chosen = data.draw(st.sets(st.sampled_from(keys))) if keys else set()
    part = rewrite(program, rules=RENAME, language=PYTHON, exclude=chosen)
    assert {site.key for site in part.sites if site.rule_id != "imports"} == set(keys) - chosen
    assert rewrite(program, rules=RENAME, language=PYTHON, exclude=set(keys)).source == program


@settings(deadline=None, max_examples=60)
@given(program=PROGRAMS)
def test_the_prefilter_is_sound(program: bytes) -> None:
    """A file that is filtered out has no site."""
    if not RENAME.may_match(program, PYTHON):
        assert run(RENAME, program) == program


@settings(deadline=None, max_examples=30)
@given(old=st.sampled_from(["fetch", "load_all"]), values=st.lists(EXPRESSIONS, min_size=2, max_size=4))
def test_what_is_learnt_explains_its_examples(old: str, values: list[str]) -> None:
    """The rules turn the example's before into its after, or say which edits they do not explain."""
    before = "".join(f"v{number} = lib.{old}({value})\n" for number, value in enumerate(values)).encode()
    after = before.replace(f"lib.{old}(".encode(), b"lib.renamed(")
    assume(count_errors(before, PYTHON) == 0)
    learned = learn([Example(path="a.py", before=before, after=after)])
    if not learned.unexplained:
        assert run(learned.rules, before) == after
    assert run(learned.rules, after) == after


def test_rules_are_values() -> None:
    """A rule set that is equal rewrites equally, whatever was compiled before."""
    copy = replace(RENAME, rules=tuple(RENAME.rules))
    assert run(copy, b"old(1)\n") == run(RENAME, b"old(1)\n") != b"old(1)\n"
