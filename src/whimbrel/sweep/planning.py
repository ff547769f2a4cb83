"""From a tree and rules to planned files: which workers do what.

The candidates are listed first (names only, in a spooled file), so that the total is known; then they are read,
filtered and rewritten chunk by chunk. A small tree is done here; what is left after half a second goes to worker
processes, at most a few chunks at a time, so that memory is bounded by the chunks and not by the tree. Results keep the
order of the walk, whatever the number of workers.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from whimbrel.rules import RuleSet
from whimbrel.sweep.candidates import Candidate, Skipped, WalkOptions
from whimbrel.sweep.planfile import FilePlan
from whimbrel.sweep.pool import plan_in_processes
from whimbrel.sweep.spool import Spool
from whimbrel.sweep.walk import root_of, walk
from whimbrel.sweep.worker import Job, plan_chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """How to plan."""

    jobs: int = 0
    """Worker processes; 0: one a processor, 1: none but the calling process."""
    minimum_confidence: float = 0.0
    """Rules below it are not used."""
    walk: WalkOptions = field(default_factory=WalkOptions)
    """What counts as a candidate."""
    alone_seconds: float = 0.5
    """How long the calling process works alone, and how much must be left then: about what workers need to start."""
    leave_out: Collection[str] = ()
    """Paths not to plan again."""


def plan(
    tree: Path,
    rules: RuleSet,
    *,
    options: PlanOptions | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Iterator[FilePlan | Skipped]:
    """A plan for every file of the tree that has sites or refusals, as a stream in the order of the walk.

    ``on_progress(done, total)`` counts files. Nothing that one file does raises: it is skipped, with the reason.

    Raises:
        InputError: at once when there is no such tree.
    """
    options = options or PlanOptions()
    found = walk(tree, languages=rules.languages(), options=options.walk)
    job = Job(root=root_of(tree), rules=rules, minimum_confidence=options.minimum_confidence, walk=options.walk)
    return _plan(found, job, options, on_progress or _no_progress)


def _plan(
    found: Iterator[Candidate | Skipped],
    job: Job,
    options: PlanOptions,
    on_progress: Callable[[int, int], None],
) -> Iterator[FilePlan | Skipped]:
    leave_out = frozenset(options.leave_out)
    with Spool() as spool:
        for each in found:
            if isinstance(each, Skipped):
                yield each
            elif each.path not in leave_out:
                spool.add(each)
        done = 0
        on_progress(done, len(spool))
        for count, results in _chunks_done(spool, job, options):
            yield from results
            done += count
            on_progress(done, len(spool))


def _chunks_done(spool: Spool, job: Job, options: PlanOptions) -> Iterator[tuple[int, list[FilePlan | Skipped]]]:
    """The number of files and the results of each chunk; workers take over where what is left is worth it."""
    jobs = options.jobs or os.cpu_count() or 1
    chunks = spool.chunks()
    began = time.monotonic()
    done = 0
    for chunk in chunks:
        yield len(chunk), plan_chunk(job, chunk)
        done += len(chunk)
        elapsed = time.monotonic() - began
        left = elapsed / done * (len(spool) - done)
        if jobs > 1 and min(elapsed, left) > options.alone_seconds:
            break
    yield from plan_in_processes(job, chunks, jobs=jobs)


def _no_progress(done: int, total: int) -> None:
    """Nobody is watching."""
