"""White space: where the text of a rewrite lands, and how its lines are indented there.

The gaps inside a pattern and its rewrite are relative to the line on which the pattern starts. When an edit is rendered,
every line break of the template becomes the file's own newline plus the indentation of the line where the match starts.
What a metavariable stands for is copied as it is, comments included, and shifted as a block when its new line is indented
differently; the inside of multi-line strings is never shifted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from whimbrel.rules.compiled import Change, CompiledRule, name_of
from whimbrel.rules.match import Match
from whimbrel.rules.transforms import derive
from whimbrel.syntax import Module, Stream
from whimbrel.text import Edit, decode, encode, newline_of

_BLANK = re.compile(rb"[ \t\f]*")


@dataclass(frozen=True, slots=True)
class Unsafe:
    """An edit that would lose something."""

    reason: str


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
        base = self.indentation(self.stream.starts[match.first])
        out: list[Edit] = []
        for change in compiled.changes:
            edit = self._edit(compiled, match, change, base)
            if isinstance(edit, Unsafe):
                return edit
            if self.source[edit.start : edit.end] != edit.replacement:
                out.append(edit)
        return out

    def _edit(self, compiled: CompiledRule, match: Match, change: Change, base: str) -> Edit | Unsafe:
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
    ) -> Edit | Unsafe:
        stream = self.stream
        start, end = stream.starts[first], stream.ends[last - 1]
        text = self._text(compiled, match, change, base, lead=False)
        pattern, rewrite = compiled.pattern, compiled.rewrite
        if change.first > 0 and pattern[change.first].gap != rewrite[change.start].gap and first > 0:
            before = stream.ends[first - 1]
            if self._blank(before, start):
                start = before
                text = self._gap(rewrite[change.start].gap, base) + text
        if change.last < len(pattern) and change.stop < len(rewrite) and last < len(stream):
            after = stream.starts[last]
            if pattern[change.last].gap != rewrite[change.stop].gap and self._blank(end, after):
                end = after
                text += self._gap(rewrite[change.stop].gap, base)
        if self._loses_comment(compiled, match, change, start, end):
            return Unsafe("a comment inside the replaced text would be lost")
        return Edit(start, end, encode(text))

    def _insertion(self, compiled: CompiledRule, match: Match, change: Change, base: str) -> Edit | Unsafe:
        stream = self.stream
        pattern, rewrite = compiled.pattern, compiled.rewrite
        here = match.bounds[change.first]
        text = self._text(compiled, match, change, base, lead=False)
        lead = self._gap(rewrite[change.start].gap, base)
        trail = self._gap(rewrite[change.stop].gap, base) if change.stop < len(rewrite) else ""
        at_start = change.first == 0
        at_end = change.last == len(pattern)
        if at_start:
            return self._insert(stream.starts[here], text + trail)
        previous = stream.ends[here - 1]
        if at_end:
            return self._insert(self._after_comment(previous) if "\n" in lead else previous, lead + text)
        following = stream.starts[here]
        gap = pattern[change.last].gap
        lead_same, trail_same = rewrite[change.start].gap == gap, rewrite[change.stop].gap == gap
        if lead_same and "\n" in lead and self.source[previous:following].strip():
            return self._insert(following, text + trail)
        if trail_same:
            return self._insert(self._after_comment(previous) if "\n" in lead else previous, lead + text)
        if lead_same:
            return self._insert(following, text + trail)
        if self._blank(previous, following):
            return Edit(previous, following, encode(lead + text + trail))
        return self._insert(previous, lead + text)

    def _deletion(self, compiled: CompiledRule, match: Match, change: Change, first: int, last: int) -> Edit | Unsafe:
        stream = self.stream
        start, end = stream.starts[first], stream.ends[last - 1]
        whole = change.first == 0 and change.last == len(compiled.pattern)
        if whole:
            start, end = self._whole_lines(start, end)
            options = [(start, end)]
        elif change.first == 0:
            options = [(start, stream.starts[last])]
        elif change.last == len(compiled.pattern):
            options = [(stream.ends[first - 1], end)]
        else:
            options = self._inner_deletion(compiled, change, first, last)
        for low, high in options:
            if not self._loses_comment(compiled, match, change, low, high):
                return Edit(low, high, b"")
        if self._loses_comment(compiled, match, change, start, end):
            return Unsafe("a comment inside the deleted text would be lost")
        return Edit(start, end, b"")

    def _inner_deletion(self, compiled: CompiledRule, change: Change, first: int, last: int) -> list[tuple[int, int]]:
        stream = self.stream
        pattern, rewrite = compiled.pattern, compiled.rewrite
        left = (stream.starts[first], stream.starts[last])
        right = (stream.ends[first - 1], stream.ends[last - 1])
        wanted = rewrite[change.stop].gap
        before, after = pattern[change.first].gap, pattern[change.last].gap
        if before == after == wanted:
            return [right, left]
        if wanted == after:
            return [right, left]
        return [left, right]

    # -- pieces --------------------------------------------------------------------------------------------------------

    def _insert(self, at: int, text: str) -> Edit:
        return Edit(at, at, encode(text))

    def _blank(self, start: int, end: int) -> bool:
        return not self.source[start:end].strip()

    def _after_comment(self, offset: int) -> int:
        """The end of a comment that follows on the same line, or ``offset``."""
        for start, end in self.module.comments:
            if start >= offset:
                between = self.source[offset:start]
                if not between.strip() and b"\n" not in between:
                    return end - (self.source[start:end].endswith(b"\n"))
                break
        return offset

    def _whole_lines(self, start: int, end: int) -> tuple[int, int]:
        """The range widened to its whole lines when nothing else stands on them."""
        source = self.source
        line = source.rfind(b"\n", 0, start) + 1
        stop = source.find(b"\n", end)
        stop = len(source) if stop == -1 else stop
        if source[line:start].strip() or source[end:stop].strip():
            return start, end
        return line, min(stop + 1, len(source))

    def _gap(self, gap: str, base: str) -> str:
        if "\n" not in gap:
            return gap
        return gap.replace("\n", self.newline + base) if base or self.newline != "\n" else gap

    def _text(self, compiled: CompiledRule, match: Match, change: Change, base: str, *, lead: bool) -> str:
        parts: list[str] = []
        for index in range(change.start, change.stop):
            token = compiled.rewrite[index]
            if index > change.start or lead:
                parts.append(self._gap_tidy(token.gap, base))
            if not token.meta:
                parts.append(token.text)
                continue
            parts.append(self._bound(compiled, match, name_of(token.text), "".join(parts)))
        return "".join(parts)

    def _gap_tidy(self, gap: str, base: str) -> str:
        rendered = self._gap(gap, base)
        if rendered.count("\n") > 1:
            lines = rendered.split("\n")
            rendered = "\n".join([*(line.strip(" \t") for line in lines[:-1]), lines[-1]])
        return rendered

    def _bound(self, compiled: CompiledRule, match: Match, name: str, before: str) -> str:
        transform = compiled.rule.transform.get(name)
        if transform is not None:
            source = self._bound(compiled, match, transform.source, before)
            return derive(transform, source)
        first, last = match.bindings[name]
        if first == last:
            return ""
        stream = self.stream
        start, end = stream.starts[first], stream.ends[last - 1]
        text = decode(self.source[start:end])
        if "\n" not in text:
            return text
        old = self.indentation(start)
        line = before.rpartition("\n")
        if not line[1]:
            return text
        new = line[2][: len(line[2]) - len(line[2].lstrip(" \t"))]
        return text if new == old else self._shift(text, start, first, last, old, new)

    def _shift(self, text: str, start: int, first: int, last: int, old: str, new: str) -> str:
        """The text with the indentation ``old`` of its lines changed to ``new``, strings left alone."""
        frozen = [
            (self.stream.starts[token], self.stream.ends[token])
            for token in range(first, last)
            if "\n" in self.stream.texts[token]
        ]
        lines = text.split("\n")
        offset = start
        out = [lines[0]]
        for previous, line in zip(lines, lines[1:], strict=False):
            offset += len(encode(previous)) + 1
            inside = any(low < offset < high for low, high in frozen)
            out.append(new + line[len(old) :] if line.startswith(old) and line.strip() and not inside else line)
        return "\n".join(out)

    def _loses_comment(self, compiled: CompiledRule, match: Match, change: Change, start: int, end: int) -> bool:
        if not self.module.comments or self.stream.scope != "code":
            return False
        lost = [span for span in self.module.comments if span[0] >= start and span[1] <= end]
        if not lost:
            return False
        kept = {name_of(compiled.rewrite[index].text) for index in range(change.start, change.stop)}
        for name in list(kept):
            if name in compiled.rule.transform:
                kept.add(compiled.rule.transform[name].source)
        for index in range(change.first, change.last):
            token = compiled.pattern[index]
            if token.meta and name_of(token.text) in kept:
                low, high = match.bounds[index], match.bounds[index + 1]
                if low < high:
                    inside = (self.stream.starts[low], self.stream.ends[high - 1])
                    lost = [span for span in lost if not (inside[0] <= span[0] and span[1] <= inside[1])]
        return bool(lost)
