"""Derived text, with the operations of ast-grep's ``transform``."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whimbrel.rules import Transform
from whimbrel.rules.transforms import CASES, derive, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("getAll", ["get", "All"]),
        ("parseHTTPReply2", ["parse", "HTTP", "Reply2"]),
        ("ABC_DEF", ["ABC", "DEF"]),
        ("größeWert", ["größe", "Wert"]),
        ("kebab-case word", ["kebab", "case", "word"]),
        ("", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@given(st.text(alphabet=st.characters(categories=("Lu", "Ll", "Nd"), max_codepoint=0x24F)))
def test_no_letter_is_lost(text: str) -> None:
    assert "".join(split_words(text)) == text


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("lowerCase", "getallitems"),
        ("upperCase", "GETALLITEMS"),
        ("capitalize", "GetAllItems"),
        ("uncapitalize", "getAllItems"),
        ("camelCase", "getAllItems"),
        ("pascalCase", "GetAllItems"),
        ("snakeCase", "get_all_items"),
        ("screamingSnakeCase", "GET_ALL_ITEMS"),
        ("kebabCase", "get-all-items"),
    ],
)
def test_cases(case: str, expected: str) -> None:
    assert derive(Transform(source="A", operation="convert", arguments={"toCase": case}), "getAllItems") == expected


@given(st.from_regex(r"[a-z]{1,5}(_[a-z]{2,5}){0,3}", fullmatch=True))
def test_conversions_go_there_and_back(name: str) -> None:
    for case in ("camelCase", "pascalCase", "kebabCase", "screamingSnakeCase"):
        assert CASES["snakeCase"](CASES[case](name)) == name


@pytest.mark.parametrize(
    ("find", "by", "text", "expected"),
    [
        ("^old_", "new_", "old_name", "new_name"),
        ("(.*)_(.*)", "${2}_$1", "a_b", "b_a"),
        ("(.*)_(.*)", "$2_$1", "a_b", "a"),  # the group "2_", which there is not, as in Rust
        ("(?P<head>.)(.*)", "${head}-$2", "abc", "a-bc"),
        ("x", "${1}", "axb", "ab"),
        ("a", r"\1\n", "bab", r"b\1\nb"),
        ("z", "y", "abc", "abc"),
    ],
)
def test_replace(find: str, by: str, text: str, expected: str) -> None:
    assert derive(Transform(source="A", operation="replace", arguments={"replace": find, "by": by}), text) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [({"startChar": 1, "endChar": -1}, "äb"), ({"startChar": -2}, 'b"'), ({"endChar": 2}, '"ä'), ({}, '"äb"')],
)
def test_substring_counts_characters(arguments: dict[str, int], expected: str) -> None:
    assert derive(Transform(source="A", operation="substring", arguments=arguments), '"äb"') == expected


RULE = """\
id: t
language: python
rule: {pattern: f($A)}
transform:
  S: {convert: {source: $A, toCase: snakeCase}}
  C: {convert: {source: $A, toCase: camelCase}}
  P: {convert: {source: $A, toCase: pascalCase}}
  K: {convert: {source: $A, toCase: kebabCase}}
  B: {convert: {source: $A, toCase: capitalize}}
  L: {substring: {source: $A, startChar: 1, endChar: -1}}
  R: {replace: {source: $A, replace: '^(.)(.*)$', by: '${2}$1'}}
fix: "g($S | $C | $P | $K | $B | $L | $R)"
"""


@pytest.mark.skipif(shutil.which("ast-grep") is None, reason="the ast-grep command line is not installed")
@pytest.mark.parametrize("name", ["getAllItems", "get_all", "größeWert", "_private", "x"])
def test_ast_grep_derives_the_same(name: str, tmp_path: Path) -> None:
    rule, target = tmp_path / "rule.yml", tmp_path / "a.py"
    rule.write_text(RULE)
    target.write_text(f"f({name})\n")
    subprocess.run(["ast-grep", "scan", "-U", "-r", str(rule), str(target)], check=True, capture_output=True)
    cases = [CASES[case](name) for case in ("snakeCase", "camelCase", "pascalCase", "kebabCase", "capitalize")]
    cut = derive(Transform(source="A", operation="substring", arguments={"startChar": 1, "endChar": -1}), name)
    turned = {"replace": "^(.)(.*)$", "by": "${2}$1"}
    expected = [*cases, cut, derive(Transform(source="A", operation="replace", arguments=turned), name)]
    assert target.read_text() == f"g({' | '.join(expected)})\n"
