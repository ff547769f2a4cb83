"""``whimbrel learn``: its sources, its output, its exit codes."""

import json
import sys

import pytest

from whimbrel.cli import main
from whimbrel.vcs.git import git

BODY = "import net\n\n\ndef run_{i}(url):\n    return net.fetch(url, {i})\n"


@pytest.fixture
def whimbrel(monkeypatch, capsys):
    """Run the program in this process: exit code, stdout, stderr."""

    def run(*args):
        monkeypatch.setattr(sys, "argv", ["whimbrel", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return run


@pytest.fixture
def project(tmp_path):
    """A git work tree of six files that call ``net.fetch``."""
    root = tmp_path / "project"
    root.mkdir()
    for i in range(6):
        (root / f"m{i}.py").write_text(BODY.format(i=i))
    git(["init", "-q", "-b", "main"], root)
    commit(root, "first")
    return root


def commit(root, message):
    git(["add", "-A"], root)
    git(["-c", "user.name=T", "-c", "user.email=t@e.org", "commit", "-q", "-m", message], root)


def edit(root, *numbers):
    for i in numbers:
        (root / f"m{i}.py").write_text(BODY.format(i=i).replace("net.fetch", "net.load"))


def test_uncommitted_changes(project, whimbrel, monkeypatch):
    edit(project, 0, 1, 2)
    monkeypatch.chdir(project)
    code, out, err = whimbrel("learn")
    assert (code, err) == (0, "")
    assert "- " in out and "fetch" in out and "+ " in out and "load" in out
    assert "3 files of the uncommitted changes of ." in out
    assert "3 of 3 example edits explained" in out
    assert "--out" in out
    assert "\x1b" not in out


def test_every_source_gives_the_same_rules(project, whimbrel, tmp_path):
    before = tmp_path / "before"
    before.mkdir()
    for i in range(3):
        (before / f"m{i}.py").write_text(BODY.format(i=i))
    edit(project, 0, 1, 2)
    (tmp_path / "c.diff").write_bytes(git(["diff"], project))
    by_work_tree = json.loads(whimbrel("learn", project, "--json")[1])
    by_diff = json.loads(whimbrel("learn", project, "--from-diff", tmp_path / "c.diff", "--json")[1])
    by_folders = json.loads(whimbrel("learn", "--before", before, "--after", project, "--json")[1])
    commit(project, "use load")
    by_commit = json.loads(whimbrel("learn", project, "--from-commit", "HEAD", "--json")[1])
    by_range = json.loads(whimbrel("learn", project, "--from-commit", "HEAD~1..HEAD", "--json")[1])
    assert by_work_tree["rules"]
    for other in (by_diff, by_folders, by_commit, by_range):
        assert other["rules"] == by_work_tree["rules"]
    assert by_commit["source"].endswith("(use load)")
    assert {problem["reason"] for problem in by_folders["problems"]} == {
        "only in the folder after: there is no file before"
    }


def test_the_fixed_contract_writes_rules_and_ends_with_zero(project, whimbrel, tmp_path):
    from whimbrel.rules import load_rules

    before = tmp_path / "before"
    before.mkdir()
    for i in range(6):
        (before / f"m{i}.py").write_text(BODY.format(i=i))
    edit(project, 0, 1, 2)
    (before / "broken.py").write_bytes(b"x\0")
    (project / "broken.py").write_bytes(b"y\0")
    out = tmp_path / "rules.yml"
    code, said, _ = whimbrel("learn", "--before", before, "--after", project, "--out", out)
    assert code == 0
    assert f"whimbrel apply {out} TREE --dry-run" in said
    assert "broken.py: binary" in said
    assert load_rules(out).rules


def test_edits_that_no_rule_explains_are_listed_and_the_exit_code_stays_zero(project, whimbrel):
    edit(project, 0, 1, 2)
    with (project / "m0.py").open("a") as file:
        file.write("\n\nclass Whatever:\n    answer = [x for x in range(42) if x]\n")
    code, out, _ = whimbrel("learn", project, "--json")
    told = json.loads(out)
    assert code == 0
    assert told["explained"] + len(told["unexplained"]) == told["edits"]
    code, out, _ = whimbrel("learn", project)
    assert code == 0
    if told["unexplained"]:
        assert "that no rule explains" in out and told["unexplained"][0]["reason"] in out


def test_languages_are_learnt_each_on_its_own(project, whimbrel):
    for i in range(3):
        (project / f"s{i}.js").write_text(f"const a = old.call({i});\n")
    commit(project, "scripts")
    edit(project, 0, 1, 2)
    for i in range(3):
        (project / f"s{i}.js").write_text(f"const a = fresh.call({i});\n")
    told = json.loads(whimbrel("learn", project, "--json")[1])
    assert {rule["language"] for rule in told["rules"]} == {"python", "javascript"}


def test_a_confidence_that_no_rule_has(project, whimbrel):
    edit(project, 0)
    code, out, err = whimbrel("learn", project, "--min-confidence", "1.0")
    assert code in (0, 3)
    if code == 3:
        assert out == "" and "lower --min-confidence" in err


def test_bytes_that_are_no_utf8_can_be_shown(project, whimbrel):
    for i in range(3):
        (project / f"m{i}.py").write_bytes(b"fetch('\xff', %d)\n" % i)
    commit(project, "latin")
    for i in range(3):
        (project / f"m{i}.py").write_bytes(b"load('\xff', %d)\n" % i)
    assert whimbrel("learn", project)[0] == 0
    assert json.loads(whimbrel("learn", project, "--json")[1])["rules"]


def test_wrong_use(project, whimbrel, tmp_path):
    for args, message in (
        (["--before", project], "--after is missing"),
        (["--after", project], "--before is missing"),
        (["--from-commit", "HEAD", "--from-diff", "x"], "more than one source"),
        (["--format", "nonsense"], "nonsense"),
        (["--min-confidence", "7"], "--min-confidence"),
    ):
        code, out, err = whimbrel("learn", project, *args)
        assert (code, out) == (2, "")
        assert message in err


def test_bad_input_is_one_line_with_advice(project, whimbrel, tmp_path):
    (tmp_path / "plain").mkdir()
    (tmp_path / "no.diff").write_text("hello\n")
    for args, message in (
        ([project], "no usable example in the uncommitted changes"),
        ([tmp_path / "plain"], "not a usable git repository"),
        ([tmp_path / "nowhere"], "no such folder"),
        ([project, "--from-commit", "nonsense"], "no such revision"),
        ([project, "--from-commit", "HEAD"], "first of its history"),
        ([project, "--from-diff", tmp_path / "no.diff"], "not a unified diff"),
        (["--before", project, "--after", project], "nothing differs"),
        (["--before", project, "--after", tmp_path / "plain"], "there is no file after"),
    ):
        code, out, err = whimbrel("learn", *args)
        assert (code, out) == (3, "")
        first, second, *rest = err.splitlines()
        assert first.startswith("error: ") and message in first
        assert second.startswith("  hint: ") and not rest


def test_a_place_that_cannot_be_written(project, whimbrel, tmp_path):
    edit(project, 0, 1)
    code, _, err = whimbrel("learn", project, "--out", tmp_path / "missing" / "rules.yml")
    assert code == 3
    assert "cannot write" in err
