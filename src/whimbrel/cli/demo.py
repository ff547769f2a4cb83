"""The whole story on a small real project, in under a minute.

Builds a project under git that uses a deprecated API in many shapes, edits three of its files as a person would, learns
the rewrite rules behind these edits, migrates the rest with the project's own tests as the check, and shows the one
place that the tests do not accept. Needs git and no network.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer


def command(
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Build the project in DIR, a new folder, and keep it.")
    ] = None,
) -> None:
    """See the module: its text is the help page."""
    from rich.console import Console

    from whimbrel.cli.demo_story import Story

    started = time.perf_counter()
    console = Console(highlight=False)
    if keep is not None:
        Story(console=console, folder=keep.resolve(), kept=True).tell(started)
        return
    with tempfile.TemporaryDirectory(prefix="whimbrel-demo-") as place:
        Story(console=console, folder=Path(place).resolve() / "depot", kept=False).tell(started)
