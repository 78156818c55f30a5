"""Where odd output concentrates: in which scenario, with which persona, from which model, on which route.

The unit is the session, because odd messages of one session are not independent. A *route* is what came just before the
agent spoke: its latest call since the user's words, as `tool:outcome`, or `user` where it called nothing. For each kind
of odd output and each value, `p` is the chance that so many of the sessions with that value would be odd if it made no
difference: the upper tail of the hypergeometric distribution (Fisher's exact test, one-sided), corrected for all
comparisons after Holm (1979), "A simple sequentially rejective multiple test procedure".
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from simkit.metrics.score import Odd, OddKind
from simkit.paths.episode import Episode
from simkit.spec.frozen import Frozen
from simkit.trace.events import AgentSaid, ModelCalled, ToolCalled, UserSaid

Dimension = Literal["scenario", "persona", "model", "route"]
Place = tuple[Dimension, str]


class Spot(Frozen):
    """One value under which one kind of odd output is more frequent than elsewhere."""

    kind: OddKind
    by: Dimension
    value: str
    sessions: int
    """With that value."""
    odd: int
    """Of these, with that kind of odd output under that value."""
    share: float
    """odd / sessions"""
    overall: float
    """The share over all sessions."""
    p: float
    """Corrected for the number of comparisons."""


class Concentration:
    """Counts while sessions come by; memory grows with scenarios, personas, models and routes, not with sessions."""

    def __init__(self) -> None:
        self._sessions = 0
        self._places: Counter[Place] = Counter()
        self._kinds: Counter[OddKind] = Counter()
        self._odd: Counter[tuple[OddKind, Place]] = Counter()

    def add(self, episode: Episode, found: Iterable[Odd]) -> None:
        """Count one session with what is odd in it."""
        self._sessions += 1
        kinds: dict[int, set[OddKind]] = {}
        for one in found:
            kinds.setdefault(one.events[0], set()).add(one.kind)
        stands, places = _replies(episode)
        for place in places:
            self._places[place] += 1
        if kinds:
            self._odd.update({(kind, place) for seq, there in stands for kind in kinds.get(seq, ()) for place in there})
            self._kinds.update({kind for some in kinds.values() for kind in some})

    def spots(self, level: float = 0.01) -> tuple[Spot, ...]:
        """Every concentration that chance does not explain at that level, the surest first."""
        raw = []
        for (kind, place), odd in self._odd.items():
            if self._places[place] < self._sessions:
                raw.append((upper_tail(odd, self._sessions, self._kinds[kind], self._places[place]), kind, place))
        found = []
        worst = 0.0
        for rank, (p, kind, (by, value)) in enumerate(sorted(raw)):
            worst = max(worst, min(1.0, p * (len(raw) - rank)))
            if worst >= level:
                break
            odd, sessions = self._odd[kind, (by, value)], self._places[by, value]
            overall = self._kinds[kind] / self._sessions
            figures = {"sessions": sessions, "odd": odd, "share": odd / sessions, "overall": overall, "p": worst}
            found.append(Spot(kind=kind, by=by, value=value, **figures))
        return tuple(found)


def upper_tail(odd: int, sessions: int, all_odd: int, with_value: int) -> float:
    """P(X >= odd) for X hypergeometric: `with_value` drawn of `sessions`, of which `all_odd` are odd."""
    if odd * sessions > all_odd * with_value:
        return math.fsum(_terms(odd, 1, sessions, all_odd, with_value))
    return 1.0 - math.fsum(_terms(odd - 1, -1, sessions, all_odd, with_value))


def _terms(k: int, step: int, sessions: int, all_odd: int, with_value: int) -> Iterator[float]:
    """P(X = k), P(X = k + step), …, away from the mean, until they no longer count."""
    least, most = max(0, with_value + all_odd - sessions), min(all_odd, with_value)
    first = 0.0
    while least <= k <= most:
        ways = _log_ways(all_odd, k) + _log_ways(sessions - all_odd, with_value - k) - _log_ways(sessions, with_value)
        term = math.exp(ways)
        first = first or term
        if term < first * 1e-18:
            return
        yield term
        k += step


def _log_ways(n: int, k: int) -> float:
    """The logarithm of n over k."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _replies(episode: Episode) -> tuple[list[tuple[int, tuple[Place, ...]]], set[Place]]:
    """Each of the agent's messages with where it stands, and all those places."""
    always: tuple[Place, ...] = (
        ("scenario", episode.log.session.scenario),
        ("persona", episode.log.session.persona),
    )
    here: tuple[Place, ...] = ()
    """The model, once one answered."""
    route = "user"
    known: dict[tuple[str, tuple[Place, ...]], tuple[Place, ...]] = {}
    found = []
    for event in episode.events:
        kind = type(event)
        if kind is UserSaid:
            route = "user"
        elif kind is ToolCalled:
            if event.by == "agent":
                route = f"{event.tool}:{event.outcome}"
        elif kind is AgentSaid:
            there = known.get((route, here))
            if there is None:
                there = known[route, here] = (*always, ("route", route), *here)
            found.append((event.seq, there))
        elif kind is ModelCalled and event.role == "agent":
            here = (("model", event.model),) if event.model else ()
    return found, {place for there in known.values() for place in there}
