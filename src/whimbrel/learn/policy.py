"""Every tunable of the learner in one typed value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Costs are in the units of a description length: what it takes to write a rule or an exception down."""

    max_window: int = 1500
    """Longest window, in tokens of the before side."""
    max_spelled: int = 60
    """Longest window of which every token, or every name, is spelled out."""
    coarse_windows: int = 8
    """Most longer windows for one hunk."""
    coarse_hunks: int = 24
    """Most hunks in such a window."""
    max_pattern: int = 40
    """Longest pattern, in elements."""
    raw_context: int = 4
    """Most context tokens of a literal window, both sides together."""
    max_sites: int = 400
    """Most hunks from which candidates are made; all are used for validation."""
    same_hunks: int = 30
    """Most hunks with the same tokens among them."""
    similar_hunks: int = 24
    """Most hunks with the same punctuation and keywords among them; six times as many that only insert or delete."""
    max_candidates: int = 6000
    """Most candidates that are validated; the cheapest and most frequent first."""

    rule_cost: float = 3.0
    """Of any rule."""
    punctuation_cost: float = 0.4
    """Of a literal operator or bracket of the context."""
    keyword_cost: float = 0.6
    """Of a literal keyword of the context."""
    name_cost: float = 1.2
    """Of a literal name of an API, a type or a module in the context."""
    operand_cost: float = 5.0
    """Of a literal local name in the context: it is improbable that other sites have the same one."""
    value_cost: float = 3.0
    """Of a literal string or number in the context."""
    deleted_cost: float = 0.7
    """Of a literal token that the rule deletes."""
    inserted_cost: float = 0.7
    """Of a literal token that the rule inserts."""
    inserted_operand_cost: float = 2.0
    """Of a literal local name that the rule inserts."""
    deleted_operand_cost: float = 2.0
    """Of a literal local name that the rule deletes without writing it again."""
    hole_cost: float = 0.5
    """Of a metavariable."""
    typed_cost: float = 0.5
    """Of a condition on its kinds, in addition."""
    lost_hole_cost: float = 4.0
    """Of a metavariable that is deleted: its text is lost."""
    constant_cost: float = 1.2
    """Of a hole that stood for the same text each time, for each time after the first: it should be literal."""
    constant_limit: int = 5
    """At most this many times."""
    name_hole_cost: float = 2.5
    """Of a hole in the place of a name of an API that only one text was seen for."""
    per_hunk: int = 30
    """Templates of one hunk alone that are validated, the cheapest first."""
    bare_insertion_cost: float = 3.0
    """Of a rule that only inserts, without condition on the enclosing node, divided by the kinds of node seen there."""
    settled_share: float = 0.5
    """Share of the cost of a wrong place that remains when a longer rule gets that place right."""
    outside_cost: float = 0.2
    """Of the condition that the match does not lie in an import."""
    context_cost: float = 1.0
    """Of a condition on the enclosing node."""
    derived_cost: float = 2.0
    """Of a metavariable whose text is computed from another."""
    max_pairs: int = 3
    """Partners with which each hunk is unified."""
    run_cost: float = 0.9
    """Of a ``$$$`` metavariable."""

    hunk_value: float = 7.0
    """Cost of leaving one hunk to be written down as it is."""
    token_value: float = 1.0
    """The same for each of its tokens, up to ten."""
    false_positive_cost: float = 9.0
    """Of firing on a place that the author left alone or changed otherwise."""
    tolerated: float = 0.04
    """Wrong places for each right one that cost nothing: people overlook sites, and diffs mislabel some."""
    after_cost: float = 9.0
    """Of firing on the after side of an example: the rule is not idempotent."""
    width_cost: float = 5.0
    """Of a pattern without any literal, for each place; nothing once it is strong enough."""
    enough_strength: float = 0.5
    """Strength (a literal name counts 1, a keyword 0.25, what is deleted more) that makes a pattern typical enough."""
    width_limit: int = 15
    """Places for which that is counted at most."""
    enough_one_sided: float = 1.5
    """The same for a rule that only inserts or only deletes: no token that it exchanges ties it to its place."""
    typed_strength: float = 0.1
    """What a condition on the kinds of a hole counts as a literal name."""
    context_strength: float = 0.1
    """What a condition on the enclosing node counts as a literal name."""
    habit_limit: int = 4
    """Places after which more places do not make a local name or a value in the context cheaper."""


DEFAULT_POLICY = Policy()
"""Set by hand so far."""
