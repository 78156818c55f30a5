"""What a session recorded before it was interrupted: played back event by event, so that nobody pays twice.

A party that costs nothing and always does the same (an agenda user, a reference agent), or that pays only through
`once` (a model as user or agent, whose answers come off the tape), is simply run again, and every event it gives must
be the recorded one. A party that may cost something is not asked again for a turn that it finished: its events are
taken off the tape. A turn that it did not finish is asked for again; calls that it makes
again, and model calls whose answers were kept, come off the tape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simkit.play.dialogue import State, after
from simkit.trace.events import AgentSaid, Event, Failed, Party, ToolCalled, UserSaid
from simkit.trace.log import Beside

ASKED_AGAIN = "asked_again"
"""The intent to ask a party again for a turn in which its session was interrupted."""
NOT_ASKED = "not_asked"
"""The note that a party was not asked after all, since the run was to stop."""


@dataclass(frozen=True)
class Paid:
    """An answer that was paid for: what was asked (by digest), from which event on, and what came back."""

    seq: int
    request: str
    answer: Mapping[str, Any]


class Tape:
    """The recorded part of a session; `at` is the number of the next event on it."""

    def __init__(self, events: Sequence[Event] = (), beside: Sequence[Beside] = (), paid: Sequence[Paid] = ()) -> None:
        self.events, self.beside, self.paid = list(events), list(beside), list(paid)
        self.at = 0
        self.lost = False
        """Whether nothing is to be played on from where it did not come out again."""

    @property
    def over(self) -> bool:
        """Whether everything on it was gone past; of a tape with nothing on it, always."""
        return self.at >= len(self.events)

    @property
    def next(self) -> Event | None:
        """The next recorded event, or None where the tape ends."""
        return self.events[self.at] if self.at < len(self.events) else None

    def take(self) -> Beside:
        """Go past the next event; what was kept beside it."""
        self.at += 1
        return self.beside[self.at - 1]

    def turn(self, by: Party) -> tuple[Event, ...]:
        """All events up to the end of the present turn of `by`; empty where it is not finished on the tape."""
        last = AgentSaid if by == "agent" else UserSaid
        for end in range(self.at, len(self.events)):
            event = self.events[end]
            if isinstance(event, Failed) and event.boundary == "simkit":  # stopped by us, not finished
                return ()
            if isinstance(event, last | Failed):
                return tuple(self.events[self.at : end + 1])
        return ()

    def call(self, by: Party, tool: str, arguments: Any) -> ToolCalled | None:
        """The next event, if it is this very call."""
        event = self.next
        same = isinstance(event, ToolCalled) and (event.by, event.tool, event.arguments) == (by, tool, arguments)
        return event if same else None  # type: ignore[return-value]

    def answer(self, request: str) -> Mapping[str, Any] | None:
        """What was paid for in answer to this request and not given out yet; None where nothing was."""
        for at, paid in enumerate(self.paid):
            if paid.request == request:
                return self.paid.pop(at).answer
        return None

    def played(self) -> None:
        """A turn was played back as a whole: nobody asks again for what was paid for in it."""
        self.paid = [paid for paid in self.paid if paid.seq >= self.at]

    def unfinished_turn(self) -> tuple[int, Party] | None:
        """The turn in which the tape ends: the number of its first event, and whose it is. None between sessions'
        turns: before the first and after the last."""
        state: State = "new"
        began = 0
        for event in self.events:
            before, state = state, after(state, event)
            began = began if state == before else event.seq + 1
        return (began, state) if state in ("user", "agent") else None

    def cut(self, instead: Event) -> None:
        """Forget the rest: it does not hold any more, since something else came."""
        del self.events[self.at :]
