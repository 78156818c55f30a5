"""The chain report, on a law that is known."""

from __future__ import annotations

import json

import numpy as np
import pytest
from goldenfile import golden
from simulated_chains import STATES, agent, sessions

from simkit.paths.chain import absorption_of
from simkit.paths.chain.report import ChainReport, chain_report
from simkit.paths.chain.told import chain_csv, chain_text
from simkit.paths.states import START
from simkit.paths.walks import Walks, walks_of_states

WALKS = sessions(agent(), 300, np.random.default_rng(5))


@pytest.fixture(scope="module")
def report() -> ChainReport:
    return chain_report(WALKS, resamples=200)


def test_start_passes_as_often_as_sessions_did_and_takes_their_mean_steps(report: ChainReport) -> None:
    assert report.passing == pytest.approx(WALKS.passed.mean())
    assert report.steps == pytest.approx((len(WALKS.steps) - len(WALKS)) / len(WALKS))
    assert sum(edge.failure_mass for edge in report.edges) == pytest.approx(1 - WALKS.passed.mean())


def test_intervals_hold_the_estimate_and_most_of_the_truth(report: ChainReport) -> None:
    truth = absorption_of(agent(), STATES, STATES[-2:])
    held = 0
    for one in report.states:
        low, high = one.value_interval
        assert low is not None and high is not None and one.value is not None
        assert low < one.value < high
        held += low < truth.probabilities[STATES.index(one.state), 0] < high
    assert held >= len(report.states) - 2


def test_each_end_and_how_long_it_takes_has_an_interval_that_holds_the_estimate_and_mostly_the_truth(
    report: ChainReport,
) -> None:
    truth = absorption_of(agent(), STATES, STATES[-2:])
    held = []
    for one in report.ends:
        at, end = STATES.index(one.state), truth.ends.index(one.end)
        for estimate, (low, high), true in (
            (one.probability, one.interval, truth.probabilities[at, end]),
            (one.steps, one.steps_interval, truth.steps_given[at, end]),
        ):
            assert estimate is not None and low is not None and high is not None and low < estimate < high
            held.append(low < true < high)

    assert len(report.ends) == 2 * len(report.states)
    assert np.mean(held) > 0.85
    for share, steps, (low, high) in report.lasting:
        assert steps and low and high and 1 <= low <= steps <= high, share


def test_ranks_are_ranges_and_the_largest_mass_comes_first(report: ChainReport) -> None:
    masses = [edge.failure_mass for edge in report.edges]

    assert masses == sorted(masses, reverse=True)
    assert all(
        edge.mass_ranks and edge.mass_ranks[0] <= edge.mass_ranks[1] for edge in report.edges if edge.failure_mass
    )


def test_the_rank_of_a_failing_edge_is_among_those_that_fail() -> None:
    """Runs drawn anew that never took an edge have it behind those that they took, not behind edges that lead to no
    failure at all; nor does it matter which state was seen first."""
    ways = [(START, f"s{n}", f"t{n}", f"u{n}", "END:pass") for n in range(20)]
    failing = [(START, f"s{n}", "END:fail") for n in (0, 19)]
    found = chain_report(walks_of_states([*ways, *failing], "tool"), resamples=400)

    ranks = {edge.source: edge.mass_ranks for edge in found.edges if edge.failure_mass}

    assert ranks == {"s0": (1, 2), "s19": (1, 2)}


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (
            ["fail"],
            ["1 session as", "passed 0.0%; 2.0 steps to the end\n", "fewer than 5 sessions", "no edge, were it"],
        ),
        (["pass"] * 3, ["3 sessions as", "passed 100.0%; 2.0 steps to the end\n", "no session failed"]),
        (["fail"] * 9, ["passed 0.0% 0%–", "2.0 steps to the end (2.0–2.0)"]),
    ],
    ids=["one", "all passed", "all failed"],
)
def test_a_run_without_a_pass_a_failure_or_an_interval_says_so(ends: list[str], said: list[str]) -> None:
    """No empty brackets and no table without rows."""
    text = chain_text(chain_report(walks_of_states([(START, "a", f"END:{end}") for end in ends], "tool"), resamples=50))

    assert [one for one in said if one not in text] == []
    assert "()" not in text and "%  " not in text.split("\n\n")[0]
    assert ("rank" in text) == ("fail" in ends)


def test_sessions_that_nobody_judged_have_steps_but_no_value() -> None:
    found = chain_report(
        walks_of_states([(START, "a", "a", "END:unknown"), (START, "END:unknown")], "tool"), resamples=9
    )

    assert found.passing is None
    assert found.edges == ()
    assert found.steps == 2
    json.dumps(found.to_json(), allow_nan=False)


def test_a_state_in_few_sessions_has_no_interval() -> None:
    found = chain_report(
        walks_of_states([(START, "rare", "END:pass"), *[(START, "END:fail")] * 9], "tool"), resamples=9
    )

    assert {one.state: one.value_interval == (None, None) for one in found.states} == {START: False, "rare": True}


def test_the_policy_for_states_without_data_is_in_the_result(report: ChainReport) -> None:
    assert (report.to_json()["policy"], report.to_json()["rows_without_data"]) == ("absorb", STATES[-2:])


def test_no_sessions_are_refused() -> None:
    with pytest.raises(ValueError, match="no session"):
        chain_report(Walks("tool", (START,), (), np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(1, np.int64)))


def test_the_text_reads_well_at_a_hundred_columns() -> None:
    """The agent looks twice before it acts; acting fails where the refund was already asked for."""
    walks = walks_of_states(
        [(START, "get_order:ok", "refund:ok", "END:pass")] * 24
        + [(START, "get_order:ok", "refund:refused", "refund:refused", "END:fail")] * 12
        + [(START, "get_order:ok", "get_order:ok", "refund:refused", "get_order:ok", "refund:ok", "END:pass")] * 6
        + [(START, "END:fail")] * 3,
        "tool",
    )
    report = chain_report(walks, resamples=400)
    text = chain_text(report)

    assert max(map(len, text.splitlines())) <= 100
    assert text == golden("paths/chain.txt", text)
    assert chain_csv(report) == golden("paths/chain.csv", chain_csv(report))
    json.dumps(report.to_json(), allow_nan=False)
