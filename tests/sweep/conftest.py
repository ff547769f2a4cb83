"""Rules and trees that several tests use."""

import subprocess
from pathlib import Path

import pytest

from whimbrel.rules import Rule, RuleSet


@pytest.fixture
def rename() -> RuleSet:
    """``old_name(...)`` becomes ``new_name(...)``."""
    rule = Rule(id="rename", language="python", pattern="old_name($$$A)", rewrite="new_name($$$A)")
    return RuleSet(rules=(rule,))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


@pytest.fixture(params=["plain folder", "git"])
def any_tree(request: pytest.FixtureRequest, tree: Path) -> Path:
    """A tree with and without git: the sweep sees the same files."""
    if request.param == "git":
        subprocess.run(["git", "init", "-q", tree], check=True)
    return tree
