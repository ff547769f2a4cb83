"""pytest: the lines of its short summary."""

from __future__ import annotations

import re

_FAILED = re.compile(r"^(FAILED|ERROR) (\S*(?:\.py|::).*?)(?: - .*)?$")
_COUNT = re.compile(r"^(?:=+ )?(\d+ \w+(?:, \d+ \w+)*) in [\d.:]+")
_STOPPED = re.compile(r"^!+ (?:.*stopping after \d+ failures|Interrupted:|_pytest\.outcomes\.Exit)")


def read(lines: list[str]) -> list[str] | None:
    """Failed tests; None when pytest stopped early or its last line counts another number of them."""
    if any(_STOPPED.match(line) for line in lines):
        return None
    found = [f"test {match[2].strip()}" for line in lines if (match := _FAILED.match(line))]
    counts = [counted for line in lines if (counted := _counted(line)) is not None]
    if counts and sum(counts) != len(found):
        return None
    return found


def _counted(line: str) -> int | None:
    """Failures and errors according to a closing line; None for any other line."""
    match = _COUNT.match(line)
    if match is None:
        return None
    return sum(int(number) for number in re.findall(r"(\d+) (?:failed|errors?)\b", match[1]))
