"""Replacing one file, or not at all.

The new bytes go to a temporary file in the same folder, are synced, and take the place of the old file by one rename: a
reader, or a process killed at any moment, sees the old bytes or the new ones. The folder is not synced: after a power
cut the old bytes may be back, which undo and resume take for what they are. The temporary file's name follows from the
file's name, so that a later run finds and removes what a killed one left.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from whimbrel.errors import InputError
from whimbrel.ledger.records import LeftAlone

TEMPORARY_PREFIX = ".whimbrel-"
TEMPORARY_SUFFIX = ".tmp"
_FATAL = {errno.ENOSPC, errno.EIO, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)


class _CannotWriteError(Exception):
    """Why one file is left alone."""


def hash_bytes(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def write_file(
    root: Path, path: str, data: bytes, *, expected: Collection[str], mode: int | None = None
) -> LeftAlone | None:
    """Replace ``root/path`` by ``data`` atomically, keeping its mode (or setting ``mode``).

    ``expected`` are the hashes that the file may have now. Returns None when it has the new bytes afterwards, else says
    why it was left alone: a symbolic link or under one, not a regular file, gone, read-only, no permission, changed.

    Raises:
        InputError: when nothing more can be written (disk full, input/output error).
    """
    try:
        target = _inside(root, path)
        data_now, status = _read(target)
        if data_now != data:
            if hash_bytes(data_now) not in expected:
                raise _CannotWriteError("it was changed by somebody else meanwhile")
            _replace(target, data, status, stat.S_IMODE(status.st_mode) if mode is None else mode)
        elif mode is not None and mode != stat.S_IMODE(status.st_mode):
            target.chmod(mode)
    except _CannotWriteError as error:
        return LeftAlone(path=path, reason=str(error))
    except OSError as error:
        return LeftAlone(path=path, reason=_reason(error, root, path))
    return None


def current_hash(root: Path, path: str) -> str | LeftAlone:
    """Hash of what ``root/path`` holds now, or why that cannot be said."""
    try:
        return hash_bytes(_read(_inside(root, path))[0])
    except _CannotWriteError as error:
        return LeftAlone(path=path, reason=str(error))
    except OSError as error:
        return LeftAlone(path=path, reason=_reason(error, root, path))


def remove_temporary(root: Path, path: str) -> None:
    """Delete the temporary file that a killed run may have left beside ``root/path``."""
    with contextlib.suppress(OSError, _CannotWriteError):
        _temporary(_inside(root, path)).unlink(missing_ok=True)


def is_temporary(name: str) -> bool:
    """Whether a file name is one of ours, left by a killed run."""
    return name.startswith(TEMPORARY_PREFIX) and name.endswith(TEMPORARY_SUFFIX)


def _inside(root: Path, path: str) -> Path:
    """The file's place, having made sure that no folder on the way leads out of the root."""
    parts = PurePosixPath(path).parts
    if not parts or ".." in parts or PurePosixPath(path).is_absolute() or Path(path).is_absolute():
        raise _CannotWriteError("its path leads out of the tree")
    folder = Path(os.path.realpath(root))
    for part in parts[:-1]:
        folder /= part
        if folder.is_symlink():
            raise _CannotWriteError("it lies under a symbolic link")
    return folder / parts[-1]


def _read(target: Path) -> tuple[bytes, os.stat_result]:
    status = target.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise _CannotWriteError("it is a symbolic link")
    if not stat.S_ISREG(status.st_mode):
        raise _CannotWriteError("it is not a regular file")
    with os.fdopen(os.open(target, os.O_RDONLY | _NOFOLLOW | _BINARY), "rb") as file:
        return file.read(), os.fstat(file.fileno())


def _replace(target: Path, data: bytes, old: os.stat_result, mode: int) -> None:
    if not old.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise _CannotWriteError("it is read-only")
    temporary = _temporary(target)
    temporary.unlink(missing_ok=True)
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | _BINARY, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            _take_after(file.fileno(), old)
            os.fsync(file.fileno())
        temporary.chmod(mode)
        now = target.lstat()
        if (now.st_ino, now.st_mtime_ns, now.st_size) != (old.st_ino, old.st_mtime_ns, old.st_size):
            raise _CannotWriteError("it was changed by somebody else meanwhile")
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _take_after(fd: int, old: os.stat_result) -> None:
    """Keep owner and group where we may."""
    if hasattr(os, "fchown") and (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(PermissionError):
            os.fchown(fd, old.st_uid, old.st_gid)


def _temporary(target: Path) -> Path:
    name = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:24]
    return target.with_name(f"{TEMPORARY_PREFIX}{name}{TEMPORARY_SUFFIX}")


def _reason(error: OSError, root: Path, path: str) -> str:
    """One line for an error that concerns one file; raises when it concerns them all."""
    if error.errno in _FATAL:
        raise InputError(
            f"cannot write {root / path}: {error.strerror}",
            hint="what was written so far is in the ledger: free some space, then `whimbrel resume` or `whimbrel undo`",
        ) from error
    if isinstance(error, FileNotFoundError):
        return "it is gone"
    if isinstance(error, PermissionError):
        return "no permission to read it or to write in its folder"
    return (error.strerror or str(error)).lower()
