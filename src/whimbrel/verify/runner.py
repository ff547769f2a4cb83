"""From a check to its outcome: run it, and read what the shell and the tools say."""

from __future__ import annotations

import re
from pathlib import Path

from whimbrel.verify.check import Check, CheckOutcome, CouldNotRun, Failed, Passed, TimedOut
from whimbrel.verify.failures import parse_failures
from whimbrel.verify.process import run_command

TAIL_LINES = 40
"""Lines of output that a report keeps of a failing check."""

_TAIL_CHARACTERS = 8000
_NO_SUCH = re.compile(r"(?:not found|No such file or directory|Permission denied|cannot execute|is a directory)", re.I)


def run_check(check: Check, directory: Path) -> CheckOutcome:
    """The outcome of the check in ``directory``; nothing of it is still running afterwards."""
    try:
        run = run_command(check.command, directory, time_limit=check.time_limit)
    except OSError as error:
        return CouldNotRun(reason=f"the system cannot start it: {error.strerror or error}")
    output = run.output.decode("utf-8", "replace")
    tail = tail_of(output)
    if run.exit_code is None:
        return TimedOut(tail=tail, seconds=run.seconds)
    if run.exit_code == 0:
        return Passed(seconds=run.seconds)
    if run.exit_code in (126, 127):
        return CouldNotRun(reason=_why_not(output, run.exit_code), tail=tail)
    failures = parse_failures(output, truncated=run.truncated)
    return Failed(exit_code=run.exit_code, tail=tail, failures=failures, seconds=run.seconds)


def tail_of(output: str) -> str:
    """The last lines, within bounds."""
    lines = output.rstrip().splitlines()[-TAIL_LINES:]
    return "\n".join(lines)[-_TAIL_CHARACTERS:]


def _why_not(output: str, exit_code: int) -> str:
    """The line in which the shell says what is missing."""
    said = next((line for line in reversed(output.splitlines()) if _NO_SUCH.search(line)), "")
    said = re.sub(r"^(?:/bin/)?sh: (?:line )?\d+: ", "", said.strip())
    return said or f"exit code {exit_code}: the command was not found or may not be executed"
