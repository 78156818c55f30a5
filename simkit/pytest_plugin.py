"""Scenarios as test cases.

    @pytest.mark.scenarios("scenarios/retail", agent="my_agent.py:agent", trials=2)
    def test_retail(session):
        assert session.passed, session.reason

Each scenario x persona x trial is one test, so `-k`, `-x` and pytest-xdist do what they always do. The fixture
`session` is the score of the session that was played for it (`SessionScore`); `episode` is what happened (`Episode`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from simkit.metrics.score import SessionScore
    from simkit.paths.episode import Episode

ARGUMENTS = ("agent", "user", "trials", "seed")
"""What the mark takes besides paths."""

_PLAYED = pytest.StashKey[tuple[Any, Any]]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        "scenarios(*paths, agent=None, user='agenda', trials=1, seed=0): play these scenarios, one test a session; "
        "the test takes the fixture `session` (its score) or `episode` (what happened).",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each scenario x persona x trial."""
    mark = metafunc.definition.get_closest_marker("scenarios")
    if mark is None:
        return
    from simkit import api
    from simkit.agents.resolve import resolve_agent
    from simkit.errors import SimkitError

    if wrong := _wrong_mark(mark, metafunc.fixturenames):
        raise pytest.Collector.CollectError(f"{metafunc.definition.nodeid}: {wrong}")
    trials = mark.kwargs.get("trials", 1)
    try:
        cases = api.load(*mark.args).cases
        if isinstance(agent := mark.kwargs.get("agent"), str):
            for domain in {case.domain.name: case.domain for case in cases}.values():
                resolve_agent(agent, domain)
    except SimkitError as error:
        raise pytest.Collector.CollectError("\n".join(error.lines())) from None
    todo = [(case, persona.persona, trial) for case in cases for persona in case.personas for trial in range(trials)]
    ids = [f"{case.scenario.scenario}-{persona}-{trial}" for case, persona, trial in todo]
    metafunc.parametrize("simkit_sitting", todo, ids=ids)


def _wrong_mark(mark: pytest.Mark, fixtures: Sequence[str]) -> str:
    """What is wrong with a mark and its test, and the cure; empty if nothing."""
    from simkit.errors import did_you_mean

    unknown = next((name for name in mark.kwargs if name not in ARGUMENTS), None)
    trials = mark.kwargs.get("trials", 1)
    if unknown:
        return f"'{unknown}' is no argument of the mark scenarios{did_you_mean(unknown, ARGUMENTS)}"
    if not isinstance(trials, int) or trials < 1:
        return f"trials={trials!r}: must be a whole number of 1 or more"
    if "simkit_sitting" not in fixtures:
        return "takes neither `session` nor `episode`; add one"
    return ""


@pytest.fixture
def simkit_sitting() -> Any:
    """The session to be played; given by the marker."""
    pytest.fail("the fixtures session and episode need @pytest.mark.scenarios(PATH, …) on the test", pytrace=False)


def _played(request: pytest.FixtureRequest, sitting: Any) -> tuple[Episode, SessionScore]:
    stash = request.node.stash
    if _PLAYED not in stash:
        from simkit import api
        from simkit.errors import SimkitError

        case, persona, trial = sitting
        given = dict(request.node.get_closest_marker("scenarios").kwargs)
        given.pop("trials", None)
        try:
            stash[_PLAYED] = api.play_case(case, given.pop("agent", None), persona=persona, trial=trial, **given)
        except SimkitError as error:
            pytest.fail("\n".join(error.lines()), pytrace=False)
    return stash[_PLAYED]


@pytest.fixture
def session(request: pytest.FixtureRequest, simkit_sitting: Any) -> SessionScore:
    """The score of the session played for this test: `passed`, `reason`, `goal`, `findings`."""
    return _played(request, simkit_sitting)[1]


@pytest.fixture
def episode(request: pytest.FixtureRequest, simkit_sitting: Any) -> Episode:
    """What happened in the session played for this test."""
    return _played(request, simkit_sitting)[0]


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Put the conversation beside a failure: what was said, what was called."""
    if call.when == "call" and call.excinfo is not None and _PLAYED in item.stash:
        from simkit.report.transcript import transcript

        item.add_report_section("call", "simkit session", transcript(*item.stash[_PLAYED]))
