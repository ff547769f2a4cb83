"""The project of the demo, from the templates that lie beside this module.

``project/`` is the depot as it was committed, ``edited/`` the three files that a person has edited since. Every
template ends in ``.txt``, so that neither linters nor test runners take it for a part of Whimbrel.
"""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from whimbrel.errors import InputError
from whimbrel.vcs.git import git

_SUFFIX = ".txt"
_DEPRECATED = re.compile(r"\bclient\.(?:fetch|build|retried)\(|\bHttpError\b|\bagain=")
_HELP_TEXT = re.compile(r'\s*"\w+": "')
_AUTHOR = ("Ada Depot", "ada@depot.example")


def make_project(folder: Path) -> tuple[str, ...]:
    """Write the project into a folder that is empty or not there yet, and commit it; its files.

    Raises:
        InputError: there is something in the folder, it cannot be written, or git is not installed.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not empty", hint="name a folder that does not exist yet")
    try:
        paths = _lay_out("project", folder)
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {error.strerror}", hint="name another folder") from None
    name, email = _AUTHOR
    git(["init", "--quiet"], folder)
    git(["symbolic-ref", "HEAD", "refs/heads/main"], folder)
    for setting in (f"user.name={name}", f"user.email={email}", "commit.gpgsign=false"):
        git(["config", *setting.split("=", 1)], folder)
    git(["add", "--all"], folder)
    git(["commit", "--quiet", "--message", "The depot, version 4.2"], folder)
    return paths


def edit_by_hand(folder: Path) -> tuple[str, ...]:
    """Edit three files as a person would, without committing them; their paths."""
    return _lay_out("edited", folder)


def has_pytest() -> bool:
    """Whether the project's tests can be run with pytest; else they run with a small runner of their own."""
    return importlib.util.find_spec("pytest") is not None


def check_command() -> str:
    """The command that runs the project's tests, with the Python that runs this program."""
    python = shlex.quote(sys.executable)
    return f"{python} -m pytest -q -p no:cacheprovider" if has_pytest() else f"{python} -m tests"


def deprecated_lines(folder: Path) -> tuple[str, ...]:
    """Every line of the package that uses what is deprecated, as ``path:line:text``."""
    found = []
    for path in sorted(folder.glob("depot/*/*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if _DEPRECATED.search(line) and not _HELP_TEXT.match(line):
                found.append(f"{path.relative_to(folder).as_posix()}:{number}: {line.strip()}")
    return tuple(found)


def _lay_out(name: str, folder: Path) -> tuple[str, ...]:
    """Copy a folder of templates; the paths of the files written, sorted."""
    paths = []
    for path, template in _templates(files("whimbrel.demo") / name, ""):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(template.read_bytes())
        paths.append(path)
    return tuple(sorted(paths))


def _templates(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _templates(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(_SUFFIX):
            yield prefix + entry.name.removesuffix(_SUFFIX), entry
