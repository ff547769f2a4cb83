"""A small real project for ``whimbrel demo``: its files, its history, and the edits that a person makes in it."""

from whimbrel.demo.project import check_command, deprecated_lines, edit_by_hand, has_pytest, make_project

__all__ = ["check_command", "deprecated_lines", "edit_by_hand", "has_pytest", "make_project"]
