"""What there is to say of a migration, as one plain model; every printer prints this and nothing else."""

from __future__ import annotations

import msgspec


class SiteLine(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a file that is not as it should be."""

    path: str
    """Relative to the tree."""
    line: int
    """In the file before, from 1."""
    rule: str
    """The rule that matches; empty for an example edit."""
    before: str
    """The text there."""
    after: str
    """What it would have become."""
    reason: str
    """Why it did not."""
    check: str = ""
    """The check that rejected it."""
    output: str = ""
    """The telling lines of that check."""


class RuleLine(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the sites of one rule."""

    rule: str
    """Its id."""
    found: int
    """Sites that match and could be made."""
    migrated: int
    """Of these, now made."""
    rejected: int
    """Of these, rejected by a check."""
    residual: int
    """Of these, not made for another reason."""
    refused: int
    """Sites that match and were not safe to rewrite."""


class CheckLine(msgspec.Struct, frozen=True, kw_only=True):
    """How one check was used."""

    command: str
    """The user's command."""
    used: bool
    """False: dropped at the baseline, or nothing was there to check."""
    known_failures: int
    """Failures from before the migration, not counted."""
    seconds: float
    """How long its baseline took."""
    runs: int
    """How often it ran, the baseline included."""


class SkippedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was not looked at."""

    path: str
    """Relative to the tree."""
    reason: str
    """Why not."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Something to do next."""

    command: str
    """For a shell in the current folder."""
    purpose: str
    """What it is good for, in a few words."""


class MigrationReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one migration."""

    migration: int
    """Its number in the tree's ledger; 0 for a dry run."""
    command: str
    """``migrate`` or ``apply``."""
    tree: str
    """What was migrated."""
    state: str
    """``planned`` for a dry run, else the ledger's word."""
    started: str = ""
    """ISO time, UTC."""
    finished: str = ""
    """ISO time, UTC."""
    rules_from: str = ""
    """A rule file, or a source of examples."""
    example_edits: int = 0
    """Edits in the examples."""
    explained_edits: int = 0
    """Of these, how many the rules reproduce."""
    base_revision: str = ""
    """The git commit that it started from."""
    branch: str = ""
    """The git branch that holds the result; empty when it is in the user's own files."""
    commit: str = ""
    """The commit of the result."""
    files_seen: int = 0
    """Files that were looked at."""
    files_changed: int = 0
    """Files that differ now."""
    sites_found: int = 0
    """Sites that match and could be made."""
    sites_migrated: int = 0
    """Of these, now made."""
    probes: int = 0
    """Sets of sites that were put to the checks."""
    flaky_checks: list[str] = []
    """Checks that judged the same files in two ways."""
    rules: list[RuleLine] = []
    """Rules with sites."""
    checks: list[CheckLine] = []
    """The user's checks."""
    rejected: list[SiteLine] = []
    """Sites that a check rejected."""
    refused: list[SiteLine] = []
    """Sites that were not safe to rewrite."""
    residual: list[SiteLine] = []
    """Sites that were not made for another reason."""
    unexplained: list[SiteLine] = []
    """Example edits that no rule reproduces."""
    skipped: list[SkippedLine] = []
    """Files that were not looked at."""
    notes: list[str] = []
    """Whatever else the user has to know."""
    next_steps: list[Step] = []
    """How to go on."""

    @property
    def left(self) -> int:
        """How many places are left to a person."""
        return len(self.rejected) + len(self.refused) + len(self.residual) + len(self.unexplained)
