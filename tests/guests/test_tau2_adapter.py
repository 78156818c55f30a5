"""tau2-bench's tasks are played in its own environments, and rewarded as its evaluator would.

What is played here is a package of our own of the same shape (`shaped/tau2`), so that it is tested everywhere;
`benchmarks/tau2_agreement.py` holds the installed tau2-bench against our reading of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import simkit
from simkit.errors import UsageError
from simkit.metrics.benchmarks.tau2 import Rewarded, rewarded
from simkit.metrics.null_agent import passes_untouched
from simkit.play.agent import Turn
from simkit.play.suite import sittings
from simkit.play.toolbox import perform
from simkit.play.world import World
from simkit.runs import load
from simkit.spec.files import Case
from simkit.spread.casting import cast_of

SHAPED = Path(__file__).parent / "shaped"
GATE = "gate-shut-31d23633"


def forget() -> None:
    """No module of any tau2 is loaded."""
    for name in [name for name in sys.modules if name.split(".")[0] == "tau2"]:
        del sys.modules[name]


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package of tau2-bench's shape is the one that is installed."""
    forget()
    monkeypatch.syspath_prepend(str(SHAPED))
    yield
    forget()


def played(what: str, agent: Any, **terms: Any) -> dict[str, Rewarded]:
    """Scenario -> its reward, when it is played."""
    run = simkit.run(what, agent, **terms)
    return {score.scenario: rewarded(episode, score) for episode, score in run.scored}


def case(task: str) -> Case:
    """One case of the library."""
    return load(f"tau2:library:{task}").cases[0]


def world_of(one: Case) -> World:
    """The world as a session of a case begins."""
    from simkit.spec.files import Pack

    cast = cast_of(Pack((one,)), "null", "agenda")
    return World(next(sittings([one], cast, trials=[0], seed=0, versions={})).start)


@pytest.mark.usefixtures("library")
def test_the_gold_path_earns_the_whole_reward_and_our_pass() -> None:
    """On both sides: the user opens the gate themselves when the agent asks for it."""
    found = played("tau2:library", "reference")

    assert {name: (one.reward, one.outcome) for name, one in found.items()} == {
        "lend": (1.0, "pass"),
        "leave": (1.0, "pass"),
        GATE: (1.0, "pass"),
    }
    assert [part.name for part in found[GATE].components] == ["ENV_ASSERTION", "ACTION"]


@pytest.mark.usefixtures("library")
def test_doing_nothing_passes_what_wants_nothing_changed_and_reading_knows_it() -> None:
    run = simkit.run("tau2:library", "null")
    found = {score.scenario: (score.passed, passes_untouched(episode)) for episode, score in run.scored}

    assert found == {"lend": (False, False), "leave": (True, True), GATE: (False, False)}


@pytest.mark.usefixtures("library")
def test_an_agent_gets_their_policy_and_their_tools_with_schemas() -> None:
    seen: list[Turn] = []

    async def agent(turn: Turn) -> str:
        seen.append(turn)
        assert (await turn.call("lend_book", book="B1")).outcome == "invalid_arguments"
        assert (await turn.call("open_gate", code="42")).outcome == "unknown_tool"
        found = await turn.call("find_book", title="Salt")
        assert found.value == {"book": "B2", "title": "Salt", "price": 9.5, "lent_to": None, "days": 0}
        missing = await turn.call("find_book", title="Sugar")
        assert (missing.outcome, missing.value) == ("refused", "there is no book called Sugar")
        return "Goodbye."

    simkit.run("tau2:library:lend", agent)
    assert seen[0].policy == "Lend to card holders."
    assert [(tool.name, tool.effect) for tool in seen[0].tools] == [
        ("find_book", "read"),
        ("lend_book", "write"),
        ("burn_book", "write"),
    ]
    assert seen[0].tools[0].parameters == {
        "properties": {"title": {"type": "string"}},
        "required": ["title"],
        "type": "object",
        "additionalProperties": False,
    }


@pytest.mark.usefixtures("library")
def test_a_task_may_withhold_the_users_tools() -> None:
    assert [tool.name for tool in case("lend").domain.card.tools if tool.by == "user"] == []
    assert [tool.name for tool in case("leave").domain.card.tools if tool.by == "user"] == ["open_gate", "look_at_gate"]


@pytest.mark.parametrize(
    ("given", "theirs", "ours", "outcome"),
    [
        ({"book": "B1", "card": "K7"}, 1.0, 1.0, "pass"),
        ({"book": "B1", "card": "K8"}, 0.0, 0.0, "fail"),
        ({"book": "B2", "card": "K7"}, 0.0, 0.0, "fail"),
        ({"book": "B1", "card": "k7"}, 0.0, 1.0, "pass"),
        ({"book": "B1", "card": "K7", "days": 14.0}, 0.0, 1.0, "pass"),
    ],
)
@pytest.mark.usefixtures("library")
def test_databases_are_compared_to_the_letter_by_tau2_and_by_value_by_us(
    given: dict[str, Any], theirs: float, ours: float, outcome: str
) -> None:
    async def agent(turn: Turn) -> str:
        if len(turn.history) == 1:
            await turn.call("lend_book", **given)
        return "Lent. The price is 1200."

    (found,) = played("tau2:library:lend", agent).values()
    assert [(part.name, part.reward, part.own) for part in found.components] == [
        ("DB", theirs, ours),
        ("COMMUNICATE", 1.0, 1.0),
    ]
    assert (found.reward, found.outcome) == (theirs, outcome)
    assert ("DB" in [one.about for one in found.differences]) is (theirs != ours)


@pytest.mark.usefixtures("library")
def test_what_a_judge_has_to_say_is_unknown_until_one_does() -> None:
    assert played("tau2:library:kind", "reference")["kind"].reward is None
    assert played("tau2:library:hard", "null")["kind"].reward == 0.0


@pytest.mark.usefixtures("library")
def test_a_call_that_is_refused_half_way_leaves_no_trace() -> None:
    one = case("leave")
    world = world_of(one)
    before = world.digest()

    burnt = perform(one.domain, world, "agent", "burn_book", {"book": "B1"})

    assert (burnt.outcome, burnt.result, world.digest()) == ("refused", "the porter stops you", before)
    found = perform(one.domain, world, "agent", "find_book", {"title": "The Tin Kite"})
    assert found.outcome == "ok"


@pytest.mark.usefixtures("library")
def test_a_session_that_goes_on_from_its_tape_goes_on_in_the_same_environment() -> None:
    """The changes of recorded calls are put into a new world, the calls themselves are not made again."""
    one = case("[gate]shut")
    calls = [
        ("agent", "lend_book", {"book": "B1", "card": "K7"}),
        ("user", "open_gate", {"code": "42"}),
        ("agent", "lend_book", {"book": "B2", "card": "K7", "days": 2.5}),
        ("user", "look_at_gate", {}),
    ]
    straight = world_of(one)
    done = [perform(one.domain, straight, *call) for call in calls]  # type: ignore[arg-type]
    assert [each.outcome for each in done] == ["ok"] * 4
    assert [change.path for change in done[1].changes] == ["door.value", "tau2.assertion-0", "user:gate.value"]

    for cut in range(1, 4):
        resumed = world_of(one)
        for each in done[:cut]:
            for change in each.changes:
                resumed.put(*change.path.split(".", 1), change.after or {})
        again = [perform(one.domain, resumed, *call) for call in calls[cut:]]  # type: ignore[arg-type]
        assert [each.result for each in again] == [each.result for each in done[cut:]]
        assert resumed.digest() == straight.digest()


@pytest.mark.usefixtures("library")
def test_sessions_do_not_see_each_other() -> None:
    found = played("tau2:library", "reference", trials=3, at_once=9)
    assert {one.reward for one in found.values()} == {1.0}


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("tau2:librari", "tau2:librari: tau2 has no domain 'librari'; did you mean 'library'?"),
        ("tau2:library:lendd", "'lendd' is no split and no task of tau2's library; did you mean 'lend'?"),
        ("tau2:ruin", "there is no data/ruin/db.json; set TAU2_DATA_DIR to the data folder of its repository"),
        ("tau2:", "tau2:: tau2 has no domain ''; known: library, ruin"),
    ],
)
@pytest.mark.usefixtures("library")
def test_a_name_that_leads_nowhere_is_one_line(ref: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        load(ref)
    assert said in str(raised.value)


def test_without_the_package_there_is_one_line_with_the_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The package of that name on PyPI is not the benchmark."""
    forget()
    monkeypatch.setattr(sys, "path", [place for place in sys.path if not (Path(place) / "tau2").is_dir()])
    with pytest.raises(UsageError) as raised:
        load("tau2:retail")
    assert str(raised.value) == (
        "tau2:retail: the package tau2 is not installed; pip install "
        "git+https://github.com/sierra-research/tau2-bench (the tau2 on PyPI is about something else)"
    )
    (tmp_path / "tau2").mkdir()
    (tmp_path / "tau2" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UsageError, match=r"is not tau2-bench's: it has no tau2\.registry; pip install"):
        load("tau2:retail")
    forget()


def typed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What the command line does where the package is installed."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SHAPED), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "simkit.cli", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_command_line_plays_scores_and_goes_on(tmp_path: Path) -> None:
    done = typed(tmp_path, "run", "tau2:library", "--agent", "reference", "--out", "lib", "--json")
    assert (done.returncode, json.loads(done.stdout)["passed"]) == (0, 3), done.stderr

    scored = json.loads(typed(tmp_path, "score", "lib", "--profile", "tau2", "--json").stdout)
    assert (scored["mean_reward"], scored["pass_hat_k"]) == (1.0, {"1": 1.0})
    assert scored["null_agent"] == {"passed": 1, "scenarios": 3, "pass_rate": 1 / 3}
    assert {name: one["task"] for name, one in scored["by_scenario"].items()} == {
        GATE: "[gate]shut", "leave": "leave", "lend": "lend",
    }  # fmt: skip

    again = typed(tmp_path, "run", "--out", "lib", "--resume", "--json")
    assert json.loads(again.stdout)["digest"] == scored["digest"]

    spread = typed(tmp_path, "run", "tau2:library", "--agent", "reference", "--workers", "2")
    assert (spread.returncode, spread.stderr) == (
        2,
        "simkit: error: --workers 2: other processes cannot read tau2:library, which is no file; leave --workers out\n",
    )
