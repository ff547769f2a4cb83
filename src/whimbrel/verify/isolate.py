"""Group testing: find the edits that the checks reject, keep the rest, with few runs.

**Invariant.** ``accepted`` is at every moment a set that was run as a whole, together, and passed. It only grows, and
only to a larger set that passed. So whatever the edits do to one another, what is returned is what was seen to pass.

**Search.** All units at once first: most migrations end there. Otherwise a prefix of what is pending is run on top of
``accepted``. When it fails, the shortest failing prefix is found by bisection (each half that passes is accepted on
the way), and its last unit is the culprit: everything before it passes without it and fails with it. After that the
next prefix is sized by what was learnt: the units that share a ``kin`` (a rule, say) with blamed ones have become
riskier, and the longest prefix that will more likely pass than not is taken, at least twice as long as the last one
that passed. With few culprits this costs about log2 n runs for each (generalised binary splitting, Hwang 1972); when
every unit of a rule is bad the prefix shrinks to one unit and the cost falls to that of one-by-one testing, the
optimum there. Pending units are ordered by risk, least first, so that a bisection ends near the risky ones.

**Flaky checks.** Bisection ends with a run of the blamed unit on top of ``accepted``. Unless one of its failures was
seen in another run with that unit, and in none without it, this run is repeated before the unit is rejected. When it
passes now, it runs once more: two passes against one failure keep the unit. If any such contradiction was seen, the
whole accepted set is run once more at the end; should it fail, everything is isolated again, once, starting from
nothing.

**Interactions.** Two units that fail only together: the later one is rejected. Units that pass only together are seen
by their failures: a unit whose own run fails in a way in which the run of everything did not fail is missing a
partner. Such suspects get a second chance: all of them together, the ones of one kin together, each alone on top of
what is accepted now, each left out, each pair (the last two only when there are few).

**Bound.** With monotone checks, N units and F culprits: at most ``probe_bound(N, F)`` runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from itertools import combinations
from typing import Generic

from whimbrel.verify.baseline import Accepted, Judgement, Rejected
from whimbrel.verify.isolation import FEW, Blame, Isolation, Probe, U

_THRESHOLD = 0.5
"""A set is made no larger when it would pass less likely than this."""

_ATTEMPTS = 10
"""Attempt numbers that one isolation uses; the second one starts above them."""

_PRIOR_WEIGHT = 2.0
"""How many observed units a unit's own risk is worth."""


def isolate(
    units: Sequence[U],
    probe: Probe[U],
    *,
    risk: Callable[[U], float] = lambda unit: 0.05,
    kin: Callable[[U], Hashable] = lambda unit: None,
    give_up_after: int = 0,
    limit: int = 0,
) -> Isolation[U]:
    """Split ``units`` into those that pass together and those to blame.

    Args:
        units: distinct; the empty set must pass (that is the baseline).
        probe: runs the checks on a set.
        risk: probability that a unit is bad, before anything was run.
        kin: units of one kin are likely to be bad together (their rule).
        give_up_after: when so many of one kin were blamed and none accepted, the rest of that kin is rejected unseen;
            0: never.
        limit: the most runs; what is undecided then is rejected unseen. 0: no limit.
    """
    return _Isolator(list(units), probe, risk, kin, give_up_after, limit).run()


class _OutOfRuns(Exception):
    """The limit was reached."""


class _Isolator(Generic[U]):
    """The state of one isolation."""

    def __init__(
        self,
        units: list[U],
        probe: Probe[U],
        risk: Callable[[U], float],
        kin: Callable[[U], Hashable],
        give_up_after: int,
        limit: int,
    ) -> None:
        self._units = units
        self._probe = probe
        self._own_risk = {unit: min(max(risk(unit), 0.001), 0.999) for unit in units}
        self._kin = {unit: kin(unit) for unit in units}
        self._give_up_after = give_up_after
        self._limit = limit
        self._probes = 0
        self._memory: dict[frozenset[U], Judgement] = {}
        self._accepted: frozenset[U] = frozenset()
        self._blamed: dict[U, Blame[U]] = {}
        self._kin_bad: dict[Hashable, int] = defaultdict(int)
        self._kin_good: dict[Hashable, int] = defaultdict(int)
        self._flaky: set[str] = set()
        self._first_attempt = 0
        self._failed: list[tuple[frozenset[U], frozenset[str]]] = []

    def run(self) -> Isolation[U]:
        """All phases; when the runs are used up, what is undecided is rejected."""
        try:
            self._split(self._ordered())
            self._second_chances()
            self._confirm()
        except _OutOfRuns:
            self._reject_undecided("not decided: the limit of check runs was reached")
        return Isolation(
            accepted=tuple(unit for unit in self._units if unit in self._accepted),
            rejected=tuple(self._blamed[unit] for unit in self._units if unit in self._blamed),
            probes=self._probes,
            flaky=tuple(sorted(self._flaky)),
        )

    # running

    def _judge(self, units: frozenset[U], attempt: int = 0) -> Judgement:
        """Run a set, or remember what came of it; a passing larger set becomes the accepted one."""
        if not units:
            return Accepted()
        if attempt == 0 and units in self._memory:
            return self._memory[units]
        if self._limit and self._probes >= self._limit:
            raise _OutOfRuns
        self._probes += 1
        judgement = self._probe(units, self._first_attempt + attempt)
        self._memory[units] = judgement
        if isinstance(judgement, Rejected):
            self._failed.append((units, judgement.failures or frozenset()))
        elif units > self._accepted:
            self._accept(units)
        return judgement

    def _accept(self, units: frozenset[U]) -> None:
        for unit in units - self._accepted:
            self._kin_good[self._kin[unit]] += 1
            self._blamed.pop(unit, None)
        self._accepted = units

    def _passes(self, units: frozenset[U]) -> bool:
        return isinstance(self._judge(units), Accepted)

    # splitting

    def _ordered(self) -> list[U]:
        """Least risk first, kin together, otherwise as given."""
        kin_risk: dict[Hashable, float] = {}
        for unit in self._units:
            kin = self._kin[unit]
            kin_risk[kin] = max(kin_risk.get(kin, 0.0), self._own_risk[unit])
        rank = {kin: number for number, kin in enumerate(kin_risk)}
        return sorted(self._units, key=lambda u: (kin_risk[self._kin[u]], rank[self._kin[u]], self._own_risk[u]))

    def _split(self, pending: list[U]) -> None:
        """Decide every pending unit."""
        step = len(pending)
        while pending:
            chunk = pending[: self._length(pending, step)]
            if self._passes(self._accepted | frozenset(chunk)):
                pending = pending[len(chunk) :]
                step = 2 * len(chunk)
                continue
            culprit = self._shortest_failing(chunk)
            pending = pending[pending.index(culprit) + 1 :]
            if not self._settle(culprit):
                pending = self._give_up(self._kin[culprit], pending)
            step = 1

    def _length(self, pending: list[U], at_least: int) -> int:
        """How many of the first pending units to run at once."""
        probability, length = 1.0, 0
        for unit in pending:
            probability *= 1.0 - self._risk(unit)
            if probability < _THRESHOLD and length >= at_least:
                break
            length += 1
        return max(length, 1)

    def _risk(self, unit: U) -> float:
        """The unit's own risk, moved by what became of its kin."""
        kin = self._kin[unit]
        bad, good = self._kin_bad[kin], self._kin_good[kin]
        return (self._own_risk[unit] * _PRIOR_WEIGHT + bad) / (_PRIOR_WEIGHT + bad + good)

    def _shortest_failing(self, chunk: list[U]) -> U:
        """The last unit of the shortest failing prefix on top of ``accepted``; all of ``chunk`` is known to fail."""
        base = self._accepted
        low, high = 0, len(chunk)  # base + chunk[:low] passes, base + chunk[:high] fails
        while high - low > 1:
            middle = self._middle(chunk, low, high)
            if self._passes(base | frozenset(chunk[:middle])):
                low = middle
            else:
                high = middle
        return chunk[low]

    def _middle(self, chunk: list[U], low: int, high: int) -> int:
        """Where half of the risk lies on either side, but never with less than a quarter of the units on one."""
        risks = [self._risk(unit) for unit in chunk[low:high]]
        half, middle, total = sum(risks) / 2, low, 0.0
        for value in risks:
            middle += 1
            total += value
            if total >= half:
                break
        quarter = max((high - low) // 4, 1)
        return min(max(middle, low + quarter), high - quarter)

    # blaming

    def _settle(self, unit: U) -> bool:
        """Confirm a blamed unit by runs of its own; whether it was accepted after all."""
        alone = self._accepted | {unit}
        first = self._judge(alone)
        if isinstance(first, Accepted):
            return True
        if self._seen_twice(unit, first):
            self._blame(unit, first)
            return False
        second = self._judge(alone, attempt=1)
        if isinstance(second, Rejected):
            self._blame(unit, second)
            return False
        self._flaky.add(first.check)
        third = self._judge(alone, attempt=2)
        if isinstance(third, Rejected):
            self._take_back(alone, unit)
            self._blame(unit, third)
            return False
        return True

    def _seen_twice(self, unit: U, rejected: Rejected) -> bool:
        """Whether one of these failures was in another run with the unit, and in no run without it."""
        failures = rejected.failures or frozenset()
        with_unit = [shown for units, shown in self._failed if unit in units]
        without = frozenset().union(*(shown for units, shown in self._failed if unit not in units))
        return any(sum(failure in shown for shown in with_unit) > 1 for failure in failures - without)

    def _take_back(self, units: frozenset[U], unit: U) -> None:
        """A set passed by luck: the one before it is the accepted one again."""
        if self._accepted == units:
            self._accepted = units - {unit}
            self._kin_good[self._kin[unit]] -= 1

    def _blame(self, unit: U, rejected: Rejected) -> None:
        self._blamed[unit] = Blame(unit=unit, rejected=rejected)
        self._kin_bad[self._kin[unit]] += 1

    def _give_up(self, kin: Hashable, pending: list[U]) -> list[U]:
        """What stays pending; without the rest of a kin of which only bad ones were seen."""
        bad = self._kin_bad[kin]
        if not self._give_up_after or bad < self._give_up_after or self._kin_good[kin]:
            return pending
        example = next(blame.rejected for unit, blame in self._blamed.items() if self._kin[unit] == kin)
        reason = f"not tried: all {bad} of its kind that were tried are rejected ({example.reason})"
        for unit in pending:
            if self._kin[unit] == kin:
                given_up = Rejected(check=example.check, reason=reason, tail=example.tail)
                self._blamed[unit] = Blame(unit=unit, rejected=given_up, tested=False)
        return [unit for unit in pending if unit not in self._blamed]

    def _reject_undecided(self, reason: str) -> None:
        for unit in self._units:
            if unit not in self._accepted and unit not in self._blamed:
                self._blamed[unit] = Blame(unit=unit, rejected=Rejected(check="", reason=reason, tail=""), tested=False)

    # interactions

    def _second_chances(self) -> None:
        """Try the blamed units that may only lack a partner."""
        suspects = self._suspects()
        if not suspects or not self._accepted_or_many(suspects):
            return
        for group in self._groups(suspects):
            self._passes(self._accepted | frozenset(group))
        suspects = self._suspects()
        if len(suspects) <= FEW:
            for pair in combinations(suspects, 2):
                if not self._accepted.issuperset(pair):
                    self._passes(self._accepted | frozenset(pair))

    def _accepted_or_many(self, suspects: list[U]) -> bool:
        """Whether there is any set that was not run yet: a lone suspect on an unchanged base was just confirmed."""
        return len(suspects) > 1 or (self._accepted | {suspects[0]}) not in self._memory

    def _groups(self, suspects: list[U]) -> list[list[U]]:
        """Sets of suspects to try, the most promising first."""
        by_kin: dict[Hashable, list[U]] = defaultdict(list)
        for unit in suspects:
            by_kin[self._kin[unit]].append(unit)
        groups = [suspects, *(by_kin.values() if len(by_kin) > 1 else ())]
        tested = [unit for unit in suspects if self._blamed[unit].tested]
        if len(tested) <= FEW:
            groups += [[other for other in suspects if other != unit] for unit in tested if len(suspects) > 2]
        groups += [[unit] for unit in tested]
        return groups

    def _suspects(self) -> list[U]:
        """Blamed units whose failures the run of everything did not show; without readable output, a few units."""
        everything = self._memory.get(frozenset(self._units))
        shown = everything.failures if isinstance(everything, Rejected) else None
        check = everything.check if isinstance(everything, Rejected) else ""
        unread = [unit for unit in self._units if unit in self._blamed]
        certain: list[U] = []
        for unit in unread:
            own = self._blamed[unit].rejected
            if shown is not None and own.failures is not None and own.check == check and not own.failures <= shown:
                certain.append(unit)
        if certain:
            kins = {self._kin[unit] for unit in certain}
            return [u for u in unread if u in certain or (not self._blamed[u].tested and self._kin[u] in kins)]
        known = all(self._blamed[u].rejected.failures is not None for u in unread if self._blamed[u].tested)
        if (shown is not None and known) or len(unread) > FEW:
            return []
        return unread

    # the end

    def _confirm(self) -> None:
        """After contradictions: the accepted set once more, and everything again should it fail."""
        if not self._flaky or not self._accepted:
            return
        again = self._judge(self._accepted, attempt=3)
        if isinstance(again, Accepted):
            return
        self._restart()
        if self._accepted and isinstance(self._judge(self._accepted, attempt=4), Rejected):
            for unit in self._units:
                if unit in self._accepted:
                    self._blamed[unit] = Blame(unit=unit, rejected=again, tested=False)
            self._accepted = frozenset()

    def _restart(self) -> None:
        """Isolate what was accepted from nothing, with nothing remembered."""
        pending = [unit for unit in self._ordered() if unit in self._accepted]
        self._accepted = frozenset()
        self._memory.clear()
        self._kin_good.clear()
        self._first_attempt += _ATTEMPTS
        self._split(pending)
