"""Truths about covering arrays: what can occur occurs, nothing forbidden does, and the same seed does the same."""

from __future__ import annotations

from itertools import combinations, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.design.covering.algebra import circulant, orthogonal
from simkit.design.covering.array import covering_array
from simkit.design.covering.rows import Clause, Rules
from simkit.errors import UsageError


@st.composite
def problems(draw: st.DrawFn) -> tuple[Rules, int, list[Clause]]:
    """Small ones, so that every row can be looked at."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
    columns = st.integers(0, len(sizes) - 1)

    def clause() -> Clause:
        names = draw(st.sets(columns, min_size=1, max_size=3))
        return {at: frozenset(draw(st.sets(st.integers(0, sizes[at] - 1), min_size=1))) for at in names}

    rules = Rules(sizes, [clause() for _ in range(draw(st.integers(0, 4)))])
    must = [clause() for _ in range(draw(st.integers(0, 2)))]
    return rules, draw(st.integers(1, 4)), must


def covered(rows: list[tuple[int, ...]], strength: int) -> set[tuple[tuple[int, int], ...]]:
    """Every combination of `strength` columns' values that occurs in the rows."""
    return {part for row in rows for part in combinations(enumerate(row), strength)}


@settings(max_examples=40, deadline=None)
@given(problems())
def test_every_combination_that_can_occur_occurs_and_nothing_forbidden_does(
    problem: tuple[Rules, int, list[Clause]],
) -> None:
    rules, strength, must = problem
    every = [row for row in product(*map(range, rules.sizes)) if rules.allows(row)]

    rows = covering_array(rules, strength, must=must, effort=200)

    assert set(rows) <= set(every)
    depth = min(strength, len(rules.sizes))
    assert covered(rows, depth) == covered(every, depth)
    for clause in must:
        meeting = [row for row in every if all(row[at] in some for at, some in clause.items())]
        assert not meeting or set(meeting) & set(rows)
    assert rows == covering_array(rules, strength, must=must, effort=200)


@pytest.mark.parametrize(
    ("sizes", "strength", "best"),
    [
        ([3] * 4, 2, 9),
        ([3] * 13, 2, 15),
        ([6] * 8, 2, 42),
        ([5, *[3] * 8, 2, 2], 2, 15),
        ([7, 6, 5, *[4] * 5, *[3] * 8, 2, 2, 2], 2, 42),
        ([5] * 6, 3, 125),
        ([3] * 10, 3, 45),
        ([4] * 5, 4, 256),
    ],
)
def test_arrays_are_at_most_a_tenth_larger_than_the_best_known(sizes: list[int], strength: int, best: int) -> None:
    """Best known sizes: Colbourn's tables, and Cohen et al. (2003) for mixed levels."""
    rows = covering_array(Rules(sizes), strength)

    assert best <= len(rows) <= 1.1 * best


@pytest.mark.parametrize(("q", "strength"), [(4, 2), (5, 3), (8, 2), (9, 2)])
def test_over_a_field_every_combination_occurs_once(q: int, strength: int) -> None:
    rows = orthogonal([q] * (q + 1), strength, most=q**strength)

    assert rows is not None and len(rows) == q**strength
    assert covered([tuple(row) for row in rows.tolist()], strength) == {
        tuple(zip(at, values, strict=True))
        for at in combinations(range(q + 1), strength)
        for values in product(range(q), repeat=strength)
    }


def test_rotations_of_one_row_cover_all_pairs() -> None:
    rows = circulant(9, 6, Random(1), effort=3000)

    assert rows is not None and len(rows) == 9 * 5 + 1
    assert len(covered([tuple(row) for row in rows.tolist()], 2)) == 36 * 36


def test_raised_columns_are_covered_together_with_any_others() -> None:
    rules = Rules([3, 2, 2, 2, 2])

    rows = covering_array(rules, 2, raised=[0])

    every = covered(list(product(*map(range, rules.sizes))), 3)
    assert {one for one in every if one[0][0] == 0} <= covered(rows, 3)


def test_what_is_too_much_is_said() -> None:
    with pytest.raises(UsageError, match="--sample"):
        covering_array(Rules([30] * 30), 4)
