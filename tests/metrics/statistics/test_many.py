"""Correction for many tests, against statsmodels."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from simkit.metrics.statistics.many import holm


@pytest.mark.parametrize("seed", range(12))
def test_adjusted_p_values_are_holms(seed: int) -> None:
    draw = random.Random(seed)
    p = {f"test {n}": draw.choice((draw.random(), draw.random() ** 6, 1.0, 0.01)) for n in range(seed * 3 + 1)}

    assert list(holm(p).values()) == pytest.approx(list(multipletests(list(p.values()), method="holm")[1]), abs=1e-12)


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 1)))
def test_nothing_becomes_more_certain_by_asking_more(p: dict[str, float]) -> None:
    found = holm(p)

    assert found.keys() == p.keys()
    assert all(p[name] <= found[name] <= 1 for name in p)
