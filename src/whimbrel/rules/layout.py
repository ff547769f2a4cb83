"""White space: where the text of a rewrite lands, and how its lines are indented there.

The gaps inside a pattern and its rewrite are relative to the line on which the pattern starts. When an edit is
rendered, every line break of the template becomes the file's own newline plus the indentation of the line where the
match starts. What a metavariable stands for is copied as it is, comments included, and shifted as a block when its
new line is indented differently; so are the lines that stay where they are but in a block that is new or gone. The
inside of multi-line strings is never shifted.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from whimbrel.rules.compiled import Change, CompiledRule, line_indents, name_of
from whimbrel.rules.match import Match, dropped_commas
from whimbrel.rules.transforms import derive
from whimbrel.syntax import Module, Stream
from whimbrel.text import Edit, apply_edits, decode, encode, newline_of

_BLANK = re.compile(rb"[ \t\f]*")
_BOM = b"\xef\xbb\xbf"
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_LOST_LINE = "a comment stands where the line would no longer go on"


@dataclass(frozen=True, slots=True)
class Unsafe:
    """An edit that would lose something."""

    reason: str


@dataclass(frozen=True, slots=True)
class Copy:
    """A piece of a replacement that repeats bytes of the file: what a metavariable stands for."""

    at: int
    """Where it lies in the replacement."""
    length: int
    start: int
    """Bytes of the file."""
    end: int
    old: bytes
    """Indentation that its lines have."""
    new: bytes
    """Indentation that they get."""
    shifts: tuple[Edit, ...]
    """The edits of the file's bytes that give it to them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An edit that knows which parts of its replacement are copies."""

    edit: Edit
    copies: tuple[Copy, ...] = ()
    shift: bool = False
    """Whether it only changes the indentation of a line."""


_Piece = str | tuple[int, int]
"""Text, or the tokens of a metavariable."""


class Renderer:
    """Renders the edits of matches in one stream of one file."""

    def __init__(self, module: Module, stream: Stream) -> None:
        self.module = module
        self.source = module.source
        self.stream = stream
        self.newline = decode(newline_of(module.source))

    def indentation(self, offset: int) -> str:
        """The white space at the start of the line of ``offset``."""
        line = self.source.rfind(b"\n", 0, offset) + 1
        blank = _BLANK.match(self.source, line)
        return decode(blank.group()) if blank else ""

    def edits(self, compiled: CompiledRule, match: Match) -> list[Edit] | Unsafe:
        """The edits of one match, or why they are not safe."""
        drafts = self.drafts(compiled, match)
        return drafts if isinstance(drafts, Unsafe) else [draft.edit for draft in drafts]

    def drafts(self, compiled: CompiledRule, match: Match) -> list[Draft] | Unsafe:
        """The edits of one match with what they copy, or why they are not safe."""
        base = self.indentation(self.stream.starts[match.first])
        out: list[Draft] = []
        for change in compiled.changes:
            draft = self._draft(compiled, match, change, base)
            if isinstance(draft, Unsafe):
                return draft
            if self.source[draft.edit.start : draft.edit.end] != draft.edit.replacement:
                out.append(draft)
        return out + self._reindented(compiled, match, base) if out else out

    def _draft(self, compiled: CompiledRule, match: Match, change: Change, base: str) -> Draft | Unsafe:
        if change.first == change.last:
            return self._insertion(compiled, match, change, base)
        first, last = self._tokens(match, change)
        if first == last:  # the replaced elements are runs that stand for nothing
            return self._insertion(compiled, match, change, base)
        if change.start == change.stop:
            return self._deletion(compiled, match, change, first, last)
        return self._replacement(compiled, match, change, first, last, base)

    def _tokens(self, match: Match, change: Change) -> tuple[int, int]:
        return match.bounds[change.first], match.bounds[change.last]

    # -- the three kinds of change -------------------------------------------------------------------------------------

    def _replacement(
        self, compiled: CompiledRule, match: Match, change: Change, first: int, last: int, base: str
    ) -> Draft | Unsafe:
        stream = self.stream
        start, end = stream.starts[first], stream.ends[last - 1]
        lead, pieces = self._pieces(compiled, match, change, base)
        pattern = compiled.pattern
        opens, closes = self._lost_brackets(compiled, change, first, last)
        if change.first > 0 and (closes or pattern[change.first].gap != lead) and first > 0:
            before = stream.ends[first - 1]
            if self._blank(before, start):
                start = before
                pieces = [self._gap(lead, base), *pieces]
            elif closes:
                return Unsafe(_LOST_LINE)
        if change.last < len(pattern) and change.stop < len(compiled.rewrite) and last < len(stream):
            after = stream.starts[last]
            trail = compiled.rewrite[change.stop].gap
            if opens or pattern[change.last].gap != trail:
                if self._blank(end, after):
                    end = after
                    pieces = [*pieces, self._gap(trail, base)]
                elif opens:
                    return Unsafe(_LOST_LINE)
        if self._loses_comment(compiled, match, change, start, end):
            return Unsafe("a comment inside the replaced text would be lost")
        return self._assembled(start, end, pieces)

    def _insertion(self, compiled: CompiledRule, match: Match, change: Change, base: str) -> Draft | Unsafe:
        stream = self.stream
        here = match.bounds[change.first]
        lead, pieces = self._pieces(compiled, match, change, base)
        if not pieces:
            return Draft(Edit(0, 0, b""))
        gap, trail = self._gaps_behind(compiled, match, change)
        lead_text, trail_text = self._gap(lead, base), self._gap(trail, base)
        if change.first == 0 or here == 0:
            return self._assembled(stream.starts[here], stream.starts[here], [*pieces, trail_text])
        previous = stream.ends[here - 1]
        after = self._after_comment(previous) if "\n" in lead else previous
        if change.last == len(compiled.pattern) or here == len(stream):
            return self._assembled(after, after, [lead_text, *pieces])
        following = stream.starts[here]
        commented = "\n" in lead and not self._blank(previous, following)
        if lead == gap and (commented or trail != gap):
            return self._assembled(following, following, [*pieces, trail_text])
        if trail == gap:
            return self._assembled(after, after, [lead_text, *pieces])
        if self._blank(previous, following):
            return self._assembled(previous, following, [lead_text, *pieces, trail_text])
        return self._assembled(previous, previous, [lead_text, *pieces])

    def _gaps_behind(self, compiled: CompiledRule, match: Match, change: Change) -> tuple[str, str]:
        """The gaps behind an insertion, in the pattern and in the rewrite; runs that stand for nothing have none."""
        pattern, rewrite = compiled.pattern, compiled.rewrite
        at, to = change.last, change.stop
        while at < len(pattern) and to < len(rewrite) and pattern[at].meta and match.bounds[at] == match.bounds[at + 1]:
            at, to = at + 1, to + 1
        return pattern[at].gap if at < len(pattern) else "", rewrite[to].gap if to < len(rewrite) else ""

    def _deletion(self, compiled: CompiledRule, match: Match, change: Change, first: int, last: int) -> Draft | Unsafe:
        stream = self.stream
        start, end = stream.starts[first], stream.ends[last - 1]
        if change.first == 0 and change.last == len(compiled.pattern):
            if compiled.language.indented and self._fills_block(first, last):
                return Unsafe("the block would be left without a statement")
            start, end = self._whole_lines(start, end)
            options = [(start, end)]
        elif change.first == 0 and last < len(stream):
            options = [(start, stream.starts[last])]
        elif change.last == len(compiled.pattern) and first > 0:
            options = [(stream.ends[first - 1], end)]
        elif first == 0 or last == len(stream):
            options = [(start, end)]
        else:
            options = self._inner_deletion(compiled, change, first, last)
            gaps = (compiled.pattern[change.first].gap, compiled.pattern[change.last].gap)
            if gaps == ("", "") and compiled.rewrite[change.stop].gap.isspace():
                return Draft(Edit(start, end, encode(compiled.rewrite[change.stop].gap)))
        for low, high in options:
            if not self._loses_comment(compiled, match, change, low, high):
                return Draft(Edit(low, high, b""))
        lines = compiled.language.indented and compiled.shifts
        if lines or self._loses_comment(compiled, match, change, start, end):
            return Unsafe("a comment inside the deleted text would be lost")
        if any(self._lost_brackets(compiled, change, first, last)):
            return Unsafe(_LOST_LINE)
        return Draft(Edit(start, end, b""))

    def _inner_deletion(self, compiled: CompiledRule, change: Change, first: int, last: int) -> list[tuple[int, int]]:
        stream = self.stream
        left = (stream.starts[first], stream.starts[last])
        right = (stream.ends[first - 1], stream.ends[last - 1])
        same = compiled.rewrite[change.stop].gap == compiled.pattern[change.last].gap
        options = [right, left] if same else [left, right]
        if stream.texts[first] == stream.texts[last] == "," and last + 1 < len(stream):
            options.append((stream.starts[first + 1], stream.starts[last + 1]))  # the same with the other comma
        return options

    def _lost_brackets(self, compiled: CompiledRule, change: Change, first: int, last: int) -> tuple[bool, bool]:
        """Whether a change takes away an opening or a closing bracket inside which a line may go on."""
        if not compiled.language.indented:
            return False, False
        old, new = self.stream.texts[first:last], [token.text for token in compiled.rewrite[change.start : change.stop]]
        balance = sum((text in _OPENING) - (text in _CLOSING) for text in old)
        balance -= sum((text in _OPENING) - (text in _CLOSING) for text in new)
        return balance > 0, balance < 0

    def _reindented(self, compiled: CompiledRule, match: Match, base: str) -> list[Draft]:
        """The lines of the match that stay, moved to the indentation that the rewrite gives them."""
        if not compiled.shifts:
            return []
        stream, bounds = self.stream, match.bounds
        old, new = line_indents(compiled.pattern), line_indents(compiled.rewrite)
        changed = {index for change in compiled.changes for index in range(change.first, change.last)}
        changed |= {change.first - 1 for change in compiled.changes if change.first == change.last}
        edits: set[Edit] = set()
        for index, place in compiled.shifts:
            first, last = bounds[index], bounds[index + 1]
            if first == last:
                continue
            settled = index == 0 or first == 0 or index - 1 in changed
            low = stream.starts[first] if settled else stream.ends[first - 1]
            head = stream.starts[min(bounds[old[index][0]], len(stream) - 1)]
            before, after = encode(self.indentation(head)), encode(base + new[place][1])
            edits.update(self._shifts(low, stream.ends[last - 1], before, after))
        return [Draft(edit, (), True) for edit in sorted(edits)]

    # -- pieces --------------------------------------------------------------------------------------------------------

    def _blank(self, start: int, end: int) -> bool:
        return not self.source[start:end].strip()

    def _after_comment(self, offset: int) -> int:
        """The end of a comment that follows on the same line, or ``offset``."""
        comments = self.module.comments
        at = bisect_left(comments, (offset, offset))
        if at < len(comments):
            start, end = comments[at]
            between = self.source[offset:start]
            if not between.strip() and b"\n" not in between:
                return end - (self.source[start:end].endswith(b"\n"))
        return offset

    def _whole_lines(self, start: int, end: int) -> tuple[int, int]:
        """The range widened to its whole lines when nothing else stands on them, else to the blanks in front of it."""
        source = self.source
        line = source.rfind(b"\n", 0, start) + 1
        if line == 0 and source.startswith(_BOM):
            line = len(_BOM)
        stop = source.find(b"\n", end)
        stop = len(source) if stop == -1 else stop
        if source[end:stop].strip():
            return start, end
        if source[line:start].strip():
            return line + len(source[line:start].rstrip(b" \t")), end
        return line, min(stop + 1, len(source))

    def _fills_block(self, first: int, last: int) -> bool:
        """Whether the tokens are all that a block holds."""
        stream = self.stream
        node = stream.enclosing(first, last)
        while node != -1 and (stream.firsts[node], stream.lasts[node]) == (first, last):
            if stream.kinds[node].endswith("block"):
                return True
            node = stream.ups[node]
        return False

    def _gap(self, gap: str, base: str) -> str:
        """A gap of the template as it is written here: blank lines stay empty, the last line is indented."""
        if "\n" not in gap:
            return gap
        lines = gap.split("\n")
        return self.newline.join([*(line.strip(" \t") for line in lines[:-1]), base + lines[-1]])

    def _pieces(self, compiled: CompiledRule, match: Match, change: Change, base: str) -> tuple[str, list[_Piece]]:
        """The gap in front of what a change writes, as the template has it, and the pieces of what it writes."""
        dropped = dropped_commas(compiled, match, self.stream)
        out: list[_Piece] = []
        lead, instead = "", None
        for index in range(change.start, change.stop):
            token = compiled.rewrite[index]
            gap = token.gap if instead is None else instead
            instead = None
            if index in dropped:
                instead = gap if dropped[index] else None
                continue
            piece = self._bound(compiled, match, name_of(token.text)) if token.meta else token.text
            if not piece:
                continue
            if out:
                out.append(self._gap(gap, base))
            else:
                lead = gap
            out.append(piece)
        return lead, out

    def _bound(self, compiled: CompiledRule, match: Match, name: str) -> _Piece:
        """What a metavariable stands for: its tokens, or the text derived from them; an empty text for none."""
        transform = compiled.rule.transform.get(name)
        if transform is not None:
            source = self._bound(compiled, match, transform.source)
            text = source if isinstance(source, str) else decode(self.source[slice(*self._bytes(source))])
            return derive(transform, text)
        first, last = match.bindings[name]
        return (first, last) if first < last else ""

    def _bytes(self, tokens: tuple[int, int]) -> tuple[int, int]:
        return self.stream.starts[tokens[0]], self.stream.ends[tokens[1] - 1]

    def _assembled(self, start: int, end: int, pieces: list[_Piece]) -> Draft:
        """The pieces put together; a copy is shifted to the indentation of the line on which it lands."""
        out = bytearray()
        copies: list[Copy] = []
        for piece in pieces:
            if isinstance(piece, str):
                out += encode(piece)
                continue
            low, high = self._bytes(piece)
            old = encode(self.indentation(low))
            line = out.rpartition(b"\n")
            blank = _BLANK.match(line[2]) if line[1] else None
            new = blank.group() if blank else encode(self.indentation(start))
            shifts = tuple(self._shifts(low, high, old, new))
            text = shifted(self.source, low, high, shifts)
            copies.append(Copy(len(out), len(text), low, high, old, new, shifts))
            out += text
        return Draft(Edit(start, end, bytes(out)), tuple(copies))

    def _shifts(self, start: int, end: int, old: bytes, new: bytes) -> list[Edit]:
        """Edits that indent the lines that begin in a range with ``new`` instead of ``old``, strings left alone."""
        source, stream = self.source, self.stream
        out: list[Edit] = []
        line = source.find(b"\n", start, end) + 1
        while 0 < line < end and old != new:
            stop = source.find(b"\n", line)
            text = source[line : len(source) if stop == -1 else stop]
            token = bisect_left(stream.ends, line + 1)
            inside = token < len(stream) and stream.starts[token] < line
            if text.startswith(old) and text.strip() and not inside:
                out.append(Edit(line, line + len(old), new))
            line = source.find(b"\n", line, end) + 1
        return out

    def _loses_comment(self, compiled: CompiledRule, match: Match, change: Change, start: int, end: int) -> bool:
        comments = self.module.comments
        if not comments or self.stream.scope != "code":
            return False
        lost: list[tuple[int, int]] = []
        for at in range(bisect_left(comments, (start, start)), len(comments)):
            if comments[at][0] >= end:
                break
            if comments[at][1] <= end:
                lost.append(comments[at])
        if not lost:
            return False
        written = {
            name_of(compiled.rewrite[index].text)
            for other in compiled.changes
            for index in range(other.start, other.stop)
            if compiled.rewrite[index].meta
        }
        written |= {compiled.rule.transform[name].source for name in written if name in compiled.rule.transform}
        for index in range(change.first, change.last):
            token = compiled.pattern[index]
            low, high = match.bounds[index], match.bounds[index + 1]
            if token.meta and name_of(token.text) in written and low < high:
                first, last = self._bytes((low, high))
                lost = [span for span in lost if not (first <= span[0] and span[1] <= last)]
        return bool(lost)


def shifted(source: bytes, start: int, end: int, edits: Iterable[Edit]) -> bytes:
    """Bytes ``start:end`` of the source with some edits of the source made in them."""
    moved = [Edit(edit.start - start, edit.end - start, edit.replacement) for edit in edits]
    return apply_edits(source[start:end], moved)
