"""The chain of a run in one value: what each state is worth, which edges are critical, how long sessions last; every
figure with an interval from sessions drawn anew.

A state's `value` is the probability of passing from there. Edges are ranked by *failure mass* (the share of all
sessions that fail by this very edge) and by *leverage* (what the pass rate would gain if it were never taken and its
probability went to the other edges of its state); a rank is as sure as the ranks of the resampled runs agree.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simkit.paths.chain.endings import FEW, Bounds, Ending, Lasting, endings, lasting
from simkit.paths.chain.longrun import row_entropies
from simkit.paths.chain.loops import Loop, PingPong, SameCall, loops, ping_pongs
from simkit.paths.chain.model import Chain, chain_of
from simkit.paths.chain.worth import Worth, leverage_of, worth_of
from simkit.paths.fit.resample import Over, Resampled, design_effect, resampled, share_bounds, size_bounds, spread_of
from simkit.paths.states import END, START
from simkit.paths.walks import Walks

Floats = NDArray[np.float64]

PASS, FAIL = f"{END}pass", f"{END}fail"
_ROUNDED = 12
"""Digits by which figures that are compared differ, if they differ."""


class StateWorth(NamedTuple):
    """One state, START included."""

    state: str
    visits: float
    """Expected visits in a session."""
    value: float | None
    """P(pass) from here; None where nothing passes or fails in this run."""
    value_interval: Bounds
    steps: float
    """Expected steps to the end."""
    steps_interval: Bounds
    steps_if_passed: float | None
    removal: float | None
    """Share of all passing that goes through here."""
    amplification: float
    """Expected visits once here: 1 if nothing comes back."""
    lingering: float | None
    """Share of the sessions that go on and on which are here."""


class EdgeWorth(NamedTuple):
    """One edge that was taken."""

    source: str
    target: str
    count: int
    probability: float
    advantage: float
    """P(pass) after it less P(pass) before it."""
    failure_mass: float
    mass_interval: Bounds
    mass_ranks: tuple[int, int] | None
    """95 % of resampled runs have its rank by failure mass in here; None where it never leads to failure."""
    leverage: float | None
    """Gain of the pass rate if it were never taken; None where its state has no other edge."""
    leverage_interval: Bounds
    leverage_ranks: tuple[int, int] | None


@dataclass(frozen=True)
class ChainReport:
    """All of it."""

    view: str
    sessions: int
    resamples: int
    level: float
    over: Over
    """What was drawn anew: sessions, or scenarios with all of theirs."""
    design_effect: float
    """How many times the variance of the pass rate is that of independent sessions, for scenarios like these."""
    passing: float | None
    passing_interval: Bounds
    steps: float
    steps_interval: Bounds
    lasting: tuple[Lasting, ...]
    ends: tuple[Ending, ...]
    """Every end from every state."""
    staying: float
    """Of the sessions that have lasted long, the share that lasts another step."""
    entropy: float
    """Nats a step: how open it is what comes next, on average over a session."""
    circles: tuple[tuple[str, ...], ...]
    """Groups of states that lead back to each other."""
    states: tuple[StateWorth, ...]
    edges: tuple[EdgeWorth, ...]
    """By failure mass, then leverage, the largest first."""
    loops: tuple[Loop, ...]
    ping_pongs: tuple[PingPong, ...]
    same_calls: tuple[SameCall, ...] = ()
    policy: str = "absorb"
    """What was made of states that were never left (`chain.model.Policy`)."""
    rows_without_data: tuple[str, ...] = ()
    """These states."""

    def to_json(self) -> dict[str, Any]:
        """Plain values; what is undefined is null."""
        told = asdict(self)
        for name in ("lasting", "ends", "states", "edges", "loops", "ping_pongs", "same_calls"):
            told[name] = [one._asdict() for one in getattr(self, name)]
        return told


def chain_report(
    walks: Walks,
    same_calls: tuple[SameCall, ...] = (),
    *,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    over: Over = "sessions",
) -> ChainReport:
    """The report of these walks. Raises ValueError where there are none."""
    if not len(walks):
        raise ValueError("there is no session to report on")
    chain = chain_of(walks.matrix())
    judged = PASS in chain.states or FAIL in chain.states
    worth = worth_of(chain, [PASS] if PASS in chain.states else [], START)
    ends = chain.absorption
    again = resampled(walks, resamples, seed, over)
    drawn = _Drawn(chain, worth, again)
    sessions, units = again.sessions_at, again.units_at
    few = units < FEW
    values = _pairs(share_bounds(worth.values, spread_of(drawn.values), units, sessions, level, units), few)
    steps = _pairs(size_bounds(ends.steps, drawn.steps, units, level), few)
    states = _states(chain, worth, values, steps, judged)
    start = states[0]
    return ChainReport(
        view=walks.view,
        sessions=len(walks),
        resamples=resamples,
        level=level,
        over=over,
        design_effect=design_effect(walks),
        passing=start.value,
        passing_interval=start.value_interval,
        steps=start.steps,
        steps_interval=start.steps_interval,
        lasting=lasting(chain, again, level),
        ends=endings(chain, again, level),
        staying=chain.quasi_stationary.rate,
        entropy=_entropy(chain),
        circles=tuple(tuple(chain.states[n] for n in c) for c in chain.classes if len(c) > 1),
        states=states,
        edges=_edges(chain, worth, drawn, level) if judged else (),
        loops=loops(walks, chain),
        ping_pongs=ping_pongs(walks),
        same_calls=same_calls,
        policy=chain.policy,
        rows_without_data=chain.without_data,
    )


class _Drawn:
    """The figures of every resampled run."""

    def __init__(self, chain: Chain, worth: Worth, again: Resampled) -> None:
        self._inner, self._good = chain.transient, [chain.states.index(s) for s in worth.success]
        self._bad = [n for n, state in enumerate(chain.states) if state == FAIL]
        self.edges = np.argwhere(chain.weights[self._inner] > 0)
        k, e = len(chain.states), len(self.edges)
        found = again.figures(self._read, (2 * k + 2 * e,))
        self.values, self.steps, self.mass, self.leverage = np.split(found, [k, 2 * k, 2 * k + e], axis=1)
        self.sessions, self.units = len(again.walks), again.drawn

    def _read(self, counts: Floats) -> Floats:
        inner, k = self._inner, counts.shape[1]
        rows = counts[:, inner]
        totals = rows.sum(axis=2, keepdims=True)
        shares = np.divide(rows, totals, out=np.zeros_like(rows), where=totals > 0)
        visits = np.linalg.inv(np.eye(len(inner)) - shares[:, :, inner])
        unseen = totals[:, :, 0] == 0
        values, steps = np.zeros((2, len(counts), k))
        values[:, self._good] = 1.0
        values[:, inner] = np.einsum("rij,rj->ri", visits, shares[:, :, self._good].sum(axis=2))
        steps[:, inner] = visits.sum(axis=2)
        edges = self.edges
        taken = visits[:, 0, edges[:, 0]] * shares[:, edges[:, 0], edges[:, 1]]
        mass = np.where(np.isin(edges[:, 1], self._bad), taken, 0.0)
        first = np.zeros(k)
        first[inner[0]] = 1.0
        whole = np.zeros(counts.shape)
        whole[:, inner] = shares
        table = leverage_of(whole, inner, visits, values, first)
        leverage = np.nan_to_num(table[:, inner[edges[:, 0]], edges[:, 1]])
        values[:, inner] = np.where(unseen, np.nan, values[:, inner])
        steps[:, inner] = np.where(unseen, np.nan, steps[:, inner])
        return np.concatenate([values, steps, mass, leverage], axis=1)


def _states(
    chain: Chain, worth: Worth, values: list[Bounds], spans: list[Bounds], judged: bool
) -> tuple[StateWorth, ...]:
    ends, removal, worths = chain.absorption, worth.removal_effects, worth.values
    lingering = chain.quasi_stationary.shares
    passed = ends.steps_given[:, ends.ends.index(PASS)] if PASS in ends.ends else np.full(len(ends.steps), np.nan)
    found = []
    for at, number in enumerate(chain.transient):
        found.append(
            StateWorth(
                chain.states[number],
                float(chain.visits[0, at]),
                float(worths[number]) if judged else None,
                values[number] if judged else (None, None),
                float(ends.steps[number]),
                spans[number],
                _known(passed[number]),
                _known(removal[number]),
                float(chain.visits[at, at]),
                None if lingering is None else float(lingering[at]),
            )
        )
    return tuple(found)


def _edges(chain: Chain, worth: Worth, drawn: _Drawn, level: float) -> tuple[EdgeWorth, ...]:
    inner, bad = chain.transient, [n for n, state in enumerate(chain.states) if state == FAIL]
    sources, targets = inner[drawn.edges[:, 0]], drawn.edges[:, 1]
    mass = np.where(np.isin(targets, bad), worth.traversals[sources, targets], 0.0)
    leverage, advantages = worth.leverages[sources, targets], worth.advantages
    everybody, units = (np.full(len(mass), many) for many in (drawn.sessions, drawn.units))
    shares = _pairs(share_bounds(mass, spread_of(drawn.mass), units, everybody, level, units), mass == 0)
    tails = [(1 - level) / 2, (1 + level) / 2]
    gains = np.quantile(drawn.leverage, tails, axis=0)
    ranks = [_ranks(table, tails) for table in (drawn.mass, drawn.leverage)]
    found = []
    for n, (i, j) in enumerate(zip(sources, targets, strict=True)):
        gained = _known(leverage[n])
        found.append(
            EdgeWorth(
                chain.states[i],
                chain.states[j],
                int(chain.weights[i, j]),
                float(chain.probabilities[i, j]),
                float(advantages[i, j]),
                float(mass[n]),
                shares[n],
                ranks[0][n] if mass[n] > 0 else None,
                gained,
                (None, None) if gained is None else (float(gains[0, n]), float(gains[1, n])),
                None if gained is None else ranks[1][n],
            )
        )
    return tuple(sorted(found, key=lambda edge: (-edge.failure_mass, -(edge.leverage or 0.0))))


def _ranks(figures: Floats, tails: list[float]) -> list[tuple[int, int]]:
    """For each of (R, E) figures how its rank, 1 the largest, is spread over resamples. Figures that tie, within
    rounding, share the better rank: edges that a resample never took are all behind the same ones."""
    coarse = np.round(figures, _ROUNDED)
    ordered = np.sort(-coarse, axis=1)
    ranked = np.array([np.searchsorted(row, -one) + 1 for row, one in zip(ordered, coarse, strict=True)])
    low, high = np.quantile(ranked, tails, axis=0, method="inverted_cdf").astype(int)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _entropy(chain: Chain) -> float:
    visits = chain.visits[0]
    return float(visits @ row_entropies(chain.weights[chain.transient]) / visits.sum())


def _pairs(bounds: Any, masked: NDArray[np.bool_]) -> list[Bounds]:
    low, high = (np.where(masked, np.nan, bound) for bound in bounds)
    return [(_known(one), _known(other)) for one, other in zip(low, high, strict=True)]


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
