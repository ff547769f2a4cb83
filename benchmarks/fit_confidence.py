"""Estimate the weights of the confidence model by replaying systematic commits.

    python benchmarks/fit_confidence.py CASES_DIR --out weights.json [--every N] [--jobs 2] [--rows ROWS.pickle]

CASES_DIR holds one folder a case (see ``replay_cases.py``). From the example files of each case rules are learned; each
rule is then tried alone on the other changed files and on the files that the commit left alone. One row a rule: its
features, the edits that were right and those that were wrong. A logistic regression with a small penalty (scikit-learn)
is fitted with every case weighing the same, and its calibration is shown on the other half of the repositories.
"""

from __future__ import annotations

import argparse
import json
import pickle
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from whimbrel.learn import Example
from whimbrel.learn.confidence import features
from whimbrel.learn.evaluate import evaluate
from whimbrel.learn.examples import parse_example
from whimbrel.learn.learner import choose
from whimbrel.syntax import language_for_path

Row = tuple[str, str, dict[str, float], int, int]
"""Case, repository, features, right edits, wrong edits."""


def rows_of(folder: Path) -> list[Row]:
    """One row for each rule that is learned from a case and fires on its other files."""
    case = json.loads((folder / "case.json").read_text())

    def read(side: str, path: str) -> bytes:
        return (folder / side / path).read_bytes()

    examples = [Example(path=p, before=read("before", p), after=read("after", p)) for p in case["examples"]]
    groups: dict[str, list[Example]] = {}
    for example in examples:
        language = language_for_path(example.path)
        if language is not None and example.before != example.after:
            groups.setdefault(language.name, []).append(example)
    files = [("before", "after", p) for p in case["changed"] if p not in case["examples"]]
    files += [("distractors", "distractors", p) for p in case["distractors"]]
    rows: list[Row] = []
    for group in groups.values():
        language = language_for_path(group[0].path)
        assert language is not None
        chosen = choose(language, group)
        edits = len(chosen.values) + chosen.taken
        counts = [[0, 0] for _ in chosen.candidates]
        for number, (before, after, path) in enumerate(files):
            if language_for_path(path) is not language:
                continue
            source = read(before, path)
            able = [k for k, c in enumerate(chosen.candidates) if all(text in source for text in c.compiled.literals)]
            if not able:
                continue
            parsed = parse_example(Example(path=path, before=source, after=read(after, path)), language, number)
            for k in able:
                outcome = evaluate(chosen.candidates[k].compiled, [parsed])
                counts[k][0] += outcome.good
                counts[k][1] += len(outcome.wrong)
        for candidate, (right, wrong) in zip(chosen.candidates, counts, strict=True):
            if right + wrong:
                rows.append((folder.name, case["repo"], features(candidate, edits), right, wrong))
    return rows


def fit(rows: list[Row]) -> dict[str, float]:
    """Weights by feature name."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    names = list(rows[0][2])
    per_case: dict[str, float] = {}
    for case, _, _, right, wrong in rows:
        per_case[case] = per_case.get(case, 0.0) + (right + wrong) ** 0.5
    x, y, w = [], [], []
    for case, _, values, right, wrong in rows:
        mass = (right + wrong) ** 0.5 / per_case[case]
        for label, count in ((1, right), (0, wrong)):
            if count:
                x.append([values[name] for name in names])
                y.append(label)
                w.append(mass * count / (right + wrong))
    model = LogisticRegression(C=10.0, fit_intercept=False, max_iter=5000)
    model.fit(np.array(x), np.array(y), sample_weight=np.array(w))
    return {name: round(float(value), 3) for name, value in zip(names, model.coef_[0], strict=True)}


def predict(weights: dict[str, float], values: dict[str, float]) -> float:
    """Probability under the model."""
    import math

    return 1 / (1 + math.exp(-sum(weights[name] * value for name, value in values.items())))


def calibration(weights: dict[str, float], rows: list[Row]) -> str:
    """Expected calibration error and a table by bins of the prediction; every rule weighs the root of its edits."""
    bins: list[list[float]] = [[0.0, 0.0, 0.0] for _ in range(10)]
    for _, _, values, right, wrong in rows:
        guess = predict(weights, values)
        mass = (right + wrong) ** 0.5
        cell = bins[min(9, int(guess * 10))]
        cell[0] += mass
        cell[1] += mass * guess
        cell[2] += mass * right / (right + wrong)
    total = sum(cell[0] for cell in bins)
    lines = [
        f"{n / 10:.1f}  share {c[0] / total:5.3f}  said {c[1] / c[0]:.3f}  was {c[2] / c[0]:.3f}"
        for n, c in enumerate(bins)
        if c[0]
    ]
    error = sum(abs(c[1] - c[2]) for c in bins) / total
    return "\n".join([*lines, f"ECE {error:.4f}, {len(rows)} rules"])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    folders = sorted(p.parent for p in args.cases.glob("*/case.json"))[:: args.every]
    if args.rows and args.rows.exists():
        rows: list[Row] = pickle.loads(args.rows.read_bytes())
    else:
        with ProcessPoolExecutor(args.jobs) as pool:
            rows = [row for part in pool.map(rows_of, folders) for row in part]
        if args.rows:
            args.rows.write_bytes(pickle.dumps(rows))
    repositories = sorted({row[1] for row in rows})
    half_a = set(repositories[::2])
    parts: dict[str, Any] = {
        "a": [row for row in rows if row[1] in half_a],
        "b": [row for row in rows if row[1] not in half_a],
    }
    for name, other in (("a", "b"), ("b", "a")):
        weights = fit(parts[name])
        print(f"fitted on {name}, on {name}:\n{calibration(weights, parts[name])}")
        print(f"fitted on {name}, on {other}:\n{calibration(weights, parts[other])}")
    weights = fit(rows)
    print(f"fitted on all:\n{calibration(weights, rows)}\n{weights}")
    args.out.write_text(json.dumps({"all": weights, "a": fit(parts["a"]), "b": fit(parts["b"])}, indent=1))


if __name__ == "__main__":
    main()
