"""Rule files that cannot be used: the message names the file, the line and the rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from bad_input_kit import RULES, complains, run, snapshot, untouched

HEAD = "whimbrel: 1\nrules:\n  - id: one\n    language: python\n"

BAD_RULES: dict[str, tuple[bytes, str]] = {
    "syntax error": (b"whimbrel: 1\nrules: [\n", "not valid YAML"),
    "tabs": (b"whimbrel: 1\nrules:\n\t- id: one\n", ":3: not valid YAML"),
    "unbound hole": ((HEAD + "    pattern: f($A)\n    rewrite: g($B)\n").encode(), "$B"),
    "unbound hole in a condition": (
        (HEAD + "    pattern: f($A)\n    rewrite: g($A)\n    where:\n      B: {kinds: [string]}\n").encode(),
        "B",
    ),
    "unknown language": (RULES.replace("python", "klingon").encode(), "klingon"),
    "unknown key": (RULES.replace("pattern", "patern").encode(), "did you mean 'pattern'"),
    "no pattern": ((HEAD + "    rewrite: g\n").encode(), "pattern"),
    "empty pattern": ((HEAD + "    pattern: ''\n    rewrite: g\n").encode(), "one"),
    "twice the same id": ((RULES + RULES[RULES.index("  - id") :]).encode(), "rename"),
    "bad regular expression": (
        (HEAD + "    pattern: f($A)\n    rewrite: g($A)\n    where:\n      A: {regex: '('}\n").encode(),
        "bad regular expression: ",
    ),
    "confidence out of range": ((RULES + "    evidence: {confidence: 7}\n").encode(), "not between 0 and 1"),
    "later version": (b"whimbrel: 99\nrules: []\n", "99"),
    "empty": (b"", "rule"),
    "only a comment": (b"# nothing\n", "rule"),
    "a list": (b"- 1\n- 2\n", ""),
    "a text": (b"hello\n", ""),
    "not UTF-8": (b"whimbrel: 1\n# \xff\nrules: []\n", "UTF-8"),
    "binary": (bytes(range(256)), ""),
    "NUL": (b"whimbrel: 1\n\0\n", ""),
    "deep": (b"[" * 1500, "too deeply"),
    "aliases that explode": (
        b"whimbrel: 1\nrules:\n  - &a [x, x]\n"
        + b"".join(b"  - &%c [*%c, *%c]\n" % (98 + n, 97 + n, 97 + n) for n in range(24)),
        "",
    ),
    "python object": (b"!!python/object/apply:os.system ['touch /tmp/whimbrel-was-here']\n", ""),
    "ast-grep without a rule": (b"id: x\nlanguage: python\nrule: {}\nfix: y\n", "x"),
    "ast-grep with an unknown kind": (b"id: x\nlanguage: python\nrule: {kind: no_such_kind}\nfix: y\n", "x"),
    "ast-grep in an unknown language": (b"id: x\nlanguage: klingon\nrule: {pattern: f}\nfix: y\n", "klingon"),
}


@pytest.mark.parametrize(("text", "says"), BAD_RULES.values(), ids=BAD_RULES.keys())
def test_rules_that_are_wrong(plain: Path, tmp_path: Path, text: bytes, says: str) -> None:
    path = tmp_path / "bad.yml"
    path.write_bytes(text)
    with untouched(plain):
        for command in (
            ["apply", path, plain],
            ["apply", path, plain, "--dry-run", "--json"],
            ["migrate", plain, "--rules", path],
        ):
            complains(run(*command), 3, "bad.yml", says)
    assert not Path("/tmp/whimbrel-was-here").exists()


def test_rules_that_are_not_there_or_no_file(plain: Path, tmp_path: Path) -> None:
    with untouched(plain):
        for path in (tmp_path / "gone.yml", tmp_path, tmp_path / "gone" / "deeper.yml"):
            complains(run("apply", path, plain), 3, str(path))
            complains(run("migrate", plain, "--rules", path), 3, str(path))


def test_the_line_of_the_mistake_is_named(plain: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.yml"
    path.write_text(RULES + "  - id: second\n    language: python\n    pattern: f($A)\n    rewrite: g($B)\n")
    error = run("apply", path, plain).err
    assert "bad.yml:10" in error or "bad.yml:7" in error, error
    assert "second" in error


@pytest.mark.parametrize(
    "spoil",
    [lambda text: b"\xef\xbb\xbf" + text, lambda text: text.replace(b"\n", b"\r\n"), lambda text: text.rstrip()],
    ids=["BOM", "CRLF", "no final newline"],
)
def test_rule_files_as_other_editors_write_them(plain: Path, tmp_path: Path, spoil) -> None:
    path = tmp_path / "rules.yml"
    path.write_bytes(spoil(RULES.encode()))
    before = snapshot(plain)
    assert "6 sites in 6 files" in run("migrate", plain, "--rules", path).out
    assert run("undo", plain).code == 0
    assert "6 sites in 6 files" in run("apply", path, plain).out
    assert b"net.load(url, 0)" in (plain / "m0.py").read_bytes()
    assert run("undo", plain).code == 0
    assert snapshot(plain) == before
