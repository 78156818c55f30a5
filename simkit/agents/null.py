"""The agent that never acts: whatever it passes proves nothing."""

from __future__ import annotations

from simkit.play.agent import Turn


async def null(turn: Turn) -> str:
    """Says the same neutral line for ever."""
    return "Thank you for your message."
