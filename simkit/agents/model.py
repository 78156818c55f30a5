"""A chat model as the agent under test, in the plainest loop: policy and tools in, calls made, until it says something.

Arguments that are no JSON and tools that do not exist go back to the model as the tool's error: they are the agent's
mistakes, and are recorded as such.
"""

from __future__ import annotations

from collections.abc import Iterator

from simkit.llm import ChatMessage, Model, open_model
from simkit.play.agent import AgentMaker, Turn
from simkit.spec.rules import fill

ROUNDS = 50
"""How often in one turn the model is asked, before it counts as running in circles."""


def model_agent(model: str | Model) -> AgentMaker:
    """Agents played by the model `PROVIDER/NAME`, or by any async function that is a `Model`."""
    opened = open_model(model) if isinstance(model, str) else model
    return lambda part: _ModelAgent(opened)


SYSTEM = """\
You are the agent of a service and talk to one of its users. Follow this policy.

{policy}

It is now {now}. Use the tools for everything that you look up or change; do not invent what they did not tell you.
"""


class _ModelAgent:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.messages: list[ChatMessage] = []

    async def __call__(self, turn: Turn) -> str:
        """The model's next words, after whatever calls it makes. Raises ModelError where it has no answer."""
        if not self.messages:
            self.messages = list(_remembered(turn))
        self.messages.append(ChatMessage("user", turn.text))
        for _ in range(ROUNDS):
            reply = await self.model(self.messages, tools=turn.tools)
            turn.note_model(reply.model, reply.usage)
            self.messages.append(ChatMessage("assistant", reply.text, reply.tool_calls))
            if not reply.tool_calls:
                return reply.text
            for call in reply.tool_calls:
                result = await turn.call_json(call.name, call.arguments)
                self.messages.append(ChatMessage("tool", result.text, answers=call.id))
        raise RuntimeError(f"the model called tools {ROUNDS} times in one turn and said nothing")


def _remembered(turn: Turn) -> Iterator[ChatMessage]:
    """All that came before the user's message: for a session that is resumed, what was said stands in its history."""
    yield ChatMessage("system", fill(SYSTEM, {"policy": turn.policy, "now": turn.now}))
    for message in turn.history[:-1]:
        yield ChatMessage("user" if message.role == "user" else "assistant", message.text)
