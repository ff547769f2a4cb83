"""Short ways to write a rule and to run it on a text."""

from __future__ import annotations

from typing import Any

from whimbrel.rules import Rewrite, Rule, RuleSet, rewrite
from whimbrel.rules.compiled import compile_rule
from whimbrel.rules.match import find_matches
from whimbrel.syntax import language_named, tokenize


def rule(pattern: str, rewrite_to: str, language: str = "python", **more: Any) -> Rule:
    """A rule; its id is its pattern unless one is given."""
    return Rule(**{"id": pattern, "language": language, "pattern": pattern, "rewrite": rewrite_to, **more})


def run(source: str | bytes, *rules: Rule, **options: Any) -> Rewrite:
    """Rewrite a text with rules of one language."""
    data = source if isinstance(source, bytes) else source.encode()
    return rewrite(data, rules=RuleSet(rules=rules), language=language_named(rules[0].language), **options)


def done(source: str, *rules: Rule, **options: Any) -> str:
    """The text that comes out."""
    return run(source, *rules, **options).source.decode()


def found(source: str, pattern: str, language: str = "python", **more: Any) -> list[tuple[str, dict[str, str]]]:
    """The text of every match in the code, in order, with the texts of its metavariables."""
    compiled = compile_rule(rule(pattern, "", language, **more))
    data = source.encode()
    out: list[tuple[int, str, dict[str, str]]] = []
    for stream in tokenize(data, language_named(language)).of_scope(compiled.rule.scope):

        def text(first: int, last: int) -> str:
            return data[stream.starts[first] : stream.ends[last - 1]].decode() if first < last else ""  # noqa: B023

        for match in find_matches(compiled, stream):
            holes = {name: text(*span) for name, span in match.bindings.items()}
            out.append((stream.starts[match.first], text(match.first, match.last), holes))
    return [(matched, holes) for _, matched, holes in sorted(out, key=lambda item: item[:2])]
