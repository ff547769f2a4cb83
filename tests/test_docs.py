"""The documents are true: links resolve, commands are documented, the picture of the rooms is the code's."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from whimbrel.cli import COMMANDS

TOP = Path(__file__).parents[1]
LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)")
MACHINE_PATH = re.compile(r"(?:^|[\s\"'`(=])(/(?:home|root|Users|work|mnt|workspace)/[\w.-]+)")
TEXTS = {".md", ".py", ".sh", ".toml", ".txt", ".yml", ".yaml", ".cfg", ""}


def committed() -> list[Path]:
    """Every text file that git knows or would add; every file below the top where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=TOP,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        found = [TOP / name.decode() for name in listed.stdout.split(b"\0") if name]
    else:
        hidden = {".venv", ".git", "__pycache__"}
        found = [path for path in TOP.rglob("*") if not hidden.intersection(path.relative_to(TOP).parts)]
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def documents() -> list[Path]:
    """Every Markdown file that is ours."""
    return [path for path in committed() if path.suffix == ".md" and "fixtures" not in path.parts]


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.relative_to(TOP).as_posix())
def test_relative_links_resolve(document: Path) -> None:
    """A link to a file leads to one, and a link to a heading to a heading."""
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.S)
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, heading = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        assert target.exists(), f"{link} leads nowhere"
        if heading and target.suffix == ".md":
            assert heading in headings(target), f"{link}: no such heading"


def headings(document: Path) -> set[str]:
    """Anchors of the headings, as forges make them."""
    lines = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", line.lower()).strip().replace(" ", "-") for line in lines}


def test_no_file_names_a_place_on_one_machine() -> None:
    """What is committed works on any machine."""
    found = []
    for path in committed():
        if path.suffix not in TEXTS or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            found += [f"{path.relative_to(TOP)}:{number}: {place}" for place in MACHINE_PATH.findall(line)]
    assert found == []


def test_the_help_pages_are_current() -> None:
    """docs/commands.md is what the commands print."""
    script = [sys.executable, str(TOP / "scripts" / "help_pages.py"), "--check"]
    done = subprocess.run(script, cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_command_is_documented() -> None:
    """Each has its section with its help page."""
    text = (TOP / "docs" / "commands.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"\n## {name}\n" in text
        assert f"Usage: whimbrel {name}" in text


def test_the_rooms_are_those_of_the_code() -> None:
    """docs/architecture.md lists every room that there is, and no other."""
    text = (TOP / "docs" / "architecture.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^  (\w+)/ ", text, flags=re.M))
    rooms = {path.parent.name for path in (TOP / "src" / "whimbrel").glob("*/__init__.py")}
    assert listed == rooms


def test_the_glossary_is_in_order() -> None:
    """Each word once, by the alphabet."""
    text = (TOP / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| \*\*([^*]+)\*\*", text, flags=re.M)
    assert len(words) > 30
    assert words == sorted(set(words))
    for needed in ("anti-unification", "metavariable", "hole", "substitution", "guard", "residual", "group testing"):
        assert needed in words


def test_what_contributing_shows_is_valid_python() -> None:
    """The examples of CONTRIBUTING.md compile."""
    text = (TOP / "CONTRIBUTING.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    assert len(blocks) >= 3
    for block in blocks:
        compile(block, "CONTRIBUTING.md", "exec")
