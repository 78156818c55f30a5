"""A scenario's reference path, rehearsed on a scratch world: as it is, and with a fault in it.

What a fault does to the goal is found out here, before anybody plays: a changed call after which every condition of
the goal still holds is another way, not an error (DESIGN 7), and must not be put in as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Literal, NamedTuple

from simkit.agents.reference import rendered
from simkit.metrics.goal import goal_parts
from simkit.paths.episode import Episode
from simkit.play.sitting import Sitting
from simkit.play.toolbox import Performed, perform
from simkit.play.world import Start, World
from simkit.spec.circumstances import Erring
from simkit.spec.domain import Domain, Tool
from simkit.spec.goal import Step
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.trace.events import AgentSaid, Ended, EndState, Party, ToolCalled
from simkit.trace.log import Log, SessionKey

Do = Erring | Literal["tamper"]

Snapshot = Mapping[tuple[str, str], dict[str, Any] | None]
"""What was changed in a world: (table, record) to what stands there now."""


class Call(NamedTuple):
    """A tool, and its arguments: an object, or the text that stands for one."""

    tool: str
    arguments: Any


@dataclass(frozen=True)
class Plan:
    """One fault, and where it goes: at the `at`-th of the reference's calls (by the agent, from 0; None: before the
    first words)."""

    fault: str
    do: Do
    at: int | None = None
    calls: tuple[Call, ...] = ()
    """What is called besides, or `instead`."""
    until: int | None = None
    """For `hold`: the call that goes first."""
    rule: str = ""
    text: str = ""
    """What is said besides, at the end of the turn."""


@dataclass(frozen=True)
class Rehearsed:
    """What a rehearsal came to."""

    calls: tuple[ToolCalled, ...]
    ours: frozenset[int]
    """Numbers of the calls that the fault made, changed or moved."""
    _ending: Callable[[], frozenset[str]]

    @cached_property
    def missed(self) -> frozenset[str]:
        """The conditions of the goal that do not hold at the end."""
        return self._ending()

    @property
    def put_in(self) -> tuple[ToolCalled, ...]:
        """The calls that the fault made, changed or moved."""
        return tuple(call for call in self.calls if call.seq in self.ours)

    @property
    def own(self) -> tuple[tuple[str, str], ...]:
        """The other calls, each with its outcome."""
        return tuple((call.tool, call.outcome) for call in self.calls if call.seq not in self.ours)


class _Move(NamedTuple):
    by: Party
    call: Call
    ours: bool = False
    fails: bool = False


class Stage:
    """Where faults for one scenario are tried out."""

    def __init__(self, domain: Domain, scenario: Scenario, persona: Persona) -> None:
        self.domain, self.scenario, self.card = domain, scenario, domain.card
        self.persona = persona
        self._start = Start(scenario.tables(domain.tables), domain.card.now)
        self._known: list[tuple[_Move, ToolCalled, Snapshot]] = []
        self.path: tuple[Step, ...] = scenario.steps
        self.steps: tuple[Step, ...] = tuple(step for step in self.path if step.tool and step.by == "agent")
        """The calls that the agent makes."""
        self.clean = self.rehearse(None)
        self.done: tuple[ToolCalled, ...] = tuple(call for call in self.clean.calls if call.by == "agent")
        """What each of them comes to, without a fault."""

    def call(self, at: int) -> Call:
        """The `at`-th call of the agent."""
        return Call(str(self.steps[at].tool), self.steps[at].arguments)

    def tool(self, at: int) -> Tool | None:
        """The tool of the `at`-th call of the agent."""
        return self.card.tool(str(self.steps[at].tool))

    def writes(self, at: int) -> bool:
        """Whether the `at`-th call is one that changes the world."""
        tool = self.tool(at)
        return tool is not None and tool.effect == "write"

    @cached_property
    def tools(self) -> tuple[Tool, ...]:
        """The agent's tools."""
        return tuple(tool for tool in self.card.tools if tool.by == "agent")

    def rehearse(self, plan: Plan | None) -> Rehearsed:
        """Go through the reference path, with a fault in it; up to the fault, it is as it was without."""
        world: World | None = None
        played: list[tuple[_Move, ToolCalled, Snapshot]] = []
        for move in self._moves(plan):
            if world is None and len(played) < len(self._known) and self._known[len(played)][0] == move:
                played.append(self._known[len(played)])
                continue
            world = world or self._world_at(played[-1][2] if played else {})
            done = perform(self.domain, world, move.by, *move.call) if not move.fails else failed(move.call)
            played.append((move, _event(len(played) + 1, move, done), world.snapshot()))
        if plan is None:
            self._known = played
        calls = tuple(call for _, call, _ in played)
        ours = frozenset(call.seq for move, call, _ in played if move.ours)
        return Rehearsed(calls, ours, partial(self._missed, calls, played[-1][2] if played else {}))

    def _world_at(self, snapshot: Snapshot) -> World:
        world = World(self._start)
        for (table, record), value in snapshot.items():
            if value is not None:
                world.put(table, record, value)
            elif world.has(table, record):
                world.remove(table, record)
        return world

    @cached_property
    def after_all(self) -> World:
        """The world after the last of the agent's calls, without a fault: nobody may change it."""
        agents = [snapshot for move, _, snapshot in self._known if move.by == "agent"]
        return self._world_at(agents[-1] if agents else {})

    def as_at_the_start(self, call: Call) -> Performed:
        """What a call gives on the world as it was when the session began."""
        return perform(self.domain, World(self._start), "agent", *call)

    def _moves(self, plan: Plan | None) -> Iterator[_Move]:
        at = -1
        extra = [_Move("agent", call, ours=True) for call in plan.calls] if plan else []
        if plan and plan.at is None and plan.do == "before":
            yield from extra
        for step in self.path:
            if step.tool is None:
                continue
            call = Call(step.tool, step.arguments)
            if step.by == "user":
                yield _Move("user", call)
                continue
            at += 1
            if plan is None or at not in (plan.at, plan.until):
                yield _Move("agent", call)
            elif at == plan.until:
                assert plan.at is not None
                yield _Move("agent", call, ours=True)
                yield _Move("agent", self.call(plan.at), ours=True)
            else:
                yield from _changed(plan, call, extra)

    def _missed(self, calls: Sequence[ToolCalled], end: Snapshot) -> frozenset[str]:
        world = self._world_at(end)
        key = SessionKey(self.scenario.scenario, self.persona.persona, 0)
        sitting = Sitting(key, self.scenario, self.persona, self.domain, self._start, 0)
        goal = self.scenario.goal
        said = [step.say for step in self.path if step.say]
        said += [rendered(one) for one in (*goal.says, *(goal.any_of[0].says if goal.any_of else ()))]
        named = {path: world.value(path) for path in sitting.goal_paths}
        state = EndState(digest="", changed=world.diff(), named=named)
        last = len(calls) + 1
        ending = (AgentSaid(seq=last, text="\n".join(said)), Ended(seq=last + 1, reason="user_closed", state=state))
        log = Log(key, (sitting.started(), *calls, *ending))
        parts = goal_parts(Episode(log, self.scenario, self.persona, self.card))
        # Nobody says yes in a rehearsal.
        asks = {f"rule {rule.id} ({rule.clause})" for rule in self.card.rules if rule.confirm_before}
        return frozenset(f"{p.part} {p.what}" for p in parts if p.verdict == "fail" and p.what not in asks)


def failed(call: Call) -> Performed:
    """A call whose tool breaks down before it does anything."""
    return Performed(call.arguments, "error", "ConnectionError: the service did not answer")


def _changed(plan: Plan, call: Call, extra: list[_Move]) -> Iterator[_Move]:
    if plan.do in ("before", "instead"):
        yield from extra
    if plan.do == "fail":
        yield _Move("agent", call, ours=True, fails=True)
    elif plan.do not in ("instead", "skip", "hold"):
        yield _Move("agent", call, ours=plan.do == "early")
    if plan.do == "after":
        yield from extra


def _event(seq: int, move: _Move, done: Performed) -> ToolCalled:
    return ToolCalled(
        seq=seq,
        tool=move.call.tool,
        arguments=done.arguments,
        outcome=done.outcome,
        result=done.result,
        by=move.by,
        changes=done.changes,
        before=done.before or {},
        after=done.after or {},
    )
