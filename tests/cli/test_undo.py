"""``whimbrel undo``: the newest migration first, other people's work never."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from whimbrel.ledger import Ledger, ledger_path

RULE = "whimbrel: 1\nrules:\n  - {{id: r, language: python, pattern: '{}($$$A)', rewrite: '{}($$$A)'}}\n"


def whimbrel(*args: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "whimbrel", *map(os.fspath, args)]  # type: ignore[arg-type]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=cwd, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree that was migrated twice: one became two, then two became three."""
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "a.py").write_text("one(1)\n")
    (folder / "b.py").write_text("one(2)\ntwo(2)\n")
    for old, new in (("one", "two"), ("two", "three")):
        rules = tmp_path / f"{old}.yml"
        rules.write_text(RULE.format(old, new))
        done = whimbrel("apply", rules, folder)
        assert done.returncode == 0, done.stderr
    return folder


def texts(tree: Path) -> list[str]:
    return [(tree / name).read_text() for name in ("a.py", "b.py")]


def test_newest_first_in_the_current_folder_by_default(tree: Path) -> None:
    assert texts(tree) == ["three(1)\n", "three(2)\nthree(2)\n"]
    done = whimbrel("undo", cwd=tree)
    assert (done.returncode, done.stdout) == (0, "restored 2 files (migration 2)\n")
    assert texts(tree) == ["two(1)\n", "two(2)\ntwo(2)\n"]
    assert whimbrel("undo", cwd=tree).returncode == 0
    assert texts(tree) == ["one(1)\n", "one(2)\ntwo(2)\n"]
    last = whimbrel("undo", cwd=tree)
    assert last.returncode == 3
    assert "nothing to undo" in last.stderr


def test_what_somebody_changed_since_is_left_alone(tree: Path) -> None:
    (tree / "a.py").write_text("three(1)\nmine\n")
    done = whimbrel("undo", tree, "--json")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert said["restored"] == ["b.py"]
    assert said["left_alone"] == [{"path": "a.py", "reason": "it was changed by somebody else meanwhile"}]
    assert texts(tree) == ["three(1)\nmine\n", "two(2)\ntwo(2)\n"]


def test_an_older_migration_under_a_newer_one_touches_nothing(tree: Path) -> None:
    done = whimbrel("undo", tree, "--migration", "1")
    assert done.returncode == 1
    assert "changed by somebody else meanwhile: a.py, b.py" in done.stdout
    assert texts(tree) == ["three(1)\n", "three(2)\nthree(2)\n"]


def test_a_tree_that_was_moved(tree: Path, tmp_path: Path) -> None:
    moved = tree.rename(tmp_path / "moved")
    assert whimbrel("undo", moved).returncode == 0
    assert texts(moved) == ["two(1)\n", "two(2)\ntwo(2)\n"]


def test_bad_input(tree: Path, tmp_path: Path) -> None:
    for args, said in (((tmp_path,), "there is no ledger"), ((tree, "--migration", "9"), "no migration 9")):
        done = whimbrel("undo", *args)
        assert done.returncode == 3
        assert said in done.stderr
        assert "hint:" in done.stderr


def test_a_migration_that_is_all_on_a_branch(tmp_path: Path) -> None:
    """Its work tree is gone and no file was recorded: the user's own files were never changed."""
    gone = tmp_path / "work tree"
    with Ledger.open(ledger_path(tmp_path), create=True) as book:
        book.begin(tree=tmp_path, root=gone, command="migrate", rules_text="", branch="whimbrel/1", work_tree=gone)
    done = whimbrel("undo", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "changed none of your files" in done.stdout
    assert "git branch -D whimbrel/1" in done.stdout
