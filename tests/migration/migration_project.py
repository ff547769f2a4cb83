"""A small project for migrations: modules that call ``old``, a check that knows when a call of ``new`` is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RULES = """\
whimbrel: 1
rules:
- id: old-call
  language: python
  pattern: old($A)
  rewrite: new($A)
"""

LIBRARY = """\
def old(value, *unused):
    return value


def new(value, *unused):
    if value == 13:
        raise ValueError("new() does not take 13")
    return "PAIR" if value == "pair" else value
"""

CHECK = """\
import importlib, pathlib, sys

sys.path.insert(0, ".")
failed = False
values = {}
for path in sorted(pathlib.Path("app").glob("m*.py")):
    try:
        values[path.stem] = importlib.import_module(f"app.{path.stem}").VALUE
    except Exception as error:
        print(f"{path}:2: error: {type(error).__name__}: {error}")
        failed = True
if len({value for value in values.values() if str(value).lower() == "pair"}) > 1:
    print("app:1: error: the pair differs")
    failed = True
sys.exit(failed)
"""

CHECK_COMMAND = f"{sys.executable} -SE check.py"


def git(folder: Path, *args: str) -> str:
    """Run git as a user would."""
    command = ["git", "-c", "user.name=U", "-c", "user.email=u@example.org", "-c", "init.defaultBranch=main", *args]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def make_project(folder: Path, values: list[object], *, under_git: bool = True) -> Path:
    """A project with one module for each value."""
    (folder / "app").mkdir(parents=True)
    (folder / "app" / "__init__.py").write_text("")
    (folder / "lib.py").write_text(LIBRARY)
    (folder / "check.py").write_text(CHECK)
    for number, value in enumerate(values):
        text = f"from lib import new, old\nVALUE = old({value!r})\n"
        (folder / "app" / f"m{number:02}.py").write_text(text)
    (folder.parent / "rules.yml").write_text(RULES)
    if under_git:
        git(folder, "init", "-q")
        (folder / ".gitignore").write_text("__pycache__/\n")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "start")
    return folder


def migrated_modules(text_of: dict[str, str]) -> set[int]:
    """Numbers of the modules whose text calls ``new``."""
    return {int(name[-5:-3]) for name, text in text_of.items() if "VALUE = new(" in text}


def on_disk(folder: Path) -> dict[str, str]:
    """Texts of the modules."""
    return {path.name: path.read_text() for path in sorted((folder / "app").glob("m*.py"))}


def on_branch(folder: Path, branch: str) -> dict[str, str]:
    """Texts of the modules on a branch."""
    names = git(folder, "ls-tree", "--name-only", branch, "app/").split()
    return {
        Path(name).name: git(folder, "show", f"{branch}:{name}") for name in names if Path(name).name.startswith("m")
    }
