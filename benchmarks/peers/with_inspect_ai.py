"""inspect-ai at the work: a task whose solver is the conversation, models of its own kind, its log written to disk."""

from __future__ import annotations

import json
import os
import tempfile
from typing import Any

os.environ |= {"INSPECT_DISPLAY": "none", "INSPECT_LOG_LEVEL": "error"}

from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.model import ChatMessageTool, ChatMessageUser, ModelAPI, ModelOutput, get_model, modelapi
from inspect_ai.scorer import Score, accuracy, scorer
from inspect_ai.solver import Generate, TaskState, solver
from work import ASK, TURNS, Chat, Desk, Done, Work, agent_model, measure, passed, user_model

LATENCY = {"seconds": 0.0}


@modelapi(name="slow")
class Slow(ModelAPI):  # type: ignore[misc]
    """A model that waits and answers as everybody's does here."""

    async def generate(self, input: Any, tools: Any, tool_choice: Any, config: Any) -> ModelOutput:
        if self.model_name == "user":
            return ModelOutput.from_content("user", await user_model([], LATENCY["seconds"]))
        chat: Chat = [{"role": input[-1].role, "content": input[-1].text}]
        answer = await agent_model(chat, LATENCY["seconds"])
        if answer.get("tool_calls"):
            return ModelOutput.for_tool_call("agent", "get_order", {"order_id": "W1"})
        return ModelOutput.from_content("agent", answer["content"])


def play(work: Work) -> Done:
    """Every session."""
    LATENCY["seconds"] = work.latency
    user, clerk = get_model("slow/user"), get_model("slow/agent")
    desks = [Desk() for _ in range(work.sessions)]

    @solver
    def conversation() -> Any:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            desk = desks[int(state.sample_id)]
            for _ in range(TURNS):
                said = await user.generate(state.messages)
                state.messages.append(ChatMessageUser(content=said.completion))
                while (output := await clerk.generate(state.messages)).message.tool_calls:
                    state.messages.append(output.message)
                    for call in output.message.tool_calls:
                        found = json.dumps(await desk.call(call.function, call.arguments))
                        state.messages.append(ChatMessageTool(content=found, tool_call_id=call.id))
                state.messages.append(output.message)
            return state

        return solve

    @scorer(metrics=[accuracy()])
    def status() -> Any:
        async def score(state: TaskState, target: Any) -> Score:
            texts = [one.text for one in state.messages if one.role == "assistant"]
            return Score(value=1 if passed(texts) else 0)

        return score

    samples = [Sample(input=ASK, target="paid", id=str(number)) for number in range(work.sessions)]
    with tempfile.TemporaryDirectory() as folder:
        task = Task(dataset=samples, solver=conversation(), scorer=status())
        logs = eval(task, model=clerk, max_samples=work.at_once, log_dir=folder, display="none")
        rate = logs[0].results.scores[0].metrics["accuracy"].value
    return Done(round(rate * work.sessions), sum(desk.calls for desk in desks))


if __name__ == "__main__":
    measure(play, warm=2)
