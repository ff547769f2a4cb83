"""Projects that the tests of bad input start from."""

from pathlib import Path

import pytest
from bad_input_kit import RULES, commit, git, modules, write


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A folder without git: six files with one site each."""
    return write(tmp_path / "plain", modules())


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The same under git, everything committed."""
    folder = write(tmp_path / "repository", modules())
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "first")
    return folder


@pytest.fixture
def rule_file(tmp_path: Path) -> Path:
    """Rules that match the files of both."""
    path = tmp_path / "rules.yml"
    path.write_text(RULES)
    return path
