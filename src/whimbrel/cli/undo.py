"""Restore every byte that a migration changed.

The newest migration of TREE that is not undone yet, unless another one is named. A file that somebody changed since is
left alone and reported.

Ends with 0 when every file holds its original again, with 1 when some were left alone because somebody changed them
since, with 3 when there is nothing to undo.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whimbrel.cli.ending import Interrupted
from whimbrel.errors import LedgerError

if TYPE_CHECKING:
    from whimbrel.ledger import Ledger, Migration, Undone


def command(
    tree: Annotated[
        Path, typer.Argument(metavar="TREE", readable=False, help="The folder or file that was migrated.")
    ] = Path(),
    migration: Annotated[
        int | None, typer.Option(metavar="ID", help="Undo this migration, not the newest one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    ledger: Annotated[
        Path | None, typer.Option(metavar="FILE", readable=False, help="The record, when it is not in TREE/.whimbrel.")
    ] = None,
) -> None:
    """See the module: its text is the help page."""
    from whimbrel.ledger import Ledger, ledger_path, undo
    from whimbrel.sweep import progress

    with Ledger.open(ledger or ledger_path(tree)) as book:
        chosen = _choose(book, migration, tree)
        root = _root(chosen, tree, named=ledger is not None)
        try:
            with progress("restoring") as on_progress:
                done = undo(book, chosen.id, root=root, on_progress=on_progress)
        except KeyboardInterrupt:
            raise Interrupted("some files are restored; run it again to restore the others") from None
    if as_json:
        print(json.dumps(_as_json(chosen, done), indent=2))
    else:
        _print(chosen, done)
    if done.left_alone:
        raise typer.Exit(1)


def _choose(book: Ledger, number: int | None, tree: Path) -> Migration:
    from whimbrel.ledger import MigrationState

    hint = f"`whimbrel status {tree}` lists the migrations"
    if number is not None:
        chosen = book.migration(number)
        if chosen.state is MigrationState.UNDONE:
            raise LedgerError(f"migration {chosen.id} is undone already (finished {chosen.finished})", hint=hint)
        return chosen
    for found in reversed(book.migrations()):
        if found.state is not MigrationState.UNDONE and (found.branch or any(True for _ in book.files(found.id))):
            return found
    raise LedgerError(f"nothing to undo in {tree}: every recorded migration is undone already", hint=hint)


def _root(chosen: Migration, tree: Path, *, named: bool) -> Path:
    """Where the files are: the tree may have been moved since, with its ledger in it."""
    from whimbrel.sweep import root_of

    return chosen.root if named or chosen.work_tree is not None else root_of(tree.absolute())


def _as_json(chosen: Migration, done: Undone) -> dict[str, object]:
    return {
        "migration": chosen.id,
        "command": chosen.command,
        "branch": chosen.branch,
        "restored": list(done.restored),
        "unchanged": list(done.unchanged),
        "left_alone": [{"path": each.path, "reason": each.reason} for each in done.left_alone],
    }


def _print(chosen: Migration, done: Undone) -> None:
    from rich.console import Console

    from whimbrel.cli.apply_view import count, print_grouped, show

    console = Console(highlight=False, soft_wrap=True)
    if chosen.branch and not (done.restored or done.unchanged or done.left_alone):
        show(console, f"migration {chosen.id} changed none of your files, it is all on the git branch {chosen.branch}")
    else:
        show(console, f"restored {count(len(done.restored), 'file')} (migration {chosen.id})", style="bold green")
    if done.unchanged:
        show(console, f"  {count(len(done.unchanged), 'file')} held the original already")
    print_grouped("left alone", "file", [(each.reason, each.path) for each in done.left_alone], console)
    if chosen.branch:
        show(console, f"next: `git branch -D {chosen.branch}` deletes that branch")
