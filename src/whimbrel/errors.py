"""Every error that Whimbrel raises on purpose, classed by who must act.

Each carries one line that says what is wrong and, in ``hint``, what to do about it. The command line prints both and
exits with ``exit_code``; nothing else in the program calls ``sys.exit``. A bad *file* is a result, not an exception: it
is reported and skipped. These exceptions are for a set-up that cannot go on.
"""


class WhimbrelError(Exception):
    """Base of all deliberate errors."""

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(WhimbrelError):
    """The command was called with options that do not go together."""

    exit_code = 2


class InputError(WhimbrelError):
    """A tree, an example, a diff or a revision that cannot be used."""


class RuleError(InputError):
    """A rule file that cannot be loaded; the message names the file, the rule and the line."""


class LedgerError(InputError):
    """The durable record is missing, damaged, or in use by another run."""


class CheckError(WhimbrelError):
    """A check could not run at all (no such command, or it fails before anything was changed)."""

    exit_code = 4
