"""A check is a command of the user's; what comes of running it is a sum, never a flag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DEFAULT_TIME_LIMIT = 600.0
"""Seconds that a check may take before it counts as hanging."""

Scope = Literal["tree", "package", "file"]
"""What a check looks at. Every check runs on the whole tree for now; narrower scopes will save runs later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One command whose exit code 0 means that the tree is fine."""

    command: str
    """Given to ``/bin/sh -c``."""
    name: str = ""
    """How the report calls it; the command itself when empty."""
    scope: Scope = "tree"
    """What it looks at."""
    time_limit: float = DEFAULT_TIME_LIMIT
    """Seconds; after that its whole process group is killed."""

    @property
    def label(self) -> str:
        """The name for people."""
        return self.name or self.command


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """The command ended with exit code 0."""

    seconds: float
    """Wall time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The command ended with another exit code."""

    exit_code: int
    """As the shell reports it; negative: killed by that signal."""
    tail: str
    """The end of what it printed."""
    failures: tuple[str, ...] | None
    """Failing tests and diagnostics, free of line numbers, with repetitions; None: the output could not be read."""
    seconds: float
    """Wall time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedOut:
    """The command was killed when its time was up."""

    tail: str
    """The end of what it had printed until then."""
    seconds: float
    """The time that it was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CouldNotRun:
    """There is no such command, or the system would not start it: this says nothing about the tree."""

    reason: str
    """One line for the user."""
    tail: str = ""
    """What the shell said."""


CheckOutcome = Passed | Failed | TimedOut | CouldNotRun
