"""The report for a person at a terminal: what was done, what is left and why, what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from whimbrel.report.model import MigrationReport, SiteLine

SHOWN = 12
"""How many sites of each sort are shown."""

_WIDTH = 100
_TEXT_WIDTH = 60
_OUTPUT_LINES = 6


def render(report: MigrationReport, console: Console) -> None:
    """Print the report, long lists cut short."""
    out = _Page(console)
    _head(report, out)
    _rules(report, out)
    _checks(report, out)
    _sites("rejected by a check", report.rejected, out, style="red")
    _sites("not safe to rewrite", report.refused, out, style="yellow")
    _sites("not made", report.residual, out, style="yellow")
    _sites("example edits that no rule reproduces", report.unexplained, out, style="yellow")
    _skipped(report, out)
    for note in report.notes:
        out.line(f"note: {note}", style="yellow")
    if report.next_steps:
        out.line("next:", style="bold")
        width = max(len(step.command) for step in report.next_steps)
        for step in report.next_steps:
            out.line(f"  {step.command:<{width}}  {step.purpose}")


class _Page:
    """Lines without markup, wrapping or highlighting."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def line(self, text: str, style: str = "") -> None:
        self._console.print(Text(_visible(text), style=style), soft_wrap=True, highlight=False)


def _visible(text: str) -> str:
    """No control characters: code and the output of checks may hold what a terminal would obey."""
    return "".join(char if char.isprintable() or char == "\t" else f"\\x{ord(char):02x}" for char in text)


def _head(report: MigrationReport, out: _Page) -> None:
    planned = report.state == "planned"
    done = report.sites_found if planned else report.sites_migrated
    verb = "would migrate" if planned else "migrated"
    of = "" if planned or done == report.sites_found else f" of {report.sites_found:,}"
    where = f" on branch {report.branch}" if report.branch else ""
    if not planned and report.state != "done":
        out.line(f"migration {report.migration} of {report.tree}: {report.state}", style="bold yellow")
    if not report.sites_found and report.state in ("planned", "done"):
        refused = "no site could be rewritten safely" if report.refused else "no site matches the rules"
        out.line(f"{refused}: nothing to change ({_count(report.files_seen, 'file')} looked at)", style="bold")
        return
    text = f"{verb} {done:,}{of} {_noun(report.sites_found, 'site')} in {_count(report.files_changed, 'file')}{where}"
    seen = f" ({_count(report.files_seen, 'file')} looked at)" if report.files_seen else ""
    out.line(text + seen, style="bold green" if done else "bold")
    if report.rules_from:
        learnt = f", {report.explained_edits} of {_count(report.example_edits, 'edit')} explained"
        out.line(f"rules from {report.rules_from}{learnt if report.example_edits else ''}")


def _rules(report: MigrationReport, out: _Page) -> None:
    if not report.rules:
        return
    out.line("rules:", style="bold")
    for rule in report.rules[:SHOWN]:
        parts = [f"{rule.found:,} found"]
        parts += [f"{rule.migrated:,} migrated"] if report.state != "planned" else []
        parts += [f"{rule.rejected:,} rejected"] if rule.rejected else []
        parts += [f"{rule.residual:,} not made"] if rule.residual else []
        parts += [f"{rule.refused:,} not safe"] if rule.refused else []
        out.line(f"  {rule.rule}: {', '.join(parts)}")
    _more(len(report.rules), out)


def _checks(report: MigrationReport, out: _Page) -> None:
    if not report.checks:
        return
    sets = f" ({_count(report.probes, 'set')} of sites tried)" if report.probes else ""
    out.line(f"checks{sets}:", style="bold")
    for check in report.checks:
        if not check.used:
            out.line(f"  {check.command}: not used")
            continue
        known = f", {_count(check.known_failures, 'failure')} from before not counted" if check.known_failures else ""
        out.line(f"  {check.command}: {_count(check.runs, 'run')}, {check.seconds:.1f} s at the baseline{known}")
    for flaky in report.flaky_checks:
        out.line(f"  {flaky}: changes its mind about the same files", style="yellow")


def _sites(title: str, sites: Sequence[SiteLine], out: _Page, *, style: str) -> None:
    if not sites:
        return
    out.line(f"{title}: {_count(len(sites), 'place')}", style=f"bold {style}")
    for site in sites[:SHOWN]:
        change = f"{_short(site.before)}  ->  {_short(site.after)}" if site.after else _short(site.before)
        out.line(f"  {site.path}:{site.line}  {change}")
        by = f"{site.check}: " if site.check else ""
        out.line(f"    {by}{site.reason}", style=style)
        for line in site.output.splitlines()[-_OUTPUT_LINES:]:
            out.line(f"      {line[:_WIDTH]}", style="dim")
    _more(len(sites), out)


def _skipped(report: MigrationReport, out: _Page) -> None:
    if not report.skipped:
        return
    out.line(f"not looked at: {_count(len(report.skipped), 'file')}", style="bold")
    for file in report.skipped[:3]:
        out.line(f"  {file.path}: {file.reason}")
    if len(report.skipped) > 3:
        out.line(f"  and {len(report.skipped) - 3:,} more (--json lists all)")


def _more(count: int, out: _Page) -> None:
    if count > SHOWN:
        out.line(f"  and {count - SHOWN:,} more (--json lists all)")


def _short(text: str) -> str:
    first, *rest = text.strip().splitlines() or [""]
    cut = first[:_TEXT_WIDTH]
    return cut + (" ..." if rest or cut != first else "")


def _noun(number: int, noun: str) -> str:
    return noun if number == 1 else f"{noun}s"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {_noun(number, noun)}"
