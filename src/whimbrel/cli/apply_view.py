"""What ``whimbrel apply`` shows: diffs, a summary, or one JSON document."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from whimbrel.ledger import LeftAlone
from whimbrel.sweep import FilePlan, Skipped
from whimbrel.text import decode

_NAMED = 5
"""How many files are named for each reason."""
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(slots=True, kw_only=True)
class ApplyReport:
    """Everything that the command has to say; filled in while it runs."""

    tree: Path
    """What was rewritten."""
    rules: Path
    """The rule file."""
    dry_run: bool
    """Whether nothing was written."""
    keep_sites: bool
    """Whether every site is kept for the JSON document; else they are only counted."""
    migration: int | None = None
    """Its number in the ledger, when something was written."""
    interrupted: int | None = None
    """An earlier run on this tree that did not finish."""
    ledger: Path | None = None
    """The ledger, when it is not in the tree."""
    under_git: bool = False
    """Whether git can show the changes."""
    files: int = 0
    """Files rewritten."""
    sites: int = 0
    """Sites rewritten."""
    scanned: int = 0
    """Files looked at."""
    by_rule: Counter[str] = field(default_factory=Counter)
    """Sites by rule."""
    documents: list[dict[str, Any]] = field(default_factory=list)
    """The files with their sites, with ``keep_sites``."""
    refusals: list[dict[str, Any]] = field(default_factory=list)
    """Matches that were not rewritten."""
    skipped: list[Skipped] = field(default_factory=list)
    """Files that were not planned."""
    left_alone: list[LeftAlone] = field(default_factory=list)
    """Files that should have been written and were not."""
    unparsed: list[str] = field(default_factory=list)
    """Rewritten files that did not parse cleanly even before."""
    seconds: float = 0.0
    """How long it took."""

    def add_plan(self, planned: FilePlan) -> None:
        """Count a plan that is not written."""
        self.add_refusals(planned)
        if planned.changed:
            self.add_sites(planned)

    def add_refusals(self, planned: FilePlan) -> None:
        """Note what a plan refused."""
        for refusal in planned.refusals:
            self.refusals.append(
                {
                    "path": planned.path,
                    "line": refusal.line,
                    "rule": refusal.rule_id,
                    "reason": refusal.reason,
                    "before": refusal.before,
                }
            )

    def add_sites(self, planned: FilePlan) -> None:
        """Count a rewritten file."""
        self.files += 1
        self.sites += len(planned.rewrite.sites)
        self.by_rule.update(site.rule_id for site in planned.rewrite.sites)
        if planned.parse_errors:
            self.unparsed.append(planned.path)
        if self.keep_sites:
            self.documents.append({"path": planned.path, "language": planned.language, "sites": _sites(planned)})

    def as_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "tree": str(self.tree),
            "rules": str(self.rules),
            "dry_run": self.dry_run,
            "migration": self.migration,
            "files": [{"path": each["path"], "sites": len(each["sites"])} for each in self.documents],
            "sites": [{"path": each["path"], **site} for each in self.documents for site in each["sites"]],
            "refusals": self.refusals,
            "skipped": [{"path": each.path, "reason": each.reason} for each in self.skipped],
            "left_alone": [{"path": each.path, "reason": each.reason} for each in self.left_alone],
            "unparsed": self.unparsed,
            "scanned": self.scanned,
            "seconds": round(self.seconds, 3),
        }


def _sites(planned: FilePlan) -> list[dict[str, Any]]:
    return [
        {
            "line": site.line,
            "rule": site.rule_id,
            "before": site.before,
            "after": site.after,
            "confidence": round(site.confidence, 4),
        }
        for site in planned.rewrite.sites
    ]


def print_diff(planned: FilePlan, console: Console) -> None:
    """A unified diff, coloured where the console is a terminal."""
    for line in _diff_lines(planned):
        console.print(Text(plain(line), style=_STYLES.get(line[:1], "")))


def _diff_lines(planned: FilePlan) -> Iterator[str]:
    """Lines without their ends; a carriage return at the end stays visible to diff and is shown as nothing."""
    old, new = (_lines(data) for data in (planned.before, planned.rewrite.source))
    for line in unified_diff(old, new, f"a/{planned.path}", f"b/{planned.path}"):
        text = line.removesuffix("\n").removesuffix("\r")
        yield text
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _lines(data: bytes) -> list[str]:
    """Split at line feeds only, as diff does."""
    parts = decode(data).split("\n")
    lines = [part + "\n" for part in parts[:-1]]
    return lines + parts[-1:] if parts[-1] else lines


def plain(text: str) -> str:
    """Text that any terminal can show: no control characters, no undecodable bytes."""
    return "".join(char if char.isprintable() or char == "\t" else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    """The byte behind a surrogate escape, or the character's number."""
    code = ord(char)
    return f"\\x{code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code:02x}"


def print_summary(report: ApplyReport, console: Console) -> None:
    """What was done, what was not and why, and where to look next."""
    verb = "would rewrite" if report.dry_run else "rewrote"
    took = f"in {report.seconds:.1f} s"
    if report.files:
        done = f"{verb} {count(report.sites, 'site')} in {count(report.files, 'file')}"
        show(console, f"{done} ({count(report.scanned, 'file')} looked at {took})", style="bold green")
        width = max(map(len, report.by_rule))
        for rule, sites in report.by_rule.most_common():
            show(console, f"  {rule:<{width}}  {count(sites, 'site')}")
    elif not report.left_alone:
        what = "no site could be rewritten" if report.refusals else "no site matches"
        show(console, f"{what}: nothing to change ({count(report.scanned, 'file')} looked at {took})", style="bold")
    refused = [(str(each["reason"]), f"{each['path']}:{each['line']}") for each in report.refusals]
    print_grouped("refused", "site", refused, console)
    print_grouped("left alone", "file", [(each.reason, each.path) for each in report.left_alone], console)
    print_grouped("skipped", "file", [(each.reason, each.path) for each in report.skipped], console)
    unparsed = [("has syntax errors that were there before", path) for path in report.unparsed]
    print_grouped("look twice at", "file", unparsed, console)
    _print_next(report, console)


def _print_next(report: ApplyReport, console: Console) -> None:
    if report.interrupted is not None:
        show(console, f"note: an earlier run (migration {report.interrupted}) was interrupted: see `whimbrel status`")
    if report.dry_run and report.files:
        show(console, "next: run it without --dry-run, which writes the files and records how they were")
    if report.migration is not None and report.files:
        tree = "" if report.tree == Path() else f" {report.tree}"
        ledger = f" --ledger {report.ledger}" if report.ledger else ""
        look = "`git diff` shows the changes, " if report.under_git else ""
        show(console, f"next: {look}`whimbrel undo{tree}{ledger}` takes them back")


def print_grouped(title: str, noun: str, found: Iterable[tuple[str, str]], console: Console) -> None:
    """Reasons, most frequent first, each with the first few places."""
    groups: dict[str, list[str]] = defaultdict(list)
    for reason, place in found:
        groups[reason].append(place)
    if not groups:
        return
    show(console, f"{title} {count(sum(map(len, groups.values())), noun)}:", style="yellow")
    for reason, places in sorted(groups.items(), key=lambda item: -len(item[1])):
        more = f", and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
        show(console, f"  {len(places)}  {reason}: {', '.join(places[:_NAMED])}{more}")


def show(console: Console, text: str, *, style: str = "") -> None:
    """One line without markup."""
    console.print(Text(plain(text), style=style))


def count(number: int, noun: str) -> str:
    """``1 site``, ``2 sites``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
