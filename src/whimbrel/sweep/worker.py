"""One chunk of files, in whatever process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from whimbrel.rules import RuleSet
from whimbrel.sweep.candidates import Candidate, Skipped, WalkOptions
from whimbrel.sweep.planfile import FilePlan, plan_file
from whimbrel.sweep.walk import load


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What every worker needs to know; travels once to each."""

    root: Path
    """The folder that paths are relative to."""
    rules: RuleSet
    """The rules."""
    minimum_confidence: float
    """Rules below it are not used."""
    walk: WalkOptions
    """What counts as a candidate."""


def plan_chunk(job: Job, chunk: Sequence[Candidate]) -> list[FilePlan | Skipped]:
    """Plans and skipped files of a chunk, in its order."""
    results = [_plan_candidate(job, candidate) for candidate in chunk]
    return [result for result in results if result is not None]


def _plan_candidate(job: Job, candidate: Candidate) -> FilePlan | Skipped | None:
    data = load(job.root, candidate, job.walk)
    if data is None or isinstance(data, Skipped):
        return data
    return plan_file(candidate.path, data, job.rules, mode=candidate.mode, minimum_confidence=job.minimum_confidence)
