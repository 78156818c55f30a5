"""The sequences of a run as people and programs read them: one text, one JSON object, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import groupby
from typing import Any, NamedTuple

from simkit.errors import UsageError, one_line
from simkit.paths.sequences.automaton import Automaton, learned
from simkit.paths.sequences.clusters import clusters, communities
from simkit.paths.sequences.conformance import conformance
from simkit.paths.sequences.divergence import divergences, partings
from simkit.paths.sequences.spread import spread
from simkit.paths.sequences.variants import frequent_parts, variants
from simkit.paths.table import clipped, counted
from simkit.paths.walks import Walks

_WIDE = 60
_LINES = 10


class Told(NamedTuple):
    """One part: what it is about, lines of text, and plain values."""

    title: str
    lines: list[str]
    value: Any


@dataclass(frozen=True, eq=False)
class Sequences:
    """What there is to say about many sessions' ways. `plan` is what they are held against; without one, what the
    sessions that passed did."""

    walks: Walks
    plan: Automaton | None = None
    most: int | None = None
    """How many lines a part has at most; None: all."""

    def table(self, parts: Iterable[str] = ()) -> str:
        """The parts (all, if none is named) as text."""
        told = [self._part(name) for name in self._names(parts)]
        tasks = len(set(self.walks.tasks))
        head = f"{counted(len(self.walks), 'session')}, {counted(tasks, 'task')}, view {one_line(self.walks.view)}"
        return "\n".join([head, *(line for one in told for line in ("", one.title, *_indented(one.lines)))])

    def _repr_html_(self) -> str:
        return f"<pre>{escape(Sequences(self.walks, self.plan, self.most or _LINES).table())}</pre>"

    def to_json(self, parts: Iterable[str] = ()) -> dict[str, Any]:
        """The parts as plain values."""
        values = {name: self._part(name).value for name in self._names(parts)}
        return {"view": self.walks.view, "sessions": len(self.walks), **values}

    def _names(self, parts: Iterable[str]) -> list[str]:
        return list(parts) or list(PARTS)

    def _part(self, name: str) -> Told:
        return PARTS[name](self)

    def variants(self) -> Told:
        """Whole ways."""
        found = variants(self.walks)
        rows = [["sessions", "share", "ended", "way"]]
        for one in found[: self.most]:
            share = f"{one.sessions / len(self.walks):.0%}"
            rows.append([str(one.sessions), share, one.states[-1].removeprefix("END:"), _way(one.states[1:-1])])
        title = f"Ways: {len(found)} different ones"
        return Told(title, _left(rows), [{**one._asdict(), "first": str(self.walks.keys[one.first])} for one in found])

    def parts(self) -> Told:
        """Frequent parts."""
        found = frequent_parts(self.walks)
        rows = [["sessions", "times", "passed", "elsewhere", "part"]]
        for one in found[: self.most]:
            elsewhere = "" if one.passing_elsewhere is None else f"{one.passing_elsewhere:.0%}"
            rows.append([str(one.sessions), str(one.times), f"{one.passing:.0%}", elsewhere, _way(one.states)])
        title = "Parts of ways in several sessions, with how often these passed, and all others"
        return Told(title, _left(rows), [one._asdict() for one in found])

    def divergence(self) -> Told:
        """Where failing trials leave the way of passing ones."""
        found = divergences(self.walks)
        rows = [["sessions", "after", "failing went on to", "passing to", "for example"]]
        for one in partings(found)[: self.most]:
            example = next(each for each in found if each.failing == one.sessions[0])
            names = [clipped(state, _WIDE) for state in (one.after, one.failing_next, one.passing_next)]
            rows.append([str(len(one.sessions)), *names, f"{one_line(example.failing)} event {example.failing_event}"])
        if not found:
            rows = [["no scenario has a passing and a failing session; play more --trials"]]
        value = [{**one._asdict(), "same_way": one.same_way} for one in found]
        return Told("First divergence of a failing session from a passing one of its scenario", _left(rows), value)

    def clusters(self) -> Told:
        """Sessions that go alike."""
        found = clusters(self.walks)
        rows = [["sessions", "passed", "typical way"]]
        for one in found.clusters[: self.most]:
            rows.append([str(len(one.sessions)), f"{one.passing:.0%}", _way(one.way[1:-1])])
        title = f"Sessions that go alike: {len(found.clusters)} groups, silhouette {found.silhouette:.2f}"
        value = {"silhouette": found.silhouette, "clusters": [one._asdict() for one in found.clusters]}
        return Told(title, _left(rows), value)

    def communities(self) -> Told:
        """States that belong together."""
        groups, quality = communities(self.walks)
        rows = [["stay", "states"]]
        for one in groups[: self.most]:
            rows.append([f"{one.inside:.0%}", ", ".join(clipped(state, _WIDE) for state in one.states)])
        value = {"modularity": quality, "communities": [one._asdict() for one in groups]}
        return Told(f"States among which sessions stay: modularity {quality:.2f}", _left(rows), value)

    def steps(self) -> Told:
        """States at each step."""
        found = spread(self.walks)
        rows = [["step", "under way", "entropy", "most frequent"]]
        for step, (many, entropy) in enumerate(zip(found.under_way, found.entropy, strict=True)):
            if self.most is not None and step > self.most:
                break
            order = (-found.counts[step]).argsort(kind="stable")[:3]
            top = [f"{clipped(found.states[n], _WIDE)} {found.counts[step, n] / many:.0%}" for n in order.tolist()]
            shown = [text for text, n in zip(top, order.tolist(), strict=True) if found.counts[step, n]]
            rows.append([str(step), str(many), f"{entropy:.2f}", ", ".join(shown)])
        return Told("States at each step, entropy in nats", _left(rows), found.to_json())

    def conformance(self) -> Told:
        """Whether sessions keep to the plan."""
        if self.plan is None and not self.walks.passed.any():
            return Told("Keeping to a plan", ["no session passed, so no plan can be learned; give one: --model"], None)
        plan = self._plan
        found = conformance(self.walks, plan)
        kept = ", ".join(f"{ok} of {many} {outcome}" for outcome, (many, ok) in sorted(found.by_outcome.items()))
        rows = [["sessions", "at", "did", "allowed there"]]
        for place, state, many in found.where[: self.most]:
            allowed = ", ".join(clipped(one, _WIDE) for one in plan.moves.get(place, ()))
            rows.append([str(many), clipped(place, _WIDE), clipped(state, _WIDE), one_line(allowed, 100)])
        numbers = [f"{name} {value:.2f}" for name, value in _figures(found.fitness, found.precision)]
        title = f"Keeping to the plan '{one_line(plan.name)}': {found.accepted} of {found.sessions} sessions ({kept})"
        first = ["first deviations:", *_left(rows)] if found.deviations else ["no session deviates"]
        return Told(title, [*([", ".join(numbers)] if numbers else []), *first], found.to_json())

    @cached_property
    def _plan(self) -> Automaton:
        return self.plan or learned(self.walks)


PARTS: Mapping[str, Callable[[Sequences], Told]] = {
    "variants": Sequences.variants,
    "parts": Sequences.parts,
    "divergence": Sequences.divergence,
    "clusters": Sequences.clusters,
    "communities": Sequences.communities,
    "steps": Sequences.steps,
    "conformance": Sequences.conformance,
}
"""What can be shown, in the order in which it is."""


def sequences(walks: Walks, plan: Automaton | None = None, most: int | None = None) -> Sequences:
    """What there is to say. Raises UsageError where there is no session."""
    if not len(walks):
        raise UsageError("there is no session to read; loosen --given")
    return Sequences(walks, plan, most)


def _figures(*values: float | None) -> list[tuple[str, float]]:
    return [(name, one) for name, one in zip(("fitness", "precision"), values, strict=True) if one is not None]


def _way(states: Iterable[str]) -> str:
    runs = ((clipped(state, _WIDE), sum(1 for _ in run)) for state, run in groupby(states))
    return " > ".join(f"{state} x{times}" if times > 1 else state for state, times in runs) or "(no state)"


def _left(rows: list[list[str]]) -> list[str]:
    """Aligned columns, the last one flush left; a head without rows is left out."""
    if len(rows) == 1 and len(rows[0]) > 1:
        return ["none"]
    if len(rows[0]) == 1:
        return [row[0] for row in rows]
    columns = list(zip(*rows, strict=True))
    justified = [_justified(list(column)) for column in columns[:-1]]
    return ["  ".join(cells).rstrip() for cells in zip(*justified, columns[-1], strict=True)]


def _justified(column: list[str]) -> list[str]:
    """As wide as its widest cell: numbers to the right, all else to the left."""
    width = max(map(len, column))
    numbers = all(cell.rstrip("%").replace(".", "", 1).isdigit() or not cell for cell in column[1:])
    return [cell.rjust(width) if numbers else cell.ljust(width) for cell in column]


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]
