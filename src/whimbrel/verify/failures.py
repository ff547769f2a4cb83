"""Reading what a check printed: which tests failed, which diagnostics were given.

A failure is one string that stays the same when lines above it move: a test by its identity, a diagnostic by its file
and its message with line and column left out. Repetitions are kept, because one more of the same is a new one. Where a
runner says that it stopped early, or its own count does not fit what was found, the answer is None: a list with holes
would let new failures pass for old ones. Each kind of output has its own reader, one file in ``readers/``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from whimbrel.verify.readers import readers

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_TELLING = re.compile(r"^E\s|^(?:FAILED|ERROR|FAIL)\b|\berror\b|Error\b|Exception\b|--- FAIL|panicked|^\s*assert\b")


def parse_failures(output: str, *, truncated: bool = False) -> tuple[str, ...] | None:
    """All failures in the output of a check that failed, sorted; None when they cannot be told with certainty.

    Args:
        output: what the check printed.
        truncated: whether the beginning of it is missing.
    """
    if truncated:
        return None
    lines = [line.rstrip() for line in _ANSI.sub("", output).splitlines()]
    found: list[str] = []
    for read in readers():
        part = read(lines)
        if part is None:
            return None
        found += part
    return tuple(sorted(found)) or None


def new_failures(after: Iterable[str], before: Iterable[str]) -> tuple[str, ...]:
    """Failures of ``after`` that ``before`` does not have, as multisets."""
    return tuple(sorted((Counter(after) - Counter(before)).elements()))


def telling_lines(tail: str, limit: int = 12) -> str:
    """The lines at the end of a failing check's output that say most, for a person."""
    lines = [_ANSI.sub("", line).rstrip() for line in tail.splitlines()]
    telling = [line for line in lines if _TELLING.search(line)]
    return "\n".join((telling or [line for line in lines if line])[-limit:])
