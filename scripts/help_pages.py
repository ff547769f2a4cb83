"""Write docs/commands.md from the help pages: ``python scripts/help_pages.py [--check]``.

With ``--check`` nothing is written; the exit code is 1 when the file is not current.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from whimbrel.cli import COMMANDS

TARGET = Path(__file__).resolve().parents[1] / "docs" / "commands.md"
HEAD = """# Commands

Every page as `whimbrel COMMAND --help` prints it; written by `python scripts/help_pages.py`.
"""


def help_page(*command: str) -> str:
    """What ``whimbrel <command> --help`` prints, at a fixed width."""
    environment = {**os.environ, "COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1"}
    environment.pop("FORCE_COLOR", None)
    done = subprocess.run(
        [sys.executable, "-m", "whimbrel", *command, "--help"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.rstrip() for line in done.stdout.replace("python -m whimbrel", "whimbrel").strip().splitlines()]
    return "\n".join(lines)


def document() -> str:
    """The whole file."""
    parts = [HEAD, f"```text\n{help_page()}\n```\n"]
    parts += [f"## {name}\n\n{line}\n\n```text\n{help_page(name)}\n```\n" for name, line in COMMANDS.items()]
    return "\n".join(parts)


def main() -> int:
    """Write or check."""
    text = document()
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    print(f"{TARGET.name} is not current: run 'python scripts/help_pages.py'", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
