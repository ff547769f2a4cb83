"""A real git repository for each test."""

from pathlib import Path

import pytest

from whimbrel.vcs.git import git, git_text


class Repo:
    """A git repository that a test writes to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        git(["init", "-q", "-b", "main"], root)
        for name, value in (("user.name", "T"), ("user.email", "t@example.org"), ("commit.gpgsign", "false")):
            git(["config", name, value], root)

    def write(self, files: dict[str, str | bytes]) -> None:
        for path, content in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, message: str, files: dict[str, str | bytes] | None = None) -> str:
        self.write(files or {})
        git(["add", "-A"], self.root)
        git(["commit", "-q", "--allow-empty", "-m", message], self.root)
        return git_text(["rev-parse", "HEAD"], self.root)

    def git(self, *args: str) -> str:
        return git_text(list(args), self.root)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")
