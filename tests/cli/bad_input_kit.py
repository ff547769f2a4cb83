"""What the tests of bad input share: the program as a real process, projects to spoil, and what no error may do."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from whimbrel.cli import main

RULES = """\
whimbrel: 1
rules:
  - id: rename
    language: python
    pattern: fetch($$$A)
    rewrite: load($$$A)
"""
BODY = b"import net\n\n\ndef run_%d(url):\n    return net.fetch(url, %d)\n"
_NO_POWERS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of the program ended."""

    code: int
    out: str
    err: str

    def document(self) -> Any:
        """Standard output, which must be one JSON document."""
        return json.loads(self.out)


def run(*args: object, folder: Path | None = None) -> Ended:
    """The program in this process, which is much quicker than in one of its own."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in "oe"]
    out, err = streams
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.chdir(folder or Path.cwd()),
        pytest.MonkeyPatch.context() as patch,
        pytest.raises(SystemExit) as ended,
    ):
        patch.setattr(sys, "argv", ["whimbrel", *map(os.fspath, args)])  # type: ignore[arg-type]
        main()
    said = [stream.buffer.getvalue() for stream in streams if not stream.flush()]  # type: ignore[attr-defined]
    return _ended(int(ended.value.code or 0), *said)


def process(*args: object, folder: Path | None = None, prefix: Sequence[str] = (), timeout: float = 60) -> Ended:
    """The program as a process of its own."""
    command = [*prefix, sys.executable, "-m", "whimbrel", *map(os.fspath, args)]  # type: ignore[arg-type]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=timeout, check=False)
    return _ended(done.returncode, done.stdout, done.stderr)


def _ended(code: int, *said: bytes) -> Ended:
    """Whatever happens, a traceback is a failure."""
    out, err = (text.decode("utf-8") for text in said)
    for text in (out, err):
        assert "Traceback" not in text, text
        assert "defect in Whimbrel" not in text, text
    return Ended(code, out, err)


def complains(ended: Ended, code: int, *says: str) -> None:
    """One line that says what is wrong, one that says what to do, nothing on standard output."""
    assert ended.code == code, f"{ended}"
    lines = ended.err.splitlines()
    assert lines and lines[0].startswith("error: "), ended
    assert len(lines) == 2 and lines[1].startswith("  hint: "), ended.err
    assert ended.out == "", ended.out
    for each in says:
        assert each in ended.err, ended.err


def without_powers() -> list[str]:
    """What to put before a command so that permissions count, even for root."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("runs as root, which no permission stops, and there is no setpriv")
    return _NO_POWERS


def snapshot(folder: Path) -> dict[str, tuple[str, int]]:
    """Hash (or target) and mode of everything in a folder but Whimbrel's own record and git's."""
    found = {}
    for base, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in (".whimbrel", ".git")]
        for name in [*names, *folders]:
            path = Path(base, name)
            mode = path.lstat().st_mode
            if path.is_symlink():
                held = f"-> {path.readlink()}"
            else:
                held = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            found[str(path.relative_to(folder))] = (held, mode)
    return found


@contextmanager
def untouched(*folders: Path) -> Iterator[None]:
    """Nothing in these folders may change meanwhile: not a byte, not a mode, not a name, no record, no branch."""
    before = [(snapshot(folder), refs(folder), (folder / ".whimbrel").exists()) for folder in folders]
    yield
    after = [(snapshot(folder), refs(folder), (folder / ".whimbrel").exists()) for folder in folders]
    assert after == before


def refs(folder: Path) -> str:
    """Every branch and tag of a repository, and its work trees; nothing for a plain folder."""
    if not (folder / ".git").exists():
        return ""
    return git(folder, "for-each-ref") + git(folder, "worktree", "list")


def git(folder: Path, *args: str) -> str:
    """What git says."""
    command = ["git", "-c", "user.name=U", "-c", "user.email=u@example.org", *args]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=60).stdout


def commit(folder: Path, message: str = "more") -> None:
    """Commit everything."""
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """Make a folder that holds these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def modules(count: int = 6) -> dict[str, bytes]:
    """Python files that each hold one site of the rule."""
    return {f"m{number}.py": BODY % (number, number) for number in range(count)}


def edited(data: bytes) -> bytes:
    """As a person edits it."""
    return data.replace(b"fetch(", b"load(")


def pairs(tmp_path: Path, files: dict[str, bytes] | None = None) -> tuple[Path, Path]:
    """Two folders of examples."""
    before = files or modules(3)
    return (
        write(tmp_path / "before", before),
        write(tmp_path / "after", {name: edited(data) for name, data in before.items()}),
    )
