"""Learn rewrite rules from edited files.

The examples are the uncommitted changes of the git work tree TREE, unless a commit, a range, a diff file or two folders
are named. Prints every rule, the edits that no rule explains, and the files that could not be used.

Ends with 0 when at least one rule was learnt (edits that none explains are listed), with 3 when there is nothing to
learn.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from whimbrel.errors import InputError

if TYPE_CHECKING:
    from whimbrel.learn import Learned
    from whimbrel.rules import RuleSet
    from whimbrel.vcs.examples import ExampleSource


def command(
    tree: Annotated[
        Path, typer.Argument(metavar="TREE", readable=False, help="Git work tree, or the tree that a diff belongs to.")
    ] = Path(),
    from_commit: Annotated[
        str | None, typer.Option(metavar="REV", help="Learn from a commit, or from a range A..B.")
    ] = None,
    from_diff: Annotated[
        Path | None,
        typer.Option(metavar="FILE", readable=False, help="Learn from a unified diff of TREE, before or after it."),
    ] = None,
    before: Annotated[
        Path | None, typer.Option(metavar="DIR", readable=False, help="Example files before; needs --after.")
    ] = None,
    after: Annotated[
        Path | None,
        typer.Option(metavar="DIR", readable=False, help="The same relative paths, as edited; needs --before."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", readable=False, help="Save the rules there.")] = None,
    file_format: Annotated[
        Literal["whimbrel", "ast-grep"], typer.Option("--format", help="Format of the saved rules.")
    ] = "whimbrel",
    min_confidence: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Drop the rules that are believed less than this.")
    ] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """See the module: its text is the help page."""
    from rich.console import Console

    from whimbrel.cli.learn_view import LearnReport, print_report, report_json
    from whimbrel.cli.sources import choose

    source = choose(tree, revision=from_commit, diff=from_diff, before=before, after=after)
    start = time.perf_counter()
    learned = _learn(source)
    seconds = time.perf_counter() - start
    learned = replace(learned, rules=learned.rules.confident(min_confidence))
    _check(learned, min_confidence)
    if out is not None:
        _save(learned.rules, out, file_format, [(pair.path, pair.before) for pair in source.pairs])
    report = LearnReport(source=source, learned=learned, seconds=seconds, out=str(out) if out else None)
    if as_json:
        print(json.dumps(report_json(report), indent=2))
    else:
        print_report(report, Console())


def _learn(source: ExampleSource) -> Learned:
    """Learn with a spinner on the terminal."""
    from rich.console import Console

    from whimbrel.learn import Example, learn

    examples = [Example(path=pair.path, before=pair.before, after=pair.after) for pair in source.pairs]
    console = Console(stderr=True)
    if not console.is_terminal:
        return learn(examples)
    with console.status(f"learning from {len(examples)} files"):
        return learn(examples)


def _check(learned: Learned, min_confidence: float) -> None:
    """Nothing learnt is an error that says why."""
    rules = learned.rules
    if rules.rules or rules.imports:
        return
    if min_confidence > 0 and learned.explained:
        raise InputError(f"no rule has a confidence of {min_confidence:g}", hint="lower --min-confidence")
    if learned.edits:
        first = learned.unexplained[0] if learned.unexplained else None
        why = f", the first one at {first.path}:{first.line} ({first.reason})" if first else ""
        raise InputError(
            f"no rule explains any of the {learned.edits} example edits{why}",
            hint="give more examples of the same change",
        )
    skipped = "; ".join(f"{file.path}: {file.reason}" for file in learned.skipped[:3])
    raise InputError(f"nothing to learn from: {skipped or 'no edit in the code'}", hint="give other example files")


def _save(rules: RuleSet, out: Path, file_format: str, samples: list[tuple[str, bytes]]) -> None:
    from whimbrel.rules import dump_rules
    from whimbrel.text import encode, save_bytes

    text = dump_rules(rules) if file_format == "whimbrel" else _exported(rules, samples)
    try:
        save_bytes(out, encode(text))
    except OSError as error:
        raise InputError(f"cannot write {out}: {error.strerror}", hint="choose another place with --out") from None


def _exported(rules: RuleSet, samples: list[tuple[str, bytes]]) -> str:
    """The rules in ast-grep's format; what it cannot say goes to standard error."""
    import sys

    from whimbrel.rules.export import export_rules

    export = export_rules(rules, samples)
    for rule_id, reason in export.not_expressible:
        print(f"not exported: {rule_id}: {reason}", file=sys.stderr)
    if rules.imports:
        print("not exported: import changes, which have no counterpart in ast-grep", file=sys.stderr)
    if not export.documents:
        raise InputError("ast-grep cannot express any of the rules", hint="use --format whimbrel")
    return export.text
