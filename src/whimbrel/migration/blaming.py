"""From planned sites to those that the checks accept together.

A unit of group testing is one site. When there are very many, it is first all sites of one rule in one file; the units
that are blamed are then taken apart, on top of what is already accepted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from whimbrel.ledger import SiteRecord
from whimbrel.migration.materials import SiteId
from whimbrel.migration.prober import Prober
from whimbrel.verify import Blame, Isolation, Judgement, Rejected, isolate

SINGLE_UP_TO = 5000
"""Up to so many sites each is a unit from the start."""

GIVE_UP_AFTER = 12
"""When so many sites of a rule were blamed and none was accepted, the rest of the rule is not tried."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Sites that are accepted or rejected together."""

    rule_id: str
    sites: tuple[SiteId, ...]
    risk: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Blaming:
    """Every planned site, accepted or with what speaks against it."""

    accepted: frozenset[SiteId]
    """Pass together."""
    rejected: tuple[tuple[tuple[SiteId, ...], Rejected], ...]
    """Sites, and why they are not kept."""
    flaky: tuple[str, ...]
    """Checks that judged the same files in two ways."""


def blame(sites: Sequence[SiteRecord], prober: Prober, *, maximum_runs: int = 0) -> Blaming:
    """Put the sites to the checks and isolate the ones to blame."""
    if len(sites) <= SINGLE_UP_TO:
        return _blaming([_isolate(_single_units(sites), prober, frozenset(), maximum_runs)])
    first = _isolate(_file_units(sites), prober, frozenset(), maximum_runs)
    accepted = frozenset(site for unit in first.accepted for site in unit.sites)
    blamed = {site for blamed in first.rejected if _divisible(blamed) for site in blamed.unit.sites}
    units = _single_units(site for site in sites if (site.path, site.key) in blamed)
    left = max(maximum_runs - first.probes, 1) if maximum_runs else 0
    return _blaming([first, _isolate(units, prober, accepted, left)])


def _isolate(units: list[Unit], prober: Prober, base: frozenset[SiteId], maximum_runs: int) -> Isolation[Unit]:
    def probe(chosen: frozenset[Unit], attempt: int, /) -> Judgement:
        return prober.judge(base.union(*(unit.sites for unit in chosen)), attempt)

    return isolate(
        units,
        probe,
        risk=lambda unit: unit.risk,
        kin=lambda unit: unit.rule_id,
        give_up_after=GIVE_UP_AFTER,
        limit=maximum_runs,
    )


def _divisible(blamed: Blame[Unit]) -> bool:
    return len(blamed.unit.sites) > 1 and blamed.tested


def _blaming(steps: Sequence[Isolation[Unit]]) -> Blaming:
    """All steps together; what a later step decided counts."""
    accepted = frozenset(site for step in steps for unit in step.accepted for site in unit.sites)
    later = {unit.sites for step in steps[1:] for unit in _units_of(step)}
    again = {site for sites in later for site in sites}
    rejected = [
        (blamed.unit.sites, blamed.rejected)
        for number, step in enumerate(steps)
        for blamed in step.rejected
        if number > 0 or not again.issuperset(blamed.unit.sites)
    ]
    flaky = tuple(sorted({name for step in steps for name in step.flaky}))
    return Blaming(accepted=accepted, rejected=tuple(rejected), flaky=flaky)


def _units_of(step: Isolation[Unit]) -> list[Unit]:
    return [*step.accepted, *(blamed.unit for blamed in step.rejected)]


def _single_units(sites: Iterable[SiteRecord]) -> list[Unit]:
    return [Unit(site.rule_id, ((site.path, site.key),), 1.0 - site.confidence) for site in sites]


def _file_units(sites: Iterable[SiteRecord]) -> list[Unit]:
    groups: dict[tuple[str, str], list[SiteRecord]] = defaultdict(list)
    for site in sites:
        groups[site.rule_id, site.path].append(site)
    return [
        Unit(rule_id, tuple((site.path, site.key) for site in group), 1.0 - min(site.confidence for site in group))
        for (rule_id, _), group in groups.items()
    ]
