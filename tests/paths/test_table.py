"""Names in tables: what is cut, and how wide they are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from simkit.paths.chain.report import chain_report
from simkit.paths.chain.told import chain_text
from simkit.paths.matrix import TransitionMatrix, matrix_of
from simkit.paths.shade import shaded
from simkit.paths.states import START
from simkit.paths.table import aligned, clipped, padded
from simkit.paths.walks import walks_of_states

ALIKE = [f"retrieve_customer_account_details_with_subscriptions_{n}:{how}" for n in (1, 2) for how in ("ok", "refused")]
WIDE = ("查询订单:ok", "取消订单并退款:refused")


def of(*states: str) -> TransitionMatrix:
    return matrix_of([(START, *states, "END:pass")], "tool")


@pytest.mark.parametrize("text", [shaded(of(*ALIKE)), chain_text(chain_report(walks_of_states(
    [(START, *ALIKE, "END:pass"), (START, *ALIKE, "END:fail")], "tool"), resamples=5))])  # fmt: skip
def test_states_that_begin_alike_can_be_told_apart(text: str) -> None:
    """Calls of one long tool differ in how they went, tools of one family in their last letters."""
    for ending in ("s_1:ok", "s_1:refused", "s_2:ok", "s_2:refused"):
        assert ending in text


def test_columns_stay_aligned_beside_wide_characters() -> None:
    """A Chinese character takes two columns of a terminal."""
    assert len(set(map(cell_len, aligned([["name", "n"], [WIDE[0], "7"], ["plain", "12"]])))) == 1
    rows = re.findall(r"^( {4}START|  1 查询订单:ok)( +)1", shaded(of(*WIDE)), re.MULTILINE)
    assert len({cell_len(name + blanks) for name, blanks in rows}) == 1
    assert len(rows) == 2


@given(st.text(), st.integers(3, 60))
def test_a_cut_name_fits_and_keeps_both_its_ends(name: str, most: int) -> None:
    found, whole = clipped(name, most), clipped(name, 1000)

    assert cell_len(found) <= most
    assert found == whole or (whole.startswith(found.split("…")[0]) and whole.endswith(found.rsplit("…")[-1]))
    assert cell_len(padded(found, most)) == cell_len(padded(found, -most)) == most
