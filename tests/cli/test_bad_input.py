"""Wrong use, and examples that cannot be used: one clear line, the right exit code, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from bad_input_kit import BODY, commit, complains, edited, git, modules, pairs, run, untouched, write

WRONG_USE = [
    (["learn", "--no-such-option"], "no such option"),
    (["lern"], "did you mean 'learn'"),
    (["learn", "--min-confidence", "7"], "--min-confidence"),
    (["learn", "--format", "nonsense"], "nonsense"),
    (["learn", "--before", "x"], "--after is missing"),
    (["learn", "--after", "x"], "--before is missing"),
    (["learn", "--from-commit", "HEAD", "--from-diff", "x"], "more than one source"),
    (["learn", "--from-commit", "HEAD", "--before", "x", "--after", "y"], "more than one source"),
    (["learn", "one", "two"], "two"),
    (["apply"], "missing argument"),
    (["apply", "rules.yml"], "missing argument"),
    (["apply", "rules.yml", ".", "--jobs", "many"], "--jobs"),
    (["migrate", "--rules", "r.yml", "--from-commit", "HEAD"], "do not go together"),
    (["migrate", "--rules", "r.yml", "--before", "x", "--after", "y"], "do not go together"),
    (["migrate", "--timeout", "0"], "--timeout"),
    (["migrate", "--check"], "--check"),
    (["replay", ".", "--commit", "HEAD", "--auto"], "exclude each other"),
    (["replay", ".", "--examples", "0"], "--examples"),
    (["undo", "--migration", "first"], "--migration"),
]


@pytest.mark.parametrize(("args", "says"), WRONG_USE, ids=[" ".join(args) for args, _ in WRONG_USE])
def test_wrong_use(repository: Path, args: list[str], says: str) -> None:
    with untouched(repository):
        complains(run(*args, folder=repository), 2, says)


NO_TREE = [
    ["learn", "nowhere"],
    ["apply", "../rules.yml", "nowhere"],
    ["apply", "../rules.yml", "nowhere", "--dry-run"],
    ["apply", "../rules.yml", "nowhere/deeper", "--ledger", "record.db"],
    ["migrate", "nowhere", "--rules", "../rules.yml"],
    ["migrate", "nowhere", "--rules", "../rules.yml", "--dry-run"],
    ["migrate", "nowhere"],
    ["status", "nowhere"],
    ["resume", "nowhere"],
    ["undo", "nowhere"],
    ["replay", "nowhere"],
]


@pytest.mark.parametrize("args", NO_TREE, ids=[" ".join(args) for args in NO_TREE])
def test_a_tree_that_is_not_there(repository: Path, rule_file: Path, args: list[str]) -> None:
    with untouched(repository):
        complains(run(*args, folder=repository), 3, "nowhere")
    assert not (repository / "nowhere").exists()
    assert not (repository / "record.db").exists()


@pytest.mark.parametrize("command", ["status", "resume", "undo"])
def test_nothing_was_recorded(plain: Path, command: str) -> None:
    with untouched(plain):
        complains(run(command, plain), 3)


def test_no_examples(repository: Path, tmp_path: Path) -> None:
    empty = [tmp_path / "left", tmp_path / "right"]
    for folder in empty:
        folder.mkdir()
    with untouched(repository):
        complains(run("learn", repository), 3, "nothing differs")
        complains(run("migrate", repository), 3, "nothing differs")
        complains(run("learn", "--before", empty[0], "--after", empty[1]), 3, "no usable example")
    assert not (repository / ".whimbrel").exists()


def test_pairs_that_do_not_differ(plain: Path) -> None:
    with untouched(plain):
        complains(run("learn", "--before", plain, "--after", plain), 3, "nothing differs")


def test_pairs_that_differ_in_white_space_only(tmp_path: Path) -> None:
    left = write(tmp_path / "left", modules(3))
    right = write(tmp_path / "right", {name: data + b"\n\n" for name, data in modules(3).items()})
    complains(run("learn", "--before", left, "--after", right), 3)


def test_a_pair_with_a_missing_side(tmp_path: Path) -> None:
    before, after = pairs(tmp_path)
    (after / "m0.py").unlink()
    (after / "new.py").write_bytes(b"x = 1\n")
    ended = run("learn", "--before", before, "--after", after, "--json")
    assert ended.code == 0
    said = ended.document()
    assert said["rules"]
    assert {each["path"]: each["reason"] for each in said["problems"]} == {
        "m0.py": "only in the folder before: there is no file after",
        "new.py": "only in the folder after: there is no file before",
    }
    for name in ("m1.py", "m2.py"):
        (after / name).unlink()
    complains(run("learn", "--before", before, "--after", after), 3, "there is no file")


def test_example_files_of_every_bad_sort_beside_good_ones(tmp_path: Path) -> None:
    bad = {
        "binary.py": b"fetch(\0)",
        "large.py": b"net.fetch(1, 2)\n" * 1_300_000,
        "emptied.py": b"net.fetch(1, 2)\n",
        "script.unknown": b"net.fetch(1, 2)\n",
    }
    before, after = pairs(tmp_path, modules(3) | bad)
    (after / "emptied.py").write_bytes(b"")
    (before / "link.py").symlink_to(before / "m0.py")
    (after / "link.py").symlink_to(after / "m0.py")
    ended = run("learn", "--before", before, "--after", after, "--json")
    assert ended.code == 0
    assert ended.err == ""
    said = ended.document()
    assert said["explained"] == said["edits"] == 3
    assert {each["path"]: each["reason"] for each in said["problems"]} == {
        "binary.py": "binary",
        "large.py": "too large (21 MB; the limit is 5 MB)",
        "emptied.py": "empty before or after: nothing to compare",
        "script.unknown": "unknown language",
    }


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.py", b"fetch(\0)", "binary"),
        ("a.py", b"fetch(1)\n" * 2_500_000, "too large (22 MB"),
        ("a.txt", b"fetch(1)\n", "unknown language"),
        ("a.py", b"# fetch(1)\n\xff\xfe\0", "binary"),
    ],
    ids=["binary", "20 MB", "unknown language", "NUL"],
)
def test_nothing_but_a_bad_example(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    before, after = pairs(tmp_path, {name: data})
    complains(run("learn", "--before", before, "--after", after), 3, says, name)


def test_examples_that_do_not_parse(tmp_path: Path) -> None:
    broken = b"def f(:\n    )]]\nnet.fetch(((1, 2)\nclass\n"
    before, after = pairs(tmp_path, modules(3) | {"broken.py": broken})
    ended = run("learn", "--before", before, "--after", after, "--json")
    assert ended.code == 0
    said = ended.document()
    assert said["explained"] >= 3
    assert said["rules"]
    only = pairs(tmp_path / "only", {"broken.py": b"((((fetch(((\n]]]] ) fetch(\n"})
    ended = run("learn", "--before", only[0], "--after", only[1])
    assert ended.code in (0, 3)


def test_examples_in_other_encodings_and_shapes(tmp_path: Path) -> None:
    files = {
        "latin.py": b"# \xe9t\xe9\nname = '\xe9'\n" + BODY % (1, 1),
        "crlf.py": (BODY % (2, 2)).replace(b"\n", b"\r\n"),
        "bom.py": b"\xef\xbb\xbf" + BODY % (3, 3),
        "no_end.py": (BODY % (4, 4)).rstrip(b"\n"),
    }
    before, after = pairs(tmp_path, files)
    out = tmp_path / "learnt.yml"
    ended = run("learn", "--before", before, "--after", after, "--out", out)
    assert ended.code == 0, ended
    assert "4 of 4 example edits explained" in ended.out
    assert run("apply", out, before).code == 0
    for name in files:
        assert (before / name).read_bytes() == (after / name).read_bytes(), name


def test_mixed_languages_are_learnt_each_on_its_own(tmp_path: Path) -> None:
    files = modules(3)
    files |= {f"s{number}.js": b"function f() {\n  return net.fetch(%d);\n}\n" % number for number in range(3)}
    files |= {f"g{number}.go": b"package p\n\nfunc f() {\n\tnet.fetch(%d)\n}\n" % number for number in range(3)}
    before, after = pairs(tmp_path, files)
    said = run("learn", "--before", before, "--after", after, "--json").document()
    assert {rule["language"] for rule in said["rules"]} == {"python", "javascript", "go"}
    assert said["explained"] == said["edits"] == 9


BAD_REVISIONS = [
    ("nonsense", "no such revision"),
    ("HEAD~99", "no such revision"),
    ("nonsense..HEAD", "no such revision"),
    ("--help", "no such revision"),
    ("HEAD~2", "first of its history"),
    ("merge", "merge"),
    ("HEAD..HEAD", "nothing differs"),
]


@pytest.mark.parametrize("command", [["learn", ".", "--from-commit"], ["migrate", ".", "--from-commit"]], ids="ab")
@pytest.mark.parametrize(("name", "says"), BAD_REVISIONS, ids=[name for name, _ in BAD_REVISIONS])
def test_revisions(repository: Path, command: list[str], name: str, says: str) -> None:
    for number in range(2):
        (repository / "other.txt").write_text(str(number))
        commit(repository, "text")
    git(repository, "checkout", "-q", "-b", "side", "HEAD~1")
    (repository / "side.txt").write_text("x")
    commit(repository, "side")
    git(repository, "merge", "-q", "-m", "merge", "main")
    git(repository, "tag", "merge")
    git(repository, "checkout", "-q", "main")
    with untouched(repository):
        complains(run(*command[:-1], f"--from-commit={name}", folder=repository), 3, says)


def test_a_folder_without_git_and_a_repository_without_commits(plain: Path) -> None:
    with untouched(plain):
        complains(run("learn", plain), 3, "git")
    git(plain, "init", "-q")
    with untouched(plain):
        complains(run("learn", plain), 3, "no commits")
        complains(run("replay", plain), 3, "no commits")


def a_diff(repository: Path) -> bytes:
    """Of an edit of m0.py, which is taken back."""
    module = repository / "m0.py"
    module.write_bytes(edited(module.read_bytes()))
    diff = git(repository, "diff").encode()
    git(repository, "checkout", "-q", ".")
    return diff


BAD_DIFFS = [
    ("empty", lambda diff: b"", "not a unified diff"),
    ("blank", lambda diff: b"\n\n", "not a unified diff"),
    ("text", lambda diff: b"hello\n", "not a unified diff"),
    ("binary", lambda diff: bytes(range(256)), "not a unified diff"),
    ("cut", lambda diff: diff[:-20], "corrupt patch"),
    ("other file", lambda diff: diff.replace(b"m0.py", b"gone.py"), "gone.py"),
    ("outside", lambda diff: diff.replace(b"m0.py", b"../../m0.py"), ""),
    ("absolute", lambda diff: diff.replace(b"a/m0.py", b"/etc/passwd").replace(b"b/m0.py", b"/etc/passwd"), ""),
    ("neither side", lambda diff: diff.replace(b"fetch", b"grab").replace(b"load", b"drop"), "m0.py"),
]


@pytest.mark.parametrize(("spoil", "says"), [each[1:] for each in BAD_DIFFS], ids=[each[0] for each in BAD_DIFFS])
def test_diffs(repository: Path, tmp_path: Path, spoil, says: str) -> None:
    place = tmp_path / "bad.diff"
    place.write_bytes(spoil(a_diff(repository)))
    with untouched(repository):
        complains(run("learn", repository, "--from-diff", place), 3, says)


def test_a_diff_that_is_not_there_or_no_file(repository: Path, tmp_path: Path) -> None:
    complains(run("learn", repository, "--from-diff", tmp_path / "gone.diff"), 3, "gone.diff")
    complains(run("learn", repository, "--from-diff", tmp_path), 3, str(tmp_path))
    place = tmp_path / "good.diff"
    place.write_bytes(a_diff(repository))
    complains(run("learn", tmp_path / "gone", "--from-diff", place), 3, "gone")
    complains(run("learn", tmp_path, "--from-diff", place), 3, "m0.py")


@pytest.mark.parametrize("out", ["missing/rules.yml", "folder", "/dev/full", "/proc/rules.yml"])
def test_rules_that_cannot_be_saved(tmp_path: Path, out: str) -> None:
    before, after = pairs(tmp_path)
    (tmp_path / "folder").mkdir()
    complains(run("learn", "--before", before, "--after", after, "--out", out, folder=tmp_path), 3, out)
