"""Whether two ways of rewriting a file find the same sites and make the same of them.

A site is compared by what it changes, not by how much it re-prints: the tokens that differ, and where they stand. White
space does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from whimbrel.rules.compiled import CompiledRule
from whimbrel.rules.foreign import ForeignRule
from whimbrel.rules.foreign_match import Splicer, find_foreign
from whimbrel.rules.layout import Renderer, Unsafe
from whimbrel.rules.match import find_matches
from whimbrel.syntax import Module
from whimbrel.text import Edit, apply_edits

Site = tuple[int, int, tuple[bytes, ...]]
"""Bytes of the tokens that are replaced, and the new tokens."""

_UNIT = re.compile(rb"[\w\x80-\xff]+|[^\w\s]")
_MARGIN = 3


def site_of(source: bytes, edits: Iterable[Edit]) -> Site | None:
    """What edits that belong together change, or None when they change nothing but white space."""
    made = list(edits)
    if not made:
        return None
    low, high = min(edit.start for edit in made), max(edit.end for edit in made)
    for _ in range(_MARGIN):
        low = source.rfind(b"\n", 0, low)
        low = max(low, 0)
        high = source.find(b"\n", high)
        high = len(source) if high == -1 else min(high + 1, len(source))
    old = source[low:high]
    new = apply_edits(old, [Edit(edit.start - low, edit.end - low, edit.replacement) for edit in made])
    units = [(match.start() + low, match.end() + low, match.group()) for match in _UNIT.finditer(old)]
    after = _UNIT.findall(new)
    head = 0
    while head < min(len(units), len(after)) and units[head][2] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(units), len(after)) - head and units[-1 - tail][2] == after[-1 - tail]:
        tail += 1
    changed = units[head : len(units) - tail]
    if not changed and head + tail == len(after):
        return None
    start = changed[0][0] if changed else units[head - 1][1] if head else low
    return start, changed[-1][1] if changed else start, tuple(after[head : len(after) - tail])


def our_sites(
    compiled: CompiledRule, module: Module, part: CompiledRule | None = None
) -> tuple[set[Site], list[tuple[int, int]]]:
    """The sites of one of our rules, and the places where it refuses; with ``part`` only what that does there."""
    refused: list[tuple[int, int]] = []
    found: set[Site] = set()
    for stream in module.streams:
        if stream.scope != compiled.rule.scope:
            continue
        renderer = Renderer(module, stream)
        for match in find_matches(compiled, stream):
            edits = renderer.edits(part or compiled, match)
            if isinstance(edits, Unsafe):
                refused.append((stream.starts[match.first], stream.ends[match.last - 1]))
                continue
            site = site_of(module.source, edits)
            if site is not None:
                found.add(site)
    return found, refused


def their_sites(rules: Iterable[ForeignRule], module: Module, refused: list[tuple[int, int]]) -> set[Site]:
    """The sites of ast-grep's rules, leaving out the places where ours refuses, too."""
    found: set[Site] = set()
    matches = find_foreign(module.source, module.language, rules)
    if not matches:
        return found
    splicer = Splicer(module)
    for match in matches:
        if any(low < match.high and match.low < high for low, high in refused):
            continue
        site = site_of(module.source, splicer.splice(match))
        if site is not None:
            found.add(site)
    return found
