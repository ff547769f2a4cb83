"""cargo test."""

from __future__ import annotations

import re

_FAILED = re.compile(r"^test (\S+)(?: - .*)? \.\.\. FAILED$")


def read(lines: list[str]) -> list[str]:
    """Failed tests."""
    return [f"cargo test {match[1]}" for line in lines if (match := _FAILED.match(line))]
