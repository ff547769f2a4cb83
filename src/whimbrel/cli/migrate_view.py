"""What ``migrate``, ``resume`` and ``status`` show: progress while they run, the report at the end."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from whimbrel.migration import Origin, Planned
    from whimbrel.report import MigrationReport


class TerminalWatcher:
    """Draws the phases on a terminal; elsewhere it prints notes only."""

    def __init__(self, console: Console) -> None:
        self._console = console
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
        """Leave a clean screen."""
        self._progress.stop()
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            self.note("interrupted; 'whimbrel resume' goes on with what had begun")

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


def show_migration(tree: Path, number: int, *, as_json: bool) -> None:
    """Print the report of a finished migration; ends the program with 1 when something is left to a person."""
    from whimbrel.ledger import Ledger, ledger_path
    from whimbrel.report import report_of

    with Ledger.open(ledger_path(tree.resolve()), read_only=True) as ledger:
        report = report_of(ledger, ledger.migration(number))
    show(report, as_json=as_json)
    if report.left:
        raise typer.Exit(1)


def show_preview(tree: Path, origin: Origin, planned: Planned, *, as_json: bool) -> None:
    """Print what a migration would find."""
    from whimbrel.report import report_of_preview

    show(report_of_preview(str(tree), origin, planned), as_json=as_json)


def show(report: MigrationReport, *, as_json: bool) -> None:
    """Print a report to standard output."""
    from whimbrel.report import printer

    printer("json" if as_json else "terminal")(report, Console())
