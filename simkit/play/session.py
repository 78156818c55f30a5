"""One session: a user and an agent talk, tools are called, everything is recorded.

Nothing that user, agent or tools do escapes from here: it becomes an event, attributed to whose fault it was.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import anyio

from simkit.errors import ModelError, one_line
from simkit.play.agent import Agent, AgentMaker, Message, NoteModel, Part, ToolResult, Turn, reply
from simkit.play.dialogue import State, after
from simkit.play.recording import Recorder, clipped, describe
from simkit.play.toolbox import perform
from simkit.play.user import Heard, Role, Said, User, UserMaker
from simkit.play.world import Start, World, plain_json
from simkit.spec.domain import Domain
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
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
from simkit.trace.log import Beside, Log, SessionKey


@dataclass(frozen=True)
class Sitting:
    """One session that is to be played."""

    key: SessionKey
    scenario: Scenario
    persona: Persona
    domain: Domain
    start: Start
    seed: int
    """The run's seed; the session's own randomness derives from it and the key."""
    agent_name: str = ""
    user_name: str = ""
    versions: dict[str, str] = field(default_factory=dict)

    def rng(self, purpose: str) -> random.Random:
        """A generator of its own for each purpose: order and concurrency of sessions cannot reach it."""
        return random.Random(hashlib.sha256(f"{self.seed}|{self.key}|{purpose}".encode()).digest())


_FAILED: dict[Boundary, EndReason] = {"agent": "agent_failed", "user": "user_failed", "model": "model_failed"}


class _Over(Exception):
    """The session ends here."""

    def __init__(self, reason: EndReason) -> None:
        self.reason: EndReason = reason


async def play_session(
    sitting: Sitting, agent: AgentMaker, user: UserMaker, recorder: Recorder, clock: Callable[[], float]
) -> Log:
    """Play one session to its end and return its log. Never raises for what agent, user or tools do."""
    return await _Session(sitting, recorder, clock).play(agent, user)


class _Session:
    def __init__(self, sitting: Sitting, recorder: Recorder, clock: Callable[[], float]) -> None:
        self.sitting, self.recorder, self.clock = sitting, recorder, clock
        self.world = World(sitting.start)
        self.state: State = "new"
        self.events: list[Event] = []
        self.beside: list[Beside] = []
        self.history: list[Message] = []
        self.calls = self.calls_this_turn = 0
        self.began = clock()

    def log(self, event: Event, took: float = 0.0) -> None:
        self.state = after(self.state, event)
        beside = Beside(at=self.clock() - self.began, took=took)
        self.events.append(event)
        self.beside.append(beside)
        self.recorder.record(event, beside)

    @property
    def seq(self) -> int:
        return len(self.events)

    async def play(self, agent: AgentMaker, user: UserMaker) -> Log:
        self._start()
        reason: EndReason
        try:
            with anyio.fail_after(self.sitting.scenario.limits.seconds):
                reason = await self._converse(agent, user)
        except _Over as over:
            reason = over.reason
        except TimeoutError:
            reason = "time_limit"
        self._end(reason)
        return Log(self.sitting.key, tuple(self.events), tuple(self.beside))

    def _start(self) -> None:
        s = self.sitting
        self.log(
            Started(
                seq=0,
                scenario=s.scenario.as_json,
                persona=s.persona.as_json,
                domain=s.domain.card.as_json,
                seed=s.seed,
                trial=s.key.trial,
                agent=s.agent_name,
                user=s.user_name,
                versions=s.versions,
            )
        )

    def _end(self, reason: EndReason) -> None:
        goal = self.sitting.scenario.goal
        paths = [*goal.world, *(path for end in goal.any_of for path in end.world)]
        state = EndState(
            digest=self.world.digest(),
            changed=self.world.diff(),
            named={path: self.world.value(path) for path in paths},
        )
        self.log(Ended(seq=self.seq, reason=reason, state=state))

    async def _converse(self, make_agent: AgentMaker, make_user: UserMaker) -> EndReason:
        s = self.sitting
        role = Role(s.scenario, s.persona, s.domain.card, s.rng("user"), s.key)
        user = self._made("user", lambda: make_user(role))
        part = Part(s.key, s.scenario, s.persona, s.domain.card, s.seed)
        agent = self._made("agent", lambda: make_agent(part))
        rng = s.rng("agent")
        text: str | None = None
        for number in range(1, s.scenario.limits.turns + 1):
            said = await self._user_turn(user, text, number)
            if said.closing:
                return "user_closed"
            text = await self._agent_turn(agent, rng)
        return "turn_limit"

    def _made(self, boundary: Boundary, make: Callable[[], Any]) -> Any:
        try:
            return make()
        except Exception as error:
            self._fail(boundary, error)

    async def _user_turn(self, user: User, text: str | None, number: int) -> Said:
        heard = Heard(text, tuple(self.history), number, self._caller("user"), self._noter("user"))
        began = self.clock()
        try:
            said = await user.respond(heard)
        except _Over:
            raise
        except Exception as error:
            self._fail("user", error)
        event = UserSaid(seq=self.seq, text=clipped(said.text), closing=said.closing, act=said.act)
        self.history.append(Message("user", event.text))
        self.log(event, self.clock() - began)
        return said

    async def _agent_turn(self, agent: Agent, rng: random.Random) -> str:
        self.calls_this_turn = 0
        gate = _Gate(self._caller("agent"))
        limit = self.sitting.scenario.limits.turn_seconds
        began = self.clock()
        try:
            with anyio.fail_after(limit):
                text = await reply(agent, self._turn(gate, rng))
        except _Over:
            raise
        except TimeoutError as error:
            late = self.clock() - began >= limit
            self._fail("agent", TimeoutError(f"no answer within {limit:g} s") if late else error)
        except (Exception, SystemExit) as error:
            self._fail("agent", error)
        finally:
            gate.close()
        if gate.over is not None:
            raise _Over(gate.over)
        event = AgentSaid(seq=self.seq, text=clipped(text))
        self.history.append(Message("agent", event.text))
        self.log(event, self.clock() - began)
        return event.text

    def _turn(self, gate: _Gate, rng: random.Random) -> Turn:
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
            raise _Over("call_limit")

    def _call(self, by: Party, name: str, arguments: Any, node: str | None) -> ToolResult:
        tool = self.sitting.domain.card.tool(name, by)
        writing = tool is not None and tool.effect == "write"
        intent = self.recorder.intend("tool_called", {"tool": name, "seq": self.seq, "by": by}) if writing else 0
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
        if writing:
            self.recorder.settle(intent)
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
        raise _Over(_FAILED[boundary])


class _Gate:
    """The agent's way to its tools: open during its turn only, and shut for good once a limit was reached."""

    def __init__(self, call: Callable[[str, Any, str | None], Awaitable[ToolResult]]) -> None:
        self._call, self.open, self.over = call, True, None

    over: EndReason | None

    async def __call__(self, name: str, arguments: Any, node: str | None) -> ToolResult:
        if not self.open:
            return ToolResult("refused", "the turn is over")
        try:
            return await self._call(name, arguments, node)
        except _Over as over:
            # An agent that catches everything must not be able to go on calling.
            self.over, self.open = over.reason, False
            raise

    def close(self) -> None:
        self.open = False
