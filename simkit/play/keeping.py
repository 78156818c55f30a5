"""How a session keeps what happens: event by event, on its tape or new, and on the disk before anybody is paid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from simkit.errors import SimkitError
from simkit.play.dialogue import State, after
from simkit.play.gate import Halted, Unkept
from simkit.play.recording import Barrier, Recorder
from simkit.play.tape import Tape
from simkit.trace.events import Event, Injected, ModelCalled, NodeEntered, Party, Perturbed, Started, ToolCalled
from simkit.trace.log import Beside

_tuple = tuple.__new__
"""Makes a named tuple as the tuple that it is: its own way takes three times as long."""


class Keeping:
    """What a session has kept so far, and where it goes."""

    def __init__(
        self,
        recorder: Recorder,
        clock: Callable[[], float],
        tape: Tape,
        halted: Callable[[], bool],
        barrier: Barrier,
    ) -> None:
        self.recorder, self.clock, self.tape, self.halted, self._barrier = recorder, clock, tape, halted, barrier
        self._record = recorder.record
        self.fresh = tape.over
        """Whether nothing is to be played back."""
        self.unkept: Unkept | None = None
        self.state: State = "new"
        self.events: list[Event] = []
        self.beside: list[Beside] = []
        self.began = clock()

    @property
    def seq(self) -> int:
        return len(self.events)

    def calls_of(self, tool: str) -> int:
        """How often the agent has called a tool."""
        made = (one for one in self.events if isinstance(one, ToolCalled) and one.by == "agent")
        return sum(call.tool == tool for call in made)

    def log(self, event: Event, took: float = 0.0, cost: float | None = None) -> None:
        """Keep an event; where it is on the tape it is kept already, where the tape has another that one goes."""
        if not self.fresh and (recorded := self.tape.next) is not None:
            if recorded == event or isinstance(event, Started):
                self.state = after(self.state, recorded)
                self.events.append(recorded)
                self.beside.append(self.tape.take())
                return
            self.tape.cut(event)
            self.kept(self.recorder.cut, self.seq)
        beside = _tuple(Beside, (self.clock() - self.began, took, cost))
        self.state = after(self.state, event)
        self.events.append(event)
        self.beside.append(beside)
        try:
            self._record(event, beside)
        except SimkitError as error:
            self._failed(error)

    def entered(self, node: str) -> None:
        """The agent's own graph entered a node."""
        self.log(NodeEntered(seq=self.seq, node=str(node)))

    def noted(self, model: str, usage: dict[str, int], role: Party = "agent") -> None:
        """A model answered."""
        self.log(ModelCalled(seq=self.seq, role=role, model=str(model), usage=usage))

    def injected(self, fault: str, how: Any, rule: str, instead: Any) -> None:
        """A test puts a fault into what the agent does next."""
        self.log(Injected(seq=self.seq, fault=fault, how=how, rule=rule, instead=instead))

    def perturbed(self, how: tuple[str, ...], meant: str) -> None:
        """A test changes how the user says what comes next."""
        self.log(Perturbed(seq=self.seq, how=how, meant=meant))

    def kept(self, keep: Callable[..., Any], *what: Any) -> None:
        """Have something kept. Raises Unkept where the store fails."""
        try:
            keep(*what)
        except SimkitError as error:
            self._failed(error)

    def _failed(self, error: SimkitError) -> NoReturn:
        self.unkept = Unkept(error)
        raise self.unkept from None

    def still_kept(self) -> None:
        """Whatever became of the Unkept in an agent's task groups, threads and handlers, here it comes again."""
        if self.unkept:
            raise self.unkept

    async def durable(self) -> None:
        """Wait until all that was kept is on the disk."""
        await self._barrier.durable(self.recorder)
        try:
            self.recorder.check()
        except SimkitError as error:
            self._failed(error)

    def go_on(self) -> None:
        """Raises Halted where the run is to stop, or the session."""
        if self.halted() or self.tape.lost:
            raise Halted
