"""A pool of worker processes that is safe whoever calls us.

Processes are spawned, not forked: a fork would inherit the ledger's lock and connection. Two habits of the standard
library would hurt here. A spawned worker imports the caller's main script, and so runs it again when that script does
not guard its body by ``if __name__ == "__main__"``; ours never need the main module, and it is hidden from them. And
workers wait for ever when their parent is killed; ours watch it and end. They ignore the interrupt key: the parent
decides.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any

_hiding = threading.Lock()


def start_pool(workers: int, initializer: Callable[..., None], *arguments: object) -> ProcessPoolExecutor:
    """A pool whose workers have run ``initializer(*arguments)``; importing its module must be enough to find it."""
    begin = partial(_begin, initializer, *arguments)
    return ProcessPoolExecutor(workers, mp_context=_Context(), initializer=begin)


class _Process(SpawnProcess):
    def start(self) -> None:
        with _main_hidden():
            super().start()


class _Context(SpawnContext):
    Process = _Process


@contextmanager
def _main_hidden() -> Iterator[None]:
    """Nothing for a worker to import as its main module."""
    main = sys.modules["__main__"]
    with _hiding:
        hidden: dict[str, Any] = {name: vars(main)[name] for name in ("__spec__", "__file__") if name in vars(main)}
        main.__spec__ = None
        main.__file__ = None
        try:
            yield
        finally:
            del main.__file__
            vars(main).update(hidden)


def _begin(initializer: Callable[..., None], *arguments: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    initializer(*arguments)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
