"""Examples from two folders, and from a diff with its tree in either state."""

import os
from pathlib import Path

import pytest

from whimbrel.errors import InputError
from whimbrel.vcs.examples import from_diff, from_folders
from whimbrel.vcs.git import git


def fill(root: Path, files: dict[str, bytes]) -> Path:
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    root.mkdir(exist_ok=True)
    return root


BEFORE = {"pkg/a.py": b"old(1)\nkeep\n", "b.py": b"x\r\nold(2)\r\n", "same.py": b"keep\n", "[odd]*.py": b"old('\xff')"}
AFTER = {"pkg/a.py": b"new(1)\nkeep\n", "b.py": b"x\r\nnew(2)\r\n", "same.py": b"keep\n", "[odd]*.py": b"new('\xff')"}


def test_folders_pair_the_same_relative_paths(tmp_path):
    before = fill(tmp_path / "before", {**BEFORE, "left.py": b"x", ".git/a.py": b"1", "notes.txt": b"a", "z.py": b"\0"})
    after = fill(tmp_path / "after", {**AFTER, "right.py": b"x", ".git/a.py": b"2", "notes.txt": b"b", "z.py": b"y"})
    (before / "loop").symlink_to(before)
    source = from_folders(before, after, known=lambda path: path.endswith(".py"))
    assert [pair.path for pair in source.pairs] == ["[odd]*.py", "b.py", "pkg/a.py"]
    assert {pair.path: pair.after for pair in source.pairs} == {p: d for p, d in AFTER.items() if p != "same.py"}
    assert [(file.path, file.data) for file in source.unchanged] == [("same.py", b"keep\n")]
    assert {problem.path: problem.reason for problem in source.problems} == {
        "left.py": "only in the folder before: there is no file after",
        "notes.txt": "unknown language",
        "right.py": "only in the folder after: there is no file before",
        "z.py": "binary",
    }


def test_folders_that_teach_nothing(tmp_path):
    before = fill(tmp_path / "before", {"a.py": b"x\n"})
    for files, message in (({"a.py": b"x\n"}, "nothing differs"), ({}, "no file after"), ({"a.py": b""}, "empty")):
        after = fill(tmp_path / f"after{len(message)}", files)
        with pytest.raises(InputError, match=message) as caught:
            from_folders(before, after)
        assert caught.value.hint
    with pytest.raises(InputError, match="no such folder"):
        from_folders(before, tmp_path / "nowhere")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_a_problem(tmp_path):
    before, after = fill(tmp_path / "before", BEFORE), fill(tmp_path / "after", AFTER)
    (after / "b.py").chmod(0)
    assert [problem.path for problem in from_folders(before, after).problems] == ["b.py"]


@pytest.fixture
def sides(tmp_path):
    """The diff between two folders, and the folders."""
    before, after = fill(tmp_path / "old", BEFORE), fill(tmp_path / "new", AFTER)
    diff = git(["diff", "--no-index", "--no-color", "old", "new"], tmp_path, ok=(0, 1))
    text = diff.replace(b"a/old/", b"a/").replace(b"b/new/", b"b/")
    (tmp_path / "change.diff").write_bytes(text)
    return tmp_path / "change.diff", before, after


@pytest.mark.parametrize("state", ["before", "after"])
def test_a_diff_with_its_tree_in_either_state(sides, state):
    diff, before, after = sides
    tree = before if state == "before" else after
    kept = {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    source = from_diff(diff, tree)
    assert {pair.path: (pair.before, pair.after) for pair in source.pairs} == {
        path: (BEFORE[path], AFTER[path]) for path in ("[odd]*.py", "b.py", "pkg/a.py")
    }
    assert [file.path for file in source.unchanged] == ["same.py"]
    assert kept == {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}


def test_a_plain_diff_without_prefixes(tmp_path):
    tree = fill(tmp_path / "tree", {"a.py": b"one\nold\n"})
    (tmp_path / "plain.diff").write_bytes(b"--- a.py\n+++ a.py\n@@ -1,2 +1,2 @@\n one\n-old\n+new\n")
    (pair,) = from_diff(tmp_path / "plain.diff", tree).pairs
    assert (pair.before, pair.after) == (b"one\nold\n", b"one\nnew\n")


def test_a_tree_in_a_mixed_state_still_teaches_what_fits(sides):
    diff, before, _after = sides
    (before / "b.py").write_bytes(AFTER["b.py"])
    (before / "pkg/a.py").write_bytes(b"somebody rewrote this\n")
    source = from_diff(diff, before)
    assert [(pair.path, pair.before) for pair in source.pairs] == [
        ("[odd]*.py", BEFORE["[odd]*.py"]),
        ("b.py", BEFORE["b.py"]),
    ]
    assert [problem.path for problem in source.problems] == ["pkg/a.py"]


def test_added_deleted_renamed_and_binary_files_are_problems(repo, tmp_path):
    repo.commit("first", {"a.py": "old\n", "gone.py": "x\n", "moved.py": "1\n2\n3\n4\n", "bin.py": b"\0a"})
    repo.write({"a.py": "new\n", "fresh.py": "quite another\nfile\n", "bin.py": b"\0b"})
    repo.git("mv", "moved.py", "there.py")
    repo.git("rm", "-q", "gone.py")
    repo.git("add", "-A")
    (tmp_path / "all.diff").write_bytes(git(["diff", "--cached", "-M"], repo.root))
    source = from_diff(tmp_path / "all.diff", repo.root)
    assert [(pair.path, pair.before, pair.after) for pair in source.pairs] == [("a.py", b"old\n", b"new\n")]
    assert {"fresh.py", "gone.py", "bin.py"} <= {problem.path for problem in source.problems}


def test_a_diff_never_reaches_outside_its_tree(tmp_path):
    fill(tmp_path, {"secret.py": b"old\n"})
    tree = fill(tmp_path / "tree", {"a.py": b"old\n"})
    (tree / "link.py").symlink_to(tmp_path / "secret.py")
    hunk = "@@ -1 +1 @@\n-old\n+new\n"
    parts = [f"--- a/{path}\n+++ b/{path}\n{hunk}" for path in ("a.py", "link.py", "../secret.py")]
    (tmp_path / "x.diff").write_text("".join(parts))
    source = from_diff(tmp_path / "x.diff", tree)
    assert [pair.path for pair in source.pairs] == ["a.py"]
    assert {problem.path for problem in source.problems} == {"link.py", "../secret.py"}


def test_what_is_no_diff(tmp_path):
    tree = fill(tmp_path / "tree", {"a.py": b"x\n"})
    (tmp_path / "prose.txt").write_text("This is a letter.\n")
    (tmp_path / "empty.diff").write_bytes(b"")
    for name in ("prose.txt", "empty.diff"):
        with pytest.raises(InputError, match="is not a unified diff"):
            from_diff(tmp_path / name, tree)
    with pytest.raises(InputError, match="cannot read the diff"):
        from_diff(tmp_path / "nowhere.diff", tree)
    (tmp_path / "other.diff").write_text("--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-foo\n+bar\n")
    with pytest.raises(InputError, match="fits it neither"):
        from_diff(tmp_path / "other.diff", tree)
    with pytest.raises(InputError, match="no such folder"):
        from_diff(tmp_path / "other.diff", tmp_path / "nowhere")
