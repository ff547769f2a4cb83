"""Imports as a change writes them: whole statements, with ``$NAME`` for any name and a remark on what uses them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from whimbrel.rules.imports.dialect import Dialect
from whimbrel.rules.imports.model import Binding, Statement
from whimbrel.rules.rule import ImportChange
from whimbrel.syntax import Language
from whimbrel.text import encode

ANY = "$NAME"
ANY_MODULE = "$MODULE"
_PLACEHOLDER = "WHIMBREL_ANY_NAME"
_USED_BY = re.compile(r"\s*(?://|#)\s*for:\s*(.+?)\s*\Z")


@dataclass(frozen=True, slots=True)
class Wanted:
    """An import of a change, read."""

    statement: Statement
    binding: Binding
    used_by: tuple[str, ...]
    """Names that show its use when the statement itself does not name any: written ``// for: name, name``."""
    any_alias: bool = False
    """Whether the alias that a file gives does not matter."""

    def fits(self, binding: Binding) -> bool:
        """Whether a binding of a file is this one."""
        if self.binding.module == ANY_MODULE:
            return (binding.kind, binding.name) == (self.binding.kind, self.binding.name)
        if self.binding.name != ANY:
            return binding == self.binding or (
                self.any_alias and replace(binding, alias=self.binding.alias) == self.binding
            )
        return binding.name not in ("", "*") and replace(binding, name=ANY, alias="") == self.binding

    def made_from(self, binding: Binding) -> Binding:
        """This import with the name and alias of a binding that fits its counterpart."""
        return (
            replace(self.binding, name=binding.name, alias=binding.alias) if self.binding.name == ANY else self.binding
        )

    def bound_as(self, name: str, dialect: Dialect, module: str = "") -> Binding:
        """This import binding another name, of another module where it stands for any."""
        plain = replace(self.binding, module=module or self.binding.module, alias="")
        return plain if dialect.bound(plain) == name and plain.name != "default" else replace(plain, alias=name)


def read_wanted(text: str, dialect: Dialect, language: Language) -> Wanted | None:
    """An import as a change writes it; None when it cannot be understood."""
    match = _USED_BY.search(text)
    used_by = tuple(name.strip() for name in match.group(1).split(",")) if match else ()
    code = (text[: match.start()] if match else text).replace(ANY, _PLACEHOLDER)
    statement = dialect.parse(code, language)
    if statement is None or len(statement.bindings) != 1:
        return None
    binding = statement.bindings[0]
    if binding.name == _PLACEHOLDER:
        binding = replace(binding, name=ANY)
    if binding.alias == _PLACEHOLDER:
        binding = replace(binding, alias=ANY)
    return Wanted(statement, binding, used_by)


def write_wanted(binding: Binding, used_by: Sequence[str], dialect: Dialect, language: Language) -> str:
    """The inverse of :func:`read_wanted`."""
    text = dialect.render(binding, None)
    if not used_by:
        return text
    mark = "#" if language.name in ("python", "ruby") else "//"
    return f"{text} {mark} for: {', '.join(used_by)}"


def may_apply(data: bytes, changes: Iterable[ImportChange]) -> bool:
    """Whether a file in which no rule fired could still hold something that a change replaces; cheap, on the bytes."""
    return any(
        all(word in data for word in _words(old))
        for change in changes
        for old in (*(old for old, _ in change.replace), *(change.drop if "unused" in change.style else ()))
    )


def _words(text: str) -> list[bytes]:
    """Words without which a file cannot hold the import."""
    bare = _USED_BY.sub("", text).replace(ANY, "").replace(ANY_MODULE, "")
    return [encode(word) for word in re.findall(r"\w+", bare)]
