"""Running a command of the user's so that it cannot hang us, flood us, or leave anything behind.

The command gets a session (and so a process group) of its own, no standard input, and a time limit. Its output goes
through a pipe of which only the end is kept, so that a check that prints ten gigabytes costs neither memory nor disk.
When it ends, for whatever reason, its group is killed, and so is every process that carries the run's mark in its
environment: a child that called ``setsid`` is found by that mark.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MARK = "WHIMBREL_CHECK_DIR"
"""Environment variable that marks every process of a check; its value is the folder that the check runs in."""

OUTPUT_CAP = 8 * 1024 * 1024
"""Bytes of output that are kept, counted from the end."""

_GRACE = 1.0
"""Seconds between the polite and the final signal."""

_INHERITED_GIT = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a command did."""

    exit_code: int | None
    """None: it was killed when its time was up. Negative: it died of that signal."""
    output: bytes
    """The last bytes of standard output and standard error together."""
    truncated: bool
    """Whether earlier output was dropped."""
    seconds: float
    """Wall time."""


class _Tail:
    """Keeps the last ``cap`` bytes of a pipe; read by a thread until the pipe is closed."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._kept = bytearray()
        self.truncated = False
        self._lock = threading.Lock()

    def drain(self, pipe: IO[bytes]) -> None:
        """Read until the end of the pipe."""
        while chunk := os.read(pipe.fileno(), 65536):
            with self._lock:
                self._kept += chunk
                if len(self._kept) > 2 * self._cap:
                    self._cut()

    def value(self) -> bytes:
        """What was kept so far."""
        with self._lock:
            self._cut()
            return bytes(self._kept)

    def _cut(self) -> None:
        if len(self._kept) > self._cap:
            del self._kept[: -self._cap]
            self.truncated = True


def environment(directory: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a check: the user's, without what would point git at another repository, plus the mark.

    Secrets are still inherited; this is the one place where they will be dropped.
    """
    env = {name: value for name, value in os.environ.items() if name not in _INHERITED_GIT}
    env.update(extra or {})
    env[MARK] = str(directory)
    return env


def run_command(command: str, directory: Path, *, time_limit: float, cap: int = OUTPUT_CAP) -> Run:
    """Run ``command`` by ``/bin/sh`` in ``directory``.

    Raises:
        OSError: when the system cannot start a process at all.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=directory,
        env=environment(directory),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    tail = _Tail(cap)
    reader = threading.Thread(target=tail.drain, args=(process.stdout,), daemon=True)
    reader.start()
    exit_code: int | None = None
    try:
        exit_code = process.wait(timeout=time_limit)
    except subprocess.TimeoutExpired:
        _terminate(process)
    finally:
        _kill_group(process.pid)
        kill_marked(directory)
        process.wait()
        reader.join(timeout=5.0)
    if not reader.is_alive():
        process.stdout.close()
    seconds = time.monotonic() - started
    return Run(exit_code=exit_code, output=tail.value(), truncated=tail.truncated, seconds=seconds)


def kill_marked(directory: Path) -> int:
    """Kill every process that a check in or below ``directory`` left behind, also of a run that died; how many.

    Needs ``/proc``; elsewhere only the process group is killed.
    """
    proc = Path("/proc")
    if not proc.is_dir():
        return 0
    exactly = os.fsencode(f"{MARK}={directory}")
    killed = 0
    for entry in proc.iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
            if not any(value == exactly or value.startswith(exactly + b"/") for value in variables):
                continue
            os.kill(int(entry.name), signal.SIGKILL)
            killed += 1
        except OSError:
            continue  # it ended meanwhile, or it is somebody else's
    return killed


def _terminate(process: subprocess.Popen[bytes]) -> None:
    """Ask the group to end and wait a moment, so that a test runner can clean up."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=_GRACE)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        return


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
