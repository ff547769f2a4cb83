"""Mining a history, building cases and replaying them, with a stand-in learner."""

import time

import pytest
from word_learner import word_learner

from whimbrel.errors import InputError
from whimbrel.replay.build import anchors, build_case
from whimbrel.replay.history import Search, replay_commit, replay_history
from whimbrel.replay.mine import is_systematic, scan
from whimbrel.replay.run import Skill, run_case
from whimbrel.replay.table import as_json, case_text, rows, table_text
from whimbrel.vcs.git import git


def test_the_systematic_commit_is_found_and_the_others_are_not(history):
    found = scan(history.root, min_files=8)
    assert (found.commits, len(found.candidates), found.shallow) == (4, 3, False)
    assert [one.sha for one in found.candidates if is_systematic(history.root, one)] == [history.systematic]
    assert scan(history.root, min_files=13).candidates == ()
    assert len(scan(history.root, max_commits=2).candidates) == 2
    assert scan(history.root, since="2020-01-01").commits == 3


def test_a_case_holds_parent_files_only(history):
    case = build_case(history.root, history.systematic, examples=3)
    assert (case.language, case.title, len(case.examples), len(case.targets)) == ("python", "use load", 3, 9)
    assert list(case.distractors) == ["pkg/kept.py"]
    assert anchors(case.examples, "python") == ["fetch"]
    assert case.core == {pair.path for pair in case.targets}
    assert all(b"2024" in pair.before and b"2024" in pair.after for pair in (*case.examples, *case.targets))
    assert case == build_case(history.root, history.systematic, examples=3)


def test_replaying_one_commit(history):
    outcome = replay_commit(history.root, history.systematic, learner=word_learner)
    score = outcome.score
    assert (score.recall, score.shown_recall, outcome.rules) == (1, 1, 1)
    assert (score.touched, score.precision) == (("pkg/kept.py",), pytest.approx(9 / 10))


@pytest.mark.parametrize("jobs", [1, 2])
def test_replaying_the_history(history, jobs):
    seen = []
    outcomes = replay_history(
        history.root, Search(), jobs=jobs, learner=word_learner, progress=lambda *numbers: seen.append(numbers)
    )
    assert [outcome.case.title for outcome in outcomes] == ["use load"]
    assert seen == [(0, 3, 0), (1, 3, 0), (2, 3, 1), (3, 3, 1)]
    everything, *_ = rows(outcomes)
    assert (everything.group, everything.cases, everything.averages["recall"]) == ("all", 1, 1.0)
    assert "all" in table_text(rows(outcomes, ("language", "kind")))
    assert history.systematic[:10] in case_text(outcomes)
    assert as_json(outcomes)["cases"][0]["distractors_touched"] == ["pkg/kept.py"]


def test_a_limit_stops_early(history):
    seen = []
    replay_history(history.root, Search(limit=1), learner=word_learner, progress=lambda *numbers: seen.append(numbers))
    assert seen[-1] == (2, 3, 1)


def test_a_learner_that_takes_too_long_or_fails_is_a_result(history):
    case = build_case(history.root, history.systematic)

    def slow(_path, source):
        time.sleep(5)
        return source

    started = time.monotonic()
    outcome = run_case(case, learner=lambda _examples: Skill(rewrite=slow), limit=0.2)
    assert time.monotonic() - started < 4
    assert (outcome.failure, outcome.score.recall) == ("took longer than 0.2 s", 0)

    def failing(_examples):
        raise InputError("nothing to learn")

    assert run_case(case, learner=failing).failure == "nothing to learn"
    with pytest.raises(ZeroDivisionError):
        run_case(case, learner=lambda _examples: 1 / 0)
    crashed = run_case(case, learner=lambda _examples: 1 / 0, crashes=(Exception,))
    assert crashed.failure.startswith("ZeroDivisionError: division by zero (test_history.py:")


def test_the_learner_never_sees_an_answer(history):
    shown = []

    def nosy(examples):
        shown.extend(examples)
        return Skill(rewrite=lambda _path, source: shown.append(source) or source)

    case = build_case(history.root, history.systematic)
    run_case(case, learner=nosy)
    assert shown[:3] == list(case.examples)
    assert shown[3:] == [pair.before for pair in case.targets] + list(case.distractors.values())


def test_bad_input(history, tmp_path):
    history.commit("small", {"pkg/m1.py": "print()\n"})
    git(["clone", "-q", "--depth", "1", history.root.as_uri(), "shallow"], tmp_path)
    git(["init", "-q", "empty"], tmp_path)
    (tmp_path / "plain").mkdir()
    for call, message, hint in (
        (lambda: replay_commit(history.root, "HEAD"), r"edits 1 python files in place: showing 3", "lower --examples"),
        (lambda: replay_commit(history.root, "HEAD~4"), "first of its history", "later commit"),
        (lambda: replay_commit(history.root, "nonsense"), "no such revision", "git log"),
        (lambda: replay_commit(tmp_path / "shallow", "HEAD"), "shallow clone", "--unshallow"),
        (lambda: replay_history(tmp_path / "shallow", Search()), "shallow clone", "--unshallow"),
        (lambda: replay_history(tmp_path / "empty", Search()), "no such revision", "no commits yet"),
        (lambda: replay_history(tmp_path / "plain", Search()), "not a usable git repository", "git repository"),
        (lambda: replay_history(tmp_path / "nowhere", Search()), "no such folder", "git repository"),
        (lambda: replay_history(history.root, Search(max_commits=1)), "no systematic commit among the last 1", "--max"),
        (lambda: replay_history(history.root, Search(min_files=50)), "edits 50 or more files alike", "--min-files"),
    ):
        with pytest.raises(InputError, match=message) as caught:
            call()
        assert hint in caught.value.hint
