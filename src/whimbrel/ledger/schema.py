"""The tables of the ledger, and opening a file that holds them.

Paths, texts of sites and outputs are stored as bytes: names and sources need not be UTF-8. Blobs are content-addressed,
so that a content planned twice is stored once.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from whimbrel.errors import LedgerError

VERSION = 1
"""Schema version, in ``PRAGMA user_version``."""
APPLICATION_ID = 0x57484D42
"""``WHMB``: says that an SQLite file is a Whimbrel ledger."""
_CHECKED_UP_TO = 256 * 1024 * 1024
"""Larger ledgers are not checked page by page when they are opened; reading a damaged page still says so."""

TABLES = """
CREATE TABLE migrations (
    id INTEGER PRIMARY KEY AUTOINCREMENT, tree BLOB NOT NULL, root BLOB NOT NULL, command TEXT NOT NULL,
    state TEXT NOT NULL, started TEXT NOT NULL, finished TEXT NOT NULL DEFAULT '', rules BLOB NOT NULL,
    checks TEXT NOT NULL, base_revision TEXT NOT NULL, branch TEXT NOT NULL, work_tree BLOB, options TEXT NOT NULL);
CREATE TABLE blobs (hash TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE files (
    migration INTEGER NOT NULL, path BLOB NOT NULL, hash_before TEXT NOT NULL, hash_after TEXT NOT NULL,
    mode INTEGER NOT NULL, state TEXT NOT NULL, reason BLOB NOT NULL DEFAULT x'',
    PRIMARY KEY (migration, path)) WITHOUT ROWID;
CREATE TABLE targets (
    migration INTEGER NOT NULL, path BLOB NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (migration, path, hash)) WITHOUT ROWID;
CREATE TABLE sites (
    id INTEGER PRIMARY KEY, migration INTEGER NOT NULL, path BLOB NOT NULL, key BLOB NOT NULL, rule BLOB NOT NULL,
    line INTEGER NOT NULL, before BLOB NOT NULL, after BLOB NOT NULL, confidence REAL NOT NULL, state TEXT NOT NULL,
    reason BLOB NOT NULL, by_check BLOB NOT NULL, UNIQUE (migration, path, key));
CREATE INDEX sites_by_state ON sites (migration, state);
CREATE TABLE verdicts (
    id INTEGER PRIMARY KEY, migration INTEGER NOT NULL, by_check BLOB NOT NULL, subset INTEGER NOT NULL,
    outcome TEXT NOT NULL, seconds REAL NOT NULL, tail BLOB NOT NULL, digest TEXT NOT NULL,
    attempt INTEGER NOT NULL, details BLOB NOT NULL, at TEXT NOT NULL);
CREATE INDEX verdicts_by_state ON verdicts (migration, digest, attempt);
CREATE TABLE skipped (
    migration INTEGER NOT NULL, path BLOB NOT NULL, reason BLOB NOT NULL, PRIMARY KEY (migration, path)) WITHOUT ROWID;
"""


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection to the file at ``path``, which must exist unless we may write; transactions are ours to begin."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={'rw' if read_only else 'rwc'}", uri=True,
                                 isolation_level=None, timeout=10.0)  # fmt: skip
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    else:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    return connection


def is_fresh(connection: sqlite3.Connection) -> bool:
    """Whether the file has no tables yet: just made, or its maker was killed before it could."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return tables == 0 and _pragma(connection, "application_id") == 0


def create_tables(connection: sqlite3.Connection) -> None:
    """All tables and both numbers, in one transaction."""
    connection.executescript(
        f"BEGIN IMMEDIATE; {TABLES} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
    )


def verify(connection: sqlite3.Connection, path: Path) -> None:
    """Raise LedgerError unless this is an undamaged ledger of our version."""
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise LedgerError(
            f"{path} is an SQLite file of another program, not a ledger",
            hint="name another file with --ledger, or move this one away",
        )
    version = _pragma(connection, "user_version")
    if version != VERSION:
        raise LedgerError(
            f"{path} was written by another version of Whimbrel (ledger version {version}, this one reads {VERSION})",
            hint="use the version that wrote it to undo or resume, or move the file away to begin anew",
        )
    if path.stat().st_size <= _CHECKED_UP_TO:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise damaged(path, verdict)


def damaged(path: Path, detail: object) -> LedgerError:
    """The error for a file that SQLite cannot make sense of."""
    first = str(detail).strip().splitlines()[0] if str(detail).strip() else "unreadable"
    return LedgerError(
        f"the ledger {path} is damaged ({first})",
        hint="the tree itself was not touched; restore the ledger from a backup, or move it away to begin anew "
        "(what it recorded can then only be undone by your version control)",
    )


def translate(error: sqlite3.Error, path: Path) -> LedgerError:
    """What an SQLite error means for the person at the keyboard."""
    text = str(error)
    if "is full" in text:
        return LedgerError(f"no space left on the disk for the ledger {path}", hint="free some space, then run again")
    if "readonly" in text or "unable to open" in text:
        return LedgerError(f"cannot write the ledger {path} ({text})", hint="check permissions, or use --ledger FILE")
    if "locked" in text:
        return LedgerError(f"the ledger {path} is in use by another program", hint="close it, then run again")
    return damaged(path, text)


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)
