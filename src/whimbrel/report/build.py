"""From the ledger (or a dry run) to the plain model."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterable, Sequence

from whimbrel.ledger import Ledger, Migration, MigrationState, SiteRecord, SiteState
from whimbrel.migration import Origin, Planned, Record
from whimbrel.report.model import CheckLine, MigrationReport, RuleLine, SiteLine, SkippedLine, Step


def report_of(ledger: Ledger, migration: Migration) -> MigrationReport:
    """What the ledger knows of a migration, finished or not."""
    sites = list(ledger.sites(migration.id))
    record = _record(migration)
    summary, origin = record.summary, record.origin
    outputs = {site: rejection.tail for rejection in summary.rejections for site in rejection.sites}
    migrated = [site for site in sites if site.state is SiteState.MIGRATED]
    return MigrationReport(
        migration=migration.id,
        command=migration.command,
        tree=_printable(str(migration.tree)),
        state=migration.state.value,
        started=migration.started,
        finished=migration.finished,
        rules_from=_printable(origin.name),
        example_edits=origin.edits,
        explained_edits=origin.explained,
        base_revision=migration.base_revision,
        branch=migration.branch,
        commit=summary.commit,
        files_seen=summary.files_seen,
        files_changed=len({site.path for site in migrated}),
        sites_found=sum(1 for site in sites if site.state is not SiteState.REFUSED),
        sites_migrated=len(migrated),
        probes=summary.probes,
        flaky_checks=list(summary.flaky),
        rules=_rules(sites),
        checks=_checks(ledger, migration, record),
        rejected=_lines(sites, SiteState.REJECTED, outputs),
        refused=_lines(sites, SiteState.REFUSED, outputs),
        residual=_lines(sites, SiteState.RESIDUAL, outputs),
        unexplained=_unexplained(origin),
        skipped=[SkippedLine(path=_printable(file.path), reason=file.reason) for file in ledger.skipped(migration.id)],
        notes=[_printable(note) for note in (*origin.notes, *summary.notes)],
        next_steps=_next_steps(migration, changed=bool(migrated), carried=origin.carry),
    )


def report_of_preview(tree: str, origin: Origin, planned: Planned) -> MigrationReport:
    """What a migration would find."""
    return MigrationReport(
        migration=0,
        command="migrate",
        tree=_printable(tree),
        state=SiteState.PLANNED.value,
        rules_from=_printable(origin.name),
        example_edits=origin.edits,
        explained_edits=origin.explained,
        files_seen=planned.files_seen,
        files_changed=len(planned.plans),
        sites_found=len(planned.sites),
        rules=_rules([*planned.sites, *planned.refused]),
        refused=_lines(planned.refused, SiteState.REFUSED, {}),
        unexplained=_unexplained(origin),
        skipped=[SkippedLine(path=_printable(file.path), reason=file.reason) for file in planned.skipped],
        notes=[_printable(note) for note in (*origin.notes, *planned.notes)],
    )


def _record(migration: Migration) -> Record:
    """What ``migrate`` keeps; other commands keep less."""
    if "origin" in migration.options:
        return Record.from_json(migration.options)
    from whimbrel.migration import Options

    return Record(options=Options(), origin=Origin())


def _rules(sites: Sequence[SiteRecord]) -> list[RuleLine]:
    by_rule: dict[str, Counter[SiteState]] = {}
    for site in sites:
        by_rule.setdefault(site.rule_id, Counter())[site.state] += 1
    return [
        RuleLine(
            rule=rule,
            found=counts.total() - counts[SiteState.REFUSED],
            migrated=counts[SiteState.MIGRATED],
            rejected=counts[SiteState.REJECTED],
            residual=counts[SiteState.RESIDUAL],
            refused=counts[SiteState.REFUSED],
        )
        for rule, counts in sorted(by_rule.items(), key=lambda item: (-item[1].total(), item[0]))
    ]


def _checks(ledger: Ledger, migration: Migration, record: Record) -> list[CheckLine]:
    runs = Counter(verdict.check for verdict in ledger.verdicts(migration.id))
    known = {check.command: check for check in record.summary.checks}
    return [
        CheckLine(
            command=command,
            used=command in known,
            known_failures=known[command].failures if command in known else 0,
            seconds=known[command].seconds if command in known else 0.0,
            runs=runs[command],
        )
        for command in migration.checks
    ]


def _lines(sites: Iterable[SiteRecord], state: SiteState, outputs: dict[tuple[str, str], str]) -> list[SiteLine]:
    return [
        SiteLine(
            path=_printable(site.path),
            line=site.line,
            rule=site.rule_id,
            before=_printable(site.before),
            after=_printable(site.after),
            reason=site.reason,
            check=site.check,
            output=outputs.get((site.path, site.key), ""),
        )
        for site in sites
        if site.state is state
    ]


def _unexplained(origin: Origin) -> list[SiteLine]:
    return [
        SiteLine(
            path=_printable(edit.path),
            line=edit.line,
            rule="",
            before=_printable(edit.before),
            after=_printable(edit.after),
            reason=edit.reason,
        )
        for edit in origin.unexplained
    ]


def _next_steps(migration: Migration, *, changed: bool, carried: bool) -> list[Step]:
    """Commands that work when they are copied, in their order."""
    tree = _printable(shlex.quote(os.path.relpath(migration.tree)))
    if migration.unfinished:
        return [Step(command=f"whimbrel resume {tree}", purpose="finish it")]
    if migration.state is not MigrationState.DONE or not changed:
        return []
    if migration.branch:
        inside = (
            ""
            if tree == "."
            else f" -C {tree if migration.tree.is_dir() else shlex.quote(_printable(str(migration.root)))}"
        )
        away = Step(command=f"git{inside} stash", purpose="put your own edits away: the branch begins with them")
        return [
            Step(command=f"git{inside} diff HEAD...{migration.branch}", purpose="look at it"),
            *([away] if carried else []),
            Step(command=f"git{inside} merge {migration.branch}", purpose="take it"),
            Step(command=f"git{inside} branch -D {migration.branch}", purpose="or drop it"),
        ]
    return [Step(command=f"whimbrel undo {tree}", purpose="take it back")]


def _printable(text: str) -> str:
    """The text with bytes that are not UTF-8 shown as replacement characters."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
