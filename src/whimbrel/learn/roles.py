"""Which tokens name an API and which are mere operands.

A rule should keep the names that a migration is about (functions, attributes, types, modules, keywords) and generalise
over the rest (local names, values). The role of a token is read off its node and off the field in which it stands.
"""

from __future__ import annotations

import re
from enum import IntEnum
from weakref import WeakKeyDictionary

from whimbrel.syntax import Language, Stream

_WORD = re.compile(r"[^\W\d]")
_DECLARES = re.compile(r"(declaration|definition|declarator|_item|parameter|specifier|class|method|module|_spec)$")
_FIXED = frozenset(
    {"self", "this", "cls", "super", "None", "True", "False", "null", "nil", "true", "false", "undefined"}
)


class Role(IntEnum):
    """What a token is to a rule."""

    PUNCTUATION = 0
    KEYWORD = 1
    NAME = 2
    OPERAND = 3
    VALUE = 4


class Roles:
    """Roles of the tokens of one stream, worked out when asked for."""

    def __init__(self, stream: Stream, language: Language) -> None:
        self.stream = stream
        self.language = language
        self._imported = self._imported_names()
        self._known: dict[int, Role] = {}

    def of(self, token: int) -> Role:
        """The role of a token."""
        role = self._known.get(token)
        if role is None:
            role = self._known[token] = self._role(token)
        return role

    def _imported_names(self) -> set[str]:
        stream = self.stream
        found: set[str] = set()
        for node, kind in enumerate(stream.kinds):
            if kind in self.language.imports:
                found.update(stream.texts[stream.firsts[node] : stream.lasts[node]])
        return {text for text in found if _WORD.match(text)}

    def _role(self, token: int) -> Role:
        stream = self.stream
        text = stream.texts[token]
        if stream.scope != "code":
            return Role.NAME if _WORD.match(text) else Role.PUNCTUATION
        node = stream.parents[token]
        own = node != -1 and stream.lasts[node] - stream.firsts[node] == 1 and stream.firsts[node] == token
        if not _WORD.match(text):
            if text[:1] in "\"'`" or text[:1].isdigit() or (text[:1] in "$@#:" and len(text) > 1):
                return Role.VALUE
            return Role.PUNCTUATION
        if own and (stream.kinds[node] in self.language.strings or text[-1:] in "\"'`"):
            return Role.VALUE
        if text in _FIXED:
            return Role.KEYWORD
        if not own and token not in stream.joined and node != -1 and stream.lasts[node] - stream.firsts[node] != 1:
            return Role.KEYWORD
        if node == -1:
            return Role.OPERAND
        return self._name_role(token, node, text)

    def _name_role(self, token: int, node: int, text: str) -> Role:
        stream, language = self.stream, self.language
        up = stream.ups[node]
        if stream.fields[node] == "name" and up != -1 and _DECLARES.search(stream.kinds[up]):
            return Role.OPERAND
        if stream.kinds[node] in language.naming_kinds or text in self._imported or text[:1].isupper():
            return Role.NAME
        at = node
        for depth in range(4):
            up = stream.ups[at]
            if up == -1:
                break
            kind = stream.kinds[up]
            if kind in language.imports or (kind, "") in language.naming_fields:
                return Role.NAME
            if depth == 0 and (kind, stream.fields[at]) in language.naming_fields:
                return Role.NAME
            at = up
        return Role.OPERAND


_ROLES: WeakKeyDictionary[Stream, Roles] = WeakKeyDictionary()


def roles_of(stream: Stream, language: Language) -> Roles:
    """The roles of a stream, remembered as long as it lives."""
    roles = _ROLES.get(stream)
    if roles is None:
        roles = _ROLES[stream] = Roles(stream, language)
    return roles
