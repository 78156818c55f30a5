"""How many sessions it takes to see a change, and what so many sessions can show.

Two shares p1 and p2 (say, of refusals after `request_refund`) are told apart with the chance `power` at level `alpha`
by, for each run, this many visits of the state (Fleiss, Levin and Paik 2003, *Statistical Methods for Rates and
Proportions*, chapter 4, without continuity correction):

    n = (z(1 - alpha / 2) sqrt(2 p (1 - p)) + z(power) sqrt(p1 (1 - p1) + p2 (1 - p2)))^2 / (p1 - p2)^2
    p = (p1 + p2) / 2

Visits are alike within a session and within a task (a scenario played by a persona), so n is multiplied by a design
effect (Kish 1965, *Survey Sampling*). With v visits a session, k trials a task, rho the correlation between visits in
two trials of one task, and s by how much visits of one session vary more than independent ones:

    s + (k - 1) v rho      where each run plays tasks of its own: what a task is like is chance
    s - v rho              where both play the same tasks: what a task is like is the same for both, and cancels

If two visits of one session are as alike as those of two trials, s = 1 + (v - 1) rho: the first line is then Kish's
1 + (m - 1) rho for m = k v, the second 1 - rho. `benchmarks/change.py` plays the sessions that are asked for here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from simkit.errors import UsageError
from simkit.paths.walks import Walks

LEAST = 0.1
"""The design effect of the same tasks in both runs is not taken for less: with so few sessions, laws of large numbers
say nothing."""

_NORMAL = NormalDist()


@dataclass(frozen=True)
class Needed:
    """What each of two runs has to have."""

    visits: int
    """Visits of the state, if all were independent."""
    design_effect: float
    """By how much more, because they are not."""
    sessions: int
    """Sessions, design effect included."""
    tasks: int
    """Tasks (scenario x persona), each played `trials` times."""


@dataclass(frozen=True)
class Pilot:
    """What a run that is there tells about the next ones: the keywords of `power`."""

    before: float
    """Share of the visits of a state that went on to another."""
    visits: float
    """Visits of the state a session."""
    trials: float
    """Sessions a task."""
    correlation: float
    """Between visits in two trials of one task, 0 if it was estimated below or no task has two trials."""
    in_session: float
    """By how much more visits of one session vary than independent ones; 1 if they do not."""


def power(
    before: float,
    after: float,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    visits: float = 1.0,
    trials: float = 1,
    correlation: float = 0.0,
    in_session: float | None = None,
    paired: bool = False,
    cells: int = 1,
) -> Needed:
    """The sessions that each of two runs needs to tell a share `before` from a share `after`.

    `visits`: how often a session visits the state on average; `trials`: sessions a task; `correlation`: between visits
    in two trials of one task; `in_session`: by how much visits of one session vary more than independent ones, as much
    as `correlation` makes them if left out; `paired`: both runs play the same tasks, and labels move within these;
    `cells`: how many cells are looked at (Bonferroni). Raises UsageError for numbers that make no sense.
    """
    _check(before, after, power, alpha, visits, trials, correlation, in_session, cells)
    if before == after:
        raise UsageError("power: no number of sessions tells equal shares apart; let 'after' differ from 'before'")
    needed = _independent(before, after, power, alpha / cells)
    effect = design_effect(visits, trials, correlation, in_session, paired)
    sessions = math.ceil(needed * effect / visits - 1e-9)
    return Needed(math.ceil(needed - 1e-9), effect, sessions, math.ceil(sessions / trials))


def design_effect(
    visits: float, trials: float, correlation: float, in_session: float | None = None, paired: bool = False
) -> float:
    """By how much alike visits inflate the variance of a difference, or equal tasks of both runs make it smaller."""
    alike = max(correlation, 0.0)
    own = 1 + max(visits - 1, 0.0) * alike if in_session is None else in_session
    return max(own - visits * alike, LEAST) if paired else own + (trials - 1) * visits * alike


def smallest_change(
    before: float,
    sessions: int,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    visits: float = 1.0,
    trials: float = 1,
    correlation: float = 0.0,
    in_session: float | None = None,
    paired: bool = False,
    cells: int = 1,
) -> float | None:
    """The smallest rise (or, above one half, fall) of a share that so many sessions a run tell; None where none is."""
    _check(before, before, power, alpha, visits, trials, correlation, in_session, cells)
    far = 0.0 if before > 0.5 else 1.0
    have = sessions * visits / design_effect(visits, trials, correlation, in_session, paired)
    if before == far or _independent(before, far, power, alpha / cells) > have:
        return None
    low, high = 0.0, abs(far - before)
    while high - low > 1e-6:
        middle = (low + high) / 2
        enough = _independent(before, before + math.copysign(middle, far - before), power, alpha / cells) <= have
        low, high = (low, middle) if enough else (middle, high)
    return high


def _independent(before: float, after: float, power: float, alpha: float) -> float:
    mean = (before + after) / 2
    chance = _NORMAL.inv_cdf(1 - alpha / 2) * math.sqrt(2 * mean * (1 - mean))
    seen = _NORMAL.inv_cdf(power) * math.sqrt(before * (1 - before) + after * (1 - after))
    return ((chance + seen) / (before - after)) ** 2


def sessions_to_see(share: float, *, confidence: float = 0.95) -> int:
    """Visits of a state until a branch that is taken in this share of them is seen once, with this confidence."""
    if not 0 < share < 1 or not 0 < confidence < 1:
        raise UsageError("sessions_to_see: share and confidence lie between 0 and 1")
    return math.ceil(math.log(1 - confidence) / math.log(1 - share))


def pilot(walks: Walks, source: str, target: str) -> Pilot:
    """What these sessions tell about the cell `source` -> `target`: `power(after=…, **vars(pilot(…)))`.

    With r the visits that went on to `target` less their expected number, the squares of r over sessions, by those of
    independent visits, are `in_session`; over tasks they are the design effect of these trials, which the correlation
    reproduces. Raises UsageError where the state was never left.
    """
    place = {state: number for number, state in enumerate(walks.states)}
    left = np.flatnonzero(walks.steps[:-1] == place.get(source, -1))
    if not len(left):
        raise UsageError(f"no session of these left the state '{source}'")
    numbers: dict[tuple[str, ...], int] = {}
    task = np.array([numbers.setdefault(one, len(numbers)) for one in walks.tasks])
    hits = (walks.steps[left + 1] == place.get(target, -1)).astype(np.float64)
    share, visits, trials = float(hits.mean()), len(left) / len(walks), len(walks) / len(numbers)
    sessions = np.bincount(walks.owners[left], weights=hits - share, minlength=len(walks))
    naive = share * (1 - share) * len(left)
    in_session, in_task = (
        float((residuals**2).sum() / naive) if naive else 1.0
        for residuals in (sessions, np.bincount(task, weights=sessions))
    )
    correlation = (in_task - in_session) / ((trials - 1) * visits) if trials > 1 else 0.0
    return Pilot(share, visits, trials, min(max(correlation, 0.0), 1.0), in_session)


def _check(
    before: float,
    after: float,
    power: float,
    alpha: float,
    visits: float,
    trials: float,
    correlation: float,
    in_session: float | None,
    cells: int,
) -> None:
    for name, value in (("before", before), ("after", after), ("correlation", correlation)):
        if not 0 <= value <= 1:
            raise UsageError(f"power: {name} is {value}; write a share from 0 to 1")
    for name, value in (("power", power), ("alpha", alpha)):
        if not 0 < value < 1:
            raise UsageError(f"power: {name} is {value}; write a number between 0 and 1")
    if visits <= 0 or trials < 1 or cells < 1:
        raise UsageError("power: visits must be above 0, trials and cells 1 or more")
    if in_session is not None and in_session <= 0:
        raise UsageError(f"power: in_session is {in_session}; write 1 for independent visits, more for alike ones")
