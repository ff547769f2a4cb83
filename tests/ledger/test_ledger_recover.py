"""Writing, resuming and undoing: bytes and modes exact, other people's changes untouched."""

import os
from pathlib import Path

import pytest

from whimbrel.errors import InputError
from whimbrel.ledger import (
    FileState,
    Ledger,
    LeftAlone,
    MigrationState,
    PlannedFile,
    hash_bytes,
    ledger_path,
    resume_files,
    undo,
    write_file,
)

OLD = b"\xef\xbb\xbfold\r\nno end \xe9"
NEW = b"\xef\xbb\xbfnew\r\nno end \xe9"


def reason(outcome: LeftAlone | None) -> str:
    return outcome.reason if outcome else ""


def write(root: Path, path: str, data: bytes = NEW) -> str:
    return reason(write_file(root, path, data, expected=[hash_bytes(OLD)]))


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "a.py"
    target.write_bytes(OLD)
    target.chmod(0o751)
    assert write(tmp_path, "a.py") == ""
    assert target.read_bytes() == NEW
    assert target.stat().st_mode & 0o7777 == 0o751
    assert os.listdir(tmp_path) == ["a.py"]  # noqa: PTH208 - no temporary file stays
    assert write(tmp_path, "a.py") == "", "writing what is there already is no change"


def test_long_and_undecodable_names(tmp_path: Path) -> None:
    for name in ("n" * 252 + ".py", os.fsdecode(b"\xff\xe9.py"), "new\nline.py"):
        (tmp_path / name).write_bytes(OLD)
        assert write(tmp_path, name) == ""
        assert (tmp_path / name).read_bytes() == NEW


def test_what_is_left_alone(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    outside = tmp_path / "outside.py"
    outside.write_bytes(OLD)
    (root / "link.py").symlink_to(outside)
    (root / "linked").symlink_to(tmp_path)
    os.mkfifo(root / "pipe.py")
    (root / "readonly.py").write_bytes(OLD)
    (root / "readonly.py").chmod(0o444)
    (root / "changed.py").write_bytes(b"somebody else")
    assert write(root, "link.py") == "it is a symbolic link"
    assert write(root, "linked/outside.py") == "it lies under a symbolic link"
    assert write(root, "pipe.py") == "it is not a regular file"
    assert write(root, "folder") == "it is not a regular file"
    assert write(root, "readonly.py") == "it is read-only"
    assert write(root, "changed.py") == "it was changed by somebody else meanwhile"
    assert write(root, "gone.py") == "it is gone"
    assert write(root, "gone/a.py") == "it is gone"
    for path in ("../outside.py", str(outside), "", "folder/../../outside.py"):
        assert write(root, path) == "its path leads out of the tree"
    assert outside.read_bytes() == OLD


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The temporary file is made to be one on a full device; everything else is real."""
    (tmp_path / "a.py").write_bytes(OLD)
    real_open = os.open
    monkeypatch.setattr(
        os, "open", lambda path, flags, *mode: real_open("/dev/full" if flags & os.O_CREAT else path,
                                                         flags & ~(os.O_EXCL | os.O_CREAT), *mode)
    )  # fmt: skip
    with pytest.raises(InputError, match="No space left") as caught:
        write(tmp_path, "a.py")
    assert "undo" in caught.value.hint
    monkeypatch.undo()
    assert (tmp_path / "a.py").read_bytes() == OLD


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "pkg").mkdir(parents=True)
    for name in ("a.py", "pkg/b.py", "pkg/c.py", "d.py"):
        (root / name).write_bytes(OLD + name.encode())
        (root / name).chmod(0o640)
    return root


def contents(root: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in root.rglob("*") if path.is_file() and ".whimbrel" not in path.parts]
    return {str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mode) for path in files}


def plan_all(book: Ledger, tree: Path) -> int:
    number = book.begin(tree=tree, root=tree, command="apply", rules_text="").id
    files = [
        PlannedFile(path=path, before=data, after=NEW + path.encode(), mode=mode & 0o777)
        for path, (data, mode) in contents(tree).items()
    ]
    book.plan_files(number, files)
    return number


def test_resume_finishes_and_undo_takes_everything_back(tree: Path) -> None:
    before = contents(tree)
    with Ledger.open(ledger_path(tree), create=True) as book:
        number = plan_all(book, tree)
        (tree / "a.py").write_bytes(NEW + b"a.py")
        (tree / "pkg/b.py").write_bytes(b"somebody else")
        (tree / "d.py").unlink()
        resumed = resume_files(book, number)
        assert resumed.written == ("pkg/c.py",)
        assert resumed.already == ("a.py",)
        assert {each.path: each.reason for each in resumed.left_alone} == {
            "d.py": "it is gone",
            "pkg/b.py": "it was changed by somebody else meanwhile",
        }
        assert (tree / "pkg/b.py").read_bytes() == b"somebody else"
        again = resume_files(book, number)
        assert (again.written, again.already, again.left_alone) == ((), (), ())

        (tree / "a.py").chmod(0o600)
        undone = undo(book, number)
        assert undone.restored == ("a.py", "pkg/c.py")
        assert [each.path for each in undone.left_alone] == ["d.py", "pkg/b.py"]
        assert book.migration(number).state is MigrationState.UNDONE
    after = contents(tree)
    assert {path: after[path] for path in ("a.py", "pkg/c.py")} == {path: before[path] for path in ("a.py", "pkg/c.py")}
    assert after["pkg/b.py"][0] == b"somebody else"


def test_undo_restores_a_file_that_was_planned_with_several_targets(tree: Path) -> None:
    before = contents(tree)
    with Ledger.open(ledger_path(tree), create=True) as book:
        number = plan_all(book, tree)
        resume_files(book, number)
        trial = PlannedFile(path="a.py", before=NEW + b"a.py", after=b"fewer sites", mode=0o640)
        book.plan_files(number, [trial])
        undone = undo(book, number)
        assert not undone.left_alone
        assert contents(tree) == before


def test_undo_of_some_files_leaves_the_migration_open(tree: Path) -> None:
    with Ledger.open(ledger_path(tree), create=True) as book:
        number = plan_all(book, tree)
        resume_files(book, number)
        assert undo(book, number, paths={"a.py"}).restored == ("a.py",)
        assert book.migration(number).state is MigrationState.PLANNING
        record = book.file(number, "a.py")
        assert record is not None
        assert record.state is FileState.UNDONE


def test_what_a_killed_write_left_is_removed(tree: Path) -> None:
    before = contents(tree)
    with Ledger.open(ledger_path(tree), create=True) as book:
        number = plan_all(book, tree)
        real_replace = os.replace
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "replace", lambda *_: os._exit(9))
            child = os.fork()
            if child == 0:
                write_file(tree, "a.py", NEW + b"a.py", expected=book.ours(number, "a.py"))
                os._exit(0)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        assert os.replace is real_replace
        assert len(contents(tree)) == len(before) + 1, "the child died between temporary file and rename"
        undo(book, number)
    assert contents(tree) == before


def test_a_ledger_from_elsewhere_cannot_write_outside(tree: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(OLD)
    with Ledger.open(ledger_path(tree), create=True) as book:
        number = book.begin(tree=tree, root=tree, command="apply", rules_text="").id
        book.plan_files(number, [PlannedFile(path="../outside", before=b"bad", after=OLD, mode=0o644)])
        assert [each.reason for each in undo(book, number).left_alone] == ["its path leads out of the tree"]
    assert outside.read_bytes() == OLD
