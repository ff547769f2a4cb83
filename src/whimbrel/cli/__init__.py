"""The command line: one file a command, loaded only when it is called."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click
import typer
from typer.core import TyperGroup

COMMANDS = {
    "learn": "Learn rewrite rules from edited files.",
    "apply": "Rewrite a tree with rules, in place, without checks.",
    "migrate": "Learn, rewrite a tree, and keep only what your checks accept.",
    "status": "Show what the ledger knows of a migration.",
    "resume": "Finish a migration that was interrupted.",
    "undo": "Restore every byte that a migration changed.",
    "replay": "Measure how well Whimbrel would have done on a repository's own history.",
    "demo": "The whole story on a small real project, in under a minute.",
}
"""Every command and its one-line help; ``cli/<name>.py`` holds its ``command`` function."""


class LazyGroup(TyperGroup):
    """A group that imports a command's module only when that command is asked for, so that ``--help`` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        if ctx.resilient_parsing or any(flag in sys.argv[1:2] for flag in ("--help", "-h")):
            return click.Command(cmd_name, help=COMMANDS[cmd_name], short_help=COMMANDS[cmd_name])
        module = importlib.import_module(f"whimbrel.cli.{cmd_name}")
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(cmd_name, help=module.__doc__ or COMMANDS[cmd_name])(module.command)
        command: Any = typer.main.get_command(single)
        command.short_help = COMMANDS[cmd_name]
        return command  # type: ignore[no-any-return]


app = typer.Typer(
    cls=LazyGroup,
    name="whimbrel",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Learn rewrite rules from a few edited files, migrate a whole codebase, keep what your checks accept.",
)


@app.callback()
def _root() -> None:
    """Nothing happens before the command."""


def main() -> None:
    """Run the program; deliberate errors become one line and an exit code."""
    from whimbrel.errors import WhimbrelError

    try:
        app()
    except WhimbrelError as error:
        print(f"error: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"  hint: {error.hint}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
