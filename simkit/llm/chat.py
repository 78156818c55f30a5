"""What is said to a language model and what it answers: plain values, whatever the provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
    """What a model answered. `usage` counts tokens, under `input_tokens` and `output_tokens`."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    usage: dict[str, int] = field(default_factory=dict)
    model: str = ""


class Model(Protocol):
    """A chat model: any async function of this signature is one."""

    async def __call__(
        self, messages: Sequence[ChatMessage], *, tools: Sequence[Offered] = (), shape: Shape | None = None
    ) -> Reply:
        """The model's answer. Raises ModelError where there is none."""
