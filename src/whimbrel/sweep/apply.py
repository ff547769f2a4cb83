"""Writing planned files, each recorded first; and finishing such a run when it was killed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from whimbrel.ledger import (
    FileState,
    Ledger,
    LeftAlone,
    Migration,
    MigrationState,
    PlannedFile,
    Resumed,
    SiteRecord,
    SiteState,
    resume_files,
    write_file,
)
from whimbrel.rules import RuleSet
from whimbrel.rules.store import parse_rules
from whimbrel.sweep.candidates import Skipped, WalkOptions
from whimbrel.sweep.planfile import FilePlan
from whimbrel.sweep.planning import PlanOptions, plan

_BATCH_FILES = 64
_BATCH_BYTES = 4_000_000
"""A batch is one durable commit before its files are written, and one after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A planned file that now holds its new bytes."""

    plan: FilePlan
    """The plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What finishing a run came to, with what it had done before."""

    files: int
    """Files written."""
    sites: int
    """Sites migrated."""
    left_alone: tuple[LeftAlone, ...]
    """Files that should have been written and were not."""
    skipped: tuple[Skipped, ...]
    """Files that were not planned."""


def planned_file(plan: FilePlan) -> PlannedFile:
    """What the ledger records of a plan: sites PLANNED, refusals as REFUSED sites."""
    sites = [
        SiteRecord(
            path=plan.path,
            key=site.key,
            rule_id=site.rule_id,
            line=site.line,
            before=site.before,
            after=site.after,
            confidence=site.confidence,
        )
        for site in plan.rewrite.sites
    ]
    return PlannedFile(
        path=plan.path,
        before=plan.before,
        after=plan.rewrite.source,
        mode=plan.mode,
        sites=(*sites, *refused_sites(plan)),
    )


def refused_sites(plan: FilePlan) -> tuple[SiteRecord, ...]:
    """The refusals of a plan as sites of the ledger."""
    return tuple(
        SiteRecord(
            path=plan.path,
            key=f"refused:{number}:{refusal.rule_id}:{refusal.line}",
            rule_id=refusal.rule_id,
            line=refusal.line,
            before=refusal.before,
            after="",
            confidence=0.0,
            state=SiteState.REFUSED,
            reason=refusal.reason,
        )
        for number, refusal in enumerate(plan.refusals)
    )


def apply_plans(ledger: Ledger, migration: Migration, plans: Iterable[FilePlan]) -> Iterator[Written | LeftAlone]:
    """Record, then write, in batches and in order; plans without a change only have their refusals recorded.

    Consume it all. Whatever stops it, what was recorded can be resumed and undone.

    Raises:
        InputError: the disk is full, or nothing more can be written.
        LedgerError: the record cannot be kept, so nothing more is written.
    """
    batch: list[FilePlan] = []
    size = 0
    for planned in plans:
        batch.append(planned)
        size += len(planned.before) + len(planned.rewrite.source)
        if len(batch) >= _BATCH_FILES or size >= _BATCH_BYTES:
            yield from _apply_batch(ledger, migration, batch)
            batch, size = [], 0
    if batch:
        yield from _apply_batch(ledger, migration, batch)


def _apply_batch(ledger: Ledger, migration: Migration, batch: list[FilePlan]) -> list[Written | LeftAlone]:
    changed = [planned for planned in batch if planned.changed]
    refused = [site for planned in batch if not planned.changed for site in refused_sites(planned)]
    if refused:
        ledger.record_sites(migration.id, refused)
    if not changed:
        return []
    ledger.plan_files(migration.id, map(planned_file, changed))
    written: list[FilePlan] = []
    outcomes: list[Written | LeftAlone] = []
    try:
        for planned in changed:
            outcome = _write(migration.root, planned)
            outcomes.append(outcome)
            if isinstance(outcome, Written):
                written.append(planned)
            else:
                _leave_alone(ledger, migration, planned, outcome)
    finally:
        _mark_written(ledger, migration, written)
    return outcomes


def _write(root: Path, planned: FilePlan) -> Written | LeftAlone:
    problem = write_file(root, planned.path, planned.rewrite.source, expected=[planned.before_hash])
    return problem or Written(plan=planned)


def _mark_written(ledger: Ledger, migration: Migration, written: list[FilePlan]) -> None:
    sites = [(planned.path, site.key) for planned in written for site in planned.rewrite.sites]
    ledger.mark_sites(migration.id, sites, SiteState.MIGRATED)
    ledger.mark_files(migration.id, [planned.path for planned in written], FileState.WRITTEN)


def _leave_alone(ledger: Ledger, migration: Migration, planned: FilePlan, problem: LeftAlone) -> None:
    sites = [(planned.path, site.key) for site in planned.rewrite.sites]
    ledger.mark_sites(migration.id, sites, SiteState.RESIDUAL, reason=problem.reason)
    ledger.mark_files(migration.id, [planned.path], FileState.LEFT_ALONE, reason=problem.reason)


def resume_apply(
    ledger: Ledger, migration: Migration, *, on_progress: Callable[[int, int], None] | None = None
) -> Applied:
    """Finish a killed ``apply``: what it had promised, then what it had not come to, with the rules recorded then.

    Raises:
        InputError: the tree is gone, or nothing more can be written.
        LedgerError: the record cannot be kept.
    """
    resumed = resume_files(ledger, migration.id)
    _settle(ledger, migration, resumed)
    left = list(resumed.left_alone)
    skipped: list[Skipped] = []

    def plans() -> Iterator[FilePlan]:
        options = _recorded_options(migration, leave_out=[file.path for file in ledger.files(migration.id)])
        rules = _recorded_rules(migration)
        for result in plan(migration.tree, rules, options=options, on_progress=on_progress):
            if isinstance(result, Skipped):
                skipped.append(result)
            else:
                yield result

    for outcome in apply_plans(ledger, migration, plans()):
        if isinstance(outcome, LeftAlone):
            left.append(outcome)
    ledger.record_skipped(migration.id, skipped)
    ledger.set_state(migration.id, MigrationState.DONE)
    return Applied(
        files=sum(1 for _ in ledger.files(migration.id, state=FileState.WRITTEN)),
        sites=ledger.site_counts(migration.id).get(SiteState.MIGRATED, 0),
        left_alone=tuple(left),
        skipped=tuple(skipped),
    )


def _settle(ledger: Ledger, migration: Migration, resumed: Resumed) -> None:
    """Give the sites of resumed files the state of their file."""
    reasons = {problem.path: problem.reason for problem in resumed.left_alone}
    done = {*resumed.written, *resumed.already}
    planned = [(site.path, site.key) for site in ledger.sites(migration.id, state=SiteState.PLANNED)]
    ledger.mark_sites(migration.id, [site for site in planned if site[0] in done], SiteState.MIGRATED)
    for path, reason in reasons.items():
        sites = [site for site in planned if site[0] == path]
        ledger.mark_sites(migration.id, sites, SiteState.RESIDUAL, reason=reason)


def _recorded_options(migration: Migration, *, leave_out: list[str]) -> PlanOptions:
    confidence = migration.options.get("minimum_confidence", 0.0)
    jobs = migration.options.get("jobs", 0)
    return PlanOptions(
        jobs=jobs if isinstance(jobs, int) else 0,
        minimum_confidence=confidence if isinstance(confidence, int | float) else 0.0,
        walk=WalkOptions(include_generated=migration.options.get("include_generated") is True),
        leave_out=leave_out,
    )


def _recorded_rules(migration: Migration) -> RuleSet:
    return parse_rules(migration.rules_text, f"the rules of migration {migration.id}")
