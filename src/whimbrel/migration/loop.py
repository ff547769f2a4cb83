"""The loop: examples or rules in, verified changes out. The only place where the rooms are wired together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from whimbrel.errors import InputError, LedgerError
from whimbrel.ledger import Ledger, Migration, ledger_path
from whimbrel.migration.options import Options, Record
from whimbrel.migration.planning import Planned, plan_sites
from whimbrel.migration.progress import Silent, Watcher
from whimbrel.migration.rule_input import RuleInput
from whimbrel.migration.run import Run
from whimbrel.migration.workspace import clean, own_tree
from whimbrel.rules import parse_rules
from whimbrel.sweep import root_of
from whimbrel.vcs.git import head_revision
from whimbrel.vcs.worktree import (
    branch_tip,
    commit_uncommitted,
    free_branch,
    home_repository,
    is_ours,
    uncommitted_paths,
    untracked_count,
)

EXAMPLES_MESSAGE = "Examples of the migration that follows\n\nThe uncommitted changes that its rules were learnt from."


def preview(tree: Path, rules: RuleInput, options: Options, watcher: Watcher | None = None) -> Planned:
    """What a migration would find; nothing is written, not even a ledger.

    Raises:
        InputError: no such tree, or rules that cannot run.
    """
    tree = _existing(tree)
    rule_set = parse_rules(rules.text, rules.origin.name or "rules")
    return plan_sites(own_tree(tree), rule_set, options, watcher or Silent())


def migrate(tree: Path, rules: RuleInput, options: Options, watcher: Watcher | None = None) -> int:
    """Migrate a tree; the number of the migration in the tree's ledger, which says how it went.

    In a git repository the result is a new branch, unless ``options.in_place``; outside of one, and then, it is written
    to the user's own files, after everything was verified elsewhere.

    Raises:
        InputError: no such tree, uncommitted changes that are no examples, an earlier migration that is half-written.
        CheckError: a check or the set-up command could not run, or tells nothing.
        LedgerError: another run holds the tree.
    """
    tree = _existing(tree)
    watcher = watcher or Silent()
    repository = home_repository(tree)
    _refuse_dirty(repository, rules, options)
    if repository is None:
        options = replace(options, in_place=True)
    with Ledger.open(ledger_path(tree), create=True) as ledger:
        _give_up_unfinished(ledger, watcher)
        clean(tree, repository)
        record = Record(options=options, origin=rules.origin)
        migration = _begin(ledger, tree, repository, rules, record)
        if rules.origin.carry and repository is not None and (left := untracked_count(repository)):
            watcher.note(
                f"{left} untracked files are not part of the migration; 'git add' them if the checks need them"
            )
        _run(ledger, migration, repository, watcher, record)
        return migration.id


def resume(tree: Path, watcher: Watcher | None = None) -> int:
    """Finish the newest migration of the tree that was interrupted; its number.

    Raises:
        InputError: nothing was interrupted, or the branch was changed by somebody else meanwhile.
        LedgerError: there is no ledger, or another run holds the tree.
    """
    tree = _existing(tree)
    with Ledger.open(ledger_path(tree)) as ledger:
        migration = ledger.latest(unfinished=True)
        if migration is None or migration.command != "migrate":
            raise InputError("no migration was interrupted here", hint="see 'whimbrel status'")
        repository = home_repository(migration.tree)
        clean(tree, repository)
        if repository is not None and migration.branch:
            _refuse_foreign_branch(repository, migration)
        _run(ledger, migration, repository, watcher or Silent(), Record.from_json(migration.options))
        return migration.id


def _run(ledger: Ledger, migration: Migration, repository: Path | None, watcher: Watcher, record: Record) -> None:
    Run(ledger=ledger, migration=migration, repository=repository, watcher=watcher, record=record).go()


def _begin(ledger: Ledger, tree: Path, repository: Path | None, rules: RuleInput, record: Record) -> Migration:
    base, branch = "", ""
    if repository is not None:
        base = (
            commit_uncommitted(repository, EXAMPLES_MESSAGE) if rules.origin.carry else head_revision(repository) or ""
        )
        if not record.options.in_place:
            branch = free_branch(repository, f"whimbrel/{date.today().isoformat()}")
    return ledger.begin(
        tree=tree,
        root=root_of(tree),
        command="migrate",
        rules_text=rules.text,
        checks=record.options.checks,
        base_revision=base,
        branch=branch,
        options=record.to_json(),
    )


def _existing(tree: Path) -> Path:
    if not tree.exists():
        raise InputError(f"no such file or folder: {tree}", hint="name the folder to migrate")
    return tree.resolve()


def _refuse_dirty(repository: Path | None, rules: RuleInput, options: Options) -> None:
    """Uncommitted changes that are not the examples would be missing from the branch."""
    if repository is None or rules.origin.carry or options.allow_dirty:
        return
    changed = uncommitted_paths(repository)
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise InputError(
            f"there are uncommitted changes: {changed[0]}{more}",
            hint="commit or stash them, or migrate the last commit without them by --allow-dirty",
        )


def _give_up_unfinished(ledger: Ledger, watcher: Watcher) -> None:
    """An earlier run that was killed before it wrote anything gives way; one that did must be finished first."""
    for earlier in ledger.migrations():
        if not earlier.unfinished:
            continue
        if any(True for _ in ledger.files(earlier.id)):
            raise LedgerError(
                f"migration {earlier.id} was interrupted while it was writing",
                hint="finish it with 'whimbrel resume' or take it back with 'whimbrel undo'",
            )
        ledger.discard(earlier.id)
        watcher.note(f"migration {earlier.id}, which was interrupted, is given up for this one")


def _refuse_foreign_branch(repository: Path, migration: Migration) -> None:
    """The branch is set anew when a migration is resumed: nobody else's commits may be on it."""
    tip = branch_tip(repository, migration.branch)
    if tip is None or tip == migration.base_revision or is_ours(repository, tip, migration.base_revision):
        return
    raise InputError(
        f"the branch {migration.branch} has other commits by now",
        hint="start anew with 'whimbrel migrate'",
    )
