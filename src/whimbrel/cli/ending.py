"""How the program ends: every error becomes one line that says what is wrong, one that says what to do, and a code.

This is the outermost border, and the only place that catches everything. An error that nobody raised on purpose is a
defect of Whimbrel: its traceback goes to a file, not over the user's screen.
"""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import typer

from whimbrel.errors import WhimbrelError

INTERRUPTED = 130
"""As of any program that Ctrl-C ends."""
DEFECT = 70
"""An error of Whimbrel's own (``EX_SOFTWARE``): never one of the codes that mean something to a caller."""


class Interrupted(WhimbrelError):
    """Ctrl-C, with a hint that knows what had been done by then."""

    exit_code = INTERRUPTED

    def __init__(self, hint: str) -> None:
        super().__init__("interrupted", hint=hint)


def resume_hint(tree: Path, ledger: Path | None = None) -> str:
    """What to do about a run that broke off after its first write."""
    where = "" if tree == Path() else f" {shlex.quote(str(tree))}"
    where += f" --ledger {shlex.quote(str(ledger))}" if ledger else ""
    return f"`whimbrel resume{where}` goes on, `whimbrel undo{where}` takes back what was done"


_WrongUse: type[Exception] = typer.BadParameter.mro()[1]
"""Click's UsageError, of whichever click typer brings."""


def ending(run: Callable[[], object]) -> int:
    """The exit code of the program; what there is to say about it is on standard error by then."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        result = run()
        sys.stdout.flush()
    except WhimbrelError as error:
        return _say(error.message, error.hint, error.exit_code)
    except _WrongUse as error:
        return _wrong_use(error)
    except (KeyboardInterrupt, typer.Abort):
        result = INTERRUPTED
    except BrokenPipeError:
        return _silent()
    except OSError as error:
        return _system_error(error)
    except MemoryError:
        return _say("out of memory", "try a smaller tree, or --jobs 1", 3)
    except Exception as error:
        return _defect(error)
    if result == INTERRUPTED:
        return _say("interrupted", "nothing was written that is not complete; run it again", INTERRUPTED)
    return result if isinstance(result, int) else 0


def _say(message: str, hint: str, code: int) -> int:
    with contextlib.suppress(OSError):
        print(f"error: {_one_line(message)}", file=sys.stderr)
        if hint:
            print(f"  hint: {_one_line(hint)}", file=sys.stderr)
    return code


def _one_line(text: str) -> str:
    """No line ends, and nothing that a terminal would obey."""
    return "".join(char if char.isprintable() else _shown(char) for char in text)


def _shown(char: str) -> str:
    """A line end as a blank; a byte that is not UTF-8 as the stream shows it; any other as its number."""
    if char == "\n":
        return " "
    return char if "\udc80" <= char <= "\udcff" else f"\\x{ord(char):02x}"


def _wrong_use(error: BaseException) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "whimbrel"
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    return _say(message[:1].lower() + message[1:].rstrip("."), f"see `{command} --help`", 2)


def _silent() -> int:
    """The reader of our output went away (``| head``): nobody is there to be told."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _system_error(error: OSError) -> int:
    place = f": {os.fsdecode(error.filename)}" if isinstance(error.filename, str | bytes) else ""
    code = _say(f"{error.strerror or error}{place}", "check permissions, free space and the names given", 3)
    _silent()
    return code


def _defect(error: Exception) -> int:
    """Say so in one line; the traceback is in a file, or on standard error with WHIMBREL_DEBUG."""
    trace = "".join(traceback.format_exception(error))
    place = ""
    if os.environ.get("WHIMBREL_DEBUG"):
        print(trace, file=sys.stderr)
    else:
        with contextlib.suppress(OSError):
            fd, place = tempfile.mkstemp(prefix="whimbrel-defect-", suffix=".txt")
            with os.fdopen(fd, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(trace)
    hint = f"please report it with the file {place}" if place else "please report it with the trace of WHIMBREL_DEBUG=1"
    return _say(f"a defect in Whimbrel: {type(error).__name__}: {error}", hint, DEFECT)
