"""``whimbrel migrate``, ``status`` and ``resume`` as a user calls them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

RULES = """\
whimbrel: 1
rules:
- id: old-call
  language: python
  pattern: old($A)
  rewrite: new($A)
"""


def git(folder: Path, *args: str) -> str:
    command = ["git", "-c", "user.name=U", "-c", "user.email=u@example.org", *args]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def whimbrel(folder: Path, *args: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "whimbrel", *args], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "rules.yml").write_text(RULES)
    for number in range(6):
        (folder / f"m{number}.py").write_text(f"from lib import new, old\n\nvalue = old({number})\n")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "start")
    return folder


CHECK = "! grep -rn 'new(4)' *.py"


def test_migrate_with_rules(tree: Path) -> None:
    done = whimbrel(tree, "migrate", ".", "--rules", "../rules.yml", "--check", CHECK, code=1)
    assert "migrated 5 of 6 sites in 5 files on branch whimbrel/" in done.stdout
    assert "m4.py:3  old(4)" in done.stdout
    assert "exit code 1" in done.stdout
    assert "git merge whimbrel/" in done.stdout
    status = whimbrel(tree, "status", code=1)
    assert status.stdout == done.stdout


def test_the_next_steps_work(tree: Path) -> None:
    done = whimbrel(tree, "migrate", "--rules", "../rules.yml", "--check", "true", "--json")
    report = json.loads(done.stdout)
    assert report["sites_migrated"] == 6
    for step in report["next_steps"][:2]:
        subprocess.run(step["command"], shell=True, check=True, cwd=tree, capture_output=True)
    assert "new(3)" in (tree / "m3.py").read_text()
    assert json.loads(whimbrel(tree, "status", "--json").stdout) == report


def test_without_a_check_it_says_what_is_verified(tree: Path) -> None:
    done = whimbrel(tree, "migrate", "--rules", "../rules.yml")
    assert "only that the files still parse is verified" in done.stdout


def test_dry_run(tree: Path) -> None:
    done = whimbrel(tree, "migrate", "--rules", "../rules.yml", "--dry-run")
    assert "would migrate 6 sites in 6 files" in done.stdout
    assert not (tree / ".whimbrel").exists()


def test_in_place_and_undo(tree: Path) -> None:
    done = whimbrel(tree, "migrate", "--rules", "../rules.yml", "--check", CHECK, "--in-place", code=1)
    assert "whimbrel undo ." in done.stdout
    assert "old(4)" in (tree / "m4.py").read_text()
    assert "new(3)" in (tree / "m3.py").read_text()
    whimbrel(tree, "undo")
    assert git(tree, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--rules", "../rules.yml", "--from-commit", "HEAD"], 2, "do not go together"),
        (["--rules", "../gone.yml"], 3, "gone.yml"),
        (["--rules", "../rules.yml", "--check", "no-such-thing"], 4, "could not run: no-such-thing"),
        (["--rules", "../rules.yml", "--check", "sleep 9", "--timeout", "0.3"], 4, "did not end within"),
        (["--rules", "../rules.yml", "--check", "false"], 4, "fails before any change"),
    ],
)
def test_errors_are_one_line_with_a_hint(tree: Path, options: list[str], code: int, says: str) -> None:
    done = whimbrel(tree, "migrate", ".", *options, code=code)
    first, *rest = done.stderr.strip().splitlines()
    assert first.startswith("error: ")
    assert says in first
    assert len(rest) <= 1
    assert done.stdout == ""


def test_status_and_resume_without_anything(tree: Path) -> None:
    assert "error:" in whimbrel(tree, "status", code=3).stderr
    assert "error:" in whimbrel(tree, "resume", code=3).stderr


def test_learnt_from_uncommitted_changes(tree: Path) -> None:
    pytest.importorskip("whimbrel.learn", reason="the learner is not there").learn  # noqa: B018
    for number in range(3):
        module = tree / f"m{number}.py"
        module.write_text(module.read_text().replace("= old(", "= new("))
    done = whimbrel(tree, "migrate", "--check", "true")
    assert "migrated 3 sites in 3 files" in done.stdout
    branch = git(tree, "branch", "--list", "whimbrel/*", "--format=%(refname:short)").strip()
    assert git(tree, "log", "--format=%s", f"HEAD..{branch}").splitlines() == [
        "Migrate 3 sites in 3 files",
        "Examples of the migration that follows",
    ]
    texts = [git(tree, "show", f"{branch}:m{number}.py") for number in range(6)]
    assert all("= new(" in text for text in texts)
    assert git(tree, "status", "--porcelain").split() == ["M", "m0.py", "M", "m1.py", "M", "m2.py"]
