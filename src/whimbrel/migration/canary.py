"""Do the checks look at the files at all?

A check that passes proves nothing when it tests other files: a package that is installed in editable mode from the
user's own checkout, a build folder, another directory. When nothing was rejected there is no sign that they do, so
every file that was changed is broken on purpose, once: if all checks still pass, the user is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from whimbrel.ledger import Ledger, Verdict
from whimbrel.migration.materials import Desk, Materials
from whimbrel.migration.workspace import Workspace
from whimbrel.verify import Baseline, Known, Passed, run_check

UNSEEN = (
    "no check notices when the migrated files are broken on purpose: the checks seem to look at other files "
    "(a package installed from your own checkout, a build folder), so they verify nothing here"
)
_BROKEN = b"\x01 ((( this file was broken on purpose, to see whether the checks look at it\n"
_ATTEMPT = -2
_LEAST_SECONDS = 30.0


def notices_breakage(
    paths: Iterable[str],
    *,
    ledger: Ledger,
    migration_id: int,
    workspace: Workspace,
    materials: Materials,
    desk: Desk,
    baseline: Baseline,
) -> bool:
    """Whether at least one check fails when these files hold no sense; the ledger remembers it."""
    contents = dict.fromkeys(paths, _BROKEN)
    digest = materials.digest(contents)
    return any(_fails(known, digest, contents, ledger, migration_id, workspace, desk) for known in baseline.checks)


def _fails(
    known: Known,
    digest: str,
    contents: dict[str, bytes],
    ledger: Ledger,
    migration_id: int,
    workspace: Workspace,
    desk: Desk,
) -> bool:
    command = known.check.command
    verdict = ledger.verdict(migration_id, check=command, digest=digest, attempt=_ATTEMPT)
    if verdict is None:
        desk.lay_out(contents)
        limit = min(known.check.time_limit, max(_LEAST_SECONDS, 3 * known.seconds))
        outcome = run_check(replace(known.check, time_limit=limit), workspace.check_folder)
        verdict = Verdict(
            check=command,
            subset=0,
            outcome="unseen" if isinstance(outcome, Passed) else "seen",
            seconds=outcome.seconds if isinstance(outcome, Passed) else 0.0,
            tail="",
            digest=digest,
            attempt=_ATTEMPT,
        )
        ledger.record_verdict(migration_id, verdict)
    return verdict.outcome == "seen"
