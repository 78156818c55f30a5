"""The randomness of a forked session: as it was up to the point, and its own from there on."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from simkit.play.sitting import Sitting
from simkit.play.tape import Paid, Tape
from simkit.trace.events import Event, ModelCalled
from simkit.trace.log import Beside, SessionKey
from simkit.trace.recorder import Recorder

Draw = Callable[[str], random.Random]
"""Random numbers for a purpose."""


class Luck:
    """Hands out random numbers; those that are in somebody's hands at the point go on as new ones."""

    def __init__(self, before: Draw, after: Draw | None) -> None:
        self._before, self._after = before, after
        self._given: list[tuple[str, random.Random]] = []
        self.turned = False

    def draw(self, purpose: str) -> random.Random:
        """Random numbers for a purpose."""
        drawn = (self._after if self.turned and self._after else self._before)(purpose)
        self._given.append((purpose, drawn))
        return drawn

    def turn(self) -> None:
        """The point is reached."""
        self.turned = True
        for purpose, drawn in self._given if self._after else ():
            drawn.setstate(self._after(purpose).getstate())  # type: ignore[misc]


@dataclass(frozen=True)
class Divergence:
    """Where a replay did not come out as recorded."""

    seq: int
    recorded: str
    instead: str

    def __str__(self) -> str:
        return f"event {self.seq}: recorded is {self.recorded}, the replay gave {self.instead}"


class Prefix(Tape):
    """The recorded part of a session that is forked. Where it does not come out again, nothing is played on."""

    def __init__(self, events: tuple[Event, ...], paid: tuple[Paid, ...], luck: Luck) -> None:
        super().__init__(events, [_paid_before(event) for event in events], paid)
        self._luck, self._size = luck, len(events)
        self.diverged: Divergence | None = None
        self.then_stop = False
        """Whether the session is not to be played on behind it."""
        self.recorder: Recorder | None = None
        """Where each event goes once it came out as recorded: the new run's."""

    def take(self) -> Beside:
        """Go past the next event; after the last one, the dice are new."""
        event, beside = self.events[self.at], super().take()
        if self.recorder is not None:
            self.recorder.record(event, beside)
        if self.at == self._size and self.diverged is None:
            self.lost = self.then_stop
            self._luck.turn()
        return beside

    def cut(self, instead: Event) -> None:
        """Another event came than the recorded one."""
        self.diverged = Divergence(self.at, shown(self.events[self.at]), shown(instead))
        self.lost = True
        super().cut(instead)


def _paid_before(event: Event) -> Beside:
    """Model calls that are replayed cost nothing."""
    return Beside(cost=0.0) if isinstance(event, ModelCalled) else Beside()


def shown(event: Event) -> str:
    """An event in one line, as a divergence tells it."""
    fields = event.model_dump(mode="json", include={"text", "tool", "arguments", "outcome", "node", "model", "error"})
    said = ", ".join(f"{name} {value!r}" for name, value in fields.items())
    return f"{event.kind} ({said})" if said else event.kind


@dataclass(frozen=True)
class ForkedSitting(Sitting):
    """A session that takes another one up: the luck is that of the other up to the point."""

    luck: Luck = field(default=None, kw_only=True)  # type: ignore[assignment]
    origin: SessionKey = field(default=None, kw_only=True)  # type: ignore[assignment]

    def rng(self, purpose: str) -> random.Random:
        """A generator for each purpose."""
        return self.luck.draw(purpose)
