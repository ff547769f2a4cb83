"""One writer a ledger: an operating-system lock that dies with its process, however the process dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from whimbrel.errors import LedgerError

_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_FAR = 1 << 20
"""The byte that Windows locks: beyond the process number, which other processes may read."""

if sys.platform == "win32":
    import msvcrt

    def _try_lock(fd: int) -> bool:
        os.lseek(fd, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class Lock:
    """Holds the lock file at ``path`` from construction to :meth:`release`.

    Raises:
        LedgerError: at once, without waiting, when another process (or this one) holds it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = self._take()
        os.lseek(self._fd, 0, os.SEEK_SET)
        os.truncate(self._fd, 0)
        os.write(self._fd, str(os.getpid()).encode())

    def _take(self) -> int:
        """Lock the file; again when its holder removed it between our opening and our locking."""
        while True:
            fd = os.open(self.path, _FLAGS, 0o644)
            if not _try_lock(fd):
                holder = os.read(fd, 32).decode("ascii", "replace").strip()
                os.close(fd)
                who = f"another run (process {holder})" if holder else "another run"
                raise LedgerError(
                    f"{who} is working on this tree and holds {self.path}",
                    hint="wait for it or stop it; the lock is gone as soon as that process ends",
                )
            if self._is_current(fd):
                return fd
            os.close(fd)

    def _is_current(self, fd: int) -> bool:
        try:
            return os.path.samestat(os.fstat(fd), self.path.stat())
        except FileNotFoundError:
            return False

    def release(self, *, remove: bool = False) -> None:
        """Give the lock up, and its file with ``remove``; calling it twice is harmless."""
        if self._fd < 0:
            return
        if remove:
            self.path.unlink(missing_ok=True)
        os.close(self._fd)
        self._fd = -1
