"""Planning: byte-exact rewrites, two checks on every result, and the same answer with any number of workers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from whimbrel.errors import InputError
from whimbrel.rules import Rule, RuleSet
from whimbrel.sweep import FilePlan, PlanOptions, Skipped, plan, plan_file
from whimbrel.sweep.pool import plan_in_processes
from whimbrel.sweep.walk import walk
from whimbrel.sweep.worker import Job


def rule(pattern: str, rewrite: str, *, name: str = "rename") -> Rule:
    return Rule(id=name, language="python", pattern=pattern, rewrite=rewrite)


def planned(before: bytes, rules: RuleSet) -> FilePlan:
    result = plan_file("a.py", before, rules)
    assert isinstance(result, FilePlan), result
    return result


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(b"a = 1\r\nold_name(a)\r\n", b"a = 1\r\nnew_name(a)\r\n", id="CRLF"),
        pytest.param(b"a = 1\r\nold_name(a)\nb\r\n", b"a = 1\r\nnew_name(a)\nb\r\n", id="mixed newlines"),
        pytest.param(b"\xef\xbb\xbfold_name(a)\n", b"\xef\xbb\xbfnew_name(a)\n", id="BOM"),
        pytest.param(b"old_name(a)", b"new_name(a)", id="no final newline"),
        pytest.param(
            b"# -*- coding: latin-1 -*-\ns = '\xe9'\nold_name('\xfc')  # \xe4\n",
            b"# -*- coding: latin-1 -*-\ns = '\xe9'\nnew_name('\xfc')  # \xe4\n",
            id="latin-1",
        ),
        pytest.param(b"\n\n  \told_name (  a,b )\t \n", b"\n\n  \tnew_name (  a,b )\t \n", id="odd layout"),
        pytest.param(b"old_name(\x0c a)\n", b"new_name(\x0c a)\n", id="form feed"),
    ],
)
def test_bytes_outside_the_edits_stay(before: bytes, after: bytes, rename: RuleSet) -> None:
    result = planned(before, rename)
    assert result.rewrite.source == after
    assert [site.rule_id for site in result.rewrite.sites] == ["rename"]
    assert result.changed
    assert planned(before, rename) == result


def test_nothing_to_say(rename: RuleSet) -> None:
    assert plan_file("a.py", b"x = 1\n", rename) is None
    assert plan_file("a.py", b"# old_name(1)\n", rename) is None
    assert plan_file("a.txt", b"old_name(1)\n", rename) is None


def test_a_site_is_left_out_by_its_key(rename: RuleSet) -> None:
    before = b"old_name(1)\nold_name(2)\n"
    first, second = planned(before, rename).rewrite.sites
    rest = plan_file("a.py", before, rename, exclude={first.key})
    assert isinstance(rest, FilePlan)
    assert rest.rewrite.source == b"old_name(1)\nnew_name(2)\n"
    assert [site.key for site in rest.rewrite.sites] == [second.key]


def test_a_site_that_would_not_parse_is_refused_and_the_rest_stays(rename: RuleSet) -> None:
    rules = RuleSet(rules=(*rename.rules, rule("spoil($A)", "spoil $A $A", name="bad")))
    result = planned(b"old_name(1)\nspoil(2)\nold_name(spoil(3))\nold_name(4)\n", rules)
    assert result.rewrite.source == b"new_name(1)\nspoil(2)\nnew_name(spoil(3))\nnew_name(4)\n"
    refused = [(each.rule_id, each.line, each.reason) for each in result.refusals]
    assert refused == [("bad", 2, "would not parse"), ("bad", 3, "would not parse")]


def test_errors_of_the_original_are_not_held_against_a_site(rename: RuleSet) -> None:
    result = planned(b"def broken(:\n    pass\n\nold_name(1)\n", rename)
    assert b"new_name(1)" in result.rewrite.source
    assert result.parse_errors > 0


def test_a_site_that_would_be_rewritten_again_is_refused(rename: RuleSet) -> None:
    swap = rule("swap($A, $B)", "swap($B, $A)", name="swap")
    result = planned(b"swap(1, 2)\nold_name(2)\n", RuleSet(rules=(swap, *rename.rules)))
    assert result.rewrite.source == b"swap(1, 2)\nnew_name(2)\n"
    assert [(each.rule_id, each.reason) for each in result.refusals] == [("swap", "not idempotent")]


def test_a_file_of_refusals_only_is_not_changed() -> None:
    result = planned(b"swap(1, 2)\nswap(swap(1, 2), 3)\n", RuleSet(rules=(rule("swap($A, $B)", "swap($B, $A)"),)))
    assert not result.changed
    assert result.rewrite.source == result.before
    assert {each.reason for each in result.refusals} == {"not idempotent"}


def fill(tree: Path, number: int) -> None:
    for index in range(number):
        folder = tree / f"pkg{index % 7}"
        folder.mkdir(exist_ok=True)
        text = f"old_name({index})\n" if index % 3 else "x = 1\n"
        (folder / f"m{index}.py").write_text(text * (index % 5 + 1))


def test_a_tree_is_planned_in_order_with_its_total(tree: Path, rename: RuleSet) -> None:
    fill(tree, 30)
    (tree / "empty.py").touch()
    (tree / "binary.py").write_bytes(b"old_name(\0)")
    (tree / os.fsdecode(b"\xff.py")).write_bytes(b"old_name(1)\n")
    seen: list[tuple[int, int]] = []
    results = list(plan(tree, rename, on_progress=lambda done, total: seen.append((done, total))))
    paths = [each.path for each in results if isinstance(each, FilePlan)]
    assert len(paths) == 21
    assert paths[-1] == os.fsdecode(b"\xff.py") or os.fsdecode(b"\xff.py") in paths
    assert [each for each in results if isinstance(each, Skipped)] == [Skipped(path="binary.py", reason="binary")]
    assert seen[0] == (0, 33)
    assert seen[-1] == (33, 33)
    again = list(plan(tree, rename, options=PlanOptions(leave_out=paths[:20])))
    assert [each.path for each in again if isinstance(each, FilePlan)] == paths[20:]


def test_a_missing_tree_is_an_error_at_once(tree: Path, rename: RuleSet) -> None:
    with pytest.raises(InputError, match="there is no"):
        plan(tree / "gone", rename)


def test_workers_give_what_one_process_gives(tree: Path, rename: RuleSet) -> None:
    fill(tree, 300)
    alone = list(plan(tree, rename, options=PlanOptions(jobs=1)))
    together = list(plan(tree, rename, options=PlanOptions(jobs=2, alone_seconds=0.0)))
    assert together == alone
    assert len(alone) == 200


class Bomb(RuleSet):
    """Rules that kill the process which reads a certain file: what a crash in a parser does."""

    __slots__ = ()

    def may_match(self, data: bytes, language: object) -> bool:
        if b"BOOM" in data:
            os._exit(11)
        return super().may_match(data, language)


def test_a_file_that_kills_its_worker_costs_only_itself(tree: Path, rename: RuleSet) -> None:
    fill(tree, 45)
    (tree / "pkg3/bomb.py").write_text("BOOM old_name(1)\n")
    rules = Bomb(rules=rename.rules)
    job = Job(root=tree, rules=rules, minimum_confidence=0.0, walk=PlanOptions().walk)
    candidates = [each for each in walk(tree) if not isinstance(each, Skipped)]
    chunks = iter([candidates[at : at + 10] for at in range(0, len(candidates), 10)])
    results = [each for _, chunk in plan_in_processes(job, chunks, jobs=2) for each in chunk]
    assert [each for each in results if isinstance(each, Skipped)] == [
        Skipped(path="pkg3/bomb.py", reason="the process that worked on it died")
    ]
    assert sum(isinstance(each, FilePlan) for each in results) == 30


class CannotStart(RuleSet):
    """Rules that no worker can even receive."""

    __slots__ = ()

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (11,)


def test_where_workers_cannot_start_the_caller_does_the_work(tree: Path, rename: RuleSet) -> None:
    fill(tree, 120)
    rules = CannotStart(rules=rename.rules)
    results = list(plan(tree, rules, options=PlanOptions(jobs=2, alone_seconds=0.0)))
    assert sum(isinstance(each, FilePlan) for each in results) == len(results) == 80


SCRIPT = """
import sys
from pathlib import Path
from whimbrel.rules import Rule, RuleSet
from whimbrel.sweep import PlanOptions, plan
with Path(sys.argv[2]).open("a") as log:
    log.write("run\\n")
rule = Rule(id="r", language="python", pattern="old_name($A)", rewrite="new_name($A)")
found = plan(Path(sys.argv[1]), RuleSet(rules=(rule,)), options=PlanOptions(jobs=2, alone_seconds=0.0))
print(len(list(found)), __file__ == sys.argv[0])
"""


def test_a_script_without_a_main_guard_runs_once(tree: Path, tmp_path: Path) -> None:
    fill(tree, 120)
    script, log = tmp_path / "script.py", tmp_path / "log"
    script.write_text(SCRIPT)
    done = subprocess.run([sys.executable, script, tree, log], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("80 True\n", "")
    assert log.read_text() == "run\n"
