"""A node run again on each input that it had: what it writes, calls and where it goes, against what happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from simkit.agents.nodes.alone import run_alone
from simkit.agents.nodes.case import different
from simkit.agents.resolve import resolve_agent
from simkit.errors import UsageError
from simkit.play.agent import Part, ToolResult
from simkit.play.toolbox import perform
from simkit.play.world import plain_json
from simkit.probe.fork.parent import Parent, restored
from simkit.probe.node.capture import Occurrence, Seen, copied
from simkit.runs import to_its_end
from simkit.trace.events import ToolCalled


@dataclass(frozen=True)
class Again:
    """One occurrence, run again some times."""

    occurrence: Occurrence
    trials: int
    differing: int
    """Trials that came out otherwise."""
    differences: tuple[str, ...] = ()
    """Of the first trial that did: what differs, place by place."""
    beyond_log: int = 0
    """Calls, in all trials, that the log has no answer to: the world as it was then answered them."""

    @property
    def equal(self) -> bool:
        """Whether every trial came out as recorded."""
        return not self.differing

    def to_json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "session": self.occurrence.session,
            "seq": self.occurrence.seq,
            "equal": self.equal,
            "trials": self.trials,
            "differing": self.differing,
            "differences": list(self.differences),
            "beyond_log": self.beyond_log,
        }


@dataclass(frozen=True)
class NodeTold:
    """A node, run again on all its recorded inputs."""

    seen: Seen
    run: str
    agent: str
    again: tuple[Again, ...]

    @property
    def equal(self) -> int:
        """Occurrences that came out as recorded, in every trial."""
        return sum(one.equal for one in self.again)

    @property
    def ok(self) -> bool:
        """Whether all that was recorded came out again: nothing differs, no replay diverged, something was there."""
        return bool(self.again) and self.equal == len(self.again) and not self.seen.diverged

    def to_json(self) -> dict[str, Any]:
        """As `simkit node --json` prints it."""
        kinds = Counter(difference.split(":")[0].split(".")[0] for one in self.again for difference in one.differences)
        return {
            "run": self.run,
            "node": self.seen.node,
            "agent": self.agent,
            "entered": self.seen.entered,
            "compared": len(self.again),
            "equal": self.equal,
            "differing": len(self.again) - self.equal,
            "differences": dict(sorted(kinds.items())),
            "diverged": {name: vars(one) for name, one in self.seen.diverged.items()},
            "occurrences": [one.to_json() for one in self.again],
        }


def run_again(seen: Seen, run: str, agent: Any = None, trials: int = 1) -> NodeTold:
    """Run a node of `agent` (None: of the agent that was played) on all that was seen of it, and compare.

    Raises `SimkitError` for a reference that leads nowhere, or to no graph with such a node.
    """
    if trials < 1:
        raise UsageError(f"--trials {trials}: must be 1 or more")
    graphs: dict[str, tuple[str, Any]] = {}
    again = []
    for occurrence in seen.occurrences:
        parent = seen.parents[occurrence.session]
        if parent.domain.name not in graphs:
            ref = parent.agent() if agent is None else agent
            graphs[parent.domain.name] = graph_of(parent, ref.removeprefix("process:") if isinstance(ref, str) else ref)
        again.append(_again(graphs[parent.domain.name][1], seen.node, occurrence, parent, trials))
    name = next((name for name, _ in graphs.values()), str(agent or "demo"))
    return NodeTold(seen, run, name, tuple(again))


def graph_of(parent: Parent, agent: Any) -> tuple[str, Any]:
    """The name and the graph of an agent. Raises UsageError where it is no LangGraph graph."""
    name, make = resolve_agent(agent, parent.domain)
    episode = parent.episode
    made = make(Part(parent.key, episode.scenario, episode.persona, episode.card, parent.log.started.seed))
    if not hasattr(made, "graph"):
        raise UsageError(f"--agent {name}: is no LangGraph graph: only graphs have nodes")
    return name, made.graph


def _again(graph: Any, node: str, occurrence: Occurrence, parent: Parent, trials: int) -> Again:
    wrong, first, beyond = 0, (), 0
    for _ in range(trials):
        answers = Answers(parent, occurrence)
        came = to_its_end(partial(run_alone, graph, node, copied(occurrence.given), answers))
        beyond += answers.beyond
        found = tuple(different(occurrence.came, came))
        wrong += bool(found)
        first = first or found
    return Again(occurrence, trials, wrong, first, beyond)


class Answers:
    """Answers a node's calls: as the log has it; another call, as the world does in which the node began."""

    def __init__(self, parent: Parent, occurrence: Occurrence) -> None:
        self._domain = parent.domain
        self._left: list[ToolCalled] = list(occurrence.recorded)
        self._world, _ = restored(parent.log, parent.start, occurrence.seq)
        self.beyond = 0

    def __call__(self, name: str, arguments: Any) -> ToolResult:
        """What a call comes to."""
        for at, call in enumerate(self._left):
            if (call.tool, call.arguments) == (name, arguments):
                del self._left[at]
                self._world.redo(call.changes)
                return ToolResult(call.outcome, plain_json(call.result))
        self.beyond += 1
        done = perform(self._domain, self._world, "agent", name, arguments)
        return ToolResult(done.outcome, plain_json(done.result))


def told_lines(again: Sequence[Again], most: int) -> Iterator[tuple[Again, tuple[str, ...]]]:
    """The first occurrences that differ, with what differs."""
    yield from [(one, one.differences[:8]) for one in again if not one.equal][:most]
