"""Where the ledger lives on disk."""

from __future__ import annotations

import contextlib
from pathlib import Path

from whimbrel.errors import LedgerError

FOLDER = ".whimbrel"
"""The folder in a tree that is ours: git does not see it, the sweep does not enter it."""


def ledger_path(tree: Path) -> Path:
    """The place of a tree's ledger: in its ``.whimbrel`` folder; for a single file, in that of the file's folder."""
    return (tree.parent if tree.is_file() else tree) / FOLDER / "ledger.db"


def open_folder(folder: Path) -> None:
    """Make the ledger's folder if need be, hidden from git.

    Raises:
        LedgerError: when it cannot be made, or is a symbolic link.
    """
    if folder.name == FOLDER and folder.is_symlink():
        raise LedgerError(f"{folder} is a symbolic link", hint="remove it, or use --ledger FILE")
    try:
        fresh = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if (fresh or folder.name == FOLDER) and not ignore.exists():
            ignore.write_text("*\n", encoding="ascii")
    except OSError as error:
        raise LedgerError(
            f"cannot make the ledger's folder {folder} ({error.strerror})",
            hint="nothing was changed; check permissions and space, or use --ledger FILE to keep it elsewhere",
        ) from error


def remove_ledger(path: Path) -> None:
    """Remove a ledger that recorded nothing; its lock and its folder are the caller's."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
    if path.parent.name == FOLDER:
        with contextlib.suppress(OSError):
            (path.parent / ".gitignore").unlink(missing_ok=True)
