"""A recorded session in the checkpoints of a LangGraph agent: found by its conversation, and taken up from there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage

from simkit.play.agent import Message
from simkit.trace.log import SessionKey


async def checkpoint_of(graph: Any, key: SessionKey, history: Sequence[Message]) -> Any:
    """The last checkpoint of a session's thread at which just this was said, up to an answer of the agent's; None where
    the graph keeps none, or keeps none of it."""
    saver = getattr(graph, "checkpointer", None)
    if saver is None or not history or not hasattr(saver, "alist"):
        return None
    async for one in saver.alist(None):  # newest first
        place = one.config["configurable"]
        mine = str(place["thread_id"]).startswith(f"{key}#") and not place.get("checkpoint_ns")
        if mine and _said(one.checkpoint["channel_values"].get("messages", ()), history):
            return one
    return None


def _said(messages: Sequence[Any], history: Sequence[Message]) -> bool:
    heard = [str(one.text) for one in messages if isinstance(one, HumanMessage)]
    answers = [str(one.text) for one in messages if isinstance(one, AIMessage) and one.text]
    users = [one.text for one in history if one.role == "user"]
    return heard == users and bool(answers) and answers[-1] == history[-1].text


async def take_up(graph: Any, checkpoint: Any, thread: str) -> None:
    """Begin a thread with a copy of a checkpoint of another one, which stays as it is."""
    saved = checkpoint.checkpoint
    place = {"configurable": {"thread_id": thread, "checkpoint_ns": ""}}
    await graph.checkpointer.aput(place, saved, checkpoint.metadata, saved["channel_versions"])
