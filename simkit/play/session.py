"""One session: a user and an agent talk, tools are called, everything is recorded.

Nothing that user, agent or tools do escapes from here: it becomes an event, attributed to whose fault it was.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any

import anyio

from simkit.errors import ModelError, SimkitError, one_line
from simkit.play.agent import Agent, AgentMaker, Message, NoteModel, Part, ToolResult, Turn, reply
from simkit.play.dialogue import State, after
from simkit.play.gate import Gate, Over
from simkit.play.recording import Recorder, clipped, describe, waker
from simkit.play.sitting import Sitting
from simkit.play.tape import Tape
from simkit.play.toolbox import perform
from simkit.play.user import Heard, Role, User, UserMaker
from simkit.play.world import World, plain_json
from simkit.trace.events import (
    AgentSaid,
    Boundary,
    Ended,
    EndReason,
    EndState,
    Event,
    Failed,
    ModelCalled,
    NodeEntered,
    Outcome,
    Party,
    Started,
    ToolCalled,
    UserSaid,
)
from simkit.trace.log import Beside, Log

_FAILED: dict[Boundary, EndReason] = {"agent": "agent_failed", "user": "user_failed", "model": "model_failed"}


class Unkept(BaseException):
    """The store failed. Not an Exception, so that no agent can catch it and go on to pay for what is not kept."""

    def __init__(self, error: SimkitError) -> None:
        self.error = error


async def play_session(
    sitting: Sitting,
    agent: AgentMaker,
    user: UserMaker,
    recorder: Recorder,
    clock: Callable[[], float],
    tape: Tape | None = None,
) -> Log:
    """Play one session to its end, from where its tape ends, and return its log.

    Never raises for what agent, user or tools do; raises what the store raises when it cannot keep an event.
    """
    try:
        return await _Session(sitting, recorder, clock, tape or Tape()).play(agent, user)
    except Unkept as unkept:
        raise unkept.error from None


class _Session:
    def __init__(self, sitting: Sitting, recorder: Recorder, clock: Callable[[], float], tape: Tape) -> None:
        self.sitting, self.recorder, self.clock, self.tape = sitting, recorder, clock, tape
        self.world = World(sitting.start)
        self.state: State = "new"
        self.events: list[Event] = []
        self.beside: list[Beside] = []
        self.history: list[Message] = []
        self.calls = self.calls_this_turn = 0
        self.began = clock()

    def log(self, event: Event, took: float = 0.0) -> None:
        """Keep an event; where it is on the tape it is kept already, where the tape has another that one goes."""
        if self.tape.next is not None:
            if self.tape.next == event or isinstance(event, Started):
                self._keep(self.tape.next, self.tape.take())
                return
            self.tape.cut()
            self._kept(lambda: self.recorder.cut(self.seq))
        beside = Beside(at=self.clock() - self.began, took=took)
        self._keep(event, beside)
        self._kept(lambda: self.recorder.record(event, beside))

    def _keep(self, event: Event, beside: Beside) -> None:
        self.state = after(self.state, event)
        self.events.append(event)
        self.beside.append(beside)

    def _kept(self, keep: Callable[[], None]) -> None:
        try:
            keep()
        except SimkitError as error:
            raise Unkept(error) from None

    async def _durable(self, party: Party) -> None:
        """Before somebody is asked who may cost something, all that led there is on the disk."""
        if party in self.sitting.free:
            return
        done, wake = anyio.Event(), waker()
        self._kept(lambda: self.recorder.when_durable(lambda: wake(done.set)))
        await done.wait()

    def _played_back(self, party: Party) -> Event | None:
        """The last event of the present turn, if the tape has the turn whole and its party is not free."""
        if party in self.sitting.free or not (events := self.tape.turn(party)):
            return None
        for event in events:
            if isinstance(event, ToolCalled):
                self.calls += event.by == "agent"
                self._redo(event)
            self.log(event)
        if isinstance(events[-1], Failed):
            raise Over(_FAILED[events[-1].boundary])
        return events[-1]

    def _redo(self, call: ToolCalled) -> None:
        for change in call.changes:
            table, _, record = change.path.partition(".")
            if change.after is None:
                self.world.remove(table, record)
            else:
                self.world.put(table, record, change.after)

    @property
    def seq(self) -> int:
        return len(self.events)

    async def play(self, agent: AgentMaker, user: UserMaker) -> Log:
        self.log(self.sitting.started())
        reason: EndReason
        try:
            with anyio.fail_after(self.sitting.scenario.limits.seconds):
                reason = await self._converse(agent, user)
        except Over as over:
            reason = over.reason
        except TimeoutError:
            reason = "time_limit"
        self._end(reason)
        return Log(self.sitting.key, tuple(self.events), tuple(self.beside))

    def _end(self, reason: EndReason) -> None:
        state = EndState(
            digest=self.world.digest(),
            changed=self.world.diff(),
            named={path: self.world.value(path) for path in self.sitting.goal_paths},
        )
        self.log(Ended(seq=self.seq, reason=reason, state=state))

    async def _converse(self, make_agent: AgentMaker, make_user: UserMaker) -> EndReason:
        s = self.sitting
        role = Role(s.scenario, s.persona, s.domain.card, s.rng("user"), s.key)
        user = self._made("user", lambda: make_user(role))
        part = Part(s.key, s.scenario, s.persona, s.domain.card, s.seed)
        agent = self._made("agent", lambda: make_agent(part))
        text: str | None = None
        for number in range(1, s.scenario.limits.turns + 1):
            said = await self._user_turn(user, text, number)
            if said.closing:
                return "user_closed"
            text = await self._agent_turn(agent, s.rng(f"agent {number}"))
        return "turn_limit"

    def _made(self, boundary: Boundary, make: Callable[[], Any]) -> Any:
        try:
            return make()
        except Exception as error:
            self._fail(boundary, error)

    async def _user_turn(self, user: User, text: str | None, number: int) -> UserSaid:
        if isinstance(said := self._played_back("user"), UserSaid):
            self.history.append(Message("user", said.text))
            return said
        await self._durable("user")
        heard = Heard(text, tuple(self.history), number, self._caller("user"), self._noter("user"))
        began = self.clock()
        try:
            said = await user.respond(heard)
        except Over:
            raise
        except Exception as error:
            self._fail("user", error)
        event = UserSaid(seq=self.seq, text=clipped(said.text), closing=said.closing, act=said.act)
        self.history.append(Message("user", event.text))
        self.log(event, self.clock() - began)
        return event

    async def _agent_turn(self, agent: Agent, rng: random.Random) -> str:
        self.calls_this_turn = 0
        if isinstance(said := self._played_back("agent"), AgentSaid):
            self.history.append(Message("agent", said.text))
            return said.text
        await self._durable("agent")
        gate = Gate(self._caller("agent"))
        limit = self.sitting.scenario.limits.turn_seconds
        began = self.clock()
        try:
            with anyio.fail_after(limit):
                text = await reply(agent, self._turn(gate, rng))
        except Over:
            raise
        except TimeoutError as error:
            late = self.clock() - began >= limit
            self._fail("agent", TimeoutError(f"no answer within {limit:g} s") if late else error)
        except (Exception, SystemExit) as error:
            self._fail("agent", error)
        finally:
            gate.close()
        if gate.over is not None:
            raise Over(gate.over)
        event = AgentSaid(seq=self.seq, text=clipped(text))
        self.history.append(Message("agent", event.text))
        self.log(event, self.clock() - began)
        return event.text

    def _turn(self, gate: Gate, rng: random.Random) -> Turn:
        card, note = self.sitting.domain.card, self._noter("agent")
        return Turn(
            text=self.history[-1].text,
            history=tuple(self.history),
            tools=tuple(tool for tool in card.tools if tool.by == "agent"),
            policy=card.policy,
            now=card.now,
            session=str(self.sitting.key),
            random=rng,
            _call=gate,
            _enter=lambda node: self.log(NodeEntered(seq=self.seq, node=str(node))) if gate.open else None,
            _observe=lambda *call: self._observed(*call) if gate.open else None,
            _note=lambda *answer: note(*answer) if gate.open else None,
        )

    def _noter(self, role: Party) -> NoteModel:
        return lambda model, usage: self.log(ModelCalled(seq=self.seq, role=role, model=str(model), usage=usage))

    def _caller(self, by: Party) -> Callable[[str, Any, str | None], Awaitable[ToolResult]]:
        async def call(name: str, arguments: Any, node: str | None) -> ToolResult:
            if by == "agent":
                self._count_call()
            return self._call(by, str(name), arguments, node)

        return call

    def _count_call(self) -> None:
        limits = self.sitting.scenario.limits
        self.calls += 1
        self.calls_this_turn += 1
        if self.calls > limits.calls or self.calls_this_turn > limits.calls_per_turn:
            raise Over("call_limit")

    def _call(self, by: Party, name: str, arguments: Any, node: str | None) -> ToolResult:
        if (before := self.tape.call(by, name, arguments)) is not None:
            self._redo(before)
            self.log(before)
            return ToolResult(before.outcome, plain_json(before.result))
        began = self.clock()
        done = perform(self.sitting.domain, self.world, by, name, arguments)
        event = ToolCalled(
            seq=self.seq,
            tool=name,
            arguments=done.arguments,
            outcome=done.outcome,
            result=done.result,
            by=by,
            node=node,
            changes=done.changes,
            before=done.before or {},
            world=self.world.digest(),
        )
        self.log(event, self.clock() - began)
        return ToolResult(done.outcome, plain_json(done.result))

    def _observed(self, name: str, arguments: Any, outcome: Outcome, result: Any, node: str | None) -> None:
        try:
            arguments, result = plain_json(arguments), plain_json(result)
        except (ValueError, RecursionError):
            arguments, result = {}, one_line(result)
        self.log(
            ToolCalled(
                seq=self.seq,
                tool=str(name),
                arguments=arguments,
                outcome=outcome,
                result=result,
                node=node,
                world=self.world.digest(),
            )
        )

    def _fail(self, boundary: Boundary, error: BaseException) -> Any:
        if isinstance(error, ModelError):
            boundary = "model"
        self.log(Failed(seq=self.seq, boundary=boundary, error=describe(error)))
        raise Over(_FAILED[boundary])
