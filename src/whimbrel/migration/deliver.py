"""Handing over what was accepted: a commit on a branch, or the user's own files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from whimbrel.ledger import Ledger, LeftAlone, PlannedFile, SiteRecord, resume_files
from whimbrel.migration.materials import Materials
from whimbrel.migration.options import Record
from whimbrel.migration.workspace import Workspace
from whimbrel.vcs.worktree import commit_paths


def commit(
    workspace: Workspace, contents: Mapping[str, bytes], sites: Iterable[SiteRecord], record: Record, migration_id: int
) -> str:
    """Commit the files, which lie in the work tree already; the commit's hash."""
    paths = sorted(workspace.prefix + path for path in contents)
    return commit_paths(workspace.top, paths, message(list(sites), len(paths), record, migration_id))


def write_in_place(
    ledger: Ledger, migration_id: int, contents: Mapping[str, bytes], materials: Materials
) -> tuple[LeftAlone, ...]:
    """Write the files to the user's own tree, each recorded before; those that changed meanwhile are left alone."""
    planned = (
        PlannedFile(path=path, before=plan.before, after=contents[path], mode=plan.mode)
        for path, plan in materials.plans.items()
        if path in contents
    )
    ledger.plan_files(migration_id, planned)
    return resume_files(ledger, migration_id).left_alone


def message(sites: list[SiteRecord], files: int, record: Record, migration_id: int) -> str:
    """The text of the commit."""
    by_rule = Counter(site.rule_id for site in sites)
    lines = [f"Migrate {_count(len(sites), 'site')} in {_count(files, 'file')}", ""]
    lines += [f"Rules from {record.origin.name}:"] if record.origin.name else ["Rules:"]
    lines += [f"- {rule_id}: {_count(count, 'site')}" for rule_id, count in by_rule.most_common(20)]
    lines += ["- ..."] if len(by_rule) > 20 else []
    checks = [f"- {check.command}" + _known(check.failures) for check in record.summary.checks]
    lines += ["", *(["Verified by:", *checks] if checks else ["Verified by parsing only; no check was given."])]
    rejected = sum(len(rejection.sites) for rejection in record.summary.rejections)
    lines += ["", f"{_count(rejected, 'site')} rejected by the checks and left as before."] if rejected else []
    return "\n".join([*lines, "", f"Whimbrel-Migration: {migration_id}", ""])


def _known(failures: int) -> str:
    return f" ({_count(failures, 'failure')} from before not counted)" if failures else ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
