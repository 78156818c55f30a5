"""What a composed view can say of a call besides its name: outcome, arguments, phase of the work.

`--by` takes views joined by `+`, as in `tool+phase` or `call+arg.to`, with a name before an equals sign if it should
have one: `journey=tool+phase`. The first says which events are states, each further one adds what it says of them:
`refund:ok|after`. These can stand at any place:

    call       the tool's name without its outcome
    outcome    ok, refused, error …
    args       the names of the arguments given
    arg.NAME   the class of that argument's value: a short word as it is; else id, number, text, list, yes or no; `-`
               where it was not given; a name that no tool of the run has is refused
    phase      `before` any tool that writes was tried, `during`, and `after` one went well
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from simkit.errors import UsageError, did_you_mean, one_line
from simkit.paths.episode import Episode
from simkit.trace.events import Event, ToolCalled

Part = Callable[[Event, Episode], str | None]

JOINT, STROKE = "+", "|"
_WORD = re.compile(r"[^\W\d]{1,20}")
_ARGUMENT = "arg."


def call(event: Event, episode: Episode) -> str | None:
    """The tool's name; a user's own call is `user.name`."""
    return _named(event) if isinstance(event, ToolCalled) else None


def outcome(event: Event, episode: Episode) -> str | None:
    """How the call went."""
    return event.outcome if isinstance(event, ToolCalled) else None


def args(event: Event, episode: Episode) -> str | None:
    """The names of the arguments that were given, by name."""
    if not isinstance(event, ToolCalled):
        return None
    given = event.arguments
    return f"({', '.join(sorted(given))})" if isinstance(given, dict) else "(malformed)"


def phase(event: Event, episode: Episode) -> str | None:
    """`before`, `during` or `after` the session's writing, by what the domain says of its tools."""
    now = "before"
    for one in episode.agent_calls:
        if one.seq > event.seq:
            break
        tool = episode.card.tool(one.tool)
        if tool is not None and tool.effect == "write":
            # The call that does it is still part of the work; what comes later stands on it.
            now = "after" if now == "after" or (one.outcome == "ok" and one.seq < event.seq) else "during"
    return now


def argument(name: str) -> Part:
    """The class of one argument's value."""

    def of(event: Event, episode: Episode) -> str | None:
        if not isinstance(event, ToolCalled):
            return None
        given = event.arguments
        return _class_of(given[name]) if isinstance(given, dict) and name in given else "-"

    return of


PARTS: dict[str, Part] = {"call": call, "outcome": outcome, "args": args, "phase": phase}


def part(name: str) -> Part | None:
    """The part of that name; None where there is none."""
    if name.startswith(_ARGUMENT) and len(name) > len(_ARGUMENT):
        return argument(name.removeprefix(_ARGUMENT))
    return PARTS.get(name)


def refuse_unknown_arguments(expression: str, episodes: Iterable[Episode]) -> None:
    """Raises UsageError for an `arg.NAME` in a view that no tool of these sessions has and no call of theirs gave.

    Once all names are known, no further session is read."""
    asked = {one.removeprefix(_ARGUMENT) for one in unnamed(expression).split(JOINT) if one.startswith(_ARGUMENT)}
    if not asked:
        return
    known: set[str] = set()
    for episode in episodes:
        known.update(name for tool in episode.card.tools for name in tool.parameters.get("properties", {}))
        known.update(name for call in episode.log.calls if isinstance(call.arguments, dict) for name in call.arguments)
        if asked <= known:
            return
    if known:
        wrong = min(asked - known)
        raise UsageError(f"--by {_ARGUMENT}{one_line(wrong)}: no tool of the run has it{did_you_mean(wrong, known)}")


def composed(parts: list[Part]) -> Part:
    """The view that says what all of these say of the events that the first takes for a state."""

    def view(event: Event, episode: Episode) -> str | None:
        first = parts[0](event, episode)
        if first is None:
            return None
        further = (one(event, episode) for one in parts[1:])
        return STROKE.join([first, *(said for said in further if said is not None)])

    return view


def unnamed(expression: str) -> str:
    """A view's expression without the name it may have been given. Raises UsageError for an empty one."""
    name, equals, rest = expression.rpartition("=")
    if equals and not (name and rest):
        raise UsageError(f"--by {one_line(expression)}: write NAME=VIEW, as in journey=tool+phase")
    return rest


def _named(event: ToolCalled) -> str:
    return f"{'user.' if event.by == 'user' else ''}{event.tool}"


def _class_of(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        if _WORD.fullmatch(value.replace("_", "").replace("-", "")):
            return value
        return "id" if value and " " not in value else "text"
    return "none" if value is None else "list" if isinstance(value, list) else "object"
