"""Writing a file that the user named: all of it, or what was there before stays."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def save_bytes(path: Path, data: bytes) -> None:
    """Create or replace a file; one that is no regular file (``/dev/stdout``, a pipe) is written to as it is.

    Raises:
        OSError: it cannot be written; a file that was there is as it was.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        target.write_bytes(data)
        return
    mode = target.stat().st_mode & 0o777 if target.exists() else None
    if mode is not None and not os.access(target, os.W_OK):
        raise PermissionError(13, "Permission denied", str(path))
    fd, name = tempfile.mkstemp(prefix=".whimbrel-", suffix=".tmp", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask() if mode is None else mode)
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _umask() -> int:
    """The process's mask for new files; there is no way to ask but to set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
