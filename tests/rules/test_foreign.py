"""Rules of ast-grep run as they are: matched by ast-grep, spliced by us, byte for byte."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from whimbrel.errors import RuleError
from whimbrel.rules import RuleSet, dump_rules, load_rules, parse_rules, rewrite
from whimbrel.syntax import language_named
from whimbrel.text import Edit, apply_edits

CLI = Path(sys.executable).parent / "ast-grep"
PYTHON = language_named("python")


def rule(body: str, language: str = "python", name: str = "r") -> RuleSet:
    return parse_rules(f"id: {name}\nlanguage: {language}\n{body}")


def run(rules: RuleSet, source: str | bytes, language: str = "python") -> bytes:
    data = source.encode() if isinstance(source, str) else source
    return rewrite(data, rules=rules, language=language_named(language)).source


CALL = "rule: {pattern: 'foo($$$A)'}\nfix: bar($$$A)\n"
EQUAL = "rule: {pattern: 'self.assertEqual($A, $B)'}\nfix: assert $A == $B\n"


def test_a_site_is_recorded_like_our_own() -> None:
    source = b"x = 1\ny = foo(1, foo(2))\n"
    outcome = rewrite(source, rules=rule(CALL), language=PYTHON)
    assert outcome.source == b"x = 1\ny = bar(1, bar(2))\n"
    assert [(s.key, s.line, s.start, s.end, s.before, s.after) for s in outcome.sites] == [
        ("r@10", 2, 10, 24, "foo(1, foo(2))", "bar(1, foo(2))"),
        ("r@17", 2, 17, 23, "foo(2)", "bar(2)"),
    ]
    kept = rewrite(source, rules=rule(CALL), language=PYTHON, exclude={"r@10"})
    assert kept.source == b"x = 1\ny = foo(1, bar(2))\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\ufeff\n\nfoo(1)\n".encode(), "\ufeff\n\nbar(1)\n".encode()),
        ('x = "é😀"; foo("😀")\n'.encode(), 'x = "é😀"; bar("😀")\n'.encode()),
        (b'\x0c\nx = "\xe9\xff"; foo("\xfe")  # \x80\n', b'\x0c\nx = "\xe9\xff"; bar("\xfe")  # \x80\n'),
        (b"foo(\r\n    1,\r\n)\r\nfoo(2)", b"bar(\r\n    1,\r\n)\r\nbar(2)"),
    ],
)
def test_bytes_outside_the_edits_never_change(before: bytes, after: bytes) -> None:
    assert run(rule(CALL), before) == after


def test_text_that_moves_keeps_its_bytes() -> None:
    swap = rule("rule: {pattern: 'f($A, $B)'}\nfix: g($B, $A)\n")
    assert run(swap, b'f("\xe9", "\xc3\xa9")\n') == b'g("\xc3\xa9", "\xe9")\n'
    upper = rule(
        "rule: {pattern: 'f($A)'}\ntransform: {B: {replace: {source: $A, replace: x, by: y}}}\nfix: g($B)\n"
    )
    assert run(upper, b'f("x\xe9")\n') == b'g("y\xe9")\n'


def test_the_inside_of_strings_is_never_indented() -> None:
    source = 'def f(self):\n    if a:\n        self.assertEqual("""a\n  b""", [\n            1,\n        ])\n'
    want = 'def f(self):\n    if a:\n        assert """a\n  b""" == [\n            1,\n        ]\n'
    assert run(rule(EQUAL), source) == want.encode()
    wrap = rule("rule: {pattern: 'run($A)'}\nfix: |\n  with it:\n      run($A)\n")
    source = 'if a:\n    run(f("""x\n    y\n""",\n      2))\n'
    want = 'if a:\n    with it:\n        run(f("""x\n    y\n""",\n          2))\n'
    assert run(wrap, source) == want.encode()


def test_lines_are_indented_with_tabs_where_the_file_is() -> None:
    wrap = rule("rule: {pattern: 'f($A)'}\nfix: |\n  g(func() {\n  \treturn $A\n  })\n", "go")
    source = "package a\n\nfunc m() {\n\tx := f(h(\n\t\t1,\n\t))\n}\n"
    want = "package a\n\nfunc m() {\n\tx := g(func() {\n\t\treturn h(\n\t\t\t1,\n\t\t)\n\t})\n}\n"
    assert run(wrap, source, "go") == want.encode()


def test_a_comment_that_would_be_lost_is_a_refusal() -> None:
    source = b"self.assertEqual(\n    a,  # why\n    b)\n"
    outcome = rewrite(source, rules=rule(EQUAL), language=PYTHON)
    assert outcome.source == source
    assert outcome.sites == ()
    (refusal,) = outcome.refusals
    assert (refusal.line, refusal.rule_id) == (1, "r")
    assert "comment" in refusal.reason
    inside = b"foo(\n    a,  # why\n    b)\n"
    assert run(rule(CALL), inside) == b"bar(\n    a,  # why\n    b)\n"


def test_deletion_takes_the_whole_line() -> None:
    gone = rule("rule: {pattern: 'debug($$$)'}\nfix: ''\n")
    assert run(gone, "a()\ndebug(1)\nb()\n") == b"a()\nb()\n"
    assert run(gone, "a(); debug(1); b()\n") == b"a(); ; b()\n"


def test_expansion_reaches_siblings() -> None:
    body = "rule: {kind: keyword_argument, has: {field: name, regex: ^old$}}\n"
    fix = "fix:\n  template: ''\n  expandEnd: {regex: ','}\n"
    assert run(rule(body + fix), "f(old=1, new=2)\n") == b"f( new=2)\n"
    start = "fix:\n  template: ''\n  expandStart: {regex: ',', stopBy: end}\n"
    assert run(rule(body + start), "f(new=2, old=1)\n") == b"f(new=2)\n"


def test_constraints_utils_and_relations_run() -> None:
    text = """\
rule:
  all:
    - pattern: log($A)
    - inside: {kind: function_definition, stopBy: end}
    - not: {matches: quiet}
utils:
  quiet: {pattern: log(None)}
constraints:
  A: {not: {kind: integer}}
fix: logger.info($A)
"""
    source = "log(a)\ndef f():\n    log(a)\n    log(1)\n    log(None)\n"
    assert run(rule(text), source) == b"log(a)\ndef f():\n    logger.info(a)\n    log(1)\n    log(None)\n"


def test_several_documents_and_languages(tmp_path: Path) -> None:
    path = tmp_path / "rules.yml"
    path.write_text(
        f"# community rules\nid: a\nlanguage: Py\n{CALL}---\nid: b\nlanguage: JavaScript\nseverity: off\n{CALL}"
        "---\nid: c\nlanguage: ts\nmessage: m\nnote: n\nurl: u\nmetadata: {a: 1}\nlabels: {}\n"
        "rule: {pattern: 'x($A)'}\nfix: y($A)\n---\nwhimbrel: 1\nrules:\n"
        "  - {id: d, language: go, pattern: p($A), rewrite: q($A)}\n",
        encoding="utf-8",
    )
    rules = load_rules(path)
    assert rules.languages() == {"python", "javascript", "typescript", "go"}
    assert run(rules, "foo(1)", "javascript") == b"foo(1)"  # switched off
    assert run(rules, "x(1);", "typescript") == b"y(1);"
    assert run(rules, "package a\nvar _ = p(1)\n", "go") == b"package a\nvar _ = q(1)\n"
    assert parse_rules(dump_rules(rules)) == rules


def test_ours_and_theirs_share_one_file() -> None:
    ours = parse_rules("whimbrel: 1\nrules:\n  - {id: o, language: python, pattern: foo($A), rewrite: baz($A)}\n")
    both = RuleSet(rules=ours.rules, foreign=rule(CALL).foreign)
    outcome = rewrite(b"foo(1)\nfoo(1, 2)\n", rules=both, language=PYTHON)
    assert outcome.source == b"baz(1)\nbar(1, 2)\n"  # ours wins where both claim a place


def test_paths_are_honoured_when_they_are_known() -> None:
    rules = rule(CALL + "files: ['src/**/*.py', '*.{pyi,pyw}']\nignores: ['**/test_*.py']\n")
    (only,) = rules.foreign
    assert [only.applies_to(p) for p in ("src/a.py", "./src/b/c.py", "a.pyi", "src/test_a.py", "lib/a.py")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert rewrite(b"foo(1)", rules=rules, language=PYTHON, path="lib/a.py").source == b"foo(1)"
    assert rewrite(b"foo(1)", rules=rules, language=PYTHON, path="src/a.py").source == b"bar(1)"


def test_rules_travel_to_other_processes() -> None:
    rules = rule(CALL)
    assert pickle.loads(pickle.dumps(rules)) == rules
    assert run(pickle.loads(pickle.dumps(rules)), "foo(1)") == b"bar(1)"


@pytest.mark.parametrize(
    ("body", "yes", "no"),
    [
        ("rule: {pattern: 'os.popen($A)'}", b"from os import popen", b"os.open(x)"),
        ("rule: {any: [{pattern: aa($A)}, {pattern: bb($A)}]}", b"bb", b"ab"),
        ("rule: {all: [{pattern: aa($A)}, {inside: {pattern: 'class $C(Base): $$$'}}]}", b"aa Base class", b"aa"),
        ("rule: {pattern: aa($A), not: {pattern: aa(None)}}", b"aa(1)", b"a"),
        ("rule: {any: [{pattern: aa($A)}, {kind: call}]}", b"", None),
        ("rule: {pattern: {context: 'aa(b)', selector: identifier}}", b"", None),
        ("rule: {pattern: {context: 'aa(b)', strictness: signature}}", b"", None),
    ],
)
def test_the_prefilter_is_sound(body: str, yes: bytes, no: bytes | None) -> None:
    (only,) = rule(body + "\nfix: x\n").foreign
    assert only.may_match(yes)
    assert no is None or not only.may_match(no)


def test_a_rule_that_only_finds_changes_nothing() -> None:
    rules = rule("rule: {pattern: foo($A)}\n")
    assert not rules.may_match(b"foo(1)", PYTHON)
    assert run(rules, "foo(1)") == b"foo(1)"
    assert run(rule("rule: {pattern: foo($A)}\nfix:\n"), "foo(1)") == b"foo(1)"


HEAD = "id: r\nlanguage: python\n"
BAD = {
    "language": ("id: r\nlanguage: cobol\nrule: {pattern: a}\n", r"f:2: rule r: unknown language 'cobol'"),
    "no language": ("id: r\nrule: {pattern: a}\n", r"f:1: rule r: the rule has no 'language'"),
    "no id": ("language: python\nrule: {pattern: a}\n", r"f:1: a rule has no 'id'"),
    "top key": (HEAD + "rule: {pattern: a}\nfixx: b\n", r"f:4: rule r: unknown key 'fixx'"),
    "rule key": (HEAD + "rule: {patern: a}\n", r"f:3: rule r: unknown key 'patern'"),
    "deep key": (HEAD + "rule:\n  any:\n    - not: {inside: {kin: a}}\n", r"f:5: rule r: unknown key 'kin'"),
    "constraint": (HEAD + "rule: {pattern: $A}\nconstraints: {A: {regexp: a}}\n", r"f:4: rule r: unknown key 'regexp'"),
    "rewriters": (HEAD + "rule: {pattern: a}\nrewriters: []\n", r"f:4: rule r: 'rewriters' are not supported"),
    "rewrite": (HEAD + "rule: {pattern: $A}\ntransform: {B: {rewrite: {}}}\n", r"f:4: rule r: .*'rewrite'"),
    "kind": (HEAD + "rule: {kind: nonsense}\n", r"f:3: rule r: ast-grep does not accept it: .*Kind `nonsense`"),
    "regex": (HEAD + "rule: {regex: (}\n", r"f:3: rule r: ast-grep does not accept it: .*regex"),
    "util": (HEAD + "rule: {matches: u}\n", r"f:3: rule r: ast-grep does not accept it: .*`u` is not defined"),
    "shape": (HEAD + "rule: {pattern: [a]}\n", r"f:3: rule r: ast-grep does not accept it"),
    "stop": (HEAD + "rule: {inside: {kind: call, stopBy: endd}}\n", r"ast-grep does not accept it: .*endd"),
    "unbound": (HEAD + "rule: {pattern: f($A)}\nfix: g($B)\n", r"f:4: rule r: the fix uses \$B"),
    "expand": (
        HEAD + "rule: {pattern: f($A)}\nfix: {template: x, expandEnd: {kind: zz}}\n",
        r"f:4: rule r: ast-grep does not accept it",
    ),
    "twice": (HEAD + "rule: {pattern: a}\n---\n" + HEAD + "rule: {pattern: a}\n", r"f:5: rule r: the id is used twice"),
}


@pytest.mark.parametrize("name", BAD)
def test_mistakes_are_reported_with_their_place(name: str) -> None:
    text, message = BAD[name]
    with pytest.raises(RuleError, match=message) as caught:
        parse_rules(text, "f")
    assert "\n" not in str(caught.value)


AGREE = [
    ("python", CALL, "a = foo(1, [\n  2])\nif a:\n    foo()\n    foo(x)(y)\n"),
    ("python", EQUAL, "def f(self):\n        self.assertEqual(a(\n            1), b)\n"),
    ("python", "rule: {pattern: 'f($A, $B)'}\nfix: g($B, $A, $B)\n", "f(1, [2])\nf(a\n, b)\n"),
    ("python", "rule: {pattern: 'w($A)'}\nfix: |-\n  with x:\n    w($A)\n", "if a:\n    w(1)\n    w(b(\n      2))\n"),
    ("javascript", "rule: {pattern: 'var $A = $B'}\nfix: const $A = $B\n", "var a = {\n  b: 1\n};\n{ var é = '😀' }\n"),
    ("java", "rule: {pattern: '$A.equals($B)'}\nfix: Objects.equals($A, $B)\n", "class A { int b = x.equals(y);}\n"),
]


@pytest.mark.parametrize("case", range(len(AGREE)))
def test_the_result_is_that_of_the_ast_grep_program(case: int, tmp_path: Path) -> None:
    language, body, source = AGREE[case]
    (tmp_path / "rule.yml").write_text(f"id: r\nlanguage: {language}\n{body}", encoding="utf-8")
    command = [CLI, "scan", "--json=compact", "--stdin", "-r", tmp_path / "rule.yml"]
    done = subprocess.run(command, input=source.encode(), capture_output=True, check=False, env={**os.environ})
    edits = [
        Edit(item["replacementOffsets"]["start"], item["replacementOffsets"]["end"], item["replacement"].encode())
        for item in json.loads(done.stdout)
    ]
    assert edits
    assert run(rule(body, language), source, language) == apply_edits(source.encode(), edits)
