"""Replay one case: learn from its examples, rewrite its targets and distractors in memory, score.

No future leaks: the learner is given the examples, the rewriter the files as they were, and nothing else of the case.
"""

from __future__ import annotations

import signal
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from whimbrel.errors import WhimbrelError
from whimbrel.replay.case import Case
from whimbrel.replay.measures import CaseScore, score_case
from whimbrel.vcs.examples import FilePair


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """What came out of the examples: a function that rewrites files."""

    rewrite: Callable[[str, bytes], bytes]
    """Path and source to new source; unchanged when nothing applies."""
    rules: int = 0
    """How many rules it has."""
    text: str = ""
    """The rules as a person reads them."""


Learner = Callable[[Sequence[FilePair]], Skill]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSummary:
    """What remains of a case once it was scored: no file contents, so that thousands fit in memory."""

    name: str
    """See :class:`~whimbrel.replay.case.Case`, here and below."""
    repository: str
    """."""
    language: str
    """."""
    title: str
    """."""
    labels: Mapping[str, str]
    """."""
    examples: tuple[str, ...]
    """Paths of the files that were shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one case went."""

    case: CaseSummary
    """Which case."""
    score: CaseScore
    """The measures; of the unchanged files when the learner failed."""
    rules: int
    """Number of rules learnt."""
    learn_seconds: float
    """Time to learn."""
    seconds: float
    """Time to learn and to rewrite."""
    failure: str = ""
    """Why the case ended early: an error or a time-out; empty when it did not."""
    predictions: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """The files that were changed; empty unless asked for."""
    rules_text: str = field(default="", repr=False)
    """The rules that were learnt; empty unless asked for."""


class CaseTimeoutError(Exception):
    """A case took longer than its limit. No WhimbrelError, lest somebody on the way takes it for a bad file."""


def whimbrel_learner(examples: Sequence[FilePair]) -> Skill:
    """Whimbrel itself, as :class:`Learner`."""
    from whimbrel.learn import Example, learn
    from whimbrel.rules import APPLY_FROM, dump_rules, rewrite
    from whimbrel.syntax import language_for_path

    rules = learn([Example(path=pair.path, before=pair.before, after=pair.after) for pair in examples]).rules

    def apply(path: str, source: bytes) -> bytes:
        language = language_for_path(path)
        if language is None or not rules.may_match(source, language):
            return source
        return rewrite(source, rules=rules, language=language, minimum_confidence=APPLY_FROM, path=path).source

    return Skill(rewrite=apply, rules=len(rules.rules), text=dump_rules(rules))


def count_errors(path: str, source: bytes) -> int:
    """Syntax errors of a file, by Whimbrel's parser; 0 for a language that it does not know."""
    from whimbrel.syntax import count_errors as syntax_errors
    from whimbrel.syntax import language_for_path

    language = language_for_path(path)
    return syntax_errors(source, language) if language else 0


def run_case(
    case: Case,
    *,
    learner: Learner = whimbrel_learner,
    limit: float = 60.0,
    keep: bool = False,
    crashes: tuple[type[Exception], ...] = (WhimbrelError,),
) -> Outcome:
    """Learn, rewrite, score.

    Args:
        case: the case.
        learner: who learns.
        limit: seconds for learning and rewriting together; what was rewritten by then still counts.
        keep: hand back the rewritten files, too.
        crashes: exceptions that end the case but not the run; a measurement of many cases wants all of them.
    """
    caught: tuple[type[Exception], ...] = (CaseTimeoutError, *crashes)
    start = learnt = time.perf_counter()
    skill, failure = None, ""
    predictions: dict[str, bytes] = {}
    try:
        with _time_limit(limit):
            skill = learner(case.examples)
            learnt = time.perf_counter()
            for path, source in _questions(case):
                new = skill.rewrite(path, source)
                if new != source:
                    predictions[path] = new
    except caught as error:
        failure = _describe(error)
    end = time.perf_counter()
    return Outcome(
        case=summary(case),
        score=score_case(case, predictions, count_errors),
        rules=skill.rules if skill else 0,
        learn_seconds=(learnt if skill else end) - start,
        seconds=end - start,
        failure=failure,
        predictions=predictions if keep else {},
        rules_text=skill.text if keep and skill else "",
    )


def _describe(error: Exception) -> str:
    """One line; for an error that nobody raised on purpose also where it happened."""
    said = " ".join(str(error).split())[:200]
    if isinstance(error, (WhimbrelError, CaseTimeoutError)):
        return said
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {said} ({Path(place.filename).name}:{place.lineno})"


def summary(case: Case) -> CaseSummary:
    """The case without its files."""
    return CaseSummary(
        name=case.name,
        repository=case.repository,
        language=case.language,
        title=case.title,
        labels=case.labels,
        examples=tuple(pair.path for pair in case.examples),
    )


def _questions(case: Case) -> Iterator[tuple[str, bytes]]:
    """What the learner has to rewrite, as it was before the commit."""
    for pair in case.targets:
        yield pair.path, pair.before
    yield from case.distractors.items()


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise CaseTimeoutError in the main thread of this process when the time is up."""

    def alarm(_signal: int, _frame: FrameType | None) -> None:
        raise CaseTimeoutError(f"took longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, alarm)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
