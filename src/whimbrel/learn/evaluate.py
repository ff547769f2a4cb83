"""What a candidate rule does on the examples: the hunks that it reproduces and the places where it is wrong.

Every match is compared with what the author did there. The tokens that the rule writes and those that the author wrote
are laid side by side over the union of the spans that they replace, so that two ways of aligning the same edit count as
the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from whimbrel.learn.examples import ParsedExample, Side
from whimbrel.rules.compiled import CompiledRule
from whimbrel.rules.match import Match, find_matches, new_tokens
from whimbrel.syntax import Stream

HunkId = tuple[int, str, int]
"""Example file, scope, index of the hunk."""
_NEAR = 6


@dataclass(slots=True)
class Outcome:
    """What a candidate does on all examples."""

    covered: set[HunkId] = field(default_factory=set)
    """Hunks that it reproduces."""
    wrong: list[frozenset[HunkId]] = field(default_factory=list)
    """Places where it differs from the author: the hunks there, none where the author changed nothing."""
    after: int = 0
    """Matches on the after side that would change it again."""
    matches: int = 0
    """Matches on the before side."""
    files: set[int] = field(default_factory=set)
    """Files in which it reproduces something."""
    good: int = 0
    """Matches on the before side that come out as the author wrote them."""
    fillers: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    """What each metavariable stood for in those."""

    @property
    def hopeless(self) -> bool:
        """Whether it is wrong so often that no description with it can be short."""
        return len(self.wrong) + self.after > 8 + 2 * len(self.covered)


TokenEdit = tuple[int, int, tuple[str, ...]]


def token_edits(compiled: CompiledRule, match: Match, stream: Stream) -> list[TokenEdit]:
    """The edits of a match as token ranges with their new tokens; those that change nothing are left out."""
    out: list[TokenEdit] = []
    for change in compiled.changes:
        first, last = match.bounds[change.first], match.bounds[change.last]
        new = new_tokens(compiled, match, stream, change.start, change.stop)
        if stream.texts[first:last] != new:
            out.append((first, last, tuple(new)))
    return out


def evaluate(compiled: CompiledRule, examples: list[ParsedExample], *, limit: int = 4000) -> Outcome:
    """Run a candidate over the examples; ``limit`` bounds the matches looked at."""
    outcome = Outcome()
    for example in examples:
        for side in example.sides:
            if side.before.scope == compiled.rule.scope:
                _before(compiled, side, outcome, limit)
                _after(compiled, side, outcome, limit)
                if outcome.hopeless:
                    return outcome
    return outcome


def _before(compiled: CompiledRule, side: Side, outcome: Outcome, limit: int) -> None:
    for match in find_matches(compiled, side.before):
        edits = token_edits(compiled, match, side.before)
        if not edits:
            continue
        outcome.matches += 1
        if outcome.matches > limit or outcome.hopeless:
            return
        if _judge(side, edits, outcome):
            outcome.good += 1
            for name, (low, high) in match.bindings.items():
                outcome.fillers.setdefault(name, set()).add(tuple(side.before.texts[low:high]))


def _after(compiled: CompiledRule, side: Side, outcome: Outcome, limit: int) -> None:
    if side.after is side.before:
        return
    for seen, match in enumerate(find_matches(compiled, side.after), 1):
        if not side.untouched_after(match.first, match.last) and token_edits(compiled, match, side.after):
            outcome.after += 1
        if seen > limit or outcome.hopeless:
            return


def _judge(side: Side, edits: list[TokenEdit], outcome: Outcome) -> bool:
    good: set[HunkId] = set()
    scope = side.before.scope
    for cluster, hunks in _clusters(side, edits):
        if not _same(side, cluster, hunks):
            wider = sorted({*hunks, *side.touching(cluster[0][0] - _NEAR, cluster[-1][1] + _NEAR)})
            close = [wider[i:j] for i in range(len(wider)) for j in range(i + 1, len(wider) + 1)]
            hunks = next((part for part in close if _same(side, cluster, part)), hunks) if len(wider) < 6 else hunks
            if not _same(side, cluster, hunks):
                outcome.wrong.append(frozenset((side.file, scope, at) for at in hunks))
                return False
        good.update((side.file, scope, at) for at in hunks)
    outcome.covered |= good
    outcome.files.add(side.file)
    return True


def _clusters(side: Side, edits: list[TokenEdit]) -> list[tuple[list[TokenEdit], list[int]]]:
    """Edits grouped with the true hunks that they touch."""
    out: list[tuple[list[TokenEdit], list[int]]] = []
    for edit in edits:
        hunks = side.touching(edit[0], edit[1])
        if out and set(out[-1][1]) & set(hunks):
            out[-1][0].append(edit)
            out[-1][1].extend(at for at in hunks if at not in out[-1][1])
        else:
            out.append(([edit], hunks))
    return out


def _same(side: Side, edits: list[TokenEdit], hunks: list[int]) -> bool:
    """Whether the edits and the true hunks produce the same tokens over the union of their spans."""
    true = [side.hunks[at] for at in hunks]
    low = min([edit[0] for edit in edits] + [hunk.i1 for hunk in true])
    high = max([edit[1] for edit in edits] + [hunk.i2 for hunk in true])
    texts, new = side.before.texts, side.after.texts
    made: list[str] = []
    at = low
    for first, last, tokens in edits:
        made.extend(texts[at:first])
        made.extend(tokens)
        at = max(at, last)
    made.extend(texts[at:high])
    wanted: list[str] = []
    at = low
    for hunk in sorted(true):
        wanted.extend(texts[at : hunk.i1])
        wanted.extend(new[hunk.j1 : hunk.j2])
        at = hunk.i2
    wanted.extend(texts[at:high])
    return made == wanted
