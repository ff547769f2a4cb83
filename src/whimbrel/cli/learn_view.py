"""What ``whimbrel learn`` shows: rules as small diffs, what they explain, what nothing explains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from rich.console import Console
from rich.text import Text

from whimbrel.learn import Learned, Unexplained
from whimbrel.rules import APPLY_FROM, Evidence, ImportChange, Rule
from whimbrel.vcs.examples import ExampleSource

_SHOWN_LINES = 6
"""Lines of an unexplained edit's side before it is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnReport:
    """Everything that the command has to say; printed as text or as JSON."""

    source: ExampleSource
    """Where the examples came from."""
    learned: Learned
    """What came out."""
    seconds: float
    """How long learning took."""
    out: str | None
    """Where the rules were saved."""

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Files that taught nothing, and why."""
        refused = [(problem.path, problem.reason) for problem in self.source.problems]
        return refused + [(skipped.path, skipped.reason) for skipped in self.learned.skipped]


def report_json(report: LearnReport) -> dict[str, Any]:
    """The report as plain data."""
    learned = report.learned
    return {
        "source": report.source.name,
        "example_files": len(report.source.pairs),
        "edits": learned.edits,
        "explained": learned.explained,
        "rules": [_rule_json(rule) for rule in learned.rules.rules],
        "imports": [
            {"language": change.language, "add": list(change.add), "drop": list(change.drop)}
            for change in learned.rules.imports
        ],
        "unexplained": [
            {"path": edit.path, "line": edit.line, "before": edit.before, "after": edit.after, "reason": edit.reason}
            for edit in learned.unexplained
        ],
        "problems": [{"path": path, "reason": reason} for path, reason in report.problems],
        "seconds": round(report.seconds, 3),
        "out": report.out,
    }


def _rule_json(rule: Rule) -> dict[str, Any]:
    evidence = rule.evidence
    return {
        "id": rule.id,
        "language": rule.language,
        "pattern": rule.pattern,
        "rewrite": rule.rewrite,
        "examples": evidence.examples,
        "files": evidence.files,
        "refused": evidence.refused,
        "confidence": round(evidence.confidence, 4),
    }


def print_report(report: LearnReport, console: Console) -> None:
    """The report for a person."""
    for rule in report.learned.rules.rules:
        _print(console, _rule_title(rule))
        for line in rule_diff(rule):
            _print(console, line)
        console.print()
    for change in report.learned.rules.imports:
        _print_imports(change, console)
    _print_unexplained(report, console)
    _print_problems(report, console)
    _print(console, Text(_closing(report)))


def rule_diff(rule: Rule) -> Iterator[Text]:
    """Pattern and rewrite as the lines of a diff, then the conditions."""
    yield from _diff(rule.pattern, rule.rewrite)
    for name, condition in rule.where.items():
        said = [f"is {' or '.join(condition.kinds)}"] if condition.kinds else []
        said += [f"is not {' or '.join(condition.not_kinds)}"] if condition.not_kinds else []
        said += [f"matches {condition.regex}"] if condition.regex else []
        said += [f"does not match {condition.not_regex}"] if condition.not_regex else []
        if said:
            yield Text(f"    where ${name} {', '.join(said)}", style="dim")
    if rule.context.inside:
        yield Text(f"    inside {' or '.join(rule.context.inside)}", style="dim")
    if rule.context.outside:
        yield Text(f"    not inside {' or '.join(rule.context.outside)}", style="dim")


def _diff(before: str, after: str) -> Iterator[Text]:
    old, new = before.splitlines(), after.splitlines()
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (Text(f"      {line}") for line in old[a:b])
        else:
            yield from (Text(f"    - {line}", style="red") for line in old[a:b])
            yield from (Text(f"    + {line}", style="green") for line in new[c:d])


def _rule_title(rule: Rule) -> Text:
    return Text.assemble((rule.id, "bold"), f"  {rule.language}", (f"  {_evidence(rule.evidence)}", "dim"))


def _evidence(evidence: Evidence) -> str:
    told = f"{_count(evidence.examples, 'edit')} in {_count(evidence.files, 'file')}"
    told += f", {_count(evidence.refused, 'place')} left alone in the examples" if evidence.refused else ""
    told += f", confidence {evidence.confidence:.2f}"
    if evidence.confidence < APPLY_FROM:
        told += f": a proposal, applied only with --min-confidence {evidence.confidence:.2f}"
    return told


def _print_imports(change: ImportChange, console: Console) -> None:
    _print(console, Text.assemble(("imports", "bold"), f"  {change.language}"))
    for line in change.drop:
        _print(console, Text(f"    - {line}", style="red").append("    where it is no longer used", style="dim"))
    for line in change.add:
        _print(console, Text(f"    + {line}", style="green").append("    where it is needed", style="dim"))
    console.print()


def _print_unexplained(report: LearnReport, console: Console) -> None:
    left = report.learned.unexplained
    if not left:
        return
    _print(console, Text(f"{_count(len(left), 'edit')} that no rule explains:", style="yellow"))
    for edit in left:
        _print(console, Text(f"  {edit.path}:{edit.line}: {edit.reason}"))
        for line in _edit_lines(edit):
            _print(console, line)
    console.print()


def _edit_lines(edit: Unexplained) -> Iterator[Text]:
    for sign, style, side in (("-", "red", edit.before), ("+", "green", edit.after)):
        lines = side.splitlines()
        yield from (Text(f"    {sign} {line}", style=style) for line in lines[:_SHOWN_LINES])
        if len(lines) > _SHOWN_LINES:
            yield Text(f"    {sign} ... {len(lines) - _SHOWN_LINES} more lines", style="dim")


def _print_problems(report: LearnReport, console: Console) -> None:
    if not report.problems:
        return
    _print(console, Text(f"{_count(len(report.problems), 'file')} not used:", style="yellow"))
    for path, reason in report.problems:
        _print(console, Text(f"  {path}: {reason}"))
    console.print()


def _closing(report: LearnReport) -> str:
    learned = report.learned
    rules = _count(len(learned.rules.rules), "rule")
    explained = f"{learned.explained} of {_count(learned.edits, 'example edit')} explained"
    files = f"{_count(len(report.source.pairs), 'file')} of {report.source.name}"
    head = f"{rules} from {files}; {explained}; {report.seconds:.1f} s"
    if report.out:
        return f"{head}\nsaved to {report.out}; next: whimbrel apply {report.out} TREE --dry-run"
    return f"{head}\nsave them with --out rules.yml"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _print(console: Console, text: Text) -> None:
    """One line, never wrapped, never read as markup; bytes that are no UTF-8 show as question marks."""
    if any("\ud800" <= character <= "\udfff" for character in text.plain):
        text = Text(text.plain.encode("utf-8", "replace").decode(), style=text.style)
    console.print(text, soft_wrap=True, highlight=False)
