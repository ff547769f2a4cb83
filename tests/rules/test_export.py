"""Our rules as ast-grep's: the program of that name finds the same sites with them and makes the same edits."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from whimbrel.errors import RuleError
from whimbrel.rules import Context, HoleCondition, Rule, RuleSet, Transform, parse_rules, rewrite
from whimbrel.rules.export import export_rules, to_ast_grep, verify_export
from whimbrel.rules.export.sites import site_of
from whimbrel.rules.export.tokens import escape
from whimbrel.rules.yaml_text import block
from whimbrel.syntax import language_for_path, language_named
from whimbrel.text import Edit

CLI = Path(sys.executable).parent / "ast-grep"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A rule, a sample from which the export is made, and another file on which it has to agree."""

    path: str
    pattern: str
    rewrite: str
    sample: str
    other: str
    where: Mapping[str, HoleCondition] = field(default_factory=dict)
    transform: Mapping[str, Transform] = field(default_factory=dict)
    inside: tuple[str, ...] = ()
    scope: str = "code"

    def rule(self) -> Rule:
        language = language_for_path(self.path)
        assert language is not None
        return Rule(
            id="r",
            language=language.name,
            pattern=self.pattern,
            rewrite=self.rewrite,
            where=self.where,
            transform=self.transform,
            context=Context(inside=self.inside),
            scope=self.scope,
        )


CASES = {
    "a call that parses alone": Case(
        path="a.py",
        pattern="os.popen($A)",
        rewrite="run($A)",
        sample="x = os.popen(a)\n",
        other="os.popen(f(1))\npopen(1)\nos.popen(1, 2)\nos.popen()\n",
    ),
    "an import, word for word": Case(
        path="a.py",
        pattern="from app import config",
        rewrite="from app import settings",
        sample="from app import config\n",
        other="from app.x import config\nfrom app import config, b\nfrom app import config\n",
    ),
    "an argument and its neighbour": Case(
        path="a.py",
        pattern=", check_all",
        rewrite=", newline, check_all",
        sample="f(a, check_all)\n",
        other="f(check_all)\nf(a, check_all, 2)\ncheck_all = 1\ng(b(1, 2), check_all)\nf(a, newline, check_all)\n",
    ),
    "an argument dropped with its comma": Case(
        path="a.py",
        pattern=", real=True, positive",
        rewrite=", positive",
        sample="S('x', real=True, positive=True)\n",
        other="S('x', real=True)\nS('x', real=True, positive=False)\nS('y', real=False, positive=1)\n",
    ),
    "the end of a call whose start is open": Case(
        path="a.py",
        pattern="warn($$$A)",
        rewrite="warn($$$A, stacklevel=2)",
        sample="warnings.warn('a')\n",
        other="warnings.warn('a', B)\nwarn('x')\nwarned(1)\nw.warn(f(2), stacklevel=2)\n",
    ),
    "a member renamed": Case(
        path="a.py",
        pattern=".worker_app",
        rewrite=".worker.worker_app",
        sample="hs.config.worker_app\n",
        other="x.worker_app.y\nworker_app\nx.worker.worker_app\n",
    ),
    "a statement before another": Case(
        path="a.py",
        pattern="\n\nfrom".join(["uuid", ""]).rstrip(),
        rewrite="uuid\n\nfrom oslo import cfg\nfrom",
        sample="import uuid\n\nfrom six import a\n",
        other="import os\n\nfrom six import a\nimport uuid\nfrom b import c\n",
    ),
    "a comparison with a typed hole": Case(
        path="a.c",
        pattern="$A == NULL",
        rewrite="!$A",
        where={"A": HoleCondition(kinds=("call_expression", "identifier"), not_regex="skip.*")},
        sample="int f() { return a == NULL || g() == NULL; }\n",
        other="int f() { return a->b == NULL; }\nint g() { return skip == NULL; }\nint h() { return b == NULL; }\n",
    ),
    "two changes around what stays": Case(
        path="a.py",
        pattern="except $A:\n    $B(",
        rewrite="except $A as e:\n    $B(e, ",
        sample="try:\n    pass\nexcept KeyError:\n    log('x')\n",
        other="try:\n    pass\nexcept ValueError:\n    warn('x')\nexcept a.B:\n    x\n",
    ),
    "a name of any kind in javascript": Case(
        path="a.ts",
        pattern="IRef",
        rewrite="React.Ref",
        sample="let a: IRef = 1; f(IRef);\n",
        other="function f(x: IRef) { return IRef.x; }\nlet IReff = 'IRef';\n",
    ),
    "a separator dropped": Case(
        path="a.ts",
        pattern=", IRef }",
        rewrite=" }",
        sample="import { A, IRef } from 'x';\n",
        other="import { B, C, IRef } from 'y';\nimport { IRef, D } from 'z';\n",
    ),
    "fields of a literal in go": Case(
        path="a.go",
        pattern="Dial($$$A)",
        rewrite="Dial($$$A, grpc.WithInsecure())",
        sample="package a\nvar c = grpc.Dial(addr)\n",
        other="package a\nfunc f() { x, _ := grpc.Dial(a, b); y := DialTLS(a) }\n",
    ),
    "the context counts": Case(
        path="a.go",
        pattern="x",
        rewrite="y",
        inside=("argument_list",),
        sample="package a\nvar b = f(x)\nvar x = 1\n",
        other="package a\nvar x = g(1, x)\nvar c = x\n",
    ),
    "a derived text": Case(
        path="a.java",
        pattern="$A.get($B)",
        rewrite="$A.$C()",
        where={"B": HoleCondition(kinds=("string_literal",))},
        transform={"C": Transform(source="B", operation="replace", arguments={"replace": '"', "by": ""})},
        sample='class A { int b = x.get("name"); }\n',
        other='class A { int b = y.get("age") + z.get(1); }\n',
    ),
    "words of a comment": Case(
        path="a.py",
        scope="comments",
        pattern="TODO(jo",
        rewrite="NOTE(al",
        sample="a = 1  # TODO(jo): x\n",
        other="# TODO( jo\n'TODO(jo'\n# TODO(joe)\n",
    ),
    "a rust path": Case(
        path="a.rs",
        pattern="crate::support",
        rewrite="cargo_test_support",
        sample="use crate::support::x;\n",
        other="use crate::support::{a, b};\nuse crate::supported;\nfn f() { crate::support::g(); }\n",
    ),
}


def squeezed(text: str) -> str:
    return "".join(text.split())


def cli(document: str, path: Path) -> str:
    """What the ast-grep program makes of a file."""
    rule = path.with_name("rule.yml")
    rule.write_text(document, encoding="utf-8")
    command = [CLI, "scan", "--update-all", "-r", rule, path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"})
    assert done.returncode in (0, 1), done.stderr
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_the_ast_grep_program_does_the_same(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    rule = case.rule()
    document = to_ast_grep(rule, [(case.path, case.sample.encode())])
    assert document is not None
    assert verify_export(document, rule, [case.sample.encode(), case.other.encode()]), document
    for text in (case.sample, case.other):
        path = tmp_path / case.path
        path.write_text(text, encoding="utf-8")
        ours = rewrite(text.encode(), rules=RuleSet(rules=(rule,)), language=language_named(rule.language)).source
        assert squeezed(cli(document, path)) == squeezed(ours.decode())
        theirs = rewrite(text.encode(), rules=parse_rules(document), language=language_named(rule.language)).source
        assert squeezed(theirs.decode()) == squeezed(ours.decode())


def test_rules_that_cannot_be_said_are_named() -> None:
    rules = RuleSet(
        rules=(
            Rule(id="plain", language="python", pattern="f($A)", rewrite="g($A)"),
            Rule(id="absent", language="python", pattern="h($A)", rewrite="g($A)"),
            Rule(
                id="case",
                language="python",
                pattern="f($A)",
                rewrite="$B",
                transform={"B": Transform(source="A", operation="convert", arguments={"toCase": "uncapitalize"})},
            ),
        )
    )
    export = export_rules(rules, [("a.py", b"f(1)\n")])
    assert len(export.documents) == 1
    assert yaml.safe_load(export.text)["id"] == "plain"
    reasons = dict(export.not_expressible)
    assert set(reasons) == {"absent", "case"}
    assert "no site" in reasons["absent"]
    assert "uncapitalize" in reasons["case"]


def test_without_samples_only_plain_patterns_are_exported() -> None:
    assert to_ast_grep(Rule(id="a", language="python", pattern="f($A)", rewrite="g($A)")) is not None
    assert to_ast_grep(Rule(id="a", language="python", pattern=", a)", rewrite=", b)")) is None


def test_rules_of_ast_grep_are_passed_on() -> None:
    text = "id: x\nlanguage: python\nrule: {pattern: a($B)}\nfix: c($B)\n"
    assert export_rules(parse_rules(text)).text == text


def test_an_export_that_finds_other_sites_is_told() -> None:
    rule = Rule(id="a", language="python", pattern="f($A)", rewrite="g($A)")
    wide = "id: a\nlanguage: python\nrule: {pattern: f($$$A)}\nfix: g($$$A)\n"
    assert verify_export(wide, rule, [b"f(1)\n"])
    assert not verify_export(wide, rule, [b"f(1)\n", b"f(1, 2)\n"])
    other = "id: a\nlanguage: python\nrule: {pattern: f($A)}\nfix: h($A)\n"
    assert not verify_export(other, rule, [b"f(1)\n"])


def test_sites_are_compared_by_what_changes() -> None:
    source = b"a = f(x, y)\n"
    narrow = site_of(source, [Edit(4, 5, b"g")])
    assert narrow == (4, 5, (b"g",))
    assert site_of(source, [Edit(0, 11, b"a = g(x,   y)")]) == narrow
    assert site_of(source, [Edit(5, 6, b"( ")]) is None


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_any_text_is_escaped_for_the_regular_expressions_of_rust(text: str) -> None:
    document = {"id": "a", "language": "python", "rule": {"kind": "comment", "regex": f"^{escape(text)}$"}}
    try:
        parse_rules("\n".join(block(document)) + "\n")
    except RuleError as error:  # pragma: no cover
        pytest.fail(str(error))


VALUES = st.recursive(
    st.one_of(st.text(max_size=12), st.integers(-5, 5), st.sampled_from(["a\nb", "a: b", "- x", "1e3", "yes", "#"])),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3), st.dictionaries(st.text(max_size=4), inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=4), VALUES, min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_documents_are_written_as_they_are(value: dict[str, object]) -> None:
    def chomped(node: object) -> object:
        if isinstance(node, dict):
            return {key: chomped(item) for key, item in node.items()}
        return [chomped(item) for item in node] if isinstance(node, list) else node

    text = "\n".join(block(value)) + "\n"
    read = yaml.safe_load(text)

    def same(left: object, right: object) -> bool:
        if isinstance(left, dict) and isinstance(right, dict):
            return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
        if isinstance(left, list) and isinstance(right, list):
            return len(left) == len(right) and all(map(same, left, right))
        return left == right or (isinstance(left, str) and left + "\n" == right)

    assert same(chomped(value), read)
