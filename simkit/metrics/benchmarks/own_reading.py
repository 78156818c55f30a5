"""How we read what a benchmark wants called and said: whole arguments, typed values, and only what the user got to
read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simkit.metrics.talk.says import meets
from simkit.paths.episode import Episode
from simkit.spec.condition import contains_arguments
from simkit.spec.goal import Says
from simkit.spec.values import to_number
from simkit.trace.events import AgentSaid, ToolCalled


def called_as_wanted(episode: Episode, wanted: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The wanted calls (`name`, `arguments`, perhaps `compare_args`) that were not made.

    A write must have succeeded, as often as it is wanted; a read must have been tried once.
    """
    writes = {tool.name for tool in episode.card.tools if tool.effect == "write"}
    free = list(episode.log.calls)
    missed = []
    for one in wanted:
        writing = one["name"] in writes
        found = next((call for call in free if _is(call, one) and (call.outcome == "ok" or not writing)), None)
        if found is None:
            missed.append(one)
        elif writing:
            free.remove(found)
    return missed


def _is(call: ToolCalled, wanted: Mapping[str, Any]) -> bool:
    arguments = wanted.get("arguments") or {}
    keys = wanted.get("compare_args")
    chosen = arguments if keys is None else {key: arguments[key] for key in keys if key in arguments}
    given = call.arguments if isinstance(call.arguments, dict) else {}
    return bool(call.tool == wanted["name"] and contains_arguments(given, chosen))


def said_to_the_user(episode: Episode, text: str) -> bool:
    """Whether the agent told the user `text`: a number as a value, anything else word by word."""
    return any(meets(said.text, one, episode.card) for said in delivered(episode) for one in conditions(text))


def conditions(text: str) -> Iterator[Says]:
    """What meets a text that is to be communicated: any of these."""
    number = to_number(text) if re.fullmatch(r"\W*\d[\d.,]*\W*", text) else None
    if number is not None:
        yield Says(check="number", value=number)
    if text.strip():
        yield Says(check="text", value=text)


def delivered(episode: Episode) -> Iterator[AgentSaid]:
    """What reached the user: not what the agent wrote beside a call."""
    for said, then in zip(episode.events, (*episode.events[1:], None), strict=True):
        if isinstance(said, AgentSaid) and not (isinstance(then, ToolCalled) and then.by == "agent"):
            yield said
