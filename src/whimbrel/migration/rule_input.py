"""The rules of a migration, always as the text of a rule file.

Learnt rules are written out and read again before they are used, so that a run that is resumed from the ledger, or from
a file that the user saved, works with exactly the rules that the first run had.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from whimbrel.errors import InputError, RuleError
from whimbrel.migration.options import Origin, Unexplained
from whimbrel.rules import dump_rules, load_rules
from whimbrel.vcs.examples import ExampleSource

if TYPE_CHECKING:
    from whimbrel.learn import Learned


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInput:
    """Rules, and where they come from."""

    text: str
    """A rule file."""
    origin: Origin
    """Where it comes from."""


def from_rule_file(path: Path) -> RuleInput:
    """The rules of a file.

    Raises:
        RuleError: when it cannot be read or is wrong.
    """
    load_rules(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RuleError(f"cannot read {path}: {error.strerror}") from None
    return RuleInput(text=text, origin=Origin(name=f"rule file {path}"))


def from_examples(source: ExampleSource, *, carry: bool = False) -> RuleInput:
    """The rules that the examples teach.

    Args:
        source: the examples.
        carry: they are the uncommitted changes of the tree that is migrated.

    Raises:
        InputError: when no rule explains any of the edits.
    """
    from whimbrel.learn import Example, learn

    learned = learn([Example(path=pair.path, before=pair.before, after=pair.after) for pair in source.pairs])
    if not learned.rules.rules and not learned.rules.imports:
        raise _nothing_learnt(source, learned)
    unexplained = tuple(
        Unexplained(path=edit.path, line=edit.line, before=edit.before, after=edit.after, reason=edit.reason)
        for edit in learned.unexplained
    )
    notes = [f"{problem.path}: not an example ({problem.reason})" for problem in source.problems]
    notes += [f"{skipped.path}: not an example ({skipped.reason})" for skipped in learned.skipped]
    origin = Origin(
        name=source.name,
        edits=learned.edits,
        explained=learned.explained,
        unexplained=unexplained,
        carry=carry,
        notes=tuple(notes),
    )
    return RuleInput(text=dump_rules(learned.rules), origin=origin)


def _nothing_learnt(source: ExampleSource, learned: Learned) -> InputError:
    if learned.unexplained:
        first = learned.unexplained[0]
        why = f"none of {learned.edits} edits can be generalised; the first: {first.path}:{first.line} ({first.reason})"
    else:
        why = "; ".join(f"{file.path}: {file.reason}" for file in learned.skipped[:3]) or "no edit in the code"
    return InputError(f"nothing can be learnt from {source.name}: {why}", hint="edit two or three files by hand first")
