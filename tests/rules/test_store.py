"""Rule files: exact round trips, and errors that name file, line and rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whimbrel.errors import RuleError, WhimbrelError
from whimbrel.rules import (
    Context,
    Evidence,
    HoleCondition,
    ImportChange,
    Rule,
    RuleSet,
    Transform,
    dump_rules,
    load_rules,
    parse_rules,
    save_rules,
)
from whimbrel.rules.compiled import compile_rule

ANY_TEXT = st.text(
    st.one_of(
        st.sampled_from(list(" \t\n\r\x0b\x0c\x00\x07\x85\u2028\ufeff\udc80\udcff'\"#:-|>&*!%@`\\{}[],$ABab1é😀")),
        st.characters(),
    ),
    max_size=30,
)
NAMES = st.sampled_from(["A", "B", "ARGS", "X_1"])
CONDITIONS = st.builds(
    HoleCondition,
    kinds=st.lists(st.sampled_from(["identifier", "call", "string"]), max_size=2).map(tuple),
    not_kinds=st.lists(st.sampled_from(["null", "true", "~"]), max_size=2).map(tuple),
    regex=st.sampled_from(["", "a|b", r"\d+: #", "yes", "[x, y]"]),
    not_regex=st.sampled_from(["", "^_", "'"]),
)
EVIDENCE = st.builds(
    Evidence,
    examples=st.integers(0, 9),
    files=st.integers(0, 9),
    refused=st.integers(0, 9),
    confidence=st.floats(0, 1),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """A rule that compiles, with texts of any kind around its metavariables."""
    names = draw(st.lists(NAMES, unique=True, max_size=3))
    pattern = "name" + "".join(draw(ANY_TEXT) + f" ${name} " for name in names) + draw(ANY_TEXT)
    derived = {
        "OUT": Transform(
            source=names[0] if names else "",
            operation="replace",
            arguments={"replace": draw(st.sampled_from(["^a", "(x): #", "1"])), "by": draw(ANY_TEXT)},
        ),
        "CUT": Transform(source="OUT", operation="substring", arguments={"startChar": 1, "endChar": -1}),
    }
    rule = Rule(
        id=draw(st.text(min_size=1, max_size=8)),
        language="python",
        pattern=pattern,
        rewrite=draw(ANY_TEXT) + "".join(f" ${name}" for name in names),
        where={name: draw(CONDITIONS) for name in names if draw(st.booleans())},
        transform=derived if names and draw(st.booleans()) else {},
        context=draw(st.builds(Context, inside=st.sampled_from([(), ("block",), ("a", "b")]))),
        evidence=draw(EVIDENCE),
        note=draw(ANY_TEXT),
    )
    try:
        compile_rule(rule)
    except WhimbrelError:  # the random text happened to hold a metavariable
        return Rule(id=rule.id, language="python", pattern="a $A", rewrite="$A")
    return rule


IMPORTS = st.builds(
    ImportChange,
    language=st.sampled_from(["python", "go"]),
    add=st.lists(ANY_TEXT, max_size=2).map(tuple),
    drop=st.lists(ANY_TEXT, max_size=2).map(tuple),
    replace=st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=2).map(tuple),
    style=st.sampled_from([(), ("separate",)]),
    evidence=EVIDENCE,
)


@given(st.lists(rules(), max_size=3, unique_by=lambda rule: rule.id), st.lists(IMPORTS, max_size=2))
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_again(found: list[Rule], imports: list[ImportChange]) -> None:
    given_rules = RuleSet(rules=tuple(found), imports=tuple(imports))
    text = dump_rules(given_rules)
    text.encode("utf-8")  # whatever the rules hold, the file is plain UTF-8
    assert parse_rules(text) == given_rules


def test_a_file_reads_like_code() -> None:
    rule = Rule(
        id="open-with",
        language="python",
        pattern="with open($A) as $B:\n    $C",
        rewrite="$B = $A.read()",
        where={"A": HoleCondition(kinds=("identifier", "string"))},
        evidence=Evidence(examples=3, files=2, confidence=0.875),
    )
    body = dump_rules(RuleSet(rules=(rule,))).split("whimbrel: 1\n")[1]
    assert body == (
        "\n"
        "rules:\n"
        "  - id: open-with\n"
        "    language: python\n"
        "    pattern: |\n"
        "      with open($A) as $B:\n"
        "          $C\n"
        "    rewrite: $B = $A.read()\n"
        "    where:\n"
        "      A: {kinds: [identifier, string]}\n"
        "    evidence: {examples: 3, files: 2, confidence: 0.875}\n"
    )


def test_save_and_load(tmp_path: Path) -> None:
    rule_set = RuleSet(rules=(Rule(id="a", language="go", pattern="f($A)", rewrite="g(\r\n\t$A \udcff)"),))
    save_rules(rule_set, tmp_path / "r.yml")
    assert load_rules(tmp_path / "r.yml") == rule_set
    with pytest.raises(RuleError, match="cannot write"):
        save_rules(rule_set, tmp_path / "no" / "r.yml")


def test_a_person_may_write_loosely() -> None:
    text = "\ufeffwhimbrel: 1\r\nrules:\r\n- {id: 7, language: python, pattern: no, rewrite: 1.0, note: }\r\n"
    (rule,) = parse_rules(text.removeprefix("\ufeff")).rules
    assert (rule.id, rule.pattern, rule.rewrite, rule.note) == ("7", "no", "1.0", "")
    assert parse_rules("whimbrel: 1\nrules:\nimports:\n") == RuleSet()


RULE = "whimbrel: 1\nrules:\n  - id: r\n    language: python\n    pattern: f($A)\n    rewrite: g($A)\n"

BAD = {
    "syntax": ("whimbrel: 1\nrules: [\n", r"f.yml:3: not valid YAML"),
    "control character": ("whimbrel: 1\n# \x01\n", r"f.yml:2: not valid YAML: the character #x01"),
    "empty": ("\n# nothing\n", r"f.yml: the rule file is empty"),
    "no mapping": ("- a\n", r"f.yml:1: the rule file is not a mapping"),
    "a list of texts": ("whimbrel: 1\nrules:\n  - a\n", r"f.yml:3: a rule is not a mapping"),
    "neither": ("rules: []\n", r"f.yml:1: neither a rule file"),
    "version": ("whimbrel: 9\n", r"f.yml:1: unknown format version '9'"),
    "unknown top key": (RULE + "import: []\n", r"f.yml:7: unknown key 'import' in the rule file"),
    "unknown key": (RULE + "    patern: x\n", r"f.yml:7: rule r: unknown key 'patern'"),
    "twice": (RULE + "    pattern: x\n", r"f.yml:7: rule r: key 'pattern' stands twice"),
    "missing": (RULE.replace("    rewrite: g($A)\n", ""), r"f.yml:3: rule r: the rule has no 'rewrite'"),
    "no id": (RULE.replace("id: r", "note: r"), r"f.yml:3: a rule has no 'id'"),
    "language": (RULE.replace("python", "cobol"), r"f.yml:4: rule r: unknown language 'cobol'"),
    "unbound": (RULE.replace("g($A)", "g($B)"), r"f.yml:3: rule r: the rewrite uses \$B"),
    "empty pattern": (RULE.replace("f($A)", "''"), r"f.yml:5: rule r: the pattern is empty"),
    "only holes": (RULE.replace("f($A)", "$A"), r"f.yml:3: rule r: the pattern .* no literal"),
    "hole regex": (RULE + "    where: {A: {regex: '('}}\n", r"f.yml:3: rule r: bad regular expression"),
    "unbound where": (RULE + "    where: {B: {regex: a}}\n", r"f.yml:3: rule r: 'where' names \$B"),
    "condition": (RULE + "    where: {A: {kind: a}}\n", r"f.yml:7: rule r: unknown key 'kind' in \$A"),
    "duplicate": (RULE + RULE.partition("rules:\n")[2], r"f.yml:7: rule r: the id is used twice, first in line 3"),
    "scope": (RULE + "    scope: comment\n", r"f.yml:7: rule r: unknown scope 'comment'"),
    "operation": (RULE + "    transform: {B: {replac: {source: $A}}}\n", r"f.yml:7: rule r: unknown operation"),
    "argument": (RULE + "    transform: {B: {replace: {source: $A, by: a}}}\n", r"has no 'replace'"),
    "case": (RULE + "    transform: {B: {convert: {source: $A, toCase: snake}}}\n", r"unknown case 'snake'"),
    "transform regex": (RULE + "    transform: {B: {replace: {source: $A, replace: (, by: a}}}\n", r"bad regular expr"),
    "transform source": (RULE + "    transform: {B: {substring: {source: $Z}}}\n", r"the transform reads \$Z"),
    "whole number": (RULE + "    evidence: {examples: many}\n", r"f.yml:7: rule r: .examples. .* not a whole number"),
    "confidence": (RULE + "    evidence: {confidence: 2}\n", r"f.yml:7: rule r: the confidence 2.0 is not between"),
    "import": (RULE + "imports:\n  - {add: [import a]}\n", r"f.yml:8: an import change has no 'language'"),
}


@pytest.mark.parametrize("name", BAD)
def test_mistakes_are_reported_with_their_place(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, message = BAD[name]
    monkeypatch.chdir(tmp_path)
    Path("f.yml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match=message) as caught:
        load_rules(Path("f.yml"))
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3


def test_the_nearest_word_is_suggested() -> None:
    with pytest.raises(RuleError) as caught:
        parse_rules(RULE + "    patern: x\n")
    assert caught.value.hint == "did you mean 'pattern'?"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="cannot read the rule file"):
        load_rules(tmp_path / "missing.yml")
    with pytest.raises(RuleError, match="cannot read the rule file"):
        load_rules(tmp_path)
    (tmp_path / "latin.yml").write_bytes(b"whimbrel: 1 # \xe9\n")
    with pytest.raises(RuleError, match=r"not UTF-8 text \(byte 14\)"):
        load_rules(tmp_path / "latin.yml")
