"""What the ledger holds, as values. Paths of files are relative to their migration's root."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"
"""What a migration's options may hold."""


class MigrationState(StrEnum):
    """How far a migration has come."""

    PLANNING = "planning"
    WRITING = "writing"
    VERIFYING = "verifying"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"


class FileState(StrEnum):
    """How far one file has come."""

    PLANNED = "planned"
    WRITTEN = "written"
    UNDONE = "undone"
    LEFT_ALONE = "left alone"


class SiteState(StrEnum):
    """What became of one site."""

    PLANNED = "planned"
    MIGRATED = "migrated"
    REJECTED = "rejected"
    RESIDUAL = "residual"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One run over one tree."""

    id: int
    """Its number in this ledger, from 1."""
    tree: Path
    """What the user named, a folder or a single file; absolute."""
    root: Path
    """The folder that paths are relative to and where bytes are written."""
    command: str
    """``apply`` or ``migrate``."""
    state: MigrationState
    """How far it has come."""
    started: str
    """ISO time, UTC."""
    finished: str
    """ISO time, UTC; empty while unfinished."""
    rules_text: str
    """The rule file, as it was used."""
    checks: tuple[str, ...]
    """The user's check commands."""
    base_revision: str
    """The git revision that it started from; empty without git."""
    branch: str
    """The git branch that it writes to; empty when it writes in place."""
    work_tree: Path | None
    """The git work tree or copy that it writes to; None when it writes in place."""
    options: Mapping[str, JsonValue]
    """Whatever the command needs in order to resume."""

    @property
    def unfinished(self) -> bool:
        """Whether it stopped half-way (or is still going on in another process)."""
        return self.state in UNFINISHED


UNFINISHED = frozenset({MigrationState.PLANNING, MigrationState.WRITING, MigrationState.VERIFYING})
"""The states that a finished run never leaves behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One file of one migration."""

    migration_id: int
    """The migration."""
    path: str
    """Relative path."""
    hash_before: str
    """SHA-256 of the original."""
    hash_after: str
    """SHA-256 of the content planned last."""
    mode: int
    """Permission bits of the original."""
    state: FileState
    """How far it has come."""
    reason: str
    """Why it was left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRecord:
    """One site of one file."""

    path: str
    """Relative path."""
    key: str
    """Its name within the file."""
    rule_id: str
    """The rule that found it."""
    line: int
    """Line in the original file, from 1."""
    before: str
    """The text that it had."""
    after: str
    """The text that it gets; empty for a refused site."""
    confidence: float
    """The rule's confidence."""
    state: SiteState = SiteState.PLANNED
    """What became of it."""
    reason: str = ""
    """Why it is not migrated."""
    check: str = ""
    """The check that rejected it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFile:
    """A file that is about to be written."""

    path: str
    """Relative path."""
    before: bytes
    """What it holds now."""
    after: bytes
    """What it will hold."""
    mode: int
    """Permission bits."""
    sites: tuple[SiteRecord, ...] = ()
    """Its sites."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One run of one check on a subset of the sites."""

    check: str
    """The command."""
    subset: int
    """How many sites were under test."""
    outcome: str
    """``passed``, ``failed``, ``timeout``, ``flaky`` and the like."""
    seconds: float
    """How long it took."""
    tail: str
    """The end of its output."""
    digest: str = ""
    """Hash of the state under test, by which a resumed run finds the verdict again."""
    attempt: int = 0
    """Which run on that state it was."""
    details: str = ""
    """What the caller wants to remember, as JSON text."""
    at: str = ""
    """ISO time, UTC; filled in by the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedFile:
    """A file that was not planned, and why."""

    path: str
    """Relative path."""
    reason: str
    """One line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """A file that should have been written and was not, and why."""

    path: str
    """Relative path."""
    reason: str
    """One line."""
