"""What ``migrate``, ``resume`` and ``status`` show: progress while they run, the report at the end."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from whimbrel.cli.ending import Interrupted, resume_hint

if TYPE_CHECKING:
    from whimbrel.migration import Origin, Planned
    from whimbrel.report import MigrationReport


class TerminalWatcher:
    """Draws the phases on a terminal; elsewhere it prints notes only."""

    def __init__(self, console: Console, tree: Path | None = None) -> None:
        self._console = console
        self._tree = tree
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[detail]}", markup=False),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave a clean screen; after Ctrl-C say whether there is anything to go on with."""
        self._progress.stop()
        if self._tree is not None and kind is not None and issubclass(kind, KeyboardInterrupt):
            raise Interrupted(_to_go_on(self._tree)) from None

    def phase(self, title: str) -> None:
        """Another phase begins; the one before vanishes."""
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(title, total=None, detail="")

    def advance(self, done: int, total: int) -> None:
        """Move the bar."""
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=total, detail=f"{done:,}/{total:,}")

    def probe(self, runs: int, sites: int) -> None:
        """Say how many sets were tried: how many there will be is not known."""
        if self._task is not None:
            sets = "set" if runs == 1 else "sets"
            self._progress.update(self._task, detail=f"{runs:,} {sets} of sites tried, now {sites:,} sites")

    def note(self, text: str) -> None:
        """Print a line that stays."""
        self._console.print(f"note: {text}", style="yellow", markup=False, highlight=False, soft_wrap=True)


def _to_go_on(tree: Path) -> str:
    """What to do after Ctrl-C."""
    from whimbrel.errors import LedgerError
    from whimbrel.ledger import Ledger, ledger_path

    try:
        with Ledger.open(ledger_path(tree.resolve()), read_only=True) as ledger:
            begun = ledger.latest(unfinished=True) is not None
    except LedgerError:
        begun = False
    return resume_hint(tree) if begun else "nothing was changed"


def show_migration(tree: Path, number: int, *, as_json: bool) -> None:
    """Print the report of a finished migration; ends the program with 1 when something is left to a person."""
    from whimbrel.ledger import Ledger, ledger_path
    from whimbrel.report import report_of

    with Ledger.open(ledger_path(tree.resolve()), read_only=True) as ledger:
        report = report_of(ledger, ledger.migration(number))
    show(report, "json" if as_json else "terminal")
    if report.left:
        raise typer.Exit(1)


def show_preview(tree: Path, origin: Origin, planned: Planned, *, as_json: bool) -> None:
    """Print what a migration would find."""
    from whimbrel.report import report_of_preview

    show(report_of_preview(str(tree), origin, planned), "json" if as_json else "terminal")


def show(report: MigrationReport, name: str) -> None:
    """Print a report to standard output with the printer of that name.

    Raises:
        UsageError: when there is none.
    """
    from whimbrel.report import printer

    printer(name)(report, Console())
