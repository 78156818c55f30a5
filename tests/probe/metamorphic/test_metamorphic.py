"""Truths about metamorphic pairs: what a change of words breaks is found, and chance is not taken for it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from rich.console import Console

import simkit
from simkit import Turn
from simkit.probe.metamorphic.pairs import Pair, confirmed, verdicts
from simkit.probe.metamorphic.play import metamorphic
from simkit.probe.metamorphic.told import print_metamorphic
from simkit.spec.files import Pack
from simkit.trace.log import SessionKey

ROOT = Path(__file__).resolve().parents[3]
CASE = ROOT / "scenarios/airline/airline-flight-status.yaml"


async def brittle(turn: Turn) -> str:
    """Looks the flight up for whoever would *like* something."""
    if "I'd like to" in turn.text:
        flight = await turn.call("get_flight", flight_number="PX203", date="2026-03-02")
        return f"It is {flight.value['delay_minutes']} minutes late; a bag costs $38.00. Is there anything else?"
    return "Is there anything else I can help you with?"


def test_an_agent_that_hangs_on_a_phrase_is_found_and_shown_side_by_side(tmp_path: Path) -> None:
    case = simkit.load(CASE).cases[0]
    pack = Pack((replace(case, personas=case.personas[:2]),))

    found = metamorphic(pack, brittle, {"paraphrase": 1.0, "detail": 1.0}, out=str(tmp_path / "pairs"))

    assert {pair.kind for pair in found.violations} == {"paraphrase"}
    assert any(one.holds for one in found.again)
    assert all(one.passed_perturbed < one.passed_base for one in found.again)
    assert found.shown and (tmp_path / "pairs/base/run.json").is_file()
    text = io.StringIO()
    print_metamorphic(found, console=Console(file=text, width=110))
    for words in ("meant", "I'd like to know whether", "get_flight(", "nothing more", "confirmed"):
        assert words in text.getvalue()


def test_an_agent_that_understands_keeps_every_outcome(tmp_path: Path) -> None:
    found = metamorphic(simkit.load(CASE), "reference", {"typos": 1.0, "noise": 1.0})

    assert not found.violations and not found.shown and not found.again
    assert all(one.both_pass == one.pairs > 0 for one in found.verdicts)


def pair(kind: str, scenario: int, base: bool, perturbed: bool, trial: int = 0) -> Pair:
    """A pair whose sessions passed or failed."""
    names = {True: "pass", False: "fail"}
    key = SessionKey(f"s{scenario}", "plain", trial)
    return Pair(key, kind, names[base], names[perturbed], "", 1, None)  # type: ignore[arg-type]


def test_a_kind_breaks_only_when_chance_does_not() -> None:
    """A flaky agent whose outcomes no change touches: with seven kinds, a false alarm stays below one run in twenty."""
    random, alarms = Random(5), 0
    for _ in range(200):
        pairs = [
            pair(f"kind{kind}", scenario, random.random() < 0.6, random.random() < 0.6)
            for kind in range(7)
            for scenario in range(15)
        ]
        alarms += any(one.verdict != "not shown" for one in verdicts(pairs))
    assert alarms <= 0.05 * 200

    real = [pair("typos", scenario, True, scenario > 7) for scenario in range(15)]
    (one,) = verdicts(real)
    assert one.verdict == "breaks" and one.broken == 8 and one.p == pytest.approx(2 / 2**8)  # McNemar's exact test


def test_a_pair_played_again_counts_when_it_breaks_again() -> None:
    some = pair("typos", 1, True, False)

    again = confirmed([(some, 6, 0, 6), (some, 6, 5, 6), (some, 0, 6, 6)])

    assert [one.holds for one in again] == [True, False, False]


def test_what_was_not_changed_is_no_evidence() -> None:
    untouched = pair("formats", 1, True, False)._replace(changed=0)

    (one,) = verdicts([untouched])

    assert (one.pairs, one.untouched, one.verdict) == (0, 1, "not shown")
