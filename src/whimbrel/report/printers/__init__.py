"""One file a printer, each with ``render(report, console)``; :func:`printer` finds it by its name."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol

from rich.console import Console

from whimbrel.errors import UsageError
from whimbrel.report.model import MigrationReport


class Printer(Protocol):
    """Prints a report."""

    def __call__(self, report: MigrationReport, console: Console) -> None:
        """Print ``report`` to ``console``."""


def printer_names() -> tuple[str, ...]:
    """Every printer there is."""
    return tuple(sorted(info.name for info in pkgutil.iter_modules(__path__)))


def printer(name: str) -> Printer:
    """The printer in ``printers/<name>.py``.

    Raises:
        UsageError: when there is no such file.
    """
    if name not in printer_names():
        raise UsageError(f"there is no printer {name!r}", hint=f"known are: {', '.join(printer_names())}")
    found: Printer = importlib.import_module(f"whimbrel.report.printers.{name}").render
    return found
