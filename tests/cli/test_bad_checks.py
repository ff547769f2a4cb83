"""Checks that cannot run, work trees that are not clean: nothing is changed, nothing is left behind."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from bad_input_kit import commit, complains, edited, git, run, untouched

BAD_CHECKS: dict[str, tuple[list[str], str]] = {
    "does not exist": (["--check", "no-such-program --flag"], "could not run: no-such-program"),
    "is not executable": (["--check", "./m0.py"], "could not run"),
    "is a folder": (["--check", "/usr"], "could not run"),
    "is no shell": (["--check", "if then ("], ""),
    "is empty": (["--check", ""], "empty"),
    "is blank": (["--check", "  "], "empty"),
    "fails at the baseline": (["--check", "echo it is broken; exit 7"], "it is broken"),
    "is killed": (["--check", "kill -9 $$"], ""),
    "hangs": (["--check", "sleep 300 & sleep 300", "--timeout", "0.5"], "did not end within"),
    "the second does not exist": (["--check", "true", "--check", "no-such-program"], "no-such-program"),
    "the set-up fails": (["--check", "true", "--setup", "echo no network; exit 1"], "no network"),
    "the set-up does not exist": (["--check", "true", "--setup", "no-such-program"], "no-such-program"),
    "the set-up hangs": (["--check", "true", "--setup", "sleep 300", "--timeout", "0.5"], "0"),
}


@pytest.mark.parametrize("under_git", [False, True], ids=["plain", "git"])
@pytest.mark.parametrize(("options", "says"), BAD_CHECKS.values(), ids=BAD_CHECKS.keys())
def test_checks(plain: Path, repository: Path, rule_file: Path, options: list[str], says: str, under_git: bool) -> None:
    tree = repository if under_git else plain
    began = time.monotonic()
    with untouched(tree):
        code = 2 if "empty" in says else 4
        complains(run("migrate", tree, "--rules", rule_file, *options), code, says)
    assert time.monotonic() - began < 20


def test_a_check_that_hangs_on_a_migrated_file_rejects_it(repository: Path, rule_file: Path) -> None:
    check = "if grep -q 'load(url, 3)' m3.py; then sleep 300; fi"
    ended = run("migrate", repository, "--rules", rule_file, "--check", check, "--timeout", "1")
    assert ended.code == 1
    assert "migrated 5 of 6 sites" in ended.out
    assert "did not end within 1 s" in ended.out


def test_a_check_that_prints_anything(repository: Path, rule_file: Path) -> None:
    check = "printf 'a\\000b\\377\\033[31mred\\007\\r\\n'; ! grep -q 'load(url, 3)' m3.py"
    for options in ([], ["--json"]):
        ended = run("migrate", repository, "--rules", rule_file, "--check", check, *options)
        assert ended.code == 1
        assert "\x1b" not in ended.out and "\0" not in ended.out and "\x07" not in ended.out
        if options:
            assert len(ended.document()["rejected"]) == 1


def test_a_check_that_deletes_its_folder(repository: Path, rule_file: Path) -> None:
    before = git(repository, "rev-parse", "HEAD")
    ended = run("migrate", repository, "--rules", rule_file, "--check", 'rm -rf "$PWD"')
    assert ended.code in (0, 1, 3, 4), ended
    assert git(repository, "status", "--porcelain") == ""
    assert git(repository, "rev-parse", "HEAD") == before
    assert git(repository, "worktree", "list").count("\n") == 1


def test_a_dirty_work_tree(repository: Path, rule_file: Path) -> None:
    (repository / "m0.py").write_bytes(b"mine\n")
    with untouched(repository):
        complains(run("migrate", repository, "--rules", rule_file), 3, "uncommitted changes: m0.py", "--allow-dirty")
    git(repository, "add", "-A")
    with untouched(repository):
        complains(run("migrate", repository, "--rules", rule_file), 3, "uncommitted changes: m0.py")
    ended = run("migrate", repository, "--rules", rule_file, "--allow-dirty")
    assert ended.code == 0
    assert (repository / "m0.py").read_bytes() == b"mine\n"
    assert git(repository, "status", "--porcelain") == "M  m0.py\n"


def test_a_dirty_work_tree_written_in_place(repository: Path, rule_file: Path) -> None:
    (repository / "m0.py").write_bytes(b"mine\n")
    with untouched(repository):
        complains(run("migrate", repository, "--rules", rule_file, "--in-place"), 3, "uncommitted")
    ended = run("migrate", repository, "--rules", rule_file, "--in-place", "--allow-dirty")
    assert ended.code in (0, 1)
    assert (repository / "m0.py").read_bytes() == b"mine\n"


def test_amid_a_merge_with_conflicts(repository: Path, rule_file: Path) -> None:
    git(repository, "checkout", "-q", "-b", "side")
    (repository / "m0.py").write_bytes(b"one\n")
    commit(repository)
    git(repository, "checkout", "-q", "main")
    (repository / "m0.py").write_bytes(b"two\n")
    commit(repository)
    with pytest.raises(Exception, match="merge"):
        git(repository, "merge", "side")
    with untouched(repository):
        complains(run("learn", repository), 3, "conflict")
        complains(run("migrate", repository), 3, "conflict")
        complains(run("migrate", repository, "--rules", rule_file), 3, "uncommitted")


def test_the_steps_after_learning_from_uncommitted_changes_work(repository: Path) -> None:
    import subprocess

    for number in range(3):
        module = repository / f"m{number}.py"
        module.write_bytes(edited(module.read_bytes()))
    ended = run("migrate", ".", folder=repository)
    assert ended.code == 0, ended
    steps = run("status", ".", "--json", folder=repository).document()["next_steps"]
    assert steps == run("status", "--json", folder=repository).document()["next_steps"]
    for step in steps:
        if "branch -D" not in step["command"]:
            subprocess.run(step["command"], shell=True, cwd=repository, check=True, capture_output=True)
    assert git(repository, "status", "--porcelain") == ""
    assert all(b"load(" in (repository / f"m{number}.py").read_bytes() for number in range(6))
