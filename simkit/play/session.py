"""One session: a user and an agent talk, tools are called, everything is recorded.

Nothing that user, agent or tools do escapes from here: it becomes an event, attributed to whose fault it was.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import nullcontext
from functools import cached_property, partial
from typing import Any, NoReturn

import anyio

from simkit.errors import ModelError, one_line
from simkit.llm.budget import session_caps
from simkit.llm.failure import Failure
from simkit.llm.traffic import Traffic
from simkit.play.agent import Agent, AgentMaker, Fault, Message, Part, ToolResult, Turn, made, quickly, reply
from simkit.play.blame import describe
from simkit.play.gate import Gate, Halted, Over, Unkept
from simkit.play.keeping import Keeping
from simkit.play.paying import Paying
from simkit.play.recording import Barrier, Recorder, clipped
from simkit.play.sitting import Sitting
from simkit.play.tape import ASKED_AGAIN, NOT_ASKED, Tape
from simkit.play.toolbox import Tamper, perform
from simkit.play.user import Heard, Role, User, UserMaker
from simkit.play.watchdog import Leash, Watchdog
from simkit.play.world import World, plain_json
from simkit.spec.domain import Tool
from simkit.trace.events import (
    AgentSaid,
    Boundary,
    Ended,
    EndReason,
    EndState,
    Event,
    Failed,
    Outcome,
    Party,
    ToolCalled,
    UserSaid,
    plain,
)
from simkit.trace.log import Log

_FAILED: dict[Boundary, EndReason] = {"agent": "agent_failed", "user": "user_failed", "model": "model_failed"}


async def play_session(
    sitting: Sitting,
    agent: AgentMaker,
    user: UserMaker,
    recorder: Recorder,
    clock: Callable[[], float],
    tape: Tape | None = None,
    halted: Callable[[], bool] = lambda: False,
    traffic: Traffic | None = None,
    barrier: Barrier | None = None,
    watchdog: Watchdog | None = None,
) -> Log:
    """Play one session to its end, from where its tape ends, and return its log.

    Never raises for what agent, user or tools do; raises what the store raises when it cannot keep an event, and
    Halted, before the next turn or model call, once `halted()`. Of a run: `traffic`, what its model calls share,
    `barrier`, where its sessions wait for the disk, and the `watchdog` on guard.
    """
    shared = traffic or Traffic()
    try:
        with nullcontext(watchdog) if watchdog else Watchdog.on_guard() as guard:
            leash = Leash(guard, str(sitting.key))
            at = barrier or Barrier(guard.wake)
            session = _Session(sitting, recorder, clock, tape or Tape(), halted, leash, shared, at)
            try:
                return await session.play(agent, user)
            finally:
                session.let_go()
    except Unkept as unkept:
        raise unkept.error from None
    finally:
        shared.forget(str(sitting.key))


class _Session(Keeping):
    def __init__(
        self,
        sitting: Sitting,
        recorder: Recorder,
        clock: Callable[[], float],
        tape: Tape,
        halted: Callable[[], bool],
        leash: Leash,
        traffic: Traffic,
        barrier: Barrier,
    ) -> None:
        super().__init__(recorder, clock, tape, halted, barrier)
        self.sitting, self.leash, self.world = sitting, leash, World(sitting.start)
        self.history: list[Message] = []
        self.calls = self.calls_this_turn = 0
        key, limits = str(sitting.key), sitting.scenario.limits
        self.paying = Paying(self, key, traffic, session_caps(key, limits.cost, limits.tokens), clock)
        self.paid, once = partial(self.paying.once, "agent"), partial(self.paying.once, "user")
        does = {"_call": self._called_by_user, "_note": self._noted_by_user, "_perturbed": self.perturbed}
        self._of_user: dict[str, Any] = {**does, "_once": once}
        self._of_agent = {"policy": sitting.domain.card.policy, "now": sitting.domain.card.now, "session": key}

    def let_go(self) -> None:
        """Undo the circles in which the session holds itself: it is gone at once, with all that it has, and not when
        Python next looks for circles."""
        self.leash.let_go()
        del self.paying, self.paid, self._of_user

    async def _before(self, party: Party) -> None:
        """Before somebody is asked who may cost something, all that led there is on the disk, and that it is asked
        again where it was asked before the session was interrupted."""
        if self.seq <= len(self.tape.events):
            self.kept(self.recorder.intend, ASKED_AGAIN, {"seq": self.seq, "party": party})
        await self.durable()
        if self.halted():
            self.kept(self.recorder.intend, NOT_ASKED, {"seq": self.seq, "party": party})

    def _played_back(self, party: Party) -> Event | None:
        """The last event of the present turn, if the tape has the turn whole and its party is not free."""
        if self.tape.over or party in self.sitting.free or not (events := self.tape.turn(party)):
            return None
        for event in events:
            if isinstance(event, ToolCalled):
                self.calls += event.by == "agent"
                self.world.redo(event.changes)
            self.log(event)
        self.tape.played()
        if isinstance(events[-1], Failed):
            raise Over(_FAILED[events[-1].boundary])
        return events[-1]

    async def play(self, agent: AgentMaker, user: UserMaker) -> Log:
        self.log(self.sitting.started())
        reason: EndReason = "time_limit"
        try:
            with anyio.CancelScope() as scope:
                self.leash.play_in(scope, self.sitting.scenario.limits.seconds)
                reason = await self._converse(agent, user)
        except Over as over:
            reason = over.reason
            if over.why:
                self.log(Failed(seq=self.seq, boundary="simkit", error=over.why))
        except TimeoutError:
            pass  # the agent's turn outlasted the session
        self._end(reason)
        return Log(self.sitting.key, tuple(self.events), tuple(self.beside))

    def _end(self, reason: EndReason) -> None:
        named = {path: plain(self.world.value(path)) for path in self.sitting.goal_paths}
        state = EndState.of(digest=self.world.digest(), changed=self.world.diff(), named=named)
        self.log(Ended.of(seq=self.seq, kind="ended", reason=reason, state=state))

    async def _converse(self, make_agent: AgentMaker, make_user: UserMaker) -> EndReason:
        s = self.sitting
        user = self._user(make_user, Role(s.scenario, s.persona, s.domain.card, partial(s.rng, "user"), s.key))
        part = Part(s.key, s.scenario, s.persona, s.domain.card, s.seed)
        agent = self._agent(make_agent, part)
        text: str | None = None
        for number in range(1, s.scenario.limits.turns + 1):
            said = await self._user_turn(user, text, number)
            if said.closing:
                return "user_closed"
            text = await self._agent_turn(agent, number)
        return "turn_limit"

    def _user(self, make: UserMaker, role: Role) -> User:
        try:
            return make(role)
        except Exception as error:
            self._fail("user", error)

    def _agent(self, make: AgentMaker, part: Part) -> Agent:
        try:
            return made(make, part, self.leash, self.sitting.scenario.limits.turn_seconds)
        except Fault as fault:
            self._fail("agent", fault.error)

    async def _user_turn(self, user: User, text: str | None, number: int) -> UserSaid:
        if not self.fresh and isinstance(said := self._played_back("user"), UserSaid):
            self.history.append(Message("user", said.text))
            return said
        if "user" not in self.sitting.free:
            await self._before("user")
        self.go_on()
        self.paying.check()
        heard = self._heard(text, number)
        began = self.clock()
        try:
            said = await user.respond(heard)
        except (Over, Halted):
            raise
        except Exception as error:
            self._fail("user", error)
        event = said.at(self.seq)
        self.history.append(Message("user", event.text))
        self.log(event, self.clock() - began)
        return event

    async def _agent_turn(self, agent: Agent, number: int) -> str:
        self.calls_this_turn = 0
        if not self.fresh and isinstance(said := self._played_back("agent"), AgentSaid):
            self.history.append(Message("agent", said.text))
            return said.text
        if "agent" not in self.sitting.free:
            await self._before("agent")
        self.go_on()
        self.paying.check()
        gate = Gate(self, self.leash.watchdog, number)
        began = self.clock()
        fault: BaseException | None = None
        text = ""
        try:
            text = await reply(agent, self._turn(gate), self.leash, self.sitting.scenario.limits.turn_seconds)
        except Fault as raised:
            fault = raised.error
        finally:
            gate.close()
            self.still_kept()
        if gate.over is not None:
            raise gate.over
        if fault is not None:
            self._fail("agent", fault)
        event = AgentSaid.of(seq=self.seq, kind="agent_said", text=clipped(text))
        self.history.append(Message("agent", event.text))
        self.log(event, self.clock() - began)
        return event.text

    def _heard(self, text: str | None, number: int) -> Heard:
        return quickly(Heard, text=text, history=tuple(self.history), number=number, **self._of_user)

    def _turn(self, gate: Gate) -> Turn:
        said = {"text": self.history[-1].text, "history": tuple(self.history)}
        return quickly(Turn, **said, **self._of_agent, _call=gate, _desk=gate)

    def seeded(self, purpose: str) -> random.Random:
        """Random numbers for one purpose."""
        return self.sitting.rng(purpose)

    @cached_property
    def tools(self) -> tuple[Tool, ...]:
        """Copies: a schema is a dict, and an agent that changed a shared one would change it for every session."""
        return tuple(
            tool.model_copy(update={"parameters": plain_json(tool.parameters)})
            for tool in self.sitting.domain.card.tools
            if tool.by == "agent"
        )

    def _noted_by_user(self, model: str, usage: dict[str, int]) -> None:
        self.noted(model, usage, "user")

    async def _called_by_user(self, name: str, arguments: Any, node: str | None) -> ToolResult:
        return self._call("user", str(name), arguments, node, None)

    def called(self, name: str, arguments: Any, node: str | None, tamper: Tamper | None) -> ToolResult:
        """A call of the agent's. Raises Over where it makes too many."""
        limits = self.sitting.scenario.limits
        self.calls += 1
        self.calls_this_turn += 1
        if self.calls > limits.calls or self.calls_this_turn > limits.calls_per_turn:
            raise Over("call_limit")
        result = self._call("agent", str(name), arguments, node, tamper)
        if name == limits.until and self.calls_of(name) >= limits.until_call:
            raise Over("call_limit")
        return result

    def _call(self, by: Party, name: str, arguments: Any, node: str | None, tamper: Tamper | None) -> ToolResult:
        if not self.fresh and (before := self.tape.call(by, name, arguments)) is not None:
            self.world.redo(before.changes)
            self.log(before)
            return ToolResult(before.outcome, plain_json(before.result))
        began = self.clock()
        run = partial(self.leash.outside.run, perform, self.sitting.domain, self.world, by, name, arguments)
        done = tamper(run) if tamper else run()
        event = (ToolCalled if tamper or node is not None else ToolCalled.of)(
            seq=self.seq,
            kind="tool_called",
            tool=name,
            arguments=plain(done.arguments),
            outcome=done.outcome,
            result=plain(done.result),
            by=by,
            node=node,
            changes=done.changes,
            before=plain(done.before) if done.before else {},
            after=done.after or {},
            world=self.world.digest(),
        )
        self.log(event, self.clock() - began)
        value = plain_json(done.result) if tamper else done.result  # else nobody has it but the agent
        return quickly(ToolResult, outcome=done.outcome, value=value)

    def observed(self, name: str, arguments: Any, outcome: Outcome, result: Any, node: str | None) -> None:
        """A call that the agent made with tools of its own."""
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

    def _fail(self, boundary: Boundary, error: BaseException) -> NoReturn:
        if isinstance(error, ModelError | Failure):
            boundary = "model"
        self.log(Failed(seq=self.seq, boundary=boundary, error=describe(error)))
        raise Over(_FAILED[boundary])
