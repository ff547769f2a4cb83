"""Finishing what a killed run had promised, and taking everything back.

Both look at what each file holds now. One of *our* contents (the original, or any target ever planned for it) may be
replaced; anything else was written by somebody else, is left alone and reported. Both can themselves be killed and run
again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from whimbrel.ledger.atomic import current_hash, remove_temporary, write_file
from whimbrel.ledger.records import FileRecord, FileState, LeftAlone, MigrationState
from whimbrel.ledger.store import Ledger

_BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """What :func:`resume_files` did."""

    written: tuple[str, ...]
    """Planned files that were written now."""
    already: tuple[str, ...]
    """Planned files that held their target already."""
    left_alone: tuple[LeftAlone, ...]
    """Planned files that could not be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What :func:`undo` did."""

    restored: tuple[str, ...]
    """Files that hold their original again."""
    unchanged: tuple[str, ...]
    """Files that held their original anyway."""
    left_alone: tuple[LeftAlone, ...]
    """Files that somebody else changed, or that could not be written."""


def resume_files(ledger: Ledger, migration_id: int, *, root: Path | None = None) -> Resumed:
    """Write every planned file of the migration, or say why not. Plans nothing new, keeps the migration's state."""
    place = root or ledger.migration(migration_id).root
    written: list[str] = []
    already: list[str] = []
    with _Marks(ledger, migration_id, FileState.WRITTEN) as marks:
        for record in ledger.files(migration_id, state=FileState.PLANNED):
            remove_temporary(place, record.path)
            if current_hash(place, record.path) == record.hash_after:
                problem, done = None, already
            else:
                problem, done = _put(ledger, place, record, record.hash_after), written
            if marks.add(record.path, problem):
                done.append(record.path)
    return Resumed(written=tuple(written), already=tuple(already), left_alone=tuple(marks.left_alone))


def undo(
    ledger: Ledger,
    migration_id: int,
    *,
    root: Path | None = None,
    paths: Collection[str] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Undone:
    """Restore the bytes and the mode of every file (or of ``paths``) that still holds a content of ours.

    The whole migration is UNDONE afterwards when ``paths`` is None, even where files were left alone: they are
    reported, and marked so.
    """
    place = root or ledger.migration(migration_id).root
    restored: list[str] = []
    unchanged: list[str] = []
    total = sum(1 for _ in ledger.files(migration_id)) if paths is None else len(paths)
    with _Marks(ledger, migration_id, FileState.UNDONE) as marks:
        for record in ledger.files(migration_id):
            if paths is not None and record.path not in paths:
                continue
            remove_temporary(place, record.path)
            if current_hash(place, record.path) == record.hash_before:
                problem, done = None, unchanged
            else:
                problem, done = _put(ledger, place, record, record.hash_before, mode=record.mode), restored
            if marks.add(record.path, problem):
                done.append(record.path)
            if on_progress is not None:
                on_progress(len(restored) + len(unchanged) + len(marks.left_alone), total)
    if paths is None:
        ledger.set_state(migration_id, MigrationState.UNDONE)
    return Undone(restored=tuple(restored), unchanged=tuple(unchanged), left_alone=tuple(marks.left_alone))


def _put(ledger: Ledger, root: Path, record: FileRecord, digest: str, *, mode: int | None = None) -> LeftAlone | None:
    """Give the file one of its recorded contents, if it holds another one of them."""
    expected = ledger.ours(record.migration_id, record.path)
    return write_file(root, record.path, ledger.blob(digest), expected=expected, mode=mode)


class _Marks:
    """States of files, committed in batches; those of a batch that is lost are found out again from the files."""

    def __init__(self, ledger: Ledger, migration_id: int, state: FileState) -> None:
        self.left_alone: list[LeftAlone] = []
        self._ledger = ledger
        self._migration_id = migration_id
        self._state = state
        self._pending: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()

    def add(self, path: str, problem: LeftAlone | None) -> bool:
        """Note what became of a file; whether it is as it should be."""
        if problem is not None:
            self.left_alone.append(problem)
            self._ledger.mark_files(self._migration_id, [path], FileState.LEFT_ALONE, reason=problem.reason)
            return False
        self._pending.append(path)
        if len(self._pending) >= _BATCH:
            self._flush()
        return True

    def _flush(self) -> None:
        if self._pending:
            self._ledger.mark_files(self._migration_id, self._pending, self._state)
            self._pending.clear()
