"""Chunks in worker processes.

A worker that dies (a crash in a parser, the system's memory limit) costs no result: what was under way is done again,
one file at a time, and the file that kills its worker once more is skipped and reported. Where workers cannot even
start, the calling process does the work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeAlias

from whimbrel.sweep.candidates import Candidate, Skipped
from whimbrel.sweep.planfile import FilePlan
from whimbrel.sweep.processes import start_pool
from whimbrel.sweep.worker import Job, plan_chunk

Chunk: TypeAlias = "list[Candidate]"
Results: TypeAlias = "list[FilePlan | Skipped]"

_AHEAD = 3
"""Chunks under way a worker."""

_job: Job | None = None


def plan_in_processes(job: Job, chunks: Iterator[Chunk], *, jobs: int) -> Iterator[tuple[int, Results]]:
    """The number of files and the results of each chunk, in order; starts no process when there is no chunk."""
    first = next(chunks, None)
    if first is None:
        return
    pending: deque[tuple[Chunk, Future[Results]]] = deque()
    pool = start_pool(jobs, _begin, job)
    try:
        pending.append((first, _submit(pool, first)))
        while pending:
            while len(pending) < jobs * _AHEAD and (chunk := next(chunks, None)) is not None:
                pending.append((chunk, _submit(pool, chunk)))
            chunk, future = pending.popleft()
            try:
                yield len(chunk), future.result()
            except BrokenProcessPool:
                pool = _restart(pool, job, jobs)
                if not _works(pool):
                    yield from _plan_alone(job, [chunk, *(each for each, _ in pending)], chunks)
                    return
                yield len(chunk), list(_one_by_one(job, chunk))
                pending = deque((again, _again(pool, again, old)) for again, old in pending)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, chunk: Chunk) -> Future[Results]:
    try:
        return pool.submit(_plan_here, chunk)
    except BrokenProcessPool as error:
        broken: Future[Results] = Future()
        broken.set_exception(error)
        return broken


def _again(pool: ProcessPoolExecutor, chunk: Chunk, old: Future[Results]) -> Future[Results]:
    """The old result where there is one, else a new attempt."""
    if old.done() and not old.cancelled() and old.exception() is None:
        return old
    return _submit(pool, chunk)


def _restart(pool: ProcessPoolExecutor, job: Job, jobs: int) -> ProcessPoolExecutor:
    pool.shutdown(wait=False, cancel_futures=True)
    return start_pool(jobs, _begin, job)


def _works(pool: ProcessPoolExecutor) -> bool:
    try:
        _submit(pool, []).result()
    except BrokenProcessPool:
        return False
    return True


def _plan_alone(job: Job, begun: list[Chunk], rest: Iterator[Chunk]) -> Iterator[tuple[int, Results]]:
    for chunks in (iter(begun), rest):
        for chunk in chunks:
            yield len(chunk), plan_chunk(job, chunk)


def _one_by_one(job: Job, chunk: Chunk) -> Iterator[FilePlan | Skipped]:
    pool = start_pool(1, _begin, job)
    try:
        for candidate in chunk:
            try:
                yield from _submit(pool, [candidate]).result()
            except BrokenProcessPool:
                yield Skipped(path=candidate.path, reason="the process that worked on it died")
                pool = _restart(pool, job, 1)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(job: Job) -> None:
    global _job
    _job = job


def _plan_here(chunk: Chunk) -> Results:
    assert _job is not None
    return plan_chunk(_job, chunk)
