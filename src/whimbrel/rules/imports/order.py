"""Finding the order that a list follows, and the place of a newcomer in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, TypeVar

T = TypeVar("T")
TOLERATED = 0.2
"""Share of neighbours out of order that an ordered list may have."""


def inversions(keys: Sequence[Any]) -> int:
    """Number of neighbours in the wrong order."""
    return sum(right < left for left, right in pairwise(keys))


def best_order(keys: Sequence[Callable[[T], object]], lists: Sequence[Sequence[T]]) -> Callable[[T], object] | None:
    """The order that fits the lists best, the first of equals; None when none fits or nothing can be told."""
    pairs = sum(max(0, len(values) - 1) for values in lists)
    if not pairs:
        return None
    wrong = [sum(inversions([key(value) for value in values]) for values in lists) for key in keys]
    least = min(wrong)
    return keys[wrong.index(least)] if least <= pairs * TOLERATED else None


def position(keys: Sequence[Any], new: Any) -> int:
    """Where ``new`` goes so that the fewest elements are on its wrong side; the last such place."""
    best, least = 0, len(keys) + 1
    wrong = sum(key < new for key in keys)
    for at in range(len(keys) + 1):
        if wrong <= least:
            best, least = at, wrong
        if at < len(keys):
            wrong += (keys[at] > new) - (keys[at] < new)
    return best
