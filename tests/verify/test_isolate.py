"""Properties of group testing, with the checks played by a function over sets (the search itself is what is tested)."""

from __future__ import annotations

import random
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from whimbrel.verify import Accepted, Isolation, Judgement, Rejected, isolate, probe_bound


class World:
    """Checks over sets of numbers: single culprits, pairs that clash, pairs that need one another."""

    def __init__(
        self,
        culprits: set[int],
        clashes: set[tuple[int, int]] = frozenset(),  # type: ignore[assignment]
        needs: set[tuple[int, int]] = frozenset(),  # type: ignore[assignment]
        readable: bool = True,
    ) -> None:
        self.culprits, self.clashes, self.needs, self.readable = culprits, clashes, needs, readable
        self.runs: list[frozenset[int]] = []

    def failures(self, units: frozenset[int]) -> frozenset[str]:
        found = {f"culprit {unit}" for unit in units & self.culprits}
        found |= {f"clash {a} {b}" for a, b in self.clashes if a in units and b in units}
        found |= {f"broken {a} {b}" for a, b in self.needs if (a in units) != (b in units)}
        return frozenset(found)

    def __call__(self, units: frozenset[int], attempt: int) -> Judgement:
        self.runs.append(units)
        failures = self.failures(units)
        if not failures:
            return Accepted()
        shown = failures if self.readable else None
        return Rejected(check="tests", reason=min(failures), tail="", failures=shown)


def run(world: World, count: int, **options: object) -> Isolation[int]:
    result = isolate(list(range(count)), world, **options)  # type: ignore[arg-type]
    blamed = [blame.unit for blame in result.rejected]
    assert sorted([*result.accepted, *blamed]) == list(range(count)), "every unit is decided once"
    assert not world.failures(frozenset(result.accepted)), "what is kept passes"
    assert result.probes == len(world.runs)
    return result


sets_of_units = st.integers(1, 120).flatmap(
    lambda count: st.tuples(st.just(count), st.sets(st.integers(0, count - 1), max_size=8))
)


@given(sets_of_units, st.booleans())
@settings(max_examples=300, deadline=None)
def test_independent_culprits_are_all_found_and_nobody_else(case: tuple[int, set[int]], readable: bool) -> None:
    count, culprits = case
    result = run(World(culprits, readable=readable), count)
    assert {blame.unit for blame in result.rejected} == culprits
    assert result.probes <= probe_bound(count, len(culprits))


@given(sets_of_units, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_any_risks_and_kins_give_the_same_answer(case: tuple[int, set[int]], rng: random.Random) -> None:
    count, culprits = case
    risks = [rng.random() for _ in range(count)]
    kins = [rng.randrange(4) for _ in range(count)]
    result = run(World(culprits), count, risk=risks.__getitem__, kin=kins.__getitem__)
    assert {blame.unit for blame in result.rejected} == culprits
    assert result.probes <= probe_bound(count, len(culprits))


pairs = st.sets(st.tuples(st.integers(0, 19), st.integers(0, 19)).filter(lambda pair: pair[0] < pair[1]), max_size=4)


@given(st.integers(20, 40), st.sets(st.integers(0, 19), max_size=3), pairs, pairs, st.booleans())
@settings(max_examples=300, deadline=None)
def test_what_is_kept_passes_whatever_the_units_do_to_one_another(
    count: int, culprits: set[int], clashes: set[tuple[int, int]], needs: set[tuple[int, int]], readable: bool
) -> None:
    result = run(World(culprits, clashes, needs, readable), count)
    involved = culprits | {unit for pair in clashes | needs for unit in pair}
    assert {blame.unit for blame in result.rejected} <= involved, "a unit that has to do with nothing is never rejected"


@given(st.integers(5, 60), st.data())
@settings(max_examples=200, deadline=None)
def test_a_pair_that_passes_only_together_survives_a_culprit(count: int, data: st.DataObject) -> None:
    first, second, bad = data.draw(st.lists(st.integers(0, count - 1), min_size=3, max_size=3, unique=True))
    result = run(World({bad}, needs={(first, second)}), count)
    assert [blame.unit for blame in result.rejected] == [bad]


def test_a_definition_and_its_callers_survive_a_culprit() -> None:
    needs = {(10, caller) for caller in range(11, 18)} | {(11, caller) for caller in range(12, 18)}
    result = run(World({40}, needs=needs), 80)
    assert [blame.unit for blame in result.rejected] == [40]


def test_one_run_when_all_is_well() -> None:
    assert run(World(set()), 1000).probes == 1


def test_few_culprits_in_many_units_cost_about_log_n_each() -> None:
    assert run(World({500}), 1000).probes <= 20
    assert run(World({100, 500, 900}), 1000).probes <= 60


def test_dense_culprits_cost_no_more_than_one_by_one() -> None:
    assert run(World(set(range(100))), 100).probes <= 2 * 100 + 20


def test_a_bad_kin_is_given_up_after_some() -> None:
    world = World(set(range(300)))
    result = run(world, 600, kin=lambda unit: unit < 300, give_up_after=8)
    assert {blame.unit for blame in result.rejected} == set(range(300))
    assert sum(blame.tested for blame in result.rejected) == 8
    assert result.probes <= 60


def test_risky_units_come_last() -> None:
    world = World({3})
    assert run(world, 1024, risk=lambda unit: 0.6 if unit == 3 else 0.01).probes <= 14


def test_the_limit_of_runs_keeps_only_what_passed() -> None:
    result = run(World(set(range(0, 400, 7))), 400, limit=25)
    assert result.probes == 25
    assert any(not blame.tested for blame in result.rejected)


class Flaky(World):
    """The same, but a good set fails now and then."""

    def __init__(self, culprits: set[int], rate: float, seed: int) -> None:
        super().__init__(culprits)
        self._random = random.Random(seed)
        self._rate = rate

    def __call__(self, units: frozenset[int], attempt: int) -> Judgement:
        judgement = super().__call__(units, attempt)
        if isinstance(judgement, Accepted) and self._random.random() < self._rate:
            return Rejected(check="tests", reason="bad luck", tail="", failures=frozenset({"bad luck"}))
        return judgement


def test_flaky_checks_do_not_cost_innocent_units() -> None:
    wrong = 0
    seen: list[tuple[str, ...]] = []
    for seed in range(200):
        world = Flaky({17, 60}, 0.05, seed)
        result = isolate(list(range(100)), world)
        assert not world.failures(frozenset(result.accepted))
        wrong += len({blame.unit for blame in result.rejected} - {17, 60})
        seen.append(result.flaky)
    assert wrong <= 20, "out of 19,600 innocent units"
    assert any(seen)


def test_attempts_of_one_set_are_numbered() -> None:
    asked: list[tuple[frozenset[int], int]] = []

    def probe(units: frozenset[int], attempt: int) -> Judgement:
        asked.append((units, attempt))
        return Rejected(check="c", reason="r", tail="", failures=frozenset({"f"})) if 1 in units else Accepted()

    answer: Callable[[frozenset[int], int], Judgement] = probe
    isolate([0, 1, 2], answer)
    assert len(asked) == len(set(asked)), "no set is run twice under the same number"
