"""What holds for every command: help, exit codes, one JSON document, nothing loaded that is not needed."""

from __future__ import annotations

import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

from whimbrel import errors
from whimbrel.cli import COMMANDS


def whimbrel(*args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the program."""
    command = [sys.executable, "-m", "whimbrel", *args]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


def test_every_module_of_a_command_is_in_the_table() -> None:
    """A file with a ``command`` function is a command, and every command has its file."""
    folder = Path(inspect.getfile(importlib.import_module("whimbrel.cli"))).parent
    names = {path.stem for path in folder.glob("[a-z]*.py")}
    found = {name for name in names if hasattr(importlib.import_module(f"whimbrel.cli.{name}"), "command")}
    assert found == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    """The help page begins with what the command does; every option says what it is for."""
    done = whimbrel(name, "--help")
    assert done.returncode == 0
    assert f"Usage: whimbrel {name}" in done.stdout.replace("python -m whimbrel", "whimbrel")
    module = importlib.import_module(f"whimbrel.cli.{name}")
    assert module.__doc__
    for parameter in inspect.signature(module.command, eval_str=True).parameters.values():
        (information,) = [each for each in parameter.annotation.__metadata__ if hasattr(each, "help")]
        assert information.help, parameter.name
        assert information.help.endswith("."), parameter.name


@pytest.mark.parametrize("name", COMMANDS)
def test_wrong_use_ends_with_2(name: str) -> None:
    """An option that there is not."""
    done = whimbrel(name, "--no-such-option")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "no-such-option" in done.stderr


@pytest.mark.parametrize("args", [["no-such-command"], ["lern"]])
def test_an_unknown_command_ends_with_2(args: list[str]) -> None:
    """With advice."""
    done = whimbrel(*args)
    assert done.returncode == 2
    assert args[0] in done.stderr
    assert "Traceback" not in done.stderr


TREE_COMMANDS = {
    "learn": ["learn", "nowhere"],
    "apply": ["apply", "rules.yml", "nowhere"],
    "migrate": ["migrate", "nowhere"],
    "status": ["status", "nowhere"],
    "resume": ["resume", "nowhere"],
    "undo": ["undo", "nowhere"],
    "replay": ["replay", "nowhere"],
}


@pytest.mark.parametrize("args", TREE_COMMANDS.values(), ids=list(TREE_COMMANDS))
@pytest.mark.parametrize("json_too", [False, True])
def test_a_tree_that_is_not_there_ends_with_3(args: list[str], json_too: bool, tmp_path: Path) -> None:
    """One line on standard error that says what is wrong, nothing on standard output, nothing made."""
    done = whimbrel(*args, *(["--json"] if json_too else []), cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert len([line for line in done.stderr.splitlines() if not line.startswith("  hint: ")]) == 1
    assert list(tmp_path.iterdir()) == []


def test_json_is_one_document(tmp_path: Path) -> None:
    """Nothing else is printed with it."""
    for side, text in (("before", "x = old(1)\ny = old(2)\n"), ("after", "x = new(1)\ny = new(2)\n")):
        (tmp_path / side).mkdir()
        (tmp_path / side / "a.py").write_text(text)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "b.py").write_text("z = old(3)\n")
    learnt = whimbrel("learn", "--before", "before", "--after", "after", "--out", "r.yml", "--json", cwd=tmp_path)
    assert learnt.returncode == 0, learnt.stderr
    assert json.loads(learnt.stdout)["rules"]
    applied = whimbrel("apply", "r.yml", "tree", "--json", cwd=tmp_path)
    assert applied.returncode == 0, applied.stderr
    assert json.loads(applied.stdout)
    assert (tmp_path / "tree" / "b.py").read_text() == "z = new(3)\n"
    status = whimbrel("status", "tree", "--json", cwd=tmp_path)
    assert status.returncode == 0, status.stderr
    assert json.loads(status.stdout)["sites_migrated"] == 1
    same = whimbrel("status", "tree", "--format", "json", cwd=tmp_path)
    assert json.loads(same.stdout) == json.loads(status.stdout)
    unknown = whimbrel("status", "tree", "--format", "papyrus", cwd=tmp_path)
    assert unknown.returncode == 2
    assert "terminal" in unknown.stderr


def test_help_is_quick() -> None:
    """The overview loads neither parsers nor the matching engine."""
    code = (
        "import sys\nfrom whimbrel.cli import main\nsys.argv = ['whimbrel', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = {'tree_sitter', 'ast_grep_py', 'yaml', 'rich', 'sqlite3', 'msgspec'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_exit_codes_are_what_design_and_help_say() -> None:
    """Each class of error has its code."""
    assert errors.UsageError("").exit_code == 2
    assert {errors.InputError("").exit_code, errors.RuleError("").exit_code, errors.LedgerError("").exit_code} == {3}
    assert errors.CheckError("").exit_code == 4


def test_the_program_is_installed_under_its_name(tmp_path: Path) -> None:
    """``whimbrel --version`` and ``python -m whimbrel --version`` say the same."""
    installed = Path(sys.executable).parent / "whimbrel"
    if not installed.exists():
        pytest.skip("not installed as a program beside this Python")
    named = subprocess.run([installed, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert named.stdout == whimbrel("--version", cwd=tmp_path).stdout
