"""Calls made straight on a fresh world and words put beside them, without a user: what would the goal say of that?

Quicker by far than a session, and as true: tools and goal are the ones that sessions have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simkit.metrics.goal import goal_parts, verdict
from simkit.paths.episode import Episode
from simkit.play.sitting import Sitting
from simkit.play.toolbox import Performed, perform
from simkit.play.world import Start, World
from simkit.spec.domain import Domain
from simkit.spec.files import Case
from simkit.trace.events import AgentSaid, Ended, EndState, Event, Party, ToolCalled, UserSaid
from simkit.trace.log import Log, SessionKey

Performs = Callable[[Domain, World, Party, str, Any], Performed]


class Stages:
    """The worlds that sessions of some domains start with, each hashed once."""

    def __init__(self) -> None:
        self._starts: dict[int, tuple[Mapping[str, Any], Start]] = {}

    def start(self, domain: Domain) -> Start:
        """The world at the start of every session of a domain."""
        key = id(domain.tables)
        if key not in self._starts:
            self._starts[key] = (domain.tables, Start(domain.tables, domain.card.now))
        return self._starts[key][1]


class Watched(World):
    """A world that remembers which of its tables anybody looked at or changed."""

    def __init__(self, start: Start) -> None:
        self.looked: set[str] = set()
        super().__init__(start)

    def _look(self, table: str, record: str) -> dict[str, Any] | None:
        self.looked.add(table)
        return super()._look(table, record)

    def _names(self, table: str) -> list[str]:
        self.looked.add(table)
        return super()._names(table)


class Rehearsal:
    """One session of a case, made by hand: words and calls one after another, then its end."""

    def __init__(self, case: Case, start: Start, world: World | None = None) -> None:
        key = SessionKey(case.scenario.scenario, case.personas[0].persona, 0)
        self.case = case
        self.sitting = Sitting(key, case.scenario, case.personas[0], case.domain, start, seed=0)
        self.world = world or World(start)
        self.events: list[Event] = [self.sitting.started()]

    def hears(self, text: str, act: str | None = None) -> None:
        """The user says something."""
        self.events.append(UserSaid(seq=len(self.events), text=text, act=act))

    def says(self, text: str) -> None:
        """The agent says something."""
        self.events.append(AgentSaid(seq=len(self.events), text=text))

    def calls(self, tool: str, arguments: Any, by: Party = "agent", performs: Performs = perform) -> ToolCalled:
        """A call is made, on this session's world."""
        done = performs(self.case.domain, self.world, by, tool, arguments)
        call = ToolCalled(
            seq=len(self.events),
            tool=tool,
            arguments=done.arguments,
            outcome=done.outcome,
            result=done.result,
            by=by,
            changes=done.changes,
            before=done.before or {},
            after=done.after or {},
            world=self.world.digest(),
        )
        self.events.append(call)
        return call

    def episode(self) -> Episode:
        """The session as metrics see it, ended here."""
        named = {path: self.world.value(path) for path in self.sitting.goal_paths}
        state = EndState(digest=self.world.digest(), changed=self.world.diff(), named=named)
        ended = Ended(seq=len(self.events), reason="user_closed", state=state)
        log = Log(self.sitting.key, (*self.events, ended))
        return Episode(log, self.case.scenario, self.case.personas[0], self.case.domain.card)

    @property
    def reached(self) -> bool:
        """Whether the goal is, as things stand."""
        return verdict(goal_parts(self.episode())) == "pass"


def again(
    case: Case,
    start: Start,
    events: Iterable[Event],
    without: frozenset[int] = frozenset(),
    world: World | None = None,
) -> Rehearsal:
    """A recorded session made again on a fresh world (or on `world`), without the calls of some numbers."""
    made = Rehearsal(case, start, world)
    for event in events:
        if isinstance(event, UserSaid):
            made.hears(event.text, event.act)
        elif isinstance(event, AgentSaid):
            made.says(event.text)
        elif isinstance(event, ToolCalled) and event.seq not in without:
            made.calls(event.tool, event.arguments, event.by)
    return made
