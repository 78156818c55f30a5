"""The certificate: order, held-out sessions, early against late."""

from __future__ import annotations

import json

import numpy as np
import pytest
from simulated_chains import agent, sessions

from simkit.paths.fit.alike import ways
from simkit.paths.fit.certificate import Certificate, certificate
from simkit.paths.fit.order import orders
from simkit.paths.fit.turns import turns
from simkit.paths.states import START
from simkit.paths.walks import Walks, walks_of_states


def remembering(rng: np.random.Generator) -> Walks:
    """Each state repeats the one before the last, mostly: two steps matter."""
    walks = []
    for _ in range(80):
        one = ["a", str(rng.choice(["a", "b"]))]
        for _ in range(14):
            one.append(one[-2] if rng.random() < 0.9 else {"a": "b", "b": "a"}[one[-2]])
        walks.append((START, *one, "END:pass"))
    return walks_of_states(walks, "tool")


def turning(rng: np.random.Generator) -> Walks:
    """First three steps of one law, then of another."""
    late = [
        (START, *rng.choice(["a", "b"], 4, p=[0.9, 0.1]), *rng.choice(["a", "b"], 6), "END:pass") for _ in range(60)
    ]
    return walks_of_states([tuple(map(str, one)) for one in late], "tool")


def test_a_first_order_chain_is_recognised() -> None:
    found = certificate(sessions(agent(), 150, np.random.default_rng(1)), flips=99)

    assert (found.best_bic, found.best_held_out) == (1, 1)
    assert found.sentences()[0].startswith("a first-order chain fits")


def test_a_longer_memory_is_noticed() -> None:
    found = certificate(remembering(np.random.default_rng(1)), flips=9)

    assert (found.best_bic, found.best_held_out) == (2, 2)
    assert "the past matters for longer" in found.sentences()[0]
    assert found.orders[1].p is not None and found.orders[1].p < 1e-6


def test_a_law_that_changes_with_time_is_noticed_and_one_that_stays_is_not() -> None:
    changed = certificate(turning(np.random.default_rng(1)), flips=99)
    same = certificate(sessions(agent(), 100, np.random.default_rng(4), alike=15), flips=99)

    assert changed.turns is not None and changed.turns.p == pytest.approx(0.01)
    assert "follow different laws" in changed.sentences()[1]
    assert same.turns is not None and same.turns.p is not None and same.turns.p > 0.05


def test_personas_make_the_textbook_test_cry_wolf_and_not_the_one_that_keeps_sessions_whole() -> None:
    """The law is the same early and late; each session has rows of its own. Whole: benchmarks/coverage.py."""
    rng = np.random.default_rng(8)
    found = []
    for number in range(60):
        walks = sessions(agent(), 40, rng, alike=10)
        found.append(turns(walks.steps, walks.bounds, len(walks.states), 4, flips=39, seed=number))

    textbook, whole = (
        np.mean([p <= 0.05 for p in ps]) for ps in zip(*((one.agreement.p_g2, one.p) for one in found), strict=True)
    )
    assert textbook > 0.12
    assert whole <= 0.12


@pytest.mark.parametrize(
    "walks",
    [
        walks_of_states([], "tool"),
        walks_of_states([(START, "END:pass")], "tool"),
        walks_of_states([(START, "a", "END:pass")] * 3, "tool"),
    ],
    ids=["none", "one", "three"],
)
def test_few_sessions_are_not_judged(walks: Walks) -> None:
    found = certificate(walks)

    assert isinstance(found, Certificate)
    assert "too few to say" in found.sentences()[0]
    json.dumps(found.to_json(), allow_nan=False)


def test_sessions_that_went_alike_count_as_often_as_they_came() -> None:
    """Looked at once with how often they came, and one by one: the same figures."""
    walks = turning(np.random.default_rng(5)).only([n % 23 for n in range(150)])
    k, went = len(walks.states), ways(walks.steps, walks.bounds)

    once = turns(went.steps, went.bounds, k, flips=20, of=went.of)
    each = turns(walks.steps, walks.bounds, k, flips=20)

    assert len(went.bounds) - 1 == len({walks.states_of(n) for n in range(150)}) < 24 and went.times.sum() == 150
    assert (once.split, once.p, once.agreement) == (each.split, each.p, each.agreement)
    assert (once.early == each.early).all() and (once.late == each.late).all() and each.late.any()
    for counted, alone in zip(
        orders(went.steps, went.bounds, k, 2, went.times), orders(walks.steps, walks.bounds, k, 2), strict=True
    ):
        assert counted.to_json() == pytest.approx(alone.to_json())
