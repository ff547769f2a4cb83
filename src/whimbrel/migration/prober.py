"""Putting sets of sites to the checks, with a memory that outlives the process.

The ledger keeps each judgement under the hash of the whole state under test, so a run that was killed asks again only
what it had not yet heard, and comes to the same end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from whimbrel.ledger import Ledger, Verdict
from whimbrel.migration.materials import Desk, Materials, SiteId
from whimbrel.migration.progress import Watcher
from whimbrel.migration.workspace import Workspace
from whimbrel.verify import Accepted, Baseline, Judgement, Known, Passed, Rejected, TimedOut, judge, run_check


@dataclass(frozen=True, slots=True, kw_only=True)
class _Details:
    """What the ledger keeps of a judgement beside its outcome."""

    reason: str = ""
    failures: tuple[str, ...] | None = None


class Prober:
    """Judges sets of sites in one workspace."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        migration_id: int,
        workspace: Workspace,
        materials: Materials,
        desk: Desk,
        baseline: Baseline,
        watcher: Watcher,
    ) -> None:
        self._ledger = ledger
        self._migration_id = migration_id
        self._workspace = workspace
        self._materials = materials
        self._desk = desk
        self._baseline = baseline
        self._watcher = watcher
        self.probes = 0
        """Sets judged so far, also those that the ledger remembered."""

    def judge(self, sites: Iterable[SiteId], attempt: int = 0) -> Judgement:
        """Accepted when no check finds anything new with exactly these sites applied; the first rejection otherwise."""
        chosen = frozenset(sites)
        contents = self._materials.contents(chosen)
        digest = self._materials.digest(contents)
        self.probes += 1
        self._watcher.probe(self.probes, len(chosen))
        seconds = 0.0
        for known in self._baseline.checks:
            judgement = self._remembered(known, digest, attempt)
            if judgement is None:
                self._workspace.restore(self._materials.plans)
                self._desk.lay_out(contents)
                judgement = self._run(known, digest, attempt, len(chosen))
            if isinstance(judgement, Rejected):
                return judgement
            seconds += judgement.seconds
        return Accepted(seconds=seconds)

    def _remembered(self, known: Known, digest: str, attempt: int) -> Judgement | None:
        verdict = self._ledger.verdict(self._migration_id, check=known.check.command, digest=digest, attempt=attempt)
        if verdict is None:
            return None
        if verdict.outcome == "passed":
            return Accepted(seconds=verdict.seconds)
        details = msgspec.json.decode(verdict.details, type=_Details)
        failures = None if details.failures is None else frozenset(details.failures)
        return Rejected(
            check=known.check.label,
            reason=details.reason,
            tail=verdict.tail,
            failures=failures,
            seconds=verdict.seconds,
        )

    def _run(self, known: Known, digest: str, attempt: int, subset: int) -> Judgement:
        outcome = run_check(known.check, self._workspace.check_folder)
        judgement = judge(known, outcome)
        rejected = judgement if isinstance(judgement, Rejected) else None
        failures = tuple(sorted(rejected.failures)) if rejected and rejected.failures is not None else None
        details = _Details(reason=rejected.reason if rejected else "", failures=failures)
        named = "passed" if rejected is None else "timeout" if isinstance(outcome, TimedOut) else "failed"
        self._ledger.record_verdict(
            self._migration_id,
            Verdict(
                check=known.check.command,
                subset=subset,
                outcome=named,
                seconds=outcome.seconds if isinstance(outcome, Passed) else judgement.seconds,
                tail=rejected.tail if rejected else "",
                digest=digest,
                attempt=attempt,
                details=msgspec.json.encode(details).decode(),
            ),
        )
        return judgement
