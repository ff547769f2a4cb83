"""Finding the sites in the workspace, and recording them."""

from __future__ import annotations

from dataclasses import dataclass

from whimbrel.ledger import Ledger, SiteRecord, SiteState
from whimbrel.migration.options import Options
from whimbrel.migration.progress import Watcher
from whimbrel.migration.workspace import Workspace
from whimbrel.rules import RuleSet
from whimbrel.sweep import FilePlan, PlanOptions, Skipped, plan, planned_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a sweep over the workspace found."""

    plans: tuple[FilePlan, ...]
    """Files with sites."""
    sites: tuple[SiteRecord, ...]
    """All sites that can be made."""
    refused: tuple[SiteRecord, ...]
    """Sites that a rule matches but that are not safe to rewrite."""
    skipped: tuple[Skipped, ...]
    """Files that could not be looked at."""
    files_seen: int
    """Files that were looked at."""
    notes: tuple[str, ...]
    """What the user has to know."""


def plan_sites(workspace: Workspace, rules: RuleSet, options: Options, watcher: Watcher) -> Planned:
    """Find all sites of the rules."""
    watcher.phase("plan")
    plans: list[FilePlan] = []
    skipped: list[Skipped] = []
    records: list[SiteRecord] = []
    seen = 0

    def advance(done: int, total: int) -> None:
        nonlocal seen
        seen = total
        watcher.advance(done, total)

    settings = PlanOptions(jobs=options.jobs, minimum_confidence=options.minimum_confidence)
    for found in plan(workspace.tree, rules, options=settings, on_progress=advance):
        if isinstance(found, Skipped):
            skipped.append(found)
            continue
        records.extend(planned_file(found).sites)
        if found.changed:
            plans.append(found)
    broken = sum(1 for each in plans if each.parse_errors)
    notes = [f"{broken} of the files to change did not parse cleanly before; they parse no worse now"] if broken else []
    changed = {each.path for each in plans}
    return Planned(
        plans=tuple(plans),
        sites=tuple(site for site in records if site.state is SiteState.PLANNED and site.path in changed),
        refused=tuple(site for site in records if site.state is SiteState.REFUSED),
        skipped=tuple(skipped),
        files_seen=seen,
        notes=tuple(notes),
    )


def plan_into(
    ledger: Ledger, migration_id: int, workspace: Workspace, rules: RuleSet, options: Options, watcher: Watcher
) -> Planned:
    """The same, recorded in the ledger."""
    planned = plan_sites(workspace, rules, options, watcher)
    ledger.record_sites(migration_id, (*planned.sites, *planned.refused))
    ledger.record_skipped(migration_id, planned.skipped)
    return planned
