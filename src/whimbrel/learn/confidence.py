"""Confidence: how likely an edit made by a rule is to be what the author would have done.

A logistic model over a few facts about the rule and its evidence. Its weights are estimated by replaying real
systematic commits (``benchmarks/fit_confidence.py``): rules are learned from a few files of a commit and their edits
to the other files compared with what the commit did, to files that it left alone as well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from whimbrel.learn.select import Candidate

WEIGHTS: Mapping[str, float] = {
    "bias": 1.948,
    "support": 0.073,
    "one": -0.289,
    "files": -0.136,
    "one file": -1.178,
    "share": 0.381,
    "refused": -2.944,
    "after": -0.344,
    "strength": -0.265,
    "weak": 0.393,
    "words": -0.005,
    "wordless": -0.353,
    "length": 0.37,
    "holes": -0.256,
    "typed": -0.174,
    "inserts": -0.645,
    "deletes": 0.254,
    "inserts one": 0.749,
    "prose": -0.499,
    "prose one": -0.932,
    "context": -0.306,
    "derived": -0.447,
    "single word": 0.263,
}
"""Weight of each feature, ``bias`` among them."""

def features(candidate: Candidate, edits: int) -> dict[str, float]:
    """The facts that the model sees; ``edits`` is the number of edits in all examples."""
    outcome, compiled = candidate.outcome, candidate.compiled
    literals = [element for element in compiled.elements if element.what == 0]
    words = sum(element.text[:1].isalpha() or element.text[:1] in "_\"'`" for element in literals)
    wrong = len(outcome.wrong)
    inserts = all(change.first == change.last for change in compiled.changes)
    deletes = all(change.start == change.stop for change in compiled.changes)
    return {
        "bias": 1.0,
        "support": math.log2(1 + outcome.good),
        "one": float(outcome.good == 1),
        "files": float(len(outcome.files)),
        "one file": float(len(outcome.files) == 1),
        "share": len(outcome.covered) / max(1, edits),
        "refused": wrong / (wrong + outcome.good),
        "after": float(outcome.after > 0),
        "strength": min(3.0, candidate.strength),
        "weak": max(0.0, 1.0 - candidate.strength),
        "words": min(4.0, float(words)),
        "wordless": float(words == 0),
        "length": math.log2(len(compiled.elements)),
        "holes": float(len(compiled.elements) - len(literals)),
        "typed": float(sum(element.kinds is not None for element in compiled.elements)),
        "inserts": float(inserts),
        "deletes": float(deletes),
        "inserts one": float(inserts and outcome.good == 1),
        "prose": float(compiled.rule.scope != "code"),
        "prose one": float(compiled.rule.scope != "code" and outcome.good == 1),
        "context": float(bool(compiled.rule.context.inside)),
        "derived": float(bool(compiled.rule.transform)),
        "single word": float(len(compiled.elements) == 1),
    }


def confidence(candidate: Candidate, edits: int) -> float:
    """Estimated probability that an edit of the rule is right."""
    total = sum(WEIGHTS.get(name, 0.0) * value for name, value in features(candidate, edits).items())
    return round(1.0 / (1.0 + math.exp(-total)), 3)
