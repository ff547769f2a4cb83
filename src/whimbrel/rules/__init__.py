"""Rewrite rules: as data, as YAML, matched and applied; ast-grep's rules in and out."""

from whimbrel.rules.rewriting import Refusal, Rewrite, Site, rewrite
from whimbrel.rules.rule import APPLY_FROM, Context, Evidence, HoleCondition, ImportChange, Rule, RuleSet, Transform
from whimbrel.rules.store import dump_rules, load_rules, parse_rules, save_rules

__all__ = [
    "APPLY_FROM",
    "Context",
    "Evidence",
    "HoleCondition",
    "ImportChange",
    "Refusal",
    "Rewrite",
    "Rule",
    "RuleSet",
    "Site",
    "Transform",
    "dump_rules",
    "load_rules",
    "parse_rules",
    "rewrite",
    "save_rules",
]
