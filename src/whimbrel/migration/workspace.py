"""The place in which a migration is tried: a git work tree, or a copy of the folder; never the user's own files.

It lies in ``.whimbrel/worktrees`` below the tree, so that tools that look upwards (for ``node_modules``, say) still
find what git does not track. What a killed run left there is removed by the next one, with the processes of its checks.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from whimbrel.errors import CheckError, InputError
from whimbrel.ledger import ledger_path
from whimbrel.sweep import root_of
from whimbrel.vcs.worktree import add_work_tree, remove_work_tree, restore_tracked
from whimbrel.verify import kill_marked

_OWN = ".whimbrel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Where the files are that a migration plans, rewrites and checks."""

    top: Path
    """Its top folder."""
    tree: Path
    """In it, what the user named."""
    check_folder: Path
    """In it, where checks run."""
    repository: Path | None
    """The repository that it is a work tree of; None for a copy."""
    scratch: bool = True
    """False: nothing will run in it and nothing is written; it is the user's own tree."""

    @property
    def place(self) -> Path:
        """The folder that planned paths are relative to."""
        return root_of(self.tree)

    @property
    def prefix(self) -> str:
        """What comes before a planned path in a path relative to ``top``."""
        relative = self.place.relative_to(self.top).as_posix()
        return "" if relative == "." else f"{relative}/"

    def restore(self, planned: Collection[str]) -> None:
        """Take back what a check did to tracked files that the migration does not plan to change.

        In a copy there is nothing that knows how they were.

        Raises:
            CheckError: a check removed the folder itself.
        """
        if not self.check_folder.is_dir() or not self.tree.exists():
            raise CheckError(
                f"a check removed the folder that it ran in ({self.check_folder})",
                hint="name checks that leave the files that they check in place",
            )
        if self.repository is not None:
            restore_tracked(self.top, {self.prefix + path for path in planned})

    def dispose(self) -> None:
        """Remove it, and whatever still runs in it."""
        if self.scratch:
            discard(self.top, self.repository)


def worktrees_folder(tree: Path) -> Path:
    """Where the workspaces of a tree lie."""
    return ledger_path(tree).parent / "worktrees"


def clean(tree: Path, repository: Path | None) -> int:
    """Remove what killed runs left; needs the ledger's lock. How many there were."""
    folder = worktrees_folder(tree)
    left = sorted(folder.iterdir()) if folder.is_dir() else []
    for each in left:
        discard(each, repository)
    return len(left)


def discard(top: Path, repository: Path | None) -> None:
    """Remove one workspace."""
    kill_marked(top)
    if repository is not None:
        remove_work_tree(repository, top)
    shutil.rmtree(top, ignore_errors=True)
    with contextlib.suppress(OSError):
        top.parent.rmdir()


def git_workspace(
    tree: Path, repository: Path, *, name: str, revision: str, branch: str, check_folder: str
) -> Workspace:
    """A work tree of ``revision``, on ``branch`` or detached when that is empty."""
    top = worktrees_folder(tree).resolve() / name
    add_work_tree(repository, top, revision, branch=branch)
    inside = tree.resolve().relative_to(repository.resolve())
    return Workspace(top=top, tree=top / inside, check_folder=_folder(top, check_folder), repository=repository)


def copied_workspace(tree: Path, *, name: str, check_folder: str) -> Workspace:
    """A copy of the folder, with everything in it but our own records."""
    source = root_of(tree)
    top = worktrees_folder(tree).resolve() / name
    top.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copytree(source, top, symlinks=True, ignore=_not_copied)
    except (OSError, shutil.Error) as error:
        shutil.rmtree(top, ignore_errors=True)
        problem = str(error.args[0][0][2] if isinstance(error, shutil.Error) and error.args[0] else error)
        problem = problem.partition("] ")[2] or problem
        raise InputError(
            f"cannot copy {source} to try the migration in: {problem}",
            hint="free some space or fix the permissions, or put the folder under git",
        ) from None
    inside = tree.resolve().relative_to(source.resolve())
    return Workspace(top=top, tree=top / inside, check_folder=_folder(top, check_folder), repository=None)


def own_tree(tree: Path) -> Workspace:
    """The user's tree itself, to be read only: enough where no check runs and there is no git."""
    top = root_of(tree).resolve()
    return Workspace(top=top, tree=tree.resolve(), check_folder=top, repository=None, scratch=False)


def fingerprint(folder: Path) -> str:
    """Names, sizes and times of all files of a folder: changes when anything in it may have changed."""
    digest = hashlib.sha256()
    for path, size, modified in sorted(_entries(folder)):
        digest.update(os.fsencode(f"{path}\0{size}\0{modified}\0"))
    return digest.hexdigest()


def _not_copied(folder: str, names: list[str]) -> set[str]:
    """Our own records, and what is neither a file nor a folder nor a link (sockets, pipes, devices)."""
    kinds = {name: (Path(folder) / name).lstat().st_mode for name in names}
    usual = (stat.S_ISREG, stat.S_ISDIR, stat.S_ISLNK)
    return {name for name, mode in kinds.items() if name == _OWN or not any(kind(mode) for kind in usual)}


def _entries(folder: Path) -> Iterator[tuple[str, int, int]]:
    for base, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in {_OWN, "__pycache__"}]
        for name in files:
            path = Path(base) / name
            try:
                status = path.lstat()
            except OSError:
                continue
            yield path.relative_to(folder).as_posix(), status.st_size, status.st_mtime_ns


def _folder(top: Path, relative: str) -> Path:
    """The folder that checks run in; the top when it is not there at that revision."""
    folder = top / relative
    return folder if folder.is_dir() else top
