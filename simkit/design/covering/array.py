"""The covering array for some columns, rules and strength: constructed where algebra knows how, else found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from random import Random
from typing import TYPE_CHECKING, Any

from simkit.design.covering.rows import Clause, Row, Rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

EFFORT = 6_000
"""Changes of a value that are tried to save rows."""


def covering_array(
    rules: Rules,
    strength: int = 2,
    *,
    must: Sequence[Clause] = (),
    raised: Iterable[int] = (),
    seed: int = 0,
    effort: int = EFFORT,
) -> list[Row]:
    """Allowed rows in which every combination of values of any `strength` columns occurs that an allowed row can have,
    and for each clause of `must` a row that meets it.

    `raised`: columns of which every combination with any `strength` others occurs too. The same arguments give the same
    rows. Raises UsageError for more combinations than can be covered.
    """
    import numpy as np

    from simkit.design.covering.greedy import completed
    from simkit.design.covering.interactions import interactions
    from simkit.design.covering.tabu import fewer

    what, random = interactions(rules, strength, raised), Random(f"{seed} covering array")
    seeds = _seeds(rules, must)
    first = np.array([row for row, _ in seeds], dtype=np.int64).reshape(len(seeds), len(rules.sizes))
    wanted = what.wanted()
    rows = completed(what, first, wanted, random)
    if rules.free and not len(first) and effort:
        rows = _constructed(what, rows, random, effort)
    locked = np.zeros(rows.shape, dtype=bool)
    for at, (_, columns) in enumerate(seeds):
        locked[at, sorted(columns)] = True
    rows = fewer(what, rows, wanted, locked, random, effort=effort, enough=_least(what, wanted))
    return _sorted(rows)


def _constructed(what: Any, rows: NDArray[Any], random: Random, effort: int) -> NDArray[Any]:
    """A smaller array than `rows` where one can be constructed, else `rows`."""
    from simkit.design.covering.algebra import annealed, circulant, developed, orthogonal

    least = max(prod(sorted(what.sizes)[-length:]) for length in set(what.lengths.tolist()))
    if len(set(what.lengths.tolist())) > 1 or len(rows) == least:
        return rows
    strength = int(what.lengths[0])
    made = orthogonal(what.sizes, strength, int(1.3 * len(rows)))
    if made is not None and len(made) == least:
        return made
    if len(set(what.sizes)) == 1 and what.sizes[0] > 2:
        tried = [developed(what, len(rows), random, effort)]
        tried += [circulant(len(what.sizes), what.sizes[0], random, effort)] if strength == 2 else []
        rows = min([rows, *(one for one in tried if one is not None)], key=len)
        tried = (
            [annealed(len(what.sizes), what.sizes[0], strength, len(rows), random, 8 * effort)] if strength > 2 else []
        )
        rows = min([rows, *(one for one in tried if one is not None)], key=len)
    return made if made is not None and len(made) < len(rows) else rows


def _seeds(rules: Rules, must: Sequence[Clause]) -> list[tuple[Row, set[int]]]:
    """A row for each clause, or for several that one row can meet, with the columns that must stay as they are."""
    seeds: list[Clause] = []
    for clause in must:
        for at, other in enumerate(seeds):
            everything = range(max([*clause, *other]) + 1)
            both = {
                c: clause.get(c, other.get(c, frozenset())) & other.get(c, clause.get(c, frozenset()))
                for c in everything
                if c in clause or c in other
            }
            if all(both.values()) and rules.meeting(both) is not None:
                seeds[at] = both
                break
        else:
            seeds.append(clause)
    rows = [(rules.meeting(clause), set(clause)) for clause in seeds]
    return [(row, columns) for row, columns in rows if row is not None]


def _least(what: Any, wanted: NDArray[Any]) -> int:
    """No array has fewer rows than some set of columns has combinations that it has to cover."""
    import numpy as np

    return int(np.add.reduceat(wanted.astype(int), what.offsets[:-1]).max())


def _sorted(rows: NDArray[Any]) -> list[Row]:
    return sorted({tuple(int(value) for value in row) for row in rows})
