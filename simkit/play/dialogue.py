"""Whose move it is, as a table. Everything that moves a session's dialogue lives in this file.

A session starts; the user has the first word; then agent and user take turns. While it is their turn, each may call
tools; saying something hands the turn over. A failure or a closing word leads to the end. An event that the table
does not have in the present state is an `IllegalMove`: a bug, never data.
"""

from __future__ import annotations

from typing import Literal

from simkit.errors import IllegalMove
from simkit.trace.events import Event

State = Literal["new", "user", "agent", "closing", "over"]

MOVES: dict[State, dict[str, State]] = {
    "new": {"started": "user"},
    "user": {
        "tool_called by user": "user",
        "model_called": "user",
        "perturbed": "user",
        "user_said": "agent",
        "user_said, closing": "closing",
        "failed": "closing",
        "ended": "over",
    },
    "agent": {
        "tool_called by agent": "agent",
        "node_entered": "agent",
        "injected": "agent",
        "model_called": "agent",
        "agent_said": "user",
        "failed": "closing",
        "ended": "over",
    },
    "closing": {"judged": "closing", "failed": "closing", "ended": "over"},
    "over": {},
}
"""state -> what happens -> next state."""


_CALLED = {"agent": "tool_called by agent", "user": "tool_called by user"}


def move_of(event: Event) -> str:
    """The event as the table names it."""
    kind = event.kind
    if kind == "tool_called":
        return _CALLED[event.by]  # type: ignore[union-attr]
    if kind == "user_said" and event.closing:  # type: ignore[union-attr]
        return "user_said, closing"
    return kind


def after(state: State, event: Event) -> State:
    """The state after `event`. Raises IllegalMove where the table does not allow it."""
    move = move_of(event)
    reached = MOVES[state].get(move)
    if reached is None:
        allowed = ", ".join(MOVES[state]) or "nothing"
        raise IllegalMove(f"'{move}' while it is '{state}'; allowed: {allowed}")
    return reached


def diagram() -> str:
    """The table as a Mermaid state diagram, as the documentation shows it."""
    lines = ["stateDiagram-v2", "    [*] --> new"]
    for state, moves in MOVES.items():
        lines += [f"    {state} --> {target}: {move}" for move, target in moves.items()]
    return "\n".join([*lines, "    over --> [*]"])
