"""Which files are candidates, with git and without."""

import os
import subprocess
from pathlib import Path

import pytest

from whimbrel.errors import InputError
from whimbrel.ledger import Ledger, ledger_path
from whimbrel.sweep import Candidate, Skipped, WalkOptions, is_generated, load, walk


def put(tree: Path, path: str, data: bytes = b"x = 1\n") -> Path:
    target = tree / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return target


def found(tree: Path, **options: bool) -> list[str]:
    walked = walk(tree, languages={"python"}, options=WalkOptions(**options))
    return [each.path for each in walked if isinstance(each, Candidate)]


def skipped(tree: Path) -> dict[str, str]:
    return {each.path: each.reason for each in walk(tree, languages={"python"}) if isinstance(each, Skipped)}


def test_ordinary_files_everywhere(any_tree: Path) -> None:
    paths = [
        "a.py",
        "build/b.py",
        "dist/c.py",
        "vendor/d.py",
        "third_party/e.py",
        ".github/f.py",
        "venv/g.py",
        "x y/h.py",
    ]
    for path in paths:
        put(any_tree, path)
    put(any_tree, "notes.txt")
    put(any_tree, "app.js")
    assert sorted(found(any_tree)) == sorted(paths)


def test_passed_over_folders(any_tree: Path) -> None:
    put(any_tree, "a.py")
    put(any_tree, "pkg/node_modules/x/b.py")
    put(any_tree, ".venv/lib/c.py")
    put(any_tree, "env/venv/pyvenv.cfg")
    put(any_tree, "env/venv/lib/d.py")
    put(any_tree, "pkg/__pycache__/e.py")
    with Ledger.open(ledger_path(any_tree), create=True) as book:
        book.begin(tree=any_tree, root=any_tree, command="apply", rules_text="")
    put(any_tree, ".whimbrel/f.py")
    put(any_tree, ".whimbrel-0123.tmp")
    put(any_tree, ".hg/g.py")
    assert found(any_tree) == ["a.py"]
    everything = found(any_tree, include_generated=True)
    assert sorted(everything) == [
        ".venv/lib/c.py", "a.py", "env/venv/lib/d.py", "pkg/__pycache__/e.py", "pkg/node_modules/x/b.py",
    ]  # fmt: skip


def test_gitignore_nested_and_negated(any_tree: Path) -> None:
    put(any_tree, ".gitignore", b"*.gen.py\n/out/\n*.tmp.py\n!keep.tmp.py\n[\n")
    put(any_tree, "pkg/.gitignore", b"local.py\n!wanted.gen.py\n")
    kept = ["a.py", "keep.tmp.py", "local.py", "pkg/out/b.py", "pkg/wanted.gen.py"]
    for path in [*kept, "x.gen.py", "out/c.py", "d.tmp.py", "pkg/local.py", "pkg/sub/local.py", "pkg/y.gen.py"]:
        put(any_tree, path)
    assert sorted(found(any_tree)) == sorted(kept)


def test_a_tracked_file_counts_although_it_is_ignored(tree: Path) -> None:
    subprocess.run(["git", "init", "-q", tree], check=True)
    put(tree, ".gitignore", b"build/\n")
    put(tree, "build/a.py")
    put(tree, "build/b.py")
    subprocess.run(["git", "add", "-f", "build/a.py"], cwd=tree, check=True)
    assert found(tree) == ["build/a.py"]


def test_a_tree_that_the_repository_around_it_ignores(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    put(tmp_path, ".gitignore", b"scratch/\n")
    put(tmp_path, "scratch/tree/a.py")
    assert found(tmp_path / "scratch/tree") == ["a.py"]
    assert found(tmp_path) == []


def test_a_folder_of_a_repository_honours_the_gitignore_above_it(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    put(tmp_path, ".gitignore", b"*.gen.py\n")
    put(tmp_path, "pkg/a.py")
    put(tmp_path, "pkg/b.gen.py")
    assert found(tmp_path / "pkg") == ["a.py"]


def test_a_repository_in_a_repository(tree: Path) -> None:
    put(tree, "a.py")
    put(tree, "inner/b.py")
    subprocess.run(["git", "init", "-q", tree / "inner"], check=True)
    assert found(tree) == ["a.py", "inner/b.py"], "a plain folder of repositories is one tree"
    subprocess.run(["git", "init", "-q", tree], check=True)
    assert found(tree) == ["a.py"]
    assert skipped(tree) == {"inner": "a git repository of its own"}


def test_symbolic_links_are_not_followed(any_tree: Path, tmp_path: Path) -> None:
    put(tmp_path, "outside/secret.py")
    put(any_tree, "pkg/a.py")
    (any_tree / "link.py").symlink_to(tmp_path / "outside/secret.py")
    (any_tree / "folder").symlink_to(tmp_path / "outside")
    (any_tree / "pkg/loop").symlink_to(any_tree)
    (any_tree / "self.py").symlink_to("self.py")
    assert found(any_tree) == ["pkg/a.py"]
    assert skipped(any_tree) == {"link.py": "a symbolic link", "self.py": "a symbolic link"}


def test_a_tracked_folder_that_became_a_link(tree: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tree], check=True)
    put(tree, "pkg/sub/a.py")
    subprocess.run(["git", "add", "."], cwd=tree, check=True)
    (tree / "pkg").rename(tmp_path / "pkg")
    (tree / "pkg").symlink_to(tmp_path / "pkg")
    assert found(tree) == []


def test_pipes_and_missing_files_are_passed_over(any_tree: Path) -> None:
    os.mkfifo(any_tree / "pipe.py")
    put(any_tree, "gone.py")
    if (any_tree / ".git").exists():
        subprocess.run(["git", "add", "gone.py"], cwd=any_tree, check=True)
    (any_tree / "gone.py").unlink()
    assert found(any_tree) == []
    assert skipped(any_tree) == {}


def test_odd_names(any_tree: Path) -> None:
    names = [os.fsdecode(b"caf\xe9.py"), "new\nline.py", "d\xe9j\xe0/vu.py", "-n.py", "quote'\".py"]
    for name in names:
        put(any_tree, name)
    assert sorted(found(any_tree)) == sorted(names)


def test_large_files_are_reported(any_tree: Path) -> None:
    with put(any_tree, "large.py").open("wb") as file:
        file.truncate(20_000_000)
    assert found(any_tree) == []
    assert skipped(any_tree) == {"large.py": "larger than 5 MB"}


def test_the_order_is_stable_and_deep_trees_are_walked(any_tree: Path) -> None:
    deep = "/".join(["d"] * 300) + "/a.py"
    for path in ("b.py", "a/z.py", "a.py", deep):
        put(any_tree, path)
    first = found(any_tree)
    assert sorted(first) == sorted(["b.py", "a/z.py", "a.py", deep])
    assert found(any_tree) == first


def test_one_file_as_the_tree(tree: Path) -> None:
    target = put(tree, "a.py")
    assert found(target) == ["a.py"]
    assert skipped(put(tree, "b.js")) == {"b.js": "no rule for its language (python)"}
    assert skipped(put(tree, "c.txt")) == {"c.txt": "not a language that Whimbrel knows"}
    (tree / "link.py").symlink_to(target)
    for wrong, said in (("gone", "there is no"), ("link.py", "is a symbolic link")):
        with pytest.raises(InputError, match=said):
            walk(tree / wrong)


def loaded(tree: Path, data: bytes, **options: bool) -> bytes | str | None:
    put(tree, "a.py", data)
    result = load(tree, Candidate(path="a.py", size=len(data), mode=0o644), WalkOptions(**options))
    return result.reason if isinstance(result, Skipped) else result


def test_contents_that_are_not_candidates(tree: Path) -> None:
    assert loaded(tree, b"") is None
    assert loaded(tree, b"x\0y") == "binary"
    assert loaded(tree, "x = 1\n".encode("utf-16")) == "binary"
    assert loaded(tree, b"# @generated by x\n") == "generated, not to be edited"
    assert loaded(tree, b"# @generated by x\n", include_generated=True) == b"# @generated by x\n"
    assert loaded(tree, b"\xe9 = 1\n") == b"\xe9 = 1\n"
    gone = load(tree, Candidate(path="gone.py", size=1, mode=0o644), WalkOptions())
    assert isinstance(gone, Skipped)
    os.mkfifo(tree / "pipe.py")
    pipe = load(tree, Candidate(path="pipe.py", size=1, mode=0o644), WalkOptions())
    assert pipe == Skipped(path="pipe.py", reason="not a regular file")


@pytest.mark.parametrize(
    "head",
    [
        b"// Code generated by protoc-gen-go. DO NOT EDIT.\n",
        b"# This file is automatically generated\n# by a tool: do not edit.\n",
        b"/* DO NOT EDIT: this file was generated by bindgen */\n",
        b"# Generated by the protocol buffer compiler.  DO NOT EDIT!\n",
    ],
)
def test_marks_of_generated_files(head: bytes) -> None:
    assert is_generated(head)


@pytest.mark.parametrize(
    "head",
    [
        b"import javax.annotation.Generated;\n@Generated class A {}\n",
        b"# a generated report\n",
        b"x" * 3000 + b"@generated",
    ],
)
def test_what_is_no_such_mark(head: bytes) -> None:
    assert not is_generated(head)
