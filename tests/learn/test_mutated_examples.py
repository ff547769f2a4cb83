"""Spoilt example pairs of every language: learning and rewriting neither raise nor hang, nor break a file."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from whimbrel.learn import Example, learn
from whimbrel.rules import dump_rules, parse_rules
from whimbrel.sweep.planfile import FilePlan, plan_file
from whimbrel.syntax import count_errors, language_for_path

FIXTURES = Path(__file__).parent.parent / "fixtures"
LANGUAGES = sorted(folder.name for folder in FIXTURES.iterdir() if folder.is_dir())
LIMIT = 10
"""Seconds for one set of examples."""

Mutation = Callable[[random.Random, bytes], bytes]


def _insert(chance: random.Random, data: bytes, piece: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + piece + data[at:]


def _some_lines_gone(chance: random.Random, data: bytes) -> bytes:
    return b"".join(line for line in data.splitlines(keepends=True) if chance.random() < 0.8)


def _deep(chance: random.Random, data: bytes) -> bytes:
    opened, closed = chance.choice([(b"(", b")"), (b"[", b"]"), (b"{", b"}"), (b"f(", b")"), (b"a.", b""), (b"-", b"")])
    return _insert(chance, data, opened * 100 + b"x" + closed * chance.choice([0, 100]))


def _mixed_newlines(chance: random.Random, data: bytes) -> bytes:
    return b"".join(line + chance.choice([b"\n", b"\r\n", b"\r", b"\n\n"]) for line in data.split(b"\n"))


LETTERS = ["é", "名前", "\u2028", "\ufeff", "\u202e", "𝒳", "İ"]
MUTATIONS: list[Mutation] = [
    lambda chance, data: data[: chance.randrange(len(data) + 1)],
    lambda chance, data: _insert(chance, data, chance.randbytes(12)),
    lambda chance, data: _insert(chance, data, b"\0"),
    lambda chance, data: _insert(
        chance, data, chance.choice(["é", "名前", "\u2028", "\ufeff", "\u202e", "𝒳", "İ"]).encode()
    ),
    lambda chance, data: b"\n".join(chance.choice([b"# ", b"// "]) + line for line in data.split(b"\n")),
    lambda chance, data: b"".join(chance.sample(data.splitlines(keepends=True), data.count(b"\n"))),
    lambda chance, data: data.upper(),
    lambda chance, data: b"",
    _some_lines_gone,
    _deep,
    _mixed_newlines,
]


def _pairs(language: str) -> list[Example]:
    found = []
    for before in sorted(FIXTURES.glob(f"{language}/*/examples/before/**/*")):
        after = Path(str(before).replace("/before/", "/after/", 1))
        if before.is_file() and after.is_file() and language_for_path(before.name):
            found.append(Example(path=before.name, before=before.read_bytes(), after=after.read_bytes()))
    return found


def _spoilt(chance: random.Random, pair: Example) -> Example:
    before, after = pair.before, pair.after
    which = chance.randrange(5)
    mutate = chance.choice(MUTATIONS)
    if which == 0:
        before, after = after, before
    if which in (1, 3):
        before = mutate(random.Random(which), before)
    if which in (2, 3):
        after = mutate(random.Random(which), after)
    return Example(path=pair.path, before=before, after=after)


@contextmanager
def _time_limit() -> Iterator[None]:
    def give_up(_number: int, _frame: object) -> None:
        pytest.fail(f"took more than {LIMIT} s")

    earlier = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LIMIT)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, earlier)


def _errors(data: bytes, path: str) -> int:
    language = language_for_path(path)
    assert language is not None
    return count_errors(data, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_spoilt_examples(language: str) -> None:
    pairs = _pairs(language)
    assert pairs
    for seed in range(6):
        chance = random.Random(f"{language} {seed}")
        examples = [_spoilt(chance, pair) for pair in chance.sample(pairs, min(2, len(pairs)))]
        with _time_limit():
            learned = learn(examples)
            assert learned.explained + len(learned.unexplained) == learned.edits, seed
            if not (learned.rules.rules or learned.rules.imports):
                continue
            rules = parse_rules(dump_rules(learned.rules))
            assert rules == learned.rules, seed
            for path, data in [(pair.path, side) for pair in (*examples, *pairs) for side in (pair.before, pair.after)]:
                planned = plan_file(path, data, rules)
                assert planned is None or isinstance(planned, FilePlan), (seed, planned)
                if planned is not None and planned.changed:
                    assert _errors(planned.rewrite.source, path) <= _errors(data, path), (seed, path)


@pytest.mark.parametrize("depth", [300, 5000])
@pytest.mark.parametrize(("opened", "closed"), [("(", ")"), ("[", "]"), ("f(", ")"), ("-", ""), ("a.", ""), ("(", "")])
def test_deep_nesting_beside_an_edit(opened: str, closed: str, depth: int) -> None:
    deep = (opened * depth + "x" + closed * depth).encode()
    with _time_limit():
        learned = learn([Example(path="a.py", before=b"old(" + deep + b")\n", after=b"new(" + deep + b")\n")])
    assert learned.explained == learned.edits == 1


@pytest.mark.parametrize("depth", [300, 1000, 5000])
def test_deep_nesting_deleted(depth: int) -> None:
    with _time_limit():
        learned = learn([Example(path="a.py", before=b"[" * depth, after=b")")])
    assert learned.edits == learned.explained + len(learned.unexplained)


@pytest.mark.parametrize("path", ["a.py", "a.js", "A.java", "a.go"])
def test_a_line_of_a_hundred_thousand_bytes(path: str) -> None:
    junk = b'x = "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"; ' * 2000
    with _time_limit():
        learned = learn([Example(path=path, before=b"fetch(1); " + junk + b"\n", after=b"load(1); " + junk + b"\n")])
    assert learned.explained == learned.edits


@pytest.mark.xfail(raises=RecursionError, reason="the generaliser walks the nodes of a window recursively")
@pytest.mark.parametrize("depth", [1000, 5000])
def test_deep_nesting_that_parses_deleted(depth: int) -> None:
    with _time_limit():
        learn([Example(path="a.py", before=b"x = " + b"[" * depth + b"]" * depth + b"; y\n", after=b"z\n")])
