"""The loop itself: learn or load rules, plan, apply elsewhere, verify, keep what passes, hand it over."""

from whimbrel.migration.loop import migrate, preview, resume
from whimbrel.migration.options import KnownCheck, Options, Origin, Record, Rejection, Summary, Unexplained
from whimbrel.migration.planning import Planned
from whimbrel.migration.progress import Silent, Watcher
from whimbrel.migration.rule_input import RuleInput, from_examples, from_rule_file

__all__ = [
    "KnownCheck",
    "Options",
    "Origin",
    "Planned",
    "Record",
    "Rejection",
    "RuleInput",
    "Silent",
    "Summary",
    "Unexplained",
    "Watcher",
    "from_examples",
    "from_rule_file",
    "migrate",
    "preview",
    "resume",
]
