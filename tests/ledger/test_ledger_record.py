"""The ledger keeps what it is told, refuses what it cannot trust, and leaves nothing behind where nothing happened."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from whimbrel.errors import LedgerError
from whimbrel.ledger import (
    FileState,
    Ledger,
    Migration,
    MigrationState,
    PlannedFile,
    SiteRecord,
    SiteState,
    SkippedFile,
    Verdict,
    hash_bytes,
    ledger_path,
)

ODD = os.fsdecode(b"caf\xe9/\xff.py")


def begin(book: Ledger, tree: Path) -> Migration:
    return book.begin(tree=tree, root=tree, command="apply", rules_text="rules", options={"jobs": 2})


def site(path: str, key: str) -> SiteRecord:
    return SiteRecord(path=path, key=key, rule_id="r", line=3, before="a\udcff", after="b", confidence=0.9)


def planned(path: str, before: bytes, after: bytes) -> PlannedFile:
    return PlannedFile(path=path, before=before, after=after, mode=0o640, sites=(site(path, "k"),))


def test_everything_comes_back_after_closing(tmp_path: Path) -> None:
    place = ledger_path(tmp_path)
    with Ledger.open(place, create=True) as book:
        begun = book.begin(
            tree=tmp_path, root=tmp_path / "w", command="migrate", rules_text="r\udcff", checks=["pytest -q", "mypy"],
            base_revision="abc", branch="whimbrel/1", work_tree=tmp_path / "w", options={"x": [1, None]},
        )  # fmt: skip
        book.plan_files(begun.id, [planned(ODD, b"old", b"new"), planned("b.py", b"1", b"2")])
        book.mark_files(begun.id, ["b.py"], FileState.LEFT_ALONE, reason="it is read-only")
        book.mark_sites(begun.id, [(ODD, "k")], SiteState.REJECTED, reason="1 failed", check="pytest -q")
        book.record_verdict(begun.id, Verdict(check="mypy", subset=4, outcome="passed", seconds=1.5, tail="ok \udcfe"))
        book.record_skipped(begun.id, [SkippedFile(path=ODD, reason="binary")])
    with Ledger.open(place, read_only=True) as book:
        found = book.migration(1)
        assert found == begun
        assert found.checks == ("pytest -q", "mypy")
        assert found.options == {"x": [1, None]}
        assert found.unfinished
        first, second = sorted(book.files(1), key=lambda file: file.path == ODD)
        assert (second.path, second.state, second.mode) == (ODD, FileState.PLANNED, 0o640)
        assert (first.state, first.reason) == (FileState.LEFT_ALONE, "it is read-only")
        assert book.blob(second.hash_before) == b"old"
        assert book.blob(second.hash_after) == b"new"
        (rejected,) = book.sites(1, state=SiteState.REJECTED)
        assert (rejected.path, rejected.check, rejected.reason) == (ODD, "pytest -q", "1 failed")
        assert rejected.before == "a\udcff"
        assert book.site_counts(1) == {SiteState.REJECTED: 1, SiteState.PLANNED: 1}
        assert [(each.tail, bool(each.at)) for each in book.verdicts(1)] == [("ok \udcfe", True)]
        assert book.skipped(1) == (SkippedFile(path=ODD, reason="binary"),)


def test_planning_a_file_again_keeps_its_original(tmp_path: Path) -> None:
    with Ledger.open(ledger_path(tmp_path), create=True) as book:
        number = begin(book, tmp_path).id
        book.plan_files(number, [planned("a.py", b"original", b"all sites")])
        book.mark_files(number, ["a.py"], FileState.WRITTEN)
        book.plan_files(number, [planned("a.py", b"all sites", b"one site")])
        record = book.file(number, "a.py")
        assert record is not None
        assert record.state is FileState.PLANNED
        assert book.blob(record.hash_before) == b"original"
        assert book.ours(number, "a.py") == {hash_bytes(each) for each in (b"original", b"all sites", b"one site")}


def test_more_files_and_sites_than_a_page_are_listed_once_while_they_are_marked(tmp_path: Path) -> None:
    with Ledger.open(ledger_path(tmp_path), create=True) as book:
        number = begin(book, tmp_path).id
        book.plan_files(number, [planned(f"{index}.py", b"x", b"%d" % index) for index in range(620)])
        seen = []
        for record in book.files(number, state=FileState.PLANNED):
            book.mark_files(number, [record.path], FileState.WRITTEN)
            seen.append(record.path)
        assert len(seen) == len(set(seen)) == 620
        assert sum(1 for _ in book.sites(number)) == 620


def test_states_and_late_knowledge(tmp_path: Path) -> None:
    with Ledger.open(ledger_path(tmp_path), create=True) as book:
        first, second = begin(book, tmp_path), begin(book, tmp_path)
        book.update(first.id, branch="b", rules_text="learnt")
        book.set_state(first.id, MigrationState.DONE)
        done = book.migration(first.id)
        assert (done.branch, done.rules_text, done.base_revision) == ("b", "learnt", "")
        assert done.finished
        assert not done.unfinished
        assert book.latest() == second
        assert book.latest(unfinished=True) == second
        book.set_state(second.id, MigrationState.UNDONE)
        assert book.latest(unfinished=True) is None
        latest = book.latest(undoable=True)
        assert latest is not None
        assert latest.id == first.id
        with pytest.raises(LedgerError, match="no migration 7"):
            book.migration(7)


def test_the_last_verdict_on_a_state_is_found_again(tmp_path: Path) -> None:
    place = ledger_path(tmp_path)
    with Ledger.open(place, create=True) as book:
        number = begin(book, tmp_path).id
        for outcome, attempt in (("failed", 0), ("passed", 0), ("timeout", 1)):
            verdict = Verdict(
                check="mypy", subset=1, outcome=outcome, seconds=0.1, tail="", digest="d", attempt=attempt, details="{}"
            )
            book.record_verdict(number, verdict)
    with Ledger.open(place) as book:
        found = book.verdict(number, check="mypy", digest="d", attempt=0)
        assert found is not None
        assert (found.outcome, found.details) == ("passed", "{}")
        assert book.verdict(number, check="mypy", digest="d", attempt=2) is None
        assert book.verdict(number, check="ruff", digest="d", attempt=0) is None
        assert book.verdict(number + 1, check="mypy", digest="d", attempt=0) is None


def test_a_ledger_that_recorded_nothing_vanishes(tmp_path: Path) -> None:
    with Ledger.open(ledger_path(tmp_path), create=True) as book:
        book.discard(begin(book, tmp_path).id)
    assert list(tmp_path.iterdir()) == []


def test_a_migration_with_files_is_not_forgotten(tmp_path: Path) -> None:
    with Ledger.open(ledger_path(tmp_path), create=True) as book:
        number = begin(book, tmp_path).id
        book.plan_files(number, [planned("a.py", b"x", b"y")])
        with pytest.raises(LedgerError, match="cannot be forgotten"):
            book.discard(number)


def test_git_does_not_see_the_ledger(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    with Ledger.open(ledger_path(tmp_path), create=True) as book:
        begin(book, tmp_path)
        out = subprocess.run(["git", "status", "--porcelain"], cwd=tmp_path, capture_output=True, check=True).stdout
    assert out == b""


def test_a_folder_of_the_users_gets_no_gitignore(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "mine.db", create=True) as book:
        begin(book, tmp_path)
    assert not (tmp_path / ".gitignore").exists()


def test_a_second_run_is_refused_but_may_look(tmp_path: Path) -> None:
    place = ledger_path(tmp_path)
    with Ledger.open(place, create=True) as book:
        number = begin(book, tmp_path).id
        with pytest.raises(LedgerError, match=f"process {os.getpid()}") as caught:
            Ledger.open(place, create=True)
        assert caught.value.hint
        with Ledger.open(place, read_only=True) as other:
            assert other.migration(number).id == number
    Ledger.open(place).close()


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    place = ledger_path(tmp_path)
    code = (
        "import sys; from pathlib import Path; from whimbrel.ledger import Ledger\n"
        "book = Ledger.open(Path(sys.argv[1]), create=True)\n"
        "book.begin(tree=Path('.'), root=Path('.'), command='apply', rules_text='')\n"
        "print('held', flush=True); input()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, place], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(LedgerError, match="another run"):
        Ledger.open(place)
    holder.kill()
    holder.wait()
    with Ledger.open(place) as book:
        assert len(book.migrations()) == 1


def test_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no ledger"):
        Ledger.open(ledger_path(tmp_path))


def filled(tmp_path: Path) -> Path:
    place = ledger_path(tmp_path)
    with Ledger.open(place, create=True) as book:
        number = begin(book, tmp_path).id
        book.plan_files(number, [planned(f"{index}.py", os.urandom(2000), os.urandom(2000)) for index in range(50)])
    return place


@pytest.mark.parametrize("size", [1, 99, 5000, 40_000])
def test_a_truncated_ledger_is_called_damaged(tmp_path: Path, size: int) -> None:
    place = filled(tmp_path)
    os.truncate(place, size)
    with pytest.raises(LedgerError, match=r"damaged|another program") as caught:
        Ledger.open(place)
    assert caught.value.hint


def test_garbage_is_called_damaged(tmp_path: Path) -> None:
    place = filled(tmp_path)
    place.write_bytes(os.urandom(10_000))
    with pytest.raises(LedgerError, match="damaged"):
        Ledger.open(place, create=True)


def test_a_flipped_byte_in_a_content_is_noticed(tmp_path: Path) -> None:
    place = filled(tmp_path)
    with sqlite3.connect(place) as raw:
        raw.execute("UPDATE blobs SET data = x'00'")
    raw.close()
    with Ledger.open(place) as book, pytest.raises(LedgerError, match="damaged"):
        book.blob(next(book.files(1)).hash_before)


def test_another_version_is_refused(tmp_path: Path) -> None:
    place = filled(tmp_path)
    raw = sqlite3.connect(place)
    raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(LedgerError, match="another version"):
        Ledger.open(place)


def test_another_programs_file_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "other.db"
    raw = sqlite3.connect(place)
    raw.execute("CREATE TABLE t (x)")
    raw.close()
    with pytest.raises(LedgerError, match="another program"):
        Ledger.open(place, create=True)


def test_a_linked_folder_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / ".whimbrel").symlink_to(elsewhere)
    with pytest.raises(LedgerError, match="symbolic link"):
        Ledger.open(ledger_path(tree), create=True)
    assert list(elsewhere.iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / ".whimbrel").write_text("a file")
    with pytest.raises(LedgerError, match="cannot make") as caught:
        Ledger.open(ledger_path(tmp_path), create=True)
    assert "--ledger" in caught.value.hint
