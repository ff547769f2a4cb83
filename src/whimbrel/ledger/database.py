"""The SQLite file under the ledger: opening, locking, transactions, and errors that a person can act on."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from whimbrel.errors import LedgerError
from whimbrel.ledger import schema
from whimbrel.ledger.files import open_folder, remove_ledger
from whimbrel.ledger.lock import Lock
from whimbrel.ledger.rows import Row

_SMALLEST = 512
"""Bytes of the smallest SQLite page; what is shorter SQLite itself would take for a new file."""


class Database:
    """One connection and, unless it only reads, the lock that goes with it."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: Lock | None, *, created: bool) -> None:
        self.path = path
        self._connection = connection
        self._lock = lock
        self._created = created

    @classmethod
    def open(cls, path: Path, *, create: bool, read_only: bool) -> Database:
        """See :meth:`whimbrel.ledger.Ledger.open`."""
        if not create and not path.is_file():
            raise LedgerError(
                f"there is no ledger at {path}",
                hint="nothing was recorded there; name the tree that was migrated, or its ledger with --ledger FILE",
            )
        if create:
            open_folder(path.parent)
        if path.is_symlink():
            raise LedgerError(f"the ledger {path} is a symbolic link", hint="remove it, or use --ledger FILE")
        lock = None if read_only else _take_lock(path)
        try:
            connection, created = _connect(path, create=create, read_only=read_only)
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        return cls(path, connection, lock, created=created)

    def close(self) -> None:
        """Close it, and remove what this opening created if nothing was recorded; calling it twice is harmless."""
        empty = self._created and self._is_empty()
        self._connection.close()
        if self._lock is not None:
            if empty:
                remove_ledger(self.path)
            self._lock.release(remove=empty)
            if empty:
                with contextlib.suppress(OSError):
                    self.path.parent.rmdir()
        self._lock, self._created = None, False

    def _is_empty(self) -> bool:
        try:
            return bool(self._connection.execute("SELECT count(*) FROM migrations").fetchone() == (0,))
        except sqlite3.Error:
            return False

    def query(self, sql: str, *values: object) -> list[Row]:
        """All rows."""
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise schema.translate(error, self.path) from error

    def execute(self, sql: str, values: Row) -> int:
        """One statement inside :meth:`writing`; the number of the row that it inserted, if it did."""
        return self._connection.execute(sql, values).lastrowid or 0

    def executemany(self, sql: str, values: Iterable[Row]) -> None:
        """One statement with many values inside :meth:`writing`."""
        self._connection.executemany(sql, values)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One durable transaction: all of it or nothing."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise schema.translate(error, self.path) from error


def _take_lock(path: Path) -> Lock:
    try:
        return Lock(path.with_name(path.name + ".lock"))
    except OSError as error:
        raise LedgerError(
            f"cannot write beside the ledger {path} ({error.strerror})", hint="check permissions, or use --ledger FILE"
        ) from error


def _connect(path: Path, *, create: bool, read_only: bool) -> tuple[sqlite3.Connection, bool]:
    if path.exists() and 0 < path.stat().st_size < _SMALLEST:
        raise schema.damaged(path, "it is cut short")
    try:
        connection = schema.connect(path, read_only=read_only)
    except sqlite3.Error as error:
        raise schema.translate(error, path) from error
    try:
        created = schema.is_fresh(connection)
        if created and (read_only or not create):
            raise LedgerError(f"the ledger {path} is empty", hint="nothing was recorded there yet")
        if created:
            schema.create_tables(connection)
        schema.verify(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise schema.translate(error, path) from error
    except BaseException:
        connection.close()
        raise
    return connection, created
