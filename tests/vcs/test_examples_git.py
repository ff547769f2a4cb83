"""Examples from uncommitted changes, commits and ranges of a real repository."""

import os

import pytest

from whimbrel.errors import InputError
from whimbrel.vcs.examples import FilePair, from_commit, from_range, uncommitted
from whimbrel.vcs.git import git


def reasons(source):
    return {problem.path: problem.reason for problem in source.problems}


@pytest.fixture
def history(repo):
    repo.commit("first", {"a.py": "old(1)\n", "b.py": "old(2)\n", "c.py": "keep(3)\n", "d.txt": "text\n"})
    return repo


def test_uncommitted_sees_index_and_work_tree_and_ignores_untracked_files(history):
    history.write({"a.py": "new(1)\n"})
    history.git("add", "a.py")
    history.write({"b.py": "new(2)\n", "fresh.py": "new(9)\n"})
    source = uncommitted(history.root)
    assert source.pairs == (
        FilePair(path="a.py", before=b"old(1)\n", after=b"new(1)\n"),
        FilePair(path="b.py", before=b"old(2)\n", after=b"new(2)\n"),
    )
    assert source.problems == ()
    assert [file.path for file in source.unchanged] == ["c.py"]


def test_uncommitted_of_a_folder_leaves_the_rest_of_the_work_tree_out(repo):
    repo.commit("first", {"in/a.py": "old()\n", "out/b.py": "old()\n"})
    repo.write({"in/a.py": "new()\n", "out/b.py": "new()\n"})
    assert [pair.path for pair in uncommitted(repo.root / "in").pairs] == ["in/a.py"]


def test_files_that_are_no_examples_are_named_with_their_reason(history):
    history.write(
        {
            "gone.py": "nothing\nlike\nthe rest\n",
            "moved.py": "a\nb\nc\nd\n",
            "binary.py": "x\n",
            "big.py": "x\n",
            "run.py": "x\n",
        }
    )
    (history.root / "link.py").symlink_to("a.py")
    history.commit("second")
    history.write({"a.py": "new(1)\n", "binary.py": b"a\0b", "big.py": "x = 1\n" * 1_000_000, "d.txt": "other\n"})
    history.write({"added.py": "x\n", "empty.py": ""})
    (history.root / "gone.py").unlink()
    (history.root / "link.py").unlink()
    (history.root / "link.py").symlink_to("b.py")
    history.git("mv", "moved.py", "there.py")
    (history.root / "run.py").chmod(0o755)
    history.git("add", "-A")
    source = uncommitted(history.root, known=lambda path: path.endswith(".py"))
    assert [pair.path for pair in source.pairs] == ["a.py"]
    assert reasons(source) == {
        "added.py": "added: there is no file before",
        "big.py": "too large (6 MB; the limit is 5 MB)",
        "binary.py": "binary",
        "d.txt": "unknown language",
        "empty.py": "added: there is no file before",
        "gone.py": "deleted: there is no file after",
        "link.py": "not a regular file (symbolic link or submodule)",
        "run.py": "does not differ",
        "there.py": "renamed from moved.py",
    }


def test_line_ends_that_git_converts_are_no_difference(history):
    history.git("config", "core.autocrlf", "true")
    history.write({"a.py": "new(1)\r\n"})
    (pair,) = uncommitted(history.root).pairs
    assert (pair.before, pair.after) == (b"old(1)\r\n", b"new(1)\r\n")


def test_bytes_that_are_not_utf8_and_odd_names_survive(repo):
    name = os.fsdecode(b"sub dir/\xff[1]*.py")
    repo.commit("first", {name: b"old('\xe9')\r\n"})
    repo.write({name: b"new('\xe9')\r\n"})
    (pair,) = uncommitted(repo.root).pairs
    assert (pair.path, pair.before, pair.after) == (name, b"old('\xe9')\r\n", b"new('\xe9')\r\n")


def test_a_commit_is_compared_with_its_parent(history):
    history.commit("use new", {"a.py": "new(1)\n", "b.py": "new(2)\n", "d.txt": "text 2\n"})
    history.commit("later", {"a.py": "later(1)\n"})
    source = from_commit(history.root, "HEAD~1", known=lambda path: path.endswith(".py"))
    assert [(pair.path, pair.before, pair.after) for pair in source.pairs] == [
        ("a.py", b"old(1)\n", b"new(1)\n"),
        ("b.py", b"old(2)\n", b"new(2)\n"),
    ]
    assert source.name.endswith("(use new)")
    assert reasons(source) == {"d.txt": "unknown language"}
    assert [(file.path, file.data) for file in source.unchanged] == [("c.py", b"keep(3)\n")]


def test_a_commit_of_a_bare_repository(history, tmp_path):
    history.commit("use new", {"a.py": "new(1)\n"})
    git(["clone", "-q", "--bare", str(history.root), "bare.git"], tmp_path)
    assert [pair.path for pair in from_commit(tmp_path / "bare.git", "HEAD").pairs] == ["a.py"]
    with pytest.raises(InputError, match="bare repository"):
        uncommitted(tmp_path / "bare.git")


@pytest.mark.parametrize("dots", ["..", "..."])
def test_a_range_is_one_change(history, dots):
    first = history.git("rev-parse", "HEAD")
    history.commit("one", {"a.py": "half(1)\n"})
    history.commit("two", {"a.py": "new(1)\n", "b.py": "new(2)\n"})
    source = from_range(history.root, f"{first}{dots}")
    assert [pair.after for pair in source.pairs] == [b"new(1)\n", b"new(2)\n"]


def test_three_dots_start_at_the_common_ancestor(history):
    history.git("checkout", "-q", "-b", "side")
    history.commit("side", {"a.py": "side(1)\n"})
    history.git("checkout", "-q", "main")
    history.commit("main", {"b.py": "main(2)\n"})
    assert [pair.path for pair in from_range(history.root, "main...side").pairs] == ["a.py"]
    assert [pair.path for pair in from_range(history.root, "main..side").pairs] == ["a.py", "b.py"]


def test_merges_and_first_commits_get_a_clear_message(history):
    with pytest.raises(InputError, match="first of its history"):
        from_commit(history.root, "HEAD")
    history.git("checkout", "-q", "-b", "side")
    history.commit("side", {"a.py": "side(1)\n"})
    history.git("checkout", "-q", "main")
    history.commit("main", {"b.py": "main(2)\n"})
    history.git("merge", "-q", "-m", "joined", "side")
    with pytest.raises(InputError, match=r"\(joined\) is a merge: it has 2 parents"):
        from_commit(history.root, "HEAD")


def test_the_border_of_a_shallow_clone_says_how_to_fetch_more(history, tmp_path):
    history.commit("second", {"a.py": "new(1)\n"})
    git(["clone", "-q", "--depth", "1", history.root.as_uri(), "shallow"], tmp_path)
    with pytest.raises(InputError, match="shallow clone") as caught:
        from_commit(tmp_path / "shallow", "HEAD")
    assert "git fetch --unshallow" in caught.value.hint
    with pytest.raises(InputError, match="no such revision") as caught:
        from_commit(tmp_path / "shallow", "HEAD~1")
    assert "--unshallow" in caught.value.hint


def test_bad_input_says_what_to_do(history, tmp_path):
    plain = tmp_path / "plain"
    plain.mkdir()
    for call, message in (
        (lambda: uncommitted(history.root), "no usable example in the uncommitted changes of .*: nothing differs"),
        (lambda: uncommitted(plain), "not a usable git repository"),
        (lambda: uncommitted(tmp_path / "nowhere"), "no such folder"),
        (lambda: from_commit(history.root, "nonsense"), "no such revision in .*: nonsense"),
        (lambda: from_commit(history.root, "--all"), "no such revision in .*: --all"),
        (lambda: from_range(history.root, "HEAD"), "not a range"),
    ):
        with pytest.raises(InputError, match=message) as caught:
            call()
        assert caught.value.hint
        assert "\n" not in caught.value.message


def test_a_repository_without_commits(repo):
    repo.write({"a.py": "x\n"})
    with pytest.raises(InputError, match="no commits yet"):
        uncommitted(repo.root)
    with pytest.raises(InputError, match="no such revision") as caught:
        from_commit(repo.root, "HEAD")
    assert caught.value.hint == "the repository has no commits yet"


def test_a_source_whose_files_are_all_unusable_names_the_first(history):
    history.write({"added1.py": "x\n", "added2.py": "x\n"})
    history.git("add", "-A")
    with pytest.raises(InputError, match=r"added1\.py is no example \(added: .*\), and 1 more such file"):
        uncommitted(history.root)
