"""A thin runner of the git program: bytes in, bytes out, clear errors, nothing of the user's shell leaking in.

Git is driven by its own program rather than by a library so that what the user configured (filters, sparse checkouts,
partial clones) holds here as well. Hooks are off: what Whimbrel does behind the scenes is not a commit of theirs.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from whimbrel.errors import InputError

_LOCATION_VARIABLES = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
)
"""Set when we run inside a hook or an alias; they would point every call at the wrong repository."""

_SETTINGS = (
    "core.quotepath=off",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "gc.auto=0",
    "advice.detachedHead=false",
)


class GitError(InputError):
    """Git ended with an error; the message is the last line that it printed."""

    def __init__(self, message: str, *, hint: str = "", status: int = 1, stderr: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.stderr = stderr


def git(
    args: Sequence[str],
    cwd: Path,
    *,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    ok: Sequence[int] = (0,),
) -> bytes:
    """Standard output of ``git <args>`` run in ``cwd``.

    Args:
        args: arguments after ``git``; paths travel as ``os.fsdecode`` text and so survive any bytes.
        cwd: the folder to run in.
        stdin: bytes for standard input; none means an empty input, never the terminal.
        env: variables on top of the inherited ones (``GIT_INDEX_FILE`` for a private index, author names, dates).
        ok: exit codes that are not an error (``git diff --no-index`` ends with 1 when there is a difference).

    Raises:
        GitError: when git is not installed, ``cwd`` is not there, or git ends with another exit code.
    """
    if not cwd.is_dir():
        raise GitError(f"no such folder: {cwd}")
    command = ["git", *(part for setting in _SETTINGS for part in ("-c", setting)), *args]
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            input=stdin if stdin is not None else b"",
            capture_output=True,
            env=_environment(env),
            check=False,
        )
    except FileNotFoundError:
        raise GitError("git is not installed", hint="install git, or work on a plain folder") from None
    if done.returncode not in ok:
        stderr = done.stderr.decode("utf-8", "replace").strip()
        raise GitError(_message(args, stderr, done.returncode), status=done.returncode, stderr=stderr)
    return done.stdout


def git_records(args: Sequence[str], cwd: Path, *, env: Mapping[str, str] | None = None) -> list[str]:
    """NUL-separated records of the output (``-z``) as ``os.fsdecode`` text, empty ones dropped."""
    return [os.fsdecode(part) for part in git(args, cwd, env=env).split(b"\0") if part]


def git_text(args: Sequence[str], cwd: Path, *, env: Mapping[str, str] | None = None) -> str:
    """The output as text without the blanks around it: for hashes, branch names, single answers."""
    return os.fsdecode(git(args, cwd, env=env)).strip()


def repository_root(path: Path) -> Path | None:
    """The top folder of the git work tree that ``path`` lies in, or None outside of any (or without git)."""
    if not path.is_dir():
        return None
    try:
        top = git(["rev-parse", "--show-toplevel"], path)
    except GitError:
        return None
    text = os.fsdecode(top.rstrip(b"\n"))
    return Path(text) if text else None


def head_revision(root: Path) -> str | None:
    """The full hash of HEAD, or None in a repository without commits."""
    try:
        return git(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], root).decode().strip()
    except GitError:
        return None


def _environment(extra: Mapping[str, str] | None) -> dict[str, str]:
    """The inherited environment, fixed to plain English output, no prompts, no inherited repository."""
    env = {name: value for name, value in os.environ.items() if name not in _LOCATION_VARIABLES}
    env.update(LC_ALL="C", GIT_TERMINAL_PROMPT="0", GIT_OPTIONAL_LOCKS="0", GIT_PAGER="cat")
    env.update(extra or {})
    return env


def _message(args: Sequence[str], stderr: str, status: int) -> str:
    """One line: what was run and what git had to say."""
    lines = [line for line in stderr.splitlines() if line.strip()]
    telling = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1] if lines else "")
    said = telling.removeprefix("fatal:").removeprefix("error:").strip() or f"exit code {status}"
    return f"git {' '.join(args[:2])}: {said}"
