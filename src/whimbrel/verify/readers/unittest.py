"""Python's unittest, and what builds on it (Django)."""

from __future__ import annotations

import re

_HEADING = re.compile(r"^(FAIL|ERROR): (\w+ \([\w.]+\).*)$")


def read(lines: list[str]) -> list[str]:
    """The headings of failures and errors."""
    return [f"test {match[2].strip()}" for line in lines if (match := _HEADING.match(line))]
