"""Learn from a few files, apply to others, in every language: ``tests/fixtures/<language>/<case>/``.

A case is a folder: ``examples/before`` and ``examples/after`` hold what is learnt from, ``tree/before`` and
``tree/after`` what the rules have to do. Without ``tree/after`` the tree must stay as it is. ``case.toml`` is optional:

* ``examples = "<language>/<case>"``: learn from the examples of another case;
* ``xfail = "reason"``: known not to work yet.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from whimbrel.learn import Example, learn
from whimbrel.rules import RuleSet, dump_rules, parse_rules, rewrite
from whimbrel.syntax import count_errors, language_for_path, languages

FIXTURES = Path(__file__).parent / "fixtures"
LANGUAGES = (
    *("bash", "c", "cpp", "csharp", "go", "java", "javascript", "kotlin"),
    *("php", "python", "ruby", "rust", "scala", "tsx", "typescript"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One folder."""

    name: str
    """``<language>/<case>``."""
    examples: str
    """The case whose examples are used."""
    xfail: str
    """Why it is known to fail; empty: it has to work."""

    @property
    def tree_before(self) -> dict[str, bytes]:
        """Path to bytes."""
        return files_below(FIXTURES / self.name / "tree" / "before")

    @property
    def tree_after(self) -> dict[str, bytes]:
        """What has to come of it."""
        after = FIXTURES / self.name / "tree" / "after"
        return files_below(after) if after.is_dir() else self.tree_before


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its relative path."""
    paths = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    return dict(sorted(found.items()))


def read_case(folder: Path) -> Case:
    """A case with the settings of its ``case.toml``."""
    name = folder.relative_to(FIXTURES).as_posix()
    toml = folder / "case.toml"
    settings = tomllib.loads(toml.read_text()) if toml.exists() else {}
    assert settings.keys() <= {"examples", "xfail"}, toml
    return Case(name=name, examples=settings.get("examples", name), xfail=settings.get("xfail", ""))


def all_cases() -> list[Case]:
    """Every case, in a stable order."""
    return [read_case(folder) for folder in sorted(FIXTURES.glob("*/*")) if folder.is_dir()]


CASES = all_cases()
PARAMETERS = [
    pytest.param(
        case,
        id=case.name,
        marks=[pytest.mark.xfail(reason=case.xfail, strict=False)] if case.xfail else [],
    )
    for case in CASES
]


@cache
def rules_of(examples: str) -> RuleSet:
    """The rules that the examples of a case teach."""
    folder = FIXTURES / examples / "examples"
    before, after = files_below(folder / "before"), files_below(folder / "after")
    assert before.keys() == after.keys(), examples
    return learn([Example(path=path, before=data, after=after[path]) for path, data in before.items()]).rules


def apply(rules: RuleSet, tree: dict[str, bytes]) -> dict[str, bytes]:
    """The tree with the rules applied to every file."""
    out = {}
    for path, data in tree.items():
        language = language_for_path(path)
        assert language is not None, path
        out[path] = rewrite(data, rules=rules, language=language, path=path).source
    return out


def text(tree: dict[str, bytes]) -> str:
    """The tree as one text: a failing comparison shows a readable difference."""
    return "".join(f"==> {path}\n{data.decode()}" for path, data in tree.items())


@pytest.mark.parametrize("case", PARAMETERS)
def test_case(case: Case) -> None:
    """What is learnt from the examples makes the after tree of the before tree, byte for byte."""
    rules = rules_of(case.examples)
    result = apply(rules, case.tree_before)
    assert text(result) == text(case.tree_after), dump_rules(rules)
    assert text(apply(rules, result)) == text(result), "a second time changes something"
    read_again = parse_rules(dump_rules(rules), case.name)
    assert text(apply(read_again, case.tree_before)) == text(result), "rules read from YAML do something else"


@pytest.mark.parametrize("case", [case for case in CASES if case.examples == case.name], ids=lambda case: case.name)
def test_examples_are_reproduced(case: Case) -> None:
    """Applied to the examples' own before files, the rules make their after files, and leave those alone."""
    folder = FIXTURES / case.examples / "examples"
    before, after = files_below(folder / "before"), files_below(folder / "after")
    rules = rules_of(case.examples)
    assert text(apply(rules, before)) == text(after), dump_rules(rules)
    assert text(apply(rules, after)) == text(after), dump_rules(rules)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fixture_is_well_formed(case: Case) -> None:
    """Every file parses, is in the folder's language, and a case that changes something also keeps something."""
    assert case.tree_before.keys() == case.tree_after.keys()
    if (FIXTURES / case.name / "tree" / "after").is_dir():
        assert any(data != case.tree_after[path] for path, data in case.tree_before.items())
        assert any(data == case.tree_after[path] for path, data in case.tree_before.items())
    for path in sorted((FIXTURES / case.name).rglob("*")):
        if path.is_dir() or path.name == "case.toml" or "__pycache__" in path.parts:
            continue
        language = language_for_path(path.name)
        assert language is not None, path
        assert language.name == case.name.partition("/")[0], path
        assert count_errors(path.read_bytes(), language) == 0, path


def test_every_language_has_cases() -> None:
    """At least two cases that change something and one that must not, for each language there is."""
    assert {language.name for language in languages()} >= set(LANGUAGES)
    for language in languages():
        own = [case for case in CASES if case.name.startswith(f"{language.name}/")]
        changing = [case for case in own if (FIXTURES / case.name / "tree" / "after").is_dir()]
        assert len(changing) >= 2, language.name
        assert len(own) > len(changing), language.name
