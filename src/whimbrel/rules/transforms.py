"""Text derived from a metavariable: ast-grep's ``transform`` operations ``replace``, ``convert`` and ``substring``."""

from __future__ import annotations

import re
from collections.abc import Callable

from whimbrel.rules.rule import Transform

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?(?:[a-z0-9]|[^\W\x00-\x7f])+|[A-Z]+")


def split_words(text: str) -> list[str]:
    """The words of an identifier in any case: ``parseHTTPReply2`` gives parse, HTTP, Reply2."""
    return _WORDS.findall(text)


def _camel(words: list[str]) -> str:
    return "".join(word.lower() if index == 0 else word.capitalize() for index, word in enumerate(words))


CASES: dict[str, Callable[[str], str]] = {
    "lowerCase": str.lower,
    "upperCase": str.upper,
    "capitalize": lambda text: text[:1].upper() + text[1:],
    "uncapitalize": lambda text: text[:1].lower() + text[1:],
    "camelCase": lambda text: _camel(split_words(text)),
    "pascalCase": lambda text: "".join(word.capitalize() for word in split_words(text)),
    "snakeCase": lambda text: "_".join(word.lower() for word in split_words(text)),
    "screamingSnakeCase": lambda text: "_".join(word.upper() for word in split_words(text)),
    "kebabCase": lambda text: "-".join(word.lower() for word in split_words(text)),
}
"""``toCase`` values; ``uncapitalize`` and ``screamingSnakeCase`` are ours and do not export."""


def derive(transform: Transform, text: str) -> str:
    """The text that a transform makes of its source."""
    arguments = transform.arguments
    if transform.operation == "replace":
        return re.sub(arguments["replace"], _by(str(arguments["by"])), text)
    if transform.operation == "convert":
        return CASES[arguments["toCase"]](text)
    start = arguments.get("startChar")
    end = arguments.get("endChar")
    return text[slice(start, end)]


_GROUP = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


def _by(template: str) -> Callable[[re.Match[str]], str]:
    """The replacement with ``$1``, ``$NAME`` and ``${1}`` groups, as ast-grep (Rust's regex) reads them."""

    def fill(match: re.Match[str]) -> str:
        def group(reference: re.Match[str]) -> str:
            name = reference[1] or reference[2]
            try:
                return (match.group(int(name)) if name.isdigit() else match.group(name)) or ""
            except IndexError:
                return ""

        return _GROUP.sub(group, template)

    return fill
