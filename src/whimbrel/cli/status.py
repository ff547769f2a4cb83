"""Show what the ledger knows of a migration.

The newest migration of TREE, unless another one is named, and a line for each earlier one.

Ends with 0 when the migration shown is complete, with 1 when it was interrupted or something is left to you, with 3
when nothing is known.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from whimbrel.ledger import Migration


def command(
    tree: Annotated[
        Path, typer.Argument(metavar="TREE", readable=False, help="The folder or file that was migrated.")
    ] = Path(),
    migration: Annotated[
        int | None, typer.Option(metavar="ID", help="Show this migration, not the newest one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    printer: Annotated[
        str, typer.Option("--format", metavar="NAME", help="How to print it: terminal, json, or another printer.")
    ] = "terminal",
    ledger: Annotated[
        Path | None, typer.Option(metavar="FILE", readable=False, help="The record, when it is not in TREE/.whimbrel.")
    ] = None,
) -> None:
    """See the module: its text is the help page."""
    from whimbrel.cli.migrate_view import show
    from whimbrel.errors import LedgerError
    from whimbrel.ledger import Ledger, ledger_path
    from whimbrel.report import report_of

    with Ledger.open(ledger or ledger_path(tree.resolve()), read_only=True) as book:
        known = book.migrations()
        if not known:
            raise LedgerError(f"no migration of {tree} is recorded", hint="'whimbrel migrate' makes one")
        chosen = known[-1] if migration is None else book.migration(migration)
        report = report_of(book, chosen)
    name = "json" if as_json else printer
    show(report, name)
    if name == "terminal":
        _print_others([each for each in known if each.id != chosen.id])
    if chosen.unfinished or report.left:
        raise typer.Exit(1)


def _print_others(others: list[Migration]) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False, soft_wrap=True)
    for each in others[-10:]:
        where = f" on branch {each.branch}" if each.branch else ""
        console.print(f"migration {each.id}: {each.command}, {each.state.value}{where}, begun {each.started}")
