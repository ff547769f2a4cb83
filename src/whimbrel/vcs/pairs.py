"""Before/after pairs, and what to say of the files that cannot be one.

A file that cannot serve as an example (added, deleted, renamed, binary, too large, of an unknown language) is a
*problem* that is reported, not an error: the others still teach. Only a source without any usable pair is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from whimbrel.errors import InputError
from whimbrel.text import is_binary

SIZE_LIMIT = 5_000_000
"""Bytes beyond which a file is no example; nobody wrote it by hand."""

Known = Callable[[str], bool]
"""Whether a path is of a language that can be learnt from; this room knows no languages, so the caller says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePair:
    """A file before and after."""

    path: str
    """POSIX path, relative to the repository or to the two folders."""
    before: bytes
    """Its content before."""
    after: bytes
    """Its content after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnchangedFile:
    """A neighbour that the same change left alone: evidence of where a rule must not fire."""

    path: str
    """As in FilePair."""
    data: bytes
    """Its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A changed file that cannot be an example."""

    path: str
    """As in FilePair."""
    reason: str
    """A clause for a person: ``added: there is no file before``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleSource:
    """What one source gave."""

    name: str
    """What it is, for the terminal: ``commit 1a2b3c4 (Use foo)``."""
    pairs: tuple[FilePair, ...]
    """Usable examples, sorted by path; never empty, and never equal on both sides."""
    unchanged: tuple[UnchangedFile, ...] = ()
    """A bounded sample of the files with the same suffixes that did not change."""
    problems: tuple[Problem, ...] = ()
    """Changed files that are no examples, and why."""


@dataclass(slots=True)
class Collector:
    """Sorts candidates into pairs and problems; lives inside one function call."""

    known: Known
    """See Known."""
    pairs: list[FilePair] = field(default_factory=list)
    """Usable so far."""
    problems: list[Problem] = field(default_factory=list)
    """Refused so far."""

    def refuse(self, path: str, reason: str) -> None:
        """Record a file that is no example."""
        self.problems.append(Problem(path=path, reason=reason))

    def offer(self, path: str, before: bytes, after: bytes) -> None:
        """Take a pair, or record why not."""
        reason = self._objection(path, before, after)
        if reason:
            self.refuse(path, reason)
        else:
            self.pairs.append(FilePair(path=path, before=before, after=after))

    def _objection(self, path: str, before: bytes, after: bytes) -> str:
        if max(len(before), len(after)) > SIZE_LIMIT:
            return too_large(max(len(before), len(after)))
        if is_binary(before) or is_binary(after):
            return "binary"
        if before == after:
            return "does not differ"
        if not self.known(path):
            return "unknown language"
        if not before.strip() or not after.strip():
            return "empty before or after: nothing to compare"
        return ""

    def source(self, name: str, unchanged: Iterable[UnchangedFile] = (), *, hint: str) -> ExampleSource:
        """Everything collected.

        Raises:
            InputError: when there is no usable pair; ``hint`` says what to do about it.
        """
        if not self.pairs:
            raise InputError(f"no usable example in {name}{self._why()}", hint=hint)
        return ExampleSource(
            name=name,
            pairs=tuple(sorted(self.pairs, key=lambda pair: pair.path)),
            unchanged=tuple(unchanged),
            problems=tuple(sorted(self.problems, key=lambda problem: problem.path)),
        )

    def _why(self) -> str:
        if not self.problems:
            return ": nothing differs"
        first = self.problems[0]
        more = f", and {len(self.problems) - 1} more such files" if len(self.problems) > 1 else ""
        return f": {first.path} is no example ({first.reason}){more}"


def everything_known(_path: str) -> bool:
    """The default for Known."""
    return True


def too_large(size: int) -> str:
    """Why a file of that many bytes is no example."""
    return f"too large ({size / 1e6:.0f} MB; the limit is {SIZE_LIMIT // 1_000_000} MB)"


def alike_paths(paths: Sequence[str], pairs: Sequence[FilePair], limit: int) -> list[str]:
    """At most ``limit`` of the paths: only suffixes that the pairs have, those in the folders of the pairs first."""
    suffixes = {PurePosixPath(pair.path).suffix for pair in pairs}
    folders = {PurePosixPath(pair.path).parent for pair in pairs}
    alike = [path for path in paths if PurePosixPath(path).suffix in suffixes]
    alike.sort(key=lambda path: (PurePosixPath(path).parent not in folders, path))
    return alike[:limit]
