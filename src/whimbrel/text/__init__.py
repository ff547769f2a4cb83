"""Spans, edits and applying edits to bytes; encodings and newlines; saving a file."""

from whimbrel.text.edits import Edit, OffsetMap, OverlappingEditsError, apply_edits, sort_edits
from whimbrel.text.encoding import decode, encode, is_binary, newline_of
from whimbrel.text.saving import save_bytes

__all__ = [
    "Edit",
    "OffsetMap",
    "OverlappingEditsError",
    "apply_edits",
    "decode",
    "encode",
    "is_binary",
    "newline_of",
    "save_bytes",
    "sort_edits",
]
