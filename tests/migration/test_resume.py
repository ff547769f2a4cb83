"""Killed with signal 9 at any moment, then resumed: the same end, and nothing verified twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from migration_project import CHECK_COMMAND, git, make_project, migrated_modules, on_branch, on_disk

from whimbrel.errors import InputError, LedgerError
from whimbrel.ledger import Ledger, MigrationState, ledger_path
from whimbrel.migration import Options, from_rule_file, migrate, resume
from whimbrel.report import MigrationReport, report_of

VALUES: list[object] = [1, 13, 3, 4, 5, 13]

KILLER = """\
import os, pathlib, sys
log = pathlib.Path(os.environ["RUN_LOG"])
with log.open("a") as file:
    file.write("run\\n")
runs = log.read_text().count("run")
if runs == int(os.environ.get("KILL_AT", "0")):
    os.kill(int(os.environ["VICTIM"]), 9)
    import time
    time.sleep(30)
os.execv(sys.executable, [sys.executable, "-SE", "check.py"])
"""

MIGRATE = """\
import os, sys
os.environ["VICTIM"] = str(os.getpid())
from whimbrel.cli import main
main()
"""


def start(tree: Path, log: Path, kill_at: int, *options: str) -> int:
    """Migrate in a process of its own that a check kills in its ``kill_at``-th run."""
    (tree.parent / "killer.py").write_text(KILLER)
    check = f"{sys.executable} -SE {tree.parent / 'killer.py'}"
    command = [sys.executable, "-c", MIGRATE, "migrate", str(tree), "--rules", str(tree.parent / "rules.yml")]
    env = os.environ | {"RUN_LOG": str(log), "KILL_AT": str(kill_at)}
    done = subprocess.run([*command, "--check", check, *options], env=env, cwd=tree, capture_output=True, timeout=60)
    return done.returncode


def report(tree: Path) -> MigrationReport:
    with Ledger.open(ledger_path(tree), read_only=True) as ledger:
        latest = ledger.latest()
        assert latest is not None
        return report_of(ledger, latest)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A project whose migration was not interrupted, and how often its check ran."""
    folder = tmp_path_factory.mktemp("whole")
    tree = make_project(folder / "p", VALUES)
    assert start(tree, folder / "log", 0) == 1
    return tree, (folder / "log").read_text().count("run")


@pytest.mark.parametrize("kill_at", [1, 2, 5])
def test_resume_comes_to_the_same_end(
    tmp_path: Path, kill_at: int, whole: tuple[Path, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = report(whole[0])
    tree = make_project(tmp_path / "b" / "p", VALUES)
    log = tmp_path / "killed.log"
    assert start(tree, log, kill_at) == -signal.SIGKILL
    interrupted = report(tree)
    assert interrupted.next_steps
    assert interrupted.state in {"planning", "verifying"}
    assert list((tree / ".whimbrel" / "worktrees").iterdir()), "the killed run left its work tree"

    monkeypatch.setenv("RUN_LOG", str(log))
    monkeypatch.chdir(tree)
    resume(tree)
    ended = report(tree)
    assert ended.state == "done"
    assert on_branch(tree, ended.branch) == on_branch(whole[0], wanted.branch)
    assert [site.path for site in ended.rejected] == [site.path for site in wanted.rejected]
    assert log.read_text().count("run") == whole[1] + 1, "only the run that was cut off is repeated"
    assert not list(tree.glob(".whimbrel/worktrees/*"))
    assert git(tree, "worktree", "list").count("\n") == 1
    assert git(tree, "status", "--porcelain") == ""


def test_resume_of_a_folder_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = make_project(tmp_path / "p", VALUES, under_git=False)
    log = tmp_path / "log"
    assert start(tree, log, 4) == -signal.SIGKILL
    assert migrated_modules(on_disk(tree)) == set()
    monkeypatch.setenv("RUN_LOG", str(log))
    resume(tree)
    assert migrated_modules(on_disk(tree)) == {0, 2, 3, 4}


def test_resume_amid_writing_in_place(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 13, 3], under_git=False)
    number = migrate(tree, from_rule_file(tmp_path / "rules.yml"), Options(checks=(CHECK_COMMAND,)))
    with Ledger.open(ledger_path(tree)) as ledger:
        from whimbrel.ledger import FileState, SiteState

        (tree / "app" / "m02.py").write_text("from lib import new, old\nVALUE = old(3)\n")
        ledger.mark_files(number, ["app/m00.py", "app/m02.py"], FileState.PLANNED)
        sites = [("app/m00.py", site.key) for site in ledger.sites(number, path="app/m00.py")]
        sites += [("app/m02.py", site.key) for site in ledger.sites(number, path="app/m02.py")]
        ledger.mark_sites(number, sites, SiteState.PLANNED)
        ledger.set_state(number, MigrationState.WRITING)
    with pytest.raises(LedgerError, match="interrupted while it was writing"):
        migrate(tree, from_rule_file(tmp_path / "rules.yml"), Options(checks=(CHECK_COMMAND,)))
    assert resume(tree) == number
    ended = report(tree)
    assert (ended.state, ended.sites_migrated, len(ended.rejected)) == ("done", 2, 1)
    assert migrated_modules(on_disk(tree)) == {0, 2}


def test_resume_after_the_commit_but_before_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = make_project(tmp_path / "p", VALUES)
    log = tmp_path / "log"
    assert start(tree, log, 0) == 1
    done, runs = report(tree), log.read_text()
    with Ledger.open(ledger_path(tree)) as ledger:
        ledger.set_state(done.migration, MigrationState.VERIFYING)
    monkeypatch.setenv("RUN_LOG", str(log))
    monkeypatch.chdir(tree)
    resume(tree)
    again = report(tree)
    assert log.read_text() == runs, "nothing is verified twice"
    assert git(tree, "rev-parse", f"{again.branch}^{{tree}}") == git(tree, "rev-parse", f"{done.commit}^{{tree}}")
    assert (again.sites_migrated, again.rejected) == (done.sites_migrated, done.rejected)


def test_a_new_migration_takes_the_place_of_one_that_wrote_nothing(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", VALUES)
    assert start(tree, tmp_path / "log", 3) == -signal.SIGKILL
    migrate(tree, from_rule_file(tmp_path / "rules.yml"), Options(checks=(CHECK_COMMAND,)))
    assert report(tree).sites_migrated == 4
    with Ledger.open(ledger_path(tree), read_only=True) as ledger:
        assert [each.state for each in ledger.migrations()] == [MigrationState.DONE]


def test_nothing_to_resume(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1])
    with pytest.raises(LedgerError):
        resume(tree)
    migrate(tree, from_rule_file(tmp_path / "rules.yml"), Options())
    with pytest.raises(InputError, match="no migration was interrupted"):
        resume(tree)


def test_a_branch_with_other_commits_is_not_overwritten(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", VALUES)
    assert start(tree, tmp_path / "log", 3) == -signal.SIGKILL
    branch = report(tree).branch
    work_tree = next((tree / ".whimbrel" / "worktrees").iterdir())
    git(work_tree, "commit", "--allow-empty", "-qm", "mine")
    with pytest.raises(InputError, match="has other commits"):
        resume(tree)
    assert git(tree, "log", "-1", "--format=%s", branch).strip() == "mine"
