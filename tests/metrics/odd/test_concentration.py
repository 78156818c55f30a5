"""Where odd output concentrates is told with the chance that it means nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from needed import needed
from storylog import story

from simkit.metrics.odd.concentration import Concentration, upper_tail
from simkit.metrics.odd.output import odd_output
from simkit.paths.episode import Episode


def session(
    number: int, *, odd: bool, persona: str = "plain", model: str = "small", tool: str = "get_order"
) -> Episode:
    """One short session."""
    words = "Done.</s>" if odd else "Done."
    lines = ("user: Hello.", f"model agent {model}", f"call {tool} {{}} -> ok", f"agent: {words}", "user(close): Bye.")
    return story(*lines, scenario=f"s{number % 10}", persona=persona, trial=number)


def test_the_persona_model_and_route_that_concentrate_debris_are_named() -> None:
    counted = Concentration()
    for number in range(60):
        bad = number < 12
        who = {"persona": "angry", "model": "large", "tool": "refund"} if bad else {}
        episode = session(number, odd=bad and number != 3, **who)
        counted.add(episode, odd_output(episode, reached=True))

    spots = {(spot.by, spot.value): spot for spot in counted.spots()}
    assert set(spots) == {("persona", "angry"), ("model", "large"), ("route", "refund:ok")}
    worst = spots["persona", "angry"]
    assert (worst.kind, worst.sessions, worst.odd, worst.overall) == ("token_debris", 12, 11, 11 / 60)
    assert worst.p < 1e-6


def test_odd_output_that_is_spread_evenly_concentrates_nowhere() -> None:
    counted = Concentration()
    for number in range(60):
        episode = session(number, odd=number % 3 == 0, persona=("plain", "angry")[number % 2])
        counted.add(episode, odd_output(episode, reached=True))

    assert counted.spots() == ()
    assert Concentration().spots() == ()


@settings(deadline=None)  # WHY: scipy is imported by the first example.
@given(st.data())
def test_the_tail_is_that_of_the_hypergeometric_distribution(data: st.DataObject) -> None:
    stats = needed("scipy.stats")
    sessions = data.draw(st.integers(1, 300))
    all_odd, with_value = data.draw(st.integers(0, sessions)), data.draw(st.integers(0, sessions))
    odd = data.draw(st.integers(max(0, with_value + all_odd - sessions), min(all_odd, with_value)))

    expected = stats.hypergeom.sf(odd - 1, sessions, all_odd, with_value)
    assert upper_tail(odd, sessions, all_odd, with_value) == pytest.approx(expected, rel=1e-7, abs=1e-9)
