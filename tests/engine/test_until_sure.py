"""`run --until-sure` spends trials where a decision is open, and comes to the same end however it is played."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tinyshop import SCENARIO, write_shop

import simkit
from simkit import cli
from simkit.errors import UsageError
from simkit.metrics.statistics.sequential import UntilSure
from simkit.play.agent import Turn
from simkit.runs import Run
from simkit.spending import ModelTerms
from simkit.trace.store import Store

AGENT = '''\
"""Cancels the lamp; of the coin case, every other time; of the hopeless one, never."""


async def agent(turn):
    """By the session's name."""
    case, _, trial = turn.session.split("/")
    if case == "hopeless" or (case == "coin" and int(trial) % 2):
        return "No."
    order = await turn.call("get_order", order_id="W1")
    await turn.call("cancel_order", order_id="W1")
    return f"Your order W1 over ${order.value['total']} is cancelled."
'''
NAMES = ("clear", "coin", "hopeless")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three cases: one always passes, one half the time, one never."""
    shop = write_shop(tmp_path, "---\n".join(SCENARIO.replace("cancel-lamp", name) for name in NAMES))
    (tmp_path / "agent.py").write_text(AGENT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert shop.is_dir()
    return tmp_path


def played(**more: Any) -> Run:
    """The cases, played until each is decided, at most 12 times."""
    return simkit.run("shop", "agent.py:agent", **{"until_sure": UntilSure(max_trials=12), "seed": 4} | more)


def trials(run: Run) -> dict[str, int]:
    """How often each case was played."""
    return {name: tally.sessions for name, tally in run.summary().by_scenario.items()}


def test_trials_are_spent_where_the_decision_is_open(place: Path) -> None:
    run = played()

    assert trials(run) == {"clear": 7, "coin": 12, "hopeless": 7}
    told = run.summary().to_json()["until_sure"]
    assert {name: one["decision"] for name, one in told["decisions"].items()} == {
        "clear": "above", "coin": "open", "hopeless": "below",
    }  # fmt: skip
    assert all(one["n"] == trials(run)[name] for name, one in told["decisions"].items())


@pytest.mark.parametrize("how", [{"at_once": 1}, {"at_once": 3}, {"workers": 2}])
def test_the_same_seed_takes_the_same_trials_however_many_play_at_once(place: Path, how: dict[str, int]) -> None:
    trials = 10 if "workers" in how else 6  # workers start anew for each round

    assert played(trials=trials, **how).summary().digest == played(trials=trials).summary().digest


def test_a_gate_is_decided_for_the_suite_in_whole_rounds(place: Path) -> None:
    run = played(until_sure=UntilSure(0.9, each=False))

    told = run.summary().to_json()["until_sure"]
    assert told["decisions"]["suite"]["decision"] == "below"
    assert len(set(trials(run).values())) == 1
    assert sum(trials(run).values()) < 30


def test_the_first_round_may_have_several_trials_and_the_last_is_bounded(place: Path) -> None:
    assert trials(played(trials=9)) == {"clear": 9, "coin": 12, "hopeless": 9}
    assert trials(played(until_sure=UntilSure(max_trials=2))) == dict.fromkeys(NAMES, 2)
    with pytest.raises(UsageError, match=r"--max-trials 2: must be --trials \(3\) or more"):
        played(trials=3, until_sure=UntilSure(max_trials=2))


@pytest.mark.parametrize("finished", [5, 22])
def test_an_interrupted_run_goes_on_to_the_same_end(place: Path, finished: int) -> None:
    """Decisions rest on whole rounds, not on what happened to be finished."""
    whole = played(out="runs/whole")

    class Enough(Exception):
        """Stands for a kill."""

    count = 0

    def until(score: object) -> None:
        nonlocal count
        count += 1
        if count == finished:
            raise Enough

    with pytest.raises(Enough):
        played(out="runs/cut", progress=until, at_once=2)
    again = played(out="runs/cut", resume=True)

    assert again.summary().digest == whole.summary().digest
    assert again.summary().to_json()["until_sure"] == whole.summary().to_json()["until_sure"]


def test_a_run_is_resumed_on_its_own_terms(place: Path) -> None:
    played(out="runs/own")

    with pytest.raises(UsageError, match="until_sure"):
        played(out="runs/own", resume=True, until_sure=UntilSure(max_trials=13))
    with pytest.raises(UsageError, match="until_sure"):
        played(out="runs/own", resume=True, until_sure=None)
    assert Store.open("runs/own").manifest["until_sure"] == {"threshold": 0.5, "each": True, "max_trials": 12}


def test_a_budget_ends_it_before_it_is_sure(place: Path) -> None:
    async def paying(turn: Turn) -> str:
        async def ask() -> dict[str, Any]:
            return {"text": "No.", "model": "test/one", "usage": {"input_tokens": 1, "output_tokens": 1}}

        return (await turn.once({"q": turn.text}, ask, model="test/one", most=(1, 1)))["text"]

    run = simkit.run("shop", paying, until_sure=UntilSure(), models=ModelTerms(max_model_calls=("agent=9",)))

    summary = run.summary()
    assert summary.total.sessions < 7 * len(NAMES)
    assert summary.total.errored + summary.skipped > 0
    assert {one["decision"] for one in summary.to_json()["until_sure"]["decisions"].values()} == {"open"}


def typed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """A command line: exit code, stdout, stderr."""
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    return (int(left.value.code or 0), *capsys.readouterr())


def test_from_the_command_line(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = ("run", "shop", "--agent", "agent.py:agent", "--seed", "4", "--until-sure", "--max-trials", "12")

    code, out, _ = typed(capsys, *run, "--out", "told", "--json")
    found = json.loads(out)
    assert (code, found["sessions"]) == (1, 26)
    assert found["until_sure"]["of"] == "each scenario"
    assert found["flaky"] == ["coin"]
    assert json.loads(typed(capsys, "score", "told", "--json")[1]) == found

    _, _, shown = typed(capsys, *run, "--out", "shown")
    assert "1 scenarios above 50%, 1 below, 1 open" in shown
    again = typed(capsys, "run", "--out", "shown", "--resume", "--json")
    assert json.loads(again[1])["digest"] == found["digest"]

    code, out, _ = typed(capsys, *run[:-2], "--fail-under", "0.1", "--out", "gate", "--json")
    suite = json.loads(out)["until_sure"]["decisions"]["suite"]
    assert (code, suite["decision"]) == (0, "above")

    code, _, err = typed(capsys, "run", "shop", "--max-trials", "3")
    assert code == 2 and "--max-trials needs --until-sure; for a fixed number write --trials" in err
