"""What if an edge were mended: what comes out is what the chain says, and how sure it is."""

from __future__ import annotations

import numpy as np
import pytest
from simulated_chains import agent, sessions

from simkit.errors import UsageError
from simkit.paths.chain.repair import repair_of, what_if
from simkit.paths.chain.report import chain_report
from simkit.paths.states import START
from simkit.paths.walks import walks_of_states

FIND, REFUSED, DONE, FAIL, PASS = "find:ok", "refund:refused", "refund:ok", "END:fail", "END:pass"
WALKS = walks_of_states(
    [(START, FIND, DONE, PASS)] * 5
    + [(START, FIND, REFUSED, FAIL)] * 3
    + [(START, FIND, REFUSED, DONE, PASS)] * 1
    + [(START, FAIL)] * 1,
    "tool",
)


@pytest.mark.parametrize(
    ("repair", "passes"),
    [
        ("refund:refused->END:fail=0", 0.9),
        ("refund:refused->END:fail=0.5", 0.9 * (5 / 9 + 4 / 9 * 0.5)),
        ("refund:refused -> END:fail => refund:ok", 0.9),
        ("refund:refused->END:fail=>START", 0.5 + 0.1 + 0.3 * 0.0 + 0.3 * 0.6 / 0.7),
        ("START->END:fail=0", 6 / 9),
    ],
)
def test_the_chain_is_solved_anew_as_it_would_be_by_hand(repair: str, passes: float) -> None:
    found = what_if(WALKS, [repair], resamples=50)

    assert found.passing.value == pytest.approx(0.6)
    assert found.repaired.value == pytest.approx(passes)
    assert found.gain.value == pytest.approx(passes - 0.6)


def test_several_edges_are_mended_together() -> None:
    found = what_if(WALKS, [f"{REFUSED}->{FAIL}=0", f"{START}->{FAIL}=0"], resamples=50)

    assert found.repaired.value == pytest.approx(1.0)
    assert found.taken == ((3, 4), (1, 10))


def test_never_taken_is_the_gain_that_the_chain_tells_of_every_edge() -> None:
    walks = sessions(agent(), 80, np.random.default_rng(3), alike=20)
    report = chain_report(walks, resamples=200)

    for edge in [one for one in report.edges if one.leverage is not None][:6]:
        found = what_if(walks, [f"{edge.source}->{edge.target}=0"], resamples=200)
        assert found.passing == (pytest.approx(report.passing), pytest.approx(report.passing_interval))
        assert found.gain.value == pytest.approx(edge.leverage)
        assert found.gain.interval == pytest.approx(edge.leverage_interval, abs=1e-6)


def test_a_repair_that_holds_sessions_for_ever_gains_nothing_by_it() -> None:
    found = what_if(WALKS, [f"{REFUSED}->{FAIL}=>{REFUSED}", f"{REFUSED}->{DONE}=0"], resamples=50)

    assert found.repaired.value == pytest.approx(0.5)
    assert found.gain.interval[0] is not None


def test_states_whose_names_have_signs_in_them_can_be_mended() -> None:
    odd = "get[a->b=1]:ok"
    assert repair_of(f"{odd}->{FAIL}=0.25", [START, odd, FAIL])[:3] == (odd, FAIL, 0.25)
    assert repair_of(f"{START}->{odd}=>{FAIL}", [START, odd, FAIL])[:4] == (START, odd, 0.0, FAIL)


@pytest.mark.parametrize(
    ("repair", "said"),
    [
        ("refund:refusd->END:fail=0", "no state 'refund:refusd'; did you mean 'refund:refused'"),
        ("refund:refused->END:fial=0", "did you mean 'END:fail'"),
        ("refund:refused->END:fail", "write FROM->TO=0"),
        ("refund:refused->END:fail=2", "write FROM->TO=0"),
        ("refund:refused->END:fail=nan", "write FROM->TO=0"),
        ("nothing", "write FROM->TO=0"),
        ("refund:ok->END:fail=0", "no session went that way"),
        ("END:fail->START=0", "no session went that way"),
        ("refund:ok->END:pass=0", "no other way"),
    ],
)
def test_what_is_no_edge_is_said_in_one_line(repair: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        what_if(WALKS, [repair], resamples=50)
    assert str(raised.value).isprintable()
