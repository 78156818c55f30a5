"""What is said to a language model and what it answers: plain values, whatever the provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol


@dataclass(frozen=True)
class ToolCall:
    """A call that a model asks for. `arguments` is JSON text as the model wrote it: it may be malformed."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class ChatMessage:
    """One message of a chat, in the model's eyes: the model itself is the assistant."""

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    """What the assistant asked for."""
    answers: str = ""
    """In a `tool` message: the id of the call whose result it is."""


class Offered(Protocol):
    """A tool as a model is told of it: any value with these three."""

    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def parameters(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Shape:
    """The shape in which a model must answer: JSON text under this schema. Check it all the same."""

    name: str
    description: str
    schema: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What a model answered. `usage` counts tokens, under `input_tokens` and `output_tokens`; `cached_detail` are those
    of the input that were cheaper, and `estimated` is 1 where the model's own count was no count."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    usage: dict[str, int] = field(default_factory=dict)
    model: str = ""

    @property
    def as_json(self) -> dict[str, Any]:
        """As it is kept, so that nobody pays for it twice."""
        return asdict(self) | {"tool_calls": [asdict(call) for call in self.tool_calls]}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Reply:
        """The reply that was kept. What is missing is empty."""
        calls = tuple(ToolCall(**call) for call in kept.get("tool_calls") or ())
        return cls(str(kept.get("text", "")), calls, dict(kept.get("usage") or {}), str(kept.get("model", "")))


class Model(Protocol):
    """A chat model: any async function of this signature is one."""

    async def __call__(
        self, messages: Sequence[ChatMessage], *, tools: Sequence[Offered] = (), shape: Shape | None = None
    ) -> Reply:
        """The model's answer. Raises ModelError where there is none."""


class Once(Protocol):
    """Who sees to it that the same question of a session is paid for once: `Turn.once`, or nobody (`unminded`)."""

    async def __call__(
        self,
        request: Any,
        ask: Callable[[], Awaitable[dict[str, Any]]],
        *,
        model: str = "",
        most: tuple[int, int] = (0, 0),
        slot: AbstractAsyncContextManager[Any] | None = None,
    ) -> dict[str, Any]:
        """What `ask` gives, or gave before to the same `request` (JSON, or its text as bytes).

        `most`: tokens in and out that it can cost. `slot`: entered before it is asked.
        """


async def unminded(
    request: Any,
    ask: Callable[[], Awaitable[dict[str, Any]]],
    *,
    model: str = "",
    most: tuple[int, int] = (0, 0),
    slot: AbstractAsyncContextManager[Any] | None = None,
) -> dict[str, Any]:
    """Ask, and keep nothing of it: where there is no session."""
    if slot is None:
        return await ask()
    async with slot:
        return await ask()


class OpenModel(Protocol):
    """A model of ours: any `Model` that lets somebody see to it that nobody pays twice."""

    async def __call__(
        self,
        messages: Sequence[ChatMessage],
        *,
        tools: Sequence[Offered] = (),
        shape: Shape | None = None,
        once: Once = unminded,
    ) -> Reply: ...


def minded(model: Model | OpenModel) -> OpenModel:
    """Any async function that is a Model, as one of ours: each of its calls is one question."""
    if getattr(model, "minds", False):
        return model  # type: ignore[return-value]

    async def ask(
        messages: Sequence[ChatMessage],
        *,
        tools: Sequence[Offered] = (),
        shape: Shape | None = None,
        once: Once = unminded,
    ) -> Reply:
        async def answer() -> dict[str, Any]:
            return (await model(messages, tools=tools, **({"shape": shape} if shape else {}))).as_json

        told = [asdict(message) for message in messages]
        request = {"messages": told, "tools": [tool.name for tool in tools], "shape": shape.name if shape else ""}
        return Reply.of_json(await once(request, answer))

    return ask
