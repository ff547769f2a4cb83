"""Table rows to records and back."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from whimbrel.ledger.records import (
    FileRecord,
    FileState,
    JsonValue,
    Migration,
    MigrationState,
    SiteRecord,
    SiteState,
    SkippedFile,
    Verdict,
)
from whimbrel.text import decode, encode

Row: TypeAlias = "tuple[Any, ...]"

MIGRATION = (
    "id, tree, root, command, state, started, finished, rules, checks, base_revision, branch, work_tree, options"
)
FILE = "migration, path, hash_before, hash_after, mode, state, reason"
SITE = "path, key, rule, line, before, after, confidence, state, reason, by_check"
VERDICT = "by_check, subset, outcome, seconds, tail, digest, attempt, details, at"


def path_in(path: str | Path) -> bytes:
    """A path as it is stored."""
    return os.fsencode(path)


def path_out(stored: bytes) -> str:
    """A stored path as text."""
    return os.fsdecode(stored)


def options_in(options: Mapping[str, JsonValue] | None) -> str:
    """Options as they are stored."""
    return json.dumps(dict(options or {}), sort_keys=True)


def migration(row: Row) -> Migration:
    """From a row of :data:`MIGRATION`."""
    return Migration(
        id=row[0],
        tree=Path(path_out(row[1])),
        root=Path(path_out(row[2])),
        command=row[3],
        state=MigrationState(row[4]),
        started=row[5],
        finished=row[6],
        rules_text=decode(row[7]),
        checks=tuple(json.loads(row[8])),
        base_revision=row[9],
        branch=row[10],
        work_tree=None if row[11] is None else Path(path_out(row[11])),
        options=json.loads(row[12]),
    )


def file(row: Row) -> FileRecord:
    """From a row of :data:`FILE`."""
    return FileRecord(
        migration_id=row[0],
        path=path_out(row[1]),
        hash_before=row[2],
        hash_after=row[3],
        mode=row[4],
        state=FileState(row[5]),
        reason=decode(row[6]),
    )


def site(row: Row) -> SiteRecord:
    """From a row of :data:`SITE`."""
    return SiteRecord(
        path=path_out(row[0]),
        key=decode(row[1]),
        rule_id=decode(row[2]),
        line=row[3],
        before=decode(row[4]),
        after=decode(row[5]),
        confidence=row[6],
        state=SiteState(row[7]),
        reason=decode(row[8]),
        check=decode(row[9]),
    )


def site_in(migration_id: int, record: SiteRecord) -> Row:
    """A site as it is stored: the migration, then the columns of :data:`SITE`."""
    return (
        migration_id,
        path_in(record.path),
        encode(record.key),
        encode(record.rule_id),
        record.line,
        encode(record.before),
        encode(record.after),
        record.confidence,
        record.state.value,
        encode(record.reason),
        encode(record.check),
    )


def verdict(row: Row) -> Verdict:
    """From a row of :data:`VERDICT`."""
    return Verdict(
        check=decode(row[0]),
        subset=row[1],
        outcome=row[2],
        seconds=row[3],
        tail=decode(row[4]),
        digest=row[5],
        attempt=row[6],
        details=decode(row[7]),
        at=row[8],
    )


def skipped(row: Row) -> SkippedFile:
    """From a path and a reason."""
    return SkippedFile(path=path_out(row[0]), reason=decode(row[1]))
