"""State views: what counts as a state of a session, as a function of its events.

A view is `(event, episode) -> label or None`; None means that the event is no state. Between START and END:<outcome>,
a session is the sequence of its labels. Four views ship; your own is a reference `file.py:function`.

    tool    one state per tool call, `get_order:ok`, the user's own calls `user.toggle_wifi:ok`; talk is no state
    world   the digest of the world, before the first call and after each; the edges are the calls
    node    the nodes of the agent's own graph, as it entered them
    act     the calls, and what user and agent do by what they say: `user.inform`, `agent.ask`

Views can be joined and named, `journey=tool+phase`: `parts` has the grammar and what can be joined to them.
"""

from __future__ import annotations

import importlib
from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from simkit.errors import UsageError, did_you_mean, one_line
from simkit.paths.episode import Episode
from simkit.paths.parts import JOINT, PARTS, composed, part, unnamed
from simkit.spec.acts import agent_act, user_act
from simkit.spec.tools import load_module
from simkit.trace.events import AgentSaid, Event, NodeEntered, Started, ToolCalled, UserSaid

View = Callable[[Event, Episode], str | None]

START = "START"
END = "END:"
ENDINGS = ("pass", "fail", "invalid", "unknown")
"""How a session can have ended; `unknown` where nobody judged it."""

_DIGITS = 8


class Visit(NamedTuple):
    """One state of a session, with the evidence."""

    state: str
    event: int
    """Number of the event that is this state; 0 for START, the last event for END:*."""
    via: str = ""
    """The call that led here, `name:outcome`; empty where no call did."""


def tool(event: Event, episode: Episode) -> str | None:
    """`name:outcome` of a call; a user's own call is `user.name:outcome`."""
    if not isinstance(event, ToolCalled):
        return None
    return f"{'user.' if event.by == 'user' else ''}{event.tool}:{event.outcome}"


def world(event: Event, episode: Episode) -> str | None:
    """The first eight digits of the world's digest: at the start, then after each call."""
    if isinstance(event, Started):
        return episode.card.world[:_DIGITS] or None
    return event.world[:_DIGITS] or None if isinstance(event, ToolCalled) else None


def node(event: Event, episode: Episode) -> str | None:
    """The node that the agent's own graph entered."""
    return event.node if isinstance(event, NodeEntered) else None


def act(event: Event, episode: Episode) -> str | None:
    """Calls as in `tool`; what is said as `user.<act>` or `agent.<act>`, read off the text where nobody noted it."""
    if isinstance(event, UserSaid):
        return f"user.{event.act or user_act(event.text)}"
    if isinstance(event, AgentSaid):
        return f"agent.{agent_act(event.text)}"
    return tool(event, episode)


VIEWS: Mapping[str, View] = MappingProxyType({"tool": tool, "world": world, "node": node, "act": act})


def view(name: str) -> View:
    """The view of that name, the function that `file.py:function` or `module:function` refers to, or several of these
    joined (`parts`).

    Raises UsageError when there is none, FileError when the file cannot be imported.
    """
    several = [_single(one) for one in unnamed(name).split(JOINT)]
    return several[0] if len(several) == 1 else composed(several)


def _single(name: str) -> View:
    found = VIEWS.get(name) or part(name)
    if found is not None:
        return found
    home, colon, function = name.rpartition(":")
    if not colon:
        known = [*VIEWS, *PARTS]
        raise UsageError(f"no state view '{one_line(name)}'{did_you_mean(name, known)} (your own: file.py:function)")
    module = _module(home)
    found = getattr(module, function, None)
    if not callable(found):
        known = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise UsageError(f"no function '{function}' in {home} for a state view{did_you_mean(function, known)}")
    return found  # type: ignore[no-any-return]


def _module(home: str) -> Any:
    if home.endswith(".py"):
        return load_module(Path(home))
    try:
        return importlib.import_module(home)
    except ImportError as error:
        near = did_you_mean(home, [*VIEWS, *PARTS])
        what = f"no module '{one_line(home)}' for a state view ({one_line(error)}){near}"
        raise UsageError(f"{what} (your own: file.py:function)") from None


def state_sequence(episode: Episode, view: View, outcome: str) -> tuple[str, ...]:
    """The states of one session in order, from START to END:<outcome>, which the caller knows: how it was judged.

    Raises UsageError where a view of somebody's own raises or returns what is no text.
    """
    return tuple(visit.state for visit in step_sequence(episode, view, outcome))


def step_sequence(episode: Episode, view: View, outcome: str) -> tuple[Visit, ...]:
    """`state_sequence` with, for each state, the number of its event and the call that led there."""
    visits = [Visit(START, 0)]
    for event in episode.events:
        label = label_of(event, episode, view)
        if label is not None:
            via = label if view is tool else tool(event, episode) or ""
            visits.append(Visit(label, event.seq, via))
    return (*visits, Visit(END + outcome, episode.events[-1].seq))


def within_turns(episode: Episode, steps: tuple[Visit, ...], turns: Container[int]) -> list[tuple[str, str]]:
    """The transitions that lead to an event within these turns of the user: 1 begins with the user's first words, 0 is
    what comes before them."""
    spoken = [event.seq for event in episode.user_texts]
    return [(before.state, here.state) for before, here in pairwise(steps) if bisect_right(spoken, here.event) in turns]


def label_of(event: Event, episode: Episode, view: View) -> str | None:
    """What `view` says of `event`. A label that reads like START or an end is written `state START`: nothing that an
    agent is called, or calls, can pass for the start or the end of a session."""
    try:
        label = view(event, episode)
    except Exception as error:
        raise UsageError(_complaint(view, event, episode, f"raised {type(error).__name__}: {error}")) from error
    if label is None:
        return None
    if not isinstance(label, str):
        what = f"returned {type(label).__name__}; a state view returns text or None"
        raise UsageError(_complaint(view, event, episode, what))
    return f"state {label}" if label == START or is_end(label) else label


def _complaint(view: View, event: Event, episode: Episode, what: str) -> str:
    name = getattr(view, "__name__", "view")
    return one_line(f"state view '{name}', event {event.seq} of {episode.log.session}: {what}")


def is_end(state: str) -> bool:
    """Whether a state is the end of a session."""
    return state.startswith(END)


def in_order(states: Iterable[str]) -> tuple[str, ...]:
    """START, then the states as they first come, then the ends: pass, fail, invalid, unknown, others by name."""
    seen = dict.fromkeys(states)
    ends = sorted((state for state in seen if is_end(state)), key=_end_rank)
    return (START, *(state for state in seen if state != START and not is_end(state)), *ends)


def _end_rank(state: str) -> tuple[int, str]:
    name = state.removeprefix(END)
    return (ENDINGS.index(name) if name in ENDINGS else len(ENDINGS), name)
