"""A call and its result."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

Requestor = Literal["user", "assistant"]


class ToolCall(BaseModel):
    """What somebody asks of a tool."""

    id: str = ""
    name: str
    arguments: dict[str, Any]
    requestor: Requestor = "assistant"


class ToolMessage(BaseModel):
    """What the tool answers."""

    id: str
    role: Literal["tool"] = "tool"
    content: str | None = None
    requestor: Requestor = "assistant"
    error: bool = False
