"""Averages over cases and the table that shows them: one model, printed as text or as JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whimbrel.replay.measures import CaseScore
from whimbrel.replay.run import Outcome

Measure = Callable[[CaseScore], float | None]

MEASURES: Mapping[str, Measure] = {
    "byte": lambda score: score.share("byte_exact"),
    "token": lambda score: score.share("token_exact"),
    "core byte": lambda score: _core(score, "byte_exact"),
    "core token": lambda score: _core(score, "token_exact"),
    "recall": lambda score: score.recall,
    "shown": lambda score: score.shown_recall,
    "precision": lambda score: score.precision,
}
"""The columns that are averaged over cases, in per cent; a case in which one has no value is left out of it."""


def _core(score: CaseScore, field: str) -> float | None:
    files = score.core_files
    return sum(getattr(file, field) for file in files) / len(files) if files else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: the average over a group of cases."""

    group: str
    """``all``, or a label and its value: ``language python``."""
    cases: int
    """How many cases."""
    averages: Mapping[str, float | None]
    """Macro average of each of MEASURES, 0 to 1."""
    exact_cases: int
    """Cases all of whose targets are token-exact."""
    distractor_rate: float
    """Distractors touched over all distractors of the group."""
    broken: int
    """Files with new syntax errors."""
    failed: int
    """Cases that ended with an error or a time-out."""
    seconds: float
    """Median time of a case."""


def rows(outcomes: Sequence[Outcome], labels: Iterable[str] = ("language",)) -> list[Row]:
    """The overall row, then one for every value of every label."""
    out = [_row("all", outcomes)]
    for label in labels:
        groups: dict[str, list[Outcome]] = defaultdict(list)
        for outcome in outcomes:
            groups[_label(outcome, label)].append(outcome)
        if len(groups) > 1 or label != "language":
            out += [_row(f"{label} {value}", groups[value]) for value in sorted(groups)]
    return out


def _label(outcome: Outcome, label: str) -> str:
    return outcome.case.language if label == "language" else outcome.case.labels.get(label, "?")


def _row(group: str, outcomes: Sequence[Outcome]) -> Row:
    scores = [outcome.score for outcome in outcomes]
    seconds = sorted(outcome.seconds for outcome in outcomes)
    return Row(
        group=group,
        cases=len(outcomes),
        averages={name: _mean(measure(score) for score in scores) for name, measure in MEASURES.items()},
        exact_cases=sum(score.share("token_exact") == 1 for score in scores),
        distractor_rate=sum(len(s.touched) for s in scores) / max(1, sum(s.distractors for s in scores)),
        broken=sum(score.broken for score in scores),
        failed=sum(bool(outcome.failure) for outcome in outcomes),
        seconds=seconds[len(seconds) // 2] if seconds else 0.0,
    )


def _mean(values: Iterable[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None


def table_text(table: Sequence[Row]) -> str:
    """The table as aligned plain text."""
    names = [_SHORT.get(name, name) for name in MEASURES] + ["exact", "distr", "broken", "failed", "s"]
    lines = [f"{'':<22}{'n':>4}" + "".join(f"{name:>7}" for name in names)]
    for row in table:
        cells = [percent(row.averages[name]) for name in MEASURES]
        cells += [str(row.exact_cases), percent(row.distractor_rate), str(row.broken), str(row.failed)]
        cells.append(f"{row.seconds:.2f}")
        lines.append(f"{row.group[:22]:<22}{row.cases:>4}" + "".join(f"{cell:>7}" for cell in cells))
    return "\n".join(lines)


_SHORT = {"core byte": "coreB", "core token": "coreT", "precision": "prec"}
"""Column names that would not fit."""


def percent(value: float | None) -> str:
    """A share in per cent, ``-`` when there is none."""
    return "-" if value is None else f"{100 * value:.1f}"


def case_text(outcomes: Sequence[Outcome]) -> str:
    """One line a case, the lowest F1 first."""
    head = ("F1", "recall", "shown", "prec", "distr", "broken", "rules", "learn s", "all s")
    lines = [f"{'case':<30}{'language':<12}" + "".join(f"{name:>8}" for name in head)]
    for outcome in sorted(outcomes, key=lambda o: (o.score.f1, o.case.name)):
        score = outcome.score
        cells = [percent(score.f1), percent(score.recall), percent(score.shown_recall), percent(score.precision)]
        cells += [str(len(score.touched)), str(score.broken), str(outcome.rules)]
        cells += [f"{outcome.learn_seconds:.2f}", f"{outcome.seconds:.2f}"]
        line = f"{outcome.case.name[:29]:<30}{outcome.case.language[:11]:<12}" + "".join(f"{c:>8}" for c in cells)
        lines.append(f"{line}  {outcome.failure}".rstrip())
    return "\n".join(lines)


def as_json(outcomes: Sequence[Outcome], labels: Iterable[str] = ("language",)) -> dict[str, Any]:
    """The table and the cases as plain data; shares are 0 to 1."""
    return {
        "rows": [_row_json(row) for row in rows(outcomes, labels)],
        "cases": [_case_json(outcome) for outcome in sorted(outcomes, key=lambda o: (o.score.f1, o.case.name))],
    }


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "group": row.group,
        "cases": row.cases,
        **{name.replace(" ", "_"): _rounded(value) for name, value in row.averages.items()},
        "exact_cases": row.exact_cases,
        "distractor_rate": _rounded(row.distractor_rate),
        "broken": row.broken,
        "failed": row.failed,
        "median_seconds": _rounded(row.seconds),
    }


def _case_json(outcome: Outcome) -> dict[str, Any]:
    case, score = outcome.case, outcome.score
    return {
        "case": case.name,
        "repository": case.repository,
        "language": case.language,
        "title": case.title,
        "labels": dict(case.labels),
        "examples": list(case.examples),
        "f1": _rounded(score.f1),
        **{name.replace(" ", "_"): _rounded(measure(score)) for name, measure in MEASURES.items()},
        "targets": len(score.files),
        "hunks": sum(file.hunks for file in score.files),
        "predicted_hunks": score.predicted,
        "distractors": score.distractors,
        "distractors_touched": list(score.touched),
        "broken": [file.path for file in score.files if file.broken],
        "rules": outcome.rules,
        "learn_seconds": _rounded(outcome.learn_seconds),
        "seconds": _rounded(outcome.seconds),
        "failure": outcome.failure,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
