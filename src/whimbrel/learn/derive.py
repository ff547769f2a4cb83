"""Derived text: how one token could be computed from another.

A small string language in the spirit of FlashFill (Gulwani 2011), kept to what ast-grep's ``transform`` can express: an
affix exchanged, quotes put on, taken off or changed, the case converted. A derivation is proposed from one pair of
tokens and believed when other places agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from whimbrel.rules.rule import Transform
from whimbrel.rules.transforms import CASES

_PREFIXED = re.compile(r"""(?P<prefix>[A-Za-z]{0,2})(?P<quote>["'`])(?P<inner>.*)(?P=quote)\Z""", re.S)
_STRING = re.compile(r"""(?P<quote>["'`])(?P<inner>.*)(?P=quote)\Z""", re.S)
_WORD = re.compile(r"[^\W\d]\w*\Z")
_SHORTEST = 3
_CONVERSIONS = ("snakeCase", "camelCase", "pascalCase", "kebabCase", "upperCase", "lowerCase", "capitalize")


@dataclass(frozen=True, slots=True)
class Derivation:
    """A way to compute a token from another."""

    operation: str
    arguments: tuple[tuple[str, str], ...]
    condition: str
    """Regular expression that the source must match, or empty."""
    refused: str = ""
    """Regular expression that the source must not match: what looks derived already, or empty."""

    def transform(self, source: str) -> Transform:
        """As a transform of the metavariable ``source``."""
        return Transform(source=source, operation=self.operation, arguments=dict(self.arguments))


def derivation(old: str, new: str) -> Derivation | None:
    """The simplest way to compute ``new`` from ``old``, or None."""
    return next(_derivations(old, new), None) if old != new else None


def _derivations(old: str, new: str) -> Iterator[Derivation]:
    left, right = _STRING.match(old), _STRING.match(new)
    first, second = _PREFIXED.match(old), _PREFIXED.match(new)
    if first and second and first["prefix"] != second["prefix"] and first["inner"] == second["inner"]:
        yield from _prefixes(first, second)
    elif left and right:
        yield from _between_strings(left, right)
    elif left and _WORD.match(new):
        if left["inner"] == new:
            yield _replace("^[\"'`](.*)[\"'`]$", "${1}", r"[\"'`][^\W\d]\w*[\"'`]")
    elif right and _WORD.match(old):
        if right["inner"] == old:
            yield _replace("^(.*)$", right["quote"] + "${1}" + right["quote"])
    elif _WORD.match(old) and _WORD.match(new):
        yield from _between_words(old, new)


def _prefixes(left: re.Match[str], right: re.Match[str]) -> Iterator[Derivation]:
    """Another string prefix, as in ``"x"`` to ``u"x"``, and perhaps other quotes."""
    prefix, quote, new = left["prefix"], left["quote"], right["prefix"]
    if quote == right["quote"]:
        yield _replace(f"(?s)^{prefix}([\"'`].*)$", f"{new}${{1}}", f"(?s){prefix}[\"'`].*")
    else:
        other = right["quote"]
        condition = f"(?s){prefix}{quote}.*{quote}"
        yield _replace(f"(?s)^{prefix}{quote}(.*){quote}$", f"{new}{other}${{1}}{other}", condition)


def _between_strings(left: re.Match[str], right: re.Match[str]) -> Iterator[Derivation]:
    old, new = left["inner"], right["inner"]
    quote, other = left["quote"], right["quote"]
    if old == new:
        yield _replace(f"^{quote}(.*){quote}$", f"{other}${{1}}{other}", f"(?s){quote}.*{quote}")
        return
    if quote != other or len(old) < 1:
        return
    if new.endswith(old) and "$" not in new:
        head = re.escape(new[: len(new) - len(old)])
        by = f"${{1}}{new[: len(new) - len(old)]}${{2}}"
        yield _replace("^([\"'`])(.*)$", by, "(?s)[\"'`].*", f"(?s)[\"'`]{head}.*")
    elif new.startswith(old) and "$" not in new:
        tail = re.escape(new[len(old) :])
        yield _replace("^(.*)([\"'`])$", f"${{1}}{new[len(old) :]}${{2}}", "(?s).*[\"'`]", f"(?s).*{tail}[\"'`]")
    elif old.endswith(new) and len(new) >= _SHORTEST:
        head = re.escape(old[: len(old) - len(new)])
        yield _replace(f"^([\"'`]){head}(.*)$", "${1}${2}", f"(?s)[\"'`]{head}.*")
    else:
        yield from _affixes(old, new, "[\"'`]")


def _between_words(old: str, new: str) -> Iterator[Derivation]:
    for name in _CONVERSIONS:
        if CASES[name](old) == new:
            yield Derivation("convert", (("toCase", name),), "")
            return
    yield from _affixes(old, new, "")


def _affixes(old: str, new: str, quote: str) -> Iterator[Derivation]:
    """One affix exchanged for another, the rest of at least three characters kept."""
    tail = _common(old[::-1], new[::-1])
    head = _common(old, new)
    group = f"({quote})" if quote else "()"
    if tail >= _SHORTEST and tail >= head:
        a, b = old[: len(old) - tail], new[: len(new) - tail]
        if "$" not in b:
            condition = f"(?s){quote}{re.escape(a)}.*" if a or quote else ""
            refused = "" if a else f"(?s){quote}{re.escape(b)}.*"
            yield _replace(f"^{group}{re.escape(a)}(.*)$", f"${{1}}{b}${{2}}", condition, refused)
    elif head >= _SHORTEST:
        a, b = old[head:], new[head:]
        if "$" not in b:
            condition = f"(?s).*{re.escape(a)}{quote}" if a or quote else ""
            refused = "" if a else f"(?s).*{re.escape(b)}{quote}"
            yield _replace(f"^(.*?){re.escape(a)}{group}$", f"${{1}}{b}${{2}}", condition, refused)


def _common(left: str, right: str) -> int:
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count


def _replace(pattern: str, by: str, condition: str = "", refused: str = "") -> Derivation:
    return Derivation("replace", (("replace", pattern), ("by", by)), condition, refused)
