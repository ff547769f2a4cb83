"""The demo for real: built, learnt, migrated, and what its branch holds in the end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from whimbrel.demo import check_command, deprecated_lines, edit_by_hand, make_project
from whimbrel.errors import InputError

ARCHIVE = "depot/billing/archive.py"


def git(folder: Path, *args: str) -> str:
    """Output of git."""
    return subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True, text=True).stdout


def demo(*args: str) -> subprocess.CompletedProcess[str]:
    """Run ``whimbrel demo`` as a user does."""
    command = [sys.executable, "-m", "whimbrel", "demo", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def test_the_project_is_whole(tmp_path: Path) -> None:
    """About forty files under git; the suite passes before and after the edits, with and without pytest."""
    folder = tmp_path / "depot"
    paths = make_project(folder)
    assert 38 <= len(paths) <= 48
    assert git(folder, "status", "--porcelain") == ""
    before = deprecated_lines(folder)
    assert len(before) > 50
    subprocess.run(check_command(), shell=True, cwd=folder, check=True, capture_output=True)
    edited = edit_by_hand(folder)
    assert len(edited) == 3
    assert {line[3:] for line in git(folder, "status", "--porcelain").splitlines()} == set(edited)
    left = deprecated_lines(folder)
    assert not [line for line in left if line.startswith(edited)]
    assert len(left) < len(before)
    subprocess.run([sys.executable, "-S", "-m", "tests"], cwd=folder, check=True, capture_output=True)


def test_a_folder_that_is_in_use_is_refused(tmp_path: Path) -> None:
    """Nothing is written where something lies."""
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(InputError, match="is not empty"):
        make_project(tmp_path)
    done = demo("--keep", str(tmp_path))
    assert done.returncode == 3
    assert "is not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_whole_story(tmp_path: Path) -> None:
    """The rest is migrated on a branch that passes the tests; the one bad site is found and left."""
    folder = tmp_path / "depot"
    done = demo("--keep", str(folder))
    assert done.returncode == 0, done.stderr
    assert f"{ARCHIVE}:8" in done.stdout
    assert "rejected by a check" in done.stdout
    assert "Where to look next" in done.stdout
    assert len(git(folder, "status", "--porcelain").splitlines()) == 3
    branch = git(folder, "branch", "--list", "whimbrel/*", "--format=%(refname:short)").strip()
    git(folder, "stash")
    git(folder, "checkout", "-q", branch)
    left = deprecated_lines(folder)
    assert [line for line in left if line.startswith(f"{ARCHIVE}:8:")]
    assert len(left) <= 12, left
    assert "client.request" in (folder / ARCHIVE).read_text()
    subprocess.run(check_command(), shell=True, cwd=folder, check=True, capture_output=True)


def test_nothing_is_left_behind_without_keep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo that cannot find git leaves no folder."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    done = demo()
    assert done.returncode == 3
    assert "git is not installed" in done.stderr
    assert list(tmp_path.iterdir()) == []
