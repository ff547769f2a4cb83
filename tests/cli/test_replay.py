"""``whimbrel replay``: one commit, the whole history, bad input."""

import json
import sys

import pytest

from whimbrel.cli import main
from whimbrel.vcs.git import git, git_text


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
    """Ten files, then one commit that changes all of them alike."""
    root = tmp_path / "project"
    root.mkdir()
    git(["init", "-q", "-b", "main"], root)
    for word, message in (("fetch", "first"), ("load", "use load")):
        for i in range(10):
            (root / f"m{i}.py").write_text(f"import net\n\n\ndef run_{i}(url):\n    return net.{word}(url, {i})\n")
        git(["add", "-A"], root)
        git(["-c", "user.name=T", "-c", "user.email=t@e.org", "commit", "-q", "-m", message], root)
    return root


@pytest.mark.parametrize("how", [["--commit", "HEAD"], ["--auto"], ["--jobs", "2"]])
def test_the_measures_as_json(project, whimbrel, how):
    code, out, err = whimbrel("replay", project, "--json", *how)
    assert (code, err) == (0, "")
    told = json.loads(out)
    (case,) = told["cases"]
    assert (case["case"], case["title"]) == (git_text(["rev-parse", "HEAD"], project)[:10], "use load")
    assert (case["targets"], len(case["examples"]), case["recall"], case["precision"]) == (7, 3, 1.0, 1.0)
    assert told["rows"][0]["group"] == "all"


def test_the_table_for_a_person(project, whimbrel):
    code, out, _ = whimbrel("replay", project, "--examples", "2")
    assert code == 0
    assert "use load" in out and "2 files shown" in out and "100.0" in out
    assert git(["status", "--porcelain"], project) == b""


def test_bad_input(project, whimbrel, tmp_path):
    (tmp_path / "plain").mkdir()
    git(["init", "-q", "empty"], tmp_path)
    git(["clone", "-q", "--depth", "1", project.as_uri(), "shallow"], tmp_path)
    for args, exit_code, message in (
        ([tmp_path / "plain"], 3, "not a usable git repository"),
        ([tmp_path / "nowhere"], 3, "no such folder"),
        ([tmp_path / "empty"], 3, "no such revision"),
        ([tmp_path / "shallow"], 3, "shallow clone"),
        ([tmp_path / "shallow", "--commit", "HEAD"], 3, "shallow clone"),
        ([project, "--commit", "nonsense"], 3, "no such revision"),
        ([project, "--commit", "HEAD~1"], 3, "first of its history"),
        ([project, "--commit", "HEAD", "--examples", "10"], 3, "leaves none to ask"),
        ([project, "--min-files", "11"], 3, "no systematic commit"),
        ([project, "--commit", "HEAD", "--auto"], 2, "exclude each other"),
        ([project, "--jobs", "0"], 2, "--jobs"),
    ):
        code, out, err = whimbrel("replay", *args)
        assert (code, out) == (exit_code, "")
        assert message in err
        assert "Traceback" not in err
