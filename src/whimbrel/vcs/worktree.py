"""Git work trees: a second checkout in which a migration is tried, so that the user's own is never half-changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from whimbrel.vcs.git import GitError, git, git_records, git_text, head_revision, repository_root

_OURS = ("-c", "commit.gpgsign=false")
"""A commit made here is not signed: signing may ask for a passphrase, and nobody is there to answer."""


def home_repository(tree: Path) -> Path | None:
    """The repository that HEAD keeps ``tree`` in, or None.

    A folder that is only ignored or untracked inside somebody's repository counts as outside of it, and so does every
    folder of a repository without commits.
    """
    folder = tree if tree.is_dir() else tree.parent
    root = repository_root(folder)
    if root is None or head_revision(root) is None:
        return None
    relative = tree.resolve().relative_to(root.resolve()).as_posix()
    listed = git(["ls-tree", "HEAD", "--", relative], root) if relative != "." else b"all of it"
    return root if listed else None


def uncommitted_paths(root: Path) -> list[str]:
    """Tracked files that differ from HEAD in the index or on disk, relative to the root."""
    records = git_records(["status", "--porcelain=v1", "-z", "--untracked-files=no", "--no-renames"], root)
    return [record[3:] for record in records]


def untracked_count(root: Path) -> int:
    """How many files there are that git neither tracks nor ignores."""
    return len(git_records(["ls-files", "--others", "--exclude-standard", "-z"], root))


def commit_uncommitted(root: Path, message: str) -> str:
    """A commit on top of HEAD that holds the uncommitted changes of tracked files; the user's tree stays as it is.

    The commit is on no branch yet. HEAD itself when there are no changes.

    Raises:
        GitError: amid a merge with conflicts.
    """
    stash = git_text(["stash", "create"], root)
    if not stash:
        return git_text(["rev-parse", "HEAD"], root)
    return git_text(
        [*_OURS, *_identity(root), "commit-tree", f"{stash}^{{tree}}", "-p", "HEAD", "-m", message],
        root,
    )


def free_branch(root: Path, stem: str) -> str:
    """``<stem>-<n>`` with the first number that no branch has yet."""
    taken = set(git_text(["for-each-ref", "--format=%(refname:short)", f"refs/heads/{stem}-*"], root).split("\n"))
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def branch_tip(root: Path, branch: str) -> str | None:
    """The commit that a branch points at; None when there is no such branch."""
    try:
        return git_text(["rev-parse", "--verify", "--quiet", f"refs/heads/{branch}^{{commit}}"], root)
    except GitError:
        return None


def add_work_tree(root: Path, folder: Path, revision: str, *, branch: str = "") -> None:
    """Check ``revision`` out into the new ``folder``, on ``branch`` (made, or set to it), or detached."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    on = ["-B", branch] if branch else ["--detach"]
    git(["worktree", "add", "--quiet", *on, str(folder), revision], root)


def remove_work_tree(root: Path, folder: Path) -> None:
    """Remove a work tree and what git remembers of it; nothing happens when it is gone already."""
    try:
        git(["worktree", "remove", "--force", "--force", str(folder)], root)
    except GitError:
        shutil.rmtree(folder, ignore_errors=True)
    git(["worktree", "prune"], root)


def commit_paths(folder: Path, paths: Iterable[str], message: str) -> str:
    """Commit just these paths (relative to ``folder``) in a work tree, without hooks; the new commit's hash."""
    listed = b"".join(os.fsencode(path) + b"\0" for path in paths)
    git(["--literal-pathspecs", "add", "--pathspec-from-file=-", "--pathspec-file-nul"], folder, stdin=listed)
    git(
        [*_OURS, *_identity(folder), "commit", "--quiet", "--no-verify", "--file=-"],
        folder,
        stdin=os.fsencode(message),
    )
    return git_text(["rev-parse", "HEAD"], folder)


def restore_tracked(folder: Path, keep: Collection[str]) -> list[str]:
    """Take back what was done to tracked files of a work tree, except those in ``keep``; which there were."""
    changed = [path for path in uncommitted_paths(folder) if path not in keep]
    if changed:
        listed = b"".join(os.fsencode(path) + b"\0" for path in changed)
        git(
            ["--literal-pathspecs", "checkout", "--quiet", "HEAD", "--pathspec-from-file=-", "--pathspec-file-nul"],
            folder,
            stdin=listed,
        )
    return changed


def delete_branch(root: Path, branch: str) -> None:
    """Delete a branch that is checked out nowhere; nothing happens when it is gone already."""
    if branch_tip(root, branch) is not None:
        git(["branch", "--quiet", "-D", branch], root)


def _identity(folder: Path) -> list[str]:
    """Settings that name a committer where the user has configured none."""
    if os.environ.get("GIT_COMMITTER_EMAIL") and os.environ.get("GIT_AUTHOR_EMAIL"):
        return []
    named = git(["config", "--get", "user.email"], folder, ok=(0, 1)).strip()
    return [] if named else ["-c", "user.name=Whimbrel", "-c", "user.email=whimbrel@localhost"]


def is_ours(root: Path, commit: str, parent: str) -> bool:
    """Whether a commit was made by a migration, directly on top of ``parent``."""
    body = git_text(["log", "-1", "--format=%P%n%B", commit], root)
    return body.splitlines()[0] == parent and "\nWhimbrel-Migration: " in body
