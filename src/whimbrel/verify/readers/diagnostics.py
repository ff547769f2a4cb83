"""Compilers, type checkers and linters: one diagnostic a line, with its place in front."""

from __future__ import annotations

import re

_LINE_NUMBER = re.compile(r"\b(lines?|line:|column|col) \d+(?:[-:]\d+)?")

_GNU = re.compile(r"^(?P<path>[^\s:][^:\n]*):\d+(?::\d+)?: (?P<text>(?:fatal )?error\b.*)$")
_LINTER = re.compile(r"^(?P<path>[^\s:][^:\n]*):\d+:\d+:? (?P<text>[A-Z]{1,5}\d+ .*)$")
_GO_BUILD = re.compile(r"^(?:vet: )?(?P<path>[^\s:][^:\n]*\.go):\d+:\d+: (?P<text>.*)$")
_TSC = re.compile(r"^(?P<path>[^\s(][^(\n]*)\(\d+,\d+\): (?P<text>error .*)$")
_MAVEN = re.compile(r"^\[ERROR\] (?P<path>[^\s:][^:\n]*):\[\d+,\d+\] (?P<text>.*)$")
_FORMS = (_GNU, _TSC, _MAVEN, _GO_BUILD, _LINTER)


def read(lines: list[str]) -> list[str]:
    """Errors, as file and message: line and column are left out, inside the message too."""
    matches = (next((match for form in _FORMS if (match := form.match(line))), None) for line in lines)
    return [f"{match['path']}: {_steady(match['text'])}" for match in matches if match is not None]


def _steady(text: str) -> str:
    return _LINE_NUMBER.sub(lambda number: f"{number[1]} N", text.strip())
