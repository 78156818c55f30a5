"""Scenarios as test cases: each session is a test, and its failure shows the conversation."""

from __future__ import annotations

import re

import pytest
from tinyshop import write_shop

import simkit

PASSING = """
import pytest

@pytest.mark.scenarios("shop", agent="reference", trials=3)
def test_shop(session, episode):
    assert session.passed, session.reason
    assert [call.tool for call in episode.agent_calls] == ["get_order", "cancel_order"]
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with a shop, run the way its owner would: without our own conftest."""
    write_shop(pytester.path)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:langsmith_plugin")  # it doubles what a start costs
    return pytester


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> None:
    """All that a session needs is imported before pytester looks: it forgets what is imported after."""
    simkit.run(write_shop(tmp_path_factory.mktemp("shop")), "reference").summary()


@pytest.fixture
def quick(imported: None, suite: pytest.Pytester) -> pytest.Pytester:
    """The same, run in this process."""
    return suite


def test_each_scenario_persona_and_trial_is_a_test_of_a_strict_suite_too(suite: pytest.Pytester) -> None:
    suite.makepyfile(PASSING)
    result = suite.runpytest_subprocess("-v", "-p", "no:cacheprovider", "--strict-markers", "-W", "error")

    result.assert_outcomes(passed=3)
    for trial in range(3):
        result.stdout.fnmatch_lines([f"*::test_shop[[]cancel-lamp-plain-{trial}] PASSED*"])


def test_one_session_can_be_chosen_by_name(quick: pytest.Pytester) -> None:
    quick.makepyfile(PASSING)

    quick.runpytest("-k", "plain-1").assert_outcomes(passed=1, deselected=2)


def test_a_failure_shows_the_reason_and_the_conversation(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        agents="""
        def agent(turn):
            return "I have no idea."
        """,
        test_fail="""
        import pytest

        @pytest.mark.scenarios("shop/case.yaml", agent="agents.py:agent")
        def test_shop(session):
            assert session.passed, session.reason
        """,
    )
    result = suite.runpytest_subprocess()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*AssertionError: *orders.W1.status is 'paid', wanted 'cancelled'*",
            "*simkit session*",
            "cancel-lamp/plain/0: fail. *",
            "* user   *",
            "* agent  I have no idea.",
            "* ended: *",
            "* world: orders.W1.status*",
            "* missing_call *cancel_order*",
        ]
    )


def test_xdist_plays_the_same_tests(suite: pytest.Pytester) -> None:
    suite.makepyfile(PASSING)
    shared = suite.runpytest_subprocess("-v", "-n", "2")

    shared.assert_outcomes(passed=3)
    names = set(re.findall(r"test_shop\[[^\]]+\]", shared.stdout.str()))
    assert names == {f"test_shop[cancel-lamp-plain-{trial}]" for trial in range(3)}


@pytest.mark.parametrize(
    ("mark", "test", "said"),
    [
        ('"shpo"', "session", "shpo: there is no such file or folder; did you mean 'shop'?"),
        ('"shop", agnt="null"', "session", "*'agnt' is no argument of the mark scenarios; did you mean 'agent'?"),
        ('"shop", trials=0', "session", "*trials=0: must be a whole number of 1 or more"),
        ('"shop", agent="null"', "", "*takes neither `session` nor `episode`; add one"),
    ],
)
def test_a_wrong_mark_is_one_clear_line(mark: str, test: str, said: str, quick: pytest.Pytester) -> None:
    quick.makepyfile(f"import pytest\n@pytest.mark.scenarios({mark})\ndef test_shop({test}):\n    pass\n")
    result = quick.runpytest()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([said])
    assert len(result.stdout.lines) < 20, "no traceback through pytest and simkit"


def test_a_broken_scenario_is_named_with_its_place(quick: pytest.Pytester) -> None:
    case = quick.path / "shop/case.yaml"
    case.write_text(case.read_text(encoding="utf-8").replace("wants:", "wnats:"), encoding="utf-8")
    quick.makepyfile(PASSING)

    result = quick.runpytest()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["shop/case.yaml:4:1: 'wnats' is not a key here; did you mean 'wants'?"])


def test_an_agent_that_does_not_exist_is_one_error_before_anything_is_played(quick: pytest.Pytester) -> None:
    quick.makepyfile(PASSING.replace('"reference"', '"nobody"'))
    result = quick.runpytest()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*--agent nobody: is no agent; known: demo, null, reference; *"])


def test_the_fixtures_need_the_mark(quick: pytest.Pytester) -> None:
    quick.makepyfile("def test_shop(session):\n    pass\n")
    result = quick.runpytest()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the fixtures session and episode need @pytest.mark.scenarios(PATH, …) on the test*"])
