"""Reading YAML with line numbers: every complaint says the file, the line, and what was meant.

Nodes are read by what a field wants, not by how the value looks, so ``pattern: no`` is the text ``no`` and
``confidence: 1e-3`` is a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from typing import Any, NoReturn

import yaml

from whimbrel.errors import RuleError

_LITERALS = {"null": None, "~": None, "": None, "true": True, "false": False}
_INTEGER = re.compile(r"[-+]?\d+\Z")
_FLOAT = re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+(?=[eE]))([eE][-+]?\d+)?\Z")


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a YAML stream."""

    root: yaml.Node
    text: str
    """Its own text, without the separator."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads typed values from nodes and knows how to complain about them."""

    name: str
    """Of the file, as the user wrote it."""
    rule: str = ""
    """Of the rule that is being read."""

    def fail(self, node: yaml.Node | None, message: str, hint: str = "") -> NoReturn:
        """Raise a RuleError that points to a node."""
        place = f"{self.name}:{node.start_mark.line + 1}" if node is not None else self.name
        rule = f"rule {self.rule}: " if self.rule and not message.startswith("rule ") else ""
        raise RuleError(f"{place}: {rule}{message}", hint=hint)

    def documents(self, text: str) -> list[Document]:
        """The documents of a YAML text that are not empty."""
        try:
            roots = [root for root in yaml.compose_all(text, Loader=yaml.SafeLoader) if root is not None]
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = f"{self.name}:{mark.line + 1}" if mark else self.name
            problem = (error.problem or error.context or "syntax error").replace("\n", " ")
            message = f"{place}: not valid YAML: {problem}"
            raise RuleError(message, hint="quote values that hold special characters") from None
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            code = error.character if isinstance(error.character, int) else ord(error.character[:1])
            message = f"{self.name}:{line}: not valid YAML: the character #x{code:02x} cannot stand there"
            raise RuleError(message, hint='write it as an escape inside "double quotes"') from None
        except RecursionError:
            raise RuleError(f"{self.name}: not valid YAML: nested too deeply") from None
        return [Document(root, _text_of(root, text)) for root in roots if not is_null(root)]

    def mapping(self, node: yaml.Node, what: str, known: Iterable[str] | None = None) -> dict[str, yaml.Node]:
        """Keys to value nodes; unknown and repeated keys are refused."""
        if not isinstance(node, yaml.MappingNode):
            self.fail(node, f"{what} is not a mapping", "write it as 'key: value' lines")
        allowed = None if known is None else list(known)
        found: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = self.text(key_node, f"a key of {what}")
            if allowed is not None and key not in allowed:
                self.unknown(key_node, f"key {key!r} in {what}", key, allowed)
            if key in found:
                self.fail(key_node, f"key {key!r} stands twice in {what}")
            found[key] = value
        return found

    def unknown(self, node: yaml.Node, what: str, given: str, known: Iterable[str]) -> NoReturn:
        """Complain about a word that is none of the known ones."""
        near = get_close_matches(given, list(known), n=1)
        self.fail(node, f"unknown {what}", f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(known)}")

    def required(self, node: yaml.Node, found: Mapping[str, yaml.Node], key: str, what: str) -> yaml.Node:
        """The value of a key that must be there."""
        if key not in found:
            self.fail(node, f"{what} has no {key!r}", f"add a line '{key}: ...'")
        return found[key]

    def identity(self, node: yaml.Node, what: str) -> str:
        """The ``id`` of a mapping, read before anything else, so that other complaints can name it."""
        pairs = node.value if isinstance(node, yaml.MappingNode) else self.mapping(node, what).items()
        found = [value for key, value in pairs if isinstance(key, yaml.ScalarNode) and key.value == "id"]
        identity = self.text(self.required(node, {"id": found[0]} if found else {}, "id", what), "'id'")
        if not identity:
            self.fail(found[0], f"{what} has an empty id")
        return identity

    def text(self, node: yaml.Node, what: str) -> str:
        """A string; the line end that closes a block scalar is not part of it."""
        if not isinstance(node, yaml.ScalarNode):
            self.fail(node, f"{what} is not a text")
        value = str(node.value)
        return value.removesuffix("\n") if node.style in ("|", ">") else value

    def texts(self, node: yaml.Node, what: str) -> tuple[str, ...]:
        """A list of strings; one string counts as a list of one."""
        if isinstance(node, yaml.ScalarNode):
            return () if is_null(node) else (self.text(node, what),)
        return tuple(self.text(item, f"an item of {what}") for item in self.items(node, what))

    def items(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        """The nodes of a list; nothing at all counts as an empty list."""
        if is_null(node):
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.fail(node, f"{what} is not a list", "start each item with '- '")
        return list(node.value)

    def number(self, node: yaml.Node, what: str, kind: type[int] | type[float]) -> int | float:
        """A number of the given type."""
        try:
            return kind(self.text(node, what))
        except ValueError:
            self.fail(node, f"{what} is not a {'whole ' if kind is int else ''}number")

    def record(self, node: yaml.Node, what: str, cls: type[Any], skip: Iterable[str] = ()) -> dict[str, Any]:
        """Arguments for a dataclass whose fields are strings, numbers and tuples of strings, told by their defaults."""
        defaults = {item.name: item.default for item in fields(cls) if item.default is not MISSING}
        known = [name for name in defaults if name not in set(skip)]
        return {
            key: self.typed(value, f"{key!r} in {what}", defaults[key])
            for key, value in self.mapping(node, what, known).items()
        }

    def typed(self, node: yaml.Node, what: str, default: Any) -> Any:
        """A value of the type of ``default``."""
        if isinstance(default, tuple):
            return self.texts(node, what)
        if isinstance(default, str):
            return self.text(node, what)
        return self.number(node, what, float if isinstance(default, float) else int)


def plain(node: yaml.Node) -> Any:
    """A node as plain values by the YAML 1.2 core rules, which ast-grep follows: ``yes`` and ``on`` are strings."""
    if isinstance(node, yaml.MappingNode):
        return {plain(key): plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    value = str(node.value)
    if not isinstance(node, yaml.ScalarNode) or node.style is not None:
        return value
    if value.lower() in _LITERALS:
        return _LITERALS[value.lower()]
    if _INTEGER.match(value):
        return int(value)
    return float(value) if _FLOAT.match(value) else value


def is_null(node: yaml.Node) -> bool:
    """Whether nothing is written there."""
    return isinstance(node, yaml.ScalarNode) and node.style is None and node.value in ("", "~", "null")


def _text_of(root: yaml.Node, text: str) -> str:
    start = text.rfind("\n", 0, root.start_mark.index) + 1
    first = text[start : root.start_mark.index]
    return text[root.start_mark.index if first.strip() else start : root.end_mark.index].rstrip() + "\n"
