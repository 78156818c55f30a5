"""A chat model as the agent under test, in the plainest loop: policy and tools in, calls made, until it says something.

Arguments that are no JSON and tools that do not exist go back to the model as the tool's error: they are the agent's
mistakes, and are recorded as such. A model that makes the same mistake, or the same call, again and again has failed.
"""

from __future__ import annotations

from collections.abc import Iterator

from simkit.llm import ChatMessage, Model, OpenModel, ToolCall, minded, open_model
from simkit.play.agent import AgentMaker, ToolResult, Turn
from simkit.spec.instructions import instructions

ROUNDS = 50
"""How often in one turn the model is asked, before it counts as running in circles."""

MALFORMED = 4
"""Calls in a row whose arguments are no JSON object: so many, and the agent has failed."""
UNKNOWN = 5
"""Calls in a row of tools that do not exist."""
IDENTICAL = 5
"""Calls in a row of the same tool with the same arguments."""


def model_agent(model: str | Model) -> AgentMaker:
    """Agents played by the model `PROVIDER/NAME`, or by any async function that is a `Model`."""
    opened = minded(open_model(model) if isinstance(model, str) else model)
    return lambda part: _ModelAgent(opened)


class _ModelAgent:
    def __init__(self, model: OpenModel) -> None:
        self.model = model
        self.messages: list[ChatMessage] = []
        self.stuck = _Stuck()

    async def __call__(self, turn: Turn) -> str:
        """The model's next words, after whatever calls it makes. Raises ModelError where it has no answer."""
        if not self.messages:
            self.messages = list(_remembered(turn))
        self.messages.append(ChatMessage("user", turn.text))
        for _ in range(ROUNDS):
            reply = await self.model(self.messages, tools=turn.tools, once=turn.once)
            self.messages.append(ChatMessage("assistant", reply.text, reply.tool_calls))
            if not reply.tool_calls:
                return reply.text
            for call in reply.tool_calls:
                result = await turn.call_json(call.name, call.arguments)
                self.messages.append(ChatMessage("tool", result.text, answers=call.id))
                self.stuck.saw(call, result)
        raise RuntimeError(f"the model called tools {ROUNDS} times in one turn and said nothing")


class _Stuck:
    """Counts what the model does again and again."""

    def __init__(self) -> None:
        self.last: ToolCall | None = None
        self.malformed = self.unknown = self.identical = 0

    def saw(self, call: ToolCall, result: ToolResult) -> None:
        """Raises RuntimeError at one call too many of a kind in a row."""
        same = self.last is not None and (call.name, call.arguments) == (self.last.name, self.last.arguments)
        self.last = call
        self.malformed = self.malformed + 1 if result.outcome == "malformed" else 0
        self.unknown = self.unknown + 1 if result.outcome == "unknown_tool" else 0
        self.identical = self.identical + 1 if same else 1
        for times, most, kind in (
            (self.malformed, MALFORMED, "whose arguments are no JSON object"),
            (self.unknown, UNKNOWN, "of tools that do not exist"),
            (self.identical, IDENTICAL, "that were one and the same"),
        ):
            if times >= most:
                raise RuntimeError(f"the model made {times} calls in a row {kind}")


def _remembered(turn: Turn) -> Iterator[ChatMessage]:
    """All that came before the user's message: for a session that is resumed, what was said stands in its history."""
    yield ChatMessage("system", instructions(turn.policy, turn.now))
    for message in turn.history[:-1]:
        yield ChatMessage("user" if message.role == "user" else "assistant", message.text)
