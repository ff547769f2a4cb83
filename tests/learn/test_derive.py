"""How one token may be computed from another."""

from __future__ import annotations

import re

import pytest

from whimbrel.learn.derive import derivation
from whimbrel.rules.transforms import derive


@pytest.mark.parametrize(
    ("old", "new", "other", "expected"),
    [
        ('"users"', '"/api/users"', '"teams"', '"/api/teams"'),
        ("'users'", "'users/'", "'teams'", "'teams/'"),
        ('"v1/users"', '"users"', '"v1/teams"', '"teams"'),
        ('"old.users"', '"new.users"', '"old.teams"', '"new.teams"'),
        ("'a'", '"a"', "'b'", '"b"'),
        ("'name'", "name", "'other'", "other"),
        ("name", "'name'", "other", "'other'"),
        ("getAll", "get_all", "findOne", "find_one"),
        ("get_all", "getAll", "find_one", "findOne"),
        ("get_all", "GetAll", "find_one", "FindOne"),
        ("name", "NAME", "other", "OTHER"),
        ("old_name", "new_name", "old_other", "new_other"),
        ("assertEquals", "assertEqual", "assertNotEquals", "assertNotEqual"),
        ("UserOldModel", "UserNewModel", "TeamOldModel", None),
    ],
)
def test_the_rule_behind_one_pair_holds_for_another(old: str, new: str, other: str, expected: str | None) -> None:
    found = derivation(old, new)
    if expected is None:
        assert found is None or derive(found.transform("A"), other) != new
        return
    assert found is not None
    assert derive(found.transform("A"), old) == new
    assert derive(found.transform("A"), other) == expected
    assert not found.condition or re.fullmatch(found.condition, other)


@pytest.mark.parametrize(
    ("old", "new"),
    [("a", "a"), ("abc", "xyz"), ('"a"', "1"), ("12", "13"), ("ab", "cb"), ('"x"', "y"), ("foo", "bar_o")],
)
def test_no_rule(old: str, new: str) -> None:
    assert derivation(old, new) is None


@pytest.mark.parametrize(
    ("old", "new", "unlike"),
    [("old_name", "new_name", "name"), ('"v1/users"', '"users"', '"users"'), ("nameOld", "nameNew", "name")],
)
def test_an_affix_that_goes_must_be_there(old: str, new: str, unlike: str) -> None:
    found = derivation(old, new)
    assert found is not None
    assert found.condition
    assert not re.fullmatch(found.condition, unlike)


def test_text_that_a_template_would_read_is_not_derived() -> None:
    found = derivation('"users"', '"$1/users"')
    assert found is None or derive(found.transform("A"), '"users"') == '"$1/users"'
