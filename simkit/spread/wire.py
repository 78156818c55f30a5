"""What a worker and whoever sent it say to each other: one JSON list a line, nothing that could be run.

to a worker      ["play", [[number, key, tape or claim], …]]    ["kept", [ticket, …]]    ["halt"]
                 ["may", ticket, [] or [budget, whether it is the run's]]    ["late", budget]
from a worker    ["ready"]    ["failed", what]    of its model calls:
                 ["reserve", ticket, session, role, most, budgets of the session]    ["withdraw", ticket]
                 ["spent", ticket, spend]    ["recorded", question, request, what came]
                 and of a session, by the number it was handed out under:
                 ["started", number, beside]    ["event", number, beside, event]    ["cut", number, seq]
                 ["intend", number, kind, body]    ["settle", number, intent, result]
                 ["durable", number, ticket]    ["over", number]    ["left", number]
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from simkit.play.tape import Paid, Tape
from simkit.trace.canonical import body_of, canonical_line
from simkit.trace.events import Event, Started, any_event, plain
from simkit.trace.log import Beside


def lines(messages: Iterable[Any]) -> bytes:
    """Messages as they travel."""
    return b"".join(canonical_line(message).encode() + b"\n" for message in messages)


def messages(data: bytes) -> Iterator[Any]:
    """What `lines` wrote."""
    return map(json.loads, data.splitlines())


def beside_row(beside: Beside) -> list[float | None]:
    """Times and cost of an event as they travel."""
    return [beside.at, beside.took, beside.cost]


def tape_row(tape: Tape) -> Any:
    """A tape as it travels."""
    events = [_event_row(event) for event in tape.events]
    paid = [[one.seq, one.request, one.answer] for one in tape.paid]
    return [events, [beside_row(beside) for beside in tape.beside], paid]


def tape_from(row: Any) -> Tape:
    """The tape that `tape_row` wrote."""
    events, beside, paid = row
    return Tape(
        [any_event.validate_python(event) for event in events],
        [Beside(*one) for one in beside],
        [Paid(*one) for one in paid],
    )


def _event_row(event: Event) -> Any:
    return event.model_dump() if isinstance(event, Started) else json.loads(body_of(event))


class Dictation:
    """Takes down one session for somebody elsewhere: a Recorder whose store is on the other end of the line."""

    def __init__(self, number: int, say: Callable[..., None], waiting: dict[int, Callable[[], None]]) -> None:
        self._number, self._say, self._waiting = number, say, waiting
        self._intents = itertools.count()

    def record(self, event: Event, beside: Beside = Beside()) -> None:
        """Pass on the session's next event."""
        if isinstance(event, Started):  # whoever sent us knows it
            self._tell("started", beside_row(beside))
            return
        head = canonical_line(["event", self._number, beside_row(beside)])
        self._say(f"{head[:-1]},{body_of(event)}]\n".encode())

    def intend(self, kind: str, body: Any) -> int:
        """Pass on what is about to be paid for or changed; its number in this part of the session."""
        self._tell("intend", kind, plain(body))
        return next(self._intents)

    def settle(self, intent: int, result: Any = None) -> None:
        """Pass on what it gave."""
        self._tell("settle", intent, plain(result))

    def cut(self, seq: int) -> None:
        """Pass on that every event from number `seq` on is taken back."""
        self._tell("cut", seq)

    def when_durable(self, call: Callable[[], None]) -> None:
        """Have `call` called once the other end says that all before is durable."""
        ticket = next(_TICKETS)
        self._waiting[ticket] = call
        self._tell("durable", ticket)

    def check(self) -> None:
        """The other end ends this process when it cannot keep something."""

    def _tell(self, kind: str, *rest: Any) -> None:
        self._say(kind, self._number, *rest)


_TICKETS = itertools.count()
