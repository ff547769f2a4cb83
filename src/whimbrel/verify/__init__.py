"""Nothing is kept that the user's checks reject: checks, their baseline, and isolating the edits to blame."""

from whimbrel.verify.baseline import Accepted, Baseline, Judgement, Known, Rejected, establish, judge
from whimbrel.verify.check import (
    DEFAULT_TIME_LIMIT,
    Check,
    CheckOutcome,
    CouldNotRun,
    Failed,
    Passed,
    TimedOut,
)
from whimbrel.verify.failures import new_failures, parse_failures, telling_lines
from whimbrel.verify.isolate import isolate
from whimbrel.verify.isolation import Blame, Isolation, Probe, probe_bound
from whimbrel.verify.process import kill_marked, run_command
from whimbrel.verify.runner import run_check

__all__ = [
    "DEFAULT_TIME_LIMIT",
    "Accepted",
    "Baseline",
    "Blame",
    "Check",
    "CheckOutcome",
    "CouldNotRun",
    "Failed",
    "Isolation",
    "Judgement",
    "Known",
    "Passed",
    "Probe",
    "Rejected",
    "TimedOut",
    "establish",
    "isolate",
    "judge",
    "kill_marked",
    "new_failures",
    "parse_failures",
    "probe_bound",
    "run_check",
    "run_command",
    "telling_lines",
]
