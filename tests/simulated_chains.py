"""Sessions drawn from a known law, for tests and benchmarks that need to know the truth: an agent of eight states that
ends in one of two outcomes, with or without a persona of its own in each session."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.paths.change.power import pilot, power
from simkit.paths.change.verdict import change
from simkit.paths.states import END, START
from simkit.paths.walks import Walks
from simkit.trace.log import SessionKey

Floats = NDArray[np.float64]

INNER = 8
STATES = (START, *(f"s{number}:ok" for number in range(INNER)), f"{END}pass", f"{END}fail")
"""START, eight inner states, two ends."""


def agent(changed: float = 0.0) -> Floats:
    """(11, 11) probabilities of an agent whose sessions take some eight steps; `changed` moves that much of one row
    from its most frequent successor (0.65) to another."""
    law = np.zeros((len(STATES), len(STATES)))
    law[0, 1:3] = 0.8, 0.2
    for state in range(1, INNER + 1):
        ahead, back = state % INNER + 1, (state + 2) % INNER + 1
        law[state, [ahead, back, state, 9, 10]] += 0.55, 0.2, 0.1, 0.1, 0.05
    law[2] = 0.0
    law[2, [3, 5, 9, 10]] = 0.65 - changed, 0.2 + changed, 0.1, 0.05
    return law


def hub_agent(changed: float = 0.0) -> Floats:
    """(11, 11) probabilities of an agent that comes back to one state 2.4 times a session: of the eight states, it and
    five more are in use. `changed` moves that much of its row from the most frequent successor (0.65) to another."""
    law = np.zeros((len(STATES), len(STATES)))
    law[0, 1] = 1.0
    law[1, [2, 3, 9, 10]] = 0.65 - changed, 0.2 + changed, 0.1, 0.05
    for state, ahead in zip(range(2, 7), (4, 5, 6, 6, 2), strict=True):
        law[state, [1, ahead, 9]] = 0.45, 0.35, 0.2
    return law


def drawn_agent(rng: np.random.Generator) -> Floats:
    """(11, 11) probabilities of an agent drawn at random: each state has one to four successors and ends a session with
    0.15 to 0.35, so that no persona around it goes on for ever."""
    law = np.zeros((len(STATES), len(STATES)))
    for state in range(INNER + 1):
        ahead = rng.choice(np.arange(1, INNER + 1), rng.integers(1, 5), replace=False)
        ending = rng.uniform(0.15, 0.35) if state else 0.0
        law[state, ahead] = rng.dirichlet(np.ones(len(ahead))) * (1 - ending)
        law[state, -2:] = np.array([1.0, 0.0]) if rng.random() < 0.25 else rng.dirichlet(np.ones(2))
        law[state, -2:] *= ending
    return law


def personas(law: Floats, how_many: int, rng: np.random.Generator, alike: float) -> Floats:
    """(how_many, 11, 11) laws around `law`, each row from a Dirichlet law of concentration `alike`."""
    drawn = rng.standard_gamma(np.where(law > 0, alike * law, 1.0), (how_many, *law.shape)) * (law > 0)
    total = drawn.sum(axis=2, keepdims=True)
    return np.divide(drawn, total, out=np.zeros_like(drawn), where=total > 0)


def sessions(
    law: Floats, how_many: int, rng: np.random.Generator, alike: float | None = None, name: str = "task"
) -> Walks:
    """So many sessions, each a task of its own. With `alike`, each draws its own rows from a Dirichlet law of that
    concentration around `law`: personas differ."""
    if alike is None:
        return trials(np.broadcast_to(law, (how_many, *law.shape)), 1, rng, name)
    return trials(personas(law, how_many, rng, alike), 1, rng, name)


def trials(laws: Floats, times: int, rng: np.random.Generator, name: str = "task") -> Walks:
    """Each of the (tasks, 11, 11) laws played so many times: what a task has in common, its trials share."""
    how_many = len(laws) * times
    edges = np.repeat(np.cumsum(laws, axis=2), times, axis=0)
    at, walks = np.zeros(how_many, dtype=np.int64), [np.zeros(how_many, dtype=np.int64)]
    walking = np.ones(how_many, dtype=bool)
    while walking.any():
        # The last edge may be a rounding error below 1.
        drawn = rng.random(how_many) * edges[np.arange(how_many), at, -1]
        at = np.where(walking, (edges[np.arange(how_many), at] <= drawn[:, None]).sum(axis=1), -1)
        walks.append(at)
        walking = walking & (at <= INNER)
        at = np.maximum(at, 0)
    rows = np.column_stack(walks)
    inside = rows >= 0
    steps = rows[inside].astype(np.int32)
    bounds = np.concatenate([[0], np.cumsum(inside.sum(axis=1))])
    keys = tuple(SessionKey(f"{name}-{number // times}", "anybody", number % times) for number in range(how_many))
    return Walks("tool", STATES, keys, steps, np.zeros(len(steps), dtype=np.int32), bounds)


def tasks(changed: float, how_many: int, rng: np.random.Generator, alike: float) -> Floats:
    """(how_many, 11, 11) laws of tasks that differ in the row that `agent` changes, and in no other."""
    laws = np.broadcast_to(agent(changed), (how_many, *agent().shape)).copy()
    laws[:, 2] = rows_around(changed, how_many, rng, alike)
    return laws


def rows_around(changed: float, how_many: int, rng: np.random.Generator, alike: float) -> Floats:
    """(how_many, 11) rows around the one that `agent` changes."""
    return personas(agent(changed)[2:3], how_many, rng, alike)[:, 0]


def same_tasks(before: Floats, changed: float, rng: np.random.Generator, alike: float) -> Floats:
    """The tasks of `tasks(0.0, …)` under the changed agent: each keeps its rank by the share of its first successor, so
    tasks differ as much as they did."""
    old, new = (rows_around(by, 4_000, rng, alike) for by in (0.0, changed))
    rank = np.searchsorted(np.sort(old[:, 3]), before[:, 2, 3]).clip(max=len(old) - 1)
    laws = before.copy()
    laws[:, 2] = new[np.argsort(new[:, 3])][rank]
    return laws


def shows_what_was_planned(times: int, each: int, paired: bool, rng: np.random.Generator, alike: float) -> float:
    """How often runs of the size that `power` asks for, for 80 % at the cell s1 -> s2 (0.65 becomes 0.45), show it:
    `each` trials of every task, planned from a pilot of 1,000 tasks."""
    known = pilot(trials(tasks(0.0, 1_000, rng, alike), each, rng), "s1:ok", "s2:ok")
    plan = power(after=0.45, paired=paired, **vars(known) | {"before": 0.65})
    shown = []
    for number in range(times):
        before = tasks(0.0, plan.tasks, rng, alike)
        after = same_tasks(before, 0.2, rng, alike) if paired else tasks(0.2, plan.tasks, rng, alike)
        sides = trials(before, each, rng), trials(after, each, rng, "task" if paired else "other")
        told = change(*sides, permutations=199, seed=number)
        cell = next(cell for cell in told.cells if (cell.source, cell.target) == ("s1:ok", "s2:ok"))
        shown.append(cell.p is not None and cell.p <= 0.05)
    return float(np.mean(shown))
