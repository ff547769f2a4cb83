"""Checks as real processes: outcomes, time limits, floods, children left behind; and the baseline."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from whimbrel.errors import CheckError
from whimbrel.verify import (
    Accepted,
    Check,
    CouldNotRun,
    Failed,
    Known,
    Passed,
    Rejected,
    TimedOut,
    establish,
    judge,
    run_check,
    run_command,
)


def check(command: str, time_limit: float = 20.0) -> Check:
    return Check(command=command, time_limit=time_limit)


def test_passed_and_failed(tmp_path: Path) -> None:
    assert isinstance(run_check(check("true"), tmp_path), Passed)
    failed = run_check(check("echo one; echo two >&2; exit 3"), tmp_path)
    assert isinstance(failed, Failed)
    assert (failed.exit_code, failed.tail, failed.failures) == (3, "one\ntwo", None)


def test_it_runs_in_the_folder_without_standard_input(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("")
    assert isinstance(run_check(check("test -f here && ! read line"), tmp_path), Passed)


@pytest.mark.parametrize("command", ["no-such-command-at-all -q", "./here", "/nowhere/python -m pytest"])
def test_a_command_that_does_not_exist(tmp_path: Path, command: str) -> None:
    (tmp_path / "here").write_text("not executable")
    outcome = run_check(check(command), tmp_path)
    assert isinstance(outcome, CouldNotRun)
    assert "not found" in outcome.reason or "denied" in outcome.reason
    with pytest.raises(CheckError, match="could not run") as caught:
        establish([check(command)], tmp_path)
    assert caught.value.exit_code == 4
    assert "--setup" in caught.value.hint


def test_a_hanging_check_is_killed_with_its_children(tmp_path: Path) -> None:
    started = time.monotonic()
    outcome = run_check(check("sleep 60 & echo started; sleep 60", time_limit=0.5), tmp_path)
    assert isinstance(outcome, TimedOut)
    assert outcome.tail == "started"
    assert time.monotonic() - started < 10
    with pytest.raises(CheckError, match="did not end within") as caught:
        establish([check("sleep 60", time_limit=0.2)], tmp_path)
    assert "--timeout" in caught.value.hint


def test_a_check_that_ignores_the_polite_signal(tmp_path: Path) -> None:
    started = time.monotonic()
    run = run_command("trap '' TERM; while true; do sleep 0.1; done", tmp_path, time_limit=0.3)
    assert run.exit_code is None
    assert time.monotonic() - started < 10


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
def test_children_left_behind_are_killed_even_in_a_session_of_their_own(tmp_path: Path) -> None:
    child = "import os, time; os.setsid(); open('pid', 'w').write(str(os.getpid())); time.sleep(60)"
    command = f'{sys.executable} -c "{child}" & while ! test -s pid; do sleep 0.05; done'
    assert isinstance(run_check(check(command), tmp_path), Passed)
    pid = int((tmp_path / "pid").read_text())
    for _ in range(100):
        if not alive(pid):
            break
        time.sleep(0.02)
    assert not alive(pid)


def test_a_flood_of_output_is_cut(tmp_path: Path) -> None:
    run = run_command("head -c 30000000 /dev/zero | tr '\\0' 'x'; echo; echo end", tmp_path, time_limit=60, cap=100_000)
    assert run.truncated
    assert len(run.output) == 100_000
    assert run.output.endswith(b"x\nend\n")


def known(tmp_path: Path, command: str) -> Known:
    return establish([check(command)], tmp_path).checks[0]


def test_failures_of_the_baseline_are_subtracted(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a.py:3: error: old\n")
    before = known(tmp_path, "cat out; exit 1")
    assert before.failures == ("a.py: error: old",)
    (tmp_path / "out").write_text("a.py:30: error: old\n")
    assert isinstance(judge(before, run_check(before.check, tmp_path)), Accepted)
    (tmp_path / "out").write_text("a.py:3: error: old\nb.py:1: error: new\n")
    rejected = judge(before, run_check(before.check, tmp_path))
    assert isinstance(rejected, Rejected)
    assert rejected.failures == frozenset({"b.py: error: new"})


def test_another_exit_code_than_at_the_baseline_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "code").write_text("1")
    before = known(tmp_path, "echo 'a.py:3: error: old'; exit $(cat code)")
    (tmp_path / "code").write_text("2")
    assert isinstance(judge(before, run_check(before.check, tmp_path)), Rejected)


def test_a_baseline_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CheckError, match="fails before any change") as caught:
        establish([check("echo no good; exit 1")], tmp_path)
    assert "--allow-failing-baseline" in caught.value.hint
    baseline = establish([check("exit 1"), check("true")], tmp_path, allow_failing=True)
    assert [known.check.command for known in baseline.checks] == ["true"]
    assert "dropped" in baseline.notes[0]
