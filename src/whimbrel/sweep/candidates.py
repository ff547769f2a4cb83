"""What the sweep looks at: the values, and the one table of what it passes over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from whimbrel.ledger import FOLDER, SkippedFile

Skipped = SkippedFile
"""A file that was not planned, and why."""

OWN_FOLDERS = frozenset({".git", ".hg", ".svn", FOLDER})
"""Entered under no circumstances: the stores of version control, and our own."""

SKIPPED_FOLDERS: Mapping[str, str] = MappingProxyType(
    {
        ".git": "version control",
        ".hg": "version control",
        ".svn": "version control",
        FOLDER: "Whimbrel's own record",
        "node_modules": "installed packages",
        ".venv": "installed packages",
        "venv": "installed packages (only with a pyvenv.cfg in it)",
        "__pycache__": "compiled files",
        ".tox": "installed packages",
        ".mypy_cache": "a cache",
    }
)
"""Folders that are passed over wherever they lie, and why. Deliberately short: ``build``, ``dist`` and ``vendor`` are
ordinary names, and what they hold is swept unless git ignores it. ``include_generated`` enters all but ``OWN_FOLDERS``.
"""

GENERATED_PROBE = 2048
"""How far into a file the mark of a generated file is looked for."""
_GENERATED = re.compile(
    rb"@generated\b"
    rb"|(?i:\bgenerated\b.{0,200}?\bdo\s+not\s+(?:edit|modify|change)\b)"
    rb"|(?i:\bdo\s+not\s+(?:edit|modify|change)\b.{0,200}?\bgenerated\b)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkOptions:
    """What counts as a candidate."""

    include_generated: bool = False
    """Also take generated files and enter folders of installed packages."""
    size_limit: int = 5_000_000
    """Larger files are skipped, and reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A regular file of a language that was asked for; its content has not been looked at."""

    path: str
    """Relative path."""
    size: int
    """Bytes."""
    mode: int
    """Permission bits."""


def is_generated(data: bytes) -> bool:
    """Whether the file says near its top that a program wrote it and that it is not to be edited."""
    return _GENERATED.search(data[:GENERATED_PROBE]) is not None
