"""The measures on hand-made cases, and against the shared scorer where that is at hand."""

import importlib
import random
import sys
import types
from pathlib import Path

import pytest
from case_files import write_case

from whimbrel.replay.case import Case, load_case
from whimbrel.replay.measures import score_case
from whimbrel.vcs.examples import FilePair

SHARED = Path(__file__).parents[2].parent / "shared" / "replay"


def pair(path, before, after):
    return FilePair(path=path, before=before.encode(), after=after.encode())


def case(targets, examples=(), distractors=None, core=()):
    return Case(
        name="c", repository="r", language="python", title="t", examples=tuple(examples), targets=tuple(targets),
        distractors={path: text.encode() for path, text in (distractors or {}).items()}, core=frozenset(core),
    )  # fmt: skip


def score(one, **predictions):
    files = {f"{name}.py": text.encode() for name, text in predictions.items()}
    return score_case(one, files, lambda _path, source: source.count(b"(") != source.count(b")"))


TARGET = pair("t.py", "a = old(1)\nb = old(2)\nc = 3\n", "a = new(1)\nb = new(2)\nc = 4\n")
EXAMPLE = pair("e.py", "x = old(9)\n", "x = new(9)\n")


def test_a_perfect_prediction():
    got = score(case([TARGET], [EXAMPLE], {"d.py": "d = old()\n"}, ["t.py"]), t=TARGET.after.decode())
    assert (got.recall, got.shown_recall, got.precision, got.f1, got.touched, got.broken) == (1, 1, 1, 1, (), 0)
    assert got.files[0].byte_exact and got.files[0].token_exact and got.core_files == got.files
    assert (got.files[0].hunks, got.files[0].shown) == (3, 2)


def test_doing_nothing_has_no_precision():
    got = score(case([TARGET], [EXAMPLE]))
    assert (got.recall, got.shown_recall, got.precision, got.f1) == (0, 0, None, 0)


def test_a_part_of_the_edits():
    got = score(case([TARGET], [EXAMPLE]), t="a = new(1)\nb = new(2)\nc = 3\n")
    assert (got.recall, got.shown_recall, got.precision) == (pytest.approx(2 / 3), 1, 1)


def test_wrong_content_and_wrong_places_cost_precision():
    got = score(case([TARGET], [EXAMPLE]), t="a = newer(1)\nb = new(2)\nz = 3\n")
    assert (got.recall, got.precision) == (pytest.approx(1 / 3), pytest.approx(1 / 3))


def test_touched_distractors_cost_precision():
    got = score(
        case([TARGET], [EXAMPLE], {"d.py": "d = old()\n", "k.py": "k\n"}), t=TARGET.after.decode(), d="d = new()\n"
    )
    assert (got.touched, got.distractors, got.precision) == (("d.py",), 2, pytest.approx(3 / 4))


def test_white_space_counts_in_bytes_only():
    got = score(case([TARGET]), t=TARGET.after.decode().replace(" = ", "="))
    assert (got.files[0].byte_exact, got.files[0].token_exact, got.recall) == (False, True, 1)


def test_broken_files_are_those_with_more_errors_than_before_and_after():
    one = case([TARGET], [], {"d.py": "d = old()\n", "e.py": "e = old((\n"})
    assert score(one, t="a = new(1\nb = new(2)\nc = 4\n", d="d = new((\n", e="e = new((\n").broken == 2


def test_swapped_arguments_are_two_edits_of_which_none_is_right_by_half():
    one = case([pair("t.py", "f(a, b)\n", "g(b, a)\n")])
    assert score(one, t="g(b, a)\n").recall == 1
    assert score(one, t="g(a, b)\n").recall == pytest.approx(1 / 3)


def mangled(source, target, chance):
    """The target with some lines as before, some spoilt."""
    old, new = source.splitlines(keepends=True), target.splitlines(keepends=True)
    lines = [chance.choice([a, b, b, b.replace(b"(", b"(z, ")]) for a, b in zip(old, new, strict=False)]
    return b"".join(lines + new[len(old) :])


@pytest.fixture
def shared_score(monkeypatch):
    """The shared scorer, its parser left out."""
    if not (SHARED / "score.py").exists():
        pytest.skip("the shared scorer is not at hand")
    monkeypatch.syspath_prepend(str(SHARED))
    monkeypatch.setitem(sys.modules, "tree_sitter_language_pack", types.ModuleType("tree_sitter_language_pack"))
    for name in ("lexer", "tdiff", "score"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    module = importlib.import_module("score")
    monkeypatch.setattr(module, "nerr", lambda *_: 0)
    yield module
    for name in ("lexer", "tdiff", "score"):
        sys.modules.pop(name, None)


def test_the_figures_are_those_of_the_shared_scorer(shared_score, tmp_path):
    for number in range(6):
        chance = random.Random(number)
        folder = write_case(tmp_path / "cases", chance, number)
        one = load_case(folder)
        predictions = {p.path: mangled(p.before, p.after, chance) for p in one.targets if chance.random() < 0.9}
        predictions["d.py"] = one.distractors["d.py"].replace(b"alpha", b"ALPHA")
        for path, data in predictions.items():
            (tmp_path / "pred" / path).parent.mkdir(exist_ok=True)
            (tmp_path / "pred" / path).write_bytes(data)
        for path in {p.path for p in one.targets} - set(predictions):
            (tmp_path / "pred" / path).unlink(missing_ok=True)
        theirs = shared_score.score_case(str(folder), str(tmp_path / "pred"))
        ours = score_case(one, predictions, lambda *_: 0)
        assert ours.recall == pytest.approx(theirs["hunk_recall"])
        assert ours.shown_recall == pytest.approx(theirs["seen_shape_recall"])
        assert ours.precision == pytest.approx(theirs["hunk_precision"])
        assert ours.share("byte_exact") == theirs["byte_exact"]
        assert ours.share("token_exact") == theirs["token_exact"]
        assert sum(file.core for file in ours.files) == theirs["core_files"]
        assert len(ours.touched) == theirs["distractors_touched"]
