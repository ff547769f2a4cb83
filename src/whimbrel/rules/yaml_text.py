"""Strings as YAML that a person reads easily, exact for every string that Python can hold.

Written by hand because no YAML library picks styles as a person would, and because bytes that are not UTF-8 (surrogate
escapes), tabs, carriage returns and control characters have to come back as they were.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

_SMALL = 70
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`=~ \t")
_FLOW_SPECIAL = re.compile(r"[,\[\]{}:?]")
_NUMERIC = re.compile(r"[-+]?\.?\d[\w.+-]*\Z")
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", "\\": "\\\\", '"': '\\"'}
_RESOLVER = yaml.SafeLoader("")


def scalar(text: str, indent: int) -> str:
    """A value in a block mapping whose lines are indented by ``indent``; several lines become a block scalar."""
    if _fits_block(text):
        pad = " " * (indent + 2)
        head = "|2" if text[0] == " " else "|"
        return "\n".join([head, *(pad + line if line else "" for line in text.split("\n"))])
    return _plain(text) or _quoted(text)


def flow(value: Any) -> str:
    """Any value on one line, as it stands inside ``{}`` or ``[]``."""
    if isinstance(value, str):
        plain = None if _FLOW_SPECIAL.search(value) else _plain(value)
        return plain or _quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(str(key))}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return "null" if value is None else repr(value)


def block(value: Any, indent: int = 0) -> list[str]:
    """A mapping or list over several lines; small ones inside it stay on one line."""
    pad = " " * indent
    lines: list[str] = []
    if isinstance(value, Mapping):
        for key, item in value.items():
            lines += _entry(f"{pad}{flow(str(key))}:", item, indent)
    else:
        for item in value:
            if isinstance(item, Mapping) and not _is_small(item):
                inner = block(item, indent + 2)
                lines += [f"{pad}- {inner[0].lstrip(' ')}", *inner[1:]]
            else:
                lines += _entry(f"{pad}-", item, indent)
    return lines


def _entry(head: str, item: Any, indent: int) -> list[str]:
    if isinstance(item, str):
        return [f"{head} {scalar(item, indent)}"]
    if not isinstance(item, Mapping | list) or _is_small(item):
        return [f"{head} {flow(item)}"]
    return [head, *block(item, indent + 2)]


def _is_small(value: Any) -> bool:
    text = flow(value)
    return len(text) <= _SMALL and "\\n" not in text


def _fits_block(text: str) -> bool:
    lines = text.split("\n")
    if len(lines) < 2 or not lines[0].strip() or not lines[-1].strip():
        return False
    return all(line.replace("\t", " ").isprintable() and not line.endswith((" ", "\t")) for line in lines)


def _plain(text: str) -> str | None:
    if not text or not text.isprintable() or text[0] in _INDICATORS or text[-1] in " :":
        return None
    if ": " in text or " #" in text or text.startswith("..."):
        return None
    if _NUMERIC.match(text):  # a number for some YAML libraries
        return None
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return text if tag == "tag:yaml.org,2002:str" else None


def _quoted(text: str) -> str:
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escape(char) for char in text) + '"'


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
