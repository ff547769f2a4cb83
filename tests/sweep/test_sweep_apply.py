"""Writing planned files through the ledger, and finishing that after it stopped half-way."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from whimbrel.ledger import FileState, Ledger, LeftAlone, Migration, MigrationState, SiteState, ledger_path, undo
from whimbrel.rules import RuleSet, dump_rules
from whimbrel.sweep import FilePlan, Written, apply_plans, plan, resume_apply


def fill(tree: Path) -> None:
    (tree / "pkg").mkdir()
    for name in ("a.py", "pkg/b.py", "pkg/c.py", "d.py"):
        (tree / name).write_bytes(b"old_name('\xe9')\r\nold_name(2)")
        (tree / name).chmod(0o755)


def plans(tree: Path, rules: RuleSet) -> Iterator[FilePlan]:
    return (each for each in plan(tree, rules) if isinstance(each, FilePlan))


def begin(book: Ledger, tree: Path, rules: RuleSet) -> Migration:
    return book.begin(tree=tree, root=tree, command="apply", rules_text=dump_rules(rules))


def contents(tree: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in tree.rglob("*") if path.is_file() and ".whimbrel" not in path.parts]
    return {str(path.relative_to(tree)): (path.read_bytes(), path.stat().st_mode) for path in files}


def test_files_are_written_and_recorded(tree: Path, rename: RuleSet) -> None:
    fill(tree)
    before = contents(tree)
    with Ledger.open(ledger_path(tree), create=True) as book:
        migration = begin(book, tree, rename)
        outcomes = list(apply_plans(book, migration, plans(tree, rename)))
        assert all(isinstance(each, Written) for each in outcomes)
        assert {data for data, _ in contents(tree).values()} == {b"new_name('\xe9')\r\nnew_name(2)"}
        assert {mode for _, mode in contents(tree).values()} == {mode for _, mode in before.values()}
        assert book.site_counts(migration.id) == {SiteState.MIGRATED: 8}
        assert {each.state for each in book.files(migration.id)} == {FileState.WRITTEN}
        undo(book, migration.id)
    assert contents(tree) == before


def test_what_changed_meanwhile_or_is_read_only_is_left_alone(tree: Path, rename: RuleSet) -> None:
    fill(tree)
    (tree / "d.py").chmod(0o444)
    with Ledger.open(ledger_path(tree), create=True) as book:
        migration = begin(book, tree, rename)
        ready = list(plans(tree, rename))
        (tree / "pkg/b.py").write_bytes(b"old_name('mine')")
        left = [each for each in apply_plans(book, migration, ready) if isinstance(each, LeftAlone)]
        assert {each.path: each.reason for each in left} == {
            "d.py": "it is read-only",
            "pkg/b.py": "it was changed by somebody else meanwhile",
        }
        assert book.site_counts(migration.id) == {SiteState.MIGRATED: 4, SiteState.RESIDUAL: 4}
    assert (tree / "pkg/b.py").read_bytes() == b"old_name('mine')"


@pytest.mark.parametrize("written", range(5))
def test_resuming_gives_what_an_uninterrupted_run_gives(tree: Path, rename: RuleSet, written: int) -> None:
    """The child dies at its n-th rename: recorded, some files written, the temporary file of the next one there."""
    fill(tree)
    (tree / "later.py").write_bytes(b"x = 1\n")
    before = contents(tree)
    child = os.fork()
    if child == 0:
        done = 0
        real = os.replace

        def replace(source: str, target: str) -> None:
            nonlocal done
            if done == written:
                os._exit(9)
            done += 1
            real(source, target)

        os.replace = replace  # type: ignore[assignment]
        book = Ledger.open(ledger_path(tree), create=True)
        for _ in apply_plans(book, begin(book, tree, rename), plans(tree, rename)):
            pass
        os._exit(9)
    os.waitpid(child, 0)
    with Ledger.open(ledger_path(tree)) as book:
        migration = book.latest(unfinished=True)
        assert migration is not None
        applied = resume_apply(book, migration)
        assert (applied.files, applied.sites, applied.left_alone) == (4, 8, ())
        assert book.migration(migration.id).state is MigrationState.DONE
        after = contents(tree)
        assert after.keys() == before.keys()
        assert sum(data == b"new_name('\xe9')\r\nnew_name(2)" for data, _ in after.values()) == 4
        undo(book, migration.id)
    assert contents(tree) == before
