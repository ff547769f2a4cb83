"""Corpus walk, prefilter, plan, apply: rules over a tree of any size."""

from whimbrel.ledger import LeftAlone, hash_bytes, write_file
from whimbrel.sweep.apply import Applied, Written, apply_plans, planned_file, refused_sites, resume_apply
from whimbrel.sweep.candidates import SKIPPED_FOLDERS, Candidate, Skipped, WalkOptions, is_generated
from whimbrel.sweep.planfile import NOT_IDEMPOTENT, WOULD_NOT_PARSE, FilePlan, plan_file
from whimbrel.sweep.planning import PlanOptions, plan
from whimbrel.sweep.progress import progress
from whimbrel.sweep.walk import load, root_of, walk

__all__ = [
    "NOT_IDEMPOTENT",
    "SKIPPED_FOLDERS",
    "WOULD_NOT_PARSE",
    "Applied",
    "Candidate",
    "FilePlan",
    "LeftAlone",
    "PlanOptions",
    "Skipped",
    "WalkOptions",
    "Written",
    "apply_plans",
    "hash_bytes",
    "is_generated",
    "load",
    "plan",
    "plan_file",
    "planned_file",
    "progress",
    "refused_sites",
    "resume_apply",
    "root_of",
    "walk",
    "write_file",
]
