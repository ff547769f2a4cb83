"""Parsing: bytes to a tree-sitter tree, and how broken that tree is."""

from __future__ import annotations

from functools import cache

import tree_sitter

from whimbrel.syntax.language import Language


@cache
def _parser(language: Language) -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(language.grammar()))


def parse(source: bytes, language: Language) -> tree_sitter.Tree:
    """The concrete syntax tree; tree-sitter recovers from errors, so there always is one."""
    return _parser(language).parse(source)


def count_errors(source: bytes, language: Language) -> int:
    """Number of error and missing nodes; 0 for a file that parses."""
    root = parse(source, language).root_node
    if not root.has_error:
        return 0
    total = 0
    pending = [root]
    while pending:
        node = pending.pop()
        total += node.is_error or node.is_missing
        if node.has_error:
            pending.extend(node.children)
    return total
