"""What the user asked of a migration; kept in the ledger, so that an interrupted one goes on as it began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from whimbrel.ledger import JsonValue
from whimbrel.verify import DEFAULT_TIME_LIMIT, Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Everything but the rules and the tree."""

    checks: tuple[str, ...] = ()
    """The user's commands, in order; none: only parsing is verified."""
    time_limit: float = DEFAULT_TIME_LIMIT
    """Seconds for one run of one check, and for the set-up command."""
    setup: str = ""
    """Run once in the fresh work tree before the checks."""
    check_folder: str = "."
    """Where checks run, relative to the top of the work tree."""
    in_place: bool = False
    """Write to the user's own files at the end, rather than to a branch; always so without git."""
    allow_dirty: bool = False
    """Migrate HEAD although there are uncommitted changes."""
    allow_failing_baseline: bool = False
    """Drop a check that fails before any change, rather than stop."""
    minimum_confidence: float = 0.0
    """Sites of less confident rules are left alone."""
    maximum_runs: int = 0
    """Most runs of the checks; what is undecided then is not migrated. 0: no limit."""
    jobs: int = 0
    """Processes that look for sites; 0: one for each processor."""

    def as_checks(self) -> tuple[Check, ...]:
        """The commands as checks."""
        return tuple(Check(command=command, time_limit=self.time_limit) for command in self.checks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unexplained:
    """An example edit that no rule reproduces: it is left to a person, like a residual site."""

    path: str
    """The example file."""
    line: int
    """Line in the file before."""
    before: str
    """The text before."""
    after: str
    """The text after."""
    reason: str
    """Why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the rules come from."""

    name: str = ""
    """One phrase: a rule file, or a source of examples."""
    edits: int = 0
    """Example edits; 0 for a rule file."""
    explained: int = 0
    """Of these, how many the rules reproduce."""
    unexplained: tuple[Unexplained, ...] = ()
    """The others."""
    carry: bool = False
    """The examples are the uncommitted changes of the user's tree: they go into the branch first."""
    notes: tuple[str, ...] = ()
    """Files that could not be learnt from, and the like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCheck:
    """How a check stood before the first edit."""

    command: str
    """The command."""
    failures: int
    """Failures that are not counted."""
    seconds: float
    """How long it took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """What a check said about the sites that it rejected."""

    sites: tuple[tuple[str, str], ...]
    """Path and key of each."""
    tail: str
    """The lines that tell, of its output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What the ledger's tables do not say of how a migration went."""

    files_seen: int = 0
    """Files of the tree that were looked at."""
    checks: tuple[KnownCheck, ...] = ()
    """The checks that were used."""
    probes: int = 0
    """Sets of sites that were put to the checks."""
    flaky: tuple[str, ...] = ()
    """Checks that judged the same files in two ways."""
    rejections: tuple[Rejection, ...] = ()
    """What the checks said."""
    notes: tuple[str, ...] = ()
    """Whatever else the user has to know."""
    commit: str = ""
    """The commit on the branch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that the ledger keeps in a migration's ``options``."""

    options: Options
    """What was asked."""
    origin: Origin
    """Where the rules come from."""
    summary: Summary = Summary()
    """How it went, so far."""

    def to_json(self) -> dict[str, JsonValue]:
        """A JSON object."""
        built: dict[str, JsonValue] = msgspec.to_builtins(self)
        return built

    @classmethod
    def from_json(cls, data: Mapping[str, JsonValue]) -> Record:
        """Inverse of :meth:`to_json`."""
        return msgspec.convert(dict(data), cls)
