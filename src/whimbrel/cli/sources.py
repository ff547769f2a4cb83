"""Which source of examples the options of a command name: shared by every command that learns."""

from __future__ import annotations

from pathlib import Path

from whimbrel.errors import UsageError
from whimbrel.vcs.examples import ExampleSource, from_commit, from_diff, from_folders, from_range, uncommitted


def choose(
    tree: Path,
    *,
    revision: str | None = None,
    diff: Path | None = None,
    before: Path | None = None,
    after: Path | None = None,
    unchanged_limit: int = 0,
) -> ExampleSource:
    """Load the examples that the options name; none named means the uncommitted changes of ``tree``.

    Args:
        tree: the git work tree, the repository of ``revision``, or the tree that ``diff`` belongs to.
        revision: ``--from-commit``: a revision, or a range ``A..B``.
        diff: ``--from-diff``.
        before: ``--before``.
        after: ``--after``.
        unchanged_limit: how many unchanged neighbours to load beside the pairs.

    Raises:
        UsageError: more than one source, or half of one.
        InputError: the source has no usable example.
    """
    if (before is None) != (after is None):
        missing = "--after" if after is None else "--before"
        raise UsageError(f"{missing} is missing", hint="--before and --after go together")
    named = [option for option, value in _options(revision, diff, before) if value is not None]
    if len(named) > 1:
        raise UsageError(f"more than one source of examples: {', '.join(named)}", hint="name one of them")
    if before is not None and after is not None:
        return from_folders(before, after, known=is_known, unchanged_limit=unchanged_limit)
    if diff is not None:
        return from_diff(diff, tree, known=is_known, unchanged_limit=unchanged_limit)
    if revision is not None:
        load = from_range if ".." in revision else from_commit
        return load(tree, revision, known=is_known, unchanged_limit=unchanged_limit)
    return uncommitted(tree, known=is_known, unchanged_limit=unchanged_limit)


def is_known(path: str) -> bool:
    """Whether Whimbrel knows the language of that path."""
    from whimbrel.syntax import language_for_path

    return language_for_path(path) is not None


def _options(
    revision: str | None, diff: Path | None, before: Path | None
) -> tuple[tuple[str, object], tuple[str, object], tuple[str, object]]:
    return ("--from-commit", revision), ("--from-diff", diff), ("--before/--after", before)
