"""The test: is what B does after each state more unlike A than labels moved at random would make it?

Overall: the likelihood ratio G2 for one law of pairs (which states are left, and what follows them), compared with its
value under the labellings that `relabel` allows. Given the states: only what follows them. Per row: what follows one
state. Per cell: |z| of the difference. p = (1 + labellings at least as extreme) / (1 + drawn), or, where there are no
more labellings than were asked for, the share of all of them. Rows and cells that too few sessions have are not tested;
which those are does not depend on the labels. The others share one false discovery rate each (Benjamini and Hochberg
1995, JRSS B 57). Cells that look unusual after the first round are compared with four times as many labellings anew,
because a small q among many cells needs a small p.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simkit.errors import UsageError
from simkit.paths.change.counted import (
    Floats,
    SessionCounts,
    distances,
    row_statistics,
    session_counts,
    standardised,
    visit_statistics,
)
from simkit.paths.change.effects import cohens_h, effects
from simkit.paths.change.relabel import Relabelling, Unit
from simkit.paths.change.result import CellChange, Change, RowChange
from simkit.paths.codes import Counts
from simkit.paths.walks import Walks

SUPPORT = 5
"""Sessions that must have a cell, and visits that must have left its state by another, for it to be tested."""

_AGAIN = 4
_CHANCE = 200
_UNUSUAL = 0.02
_LABELS = 20_000_000
_ROUNDING = 1e-9
_FEW = 64
"""Sessions of which all labellings may be looked at; of more there are too many, and counting them takes long."""


class _Null(NamedTuple):
    """How often labellings were at least as extreme as the observed one, among how many, itself included."""

    total: int
    overall: int
    given: int
    rows: NDArray[np.int64]
    cells: NDArray[np.int64]
    distance: float
    """Mean distance of A and B over the other labellings."""


def change(
    before: Walks,
    after: Walks,
    *,
    names: tuple[str, str] = ("A", "B"),
    unit: Unit | None = None,
    permutations: int = 999,
    seed: int = 0,
) -> Change:
    """What changed between two runs' walks.

    `unit` says how labels may be moved (`relabel`); left out: `pair` where both played some task, of which then only
    those that both played are compared; else `task` where a task has several sessions, else `session`.
    Raises UsageError where nothing can be compared.
    """
    if before.view != after.view:
        raise UsageError(f"walks of different views cannot be compared: {before.view} and {after.view}")
    if permutations < 1:
        raise UsageError(f"permutations is {permutations}; must be 1 or more")
    sides, design = _designed(before, after, unit)
    counted = session_counts(sides)
    rng = np.random.default_rng(seed)
    exact = len(design.labels) <= _FEW and design.labellings <= permutations + 1
    tested = _supported(counted)
    null = _compared(counted, tested, design, permutations, rng, exact)
    chances = null.cells / null.total
    if not exact:
        chances = _again(counted, tested, design, permutations, rng, chances)
    p_cells = np.full(len(counted.source), np.nan)
    p_cells[tested] = chances
    ours = counted.of(design.labels[None])
    return Change(
        view=before.view,
        names=names,
        sessions=(len(sides[0]), len(sides[1])),
        left_out=(len(before) - len(sides[0]), len(after) - len(sides[1])),
        unit=design.unit,
        paired=design.paired,
        tasks=int(design.groups.max()) + 1,
        labellings=null.total,
        exact=exact,
        p_overall=null.overall / null.total,
        p=null.given / null.total,
        smallest_p=(2 if exact and design.mirrored else 1) / null.total,
        statistic=float(row_statistics(counted, ours).sum()),
        distance=float(_distance(counted, ours)[0]),
        distance_by_chance=null.distance,
        rows=_rows(counted, ours, null, np.unique(counted.row[tested])),
        cells=_cells(counted, design, p_cells),
    )


def _designed(before: Walks, after: Walks, unit: Unit | None) -> tuple[tuple[Walks, Walks], Relabelling]:
    tasks = [side.tasks for side in (before, after)]
    both = set(tasks[0]) & set(tasks[1])
    paired = bool(both) if unit is None else unit == "pair" or (unit == "task" and bool(both))
    if unit == "pair" and not both:
        raise UsageError(
            "the two runs have no scenario and persona in common, so there are no pairs; leave out the unit"
        )
    if paired:
        kept = [[n for n, task in enumerate(side) if task in both] for side in tasks]
        before, after = before.only(kept[0]), after.only(kept[1])
        tasks = [[side[n] for n in some] for side, some in zip(tasks, kept, strict=True)]
    if not len(before) or not len(after):
        raise UsageError("one of the two runs has no session to compare; loosen --given")
    if unit is None:
        several = len(set(tasks[0])) < len(tasks[0]) or len(set(tasks[1])) < len(tasks[1])
        unit = "pair" if paired else "task" if several else "session"
    numbers: dict[tuple[str, ...], int] = {}
    groups = np.array([numbers.setdefault(task, len(numbers)) for side in tasks for task in side], dtype=np.int64)
    labels = np.repeat(np.array([0, 1], dtype=np.uint8), [len(before), len(after)])
    return (before, after), Relabelling(labels, groups, unit, paired)


def _compared(
    counted: SessionCounts,
    tested: Counts,
    design: Relabelling,
    permutations: int,
    rng: np.random.Generator,
    exact: bool,
) -> _Null:
    ours = counted.of(design.labels[None])
    row, z = row_statistics(counted, ours)[0], np.abs(_z(counted, ours, tested))[0]
    given, visits = row.sum(), visit_statistics(counted, ours)[0]
    first = 0 if exact else 1
    extreme, rows, cells = np.full(2, first), np.full(len(row), first), np.full(len(z), first)
    total, far, looked = first, 0.0, 0
    for labels in [design.every()] if exact else design.drawn(permutations, rng):
        theirs = counted.of(labels)
        statistics = row_statistics(counted, theirs)
        sums = statistics.sum(axis=1)
        for place, (found, observed) in enumerate(
            ((sums + visit_statistics(counted, theirs), given + visits), (sums, given))
        ):
            extreme[place] += int((found >= observed - _ROUNDING * max(1.0, observed)).sum())
        rows += (statistics >= row - _ROUNDING * np.maximum(row, 1.0)).sum(axis=0)
        cells += (np.abs(_z(counted, theirs, tested)) >= z - _ROUNDING).sum(axis=0)
        total += len(labels)
        far, looked = far + float(_distance(counted, theirs[:_CHANCE]).sum()), looked + min(len(labels), _CHANCE)
    return _Null(total, *extreme.tolist(), rows, cells, far / looked)


def _z(counted: SessionCounts, ours: Floats, cells: Counts) -> Floats:
    visits, row = counted.in_rows(ours), counted.row[cells]
    return standardised(ours[:, cells], visits, counted.totals[cells], counted.visits, row)


def _distance(counted: SessionCounts, ours: Floats) -> Floats:
    """(R,) the distances of all rows, weighted by visits, where both were there."""
    apart = distances(counted, ours)
    weights = np.where(np.isnan(apart), 0.0, counted.visits)
    sums = weights.sum(axis=-1)
    weighted = (weights * np.nan_to_num(apart)).sum(axis=-1)
    return np.divide(weighted, sums, out=np.zeros_like(sums), where=sums > 0)


def _supported(counted: SessionCounts) -> Counts:
    """The cells that enough sessions have, and enough visits of whose row went elsewhere."""
    elsewhere = counted.visits[counted.row] - counted.totals
    return np.flatnonzero((counted.carriers >= SUPPORT) & (elsewhere >= SUPPORT))


def _again(
    counted: SessionCounts, cells: Counts, design: Relabelling, permutations: int, rng: np.random.Generator, p: Floats
) -> Floats:
    """The p-values of cells, those that look unusual anew from more labellings."""
    unusual = np.flatnonzero(p <= _UNUSUAL)
    how_many = min(_AGAIN * permutations, _LABELS // len(design.labels))
    if not len(unusual) or how_many < permutations:
        return p
    chosen = cells[unusual]
    some, many = counted.some(chosen), len(chosen)

    def z_of(labels: NDArray[np.uint8]) -> Floats:
        found = (labels.astype(np.float32) @ some).astype(np.float64)
        return np.abs(
            standardised(found[:, :many], found[:, many:], counted.totals[chosen], counted.visits, counted.row[chosen])
        )

    observed = z_of(design.labels[None])[0]
    extreme = np.ones(many, dtype=int)
    for labels in design.drawn(how_many, rng):
        extreme += (z_of(labels) >= observed - _ROUNDING).sum(axis=0)
    refined = p.copy()
    refined[unusual] = extreme / (how_many + 1)
    return refined


def _rows(counted: SessionCounts, ours: Floats, null: _Null, tested: Counts) -> tuple[RowChange, ...]:
    statistics, apart = row_statistics(counted, ours)[0], distances(counted, ours)[0]
    after = counted.in_rows(ours)[0]
    before = counted.visits - after
    p = np.full(len(after), np.nan)
    p[tested] = (null.rows / null.total)[tested]
    p[(before == 0) | (after == 0)] = np.nan
    facts = (before.astype(int), after.astype(int), statistics, apart, p, false_discovery(p))
    states = (counted.states[state] for state in counted.source[counted.firsts].tolist())
    return tuple(RowChange(*row) for row in zip(states, *map(_plain, facts), strict=True))


def _cells(counted: SessionCounts, design: Relabelling, p: Floats) -> tuple[CellChange, ...]:
    ours = counted.of(design.labels[None])[0].astype(int)
    visits = counted.in_rows(ours)[counted.row]
    counts = np.column_stack([counted.totals.astype(int) - ours, ours])
    lefts = np.column_stack([counted.visits[counted.row].astype(int) - visits, visits])
    p = np.where((lefts > 0).all(axis=1), p, np.nan)
    found = effects(counted, design)
    facts = (*found, cohens_h(found.before, found.after), p, false_discovery(p))
    names = ([counted.states[n] for n in part.tolist()] for part in (counted.source, counted.target))
    pairs = (map(tuple, pair.tolist()) for pair in (counts, lefts))
    return tuple(CellChange(*cell) for cell in zip(*names, *pairs, *map(_plain, facts), strict=True))


def false_discovery(p: Floats) -> Floats:
    """Benjamini and Hochberg's q of each p; nan stays nan and does not count."""
    q = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    scaled = p[order] * len(order) / np.arange(1, len(order) + 1)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q


def _plain(values: NDArray[Any]) -> list[Any]:
    """Python's own numbers; None for nan."""
    return [None if value != value else value for value in values.tolist()]
