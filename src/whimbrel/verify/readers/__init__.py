"""What the output of test runners, compilers and linters means: one file a kind of output.

Each module has ``read(lines)``: the failures that these lines tell of, each a string that stays the same when lines of
the source move; an empty list when this is not its kind of output; None when it is, but some failures cannot be told.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Protocol


class Reader(Protocol):
    """Reads failures out of what a check printed."""

    def __call__(self, lines: list[str], /) -> list[str] | None:
        """The failures, with repetitions, in any order."""


@cache
def readers() -> tuple[Reader, ...]:
    """The ``read`` of every module in this folder, by its name."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").read for name in names)
