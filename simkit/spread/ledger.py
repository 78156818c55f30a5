"""Where the coordinator keeps what its workers play: it writes what they report, or looks up what they wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from simkit.play.recording import Recorder
from simkit.play.sitting import Sitting
from simkit.play.tape import Paid, Tape
from simkit.spread.wire import tape_row
from simkit.trace.events import Boundary, Ended, EndReason, Event, Failed, any_event
from simkit.trace.log import Beside, Log, SessionKey
from simkit.trace.shared import SharedRun


@dataclass
class Job:
    """One session, from when it is first handed out until it is over."""

    sitting: Sitting
    recorder: Recorder | None = None
    tape: Tape = field(default_factory=Tape)
    """What is recorded of it so far, to be handed to the next worker where one dies."""
    intents: list[tuple[int, str, Any]] = field(default_factory=list)
    """What its present worker intended: the number it is kept under, kind and body."""
    deaths: int = 0
    """Workers that died while they had it."""

    @property
    def key(self) -> SessionKey:
        """Which session."""
        return self.sitting.key

    @property
    def log(self) -> Log:
        """What is recorded so far."""
        return Log(self.key, tuple(self.tape.events), tuple(self.tape.beside))


class Ledger(Protocol):
    """Where sessions are kept while others play them."""

    def hand_out(self, job: Job) -> Any:
        """What a worker needs beside the key, as JSON."""
        ...

    def note(self, job: Job, message: list[Any], waiting: dict[int, Recorder]) -> None:
        """Keep what a worker says of a session; tickets that wait for the disk, and whose, go into `waiting`."""
        ...

    def log(self, job: Job) -> Log:
        """All of a session that is over."""
        ...

    def give_up(self, job: Job, boundary: Boundary, error: str) -> Log:
        """End a session that no worker survives."""
        ...


class Relayed:
    """The coordinator writes: events come over the line, and are durable before a worker pays for the next."""

    def __init__(self, recorder: Callable[[SessionKey], Recorder], tape: Callable[[SessionKey], Tape | None]) -> None:
        self._recorder, self._tape = recorder, tape

    def hand_out(self, job: Job) -> Any:
        """The tape of what is recorded; None for a session that is new."""
        if job.recorder is None:
            job.tape = self._tape(job.key) or Tape()
            job.recorder = self._recorder(job.key)
        job.intents.clear()
        return tape_row(job.tape) if job.tape.events else None

    def note(self, job: Job, message: list[Any], waiting: dict[int, Recorder]) -> None:
        """Write it down, and remember it for the case that the worker dies."""
        assert job.recorder is not None
        match message:
            case ["event", _, beside, event]:
                _keep(job, any_event.validate_python(event), Beside(*beside))
            case ["started", _, beside]:
                _keep(job, job.sitting.started(), Beside(*beside))
            case ["cut", _, seq]:
                del job.tape.events[seq:], job.tape.beside[seq:]
                job.recorder.cut(seq)
            case ["intend", _, kind, body]:
                job.intents.append((job.recorder.intend(kind, body), kind, body))
            case ["settle", _, intent, result]:
                number, kind, body = job.intents[intent]
                job.recorder.settle(number, result)
                if kind == "model_called" and result is not None:
                    job.tape.paid.append(Paid(body["seq"], body["request"], result))
            case ["durable", _, ticket]:
                waiting[ticket] = job.recorder

    def log(self, job: Job) -> Log:
        """As it was written down."""
        return job.log

    def give_up(self, job: Job, boundary: Boundary, error: str) -> Log:
        """Write the failure down as the session's end."""
        for event in last_events(job.sitting, job.log.events, boundary, error):
            _keep(job, event, Beside())
        return job.log


class Shared:
    """Workers write to a shared server: the coordinator claims sessions for them, and reads what is finished."""

    def __init__(self, run: SharedRun) -> None:
        self._run = run

    def hand_out(self, job: Job) -> Any:
        """A claim, which ends every earlier one: a worker that is thought dead cannot write any more."""
        _, *claim = self._run.claim(job.key, job.sitting.domain.name)
        return claim

    def note(self, job: Job, message: list[Any], waiting: dict[int, Recorder]) -> None:
        """Workers write it themselves."""

    def log(self, job: Job) -> Log:
        """As the worker wrote it."""
        return self._run.store.log(job.key)

    def give_up(self, job: Job, boundary: Boundary, error: str) -> Log:
        """Write the failure into the shared run as the session's end."""
        claim = self._run.claim(job.key, job.sitting.domain.name)
        recorder = self._run.recorder(claim)
        before = self._run.store.log(job.key).events if claim.events else ()
        for event in (new := last_events(job.sitting, before, boundary, error)):
            recorder.record(event)
        log = Log(job.key, (*before, *new))
        self._run.finish(claim, log)
        self._run.flush()
        return log


def _keep(job: Job, event: Event, beside: Beside) -> None:
    assert job.recorder is not None
    job.tape.events.append(event)
    job.tape.beside.append(beside)
    job.recorder.record(event, beside)


def last_events(sitting: Sitting, before: tuple[Event, ...], boundary: Boundary, error: str) -> list[Event]:
    """The events that end a session which got as far as `before` when its last worker died."""
    if before and isinstance(before[-1], Ended):
        return []
    reason: EndReason = "agent_failed" if boundary == "agent" else "interrupted"
    first: list[Event] = [] if before else [sitting.started()]
    seq = len(before) + len(first)
    return [*first, Failed(seq=seq, boundary=boundary, error=error), Ended(seq=seq + 1, reason=reason)]
