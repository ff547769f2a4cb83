"""The command line: one file a command, loaded only when it is called."""

from __future__ import annotations

import importlib
import sys
from difflib import get_close_matches
from typing import Annotated, Any

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

_CONTEXT = {"help_option_names": ["-h", "--help"]}


class LazyGroup(TyperGroup):
    """A group that imports a command's module only when that command is asked for, so that ``--help`` stays quick.

    Typer brings a click of its own, or uses the one that is installed, by its version: so nothing here imports click,
    and its values are Any.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        """The commands in the order of the table."""
        return list(COMMANDS)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list of commands on the help page, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name.

        Raises:
            UsageError: when there is none.
        """
        from whimbrel.errors import UsageError

        if cmd_name not in COMMANDS:
            near = get_close_matches(cmd_name, COMMANDS, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise UsageError(f"there is no command {cmd_name!r}", hint=f"{hint}`whimbrel --help` lists them all")
        module = importlib.import_module(f"whimbrel.cli.{cmd_name}")
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(cmd_name, help=module.__doc__ or COMMANDS[cmd_name])(module.command)
        return typer.main.get_command(single)


app = typer.Typer(
    cls=LazyGroup,
    name="whimbrel",
    add_completion=False,
    rich_markup_mode=None,
    context_settings=_CONTEXT,
    help="Learn rewrite rules from a few edited files, migrate a whole codebase, keep what your checks accept.",
    epilog="Begin with `whimbrel demo`. Exit codes: 0 all done, 1 done but something is left to you, 2 wrong use, "
    "3 bad input, 4 checks could not run, 130 interrupted.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from whimbrel import __version__

        print(f"whimbrel {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Nothing happens before the command; without one, the help page is shown."""
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(2)


def main() -> None:
    """Run the program; whatever goes wrong becomes one line, a hint and an exit code."""
    from whimbrel.cli.ending import ending

    sys.exit(ending(lambda: app(standalone_mode=False, prog_name="whimbrel")))
