"""Edits on bytes: the only way in which Whimbrel changes a file.

Everything outside the edits stays byte for byte as it was; nothing is ever re-printed. Offsets are bytes, half-open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace ``source[start:end]`` by ``replacement``; an insertion has ``start == end``."""

    start: int
    """First byte replaced."""
    end: int
    """First byte kept after it."""
    replacement: bytes
    """The new bytes."""


class OverlappingEditsError(ValueError):
    """Two edits claim the same bytes; the caller must choose, nothing is picked silently."""


def sort_edits(edits: Iterable[Edit]) -> list[Edit]:
    """Edits in file order without exact repetitions.

    Raises:
        OverlappingEditsError: if two of them overlap, or two different insertions share one place.
    """
    ordered = sorted(set(edits))
    for left, right in pairwise(ordered):
        if right.start < left.end or (left.start, left.end) == (right.start, right.end):
            raise OverlappingEditsError(f"edits {left.start}:{left.end} and {right.start}:{right.end} overlap")
    return ordered


def apply_edits(source: bytes, edits: Iterable[Edit]) -> bytes:
    """The source with all edits applied at once.

    Raises:
        OverlappingEditsError: see :func:`sort_edits`.
        ValueError: if an edit lies outside the source.
    """
    out: list[bytes] = []
    at = 0
    for edit in sort_edits(edits):
        if not 0 <= edit.start <= edit.end <= len(source):
            raise ValueError(f"edit {edit.start}:{edit.end} lies outside {len(source)} bytes")
        out.append(source[at : edit.start])
        out.append(edit.replacement)
        at = edit.end
    out.append(source[at:])
    return b"".join(out)


class OffsetMap:
    """Maps byte offsets of a rewritten source back to the source that it came from.

    An offset inside a replacement maps to the start of what it replaced.
    """

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._steps: list[tuple[int, int, int, int]] = []
        shift = 0
        for edit in sort_edits(edits):
            new_start = edit.start + shift
            new_end = new_start + len(edit.replacement)
            shift += len(edit.replacement) - (edit.end - edit.start)
            self._steps.append((new_start, new_end, edit.start, shift))

    def back(self, offset: int) -> int:
        """The offset in the source before the edits."""
        shift = 0
        for new_start, new_end, old_start, after in self._steps:
            if offset < new_start:
                break
            if offset < new_end:
                return old_start
            shift = after
        return offset - shift
