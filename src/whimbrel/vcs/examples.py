"""Where before/after pairs come from: a git work tree, a commit, a range, a diff file, two folders.

Nothing in these modules writes to the user's files or repository. Every source raises
:class:`~whimbrel.errors.InputError` when it holds no usable pair.
"""

from whimbrel.vcs.diffs import from_diff
from whimbrel.vcs.folders import from_folders
from whimbrel.vcs.history import from_commit, from_range, uncommitted
from whimbrel.vcs.pairs import ExampleSource, FilePair, Known, Problem, UnchangedFile

__all__ = [
    "ExampleSource",
    "FilePair",
    "Known",
    "Problem",
    "UnchangedFile",
    "from_commit",
    "from_diff",
    "from_folders",
    "from_range",
    "uncommitted",
]
