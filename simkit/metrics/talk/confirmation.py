"""Whether the user said yes to a call before it was made.

A call is confirmed when the latest thing that the user said before it affirms, and the agent's words just before that
asked for it: a request to confirm, or a proposal that names one of the call's arguments. All calls of one agent turn
share the user's one yes. A user who orders something unasked has not confirmed it: they have not yet seen what exactly
would be done.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simkit.paths.episode import Episode
from simkit.spec.acts import agent_act, user_act
from simkit.spec.values import says_money, says_words
from simkit.trace.events import AgentSaid, ToolCalled, UserSaid


def is_confirmed(episode: Episode, call: ToolCalled) -> bool:
    """Whether the user affirmed what the agent proposed, just before `call`."""
    answer = _latest(episode, UserSaid, call.seq)
    if not isinstance(answer, UserSaid) or not affirms(answer):
        return False
    asked = _latest(episode, AgentSaid, answer.seq)
    return isinstance(asked, AgentSaid) and (
        agent_act(asked.text) == "confirm" or _mentions(asked.text, call.arguments)
    )


def affirms(said: UserSaid) -> bool:
    """Whether the user says yes: by the act that the user's player knows, else by the words."""
    return said.act == "affirm" or (said.act != "deny" and user_act(said.text) == "affirm")


def _latest(episode: Episode, kind: type, before: int) -> AgentSaid | UserSaid | None:
    texts = episode.user_texts if kind is UserSaid else episode.agent_texts
    return next((event for event in reversed(texts) if event.seq < before), None)


def _mentions(text: str, arguments: Any) -> bool:
    return any(_names(text, value) for value in _leaves(arguments))


def _names(text: str, value: Any) -> bool:
    if isinstance(value, str):
        return len(value) > 2 and says_words(text, value)
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10 and says_money(text, value)
    )


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value
