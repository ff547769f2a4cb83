"""A progress bar for people: on a terminal only, and only for what takes longer than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

_PATIENCE = 1.0
"""Seconds before the bar shows."""


@contextmanager
def progress(description: str, *, total_of: str = "files") -> Iterator[Callable[[int, int], None]]:
    """Gives a function ``(done, total)`` that moves the bar; the bar is on stderr and vanishes at the end."""
    if not sys.stderr.isatty():
        yield _nobody
        return
    with ExitStack() as stack:
        yield _Bar(stack, description, total_of)


def _nobody(done: int, total: int) -> None:
    """There is no terminal."""


class _Bar:
    def __init__(self, stack: ExitStack, description: str, total_of: str) -> None:
        self._stack = stack
        self._began = time.monotonic()
        self._update: Callable[[int, int], None] | None = None
        self._description = description
        self._total_of = total_of

    def __call__(self, done: int, total: int) -> None:
        if self._update is None:
            if time.monotonic() - self._began < _PATIENCE:
                return
            self._update = self._show()
        self._update(done, total)

    def _show(self) -> Callable[[int, int], None]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(self._total_of),
            TimeRemainingColumn(),
        )
        bar = self._stack.enter_context(Progress(*columns, console=Console(stderr=True), transient=True))
        task = bar.add_task(self._description)
        return lambda done, total: bar.update(task, completed=done, total=total)
