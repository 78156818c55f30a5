"""The kit for other people's tests: it passes what keeps the contract, and says what is wrong with what does not."""

from __future__ import annotations

from typing import Any

import pytest

from simkit.play.agent import Turn
from simkit.testing import check_agent, check_view, scripted_agent


@pytest.mark.parametrize("agent", ["null", scripted_agent(("look_up", {"name": "T1"}), "Red.")])
def test_agents_that_answer_keep_the_contract(agent: Any) -> None:
    episode = check_agent(agent)

    assert len(episode.agent_texts) == 3


def test_a_call_is_recorded_for_further_questions() -> None:
    async def agent(turn: Turn) -> str:
        return f"It is {(await turn.call('look_up', name='T1')).value['colour']}."

    episode = check_agent(agent)

    assert [call.tool for call in episode.agent_calls] == ["look_up"] * 3
    assert check_view("tool", episode) == ("START", *["look_up:ok"] * 3, "END:unknown")


async def silent(turn: Turn) -> str:
    """Says nothing."""
    return "  "


async def clumsy(turn: Turn) -> str:
    """Cannot stand emptiness."""
    return turn.text.split()[0]


@pytest.mark.parametrize(
    ("agent", "sentence"),
    [
        (silent, "the agent answered turn 2 with an empty text"),
        (clumsy, "the agent failed: IndexError"),
        (lambda turn: 7, "it must answer with text"),
    ],
)
def test_what_breaks_the_contract_is_said_in_a_sentence(agent: Any, sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        check_agent(agent)


def test_a_view_must_be_a_function_of_what_it_is_given() -> None:
    episode = check_agent("null")
    seen: list[int] = []

    def moody(event: Any, episode: Any) -> str:
        seen.append(1)
        return f"state {len(seen)}"

    with pytest.raises(AssertionError, match="other states the second time"):
        check_view(moody, episode)
    with pytest.raises(AssertionError, match="no state for any event"):
        check_view("tool", episode)
