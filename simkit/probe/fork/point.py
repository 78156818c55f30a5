"""Where a session is forked, and what is changed there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from simkit.errors import UsageError
from simkit.probe.fork.parent import Parent
from simkit.trace.events import AgentSaid, Ended, Event, Outcome, ToolCalled, UserSaid, any_event, plain

Restore = Literal["replay", "history"]
"""How an agent is brought to the point: its turns are run again and have to come out as recorded; or it is handed the
conversation, as an agent is that takes over from another."""


@dataclass(frozen=True)
class Change:
    """The one thing that is changed. Nothing, where all are left out: what happens is drawn anew."""

    say: str | None = None
    """What the user says there, in place of the recorded words."""
    result: Any = None
    """What the call gives back there, with `outcome`; what it did to the world stays, where the outcome is `ok`."""
    outcome: Outcome | None = None
    """How the call goes there; None: no call is changed."""
    agent: Any = None
    """Who goes on as agent from there: a reference, or the thing itself."""

    @property
    def kind(self) -> str:
        """`say`, `result`, `agent`, or nothing."""
        return "say" if self.say is not None else "result" if self.outcome else "agent" if self.agent else ""

    def to_json(self) -> dict[str, Any]:
        """As the manifest keeps it; empty where nothing is changed."""
        if self.say is not None:
            return {"say": self.say}
        if self.outcome:
            return {"result": plain(self.result), "outcome": self.outcome}
        if self.agent:
            return {"agent": self.agent if isinstance(self.agent, str) else getattr(self.agent, "__name__", "agent")}
        return {}


UNCHANGED = Change()


@dataclass(frozen=True)
class Point:
    """One event of a session at which it is taken up again."""

    at: int
    """The first event that is not as recorded."""
    turn: int
    """The user's turn in which that is, from 1."""
    change: Change = UNCHANGED
    events: tuple[Event, ...] = ()
    """What is restored: the recorded events before it and, where a call's result is changed, that call."""

    @property
    def name(self) -> str:
        """As the scenario of the forked sessions carries it: `at-12`, `at-12.say`."""
        return f"at-{self.at}{f'.{self.change.kind}' if self.change.kind else ''}"


def point(parent: Parent, at: int, change: Change = UNCHANGED) -> Point:
    """The point at event `at` of a session. Raises UsageError where there is no such event, where the session is over
    there, and where what stands there is not what is to be changed."""
    log = parent.log
    last = last_open(parent)
    if not 1 <= at <= last:
        raise UsageError(f"--at {at}: {log.session} can be forked at its events 1 to {last}; see simkit export")
    event = log.events[at]
    if change.say is not None and not isinstance(event, UserSaid):
        raise UsageError(f"--say: event {at} is {_a(event)}; the user speaks at {_listed(log.events, UserSaid)}")
    if change.outcome is not None:
        if not isinstance(event, ToolCalled):
            raise UsageError(f"--result: event {at} is {_a(event)}; calls are {_listed(log.events, ToolCalled)}")
        return Point(at, _turn(log.events, at), change, (*log.events[:at], _with_result(event, change)))
    if change.agent is not None:
        at = _turn_began(parent, at)
    return Point(at, _turn(log.events, at), change, log.events[:at])


def after_each_turn(parent: Parent) -> list[Point]:
    """The points before the first word and after each of the agent's answers: what is left open there is what the
    session can still come to. A prefix is the session up to such a point."""
    ends = [0, *(event.seq for event in parent.log if isinstance(event, AgentSaid))]
    last = last_open(parent)
    return [Point(end + 1, turn, events=parent.log.events[: end + 1]) for turn, end in enumerate(ends) if end < last]


def last_open(parent: Parent) -> int:
    """The last event that somebody's choice led to: after it the session is over."""
    turns = zip(parent.log, parent.turns, strict=True)
    return max((one.seq for one, turn in turns if turn in ("user", "agent") and not isinstance(one, Ended)), default=0)


def _turn_began(parent: Parent, at: int) -> int:
    """The first event of the agent's turn that event `at` stands in; `at` where the user has it."""
    while parent.turns[at] == "agent" == parent.turns[at - 1]:
        at -= 1
    return at


def _turn(events: Sequence[Event], at: int) -> int:
    said = sum(isinstance(event, UserSaid) for event in events[:at])
    return said + isinstance(events[at], UserSaid) or 1


def _with_result(call: ToolCalled, change: Change) -> ToolCalled:
    """The same call with another result. What it did to the world is only kept where it went well."""
    fields = {**call.model_dump(mode="json"), "result": plain(change.result), "outcome": change.outcome}
    if change.outcome != "ok" and call.changes:
        raise UsageError(
            f"--outcome {change.outcome}: event {call.seq} changed the world, and a call that fails does not; "
            "change what it gives back with --result"
        )
    return any_event.validate_python(fields)  # type: ignore[return-value]


def _a(event: Event) -> str:
    return f"'{event.kind.replace('_', ' ')}'"


def _listed(events: Sequence[Event], kind: type) -> str:
    places = [str(event.seq) for event in events if isinstance(event, kind)]
    return ", ".join(places[:20]) or "none"
