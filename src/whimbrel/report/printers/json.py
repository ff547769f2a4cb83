"""The report as one JSON document."""

from __future__ import annotations

import msgspec
from rich.console import Console

from whimbrel.report.model import MigrationReport


def render(report: MigrationReport, console: Console) -> None:
    """Print the whole model, nothing shortened."""
    text = msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
    console.file.write(text + "\n")
