"""Replay commits of a repository: one that is named, or the systematic ones that are found, in a few processes.

Results come in the order of the history, newest first, whatever the number of processes: the same call, the same table.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from whimbrel.errors import InputError
from whimbrel.replay.build import build_case
from whimbrel.replay.mine import Candidate, Scan, is_systematic, scan
from whimbrel.replay.run import Learner, Outcome, run_case, whimbrel_learner

Progress = Callable[[int, int, int], None]
"""Called with candidates done, candidates in all, cases found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How far to look and what to show."""

    examples: int = 3
    """Files to show per case."""
    max_commits: int = 2000
    """Commits to look at."""
    since: str | None = None
    """Only commits younger than this, as git reads dates."""
    limit: int = 20
    """Cases at most."""
    min_files: int = 8
    """Files of one language that a systematic commit edits at least."""
    seconds: float = 60.0
    """Limit for one case."""


def replay_commit(
    repo: Path, rev: str, *, examples: int = 3, seconds: float = 60.0, learner: Learner = whimbrel_learner
) -> Outcome:
    """Replay one commit, systematic or not.

    Raises:
        InputError: see :func:`whimbrel.replay.build.build_case`.
    """
    return run_case(build_case(repo, rev, examples=examples), limit=seconds, learner=learner)


def replay_history(
    repo: Path,
    search: Search,
    *,
    jobs: int = 1,
    progress: Progress = lambda _done, _total, _found: None,
    learner: Learner = whimbrel_learner,
) -> list[Outcome]:
    """Find systematic commits and replay them.

    Raises:
        InputError: not a repository, no commits, or no systematic commit among those looked at.
    """
    found = scan(repo, max_commits=search.max_commits, since=search.since, min_files=search.min_files)
    work = partial(_replay_candidate, repo, search, learner)
    outcomes: list[Outcome] = []
    progress(0, len(found.candidates), 0)
    for done, outcome in enumerate(_in_order(work, found.candidates, jobs), start=1):
        if outcome is not None:
            outcomes.append(outcome)
        progress(done, len(found.candidates), len(outcomes))
        if len(outcomes) >= search.limit:
            break
    if not outcomes:
        raise _nothing_found(repo, search, found)
    return outcomes


def _replay_candidate(repo: Path, search: Search, learner: Learner, candidate: Candidate) -> Outcome | None:
    """The outcome of a candidate; None when it proves not to be systematic.

    A learner that crashes on one commit is a row of the table that says so, not the end of the other rows.
    """
    if not is_systematic(repo, candidate, search.min_files):
        return None
    try:
        case = build_case(repo, candidate.sha, examples=search.examples)
    except InputError:
        return None
    return run_case(case, limit=search.seconds, learner=learner, crashes=(Exception,))


def _in_order(
    work: Callable[[Candidate], Outcome | None], candidates: Sequence[Candidate], jobs: int
) -> Iterator[Outcome | None]:
    """The results in the order of the candidates, few ahead of what the caller has taken."""
    if jobs <= 1:
        yield from map(work, candidates)
        return
    with ProcessPoolExecutor(jobs) as pool:
        rest: Iterable[Candidate] = iter(candidates)
        ahead: deque[Future[Outcome | None]] = deque(pool.submit(work, one) for one in islice(rest, 2 * jobs))
        try:
            while ahead:
                result = ahead.popleft().result()
                ahead.extend(pool.submit(work, one) for one in islice(rest, 1))
                yield result
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _nothing_found(repo: Path, search: Search, found: Scan) -> InputError:
    looked = f"no systematic commit among the last {found.commits} commits of {repo}"
    if found.shallow:
        return InputError(f"{looked}, which is a shallow clone", hint="run `git fetch --unshallow` first")
    if found.commits < search.max_commits:
        hint = "lower --min-files, or name a commit with --commit"
    else:
        hint = "look further back with --max-commits, lower --min-files, or name a commit with --commit"
    return InputError(f"{looked}: none edits {search.min_files} or more files alike", hint=hint)
