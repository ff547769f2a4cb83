"""What was wrong before is not ours: every check runs once before the first edit.

A check that passes there must go on passing. One that fails there still helps when its failures can be told one by
one: afterwards only new ones count. One that fails and cannot be read would blame edits for what was there, or hide
what they break, so the run stops and says so, or goes on without that check when the user asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from whimbrel.errors import CheckError
from whimbrel.verify.check import Check, CheckOutcome, CouldNotRun, Failed, Passed, TimedOut
from whimbrel.verify.failures import new_failures
from whimbrel.verify.runner import run_check


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A check, and what is known of it from before the first edit."""

    check: Check
    """What to run."""
    exit_code: int
    """How it ended at the baseline."""
    failures: tuple[str, ...]
    """What failed then."""
    seconds: float
    """How long it took then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The checks that will be used."""

    checks: tuple[Known, ...]
    """In the user's order."""
    notes: tuple[str, ...]
    """What the user has to know: known failures, dropped checks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Nothing failed that did not fail before."""

    seconds: float = 0.0
    """Time that the checks took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A check found something new."""

    check: str
    """Label of the check."""
    reason: str
    """One line: what failed."""
    tail: str
    """The end of its output."""
    failures: frozenset[str] | None = None
    """The new failures; None when the output could not be read."""
    seconds: float = 0.0
    """Time that the checks took."""


Judgement = Accepted | Rejected


def establish(
    checks: Iterable[Check],
    directory: Path,
    *,
    allow_failing: bool = False,
    on_check: Callable[[Check], None] = lambda check: None,
) -> Baseline:
    """Run every check once in a tree that nothing was changed in.

    Args:
        checks: the user's checks, in order.
        directory: where they run.
        allow_failing: drop a check that fails beyond reading, with a note, instead of raising.
        on_check: called before each run.

    Raises:
        CheckError: when a check does not exist, hangs, or fails in a way that cannot be subtracted.
    """
    known: list[Known] = []
    notes: list[str] = []
    for check in checks:
        on_check(check)
        kept, note = _first_run(check, run_check(check, directory), directory, allow_failing)
        known += [kept] if kept else []
        notes += [note] if note else []
    return Baseline(checks=tuple(known), notes=tuple(notes))


def judge(known: Known, outcome: CheckOutcome) -> Judgement:
    """What an outcome after some edits means, given the baseline."""
    label = known.check.label
    match outcome:
        case Passed(seconds=seconds):
            return Accepted(seconds=seconds)
        case TimedOut(tail=tail, seconds=seconds):
            return Rejected(check=label, reason=f"did not end within {seconds:.0f} s", tail=tail, seconds=seconds)
        case CouldNotRun(reason=reason, tail=tail):
            return Rejected(check=label, reason=reason, tail=tail)
        case Failed():
            return _judge_failure(known, outcome)


def _judge_failure(known: Known, outcome: Failed) -> Judgement:
    label = known.check.label
    ended = f"exit code {outcome.exit_code}"
    if outcome.failures is None:
        return Rejected(check=label, reason=ended, tail=outcome.tail, seconds=outcome.seconds)
    new = new_failures(outcome.failures, known.failures)
    if not new and outcome.exit_code == known.exit_code:
        return Accepted(seconds=outcome.seconds)
    reason = new[0] + (f" and {len(new) - 1} more" if len(new) > 1 else "") if new else f"{ended}, not as before"
    failures = frozenset(new) or None
    return Rejected(check=label, reason=reason, tail=outcome.tail, failures=failures, seconds=outcome.seconds)


def _first_run(
    check: Check, outcome: CheckOutcome, directory: Path, allow_failing: bool
) -> tuple[Known | None, str | None]:
    """The check as it will be used, or None when it is dropped; with a note."""
    match outcome:
        case Passed(seconds=seconds):
            return Known(check=check, exit_code=0, failures=(), seconds=seconds), None
        case Failed(exit_code=code, failures=failures, seconds=seconds) if failures is not None:
            kept = Known(check=check, exit_code=code, failures=failures, seconds=seconds)
            return kept, f"{check.label}: {_count(failures)} from before the migration, not counted"
        case Failed(exit_code=code, tail=tail):
            if allow_failing:
                return None, f"{check.label}: fails before any change (exit code {code}) and was dropped"
            raise CheckError(
                f"the check fails before any change: {check.label} (exit code {code})" + _last_line(tail),
                hint="fix it first, or name a check whose failures can be read one by one (pytest without -x, mypy, "
                "tsc, a compiler), or go on without it by --allow-failing-baseline",
            )
        case TimedOut(seconds=seconds):
            raise CheckError(
                f"the check did not end within {seconds:.0f} s before any change: {check.label}",
                hint="give it more time with --timeout SECONDS, or name a quicker check",
            )
        case CouldNotRun(reason=reason):
            raise CheckError(
                f"the check could not run: {check.label}: {reason}",
                hint=f"checks run by /bin/sh in a fresh checkout ({directory}); what git does not track (virtual "
                "environments, node_modules, builds) is not there: use absolute paths, or prepare it with --setup CMD",
            )


def _count(failures: tuple[str, ...]) -> str:
    return f"{len(failures)} failure{'s' if len(failures) != 1 else ''}"


def _last_line(tail: str) -> str:
    lines = [line.strip() for line in tail.splitlines() if line.strip()]
    return f": {lines[-1][:160]}" if lines else ""
