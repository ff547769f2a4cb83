"""The story that ``whimbrel demo`` tells: every step is done by the same code as the commands that it names."""

from __future__ import annotations

import io
import os
import shlex
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.text import Text

from whimbrel.demo import check_command, deprecated_lines, edit_by_hand, has_pytest, make_project

if TYPE_CHECKING:
    from whimbrel.migration import RuleInput
    from whimbrel.report import MigrationReport

_STYLES = {"+": "green", "-": "red", "@": "cyan"}
_DIFF_LINES = 24
_RULES = 10
_LEFT = 8


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
        before = self._project()
        self._edits(before)
        rules = self._learn()
        report = self._migrate(rules)
        self._what_is_left(before, report)
        self._next(report, time.perf_counter() - started)

    # steps

    def _project(self) -> int:
        self._title(1, "A project")
        paths = make_project(self.folder)
        lines = deprecated_lines(self.folder)
        files = {line.partition(":")[0] for line in lines}
        self._say(f"{self.folder}: {len(paths)} files under git, {_tests(paths)} of them files of tests.")
        self._say(
            "'depot' runs a parcel depot. The names that depot.client had in version 3 are deprecated: fetch(), "
            f"build(), retried(), HttpError, again=. {len(lines)} lines in {len(files)} files use them."
        )
        return len(lines)

    def _edits(self, before: int) -> None:
        from whimbrel.vcs.git import git

        self._title(2, "You edit three files by hand")
        edit_by_hand(self.folder)
        diff = git(["diff", "--unified=0", "--no-color", "--no-ext-diff"], self.folder).decode()
        lines = [line for line in diff.splitlines() if not line.startswith(("diff ", "index ", "--- ", "@@"))]
        for line in lines[:_DIFF_LINES]:
            path = line.startswith("+++ ")
            self._line(line[6:] if path else f"  {line}", style="bold" if path else _STYLES.get(line[:1], ""))
        if len(lines) > _DIFF_LINES:
            self._line(f"  ... {len(lines) - _DIFF_LINES} more lines", style="dim")
        left = len(deprecated_lines(self.folder))
        self._say(f"{before - left} of the {before} lines are done, and not committed. The rest is boring.")

    def _learn(self) -> RuleInput:
        from whimbrel.cli.learn_view import rule_diff
        from whimbrel.migration import from_examples
        from whimbrel.rules import parse_rules
        from whimbrel.vcs.examples import uncommitted

        self._title(3, "Whimbrel learns from them", "whimbrel learn")
        start = time.perf_counter()
        rules = from_examples(uncommitted(self.folder), carry=True)
        seconds = time.perf_counter() - start
        learnt = parse_rules(rules.text, "demo").rules
        for rule in learnt[:_RULES]:
            self._line(f"  {rule.id}", style="bold")
            for line in rule_diff(rule):
                self.console.print(line, soft_wrap=True)
        if len(learnt) > _RULES:
            self._line(f"  ... {_count(len(learnt) - _RULES, 'more rule')}", style="dim")
        self._say(
            f"{_count(len(learnt), 'rule')} in {seconds:.1f} s; {rules.origin.explained} of the {rules.origin.edits} "
            "places that you edited are explained. $A stands for one piece of syntax, whatever it is."
        )
        return rules

    def _migrate(self, rules: RuleInput) -> MigrationReport:
        from whimbrel.cli.migrate_view import TerminalWatcher
        from whimbrel.ledger import Ledger, ledger_path
        from whimbrel.migration import Options, migrate
        from whimbrel.report import printer, report_of

        self._title(4, "Whimbrel migrates the rest", "whimbrel migrate . --check 'python -m pytest -q'")
        runner = "pytest" if has_pytest() else "a small runner, as pytest is not installed"
        self._say(
            f"It works in a git work tree of its own and runs the project's tests there (with {runner}): once before "
            "any change, then with all changes; when they fail, it splits these until the ones to blame are found."
        )
        start = time.perf_counter()
        with _bare_pytest(), TerminalWatcher(Console(stderr=True)) as watcher:
            number = migrate(self.folder, rules, Options(checks=(check_command(),)), watcher)
        seconds = time.perf_counter() - start
        with Ledger.open(ledger_path(self.folder), read_only=True) as ledger:
            report = report_of(ledger, ledger.migration(number))
        printer("terminal")(msgspec.structs.replace(report, next_steps=[]), self.console)
        self._say(f"{seconds:.1f} s. Your own checkout is as you left it.")
        return report

    def _what_is_left(self, before: int, report: MigrationReport) -> None:
        self._title(5, "What is left to you")
        left = self._left_on(report.branch)
        for line in left[:_LEFT]:
            self._line(f"  {line}", style="red")
        if len(left) > _LEFT:
            self._line(f"  ... {_count(len(left) - _LEFT, 'more line')}", style="dim")
        self._say(f"{_count(len(left), 'line')} of {before} with the old names; the others pass the tests.")
        if any(site.path == "depot/billing/archive.py" for site in report.rejected):
            self._say(
                "In depot/billing/archive.py a 0 waited for ever; now it would give up at once. The rule matches, but "
                "a test knows better: this one edit was found among all others and left out."
            )
        if len(left) > len(report.rejected):
            self._say(
                "Lines that no test rejected are of a shape that your three files did not show. Edit one of them and "
                "run it again: that is one more example."
            )

    def _left_on(self, branch: str) -> tuple[str, ...]:
        """Lines with the old names on a branch."""
        from whimbrel.vcs.git import git

        with tempfile.TemporaryDirectory(prefix="whimbrel-demo-") as place:
            archive = git(["archive", branch or "HEAD", "depot"], self.folder)
            with tarfile.open(fileobj=io.BytesIO(archive)) as files:
                files.extractall(place, filter="data")
            return deprecated_lines(Path(place))

    def _next(self, report: MigrationReport, seconds: float) -> None:
        self._title(6, "Where to look next")
        if self.kept:
            self._line(f"  cd {shlex.quote(os.path.relpath(self.folder))}")
            self._command(f"git diff main...{report.branch}", "every change, your own three files included")
            self._command("whimbrel status", "what the ledger knows of it")
            self._command(f"git stash && git merge {report.branch}", "take it over")
        else:
            self._say("The project was built in a temporary folder and is gone now. To look around in it:")
            self._command("whimbrel demo --keep depot")
        self._say("In a repository of your own, after you have edited a few files:")
        self._command("whimbrel learn", "the rules behind your uncommitted changes")
        self._command("whimbrel migrate . --check CMD", "the rest, on a new branch, as far as CMD accepts it")
        self._command("whimbrel replay . --auto", "how well it would have done on your own history")
        self._line(f"The whole story took {seconds:.0f} s.", style="bold")

    # telling

    def _title(self, number: int, title: str, shown: str = "") -> None:
        self.console.print()
        text = Text.assemble((f"{number}  {title}", "bold cyan"), (f"   $ {shown}" if shown else "", "dim"))
        self.console.print(text, soft_wrap=True)

    def _say(self, text: str) -> None:
        self.console.print(Text(text), width=min(self.console.width, 100))

    def _command(self, command: str, purpose: str = "") -> None:
        self._line(f"  {command:<50} # {purpose}" if purpose else f"  {command}")

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


def _tests(paths: Iterable[str]) -> int:
    return sum(path.startswith("tests/test_") for path in paths)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
