"""Spans, edits and applying edits to bytes; encodings and newlines."""

from whimbrel.text.edits import Edit, OffsetMap, OverlappingEditsError, apply_edits, sort_edits
from whimbrel.text.encoding import decode, encode, is_binary, newline_of

__all__ = [
    "Edit",
    "OffsetMap",
    "OverlappingEditsError",
    "apply_edits",
    "decode",
    "encode",
    "is_binary",
    "newline_of",
    "sort_edits",
]
