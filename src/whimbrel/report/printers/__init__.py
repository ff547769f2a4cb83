"""One file a printer, each with ``render(report, console)``; :func:`printer` finds it by its name."""

from __future__ import annotations

import importlib
from typing import Protocol

from rich.console import Console

from whimbrel.report.model import MigrationReport


class Printer(Protocol):
    """Prints a report."""

    def __call__(self, report: MigrationReport, console: Console) -> None:
        """Print ``report`` to ``console``."""


def printer(name: str) -> Printer:
    """The printer in ``printers/<name>.py``."""
    found: Printer = importlib.import_module(f"whimbrel.report.printers.{name}").render
    return found
