"""What a migration tells while it is running; the command line draws it, tests listen to it."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """Told of every step, on the thread that runs the migration."""

    def phase(self, title: str) -> None:
        """A new phase begins."""

    def advance(self, done: int, total: int) -> None:
        """So many of so many are done in this phase."""

    def probe(self, runs: int, sites: int) -> None:
        """The ``runs``-th set is put to the checks, with so many sites applied."""

    def note(self, text: str) -> None:
        """Something that the user should know and that no report will say."""


class Silent:
    """A watcher that does nothing."""

    def phase(self, title: str) -> None:
        """Nothing."""

    def advance(self, done: int, total: int) -> None:
        """Nothing."""

    def probe(self, runs: int, sites: int) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""
