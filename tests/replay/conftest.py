"""A repository with a known history."""

from pathlib import Path

import pytest

from whimbrel.vcs.git import git, git_text


class History:
    """A git repository that a test writes to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True)
        git(["init", "-q", "-b", "main"], root)
        for name, value in (("user.name", "T"), ("user.email", "t@example.org"), ("commit.gpgsign", "false")):
            git(["config", name, value], root)

    def commit(self, message: str, files: dict[str, str], date: str = "2024-06-01T12:00:00Z") -> str:
        for path, content in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(content)
        git(["add", "-A"], self.root)
        git(["commit", "-q", "-m", message], self.root, env={"GIT_COMMITTER_DATE": date})
        return git_text(["rev-parse", "HEAD"], self.root)


@pytest.fixture
def history(tmp_path):
    """First files, a scattered commit, a systematic one (``fetch`` to ``load``), a merge, a new copyright year."""
    made = History(tmp_path / "project")
    body = "# Copyright 2024\nimport net\n\ndef run_{i}(url):\n    return net.fetch(url, {i})\n"
    files = {f"pkg/m{i}.py": body.format(i=i) for i in range(12)}
    files["pkg/kept.py"] = "import toy\n\ntoy.fetch()\n"
    files["pkg/other.py"] = "print('nothing to see')\n"
    made.commit("first", files, "2010-01-01T12:00:00Z")
    made.commit(
        "scattered", {f"pkg/m{i}.py": files[f"pkg/m{i}.py"] + f"\n\nNAME_{i} = {'a + ' * i}b\n" for i in range(10)}
    )
    now = {path: (made.root / path).read_text() for path in files}
    changed = {p: text.replace("fetch", "load") for p, text in now.items() if p.startswith("pkg/m")}
    made.systematic = made.commit("use load", changed)
    made.commit("new year", {path: text.replace("2024", "2025") for path, text in changed.items()})
    return made
