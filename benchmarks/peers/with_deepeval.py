"""deepeval at the work: its conversation simulator with a model of ours, a stopping rule that costs nothing, and the
scorer over the test cases that it returns. Its progress bars go to a file."""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ |= {"DEEPEVAL_TELEMETRY_OPT_OUT": "YES", "ERROR_REPORTING": "NO", "DEEPEVAL_UPDATE_WARNING_OPT_OUT": "YES"}

from deepeval.dataset import ConversationalGolden
from deepeval.models import DeepEvalBaseLLM
from deepeval.simulator import ConversationSimulator
from deepeval.simulator.controller.controller import proceed
from deepeval.test_case import Turn
from work import TURNS, Desk, Done, Work, agent, measure, passed, user_model


class UserModel(DeepEvalBaseLLM):  # type: ignore[misc]
    """The model that plays the user, in deepeval's form."""

    def __init__(self, latency: float) -> None:
        self.latency = latency
        super().__init__("user")

    def load_model(self) -> Any:
        return self

    def get_model_name(self) -> str:
        return "user"

    def generate(self, prompt: str, schema: Any = None) -> Any:
        raise NotImplementedError

    async def a_generate(self, prompt: str, schema: Any = None) -> Any:
        return schema(simulated_input=await user_model([], self.latency))


def play(work: Work) -> Done:
    """Every session."""
    desks: dict[str, Desk] = {}

    async def answer(input: str, turns: list[Turn], thread_id: str) -> Turn:
        messages = [{"role": turn.role, "content": turn.content} for turn in turns]
        desk = desks.setdefault(thread_id, Desk())
        return Turn(role="assistant", content=await agent(messages, desk.call, work.latency))

    simulator = ConversationSimulator(
        model_callback=answer,
        simulator_model=UserModel(work.latency),
        max_concurrent=work.at_once,
        stopping_controller=lambda **_: proceed(),
    )
    golden = "Ask for the order's status."
    goldens = [ConversationalGolden(scenario=golden, expected_outcome="It is told.") for _ in range(work.sessions)]
    printed, sys.stdout = sys.stdout, sys.stderr
    try:
        cases = simulator.simulate(goldens, max_user_simulations=TURNS)
    finally:
        sys.stdout = printed
    scores = [passed(turn.content for turn in case.turns if turn.role == "assistant") for case in cases]
    return Done(sum(scores), sum(desk.calls for desk in desks.values()))


if __name__ == "__main__":
    measure(play)
