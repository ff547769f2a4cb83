"""Reading what a check printed: which tests failed, which diagnostics were given.

A failure is one string that stays the same when lines above it move: a test by its identity, a diagnostic by its file
and its message with line and column left out. Repetitions are kept, because one more of the same is a new one. Where a
runner says that it stopped early, or its own count does not fit what was found, the answer is None: a list with holes
would let new failures pass for old ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_LINE_NUMBER = re.compile(r"\b(lines?|line:|column|col) \d+(?:[-:]\d+)?")

_PYTEST = re.compile(r"^(FAILED|ERROR) (\S*(?:\.py|::).*?)(?: - .*)?$")
_PYTEST_COUNT = re.compile(r"^(?:=+ )?(\d+ \w+(?:, \d+ \w+)*) in [\d.:]+")
_UNITTEST = re.compile(r"^(FAIL|ERROR): (\w+ \([\w.]+\).*)$")
_GO = re.compile(r"^\s*--- FAIL: (\S+)")
_CARGO = re.compile(r"^test (\S+)(?: - .*)? \.\.\. FAILED$")
_STOPPED = re.compile(r"^!+ (?:.*stopping after \d+ failures|Interrupted:|_pytest\.outcomes\.Exit)", re.MULTILINE)

_GNU = re.compile(r"^(?P<path>[^\s:][^:\n]*):\d+(?::\d+)?: (?P<text>(?:fatal )?error\b.*)$")
_LINTER = re.compile(r"^(?P<path>[^\s:][^:\n]*):\d+:\d+:? (?P<text>[A-Z]{1,5}\d+ .*)$")
_GO_BUILD = re.compile(r"^(?P<path>[^\s:][^:\n]*\.go):\d+:\d+: (?P<text>.*)$")
_TSC = re.compile(r"^(?P<path>[^\s(][^(\n]*)\(\d+,\d+\): (?P<text>error .*)$")
_MAVEN = re.compile(r"^\[ERROR\] (?P<path>[^\s:][^:\n]*):\[\d+,\d+\] (?P<text>.*)$")
_DIAGNOSTICS = (_GNU, _TSC, _MAVEN, _GO_BUILD, _LINTER)


def parse_failures(output: str, *, truncated: bool = False) -> tuple[str, ...] | None:
    """All failures in the output of a check that failed, sorted; None when they cannot be told with certainty.

    Args:
        output: what the check printed.
        truncated: whether the beginning of it is missing.
    """
    plain = _ANSI.sub("", output)
    if truncated or _STOPPED.search(plain):
        return None
    lines = [line.rstrip() for line in plain.splitlines()]
    found: list[str] = []
    for reader in (_pytest, _unittest, _plain("go test", _GO), _plain("cargo test", _CARGO), _diagnostics):
        part = reader(lines)
        if part is None:
            return None
        found += part
    return tuple(sorted(found)) or None


def new_failures(after: Iterable[str], before: Iterable[str]) -> tuple[str, ...]:
    """Failures of ``after`` that ``before`` does not have, as multisets."""
    return tuple(sorted((Counter(after) - Counter(before)).elements()))


def _pytest(lines: list[str]) -> list[str] | None:
    """Lines of pytest's short summary; None when its last line counts another number of them."""
    found = [f"test {match[2].strip()}" for line in lines if (match := _PYTEST.match(line))]
    counts = [counted for line in lines if (counted := _pytest_count(line)) is not None]
    if counts and sum(counts) != len(found):
        return None
    return found


def _pytest_count(line: str) -> int | None:
    """Failures and errors according to a closing line of pytest; None for any other line."""
    match = _PYTEST_COUNT.match(line)
    if match is None:
        return None
    return sum(int(number) for number in re.findall(r"(\d+) (?:failed|errors?)\b", match[1]))


def _unittest(lines: list[str]) -> list[str]:
    """Headings of the unittest runner (Django's too)."""
    return [f"test {match[2].strip()}" for line in lines if (match := _UNITTEST.match(line))]


def _plain(name: str, pattern: re.Pattern[str]) -> Callable[[list[str]], list[str]]:
    """A reader of lines whose first group is the identity of a failed test."""

    def read(lines: list[str]) -> list[str]:
        return [f"{name} {match[1]}" for line in lines if (match := pattern.match(line))]

    return read


def _diagnostics(lines: list[str]) -> list[str]:
    """Errors of compilers, type checkers and linters."""
    return list(_normalised(lines))


def _normalised(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        match = next((match for pattern in _DIAGNOSTICS if (match := pattern.match(line))), None)
        if match is not None:
            text = _LINE_NUMBER.sub(lambda number: f"{number[1]} N", match["text"].strip())
            yield f"{match['path']}: {text}"


_TELLING = re.compile(r"^E\s|^(?:FAILED|ERROR|FAIL)\b|\berror\b|Error\b|Exception\b|--- FAIL|panicked|^\s*assert\b")


def telling_lines(tail: str, limit: int = 12) -> str:
    """The lines at the end of a failing check's output that say most, for a person."""
    lines = [_ANSI.sub("", line).rstrip() for line in tail.splitlines()]
    telling = [line for line in lines if _TELLING.search(line)]
    return "\n".join((telling or [line for line in lines if line])[-limit:])
