"""How close the files of a learner are to what the commit did.

The unit is the hunk (:mod:`whimbrel.replay.hunks`). A hunk of the commit counts as *reproduced* when what the learner
wrote inside its span is exactly its new tokens and no edit reaches across the border of the span; a hunk of the
learner counts as *correct* when the same holds the other way round, or when it is a piece of a reproduced one. Two
diffs of one edit may be aligned differently, so either also counts when a direct comparison of the learner's file
with the commit's leaves that place and its neighbouring tokens untouched. White space never counts in hunks and
token-exact files; it does in byte-exact ones.

The definitions are those of the shared replay scorer. What differs: the lexer (:mod:`whimbrel.replay.tokens`: every
literal that spans lines is prose, more languages), reserved words, and broken files, which are counted with
Whimbrel's own parser. Figures of the two agree to about a point, not to the digit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from whimbrel.replay.case import Case
from whimbrel.replay.hunks import Hunk, Shape, hunks, lexed, shape
from whimbrel.vcs.examples import FilePair

ErrorCount = Callable[[str, bytes], int]
"""Number of syntax errors in the file of that path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileScore:
    """One target file."""

    path: str
    """Its path."""
    byte_exact: bool
    """The learner's file is the commit's file."""
    token_exact: bool
    """It is but for white space."""
    core: bool
    """It belongs to the attainable part."""
    hunks: int
    """Hunks of the commit."""
    reproduced: int
    """Those that the learner reproduced."""
    shown: int
    """Hunks of the commit whose shape the examples show."""
    shown_reproduced: int
    """Those that the learner reproduced."""
    predicted: int
    """Hunks of the learner."""
    correct: int
    """Those that are right."""
    broken: bool
    """It has more syntax errors than both the file before and the commit's file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseScore:
    """One case."""

    files: tuple[FileScore, ...]
    """The targets."""
    distractors: int
    """How many there were."""
    touched: tuple[str, ...]
    """Distractors that the learner changed."""
    touched_hunks: int
    """Hunks in them, all of them wrong."""
    broken_distractors: int
    """Distractors with new syntax errors."""

    def share(self, part: str, whole: str = "") -> float | None:
        """Sum of one field of the files over the sum of another (over their number when there is none)."""
        total = sum(getattr(file, whole) for file in self.files) if whole else len(self.files)
        return sum(getattr(file, part) for file in self.files) / total if total else None

    @property
    def recall(self) -> float | None:
        """Share of the commit's hunks that were reproduced."""
        return self.share("reproduced", "hunks")

    @property
    def shown_recall(self) -> float | None:
        """The same among the hunks whose shape the examples show."""
        return self.share("shown_reproduced", "shown")

    @property
    def predicted(self) -> int:
        """Hunks of the learner, in targets and distractors."""
        return sum(file.predicted for file in self.files) + self.touched_hunks

    @property
    def precision(self) -> float | None:
        """Share of the learner's hunks that are right; None when it changed nothing."""
        return sum(file.correct for file in self.files) / self.predicted if self.predicted else None

    @property
    def f1(self) -> float:
        """Harmonic mean of recall and precision; 0 when there is neither."""
        recall, precision = self.recall or 0.0, self.precision or 0.0
        return 2 * recall * precision / (recall + precision) if recall + precision else 0.0

    @property
    def core_files(self) -> tuple[FileScore, ...]:
        """The attainable targets."""
        return tuple(file for file in self.files if file.core)

    @property
    def broken(self) -> int:
        """Files with new syntax errors."""
        return sum(file.broken for file in self.files) + self.broken_distractors


def score_case(case: Case, predictions: Mapping[str, bytes], count_errors: ErrorCount) -> CaseScore:
    """Score what a learner made of the targets and distractors; a path that is missing was left unchanged."""
    shown = {found for pair in case.examples for found in shapes(pair, case.language)}
    files = tuple(
        score_file(pair, predictions.get(pair.path, pair.before), case, shown, count_errors) for pair in case.targets
    )
    touched = {p: predictions[p] for p, data in case.distractors.items() if predictions.get(p, data) != data}
    return CaseScore(
        files=files,
        distractors=len(case.distractors),
        touched=tuple(touched),
        touched_hunks=sum(
            max(1, len(hunks(case.distractors[path], data, case.language))) for path, data in touched.items()
        ),
        broken_distractors=sum(
            _breaks(path, data, (case.distractors[path],), count_errors) for path, data in touched.items()
        ),
    )


def shapes(pair: FilePair, language: str) -> list[Shape]:
    """The shape of each hunk of a pair, in file order."""
    old, new = lexed(pair.before, language).tokens, lexed(pair.after, language).tokens
    return [shape(old, new, hunk) for hunk in hunks(pair.before, pair.after, language)]


def score_file(pair: FilePair, predicted: bytes, case: Case, shown: set[Shape], count_errors: ErrorCount) -> FileScore:
    """Score one target."""
    language = case.language
    truth = hunks(pair.before, pair.after, language)
    mine = truth if predicted == pair.after else hunks(pair.before, predicted, language)
    reproduced, correct = _agreement(pair, predicted, truth, mine, language)
    familiar = [found in shown for found in shapes(pair, language)]
    token_exact = lexed(predicted, language).texts == lexed(pair.after, language).texts
    return FileScore(
        path=pair.path,
        byte_exact=predicted == pair.after,
        token_exact=token_exact,
        core=pair.path in case.core,
        hunks=len(truth),
        reproduced=sum(reproduced),
        shown=sum(familiar),
        shown_reproduced=sum(good and known for good, known in zip(reproduced, familiar, strict=True)),
        predicted=len(mine),
        correct=sum(correct),
        broken=_breaks(pair.path, predicted, (pair.before, pair.after), count_errors),
    )


def _agreement(
    pair: FilePair, predicted: bytes, truth: Sequence[Hunk], mine: Sequence[Hunk], language: str
) -> tuple[list[bool], list[bool]]:
    """Which hunks of the commit were reproduced, and which of the learner's are right."""
    if predicted == pair.after:
        return [True] * len(truth), [True] * len(mine)
    if not mine:
        return [False] * len(truth), []
    old, new = lexed(pair.before, language).texts, lexed(pair.after, language).texts
    written = lexed(predicted, language).texts
    reproduced = [_yield(hunk, mine, old, written) == new[hunk.new_start : hunk.new_end] for hunk in truth]
    good = [hunk for hunk, done in zip(truth, reproduced, strict=True) if done]
    correct = [
        _right(hunk, truth, old, new, written)
        or any(other.old_start <= hunk.old_start and hunk.old_end <= other.old_end for other in good)
        for hunk in mine
    ]
    if all(reproduced) and all(correct):
        return reproduced, correct
    rest = hunks(predicted, pair.after, language)
    by_old, by_new = [(h.old_start, h.old_end) for h in rest], [(h.new_start, h.new_end) for h in rest]
    reproduced = [done or not _meets(h, by_new) for done, h in zip(reproduced, truth, strict=True)]
    correct = [done or not _meets(h, by_old) for done, h in zip(correct, mine, strict=True)]
    return reproduced, correct


def _near(span: Hunk, others: Sequence[Hunk]) -> Sequence[Hunk]:
    """Those that overlap or touch the span in the file before; ``others`` is in file order."""
    low = bisect_left(others, span.old_start, key=lambda hunk: hunk.old_end)
    high = low
    while high < len(others) and others[high].old_start <= span.old_end:
        high += 1
    return others[low:high]


def _yield(span: Hunk, others: Sequence[Hunk], old: list[str], new: list[str]) -> list[str] | None:
    """The tokens that the other hunks produce for the span; None when one of them reaches outside."""
    out: list[str] = []
    at = span.old_start
    for hunk in _near(span, others):
        if hunk.old_start < span.old_start or hunk.old_end > span.old_end:
            return None
        out += old[at : hunk.old_start]
        out += new[hunk.new_start : hunk.new_end]
        at = hunk.old_end
    return out + old[at : span.old_end]


def _right(span: Hunk, truth: Sequence[Hunk], old: list[str], new: list[str], written: list[str]) -> bool:
    """Whether the learner's hunk holds one of the commit's at least, and writes what they do."""
    holds = any(span.old_start <= h.old_start and h.old_end <= span.old_end for h in _near(span, truth))
    return holds and _yield(span, truth, old, new) == written[span.new_start : span.new_end]


def _meets(hunk: Hunk, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a span overlaps or touches the hunk's new side."""
    low = bisect_left(spans, hunk.new_start, key=lambda span: span[1])
    return low < len(spans) and spans[low][0] <= hunk.new_end


def _breaks(path: str, predicted: bytes, others: Sequence[bytes], count_errors: ErrorCount) -> bool:
    if predicted in others:
        return False
    errors = count_errors(path, predicted)
    return errors > 0 and errors > max(count_errors(path, other) for other in others)
