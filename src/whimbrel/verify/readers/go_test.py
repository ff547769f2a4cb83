"""go test."""

from __future__ import annotations

import re

_FAILED = re.compile(r"^\s*--- FAIL: (\S+)")


def read(lines: list[str]) -> list[str]:
    """Failed tests and subtests."""
    return [f"go test {match[1]}" for line in lines if (match := _FAILED.match(line))]
