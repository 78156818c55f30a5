"""Which turn doomed a session: how often it still passes from the end of each turn on, and where that fell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from simkit.errors import UsageError
from simkit.metrics.score import SessionScore
from simkit.metrics.session import score_session
from simkit.metrics.statistics.many import holm
from simkit.probe.fork.parent import Parent
from simkit.probe.fork.play import Continued, play_on
from simkit.probe.fork.plays import Terms
from simkit.probe.fork.point import after_each_turn
from simkit.probe.fork.result import Effect, effect_of, origin_json, rates_json
from simkit.runs import Run
from simkit.trace.events import AgentSaid, Event, ToolCalled, UserSaid

TRIALS = 10
"""Continuations from each prefix, if nobody says otherwise."""
LEVEL = 0.05
"""The most that the chance of naming a turn may be where none made a difference."""


@dataclass(frozen=True)
class Fall:
    """The turns over which the success rate fell."""

    first: int
    """The first of them, from 1."""
    last: int
    """The last of them: the same, where one turn can be named."""
    effect: Effect
    p: float
    """Corrected for all the falls that were looked at (Holm 1979)."""

    def to_json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {**vars(self), "effect": self.effect.to_json()}


@dataclass(frozen=True)
class Turns:
    """A session forked after each of its turns."""

    parent: Parent
    run: Run
    score: SessionScore
    """Of the session as it was."""
    prefixes: tuple[Continued, ...]
    """Played on before the first word, and after each turn but the one that ended the session."""
    fall: Fall | None = None
    """None: no fall that chance would not make."""

    @property
    def verdict(self) -> str:
        """In one sentence: the turn, the turns, or that there is none."""
        return verdict(self)

    def to_json(self) -> dict[str, Any]:
        """As `simkit fork --json` prints it."""
        return {
            **origin_json(self.parent, self.run),
            "outcome": self.score.outcome,
            "doomed": self.fall.to_json() if self.fall else None,
            "verdict": self.verdict,
            "prefixes": [rates_json(one) | {"happened": happened(self.parent, one)} for one in self.prefixes],
        }


def each_turn(parent: Parent, terms: Terms = Terms(trials=TRIALS)) -> Turns:
    """Play a session on after each of its turns, and find the one at which its success rate fell.

    Raises `SimkitError` for what cannot be restored, and UsageError for the session's own luck: without chance there is
    no rate.
    """
    if terms.same_luck:
        raise UsageError("--same-luck plays one continuation of one point; give --at SEQ with it")
    run, prefixes = play_on(parent, after_each_turn(parent), terms)
    return Turns(parent, run, score_session(parent.episode), tuple(prefixes), fall_of(prefixes))


def fall_of(prefixes: Sequence[Continued]) -> Fall | None:
    """The fall that stands out: the largest between neighbouring prefixes whose p-value, corrected for all neighbours,
    is below `LEVEL`; else, of all stretches of turns, the shortest one whose fall is so, corrected for all stretches.

    The tests share arms; Holm's correction holds however tests depend on each other.
    """
    known = [one for one in prefixes if one.n]
    neighbours = _falls(list(pairwise(known)))
    if neighbours:
        return max(neighbours, key=lambda fall: (-fall.effect.effect, -fall.first))
    every = [(one, other) for at, one in enumerate(known) for other in known[at + 1 :]]
    stretches = _falls(every)
    return min(stretches, key=lambda fall: (fall.last - fall.first, fall.p, fall.first), default=None)


def _falls(pairs: Sequence[tuple[Continued, Continued]]) -> list[Fall]:
    effects = {str(at): effect for at, pair in enumerate(pairs) if (effect := effect_of(*pair)) is not None}
    adjusted = holm({name: one.p for name, one in effects.items()})
    return [
        Fall(pairs[int(name)][0].point.turn + 1, pairs[int(name)][1].point.turn, effects[name], p)
        for name, p in adjusted.items()
        if p < LEVEL and effects[name].effect < 0
    ]


def verdict(turns: Turns) -> str:
    """What the prefixes say, in one sentence."""
    fall = turns.fall
    if not any(one.n for one in turns.prefixes):
        return "nothing can be told: no continuation reached its end"
    if fall is None:
        more = "" if turns.score.passed else "; more trials see smaller falls"
        return f"no turn: the success rate fell nowhere by more than chance makes it fall{more}"
    rates = {one.point.turn: one.passed / one.n for one in turns.prefixes if one.n}
    fell = f"success fell from {rates[fall.first - 1]:.0%} to {rates[fall.last]:.0%}"
    if fall.first == fall.last:
        return f"turn {fall.first}: {fell} there"
    return f"turns {fall.first} to {fall.last}: {fell} over them; which one cannot be told, more trials may"


def happened(parent: Parent, prefix: Continued) -> list[str]:
    """What was said and called in the turn that a prefix ends with, a line each, with the event's number."""
    return list(_lines(_of_turn(parent.log.events, prefix.point.at)))


def _of_turn(events: Sequence[Event], at: int) -> Sequence[Event]:
    began = max((event.seq for event in events[: at - 1] if isinstance(event, AgentSaid)), default=0)
    return events[began + 1 : at]


def _lines(events: Sequence[Event]) -> Iterator[str]:
    for event in events:
        match event:
            case UserSaid():
                yield f"{event.seq} user: {event.text}"
            case AgentSaid():
                yield f"{event.seq} agent: {event.text}"
            case ToolCalled():
                who = "" if event.by == "agent" else "user's "
                arguments = event.arguments if isinstance(event.arguments, dict) else {"": event.arguments}
                given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
                yield f"{event.seq} {who}{event.tool}({given}) -> {event.outcome}"
