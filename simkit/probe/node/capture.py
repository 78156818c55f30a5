"""What a node was given and what came of it, in each session of a run: found by replaying the sessions from their logs.

Nothing has to be stored for it. A replay that does not come out as recorded says so, and tells nothing from there on.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from simkit.agents.nodes.alone import Came, Given, require_node
from simkit.errors import UsageError
from simkit.play.agent import Agent, Message, Part
from simkit.play.recording import Unrecorded
from simkit.play.suite import Cast, play_suite
from simkit.probe.fork.luck import Divergence, Prefix
from simkit.probe.fork.parent import Parent, pack_of, parent_of
from simkit.probe.fork.plays import Plays, Terms
from simkit.probe.fork.point import Point, last_open
from simkit.runs import Sources, to_its_end
from simkit.spread.casting import cast_of
from simkit.trace.events import AgentSaid, Event, NodeEntered, ToolCalled, UserSaid
from simkit.trace.log import Log
from simkit.trace.store import Store


@dataclass(frozen=True)
class Occurrence:
    """One time that the node was entered."""

    session: str
    seq: int
    """The event at which it was."""
    given: Given
    came: Came
    recorded: tuple[ToolCalled, ...]
    """The calls that it made, with what they gave."""

    @property
    def name(self) -> str:
        """As messages and test cases name it."""
        return f"{self.session}@{self.seq}"


@dataclass
class Seen:
    """All that was seen of a node in a run."""

    node: str
    parents: dict[str, Parent] = field(default_factory=dict)
    """Session to what is needed to answer its tools."""
    occurrences: list[Occurrence] = field(default_factory=list)
    diverged: dict[str, Divergence] = field(default_factory=dict)
    """Session to where its replay did not come out as recorded."""
    entered: int = 0
    """How often the log says that the node was entered, in the sessions that were looked at."""


def seen_of(
    run: str,
    node: str,
    *,
    session: str | None = None,
    agent_was: Any = None,
    what: Sources = (),
    progress: Callable[[], None] = lambda: None,
) -> Seen:
    """Every occurrence of a node in a run, or in one session. Raises `SimkitError` where the agent is no LangGraph
    agent, has no such node, or cannot be found."""
    store = Store.open(run)
    pack, seen, names = pack_of(store, what), Seen(node), set[str]()
    casts: dict[str, Cast] = {}
    for log in _logs(store, session):
        entered = [event.node for event in log if isinstance(event, NodeEntered)]
        names.update(entered)
        if node not in entered:
            continue
        seen.entered += entered.count(node)
        parent = parent_of(store, str(log.session), pack)
        seen.parents[str(log.session)] = parent
        _replay(parent, seen, casts, agent_was)
        progress()
    if not seen.parents:
        known = f"; its nodes are {', '.join(sorted(names))}" if names else "; its agent is no LangGraph agent"
        raise UsageError(f"{store.place}: node '{node}' was never entered{known}")
    return seen


def _logs(store: Store, session: str | None) -> Iterator[Log]:
    if session is None:
        yield from store.logs()
    else:
        from simkit.probe.fork.parent import session_key

        yield store.log(session_key(store, session))


def _replay(parent: Parent, seen: Seen, casts: dict[str, Cast], agent_was: Any) -> None:
    last = last_open(parent)
    plays = Plays(parent, [Point(last, 1, events=parent.log.events[: last + 1])], Terms(same_luck=True))
    name = parent.domain.name
    if name not in casts:
        was = parent.agent() if agent_was is None else agent_was
        was = was.removeprefix("process:") if isinstance(was, str) else was  # its graph is in that process, and here
        casts[name] = cast_of(plays.pack(), was, parent.user)
    cast, found = plays.cast([casts[name]]), _Watched(parent, seen.node)

    def watched(part: Part) -> Agent:
        agent = cast.agents[name][1](part)
        found.watch(agent, plays.tapes[part.key])
        return agent

    todo = list(plays.sittings(cast))
    plays.tapes[todo[0].key].then_stop = True
    watching = replace(cast, agents={name: (cast.agents[name][0], watched)})
    play = partial(play_suite, todo, watching, at_once=1, done=lambda log: None, tape=plays.tape)
    to_its_end(partial(play, recorder=lambda key: Unrecorded()))
    if found.error is not None:
        raise found.error
    tape = plays.tapes[todo[0].key]
    if tape.diverged is not None:
        seen.diverged[str(parent.key)] = tape.diverged
    seen.occurrences += found.occurrences(tape)


class _Watched:
    """Hears of the tasks of one session's graph."""

    def __init__(self, parent: Parent, node: str) -> None:
        self.parent, self.node = parent, node
        self.error: UsageError | None = None
        self.tape: Prefix | None = None
        self.steps: list[tuple[Any, list[str]]] = []
        """The state before each step, and the nodes of that step."""
        self.found: dict[str, tuple[int, int, Given]] = {}
        """Task to the event at which it began, its step, and what it was given."""
        self.came: dict[str, Came] = {}

    def watch(self, agent: Agent, tape: Prefix) -> None:
        """Look at an agent's graph. Keeps a UsageError where it has none, or none with such a node."""
        self.tape = tape
        try:
            if not hasattr(agent, "witness"):
                raise UsageError("the run's agent is no LangGraph graph: only graphs have nodes")
            require_node(agent.graph, self.node)
        except UsageError as error:
            self.error = error
            return
        agent.witness = self.hear

    def hear(self, task: dict[str, Any], state: dict[str, Any]) -> None:
        """A task begins, or ends."""
        assert self.tape is not None
        if "triggers" not in task:
            if task["id"] in self.found:
                self.came[task["id"]] = Came(copied(task.get("result")), error=str(task.get("error") or ""))
            return
        if not self.steps or self.steps[-1][0] is not state:
            self.steps.append((state, []))
        self.steps[-1][1].append(task["name"])
        if task["name"] == self.node and self.tape.diverged is None:
            given = Given(copied(task["input"]), copied(state))
            self.found[task["id"]] = (self.tape.at - 1, len(self.steps) - 1, given)

    def occurrences(self, tape: Prefix) -> Iterator[Occurrence]:
        """What was seen, as far as the replay came out as recorded to the end of the turn."""
        events, card = self.parent.log.events, self.parent.episode.card
        tools = tuple(tool for tool in card.tools if tool.by == "agent")
        for task, (seq, step, given) in self.found.items():
            end = _turn_end(events, seq)
            if task not in self.came or (tape.diverged is not None and tape.diverged.seq <= end):
                continue
            beside_itself = self.steps[step][1].count(self.node) > 1
            calls = tuple(_calls(events, seq, self.node, past_itself=beside_itself))
            told = tuple({"tool": one.tool, "arguments": one.arguments, "outcome": one.outcome} for one in calls)
            around = replace(given, history=_history(events, seq), policy=card.policy, now=card.now, tools=tools)
            whose = None if beside_itself else told
            came = replace(self.came[task], calls=whose, route=self._route(step, seq))
            yield Occurrence(str(self.parent.key), seq, around, came, calls)

    def _route(self, step: int, seq: int) -> tuple[str, ...] | None:
        """The nodes of the next step of the same turn; not known, where others ran beside it."""
        if len(self.steps[step][1]) > 1:
            return None
        following = self.steps[step + 1 : step + 2]
        last = _turn_end(self.parent.log.events, seq)
        entered = [one for one in self.parent.log.events[seq + 1 : last] if isinstance(one, NodeEntered)]
        return tuple(sorted(following[0][1])) if entered and following else ()


def _turn_end(events: Sequence[Event], seq: int) -> int:
    return next((event.seq for event in events[seq:] if isinstance(event, AgentSaid)), len(events) - 1)


def _calls(events: Sequence[Event], seq: int, node: str, *, past_itself: bool) -> Iterator[ToolCalled]:
    """The calls that a node made after it was entered; `past_itself`: it ran several times at once, and nobody knows
    which of them made which call."""
    for event in events[seq + 1 : _turn_end(events, seq)]:
        if isinstance(event, NodeEntered) and event.node == node and not past_itself:
            return
        if isinstance(event, ToolCalled) and event.node == node and event.by == "agent":
            yield event


def _history(events: Sequence[Event], seq: int) -> tuple[Message, ...]:
    said = (event for event in events[:seq] if isinstance(event, UserSaid | AgentSaid))
    return tuple(Message("user" if isinstance(event, UserSaid) else "agent", event.text) for event in said)


def copied(value: Any) -> Any:
    """A deep copy, so that what a graph changes later stays as it was; what cannot be copied as it is."""
    try:
        return copy.deepcopy(value)
    except Exception:
        return value
