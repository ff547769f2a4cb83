"""One file with one rule set: rewritten, and checked before anybody sees it.

Two checks need no command of the user's and are always made. The result must parse at least as well as the original:
the sites that spoil it are found by halving, and left out. And rewriting the result again must find nothing inside the
new text: a rule whose output it would rewrite once more is refused there, because it would do so in every run. What is
left out is reported as a refusal with that reason.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from whimbrel.ledger import hash_bytes
from whimbrel.rules import Refusal, Rewrite, RuleSet, Site, rewrite
from whimbrel.sweep.candidates import Skipped
from whimbrel.syntax import Language, count_errors, language_for_path

WOULD_NOT_PARSE = "would not parse"
NOT_IDEMPOTENT = "not idempotent"
_ROUNDS = 8
"""How often sites are left out before the whole file is given up."""

_DEFECTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
"""A defect of ours that one file brings out must not cost the run; it is reported with its name, never hidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """What is to become of one file."""

    path: str
    """Relative path."""
    before: bytes
    """What it held when it was read."""
    mode: int
    """Permission bits."""
    language: str
    """Name of its language."""
    rewrite: Rewrite
    """The new bytes and the sites."""
    refusals: tuple[Refusal, ...]
    """Matches that were not rewritten: the rewrite's own refusals and those of the checks here."""
    parse_errors: int
    """Error nodes of the original; only looked for when the result has some."""

    @property
    def before_hash(self) -> str:
        """SHA-256 of the original."""
        return hash_bytes(self.before)

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.rewrite.sites) and self.rewrite.source != self.before


def plan_file(
    path: str,
    before: bytes,
    rules: RuleSet,
    *,
    mode: int = 0o644,
    minimum_confidence: float = 0.0,
    exclude: Collection[str] = (),
) -> FilePlan | Skipped | None:
    """The plan for bytes in hand, leaving out the sites named in ``exclude``; None when there is nothing to say."""
    language = language_for_path(path)
    if language is None:
        return None
    try:
        if not rules.may_match(before, language):
            return None
        attempt = _Attempt(before, rules, language, minimum_confidence)
        outcome = attempt.run(frozenset(exclude))
    except _DEFECTS as error:
        return Skipped(path=path, reason=f"internal error ({type(error).__name__}: {error})")
    if not outcome.rewrite.sites and not outcome.refusals:
        return None
    return FilePlan(
        path=path,
        before=before,
        mode=mode,
        language=language.name,
        rewrite=outcome.rewrite,
        refusals=outcome.refusals,
        parse_errors=attempt.errors if outcome.rewrite.sites else 0,
    )


@dataclass(frozen=True, slots=True)
class _Outcome:
    rewrite: Rewrite
    refusals: tuple[Refusal, ...]


class _Attempt:
    """The search for the largest set of sites of one file that passes both checks."""

    def __init__(self, before: bytes, rules: RuleSet, language: Language, minimum_confidence: float) -> None:
        self.before = before
        self.rules = rules
        self.language = language
        self.minimum_confidence = minimum_confidence
        self.errors = 0
        self.unparsed = {rule.id for rule in rules.rules if rule.evidence.unparsed > 1}

    def run(self, exclude: frozenset[str]) -> _Outcome:
        """Leave out what fails a check until nothing does."""
        first = self._rewrite(self.before, exclude)
        if not first.sites:
            return _Outcome(first, first.refusals)
        if count_errors(first.source, self.language):
            self.errors = count_errors(self.before, self.language)
        current = first
        refused: dict[str, tuple[Site, str]] = {}
        for _ in range(_ROUNDS):
            blamed = [(site, WOULD_NOT_PARSE) for site in self._unparsable(current, exclude | refused.keys())]
            blamed = blamed or [(site, NOT_IDEMPOTENT) for site in self._repeated(current)]
            if not blamed:
                break
            refused |= {site.key: (site, reason) for site, reason in blamed}
            current = self._rewrite(self.before, exclude | refused.keys())
        else:
            refused |= {site.key: (site, NOT_IDEMPOTENT) for site in current.sites}
            current = replace(current, source=self.before, sites=())
        return _Outcome(current, (*current.refusals, *_refusals(refused.values())))

    def _rewrite(self, source: bytes, exclude: Collection[str]) -> Rewrite:
        return rewrite(
            source,
            rules=self.rules,
            language=self.language,
            exclude=exclude,
            minimum_confidence=self.minimum_confidence,
        )

    def _is_broken(self, attempt: Rewrite) -> bool:
        if any(site.rule_id in self.unparsed for site in attempt.sites):
            return False  # the examples of the rule parse no better than this
        return count_errors(attempt.source, self.language) > self.errors

    def _unparsable(self, attempt: Rewrite, exclude: frozenset[str]) -> list[Site]:
        """Sites to leave out so that the result has no more errors than the original had."""
        if not self._is_broken(attempt):
            return []
        kept = {site.key for site in self._parsable(attempt.sites, attempt.sites, exclude)}
        return [site for site in attempt.sites if site.key not in kept]

    def _parsable(self, subset: Sequence[Site], every: Sequence[Site], exclude: frozenset[str]) -> Sequence[Site]:
        """A largest part of ``subset`` that parses, by halving; the second half gives way where two halves clash."""
        if not subset or self._parses(subset, every, exclude):
            return subset
        if len(subset) == 1:
            return ()
        middle = len(subset) // 2
        left = self._parsable(subset[:middle], every, exclude)
        right = self._parsable(subset[middle:], every, exclude)
        both = (*left, *right)
        return both if self._parses(both, every, exclude) else left

    def _parses(self, subset: Sequence[Site], every: Sequence[Site], exclude: frozenset[str]) -> bool:
        others = {site.key for site in every} - {site.key for site in subset}
        return not self._is_broken(self._rewrite(self.before, exclude | others))

    def _repeated(self, attempt: Rewrite) -> list[Site]:
        """Sites whose new text is rewritten when the result is rewritten."""
        if not attempt.sites or not self.rules.may_match(attempt.source, self.language):
            return []
        again = self._rewrite(attempt.source, ())
        if not again.sites:
            return []
        changed = _changed_lines(self.before, attempt.source)
        fresh = [site for site in again.sites if site.line in changed]
        return [site for site in attempt.sites if any(_made(site, other) for other in fresh)]


def _made(site: Site, again: Site) -> bool:
    """Whether the text that ``again`` matches is there because of ``site``."""
    if again.before not in site.after:
        return False
    return again.before not in site.before or (again.rule_id == site.rule_id and again.before == site.before)


def _changed_lines(before: bytes, after: bytes) -> set[int]:
    """Lines of ``after``, from 1, whose text is no line of ``before``."""
    old = set(before.split(b"\n"))
    return {number for number, line in enumerate(after.split(b"\n"), start=1) if line not in old}


def _refusals(refused: Collection[tuple[Site, str]]) -> list[Refusal]:
    return [
        Refusal(rule_id=site.rule_id, line=site.line, reason=reason, before=site.before) for site, reason in refused
    ]
