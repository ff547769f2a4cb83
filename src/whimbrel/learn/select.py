"""Choosing the rules: the set that describes the change at the least cost.

A hunk that no rule explains has to be written down as it is; a rule has to be written down once, and every place
where it fires against the author's will is an exception that has to be written down, too. Rules are added greedily as
long as the whole description gets shorter (minimum description length, Rissanen 1978, as a set cover).
"""

from __future__ import annotations

from dataclasses import dataclass

from whimbrel.learn.evaluate import HunkId, Outcome
from whimbrel.learn.policy import Policy
from whimbrel.rules.compiled import CompiledRule


@dataclass(slots=True, eq=False)
class Candidate:
    """A rule that may be chosen."""

    compiled: CompiledRule
    outcome: Outcome
    cost: float
    """Its description length."""
    strength: float
    """See :class:`~whimbrel.learn.templates.Template`."""
    origin: int
    """Hunks from which it was made."""

    @property
    def length(self) -> int:
        """Elements of its pattern."""
        return len(self.compiled.elements)


def select(candidates: list[Candidate], values: dict[HunkId, float], policy: Policy) -> list[Candidate]:
    """The chosen rules, in the order in which they were chosen."""
    chosen: list[Candidate] = []
    covered: set[HunkId] = set()
    by_longer: dict[HunkId, int] = {}
    pool = list(candidates)
    while pool:
        best: Candidate | None = None
        best_gain = 0.0
        keep: list[Candidate] = []
        for candidate in pool:
            fresh = {hunk for hunk in candidate.outcome.covered if hunk in values and hunk not in covered}
            if not fresh:
                continue
            keep.append(candidate)
            gain = _gain(candidate, fresh, values, by_longer, policy)
            if gain > best_gain:
                best, best_gain = candidate, gain
        pool = keep
        if best is None:
            break
        chosen.append(best)
        covered |= best.outcome.covered
        for hunk in best.outcome.covered:
            by_longer[hunk] = max(by_longer.get(hunk, 0), best.length)
        pool.remove(best)
    return chosen


def _gain(
    candidate: Candidate, fresh: set[HunkId], values: dict[HunkId, float], by_longer: dict[HunkId, int], policy: Policy
) -> float:
    outcome = candidate.outcome
    wrong = 0.0
    for hunks in outcome.wrong:
        settled = hunks and all(by_longer.get(hunk, 0) > candidate.length for hunk in hunks)
        wrong += policy.settled_share if settled else 1.0
    wrong = max(0.0, wrong - policy.tolerated * outcome.good)
    return (
        sum(values[hunk] for hunk in fresh)
        - wrong * policy.false_positive_cost
        - outcome.after * policy.after_cost
        - candidate.cost
    )


def candidate_order(candidate: Candidate) -> tuple[float, ...]:
    """Precedence among chosen rules: the longer pattern first, then the better supported."""
    return (-candidate.length, -len(candidate.outcome.covered))
