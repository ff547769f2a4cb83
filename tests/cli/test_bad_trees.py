"""Trees that hold what cannot be rewritten, or where nothing can be written: the rest is done, nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bad_input_kit import (
    BODY,
    RULES,
    complains,
    edited,
    git,
    modules,
    pairs,
    process,
    run,
    snapshot,
    untouched,
    without_powers,
    write,
)

ODD = {
    "crlf.py": (BODY % (1, 1)).replace(b"\n", b"\r\n"),
    "mixed.py": b"x = 1\r\n" + BODY % (1, 1) + b"y = 2\rz = 3\r\n\r\n",
    "bom.py": b"\xef\xbb\xbf" + BODY % (1, 1),
    "no_end.py": b"net.fetch(1)",
    "latin.py": b"# \xe9\nnet.fetch('\xe9', \"\xff\xfe\")\n",
    "blanks.py": b"net.fetch(1)   \n\t\n   \n\n\n",
    "formfeed.py": b"\x0cnet.fetch(1)\n\x0c\n",
    "spaces in name.py": b"net.fetch(1)\n",
    "n\u00e4me-\u540d.py": b"net.fetch(1)\n",
    "new\nline.py": b"net.fetch(1)\n",
    "-dash.py": b"net.fetch(1)\n",
    "broken.py": b"def f(:\n\nnet.fetch(1)\n\x01\x02 )]}\n",
    os.fsdecode(b"\xff\xfe.py"): b"net.fetch(1)\n",
}
"""Files in which just the call may change."""
LEFT = {
    "binary.py": b"net.fetch(\0)",
    "empty.py": b"",
    "large.py": b"net.fetch(1)\n" * 1_600_000,
    "utf16.py": "net.fetch(1)\n".encode("utf-16"),
    "notes.txt": b"net.fetch(1)\n",
}
"""Files that stay as they are."""


@pytest.mark.parametrize("under_git", [False, True], ids=["plain", "git"])
@pytest.mark.parametrize("command", ["apply", "migrate", "migrate --check"])
def test_bytes_outside_of_the_edits_stay(tmp_path: Path, rule_file: Path, command: str, under_git: bool) -> None:
    tree = write(tmp_path / "tree", ODD | LEFT)
    outside = write(tmp_path / "outside", modules(2))
    (tree / "link.py").symlink_to(outside / "m0.py")
    (tree / "folder").symlink_to(outside)
    (tree / "dangling.py").symlink_to("nowhere.py")
    (tree / "loop").symlink_to(tree)
    if under_git:
        git(tree, "init", "-q")
        git(tree, "-c", "core.autocrlf=false", "add", "-A")
        git(tree, "commit", "-qm", "first")
    before, kept = snapshot(tree), snapshot(outside)
    options = [rule_file, tree] if command == "apply" else [tree, "--rules", rule_file]
    options += ["--in-place"] if under_git and command != "apply" else []
    options += (
        ["--check", "test -f crlf.py && ! grep -q fetch bom.py || ! grep -q load *.py"] if "--" in command else []
    )
    ended = run(command.split()[0], *options)
    assert ended.code == 0, ended
    assert ended.err == "" or "note:" in ended.err
    for name, data in ODD.items():
        assert (tree / name).read_bytes() == edited(data), name
    after = snapshot(tree)
    assert {name: after[name] for name in LEFT} == {name: before[name] for name in LEFT}
    assert {name: mode for name, (_, mode) in after.items()} == {name: mode for name, (_, mode) in before.items()}
    assert snapshot(outside) == kept
    assert run("status", tree, "--json").document()["sites_migrated"] == len(ODD)
    assert run("status", tree).code == 0
    assert run("undo", tree).code == 0
    assert snapshot(tree) == before


def test_a_new_branch_differs_in_the_edits_only(tmp_path: Path, rule_file: Path) -> None:
    files = {name: data for name, data in (ODD | LEFT).items() if name != "large.py"}
    tree = write(tmp_path / "tree", files)
    git(tree, "init", "-q")
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "first")
    before = snapshot(tree)
    ended = run("migrate", tree, "--rules", rule_file)
    assert ended.code == 0, ended
    assert snapshot(tree) == before
    branch = git(tree, "branch", "--list", "whimbrel/*", "--format=%(refname:short)").strip()
    git(tree, "checkout", "-q", branch)
    for name, data in files.items():
        assert (tree / name).read_bytes() == (edited(data) if name in ODD else data), name


def test_line_ends_that_a_rule_inserts_are_those_of_the_file(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text(
        RULES.split("  - id")[0] + "  - id: two\n    language: python\n    pattern: go($A)\n"
        "    rewrite: |-\n      first($A)\n      second($A)\n"
    )
    tree = write(tmp_path / "tree", {"crlf.py": b"if x:\r\n    go(1)\r\n", "lf.py": b"if x:\n    go(1)\n"})
    assert run("apply", rules, tree).code == 0
    assert (tree / "lf.py").read_bytes() == b"if x:\n    first(1)\n    second(1)\n"
    assert (tree / "crlf.py").read_bytes() == b"if x:\r\n    first(1)\r\n    second(1)\r\n"


def test_read_only_files_and_folders(plain: Path, rule_file: Path) -> None:
    (plain / "m1.py").chmod(0o444)
    write(plain / "shut", {"m.py": BODY % (1, 1)})
    (plain / "shut").chmod(0o555)
    before = snapshot(plain)
    ended = process("apply", rule_file, plain, "--json", prefix=without_powers())
    assert ended.code == 0
    assert {each["path"]: each["reason"] for each in ended.document()["left_alone"]} == {
        "m1.py": "it is read-only",
        "shut/m.py": "no permission to read it or to write in its folder",
    }
    after = snapshot(plain)
    assert {name for name in before if before[name] != after[name]} == {f"m{number}.py" for number in (0, 2, 3, 4, 5)}
    ended = process("migrate", plain, "--rules", rule_file, prefix=without_powers())
    assert ended.code == 1, ended
    assert "m1.py" in ended.out and "read-only" in ended.out
    (plain / "shut").chmod(0o755)


def test_files_that_may_not_be_read(plain: Path, rule_file: Path) -> None:
    (plain / "m1.py").chmod(0)
    (plain / "closed").mkdir(mode=0)
    ended = process("apply", rule_file, plain, prefix=without_powers())
    assert ended.code == 0
    assert "cannot be read (Permission denied): m1.py" in ended.out
    assert "closed" in ended.out
    ended = process("migrate", plain, "--rules", rule_file, "--check", "true", prefix=without_powers())
    complains(ended, 3, "cannot copy", "Permission denied")
    ended = process("learn", "--before", plain, "--after", plain, prefix=without_powers())
    complains(ended, 3, "m1.py")
    (plain / "closed").chmod(0o755)


def test_a_tree_that_may_not_be_written(plain: Path, rule_file: Path, tmp_path: Path) -> None:
    plain.chmod(0o555)
    with untouched(plain):
        for args in (["apply", rule_file, plain], ["migrate", plain, "--rules", rule_file]):
            complains(process(*args, prefix=without_powers()), 3, "Permission denied")
        rule_file.chmod(0)
        complains(process("apply", rule_file, plain, prefix=without_powers()), 3, "Permission denied")
    before, after = pairs(tmp_path / "examples")
    out = tmp_path / "old.yml"
    out.write_text("mine")
    out.chmod(0o444)
    complains(
        process("learn", "--before", before, "--after", after, "--out", out, prefix=without_powers()), 3, "denied"
    )
    assert out.read_text() == "mine"
    plain.chmod(0o755)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of about half a megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", place]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def fill(disk: Path, leave: int) -> None:
    """Use up the disk but for some bytes."""
    usage = os.statvfs(disk)
    (disk / "ballast").write_bytes(b"\0" * max(usage.f_bavail * usage.f_frsize - leave, 0))


@pytest.mark.parametrize("leave", [0, 60_000, 160_000])
@pytest.mark.parametrize("command", ["apply", "migrate"])
def test_a_full_disk(small_disk: Path, rule_file: Path, command: str, leave: int) -> None:
    files = {f"m{number}.py": BODY % (number, number) + b"# \xe9%d\n" % number * 400 for number in range(40)}
    tree = write(small_disk / "tree", files)
    fill(small_disk, leave)
    before = snapshot(tree)
    args = [rule_file, tree] if command == "apply" else [tree, "--rules", rule_file, "--check", "true"]
    ended = process(command, *args)
    if ended.code != 0:
        complains(ended, 3)
        assert "disk" in ended.err.lower() or "space" in ended.err, ended.err
    for name, data in files.items():
        assert (tree / name).read_bytes() in (data, edited(data)), name
    assert not [name for name in snapshot(tree) if name.endswith(".tmp")]
    (small_disk / "ballast").unlink()
    if (tree / ".whimbrel" / "ledger.db").exists():
        done = run("undo", tree)
        assert done.code in (0, 3), done
    assert snapshot(tree) == before


def test_rules_saved_to_a_full_disk_leave_the_old_ones(small_disk: Path, tmp_path: Path) -> None:
    before, after = pairs(tmp_path)
    (small_disk / "rules.yml").write_text("mine")
    fill(small_disk, 0)
    complains(process("learn", "--before", before, "--after", after, "--out", small_disk / "rules.yml"), 3, "space")
    assert (small_disk / "rules.yml").read_text() == "mine"
    assert sorted(path.name for path in small_disk.iterdir()) == ["ballast", "rules.yml"]


def interrupt(program: list[str], ready: Callable[[], bool]) -> tuple[int, str]:
    """Send Ctrl-C as a terminal does, to the whole process group; exit code and what was said."""
    command = [sys.executable, "-m", "whimbrel", *program]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    limit = time.monotonic() + 60
    while not ready() and running.poll() is None and time.monotonic() < limit:
        time.sleep(0.002)
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGINT)
    said = b"".join(running.communicate(timeout=60)).decode()
    assert "Traceback" not in said, said
    # Python itself ends by the signal when it comes amid the import of a dataclass: for a shell that is 130, too.
    return 130 if running.returncode == -signal.SIGINT else running.returncode, said


def test_ctrl_c_while_files_are_written(tmp_path: Path, rule_file: Path) -> None:
    files = {f"m{number}.py": BODY % (number, number) * 40 for number in range(600)}
    tree = write(tmp_path / "tree", files)
    before = snapshot(tree)

    def begun() -> bool:
        return (tree / "m0.py").read_bytes() != files["m0.py"]

    code, said = interrupt(["apply", str(rule_file), str(tree), "--jobs", "2"], begun)
    for name, data in files.items():
        assert (tree / name).read_bytes() in (data, edited(data))
    if code != 0:
        assert code == 130
        assert f"`whimbrel resume {tree}` goes on, `whimbrel undo {tree}` takes back" in said
        assert run("resume", tree).code == 0
    assert all((tree / name).read_bytes() == edited(data) for name, data in files.items())
    assert run("undo", tree).code == 0
    assert snapshot(tree) == before


@pytest.mark.parametrize("under_git", [False, True], ids=["plain", "git"])
def test_ctrl_c_while_checks_run(
    plain: Path, repository: Path, rule_file: Path, tmp_path: Path, under_git: bool
) -> None:
    tree = repository if under_git else plain
    before = snapshot(tree)
    check = f"touch {tmp_path / 'started'}; if grep -q 'load(url, 3)' m3.py; then sleep 300; fi"
    program = ["migrate", str(tree), "--rules", str(rule_file), "--check", check]
    code, said = interrupt(program, (tmp_path / "started").exists)
    assert code == 130, said
    assert f"`whimbrel resume {tree}` goes on" in said
    assert snapshot(tree) == before
    assert not list(tree.glob(".whimbrel/worktrees/*"))
    assert run("status", tree).code == 1
    assert run("undo", tree).code in (0, 3)
    assert snapshot(tree) == before


def test_ctrl_c_while_learning(tmp_path: Path) -> None:
    before, after = pairs(tmp_path, modules(200))
    began = time.monotonic()
    program = ["learn", "--before", str(before), "--after", str(after), "--out", str(tmp_path / "rules.yml")]
    code, said = interrupt(program, lambda: time.monotonic() - began > 1)
    assert code == 0 or "interrupted" in said
    assert (tmp_path / "rules.yml").exists() == (code == 0)
