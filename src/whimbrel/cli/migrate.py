"""Learn, rewrite a tree, and keep only what your checks accept.

In a git repository the result is a new branch; your own files stay as they are until you merge it. Outside of git, and
with --in-place, everything is tried in a copy first, then written to your files; `whimbrel undo` takes it back.

The rules are learnt from the uncommitted changes of TREE, unless another source or a rule file is named. The checks run
in a fresh checkout (a git work tree, or a copy): what git does not track (virtual environments, node_modules, builds)
is not in it, so use absolute paths, or prepare it with --setup. What failed before the migration does not count against
it. A site that makes a check fail is found, left out and reported.

Ends with 0 when everything is migrated, with 1 when something is left to you, with 3 when there is nothing to learn
from or the tree cannot be used, with 4 when a check cannot run.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whimbrel.errors import UsageError
from whimbrel.rules.rule import APPLY_FROM

if TYPE_CHECKING:
    from whimbrel.migration import RuleInput


def command(
    tree: Annotated[Path, typer.Argument(metavar="TREE", readable=False, help="Folder or file to migrate.")] = Path(),
    rules: Annotated[
        Path | None, typer.Option(metavar="FILE", readable=False, help="Use these rules; learn nothing.")
    ] = None,
    from_commit: Annotated[
        str | None, typer.Option(metavar="REV", help="Learn from a commit, or from a range A..B.")
    ] = None,
    from_diff: Annotated[
        Path | None, typer.Option(metavar="FILE", readable=False, help="Learn from a unified diff of TREE.")
    ] = None,
    before: Annotated[
        Path | None, typer.Option(metavar="DIR", readable=False, help="Example files before; needs --after.")
    ] = None,
    after: Annotated[
        Path | None,
        typer.Option(metavar="DIR", readable=False, help="The same relative paths, as edited; needs --before."),
    ] = None,
    check: Annotated[
        list[str] | None,
        typer.Option(metavar="CMD", help="A command that must not fail; may be repeated, the cheapest first."),
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="Time for one run of one check, and for --setup.")
    ] = 600.0,
    setup: Annotated[
        str, typer.Option(metavar="CMD", help="Run once in the fresh checkout, before the checks (install, build).")
    ] = "",
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Write to your own files at the end, not to a branch.")
    ] = False,
    allow_dirty: Annotated[
        bool, typer.Option("--allow-dirty", help="Migrate the last commit although there are uncommitted changes.")
    ] = False,
    allow_failing_baseline: Annotated[
        bool,
        typer.Option("--allow-failing-baseline", help="Go on without a check that fails before any change."),
    ] = False,
    min_confidence: Annotated[
        float,
        typer.Option(
            min=0.0, max=1.0, help="Do not use rules that are believed less; below the default a rule is a proposal."
        ),
    ] = APPLY_FROM,
    max_runs: Annotated[int, typer.Option(min=0, metavar="N", help="Try at most N sets of sites; 0 is no limit.")] = 0,
    jobs: Annotated[int, typer.Option(min=0, help="Processes that look for sites; 0 is one a processor.")] = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be found; write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """See the module: its text is the help page."""
    from rich.console import Console

    from whimbrel.cli.migrate_view import TerminalWatcher, show_migration, show_preview
    from whimbrel.migration import Options, migrate, preview

    if any(not each.strip() for each in check or ()):
        raise UsageError("a check is empty", hint="name a command: --check 'pytest -q'")
    options = Options(
        checks=tuple(check or ()),
        time_limit=timeout,
        setup=setup,
        check_folder=_check_folder(tree),
        in_place=in_place,
        allow_dirty=allow_dirty,
        allow_failing_baseline=allow_failing_baseline,
        minimum_confidence=min_confidence,
        maximum_runs=max_runs,
        jobs=jobs,
    )
    with TerminalWatcher(Console(stderr=True), tree) as watcher:
        watcher.phase("learn" if rules is None else "load rules")
        rule_input = _rule_input(tree, rules, from_commit, from_diff, before, after)
        if dry_run:
            planned = preview(tree, rule_input, options, watcher)
        else:
            number = migrate(tree, rule_input, options, watcher)
    if dry_run:
        show_preview(tree, rule_input.origin, planned, as_json=as_json)
    else:
        show_migration(tree, number, as_json=as_json)


def _rule_input(
    tree: Path, rules: Path | None, revision: str | None, diff: Path | None, before: Path | None, after: Path | None
) -> RuleInput:
    from whimbrel.cli.sources import choose
    from whimbrel.migration import from_examples, from_rule_file

    source_named = any(value is not None for value in (revision, diff, before, after))
    if rules is not None:
        if source_named:
            raise UsageError("--rules and a source of examples do not go together", hint="name one of them")
        return from_rule_file(rules)
    source = choose(tree, revision=revision, diff=diff, before=before, after=after)
    return from_examples(source, carry=not source_named)


def _check_folder(tree: Path) -> str:
    """Where checks run: the counterpart of the current folder when it is in the same tree, else that of TREE."""
    from whimbrel.sweep import root_of
    from whimbrel.vcs.worktree import home_repository

    if not tree.exists():
        return "."
    place = root_of(tree).resolve()
    top = home_repository(tree.resolve()) or place
    here = Path.cwd().resolve()
    inside = here if here.is_relative_to(top.resolve()) else place
    return os.path.relpath(inside, top.resolve())
