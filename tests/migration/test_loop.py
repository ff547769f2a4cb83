"""Whole migrations with rules from a file: git or not, real processes as checks."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest
from migration_project import CHECK_COMMAND, git, make_project, migrated_modules, on_branch, on_disk
from rich.console import Console

from whimbrel.errors import CheckError, InputError
from whimbrel.ledger import Ledger, ledger_path
from whimbrel.migration import Options, from_rule_file, migrate, preview
from whimbrel.report import MigrationReport, printer, report_of


def run(tree: Path, *checks: str, **options: object) -> MigrationReport:
    rules = from_rule_file(tree.parent / "rules.yml")
    number = migrate(tree, rules, Options(checks=checks, **options))  # type: ignore[arg-type]
    with Ledger.open(ledger_path(tree), read_only=True) as ledger:
        return report_of(ledger, ledger.migration(number))


def untouched(tree: Path) -> bool:
    return git(tree, "status", "--porcelain") == "" and not list((tree / ".whimbrel" / "worktrees").glob("*"))


def test_everything_passes(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 2, 3])
    report = run(tree, CHECK_COMMAND)
    assert (report.sites_migrated, report.left, report.probes) == (3, 0, 1)
    assert migrated_modules(on_branch(tree, report.branch)) == {0, 1, 2}
    assert untouched(tree)
    assert git(tree, "worktree", "list").count("\n") == 1
    assert git(tree, "log", "-1", "--format=%s", report.branch).strip() == "Migrate 3 sites in 3 files"
    assert git(tree, "rev-parse", f"{report.branch}^") == git(tree, "rev-parse", "HEAD")


def test_one_bad_site_is_isolated(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 2, 3, 13, 5, 6, 7, 8])
    report = run(tree, CHECK_COMMAND)
    assert migrated_modules(on_branch(tree, report.branch)) == {0, 1, 2, 4, 5, 6, 7}
    (rejected,) = report.rejected
    assert (rejected.path, rejected.line, rejected.check) == ("app/m03.py", 2, CHECK_COMMAND)
    assert "does not take 13" in rejected.reason
    assert "does not take 13" in rejected.output
    assert report.probes <= 8


def test_two_bad_sites_and_two_in_one_file(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 13, 3, 4, 5, 6, 13, 8])
    (tree / "app" / "m02.py").write_text("from lib import new, old\nVALUE = old(3)\nOTHER = old(13)\nLAST = old(4)\n")
    git(tree, "commit", "-qam", "more")
    report = run(tree, CHECK_COMMAND)
    assert sorted((site.path, site.line) for site in report.rejected) == [
        ("app/m01.py", 2),
        ("app/m02.py", 3),
        ("app/m06.py", 2),
    ]
    text = on_branch(tree, report.branch)["m02.py"]
    assert text == "from lib import new, old\nVALUE = new(3)\nOTHER = old(13)\nLAST = new(4)\n"


def test_sites_that_pass_only_together_stay_together(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", ["pair", 2, 3, 13, 5, "pair"])
    report = run(tree, CHECK_COMMAND)
    assert [site.path for site in report.rejected] == ["app/m03.py"]
    assert migrated_modules(on_branch(tree, report.branch)) == {0, 1, 2, 4, 5}


def test_without_git_the_folder_is_written_after_verification(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 13, 3], under_git=False)
    before = on_disk(tree)
    report = run(tree, CHECK_COMMAND)
    assert report.branch == ""
    assert migrated_modules(on_disk(tree)) == {0, 2}
    assert [site.path for site in report.rejected] == ["app/m01.py"]
    from whimbrel.ledger import undo

    with Ledger.open(ledger_path(tree)) as ledger:
        undo(ledger, report.migration)
    assert on_disk(tree) == before


def test_in_place_under_git(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 13, 3])
    report = run(tree, CHECK_COMMAND, in_place=True)
    assert migrated_modules(on_disk(tree)) == {0, 2}
    assert report.branch == ""
    assert git(tree, "branch").split() == ["*", "main"]


def test_a_subfolder_is_migrated_and_checked_at_the_top(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 13, 3])
    (tree / "script.py").write_text("from lib import old\nold(1)\n")
    git(tree, "add", ".")
    git(tree, "commit", "-qm", "script")
    (tree / "rules.yml").write_text((tmp_path / "rules.yml").read_text())
    report = run(tree / "app", CHECK_COMMAND)
    assert [site.path for site in report.rejected] == ["m01.py"]
    assert migrated_modules(on_branch(tree, report.branch)) == {0, 2}
    assert "old(1)" in git(tree, "show", f"{report.branch}:script.py")


def test_failures_from_before_do_not_count(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 13, 3, 4])
    (tree / "app" / "m02.py").write_text("from lib import new, old\nVALUE = old(3)\nraise RuntimeError('old sorrow')\n")
    git(tree, "commit", "-qam", "broken before")
    report = run(tree, CHECK_COMMAND)
    assert [site.path for site in report.rejected] == ["app/m01.py"]
    assert migrated_modules(on_branch(tree, report.branch)) == {0, 2, 3}
    assert report.checks[0].known_failures == 1


def test_a_baseline_that_cannot_be_read(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 2])
    with pytest.raises(CheckError, match="fails before any change"):
        run(tree, "false")
    assert untouched(tree)
    assert git(tree, "branch").split() == ["*", "main"]
    report = run(tree, "false", allow_failing_baseline=True)
    assert report.sites_migrated == 2
    assert any("dropped" in note for note in report.notes)
    assert any("still parse" in note for note in report.notes)


@pytest.mark.parametrize("check", ["no-such-program --now", "sleep 30"])
def test_a_check_that_cannot_run_or_hangs(tmp_path: Path, check: str) -> None:
    tree = make_project(tmp_path / "p", [1, 2])
    with pytest.raises(CheckError):
        run(tree, check, time_limit=0.5)
    assert untouched(tree)


def test_an_edit_that_makes_the_check_hang_is_rejected(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 2, 3])
    check = "! grep -q 'new(2)' app/m01.py || sleep 30"
    report = run(tree, check, time_limit=1.0)
    (rejected,) = report.rejected
    assert rejected.path == "app/m01.py"
    assert "did not end" in rejected.reason


def test_no_check(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 13])
    report = run(tree)
    assert report.sites_migrated == 2
    assert any("no check was given" in note for note in report.notes)


def test_a_dirty_tree_is_refused_or_left_out(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 2])
    module = tree / "app" / "m00.py"
    module.write_text(module.read_text() + "# mine\n")
    with pytest.raises(InputError, match=r"uncommitted changes: app/m00\.py") as caught:
        run(tree, CHECK_COMMAND)
    assert "--allow-dirty" in caught.value.hint
    report = run(tree, CHECK_COMMAND, allow_dirty=True)
    assert migrated_modules(on_branch(tree, report.branch)) == {0, 1}
    assert "# mine" not in on_branch(tree, report.branch)["m00.py"]
    assert module.read_text().endswith("# mine\n")


def test_in_place_leaves_a_file_alone_that_changed_meanwhile(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 2])
    module = tree / "app" / "m00.py"
    meddle = f"echo '# mine' >> {module}"
    report = run(tree, f"{CHECK_COMMAND} && {meddle}", in_place=True)
    assert migrated_modules(on_disk(tree)) == {1}
    (residual,) = report.residual
    assert residual.path == "app/m00.py"
    assert "left alone" in residual.reason


def test_a_check_that_rewrites_our_files_is_not_what_gets_committed(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 13, 3, 4])
    report = run(tree, f"{CHECK_COMMAND} && echo '# formatted' >> app/m00.py && echo spoiled >> lib.py")
    assert on_branch(tree, report.branch)["m00.py"] == "from lib import new, old\nVALUE = new(1)\n"
    assert git(tree, "diff", "--stat", f"HEAD...{report.branch}").count("|") == 3
    assert [site.path for site in report.rejected] == ["app/m01.py"]


def test_set_up_runs_once_and_its_failure_is_told(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 13, 3])
    log = tmp_path / "log"
    report = run(tree, f"test -f ready && {CHECK_COMMAND}", setup=f"touch ready && echo set >> {log}")
    assert report.sites_migrated == 2
    assert log.read_text() == "set\n"
    with pytest.raises(CheckError, match="set-up command failed with exit code 3: echo oh; exit 3: oh"):
        run(tree, CHECK_COMMAND, setup="echo oh; exit 3")


def test_nothing_accepted_leaves_no_branch(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [13, 13])
    report = run(tree, CHECK_COMMAND)
    assert (report.sites_migrated, len(report.rejected), report.branch) == (0, 2, "")
    assert git(tree, "branch").split() == ["*", "main"]


def test_checks_that_look_at_other_files_are_told(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 2])
    report = run(tree, f"cd {tree} && {CHECK_COMMAND}")
    assert any("look at other files" in note for note in report.notes)
    report = run(tree, "true", CHECK_COMMAND)
    assert not any("look at other files" in note for note in report.notes)
    assert migrated_modules(on_branch(tree, report.branch)) == {0, 1}


def test_nothing_to_do(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [])
    report = run(tree, "false")
    assert (report.sites_found, report.left, report.branch) == (0, 0, "")


def test_a_rule_that_is_bad_everywhere_is_given_up(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [13] * 30)
    report = run(tree, CHECK_COMMAND)
    assert len(report.rejected) == 30
    assert sum("not tried" in site.reason for site in report.rejected) == 18
    assert report.probes <= 40


def test_the_limit_of_runs(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 13, 3, 13, 5, 6, 13, 8])
    report = run(tree, CHECK_COMMAND, maximum_runs=4)
    assert report.probes == 4
    assert report.left >= 3
    for number in migrated_modules(on_branch(tree, report.branch)) if report.branch else set():
        assert number not in {1, 3, 6}


def test_preview_writes_nothing(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 2])
    planned = preview(tree, from_rule_file(tmp_path / "rules.yml"), Options())
    assert len(planned.sites) == 2
    assert not (tree / ".whimbrel").exists()


def test_bad_trees(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1])
    rules = from_rule_file(tmp_path / "rules.yml")
    with pytest.raises(InputError, match="no such file or folder"):
        migrate(tree / "gone", rules, Options())


def test_a_git_repository_without_commits_counts_as_a_folder(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 13], under_git=False)
    git(tree, "init", "-q")
    report = run(tree, CHECK_COMMAND)
    assert report.branch == ""
    assert migrated_modules(on_disk(tree)) == {0}


def test_pytest_as_the_check(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [13, 3])
    (tree / "test_app.py").write_text(
        "import importlib, pytest\n\n"
        "@pytest.mark.parametrize('name', ['m00', 'm01'])\n"
        "def test_value(name):\n    assert importlib.import_module('app.' + name).VALUE\n\n"
        "def test_old_sorrow():\n    assert False\n"
    )
    git(tree, "add", ".")
    git(tree, "commit", "-qm", "tests")
    report = run(tree, f"PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 {sys.executable} -m pytest -q -p no:cacheprovider")
    (rejected,) = report.rejected
    assert rejected.path == "app/m00.py"
    assert rejected.reason == "test test_app.py::test_value[m00]"
    assert report.checks[0].known_failures == 1


def test_a_flaky_check_costs_nobody(tmp_path: Path) -> None:
    tree = make_project(tmp_path / "p", [1, 2, 3, 4])
    log = tmp_path / "log"
    second = f"echo run >> {log}; test $(wc -l < {log}) -ne 2"
    report = run(tree, f"{second} && {CHECK_COMMAND}")
    assert report.sites_migrated == 4
    assert report.left == 0


def test_very_many_sites_are_first_taken_by_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from whimbrel.migration import blaming

    monkeypatch.setattr(blaming, "SINGLE_UP_TO", 3)
    tree = make_project(tmp_path / "p", [1, 2, 3])
    (tree / "app" / "m01.py").write_text("from lib import new, old\nVALUE = old(3)\nOTHER = old(13)\nLAST = old(4)\n")
    git(tree, "commit", "-qam", "more")
    report = run(tree, CHECK_COMMAND)
    assert [(site.path, site.line) for site in report.rejected] == [("app/m01.py", 3)]
    assert report.sites_migrated == 4


@pytest.mark.parametrize("under_git", [True, False])
def test_odd_files_and_names(tmp_path: Path, under_git: bool) -> None:
    tree = make_project(tmp_path / "p", [1, 13], under_git=False)
    odd = os.fsencode(tree) + b"/na\xefve.py"
    Path(os.fsdecode(odd)).write_bytes(b"\xef\xbb\xbf# caf\xe9\r\nold(1)\r\n")
    (tree / "script.py").write_text("old(1)")
    (tree / "script.py").chmod(0o755)
    (tree / "link.py").symlink_to("script.py")
    if under_git:
        git(tree, "init", "-q")
        git(tree, "config", "core.autocrlf", "false")
        git(tree, "add", "-A")
        git(tree, "commit", "-qm", "start")
    else:
        os.mkfifo(tree / "pipe")
    report = run(tree, CHECK_COMMAND, in_place=True)
    assert [site.path for site in report.rejected] == ["app/m01.py"]
    assert report.sites_migrated == 3
    printer("json")(report, Console(file=io.StringIO()))
    printer("terminal")(report, Console(file=io.StringIO()))
    assert Path(os.fsdecode(odd)).read_bytes() == b"\xef\xbb\xbf# caf\xe9\r\nnew(1)\r\n"
    assert (tree / "script.py").read_text() == "new(1)"
    assert (tree / "script.py").stat().st_mode & 0o777 == 0o755
    assert (tree / "link.py").is_symlink()
