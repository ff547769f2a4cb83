"""A replay case: a commit that made one systematic change, as a learner would meet it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from whimbrel.errors import InputError
from whimbrel.vcs.examples import FilePair


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is shown, what is asked, and what must stay as it is.

    A learner may see ``examples``, ``before`` of the targets and the distractors; everything else is the answer.
    """

    name: str
    """Unique name: the folder, or the abbreviated commit."""
    repository: str
    """Where it comes from; halves are split by it."""
    language: str
    """Language of all files."""
    title: str
    """Subject of the commit."""
    examples: tuple[FilePair, ...]
    """The files that are shown before and after."""
    targets: tuple[FilePair, ...]
    """The other files that the commit changed."""
    distractors: Mapping[str, bytes]
    """Files that the commit left alone."""
    core: frozenset[str]
    """Targets all of whose hunks have a shape seen in three or more files of the commit: the attainable part."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Further groups to report by: difficulty, scope, kind."""


def load_case(folder: Path, *, examples: int = 3) -> Case:
    """Read a case folder: ``case.json`` beside ``before/``, ``after/`` and ``distractors/``.

    Args:
        folder: the case folder.
        examples: how many files to show: 1, 3 or 5, the choices that ``case.json`` records.

    Raises:
        InputError: when the folder is not a case, or files of it are missing.
    """
    try:
        info: dict[str, Any] = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        shown = info["examples"] if examples == 3 else info[f"examples_{examples}"]
        pairs = [_pair(folder, path) for path in info["changed"]]
        return Case(
            name=info["id"],
            repository=info["repo"],
            language=info["language"],
            title=info["subject"],
            examples=tuple(pair for pair in pairs if pair.path in shown),
            targets=tuple(pair for pair in pairs if pair.path not in shown),
            distractors={path: (folder / "distractors" / path).read_bytes() for path in info["distractors"]},
            core=frozenset(info["core_files"]),
            labels={
                "difficulty": str(info["difficulty"]),
                "scope": "limited" if info.get("scope_limited") else "clean",
                "kind": str(info["kind"]),
            },
        )
    except KeyError as missing:
        raise InputError(f"{folder / 'case.json'}: no field {missing}", hint="use 1, 3 or 5 examples") from None
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{folder} is not a readable replay case: {error}") from None


def _pair(folder: Path, path: str) -> FilePair:
    before, after = (folder / side / path for side in ("before", "after"))
    return FilePair(path=path, before=before.read_bytes(), after=after.read_bytes())
