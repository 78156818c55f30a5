"""What a call is worth, against solving the changed chain."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.paths.chain import Chain, chain_of
from simkit.paths.chain.worth import Worth, without, worth_of
from simkit.paths.matrix import matrix_of
from simkit.paths.states import END, START

sessions = st.lists(
    st.builds(
        lambda steps, end: (START, *steps, END + end),
        st.lists(st.sampled_from("abcd"), max_size=9),
        st.sampled_from(["pass", "fail"]),
    ),
    min_size=3,
    max_size=12,
).filter(lambda run: {one[-1] for one in run} == {"END:pass", "END:fail"})


def read(run: list[tuple[str, ...]]) -> tuple[Chain, Worth]:
    chain = chain_of(matrix_of(run, "tool"))
    return chain, worth_of(chain, ["END:pass"], START)


@settings(deadline=None, max_examples=25)
@given(sessions)
def test_leverage_is_what_solving_the_repaired_chain_gains(run: list[tuple[str, ...]]) -> None:
    chain, worth = read(run)
    leverages = worth.leverages

    for i, j in np.argwhere(chain.weights[:-2] > 0):
        edge = chain.states[i], chain.states[j]
        repaired = without(chain, edge)
        if repaired is None:
            assert np.isnan(leverages[i, j])
        else:
            assert leverages[i, j] == pytest.approx(worth.what_if(edge) - worth.total, abs=1e-9)


@pytest.mark.parametrize("out", [1e-3, 1e-12, 1e-13])
def test_leverage_keeps_its_digits_where_sessions_hardly_ever_leave(out: float) -> None:
    stuck = worth_of(chain_of(np.array([[1.0, out, out], [0, 0, 0], [0, 0, 0]]), ["loop", "OK", "BAD"]), ["OK"], "loop")

    assert stuck.leverages[0].tolist() == pytest.approx([0.0, -0.5, 0.5], rel=1e-12)


def test_an_edge_without_which_sessions_never_end_has_a_leverage_too() -> None:
    """Of 4 that come to the loop 3 leave it well and 1 badly; 6 fail before. Without the good way out, 0 of 10 pass."""
    counts = np.array([[0, 4, 0, 6], [0, 9, 3, 1], [0, 0, 0, 0], [0, 0, 0, 0]])
    worth = worth_of(chain_of(counts, ["s", "loop", "OK", "BAD"]), ["OK"], "s")
    trap = worth_of(chain_of(np.delete(np.delete(counts, 3, 0), 3, 1), ["s", "loop", "OK"]), ["OK"], "s")

    assert worth.leverages[1, 2] == pytest.approx(-0.3)
    assert trap.leverages[1, 2] == pytest.approx(-1.0), "nobody ever ends"


@settings(deadline=None, max_examples=25)
@given(sessions)
def test_removal_is_the_success_lost_when_a_state_fails_all_who_come(run: list[tuple[str, ...]]) -> None:
    chain, worth = read(run)
    for at, effect in zip(chain.transient, worth.removal_effects[chain.transient], strict=True):
        weights = chain.weights.copy()
        weights[at] = 0
        weights[at, chain.numbers(["END:fail"])] = 1
        left = worth_of(chain_of(weights, chain.states), ["END:pass"], START).total
        assert effect == pytest.approx(1 - left / worth.total, abs=1e-9)


@settings(deadline=None, max_examples=25)
@given(sessions)
def test_the_value_of_start_is_the_pass_rate_and_failure_masses_are_the_rest(run: list[tuple[str, ...]]) -> None:
    chain, worth = read(run)
    passed = sum(one[-1] == "END:pass" for one in run) / len(run)

    assert worth.total == pytest.approx(passed)
    assert worth.traversals[:, chain.numbers(["END:fail"])].sum() == pytest.approx(1 - passed)
    moved = chain.probabilities[0] * np.nan_to_num(worth.advantages[0])
    assert moved.sum() == pytest.approx(0, abs=1e-9)


def test_an_unknown_state_is_refused() -> None:
    chain = chain_of(matrix_of([(START, "a", "END:pass")], "tool"))

    with pytest.raises(KeyError):
        worth_of(chain, ["END:nothing"], START)
