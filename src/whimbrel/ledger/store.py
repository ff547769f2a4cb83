"""The durable record of migrations.

The protocol is *record before write*: the original bytes of a file, the bytes that it will get and its sites are
committed (:meth:`Ledger.plan_files`) before the file is touched. Whatever happens afterwards, each file on disk holds
its original, one of the recorded targets, or something that somebody else wrote; :mod:`whimbrel.ledger.recover` needs
no more than that to finish or to undo. A path may be planned again with another target, as group testing does: the
first ``before`` stays the original, and every target ever planned counts as ours.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from whimbrel.errors import LedgerError
from whimbrel.ledger import rows, schema
from whimbrel.ledger.atomic import hash_bytes
from whimbrel.ledger.database import Database
from whimbrel.ledger.records import (
    UNFINISHED,
    FileRecord,
    FileState,
    JsonValue,
    Migration,
    MigrationState,
    PlannedFile,
    SiteRecord,
    SiteState,
    SkippedFile,
    Verdict,
)
from whimbrel.text import encode

_PAGE = 500
_COMPRESSION = 3


class Ledger:
    """One SQLite file, one connection, one thread; a context manager. See the module for the protocol.

    Every method raises :class:`LedgerError` when the file turns out to be damaged or the disk to be full.
    """

    def __init__(self, database: Database) -> None:
        self.path = database.path
        self._database = database

    @classmethod
    def open(cls, path: Path, *, create: bool = False, read_only: bool = False) -> Ledger:
        """Open the ledger at ``path`` and, unless ``read_only``, take its lock until it is closed.

        Raises:
            LedgerError: missing (and not ``create``), in use by another run, damaged, or of another version or program.
        """
        return cls(Database.open(path, create=create, read_only=read_only))

    def close(self) -> None:
        """Close it; a ledger that was created by this opening and that recorded nothing is removed again."""
        self._database.close()

    def __enter__(self) -> Self:
        """The ledger itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    # migrations

    def begin(
        self,
        *,
        tree: Path,
        root: Path,
        command: str,
        rules_text: str,
        checks: Sequence[str] = (),
        base_revision: str = "",
        branch: str = "",
        work_tree: Path | None = None,
        options: Mapping[str, JsonValue] | None = None,
    ) -> Migration:
        """Record a new migration, in state PLANNING."""
        values = (
            rows.path_in(tree.absolute()),
            rows.path_in(root.absolute()),
            command,
            MigrationState.PLANNING.value,
            _now(),
            "",
            encode(rules_text),
            json.dumps(list(checks)),
            base_revision,
            branch,
            None if work_tree is None else rows.path_in(work_tree.absolute()),
            rows.options_in(options),
        )
        columns = rows.MIGRATION.removeprefix("id, ")
        with self._database.writing():
            number = self._database.execute(f"INSERT INTO migrations ({columns}) VALUES ({_marks(values)})", values)
        return self.migration(number)

    def set_state(self, migration_id: int, state: MigrationState) -> None:
        """Say how far it has come; the final states also set the time at which it finished."""
        finished = "" if state in UNFINISHED else _now()
        with self._database.writing():
            self._database.execute(
                "UPDATE migrations SET state = ?, finished = ? WHERE id = ?", (state.value, finished, migration_id)
            )

    def update(
        self,
        migration_id: int,
        *,
        rules_text: str | None = None,
        base_revision: str | None = None,
        branch: str | None = None,
        work_tree: Path | None = None,
        options: Mapping[str, JsonValue] | None = None,
    ) -> None:
        """Fill in what was not known when it began; None leaves a value as it is."""
        values: dict[str, object] = {
            "rules": None if rules_text is None else encode(rules_text),
            "base_revision": base_revision,
            "branch": branch,
            "work_tree": None if work_tree is None else rows.path_in(work_tree.absolute()),
            "options": None if options is None else rows.options_in(options),
        }
        with self._database.writing():
            for column, value in values.items():
                if value is not None:
                    self._database.execute(f"UPDATE migrations SET {column} = ? WHERE id = ?", (value, migration_id))

    def discard(self, migration_id: int) -> None:
        """Forget a migration that changed no file: it recorded none, or only such as were left alone.

        Raises:
            LedgerError: when it did write one, or might have.
        """
        with self._database.writing():
            one = "SELECT 1 FROM files WHERE migration = ? AND state != ? LIMIT 1"
            if self._database.query(one, migration_id, FileState.LEFT_ALONE.value):
                raise LedgerError(f"migration {migration_id} has recorded files and cannot be forgotten")
            for table in ("files", "targets", "sites", "verdicts", "skipped"):
                self._database.execute(f"DELETE FROM {table} WHERE migration = ?", (migration_id,))
            self._database.execute("DELETE FROM migrations WHERE id = ?", (migration_id,))
            used = "SELECT hash FROM targets UNION SELECT hash_before FROM files"
            self._database.execute(f"DELETE FROM blobs WHERE hash NOT IN ({used})", ())

    def migration(self, migration_id: int) -> Migration:
        """The migration of that number.

        Raises:
            LedgerError: when there is none.
        """
        found = self._database.query(f"SELECT {rows.MIGRATION} FROM migrations WHERE id = ?", migration_id)
        if not found:
            known = ", ".join(str(each.id) for each in self.migrations()) or "none"
            raise LedgerError(f"the ledger knows no migration {migration_id}", hint=f"migrations here: {known}")
        return rows.migration(found[0])

    def migrations(self) -> tuple[Migration, ...]:
        """All of them, oldest first."""
        return tuple(map(rows.migration, self._database.query(f"SELECT {rows.MIGRATION} FROM migrations ORDER BY id")))

    def latest(self, *, unfinished: bool = False, undoable: bool = False) -> Migration | None:
        """The newest migration; of those that stopped half-way, or of those that are not undone yet."""
        for found in reversed(self.migrations()):
            if (not unfinished or found.unfinished) and (not undoable or found.state is not MigrationState.UNDONE):
                return found
        return None

    # files

    def plan_files(self, migration_id: int, files: Iterable[PlannedFile]) -> None:
        """Commit originals, targets and sites; must return before any of these files is written."""
        with self._database.writing():
            for planned in files:
                self._plan_file(migration_id, planned)

    def _plan_file(self, migration_id: int, planned: PlannedFile) -> None:
        before, after, path = hash_bytes(planned.before), hash_bytes(planned.after), rows.path_in(planned.path)
        known = self.file(migration_id, planned.path)
        if known is None:
            self._store(before, planned.before)
        self._store(after, planned.after)
        self._database.execute(
            f"INSERT INTO files ({rows.FILE}) VALUES (?, ?, ?, ?, ?, ?, x'') ON CONFLICT (migration, path) "
            "DO UPDATE SET hash_after = excluded.hash_after, state = excluded.state, reason = excluded.reason",
            (migration_id, path, before, after, planned.mode, FileState.PLANNED.value),
        )
        self._database.execute("INSERT OR IGNORE INTO targets VALUES (?, ?, ?)", (migration_id, path, after))
        self._put_sites(migration_id, planned.sites)

    def _store(self, digest: str, data: bytes) -> None:
        if not self._database.query("SELECT 1 FROM blobs WHERE hash = ?", digest):
            self._database.execute("INSERT INTO blobs VALUES (?, ?)", (digest, zlib.compress(data, _COMPRESSION)))

    def mark_files(self, migration_id: int, paths: Iterable[str], state: FileState, *, reason: str = "") -> None:
        """Say how far these files have come."""
        values = [(state.value, encode(reason), migration_id, rows.path_in(path)) for path in paths]
        with self._database.writing():
            self._database.executemany(
                "UPDATE files SET state = ?, reason = ? WHERE migration = ? AND path = ?", values
            )

    def files(self, migration_id: int, *, state: FileState | None = None) -> Iterator[FileRecord]:
        """Its files in the order of their paths; they may be marked while iterating."""
        at = b""
        while True:
            page = self._database.query(
                f"SELECT {rows.FILE} FROM files WHERE migration = ? AND path > ? AND (? IS NULL OR state = ?) "
                f"ORDER BY path LIMIT {_PAGE}",
                migration_id,
                at,
                state,
                state,
            )
            yield from map(rows.file, page)
            if len(page) < _PAGE:
                return
            at = page[-1][1]

    def file(self, migration_id: int, path: str) -> FileRecord | None:
        """One of its files."""
        found = self._database.query(
            f"SELECT {rows.FILE} FROM files WHERE migration = ? AND path = ?", migration_id, rows.path_in(path)
        )
        return rows.file(found[0]) if found else None

    def blob(self, digest: str) -> bytes:
        """The bytes with that hash.

        Raises:
            LedgerError: when they are not there, or no longer what they were.
        """
        found = self._database.query("SELECT data FROM blobs WHERE hash = ?", digest)
        if not found:
            raise schema.damaged(self.path, f"content {digest[:12]} is missing")
        try:
            data = zlib.decompress(found[0][0])
        except zlib.error as error:
            raise schema.damaged(self.path, error) from error
        if hash_bytes(data) != digest:
            raise schema.damaged(self.path, f"content {digest[:12]} has changed")
        return data

    def ours(self, migration_id: int, path: str) -> frozenset[str]:
        """The hashes that the file may have because of us: its original's and every target's."""
        key = rows.path_in(path)
        found = self._database.query(
            "SELECT hash FROM targets WHERE migration = ? AND path = ? "
            "UNION SELECT hash_before FROM files WHERE migration = ? AND path = ?",
            migration_id,
            key,
            migration_id,
            key,
        )
        return frozenset(digest for (digest,) in found)

    # sites

    def record_sites(self, migration_id: int, sites: Iterable[SiteRecord]) -> None:
        """Insert them, or replace those with the same path and key."""
        with self._database.writing():
            self._put_sites(migration_id, sites)

    def _put_sites(self, migration_id: int, sites: Iterable[SiteRecord]) -> None:
        columns = rows.SITE.split(", ")
        renewed = ", ".join(f"{column} = excluded.{column}" for column in columns[2:])
        self._database.executemany(
            f"INSERT INTO sites (migration, {rows.SITE}) VALUES ({_marks([*columns, 'migration'])}) "
            f"ON CONFLICT (migration, path, key) DO UPDATE SET {renewed}",
            (rows.site_in(migration_id, each) for each in sites),
        )

    def mark_sites(
        self,
        migration_id: int,
        sites: Iterable[tuple[str, str]],
        state: SiteState,
        *,
        reason: str = "",
        check: str = "",
    ) -> None:
        """Say what became of these sites, each a path and a key."""
        values = [
            (state.value, encode(reason), encode(check), migration_id, rows.path_in(path), encode(key))
            for path, key in sites
        ]
        with self._database.writing():
            self._database.executemany(
                "UPDATE sites SET state = ?, reason = ?, by_check = ? WHERE migration = ? AND path = ? AND key = ?",
                values,
            )

    def sites(
        self, migration_id: int, *, state: SiteState | None = None, path: str | None = None
    ) -> Iterator[SiteRecord]:
        """Its sites in the order in which they were recorded; they may be marked while iterating."""
        key = None if path is None else rows.path_in(path)
        at = 0
        while True:
            page = self._database.query(
                f"SELECT id, {rows.SITE} FROM sites WHERE migration = ? AND id > ? AND (? IS NULL OR state = ?) "
                f"AND (? IS NULL OR path = ?) ORDER BY id LIMIT {_PAGE}",
                migration_id,
                at,
                state,
                state,
                key,
                key,
            )
            yield from (rows.site(row[1:]) for row in page)
            if len(page) < _PAGE:
                return
            at = page[-1][0]

    def site_counts(self, migration_id: int) -> dict[SiteState, int]:
        """How many sites are in each state; states without sites are left out."""
        found = self._database.query(
            "SELECT state, count(*) FROM sites WHERE migration = ? GROUP BY state", migration_id
        )
        return {SiteState(state): count for state, count in found}

    # verdicts and skipped files

    def record_verdict(self, migration_id: int, verdict: Verdict) -> None:
        """Add one run of one check."""
        values = (
            migration_id,
            encode(verdict.check),
            verdict.subset,
            verdict.outcome,
            verdict.seconds,
            encode(verdict.tail),
            verdict.digest,
            verdict.attempt,
            encode(verdict.details),
            verdict.at or _now(),
        )
        with self._database.writing():
            self._database.execute(
                f"INSERT INTO verdicts (migration, {rows.VERDICT}) VALUES ({_marks(values)})", values
            )

    def verdicts(self, migration_id: int) -> tuple[Verdict, ...]:
        """All runs of checks, in order."""
        found = self._database.query(
            f"SELECT {rows.VERDICT} FROM verdicts WHERE migration = ? ORDER BY id", migration_id
        )
        return tuple(map(rows.verdict, found))

    def verdict(self, migration_id: int, *, check: str, digest: str, attempt: int) -> Verdict | None:
        """The last verdict of that check on that state, if there is one."""
        found = self._database.query(
            f"SELECT {rows.VERDICT} FROM verdicts WHERE migration = ? AND digest = ? AND attempt = ? AND by_check = ? "
            "ORDER BY id DESC LIMIT 1",
            migration_id,
            digest,
            attempt,
            encode(check),
        )
        return rows.verdict(found[0]) if found else None

    def record_skipped(self, migration_id: int, skipped: Iterable[SkippedFile]) -> None:
        """Note files that were not planned, and why."""
        values = [(migration_id, rows.path_in(each.path), encode(each.reason)) for each in skipped]
        with self._database.writing():
            self._database.executemany("INSERT OR REPLACE INTO skipped VALUES (?, ?, ?)", values)

    def skipped(self, migration_id: int) -> tuple[SkippedFile, ...]:
        """The files that were not planned."""
        found = self._database.query("SELECT path, reason FROM skipped WHERE migration = ? ORDER BY path", migration_id)
        return tuple(map(rows.skipped, found))


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
