"""Rules of ast-grep, as they are: read, checked, and kept as data.

Hand-written and community rule files run unchanged. ``ast-grep-py`` ignores keys that it does not know and panics on an
unknown language, so every document is checked here first, with line numbers; matching and splicing are in
``foreign_match.py``. Not supported, and refused with a clear error: ``rewriters``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

import yaml

from whimbrel.errors import InputError
from whimbrel.rules.foreign_literals import Needs, contained, needs_of
from whimbrel.rules.rule import Evidence
from whimbrel.rules.yaml_nodes import Document, Reader, is_null, plain
from whimbrel.syntax import Language, language_named

META = re.compile(r"\${1,3}([A-Z_][A-Z0-9_]*)")
_MATCHING = ("rule", "constraints", "utils", "transform")
_REMARKS = ("message", "note", "severity", "labels", "files", "ignores", "url", "metadata")
_TOP = ("id", "language", *_MATCHING, "fix", "rewriters", *_REMARKS)
_RELATIONS = ("inside", "has", "precedes", "follows")
_RULE = ("pattern", "kind", "regex", "nthChild", "range", *_RELATIONS, "all", "any", "not", "matches")
_ALIASES = {
    "py": "python",
    "js": "javascript",
    "jsx": "javascript",
    "ts": "typescript",
    "golang": "go",
    "rs": "rust",
    "cc": "cpp",
    "c++": "cpp",
    "cxx": "cpp",
    "cs": "csharp",
    "rb": "ruby",
    "kt": "kotlin",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """The replacement template of a rule."""

    template: str
    """Text with metavariables."""
    expand_start: Mapping[str, Any] | None = field(default=None, compare=False)
    """Relation to an earlier sibling that is replaced, too."""
    expand_end: Mapping[str, Any] | None = field(default=None, compare=False)
    """Relation to a later sibling that is replaced, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignRule:
    """One rule of ast-grep. Plain data, so it can be sent to another process; equal when its text is."""

    id: str
    language: str
    """Whimbrel's name of the language."""
    text: str
    """The YAML document."""
    config: Mapping[str, Any] = field(compare=False, repr=False)
    """What ast-grep needs for matching: rule, constraints, utils, transform."""
    fix: Fix | None = field(default=None, compare=False, repr=False)
    """None for a rule that only finds."""
    needs: Needs = field(default=(), compare=False, repr=False)
    """Byte strings that every file with a match contains."""
    files: tuple[str, ...] = ()
    """Globs of the paths that the rule is for; none means all."""
    ignores: tuple[str, ...] = ()
    """Globs of the paths that it is not for."""
    severity: str = "hint"
    """``off`` switches the rule off."""
    note: str = field(default="", compare=False)
    """Its message, for people."""
    evidence: Evidence = field(default_factory=Evidence)
    """Rules written by people are believed."""

    def may_match(self, data: bytes) -> bool:
        """Whether the rule could change a file with these bytes: false only when it cannot."""
        return self.fix is not None and self.severity != "off" and contained(self.needs, data)

    def applies_to(self, path: str) -> bool:
        """Whether ``files`` and ``ignores`` admit a path (relative to the tree, with slashes)."""
        if not self.files and not self.ignores:
            return True
        path = path.removeprefix("./")
        if any(_glob(pattern).match(path) for pattern in self.ignores):
            return False
        return not self.files or any(_glob(pattern).match(path) for pattern in self.files)


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    """A path glob as a regular expression: ``*`` and ``?`` stay inside a folder, ``**`` does not, ``{a,b}`` chooses."""
    out: list[str] = []
    depth = 0
    for part in re.findall(r"\*\*/|\*\*|\[!?[^\]]+\]|.", pattern.removeprefix("./"), re.S):
        if part in ("**/", "**"):
            out.append("(?:.*/)?" if part == "**/" else ".*")
        elif part in "*?":
            out.append("[^/]*" if part == "*" else "[^/]")
        elif len(part) > 1:
            out.append(part.replace("[!", "[^", 1))
        elif part == "{":
            depth += 1
            out.append("(?:")
        elif part == "}" and depth:
            depth -= 1
            out.append(")")
        else:
            out.append("|" if part == "," and depth else re.escape(part))
    return re.compile("".join(out) + ")" * depth + r"\Z", re.S)


def read_foreign(reader: Reader, document: Document) -> ForeignRule:
    """A rule of ast-grep from one YAML document.

    Raises:
        RuleError: if it has unknown keys, another language than ours, or ast-grep does not accept it.
    """
    root = document.root
    name = reader.identity(root, "a rule")
    inner = Reader(reader.name, name)
    keys = inner.mapping(root, "the rule", _TOP)
    if "rewriters" in keys:
        inner.fail(keys["rewriters"], "'rewriters' are not supported", "split the rule, or run it with ast-grep")
    language = _language(inner, inner.required(root, keys, "language", "the rule"))
    for key, body in _rules_in(inner, keys):
        _check_rule(inner, body, key)
    config: dict[str, Any] = {key: plain(keys[key]) for key in _MATCHING if key in keys}
    config = {key: value for key, value in config.items() if value is not None}
    _check_transform(inner, keys.get("transform"))
    _check_with_ast_grep(inner, keys["rule"], config, language)
    fix = _fix(inner, keys["fix"], language) if "fix" in keys else None
    if fix is not None:
        _check_bound(inner, keys["fix"], fix, config)
    return ForeignRule(
        id=name,
        language=language.name,
        text=document.text,
        config=config,
        fix=fix,
        needs=needs_of(config, language),
        files=_globs(inner, keys, "files"),
        ignores=_globs(inner, keys, "ignores"),
        severity=inner.text(keys["severity"], "'severity'") if "severity" in keys else "hint",
        note=inner.text(keys["message"], "'message'") if "message" in keys else "",
    )


def _language(reader: Reader, node: yaml.Node) -> Language:
    name = reader.text(node, "'language'")
    try:
        language = language_named(_ALIASES.get(name.lower(), name))
    except InputError as error:
        reader.fail(node, error.message, error.hint)
    if language.ast_grep is None:
        reader.fail(node, f"ast-grep does not know the language {name!r}")
    return language


def _globs(reader: Reader, keys: Mapping[str, yaml.Node], key: str) -> tuple[str, ...]:
    """File globs; the long form {glob, caseInsensitive} is read as its glob."""
    found: list[str] = []
    for node in reader.items(keys[key], repr(key)) if key in keys else []:
        if isinstance(node, yaml.MappingNode):
            inner = reader.mapping(node, f"an item of {key!r}", ("glob", "caseInsensitive"))
            node = reader.required(node, inner, "glob", f"an item of {key!r}")
        found.append(reader.text(node, f"an item of {key!r}"))
    return tuple(found)


def _rules_in(reader: Reader, keys: Mapping[str, yaml.Node]) -> Iterator[tuple[str, yaml.Node]]:
    yield "'rule'", keys["rule"]
    for key in ("constraints", "utils"):
        if key in keys:
            for name, body in reader.mapping(keys[key], repr(key)).items():
                yield f"{key[:-1]} {name!r}", body


def _check_rule(reader: Reader, node: yaml.Node, what: str, extra: tuple[str, ...] = ()) -> None:
    """Refuse keys that ast-grep would silently ignore."""
    keys = reader.mapping(node, what, (*_RULE, *extra))
    for key, value in keys.items():
        if key in _RELATIONS:
            _check_rule(reader, value, repr(key), ("stopBy", "field"))
        elif key == "not" or (key == "stopBy" and isinstance(value, yaml.MappingNode)):
            _check_rule(reader, value, repr(key))
        elif key in ("all", "any"):
            for item in reader.items(value, repr(key)):
                _check_rule(reader, item, f"an item of {key!r}")
        elif key == "pattern" and isinstance(value, yaml.MappingNode):
            reader.mapping(value, "'pattern'", ("context", "selector", "strictness"))
        elif key == "nthChild" and isinstance(value, yaml.MappingNode):
            inner = reader.mapping(value, "'nthChild'", ("position", "ofRule", "reverse"))
            if "ofRule" in inner:
                _check_rule(reader, inner["ofRule"], "'ofRule'")


def _check_transform(reader: Reader, node: yaml.Node | None) -> None:
    if node is None:
        return
    known = {
        "replace": ("source", "replace", "by"),
        "convert": ("source", "toCase", "separatedBy"),
        "substring": ("source", "startChar", "endChar"),
    }
    for name, body in reader.mapping(node, "'transform'").items():
        if isinstance(body, yaml.ScalarNode):
            if body.value.lstrip().startswith("rewrite"):
                reader.fail(body, f"the transform {name!r} uses 'rewrite', which is not supported")
            continue
        for operation, arguments in reader.mapping(body, f"the transform {name!r}").items():
            if operation == "rewrite":
                reader.fail(body, f"the transform {name!r} uses 'rewrite', which is not supported")
            if operation not in known:
                reader.unknown(body, f"operation {operation!r} in the transform {name!r}", operation, known)
            reader.mapping(arguments, f"the transform {name!r}", known[operation])


def _check_with_ast_grep(reader: Reader, node: yaml.Node, config: dict[str, Any], language: Language) -> None:
    import ast_grep_py  # slow to load, and most runs do without it

    try:
        ast_grep_py.SgRoot("", str(language.ast_grep)).root().find_all(cast(ast_grep_py.Config, config))
    except (RuntimeError, ValueError, TypeError) as error:
        reader.fail(node, f"ast-grep does not accept it: {_cause(error)}")
    except Exception as error:
        if type(error) is not Exception:  # ast-grep-py raises bare Exceptions for what it cannot deserialise
            raise
        reader.fail(node, f"ast-grep does not accept it: {_cause(error)}")


def _cause(error: Exception) -> str:
    text = str(error).partition("Stack backtrace")[0]
    causes = re.findall(r"^\s*\d+: (.+)$", text, re.M)
    return ": ".join(cause.strip().rstrip(".") for cause in causes) or text.strip().replace("\n", " ")


def _fix(reader: Reader, node: yaml.Node, language: Language) -> Fix | None:
    if is_null(node):
        return None
    if isinstance(node, yaml.SequenceNode):
        if not node.value:
            return None
        node = node.value[0]  # ast-grep applies the first of several fixes
    if isinstance(node, yaml.ScalarNode):
        return Fix(template=reader.text(node, "'fix'"))
    keys = reader.mapping(node, "'fix'", ("template", "expandStart", "expandEnd", "title"))
    template = reader.text(reader.required(node, keys, "template", "'fix'"), "'template'")
    expansions: dict[str, Any] = {}
    for key in ("expandStart", "expandEnd"):
        if key in keys:
            _check_rule(reader, keys[key], repr(key), ("stopBy", "field"))
            expansions[key] = plain(keys[key])
            stop = expansions[key].get("stopBy")
            if isinstance(stop, Mapping):
                _check_with_ast_grep(reader, keys[key], {"rule": stop}, language)
            matcher = {name: value for name, value in expansions[key].items() if name not in ("stopBy", "field")}
            _check_with_ast_grep(reader, keys[key], {"rule": matcher}, language)
    return Fix(template=template, expand_start=expansions.get("expandStart"), expand_end=expansions.get("expandEnd"))


def _check_bound(reader: Reader, node: yaml.Node, fix: Fix, config: Mapping[str, Any]) -> None:
    bound = set(config.get("transform") or ())
    pending: list[Any] = [config]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            bound.update(META.findall(value))
        elif isinstance(value, Mapping):
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
    for match in META.finditer(fix.template):
        if match[1] not in bound:
            message = f"the fix uses {match[0]}, which the rule does not bind"
            reader.fail(node, message, "bind it in a pattern of the rule")
