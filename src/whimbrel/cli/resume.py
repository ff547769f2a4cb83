"""Finish a migration that was interrupted.

Whatever was verified already is not verified again; the end is the same as that of an uninterrupted run.

Ends as the interrupted command would have ended; with 3 when nothing was interrupted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    tree: Annotated[
        Path, typer.Argument(metavar="TREE", readable=False, help="The folder or file that was being migrated.")
    ] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    ledger: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", readable=False, help="The record of `apply --ledger FILE`, not in TREE/.whimbrel."
        ),
    ] = None,
) -> None:
    """See the module: its text is the help page."""
    from rich.console import Console

    from whimbrel.cli.migrate_view import TerminalWatcher, show_migration
    from whimbrel.ledger import Ledger, ledger_path
    from whimbrel.migration import resume

    place = ledger or ledger_path(tree.resolve())
    with Ledger.open(place, read_only=True) as book:
        interrupted = book.latest(unfinished=True)
    if interrupted is not None and interrupted.command == "apply":
        _resume_apply(place, interrupted.id, as_json=as_json)
        return
    with TerminalWatcher(Console(stderr=True), tree) as watcher:
        number = resume(tree, watcher)
    show_migration(tree, number, as_json=as_json)


def _resume_apply(place: Path, number: int, *, as_json: bool) -> None:
    from whimbrel.cli.migrate_view import show
    from whimbrel.ledger import Ledger
    from whimbrel.report import report_of
    from whimbrel.sweep import progress, resume_apply

    with Ledger.open(place) as ledger, progress("rewriting") as on_progress:
        applied = resume_apply(ledger, ledger.migration(number), on_progress=on_progress)
        report = report_of(ledger, ledger.migration(number))
    show(report, "json" if as_json else "terminal")
    if applied.left_alone and not applied.files:
        raise typer.Exit(1)
