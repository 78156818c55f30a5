"""How far sessions keep to a plan.

Fitness of a session is 1 - cost / worst: the cost is the least number of its states that have to be skipped and of the
plan's moves that have to be put in until both agree, the worst is to skip all and to put in the shortest plan (an
optimal alignment; Adriansyah 2014, *Aligning Observed and Modeled Behavior*). Precision is the share of what the plan
allows that was ever done, at the places where sessions came, weighted by how often they came (Munoz-Gama and Carmona
2010, escaping edges, on the plan's places). A plan that allows everything fits everything, and is not precise.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simkit.errors import UsageError
from simkit.paths.sequences.automaton import Automaton
from simkit.paths.sequences.variants import Variant, variant_of, variants
from simkit.paths.walks import Walks


class Deviation(NamedTuple):
    """Where one session first did what the plan does not allow."""

    session: str
    outcome: str
    place: str
    state: str
    """What it did."""
    event: int
    """Number of the event."""
    allowed: tuple[str, ...]
    """What the plan allows there."""


@dataclass(frozen=True)
class Conformance:
    """How far S sessions keep to a plan."""

    automaton: str
    sessions: int
    accepted: int
    """Sessions that keep to it from START to their end."""
    fitness: float | None
    """Mean over sessions, 0 to 1; None where there are none."""
    precision: float | None
    """None where no session made a move that the plan allows."""
    by_outcome: dict[str, tuple[int, int]]
    """Outcome -> sessions, and how many of them keep to the plan."""
    deviations: tuple[Deviation, ...]
    """The first of each session that has one, in the order of sessions."""

    @property
    def where(self) -> tuple[tuple[str, str, int], ...]:
        """Place, state and sessions of the first deviations, the most frequent first."""
        counted = Counter((one.place, one.state) for one in self.deviations)
        return tuple((*place, many) for place, many in counted.most_common())

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "automaton": self.automaton,
            "sessions": self.sessions,
            "accepted": self.accepted,
            "fitness": self.fitness,
            "precision": self.precision,
            "by_outcome": {name: {"sessions": n, "accepted": kept} for name, (n, kept) in self.by_outcome.items()},
            "deviations": [one._asdict() for one in self.deviations],
        }


class _Replay(NamedTuple):
    """One way as the plan sees it."""

    made: tuple[tuple[str, str], ...]
    """Place and state or pattern of each allowed move, up to the first deviation."""
    stuck: int | None
    """Where in the way the first deviation is; None where there is none."""
    place: str
    """Where it stood then."""


def conformance(walks: Walks, plan: Automaton) -> Conformance:
    """How far these sessions keep to `plan`. Raises UsageError where it speaks of another view."""
    if plan.view is not None and plan.view != walks.view:
        raise UsageError(f"the automaton '{plan.name}' speaks of the view {plan.view}, the sessions of {walks.view}")
    kinds, ways, aligner = variants(walks), variant_of(walks), _Aligner(plan)
    replays: dict[int, tuple[_Replay, float]] = {}
    used: Counter[tuple[str, str]] = Counter()
    for kind in kinds:
        replay = _replayed(kind, plan)
        replays[int(ways[kind.first])] = replay, 1.0 if replay.stuck is None else aligner.fitness(kind.states)
        for move in replay.made:
            used[move] += kind.sessions
    deviations, kept = [], Counter[str]()
    for number, way in enumerate(ways.tolist()):
        replay = replays[way][0]
        if replay.stuck is None:
            kept[walks.outcomes[number]] += 1
            continue
        state, event = walks.states_of(number)[replay.stuck], walks.events_of(number)[replay.stuck]
        allowed = tuple(plan.moves.get(replay.place, ()))
        deviations.append(
            Deviation(str(walks.keys[number]), walks.outcomes[number], replay.place, state, event, allowed)
        )
    outcomes = Counter(walks.outcomes)
    return Conformance(
        plan.name,
        len(walks),
        sum(kept.values()),
        float(np.mean([replays[way][1] for way in ways.tolist()])) if len(walks) else None,
        _precision(used, plan),
        {outcome: (many, kept[outcome]) for outcome, many in outcomes.items()},
        tuple(deviations),
    )


def _replayed(kind: Variant, plan: Automaton) -> _Replay:
    place, made = plan.start, []
    for at, state in enumerate(kind.states[1:], start=1):
        move = plan.move(place, state)
        if move is None:
            return _Replay(tuple(made), at, place)
        made.append((place, move[0]))
        place = move[1]
    # A session has no state after its end, so a plan that goes on after one is not complete there.
    return _Replay(tuple(made), None if place in plan.complete else len(kind.states) - 1, place)


def _worst(states: tuple[str, ...], plan: Automaton) -> int:
    return len(states) - 1 + _shortest(plan)


def _shortest(plan: Automaton) -> int:
    ends = [plan.places.index(place) for place in plan.complete]
    return int(plan.distances[0, ends].min())


class _Aligner:
    """The least number of skipped states and put-in moves, state by state over all places of a plan at once."""

    def __init__(self, plan: Automaton) -> None:
        self._plan = plan
        self._place = {name: number for number, name in enumerate(plan.places)}
        self._complete = [self._place[name] for name in plan.complete]
        self._onward: dict[str, tuple[list[int], list[int]]] = {}

    @property
    def shortest(self) -> int:
        """Moves of the shortest complete session."""
        return int(self._plan.distances[0, self._complete].min())

    def cost(self, states: tuple[str, ...]) -> int:
        """Of one way, START left out of account."""
        far = self._plan.distances
        costs = far[0].copy()
        for state in states[1:]:
            onward: NDArray[np.int64] = costs + 1
            sources, targets = self._moves(state)
            np.minimum.at(onward, targets, costs[sources])
            costs = (onward[:, None] + far).min(axis=0)
        return int(costs[self._complete].min())

    def fitness(self, states: tuple[str, ...]) -> float:
        """One less the share of the worst that the cost is."""
        return 1.0 - self.cost(states) / (len(states) - 1 + self.shortest)

    def _moves(self, state: str) -> tuple[list[int], list[int]]:
        if state not in self._onward:
            made = [(number, self._plan.move(name, state)) for name, number in self._place.items()]
            known = [(number, self._place[move[1]]) for number, move in made if move is not None]
            self._onward[state] = [number for number, _ in known], [target for _, target in known]
        return self._onward[state]


def _precision(used: Counter[tuple[str, str]], plan: Automaton) -> float | None:
    visits: Counter[str] = Counter()
    for (place, _), many in used.items():
        visits[place] += many
    allowed = sum(many * len(plan.moves[place]) for place, many in visits.items())
    done = Counter(place for place, _ in used)
    return sum(many * done[place] for place, many in visits.items()) / allowed if allowed else None
