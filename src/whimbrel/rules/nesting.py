"""Sites inside text that another site moves or copies, and sites that cannot be made together.

Of a site whose metavariable is written elsewhere, or twice, the sites inside the metavariable are made in what it
writes. Any other overlap of edits is a conflict.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field

from whimbrel.rules.layout import Copy, Draft, shifted
from whimbrel.text import Edit

Span = tuple[int, int]


@dataclass(slots=True, eq=False)
class Placed:
    """A match with its edits."""

    start: int
    """Bytes of the match."""
    end: int
    drafts: tuple[Draft, ...]
    relines: bool = False
    """Whether it may change the indentation of lines in the match."""
    copied: frozenset[Span] = field(init=False)
    """Ranges of the file that its edits repeat."""

    def __post_init__(self) -> None:
        self.copied = frozenset((copy.start, copy.end) for draft in self.drafts for copy in draft.copies)

    def within(self, span: Span) -> bool:
        """Whether the match and all of its edits lie in a range."""
        low, high = span
        return (
            low <= self.start
            and self.end <= high
            and all(low <= draft.edit.start and draft.edit.end <= high for draft in self.drafts)
        )

    def carries(self, other: Placed) -> bool:
        """Whether the other lies in text that this one moves or copies."""
        return other is not self and any(other.within(span) for span in self.copied)

    def absorbs(self, other: Placed, edit: Edit) -> bool:
        """Whether an edit of this site takes text away that holds the other site and is written elsewhere."""
        return other is not self and any(
            edit.start <= low and high <= edit.end and other.within((low, high)) for low, high in self.copied
        )


class Taken:
    """Edits of one pass that go together."""

    def __init__(self) -> None:
        self.placed: list[Placed] = []
        self._made: set[Edit] = set()
        self._barred: set[Edit] = set()
        self._spans: list[tuple[int, int, int]] = []
        self._edits: list[tuple[Draft, Placed]] = []
        self._longest = 0
        self._shifted: list[Placed] = []

    def bar(self, excluded: Placed) -> None:
        """Keep other sites from making the edits of one that is left out."""
        self._barred.update(draft.edit for draft in excluded.drafts)

    def fits(self, new: Placed) -> tuple[Draft, ...] | None:
        """The edits that are not made yet, or None when one of them is in conflict with another site's.

        None at all are left of a site that shares an edit with one that is left out.
        """
        fresh: list[Draft] = []
        if any(draft.edit in self._barred for draft in new.drafts):
            return ()
        for draft in new.drafts:
            if draft.edit in self._made and not draft.shift:
                continue
            for other, owner in self._touching(draft.edit):
                moved = owner.absorbs(new, other.edit) or new.absorbs(owner, draft.edit)
                if not moved and _clash(draft.edit, other.edit):
                    return None
            fresh.append(draft)
        return None if self._disturbs(new) else tuple(fresh)

    def add(self, new: Placed) -> None:
        """Claim the edits of a site."""
        self.placed.append(new)
        for draft in new.drafts:
            edit = draft.edit
            self._made.add(edit)
            insort(self._spans, (edit.start, edit.end, len(self._edits)))
            self._edits.append((draft, new))
            self._longest = max(self._longest, edit.end - edit.start)
        if new.relines:
            self._shifted.append(new)

    def _touching(self, edit: Edit) -> Iterator[tuple[Draft, Placed]]:
        low = bisect_left(self._spans, (edit.start - self._longest, -1, -1))
        for at in range(low, len(self._spans)):
            start, end, serial = self._spans[at]
            if start > edit.end:
                break
            if end >= edit.start:
                yield self._edits[serial]

    def _disturbs(self, new: Placed) -> bool:
        """Whether new lines of one site lie among lines that another one indents anew."""
        if any(_breaks_lines(new, owner) and not new.carries(owner) for owner in self._shifted):
            return True
        return new.relines and any(_breaks_lines(owner, new) and not owner.carries(new) for owner in self.placed)


def _clash(left: Edit, right: Edit) -> bool:
    if (left.start, left.end) == (right.start, right.end):
        return True
    return (left.start < right.end and right.start < left.end) or (
        left.start < right.start < left.end or right.start < left.start < right.end
    )


def _breaks_lines(site: Placed, around: Placed) -> bool:
    """Whether a site writes new lines in the match of another."""
    return any(
        b"\n" in draft.edit.replacement and around.start <= draft.edit.start <= around.end for draft in site.drafts
    )


def combined(source: bytes, placed: list[Placed]) -> list[Edit]:
    """The edits of all sites, those in moved or copied text made in what is written of it."""
    if not any(item.copied for item in placed):
        return [draft.edit for item in placed for draft in item.drafts]
    return _Combiner(source, placed).edits(None)


class _Combiner:
    def __init__(self, source: bytes, placed: list[Placed]) -> None:
        self.source = source
        self.placed = sorted(placed, key=lambda item: item.start)
        self.starts = [item.start for item in self.placed]
        self.absorbers: dict[Placed, list[Placed]] = {}
        for item in self.placed:
            for low, high in item.copied:
                if any(draft.edit.start <= low and high <= draft.edit.end for draft in item.drafts):
                    for inner in self._nested((low, high), item):
                        self.absorbers.setdefault(inner, []).append(item)

    def _nested(self, span: Span, owner: Placed | None) -> list[Placed]:
        low, high = bisect_left(self.starts, span[0]), bisect_right(self.starts, span[1])
        return [item for item in self.placed[low:high] if item is not owner and item.within(span)]

    def edits(self, span: Span | None, owner: Placed | None = None) -> list[Edit]:
        """The edits of the sites in a range of which the owner makes a copy; of all sites without one."""
        items = self.placed if span is None else self._nested(span, owner)
        here = set(items)
        return [
            self._rendered(draft, item)
            for item in items
            if not any(absorber in here for absorber in self.absorbers.get(item, ()))
            for draft in item.drafts
        ]

    def _rendered(self, draft: Draft, owner: Placed) -> Edit:
        """An edit whose copies show the edits of the sites in them."""
        edit = draft.edit
        out, at = bytearray(), 0
        for copy in draft.copies:
            out += edit.replacement[at : copy.at] + self._copied(copy, owner)
            at = copy.at + copy.length
        return Edit(edit.start, edit.end, bytes(out + edit.replacement[at:]))

    def _copied(self, copy: Copy, owner: Placed) -> bytes:
        inner = self.edits((copy.start, copy.end), owner)
        lines = [shift for shift in copy.shifts if not any(_clash(shift, edit) for edit in inner)]
        moved = [Edit(edit.start, edit.end, _relined(edit.replacement, copy)) for edit in inner]
        return shifted(self.source, copy.start, copy.end, {*moved, *lines})


def _relined(text: bytes, copy: Copy) -> bytes:
    """New lines inside a copy get its indentation, too."""
    if copy.old == copy.new or b"\n" not in text:
        return text
    head, *lines = text.split(b"\n")
    return b"\n".join([head, *(copy.new + line.removeprefix(copy.old) if line.strip() else line for line in lines)])
