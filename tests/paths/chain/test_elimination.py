"""Equations of stuck chains keep all their digits; blocks and bands are only a matter of speed."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from exact_reference import solve
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from simkit.paths.chain import absorption_of, chain_of, sparse
from simkit.paths.chain.elimination import Flow


@pytest.mark.parametrize("escape", [1e-3, 1e-6, 1e-9, 1e-12, 1e-14])
def test_an_agent_that_hardly_ever_leaves_a_loop_costs_no_digit(escape: float) -> None:
    stay, good, bad = 1 - escape, escape * 0.25, escape * 0.75
    weights = np.array([[0, 1, 0, 0], [0, stay, good, bad], [0, 0, 0, 0], [0, 0, 0, 0]])
    exact = [Fraction(float(value)) for value in (stay, good, bad)]

    found = absorption_of(weights, ["start", "loop", "OK", "BAD"], ["OK", "BAD"])

    assert found.probabilities[0, 0] == pytest.approx(float(exact[1] / (exact[1] + exact[2])), rel=1e-12)
    assert found.steps[1] == pytest.approx(float(sum(exact) / (exact[1] + exact[2])), rel=1e-12)


@pytest.mark.parametrize("states", [2, 8, 40])
@pytest.mark.parametrize("escape", [10**6, 10**12])
def test_a_circle_of_many_states_with_one_way_out_is_exact(states: int, escape: int) -> None:
    """Each state goes on to the next `escape` times for each time that it leaves."""
    inner = np.zeros((states, states))
    inner[np.arange(states), (np.arange(states) + 1) % states] = escape
    flow = Flow(inner, np.ones(states))

    (steps,) = flow.solve(np.full((states, 1), escape + 1.0))[:1, 0]
    assert steps == pytest.approx(escape + 1, rel=1e-12)


@pytest.mark.parametrize("hub", [False, True])
@pytest.mark.parametrize("escape", [1, 10**6, 10**12])
def test_hundreds_of_states_that_lead_to_few_others_are_as_exact(escape: int, hub: bool) -> None:
    """The same circle, where factors that subtract would do for the first, and lose digits for the others; the hub
    may be come to from everywhere, so that no order of states is narrow."""
    states = 400
    inner = np.zeros((states, states))
    inner[np.arange(states), (np.arange(states) + 1) % states] = escape
    inner[:, 0] += escape if hub else 0
    whole = inner.sum(axis=1) + 1

    for form in (inner, csr_array(inner)):
        steps = Flow(form, np.ones(states)).solve(whole[:, None])[:, 0]
        assert steps == pytest.approx(np.full(states, whole[0]), rel=1e-12)


@settings(max_examples=15, deadline=None)
@given(st.integers(256, 300), st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_a_sparse_chain_ends_like_the_same_chain_as_a_whole_table(size: int, seed: int, ways: int) -> None:
    rng = np.random.default_rng(seed)
    weights = np.zeros((size, size))
    for _ in range(ways):
        weights[np.arange(size), rng.integers(0, size, size)] += rng.choice([1.0, 30.0, 1e9], size)
    states = [str(number) for number in range(size)]
    found, given_whole = (absorption_of(form, states, states[-3:]) for form in (csr_array(weights), weights))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparse, "_FEW", 10_000)
        whole = absorption_of(weights, states, states[-3:])

    for name in ("probabilities", "lost", "steps"):
        assert (getattr(found, name) == getattr(given_whole, name)).all()
        assert getattr(found, name) == pytest.approx(getattr(whole, name), rel=1e-11)


def test_five_thousand_states_of_a_workflow_need_no_table_of_them_all() -> None:
    size = 5_000
    here = np.arange(size - 2)
    to = [np.minimum(here + step, size - 3) for step in (1, 2, 5)] + [
        np.maximum(here - 3, 0),
        np.full(len(here), size - 1),
    ]
    cells = np.concatenate([np.tile(here, len(to)), [size - 3]]), np.concatenate([*to, [size - 2]])
    weights = csr_array((np.ones(len(cells[0])), cells), shape=(size, size))
    states = [str(number) for number in range(size)]
    absorption_of(weights[:9, :9], states[:9], [])
    tracemalloc.start()

    found = absorption_of(weights, states, states[-2:])

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000 * 5_000  # a byte a cell would be more
    assert found.probabilities.sum(axis=1) == pytest.approx(np.ones(size), rel=1e-12)


@settings(max_examples=12, deadline=None)
@given(
    st.integers(1, 45),
    st.integers(0, 2**32 - 1),
    st.floats(0.05, 1),
)
def test_any_chain_is_solved_like_with_fractions(size: int, seed: int, density: float) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.integers(1, 50, (size, size)) * (rng.random((size, size)) < density)
    out, costs = rng.integers(1, 3, size), rng.integers(0, 9, (size, 2))
    table = [[Fraction(-int(w)) for w in row] for row in weights]
    for i in range(size):
        table[i][i] = Fraction(int(weights[i].sum() - weights[i, i] + out[i]))

    found = Flow(weights.astype(float), out.astype(float)).solve(costs.astype(float))

    exact = solve(table, [[Fraction(int(c)) for c in row] for row in costs])
    assert found == pytest.approx(np.array(exact, dtype=float), rel=1e-12)


def test_a_long_workflow_in_any_order_is_solved_like_a_short_one() -> None:
    """400 steps, each succeeded by the next, itself or the one before: what is known in closed form."""
    size = 400
    order = np.random.default_rng(0).permutation(size)
    weights = np.zeros((size, size))
    weights[np.arange(size - 1), np.arange(1, size)] = 1.0
    weights[np.arange(1, size), np.arange(size - 1)] = 1.0
    out = np.zeros(size)
    out[-1] = 1.0
    steps = Flow(weights[np.ix_(order, order)], out[order]).solve((weights.sum(axis=1) + out)[order][:, None])

    # A walk from place i of 0 … n - 1, reflected at 0, takes n^2 - i^2 steps to n.
    place = np.arange(size)
    expected = (size - place) * (size + place)
    assert steps[np.argsort(order), 0] == pytest.approx(expected, rel=1e-10)


def test_what_is_never_left_is_an_end_undefined_or_anything_as_asked() -> None:
    counts = np.array([[1, 3], [0, 0]])

    assert chain_of(counts, "ab", policy="absorb").probabilities[1].tolist() == [0, 1]
    assert np.isnan(chain_of(counts, "ab", policy="undefined").probabilities[1]).all()
    assert chain_of(counts, "ab", policy="uniform").probabilities[1].tolist() == [0.5, 0.5]
    assert chain_of(counts, "ab").without_data == ("b",)
    with pytest.raises(ValueError, match="policy 'guess'"):
        chain_of(counts, "ab", policy="guess")  # type: ignore[arg-type]
