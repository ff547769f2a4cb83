"""The story that ``whimbrel demo`` tells: every step is done by the same code as the commands that it names."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.text import Text

from whimbrel.demo import PYTEST, check_command, deprecated_uses, edit_by_hand, make_project

if TYPE_CHECKING:
    from whimbrel.migration import RuleInput
    from whimbrel.report import MigrationReport

_STYLES = {"+": "green", "-": "red", "@": "cyan"}
_DIFF_LINES = 24
_RULES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One run of the demo."""

    console: Console
    """Where it is told."""
    folder: Path
    """Where the project is built."""
    kept: bool
    """Whether the project is still there when the story ends."""

    def tell(self, started: float) -> None:
        """Build, edit, learn, migrate, look; ``started`` is when the command began.

        Raises:
            WhimbrelError: as the commands do that are shown.
        """
        self._project()
        before = deprecated_uses(self.folder)
        self._edits(before)
        rules = self._learn()
        report = self._migrate(rules)
        self._what_is_left(before, report)
        self._next(report, time.perf_counter() - started)

    # steps

    def _project(self) -> None:
        self._title(1, "A project")
        paths = make_project(self.folder)
        uses = deprecated_uses(self.folder)
        tests = sum(path.startswith("tests/test_") for path in paths)
        self._say(f"{self.folder}: {len(paths)} files under git, {tests} of them test files.")
        self._say(
            "'depot' runs a parcel depot. The names that depot.client had in version 3 are deprecated: fetch(), build(), "
            f"retried(), HttpError, again=. The package uses them {sum(uses.values())} times in {len(uses)} files."
        )

    def _edits(self, before: dict[str, int]) -> None:
        from whimbrel.vcs.git import git

        self._title(2, "You edit three files by hand")
        edited = edit_by_hand(self.folder)
        diff = git(["diff", "--unified=0", "--no-color"], self.folder).decode()
        lines = [line for line in diff.splitlines() if not line.startswith(("diff ", "index ", "--- ", "@@"))]
        for line in lines[:_DIFF_LINES]:
            path = line.startswith("+++ ")
            self._line(line[6:] if path else f"  {line}", style="bold" if path else _STYLES.get(line[:1], ""))
        if len(lines) > _DIFF_LINES:
            self._line(f"  ... {len(lines) - _DIFF_LINES} more lines", style="dim")
        done = sum(before.get(path, 0) for path in edited)
        self._say(f"{done} of the {sum(before.values())} uses are done, and not committed. The rest is boring.")

    def _learn(self) -> RuleInput:
        from whimbrel.migration import from_examples
        from whimbrel.rules import parse_rules
        from whimbrel.vcs.examples import uncommitted

        self._title(3, "Whimbrel learns from them", "whimbrel learn")
        start = time.perf_counter()
        rules = from_examples(uncommitted(self.folder), carry=True)
        seconds = time.perf_counter() - start
        learnt = parse_rules(rules.text, "demo")
        from whimbrel.cli.learn_view import rule_diff

        for rule in learnt.rules[:_RULES]:
            self._line(f"  {rule.id}", style="bold")
            for line in rule_diff(rule):
                self.console.print(line, soft_wrap=True)
        if len(learnt.rules) > _RULES:
            self._line(f"  ... {len(learnt.rules) - _RULES} more rules", style="dim")
        origin = rules.origin
        self._say(
            f"{_count(len(learnt.rules), 'rule')} in {seconds:.1f} s. {origin.explained} of the {origin.edits} edits that "
            "you made are explained. $A stands for one piece of syntax, whatever it is."
        )
        return rules

    def _migrate(self, rules: RuleInput) -> MigrationReport:
        from whimbrel.cli.migrate_view import TerminalWatcher
        from whimbrel.ledger import Ledger, ledger_path
        from whimbrel.migration import Options, migrate
        from whimbrel.report import printer, report_of

        check = check_command()
        runner = "pytest" if PYTEST else "a runner of its own, as pytest is not installed"
        self._title(4, "Whimbrel migrates the rest", "whimbrel migrate . --check 'python -m pytest -q'")
        self._say(
            f"It works in a git work tree and runs the project's tests there (with {runner}): once before any change, "
            "then with all changes, and when they fail it splits the changes until the ones to blame are found."
        )
        start = time.perf_counter()
        with _bare_pytest(), TerminalWatcher(Console(stderr=True)) as watcher:
            number = migrate(self.folder, rules, Options(checks=(check,)), watcher)
        seconds = time.perf_counter() - start
        with Ledger.open(ledger_path(self.folder), read_only=True) as ledger:
            report = report_of(ledger, ledger.migration(number))
        printer("terminal")(msgspec.structs.replace(report, next_steps=[]), self.console)
        self._say(f"{seconds:.1f} s. Your own checkout is as you left it.")
        return report

    def _what_is_left(self, before: dict[str, int], report: MigrationReport) -> None:
        from whimbrel.vcs.git import git

        self._title(5, "What is left to you")
        for site in report.rejected:
            self._line(f"  {site.path}:{site.line}  {site.before}", style="red")
        if any(site.path == "depot/billing/archive.py" for site in report.rejected):
            self._say(
                "In depot/billing/archive.py a 0 waited for ever in version 3; now it gives up at once. The rule matches, "
                "the test knows better: that edit was taken back, and the others in that file were kept."
            )
        if report.branch:
            left = git(["grep", "-nE", r"client\.(fetch|build|retried)\(|HttpError|again=", report.branch, "--", "depot/*/*.py"],
                       self.folder, ok=(0, 1)).decode().splitlines()
            self._say(f"On the branch, git grep finds the old names in {_count(len(left), 'line')}; there were "
                      f"{sum(before.values())} uses.")

    def _next(self, report: MigrationReport, seconds: float) -> None:
        self._title(6, "Where to look next")
        if self.kept:
            place = shlex.quote(os.path.relpath(self.folder))
            self._line(f"  cd {place}")
            self._line(f"  git diff main...{report.branch}      # every change, your three files first")
            self._line("  whimbrel status                      # what the ledger knows of every place")
            self._line(f"  git stash && git merge {report.branch}   # take it over")
        else:
            self._say("The project was built in a temporary folder and is gone now; to look around in it:")
            self._line("  whimbrel demo --keep depot")
        self._say("On a repository of your own, after you have edited a few files:")
        self._line("  whimbrel learn                       # the rules behind your uncommitted changes")
        self._line("  whimbrel migrate . --check 'CMD'     # everything else, on a new branch, as far as CMD accepts it")
        self._line("  whimbrel replay . --auto             # how well it would have done on your own history")
        self._line(f"\nThe whole story took {seconds:.0f} s.", style="bold")

    # telling

    def _title(self, number: int, title: str, shown: str = "") -> None:
        self.console.print()
        self.console.print(Text.assemble((f"{number}  {title}", "bold cyan"), (f"   $ {shown}" if shown else "", "dim")))

    def _say(self, text: str) -> None:
        self.console.print(Text(text), width=min(self.console.width, 100))

    def _line(self, text: str, style: str = "") -> None:
        self.console.print(Text(text, style=style), soft_wrap=True)


@contextmanager
def _bare_pytest() -> Iterator[None]:
    """Keep pytest from loading the plug-ins of this environment, which the project does not use: half of its time."""
    name = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    known = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if known is None:
            del os.environ[name]
        else:
            os.environ[name] = known


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
