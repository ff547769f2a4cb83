"""Which byte strings a file must contain for an ast-grep rule to match in it: a sound prefilter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from whimbrel.syntax import Language

Needs = tuple[Any, ...]
"""``()`` for nothing, ``("all", needs, ...)``, ``("any", needs, ...)`` or ``("word", bytes)``."""

_META = re.compile(r"\$+[A-Z_][A-Z0-9_]*")
_WORD = re.compile(r"(?<![\w$\\])[A-Za-z_][A-Za-z0-9_]+(?![\w$])")
_EXACT = (None, "smart", "cst")
"""Strictness under which every word of a pattern must stand in the match."""


def contained(needs: Needs, data: bytes) -> bool:
    """Whether the data has what is needed."""
    if not needs:
        return True
    if needs[0] == "word":
        return needs[1] in data
    return (all if needs[0] == "all" else any)(contained(part, data) for part in needs[1:])


def needs_of(config: Mapping[str, Any], language: Language) -> Needs:
    """What a rule needs; ``()`` when nothing can be said."""
    return _rule(config["rule"], config.get("utils") or {}, language, frozenset())


def _rule(rule: Any, utils: Mapping[str, Any], language: Language, seen: frozenset[str]) -> Needs:
    if not isinstance(rule, Mapping):
        return ()
    parts: list[Needs] = []
    for key, value in rule.items():
        if key == "pattern":
            parts.append(_pattern(value, language))
        elif key in ("inside", "has", "precedes", "follows"):
            parts.append(_rule(value, utils, language, seen))
        elif key == "all":
            parts.extend(_rule(item, utils, language, seen) for item in value)
        elif key == "any":
            parts.append(_any([_rule(item, utils, language, seen) for item in value]))
        elif key == "matches" and isinstance(value, str) and value in utils and value not in seen:
            parts.append(_rule(utils[value], utils, language, seen | {value}))
    parts = [part for part in parts if part]
    return ("all", *parts) if parts else ()


def _any(parts: list[Needs]) -> Needs:
    return ("any", *parts) if parts and all(parts) else ()


def _pattern(pattern: Any, language: Language) -> Needs:
    """The words of a pattern; a pattern with a selector may drop any of them, so it needs none."""
    if isinstance(pattern, Mapping):
        if pattern.get("selector") or pattern.get("strictness") not in _EXACT:
            return ()
        pattern = pattern.get("context", "")
    if not isinstance(pattern, str):
        return ()
    text = _META.sub(" ", pattern)
    if any(mark in text for mark in ("#", "//", "/*", "--")):
        return ()  # words of a comment need not match
    words = sorted({word.encode() for word in _WORD.findall(text)}, key=len, reverse=True)
    return ("all", *(("word", word) for word in words)) if words else ()
