"""Reading failures from what real tools print."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from whimbrel.verify import new_failures, parse_failures

SUITE = """
import pytest

def test_a():
    assert 1 == 2

@pytest.mark.parametrize("x", ["a - b", "c d"])
def test_p(x):
    assert 0

def test_fine():
    pass

@pytest.fixture
def broken():
    raise ValueError

def test_e(broken):
    pass
"""


def pytest_output(folder: Path, *options: str) -> str:
    done = subprocess.run([sys.executable, "-m", "pytest", *options], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 1 or "-x" in options
    return done.stdout


@pytest.mark.parametrize("options", [(), ("-q",), ("-qq",), ("--tb=no", "-q"), ("--color=yes",)])
def test_pytest(tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "test_a.py").write_text(SUITE)
    failures = parse_failures(pytest_output(tmp_path, *options))
    assert failures is not None
    assert len(failures) == 4
    assert "test test_a.py::test_a" in failures
    assert "test test_a.py::test_e" in failures


def test_pytest_that_stops_early_cannot_be_subtracted(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(SUITE)
    assert parse_failures(pytest_output(tmp_path, "-x")) is None


def test_pytest_summary_with_lines_missing_cannot_be_subtracted() -> None:
    assert parse_failures("FAILED t.py::test_a - assert 0\n2 failed, 1 passed in 0.10s\n") is None


@pytest.mark.parametrize(
    ("line", "failure"),
    [
        ("src/a.py:12: error: Name 'x' is not defined  [name-defined]", "src/a.py: error: Name 'x' is not defined  "),
        ("src/a.ts(3,15): error TS2304: Cannot find name 'x'.", "src/a.ts: error TS2304"),
        ("a.c:3:5: error: expected ';' before 'return'", "a.c: error: expected"),
        ("a.c:3:5: fatal error: x.h: No such file or directory", "a.c: fatal error"),
        ("./x/y.go:7:2: undefined: Foo", "./x/y.go: undefined: Foo"),
        ("vet: x/y_test.go:7:2: undeclared name: io", "x/y_test.go: undeclared name: io"),
        ("[ERROR] /p/A.java:[12,8] cannot find symbol", "/p/A.java: cannot find symbol"),
        ("a.py:1:8: F401 `os` imported but unused", "a.py: F401"),
        ("--- FAIL: TestAdd (0.00s)", "go test TestAdd"),
        ("test tests::adds ... FAILED", "cargo test tests::adds"),
        ("FAIL: test_x (tests.T.test_x)", "test test_x (tests.T.test_x)"),
    ],
)
def test_one_line_of_each_tool(line: str, failure: str) -> None:
    failures = parse_failures(f"something\n{line}\nmore\n")
    assert failures is not None
    assert len(failures) == 1
    assert failures[0].startswith(failure)


def test_line_numbers_do_not_count() -> None:
    before = parse_failures('a.py:3: error: Name "f" already defined on line 12\n')
    after = parse_failures('a.py:9: error: Name "f" already defined on line 18\n')
    assert before == after


def test_one_more_of_the_same_is_new() -> None:
    before = parse_failures("a.py:3: error: bad\n")
    after = parse_failures("a.py:3: error: bad\na.py:8: error: bad\n")
    assert before is not None
    assert after is not None
    assert new_failures(after, before) == ("a.py: error: bad",)


def test_unreadable_or_cut_output() -> None:
    assert parse_failures("it did not work\n") is None
    assert parse_failures("a.py:3: error: bad\n", truncated=True) is None
