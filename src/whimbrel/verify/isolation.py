"""The terms of group testing: what is asked, what is answered, and how many runs that may take."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from whimbrel.verify.baseline import Judgement, Rejected

U = TypeVar("U", bound=Hashable)
U_contra = TypeVar("U_contra", bound=Hashable, contravariant=True)

FEW = 4
"""Up to so many suspects are tried in pairs and left out one by one."""


class Probe(Protocol[U_contra]):
    """Runs the checks with exactly these units applied."""

    def __call__(self, units: frozenset[U_contra], attempt: int, /) -> Judgement:
        """The judgement; ``attempt`` 0 may come from memory, each higher number is another real run of the same set."""
        ...  # pragma: no cover


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame(Generic[U]):
    """A unit that is not kept."""

    unit: U
    """Which one."""
    rejected: Rejected
    """By which check, and what it said."""
    tested: bool = True
    """False: not run by itself, given up with its kin or for want of runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation(Generic[U]):
    """What is kept and what is not; together all units, each once."""

    accepted: tuple[U, ...]
    """In the order given."""
    rejected: tuple[Blame[U], ...]
    """In the order given."""
    probes: int
    """Runs of the checks (those answered from memory not counted here, but by the caller)."""
    flaky: tuple[str, ...] = ()
    """Checks that judged the same set in two ways."""


def probe_bound(units: int, culprits: int) -> int:
    """The most runs that isolation needs when checks are monotone and steady and no kin is given up."""
    if culprits == 0:
        return 1
    log = math.ceil(math.log2(units + 1))
    return 2 + (culprits + 1) * (log + 1) + culprits * (math.ceil(2.41 * log) + 3) + culprits + FEW + (FEW * FEW)
