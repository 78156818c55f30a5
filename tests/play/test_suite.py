"""Suites: one seed reproduces all, one session's failure touches no other."""

from __future__ import annotations

import random
from pathlib import Path

import anyio
import pytest

import simkit
import simkit.api
import simkit.spec.files
from simkit.errors import UsageError
from simkit.play.agent import Turn

PERSONAS = "personas: [plain, terse-expert, talkative-novice, mistrustful, injector, non-native]"


@pytest.fixture
def crowd(shop: Path) -> Path:
    """The shop with many personas."""
    case = shop / "case.yaml"
    case.write_text(case.read_text().replace("personas: [plain]", PERSONAS))
    return shop


def exported(run: simkit.api.Run) -> list[str]:
    """The canonical log, line by line."""
    return [line for log in run.logs() for line in log.lines()]


async def restless(turn: Turn) -> str:
    """Finishes its turns in any order, and draws from its own seeded randomness."""
    await anyio.sleep(random.random() / 500)
    order = await turn.call("get_order", order_id="W1")
    lucky = turn.random.randint(1, 10**9)
    return f"{order.value['status']} {lucky}. Could you tell me your order number?"


def test_one_seed_gives_the_same_bytes_at_any_concurrency(crowd: Path) -> None:
    alone = simkit.run(crowd, restless, trials=3, seed=5, at_once=1)
    together = simkit.run(crowd, restless, trials=3, seed=5, at_once=64)
    other = simkit.run(crowd, restless, trials=3, seed=6, at_once=64)

    assert exported(alone) == exported(together)
    assert alone.summary().digest == together.summary().digest != other.summary().digest


def test_trials_of_one_scenario_differ_in_their_randomness(crowd: Path) -> None:
    said = {episode.agent_texts[0].text for episode, _ in simkit.run(crowd, restless, trials=4).scored}

    assert len(said) == 24


def test_a_session_that_fails_leaves_the_others_alone(crowd: Path) -> None:
    async def moody(turn: Turn) -> str:
        if "injector" in turn.session:
            raise RuntimeError("not with you")
        return "Anything else?"

    run = simkit.run(crowd, moody, trials=2)
    reasons = {str(one.log.session).split("/")[1]: one.ended.reason for one, _ in run.scored if one.ended}

    assert reasons.pop("injector") == "agent_failed"
    assert set(reasons.values()) == {"user_closed"}
    assert len(run.scored) == 12


def test_scoring_again_from_the_store_gives_the_same_scores(crowd: Path, tmp_path: Path) -> None:
    run = simkit.run(crowd, "reference", out=tmp_path / "kept")

    assert simkit.score(tmp_path / "kept") == tuple(score for _, score in run.scored)
    assert all(score.passed and not score.findings for _, score in run.scored)


def test_nothing_is_played_with_no_trials_or_no_scenario(crowd: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--trials 0: must be 1 or more"):
        simkit.run(crowd, "null", trials=0)
    with pytest.raises(UsageError, match="there is no scenario to play"):
        simkit.run(simkit.load(simkit.spec.files.shipped("personas")), "null")
