"""The benchmark script on made-up cases, as a person would call it."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from case_files import write_case

from whimbrel.errors import InputError
from whimbrel.replay.case import load_case

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "replay_cases.py"


def run(*args):
    done = subprocess.run([sys.executable, SCRIPT, *map(str, args)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_it_scores_a_folder_of_cases_and_keeps_what_was_predicted(tmp_path):
    for number in range(4):
        write_case(tmp_path / "cases", random.Random(number), number)
    out, kept = tmp_path / "out.json", tmp_path / "kept"
    code, said, errors = run(tmp_path / "cases", "--every", 2, "--jobs", 2, "--json", out, "--keep", kept)
    assert code == 0, errors
    told = json.loads(out.read_text())
    assert [row["group"] for row in told["rows"]] == ["all", "difficulty 1", "scope clean"]
    assert {case["case"] for case in told["cases"]} == {"case0", "case2"}
    assert "2 cases, slowest case" in said
    for name in ("case0", "case2"):
        case = load_case(tmp_path / "cases" / name)
        allowed = {pair.path for pair in case.targets} | set(case.distractors)
        assert {path.name for path in (kept / name).iterdir()} <= allowed
        assert "whimbrel: 1" in (kept / f"{name}.rules.yml").read_text()


def test_halves_split_by_repository(tmp_path):
    for number in range(4):
        folder = write_case(tmp_path, random.Random(number), number)
        info = json.loads((folder / "case.json").read_text())
        (folder / "case.json").write_text(json.dumps({**info, "repo": f"owner/r{number // 2}"}))
    for half, names in (("a", {"case0", "case1"}), ("b", {"case2", "case3"})):
        run(tmp_path, "--half", half, "--jobs", 1, "--json", tmp_path / "out.json")
        assert {case["case"] for case in json.loads((tmp_path / "out.json").read_text())["cases"]} == names
    code, _, errors = run(tmp_path, "--only", "nothing")
    assert (code, errors) == (1, f"error: no case in {tmp_path} fits the choice\n")


def test_a_folder_that_is_no_case(tmp_path):
    for content in (None, "[]", "not JSON", '{"id": "x"}'):
        if content is not None:
            (tmp_path / "case.json").write_text(content)
        with pytest.raises(InputError):
            load_case(tmp_path)
