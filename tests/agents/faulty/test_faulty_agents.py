"""Faults are put into any agent as asked: marked in the log, one a session, the same for the same seed."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

import simkit
from simkit.errors import UsageError
from simkit.metrics.goal import verdict
from simkit.metrics.injected.kinds import AGENT_FAULTS
from simkit.metrics.injected.tally import Injection
from simkit.play.agent import Turn
from simkit.runs import Run
from simkit.spec.files import Pack
from simkit.testing import faulty
from simkit.trace.events import Injected, ToolCalled

SCENARIOS = Path(__file__).resolve().parents[3] / "scenarios"
CANCEL = SCENARIOS / "retail" / "cancel-before-dispatch.yaml"
ONLY_TALK = SCENARIOS / "retail" / "gift-recipient.yaml"


@pytest.fixture(scope="module")
def sample() -> Pack:
    """Every thirty-second scenario of four domains; all of them in `benchmarks/injection.py`."""
    domains = ("airline", "insurance", "retail", "telecom")
    cases = simkit.load(*(SCENARIOS / name for name in domains)).cases[3::32]
    assert {case.domain.name for case in cases} == set(domains)
    return Pack(cases)


@pytest.fixture(scope="module")
def run_with_all(sample: Pack, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Every kind in every sampled scenario that can have it."""
    out = tmp_path_factory.mktemp("runs") / "all"
    return simkit.run(sample, faulty("reference", "all=1"), trials=len(AGENT_FAULTS), out=out)


@pytest.mark.parametrize("kind", AGENT_FAULTS)
def test_the_scores_find_every_fault_as_what_it_is(run_with_all: Run, kind: str) -> None:
    row = run_with_all.summary().injection.kinds[kind]

    assert row["injected"] >= 1
    assert row["found"] == row["injected"] - row["as_other_kind"] - row["missed"]
    assert row["found"] >= 0.98 * row["injected"]


def test_the_scores_find_nothing_that_is_not_there(run_with_all: Run, sample: Pack) -> None:
    assert run_with_all.summary().injection.false_findings == 0
    assert simkit.run(sample, "reference").summary().total.tool_errors == {}


def test_what_is_told_can_be_counted_again_from_the_log(run_with_all: Run) -> None:
    again = simkit.open_run(run_with_all.name)

    assert again.summary().injection == run_with_all.summary().injection
    assert again.summary().injection.harmless == 0


def test_a_session_has_one_fault_and_the_trials_take_turns(run_with_all: Run) -> None:
    had: dict[tuple[str, str], list[str]] = {}
    for episode, score in run_with_all.scored:
        faults = {event.fault for event in episode.events if isinstance(event, Injected)}
        assert len(faults) <= 1
        had.setdefault((score.scenario, score.persona), []).extend(faults)
    for kinds in had.values():
        most = max(kinds.count(kind) for kind in kinds)
        assert most - min(kinds.count(kind) for kind in kinds) <= 1 + len(AGENT_FAULTS) % len(set(kinds))


def test_each_mark_stands_before_what_it_is_about(run_with_all: Run) -> None:
    for episode, _ in run_with_all.scored:
        for mark in (event for event in episode.events if isinstance(event, Injected)):
            after = episode.events[mark.seq + 1]
            if mark.how in ("added", "changed", "moved", "failed"):
                assert isinstance(after, ToolCalled)
                assert after.by == "agent"
            if mark.how == "changed":
                assert mark.instead != {"tool": after.tool, "arguments": after.arguments}
            if mark.how == "said":
                assert after.kind == "agent_said"
                assert after.text.endswith(mark.instead)


@pytest.mark.parametrize("kind", ["wrong_tool", "wrong_arguments", "missing_call"])
def test_another_way_to_the_goal_is_never_put_in_as_an_error(run_with_all: Run, kind: str) -> None:
    with_it = [
        verdict(score.goal)
        for episode, score in run_with_all.scored
        if any(isinstance(event, Injected) and event.fault == kind for event in episode.events)
    ]

    assert set(with_it) == {"fail"}


def test_equal_seeds_give_equal_bytes_at_any_concurrency(sample: Pack) -> None:
    few = Pack(sample.cases[:3])
    digests = [
        simkit.run(few, faulty("reference", "all=0.7"), trials=3, seed=seed, at_once=at_once).summary().digest
        for seed, at_once in ((1, 1), (1, 64), (2, 64))
    ]

    assert digests[0] == digests[1] != digests[2]


def injected(case: Path, kinds: str, agent: Any = "reference", **more: Any) -> Injection:
    """What became of the faults put into one case."""
    return simkit.run(case, faulty(agent, kinds), **more).summary().injection


def test_a_kind_that_a_scenario_cannot_have_is_not_put_in() -> None:
    found = injected(ONLY_TALK, "wrong_arguments=1")

    assert found.kinds["wrong_arguments"] == {"injected": 0, "found": 0, "as_other_kind": 0, "missed": 0}


@pytest.mark.parametrize(("rate", "least", "most"), [(0, 0, 0), (0.5, 8, 22), (1, 30, 30)])
def test_the_rate_is_the_share_of_sessions(rate: float, least: int, most: int) -> None:
    assert least <= injected(CANCEL, f"loop={rate}", trials=10).kinds["loop"]["injected"] <= most


def test_a_plain_function_and_a_demo_agent_can_be_wrapped() -> None:
    def eager(turn: Turn) -> str:
        turn.call_sync("find_customer", email="t.wilk@example.org")
        turn.call_sync("get_order", order_id="W1002", customer_id="C2002")
        return "One moment."

    async def patient(turn: Turn) -> str:
        await turn.call("find_customer", email="t.wilk@example.org")
        return "One moment."

    for agent in (eager, patient, "demo"):
        assert injected(CANCEL, "malformed_call=1", agent).kinds["malformed_call"]["injected"] > 0
    assert injected(CANCEL, "ungrounded_claim=1", "null").kinds["ungrounded_claim"]["injected"] == 0


def test_an_agent_that_never_comes_to_the_place_has_no_fault() -> None:
    summary = simkit.run(CANCEL, faulty("null", "wrong_arguments=1")).summary()

    assert summary.injection.kinds["wrong_arguments"]["injected"] == 0
    assert summary.agent == "null with wrong_arguments=1"


@pytest.mark.parametrize("ref", ["reference", "demo"])
def test_a_run_that_was_interrupted_goes_on_with_the_same_faults(tmp_path: Path, ref: str) -> None:
    agent = faulty(ref, "malformed_call=1")
    whole = simkit.run(CANCEL, agent, out=tmp_path / "half").summary()
    with sqlite3.connect(tmp_path / "half" / "run.db") as store:
        store.execute("delete from events where seq > 5")
        store.execute("update sessions set finished = 0, digest = '', events = 0")

    assert simkit.run(CANCEL, agent, out=tmp_path / "half", resume=True).summary().digest == whole.digest


def test_a_run_goes_on_with_no_other_faults(tmp_path: Path) -> None:
    simkit.run(CANCEL, faulty("reference", "all=1"), trials=3, out=tmp_path / "half")

    with pytest.raises(UsageError, match="agent: reference with all=1 → reference with loop=1"):
        simkit.run(CANCEL, faulty("reference", "loop=1"), trials=3, out=tmp_path / "half", resume=True)


def test_one_text_may_name_several_faults_wherever_it_stands() -> None:
    assert faulty("reference", ["loop=1,wrong_tool=0.5"]).rates == faulty("reference", "loop=1,wrong_tool=0.5").rates


@pytest.mark.parametrize(
    ("wanted", "what"),
    [
        ("wrong_tol=1", "is no kind of fault; did you mean 'wrong_tool'?"),
        ("loop=2", "write a share of sessions from 0 to 1"),
        ("loop", "write a share"),
        ("loop=often", "write a share"),
        ([], "no fault is named"),
    ],
)
def test_what_cannot_be_put_in_is_said_in_one_line(wanted: Any, what: str) -> None:
    with pytest.raises(UsageError) as raised:
        faulty("reference", wanted)

    assert what in str(raised.value)
