"""The durable record (SQLite): migrations, files, sites, verdicts; resume and undo."""

from whimbrel.ledger.atomic import current_hash, hash_bytes, is_temporary, write_file
from whimbrel.ledger.files import FOLDER, ledger_path
from whimbrel.ledger.records import (
    FileRecord,
    FileState,
    JsonValue,
    LeftAlone,
    Migration,
    MigrationState,
    PlannedFile,
    SiteRecord,
    SiteState,
    SkippedFile,
    Verdict,
)
from whimbrel.ledger.recover import Resumed, Undone, resume_files, undo
from whimbrel.ledger.store import Ledger

__all__ = [
    "FOLDER",
    "FileRecord",
    "FileState",
    "JsonValue",
    "Ledger",
    "LeftAlone",
    "Migration",
    "MigrationState",
    "PlannedFile",
    "Resumed",
    "SiteRecord",
    "SiteState",
    "SkippedFile",
    "Undone",
    "Verdict",
    "current_hash",
    "hash_bytes",
    "is_temporary",
    "ledger_path",
    "resume_files",
    "undo",
    "write_file",
]
