"""Names in tables: what is cut, and how wide they are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from storylog import story

from simkit.paths.chain.report import chain_report
from simkit.paths.chain.told import chain_text
from simkit.paths.failures import failures_of
from simkit.paths.failures.funnel import funnel_table
from simkit.paths.fit.cells import cells_of
from simkit.paths.fit.pooled import pooled_by_persona
from simkit.paths.matrix import TransitionMatrix, matrix_of
from simkit.paths.shade import shaded
from simkit.paths.states import START, VIEWS
from simkit.paths.table import aligned, clipped, padded
from simkit.paths.walks import walks_of_states
from simkit.trace.log import SessionKey

ALIKE = [f"retrieve_customer_account_details_with_subscriptions_{n}:{how}" for n in (1, 2) for how in ("ok", "refused")]
WIDE = ("查询订单:ok", "取消订单并退款:refused")


def of(*states: str) -> TransitionMatrix:
    return matrix_of([(START, *states, "END:pass")], "tool")


LONG = "with-a-long-name-that-goes-on"
NAMED = [SessionKey(f"scenario-{LONG}-{n % 2}", f"persona-{LONG}-{n}", 0) for n in range(6)]
WALKS = walks_of_states([(START, *ALIKE, f"END:{how}") for how in ("pass", "fail") * 3], "tool", NAMED)
EPISODES = [
    story("user: Hi.", *(f"call {name.replace(':', ' -> ')}" for name in ALIKE), "user(close): Bye.") for _ in range(6)
]
FAILED = failures_of([(episode, 4, "fail") for episode in EPISODES], VIEWS["tool"])
TEXTS = {
    "matrix": shaded(WALKS.matrix()),
    "chain": chain_text(chain_report(WALKS, resamples=5)),
    "intervals": cells_of(WALKS, resamples=5).table(),
    "pooled": pooled_by_persona(WALKS).table(),
    "funnel": funnel_table(FAILED),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_states_that_begin_alike_can_be_told_apart_in_a_hundred_columns(text: str) -> None:
    """Calls of one long tool differ in how they went, tools of one family in their last letters."""
    funnel = "entered" in text
    for ending in ("s_1", "s_2") if funnel else ("s_1:ok", "s_1:refused", "s_2:ok", "s_2:refused"):
        assert ending in text
    assert max(map(cell_len, text.splitlines())) <= 100


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
