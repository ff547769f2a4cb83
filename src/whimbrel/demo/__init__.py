"""A small real project for ``whimbrel demo``: its files, its history, and the edits that a person makes in it."""

from whimbrel.demo.project import PYTEST, check_command, deprecated_uses, edit_by_hand, make_project

__all__ = ["PYTEST", "check_command", "deprecated_uses", "edit_by_hand", "make_project"]
