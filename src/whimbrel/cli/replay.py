"""Measure how well Whimbrel would have done on a repository's own history.

Of one commit (--commit), or of every systematic commit that is found, a few files are shown before and after; the
others, as they were at the parent, are rewritten and compared with what the commit made of them. Nothing is written to
the repository.

Ends with 0 when a commit was replayed, with 3 when there is none to replay.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whimbrel.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from whimbrel.replay.run import Outcome


def command(
    repo: Annotated[Path, typer.Argument(metavar="REPO", readable=False, help="A git repository with its history.")],
    commit: Annotated[str | None, typer.Option(metavar="REV", help="Replay this commit.")] = None,
    auto: Annotated[
        bool, typer.Option("--auto", help="Find systematic commits (this is what happens anyway).")
    ] = False,
    examples: Annotated[int, typer.Option(metavar="K", min=1, help="Files of the commit to learn from.")] = 3,
    max_commits: Annotated[int, typer.Option(metavar="N", min=1, help="Commits to look through.")] = 2000,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Only younger commits; any date git reads.")] = None,
    min_files: Annotated[
        int, typer.Option(metavar="N", min=4, help="Files that a systematic commit edits at least.")
    ] = 8,
    limit: Annotated[int, typer.Option(metavar="CASES", min=1, help="Replay at most so many commits.")] = 20,
    jobs: Annotated[int, typer.Option(metavar="N", min=1, help="Processes.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """See the module: its text is the help page."""
    from rich.console import Console

    from whimbrel.replay.history import Search, replay_commit, replay_history
    from whimbrel.replay.table import as_json as as_plain_data

    if commit is not None and auto:
        raise UsageError("--commit and --auto exclude each other", hint="name a commit, or let Whimbrel find some")
    stderr = Console(stderr=True)
    if commit is not None:
        with _spinner(stderr):
            outcomes = [replay_commit(repo, commit, examples=examples)]
    else:
        search = Search(
            examples=examples, max_commits=max_commits, since=since, limit=limit, min_files=max(min_files, examples + 1)
        )
        with _progress(stderr) as progress:
            outcomes = replay_history(repo, search, jobs=jobs, progress=progress)
    if as_json:
        print(json.dumps({"repository": str(repo), "examples": examples, **as_plain_data(outcomes)}, indent=2))
    else:
        _print(outcomes, examples, Console())


@contextmanager
def _spinner(stderr: Console) -> Iterator[None]:
    if not stderr.is_terminal:
        yield
        return
    with stderr.status("replaying the commit"):
        yield


@contextmanager
def _progress(stderr: Console) -> Iterator[Callable[[int, int, int], None]]:
    """A bar over the candidate commits; silent when stderr is no terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as bar:
        task = bar.add_task("reading the history", total=None)

        def advance(done: int, total: int, found: int) -> None:
            bar.update(task, completed=done, total=total, description=f"{found} systematic commits")

        yield advance


def _print(outcomes: list[Outcome], examples: int, console: Console) -> None:
    from rich.table import Table

    from whimbrel.replay.table import percent, rows, table_text

    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    for name in ("commit", "language", "files", "recall", "shown", "prec", "distr", "subject"):
        right = name in ("files", "recall", "shown", "prec", "distr")
        ratio = 1 if name == "subject" else None  # the only column that gives way on a narrow terminal
        table.add_column(name, justify="right" if right else "left", no_wrap=True, overflow="ellipsis", ratio=ratio)
    for outcome in outcomes:
        score = outcome.score
        cells = [str(len(score.files)), percent(score.recall), percent(score.shown_recall), percent(score.precision)]
        cells.append(f"{len(score.touched)}/{score.distractors}")
        table.add_row(outcome.case.name, outcome.case.language, *cells, _plain(outcome))
    console.print(table)
    console.print(f"\nAverages in per cent over {len(outcomes)} commits, {examples} files shown of each:\n")
    console.print(table_text(rows(outcomes)), soft_wrap=True, highlight=False, markup=False)
    console.print(_LEGEND, style="dim", highlight=False, markup=False, soft_wrap=True)


def _plain(outcome: Outcome) -> str:
    from rich.markup import escape

    return escape(f"{outcome.case.title}  FAILED: {outcome.failure}" if outcome.failure else outcome.case.title)


_LEGEND = """
byte, token   files that came out exactly as the commit has them; token leaves white space out
core          the same among files whose edits all have a shape that three or more files share
recall        edits of the commit that were reproduced; shown: those of a shape that the examples show
prec          edits made that are right, - when none was made
distr         other files that hold the same names and should have stayed as they were, but were changed
exact         commits all of whose files came out exact; broken: files with new syntax errors; s: median seconds
"""
