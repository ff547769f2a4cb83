"""The baseline of a migration: taken once, and remembered by the ledger for a run that is resumed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from whimbrel.ledger import Ledger, Verdict
from whimbrel.migration.options import Options
from whimbrel.migration.progress import Watcher
from whimbrel.verify import Baseline, Check, Known, establish

BASELINE = "baseline"
"""``outcome`` of the verdicts that are a baseline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stood:
    """How one check stood."""

    dropped: bool
    exit_code: int = 0
    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def take_baseline(
    ledger: Ledger, migration_id: int, *, options: Options, folder: Path, digest: str, watcher: Watcher
) -> Baseline:
    """Every check of the user's, as it stands before the first edit.

    Args:
        ledger: where the baseline is kept.
        migration_id: whose it is.
        options: the checks.
        folder: where they run.
        digest: the hash of the state without any edit.
        watcher: told of every check.

    Raises:
        CheckError: see :func:`whimbrel.verify.establish`.
    """
    checks = options.as_checks()
    parts: list[Baseline] = []
    for number, check in enumerate(checks):
        watcher.advance(number, len(checks))
        known = _remembered(ledger, migration_id, check, digest)
        if known is None:
            known = establish([check], folder, allow_failing=options.allow_failing_baseline)
            _remember(ledger, migration_id, check, digest, known)
        parts.append(known)
        watcher.advance(number + 1, len(checks))
    return Baseline(
        checks=tuple(known for part in parts for known in part.checks),
        notes=tuple(note for part in parts for note in part.notes),
    )


def _remembered(ledger: Ledger, migration_id: int, check: Check, digest: str) -> Baseline | None:
    verdict = ledger.verdict(migration_id, check=check.command, digest=digest, attempt=-1)
    if verdict is None:
        return None
    stood = msgspec.json.decode(verdict.details, type=_Stood)
    known = Known(check=check, exit_code=stood.exit_code, failures=stood.failures, seconds=verdict.seconds)
    return Baseline(checks=() if stood.dropped else (known,), notes=stood.notes)


def _remember(ledger: Ledger, migration_id: int, check: Check, digest: str, baseline: Baseline) -> None:
    known = baseline.checks[0] if baseline.checks else None
    stood = _Stood(
        dropped=known is None,
        exit_code=known.exit_code if known else 0,
        failures=known.failures if known else (),
        notes=baseline.notes,
    )
    verdict = Verdict(
        check=check.command,
        subset=0,
        outcome=BASELINE,
        seconds=known.seconds if known else 0.0,
        tail="",
        digest=digest,
        attempt=-1,
        details=msgspec.json.encode(stood).decode(),
    )
    ledger.record_verdict(migration_id, verdict)
