"""Rule files: Whimbrel's own YAML, which people read and edit, and ast-grep's.

A file is a stream of YAML documents. A document that starts with ``whimbrel: 1`` holds a list of rules; one with a
``rule`` key is a rule of ast-grep (``foreign.py``). Every rule is compiled when it is loaded, so that a mistake shows
at once and with its line. Writing and reading again gives an equal :class:`RuleSet`, whatever its texts contain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from whimbrel.errors import RuleError, WhimbrelError
from whimbrel.rules.compiled import compile_rule
from whimbrel.rules.foreign import ForeignRule, read_foreign
from whimbrel.rules.rule import Context, Evidence, HoleCondition, ImportChange, Rule, RuleSet, Transform
from whimbrel.rules.transforms import CASES
from whimbrel.rules.yaml_nodes import Reader
from whimbrel.rules.yaml_text import flow, scalar
from whimbrel.syntax import language_named
from whimbrel.text import save_bytes

VERSION = 1
HEADER = """\
# Rewrite rules: 'whimbrel apply THIS_FILE TREE' runs them. Edit freely; mistakes are reported with their line.
# $A stands for one piece of syntax, $$$A for any number of neighbours, \\$A for the text itself.
# What 'pattern' and 'rewrite' have in common stays as it is in the file, with its layout and comments.
# where: what $A may be (kinds, not_kinds, regex, not_regex); transform: text made of it (replace, convert, substring).
# context: where a match may lie (inside, outside: node kinds). Delete a rule that you do not want, or lower its
# confidence.
"""
SCOPES = ("code", "comments", "strings")
_OPERATIONS: dict[str, dict[str, Any]] = {
    "replace": {"replace": "", "by": ""},
    "convert": {"toCase": ""},
    "substring": {"startChar": 0, "endChar": 0},
}
_PAIR = ("old", "new")
_OPTIONAL = ("startChar", "endChar")
_TOP = ("whimbrel", "rules", "imports")


# -- out ---------------------------------------------------------------------------------------------------------------


def save_rules(rules: RuleSet, path: Path) -> None:
    """Write a rule file.

    Raises:
        RuleError: if the file cannot be written.
    """
    try:
        save_bytes(path, dump_rules(rules).encode("utf-8"))
    except OSError as error:
        raise RuleError(f"cannot write {path}: {error.strerror or error}", hint="name another place") from None


def dump_rules(rules: RuleSet) -> str:
    """The text of a rule file."""
    lines: list[str] = []
    if rules.rules or rules.imports or not rules.foreign:
        lines += [HEADER.rstrip("\n"), f"whimbrel: {VERSION}", "", "rules:" if rules.rules else "rules: []"]
        for rule in rules.rules:
            lines += [*_item(_rule_lines(rule)), ""]
        if rules.imports:
            lines.append("imports:")
            for change in rules.imports:
                lines += _item(_import_lines(change))
        while lines and not lines[-1]:
            lines.pop()
    text = "\n".join(lines) + "\n" if lines else ""
    documents = [text] if text else []
    return "---\n".join([*documents, *(rule.text for rule in rules.foreign)])


def _item(lines: Iterator[str]) -> list[str]:
    return [("  - " if index == 0 else "    ") + line for index, line in enumerate(lines)]


def _rule_lines(rule: Rule) -> Iterator[str]:
    yield f"id: {scalar(rule.id, 4)}"
    yield f"language: {scalar(rule.language, 4)}"
    if rule.scope != "code":
        yield f"scope: {rule.scope}"
    yield f"pattern: {scalar(rule.pattern, 4)}"
    yield f"rewrite: {scalar(rule.rewrite, 4)}"
    if rule.where:
        yield "where:"
        for name, condition in rule.where.items():
            yield f"  {flow(name)}: {flow(_written(condition))}"
    if rule.transform:
        yield "transform:"
        for name, transform in rule.transform.items():
            yield f"  {flow(name)}: {flow(_transform(transform))}"
    if _written(rule.context):
        yield f"context: {flow(_written(rule.context))}"
    if _written(rule.evidence):
        yield f"evidence: {flow(_written(rule.evidence))}"
    if rule.note:
        yield f"note: {scalar(rule.note, 4)}"


def _import_lines(change: ImportChange) -> Iterator[str]:
    yield f"language: {scalar(change.language, 4)}"
    for name, value in _written(change).items():
        if name not in ("language", "evidence"):
            yield f"{name}:"
            for item in value:
                yield f"  - {scalar(item, 6) if isinstance(item, str) else flow(dict(zip(_PAIR, item, strict=True)))}"
    if _written(change.evidence):
        yield f"evidence: {flow(_written(change.evidence))}"


def _written(record: Any) -> dict[str, Any]:
    """The fields of a record that differ from their defaults."""
    pairs = ((item, getattr(record, item.name)) for item in fields(record))
    return {item.name: value for item, value in pairs if value != item.default}


def _transform(transform: Transform) -> dict[str, Any]:
    return {transform.operation: {"source": "$" + transform.source, **transform.arguments}}


# -- in ----------------------------------------------------------------------------------------------------------------


def load_rules(path: Path) -> RuleSet:
    """The rules of a file, Whimbrel's or ast-grep's.

    Raises:
        RuleError: if the file cannot be read or a rule in it cannot run; one line with file, line and rule.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        hint = "name a rule file; `whimbrel learn --out FILE` makes one"
        raise RuleError(f"cannot read the rule file {path}: {error.strerror or error}", hint=hint) from None
    except UnicodeDecodeError as error:
        raise RuleError(f"{path}: not UTF-8 text (byte {error.start})", hint="save it as UTF-8") from None
    return parse_rules(text, str(path))


def parse_rules(text: str, name: str = "rules") -> RuleSet:
    """The rules of a YAML text; ``name`` is what errors call it.

    Raises:
        RuleError: see :func:`load_rules`.
    """
    try:
        return _parse(text, name)
    except RuleError as error:
        error.hint = error.hint or "correct the rule file and run it again; nothing was changed"
        raise


def _parse(text: str, name: str) -> RuleSet:
    reader = Reader(name)
    rules: list[Rule] = []
    imports: list[ImportChange] = []
    foreign: list[ForeignRule] = []
    seen: dict[str, int] = {}
    documents = reader.documents(text)
    if not documents:
        raise RuleError(f"{name}: the rule file is empty", hint="learn rules with 'whimbrel learn --out FILE'")
    for document in documents:
        root = document.root
        keys = reader.mapping(root, "the rule file")
        if "rule" in keys and "whimbrel" not in keys:
            foreign.append(read_foreign(reader, document))
            _unique(reader, root, foreign[-1].id, seen)
            continue
        _check_version(reader, root, keys)
        for node in reader.items(keys["rules"], "'rules'") if "rules" in keys else []:
            rules.append(_read_rule(reader, node))
            _unique(reader, node, rules[-1].id, seen)
        for node in reader.items(keys["imports"], "'imports'") if "imports" in keys else []:
            imports.append(_read_import(reader, node))
    return RuleSet(rules=tuple(rules), imports=tuple(imports), foreign=tuple(foreign))


def _check_version(reader: Reader, root: yaml.Node, keys: Mapping[str, yaml.Node]) -> None:
    if "whimbrel" not in keys:
        reader.fail(root, "neither a rule file of Whimbrel nor of ast-grep", "start it with the line 'whimbrel: 1'")
    version = reader.text(keys["whimbrel"], "'whimbrel'")
    if version != str(VERSION):
        reader.fail(keys["whimbrel"], f"unknown format version {version!r}", f"this Whimbrel reads version {VERSION}")
    reader.mapping(root, "the rule file", _TOP)


def _unique(reader: Reader, node: yaml.Node, rule_id: str, seen: dict[str, int]) -> None:
    if rule_id in seen:
        reader.fail(node, f"rule {rule_id}: the id is used twice, first in line {seen[rule_id]}", "give one another id")
    seen[rule_id] = node.start_mark.line + 1


def _read_rule(reader: Reader, node: yaml.Node) -> Rule:
    known = [item.name for item in fields(Rule)]
    rule_id = reader.identity(node, "a rule")
    inner = Reader(reader.name, rule_id)
    keys = inner.mapping(node, "the rule", known)
    arguments: dict[str, Any] = {}
    for key in ("language", "pattern", "rewrite"):
        arguments[key] = inner.text(inner.required(node, keys, key, "the rule"), repr(key))
    for key in ("scope", "note"):
        if key in keys:
            arguments[key] = inner.text(keys[key], repr(key))
    if arguments.get("scope", "code") not in SCOPES:
        inner.unknown(keys["scope"], f"scope {arguments['scope']!r}", arguments["scope"], SCOPES)
    if "where" in keys:
        arguments["where"] = {
            name.lstrip("$"): HoleCondition(**inner.record(value, f"${name.lstrip('$')}", HoleCondition))
            for name, value in inner.mapping(keys["where"], "'where'").items()
        }
    if "transform" in keys:
        arguments["transform"] = {
            name.lstrip("$"): _read_transform(inner, value, name.lstrip("$"))
            for name, value in inner.mapping(keys["transform"], "'transform'").items()
        }
    if "context" in keys:
        arguments["context"] = Context(**inner.record(keys["context"], "'context'", Context))
    if "evidence" in keys:
        arguments["evidence"] = _evidence(inner, keys["evidence"])
    rule = Rule(id=rule_id, **arguments)
    _compile(inner, node, keys, rule)
    return rule


def _compile(reader: Reader, node: yaml.Node, keys: Mapping[str, yaml.Node], rule: Rule) -> None:
    _known_language(reader, keys["language"], rule.language)
    if not rule.pattern.strip():
        reader.fail(keys["pattern"], "the pattern is empty", "write the code that should be found")
    try:
        compile_rule(rule)
    except WhimbrelError as error:
        reader.fail(node, error.message, error.hint)


def _known_language(reader: Reader, node: yaml.Node, language: str) -> None:
    try:
        language_named(language)
    except WhimbrelError as error:
        reader.fail(node, error.message, error.hint)


def _evidence(reader: Reader, node: yaml.Node) -> Evidence:
    evidence = Evidence(**reader.record(node, "'evidence'", Evidence))
    if not 0 <= evidence.confidence <= 1:
        reader.fail(node, f"the confidence {evidence.confidence} is not between 0 and 1")
    return evidence


def _read_transform(reader: Reader, node: yaml.Node, name: str) -> Transform:
    what = f"the transform {name!r}"
    found = reader.mapping(node, what)
    if len(found) != 1:
        reader.fail(node, f"{what} needs exactly one operation", f"one of: {', '.join(_OPERATIONS)}")
    operation, body = next(iter(found.items()))
    if operation not in _OPERATIONS:
        reader.unknown(node, f"operation {operation!r} in {what}", operation, _OPERATIONS)
    known = _OPERATIONS[operation]
    keys = reader.mapping(body, what, ["source", *known])
    source = reader.text(reader.required(body, keys, "source", what), "'source'").lstrip("$")
    for key in known:
        if key not in _OPTIONAL:
            reader.required(body, keys, key, what)
    arguments = {key: reader.typed(value, repr(key), known[key]) for key, value in keys.items() if key != "source"}
    if operation == "convert" and arguments["toCase"] not in CASES:
        reader.unknown(keys["toCase"], f"case {arguments['toCase']!r} in {what}", arguments["toCase"], CASES)
    if operation == "replace":
        try:
            re.compile(arguments["replace"])
        except re.error as error:
            reader.fail(keys["replace"], f"bad regular expression in {what}: {error}")
    return Transform(source=source, operation=operation, arguments=arguments)


def _read_pair(reader: Reader, node: yaml.Node) -> tuple[str, str]:
    keys = reader.mapping(node, "an item of 'replace'", _PAIR)
    old, new = (reader.required(node, keys, key, "an item of 'replace'") for key in _PAIR)
    return reader.text(old, "'old'"), reader.text(new, "'new'")


def _read_import(reader: Reader, node: yaml.Node) -> ImportChange:
    names = [item.name for item in fields(ImportChange)]
    keys = reader.mapping(node, "an import change", names)
    language = reader.text(reader.required(node, keys, "language", "an import change"), "'language'")
    _known_language(reader, keys["language"], language)
    arguments: dict[str, Any] = {"language": language}
    for key, value in keys.items():
        if key == "evidence":
            arguments[key] = _evidence(reader, value)
        elif key == "replace":
            arguments[key] = tuple(_read_pair(reader, item) for item in reader.items(value, repr(key)))
        elif key != "language":
            arguments[key] = reader.texts(value, repr(key))
    return ImportChange(**arguments)
