"""Rewrite a tree with rules, in place, without checks.

TREE is a folder or a single file, under git or not. Files that cannot be read, parsed or written are reported and
skipped. Every change is recorded first: `whimbrel undo TREE` takes it back.

Ends with 0 when the tree is rewritten, or nothing in it matches; with 1 when files that should have been written could
not be and none was; with 3 when the rules or the tree cannot be used.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whimbrel.cli.ending import Interrupted, resume_hint
from whimbrel.errors import InputError, RuleError
from whimbrel.rules.rule import APPLY_FROM

if TYPE_CHECKING:
    from whimbrel.cli.apply_view import ApplyReport
    from whimbrel.ledger import Ledger, Migration
    from whimbrel.rules import RuleSet
    from whimbrel.sweep import FilePlan, PlanOptions, Skipped


def command(
    rules: Annotated[
        Path, typer.Argument(metavar="RULES", readable=False, help="Rule file: Whimbrel's own, or ast-grep's.")
    ],
    tree: Annotated[Path, typer.Argument(metavar="TREE", readable=False, help="Folder or file to rewrite in place.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the changes as diffs and write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    min_confidence: Annotated[
        float,
        typer.Option(
            min=0.0, max=1.0, help="Do not use rules that are believed less; below the default a rule is a proposal."
        ),
    ] = APPLY_FROM,
    jobs: Annotated[int, typer.Option(min=0, help="Worker processes; 0 is one a processor.")] = 0,
    include_generated: Annotated[
        bool, typer.Option("--include-generated", help="Also rewrite generated files and installed packages.")
    ] = False,
    ledger: Annotated[
        Path | None, typer.Option(metavar="FILE", readable=False, help="Keep the record there, not in TREE/.whimbrel.")
    ] = None,
) -> None:
    """See the module: its text is the help page."""
    from rich.console import Console

    from whimbrel.cli.apply_view import ApplyReport, print_diff, print_summary
    from whimbrel.sweep import PlanOptions, WalkOptions

    began = time.perf_counter()
    rule_set, rules_text = _load(rules)
    options = PlanOptions(
        jobs=jobs, minimum_confidence=min_confidence, walk=WalkOptions(include_generated=include_generated)
    )
    report = ApplyReport(tree=tree, rules=rules, dry_run=dry_run, keep_sites=as_json)
    console = Console(highlight=False, soft_wrap=True)
    if dry_run:
        quiet = as_json or not console.is_terminal
        for planned in _plans(tree, rule_set, options, report, shown=quiet):
            report.add_plan(planned)
            if planned.changed and not as_json:
                print_diff(planned, console)
    else:
        _apply(tree, rule_set, rules_text, options, report, ledger=ledger)
    report.seconds = time.perf_counter() - began
    if as_json:
        print(json.dumps(report.as_json(), indent=2))
    else:
        print_summary(report, console)
    if report.left_alone and not report.files:
        raise typer.Exit(1)


def _load(path: Path) -> tuple[RuleSet, str]:
    """The rules and their text, as the ledger keeps it."""
    from whimbrel.rules import load_rules
    from whimbrel.text import decode

    try:
        text = decode(path.read_bytes())
    except OSError as error:
        raise RuleError(f"cannot read the rules {path}: {error.strerror}", hint="name a rule file") from None
    return load_rules(path), text


def _apply(
    tree: Path,
    rules: RuleSet,
    rules_text: str,
    options: PlanOptions,
    report: ApplyReport,
    *,
    ledger: Path | None,
) -> None:
    from whimbrel.ledger import FileState, Ledger, ledger_path
    from whimbrel.sweep import root_of
    from whimbrel.vcs.git import repository_root

    if not tree.exists():
        raise InputError(f"there is no {tree}", hint="name the folder or the file that is to be rewritten")
    place = ledger or ledger_path(tree)
    with Ledger.open(place, create=True) as book:
        interrupted = book.latest(unfinished=True)
        report.interrupted = interrupted.id if interrupted else None
        report.ledger = ledger
        report.under_git = repository_root(root_of(tree)) is not None
        migration = book.begin(
            tree=tree,
            root=root_of(tree.absolute()),
            command="apply",
            rules_text=rules_text,
            options={
                "jobs": options.jobs,
                "minimum_confidence": options.minimum_confidence,
                "include_generated": options.walk.include_generated,
            },
        )
        try:
            _write(book, migration, _plans(tree, rules, options, report, shown=True), report)
        except KeyboardInterrupt:
            raise _interrupted(book, migration, tree, ledger) from None
        finally:
            if all(file.state is FileState.LEFT_ALONE for file in book.files(migration.id)):
                book.discard(migration.id)
                report.migration = None


def _interrupted(book: Ledger, migration: Migration, tree: Path, ledger: Path | None) -> Interrupted:
    """What to do after Ctrl-C."""
    begun = any(True for _ in book.files(migration.id))
    return Interrupted(resume_hint(tree, ledger) if begun else "nothing was changed")


def _write(book: Ledger, migration: Migration, plans: Iterable[FilePlan], report: ApplyReport) -> None:
    from whimbrel.ledger import MigrationState
    from whimbrel.sweep import Written, apply_plans

    report.migration = migration.id
    book.set_state(migration.id, MigrationState.WRITING)

    def counted() -> Iterator[FilePlan]:
        for planned in plans:
            report.add_refusals(planned)
            yield planned

    for outcome in apply_plans(book, migration, counted()):
        if isinstance(outcome, Written):
            report.add_sites(outcome.plan)
        else:
            report.left_alone.append(outcome)
    book.record_skipped(migration.id, report.skipped)
    book.set_state(migration.id, MigrationState.DONE)


def _plans(tree: Path, rules: RuleSet, options: PlanOptions, report: ApplyReport, *, shown: bool) -> Iterator[FilePlan]:
    """The plans; what was skipped goes into the report."""
    from whimbrel.sweep import Skipped, plan, progress

    bar: AbstractContextManager[Callable[[int, int], None] | None] = progress("rewriting") if shown else nullcontext()
    with bar as on_progress:

        def watch(done: int, total: int) -> None:
            report.scanned = done
            if on_progress is not None:
                on_progress(done, total)

        results: Iterator[FilePlan | Skipped] = plan(tree, rules, options=options, on_progress=watch)
        for result in results:
            if isinstance(result, Skipped):
                report.skipped.append(result)
            else:
                yield result
