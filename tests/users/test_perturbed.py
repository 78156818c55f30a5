"""Truths about perturbed users: they say it otherwise, mean the same, and the log tells what was changed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simkit
from simkit import api
from simkit.errors import SimkitError, UsageError
from simkit.spec.acts import user_act
from simkit.spec.values import values_in
from simkit.trace.events import Perturbed, UserSaid
from simkit.users.perturbed.rates import KINDS, rates_of, split_user, with_perturbations, written

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "scenarios/retail/cancel-before-dispatch.yaml"
FACTS = ("W1004", "linh.tran@example.net", "2026-03-10", "$49.90", "table lamp", "415-555-0102", "12 Lakeview Terrace")
SENTENCES = (
    "Hi. I'd like to return the table lamp from order W1004.",
    "My email address is linh.tran@example.net.",
    "Please send it to 12 Lakeview Terrace, thank you.",
    "It was bought on 2026-03-10 at 14:30 for $49.90.",
    "My phone number is 415-555-0102 and the box is 120 cm wide.",
    "Could you also tell me whether 2 kg is too heavy?",
)
ANSWERS = (
    "Yes, please go ahead.",
    "No, thanks.",
    "Yes.",
    "No, don't do that.",
    "YES. Go ahead, finally.",
    "Stop, wait.",
)

texts = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4).map(" ".join)


def exact(text: str) -> list[object]:
    """The values of a text that must survive, whatever their form; units and hours may be another number."""
    return sorted(str(value.value) for value in values_in(text) if value.kind in ("id", "email", "date", "money"))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(list(KINDS)), texts, st.integers())
def test_no_kind_damages_a_value(kind: str, text: str, seed: int) -> None:
    changed = KINDS[kind](text, FACTS, Random(seed))

    assert exact(changed) == exact(text)
    assert changed == KINDS[kind](text, FACTS, Random(seed))
    if kind != "formats":
        for fact in FACTS:
            assert changed.casefold().count(fact.casefold()) == text.casefold().count(fact.casefold())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_yes_stays_a_yes_and_a_no_a_no(kind: str, answer: str) -> None:
    for seed in range(20):
        changed = KINDS[kind](answer, (), Random(seed))

        assert user_act(changed) == user_act(answer), changed


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("on 2026-03-05", {"on March 5, 2026", "on 5 March 2026", "on Mar 5, 2026"}),
        ("for $1,049.90", {"for 1,049.90 dollars", "for USD 1,049.90"}),
        ("at 00:05 or 14:30", {"at 12:05 am or 2:30 pm"}),
        ("120 cm, 2.5 kg", {"1.2 m, 2500 g"}),
        ("order 2026-03-05-7, id A-14:30, 2026-13-40", {"order 2026-03-05-7, id A-14:30, 2026-13-40"}),
    ],
)
def test_formats_say_the_same_value_otherwise(text: str, forms: set[str]) -> None:
    assert {KINDS["formats"](text, (), Random(seed)) for seed in range(30)} == forms


def test_each_kind_changes_something_most_of_the_time() -> None:
    text = " ".join(SENTENCES)

    for kind, change in KINDS.items():
        changed = [change(text, FACTS, Random(seed)) for seed in range(20)]
        assert sum(one != text for one in changed) >= 15, kind


def test_the_log_says_what_was_meant_and_the_user_draws_the_same_numbers() -> None:
    plain = api.play_case(simkit.load(CASE).cases[0], "reference", seed=3)
    changed = api.play_case(
        simkit.load(CASE).cases[0], "reference", seed=3, user=with_perturbations("agenda", ["typos", "detail=1"])
    )

    events = changed[0].events
    said = {b.seq: a for a, b in pairwise(events) if isinstance(a, Perturbed) and isinstance(b, UserSaid)}
    assert said and all(change.how for change in said.values())
    meant = [said[one.seq].meant if one.seq in said else one.text for one in changed[0].user_texts]
    assert meant == [one.text for one in plain[0].user_texts]
    assert changed[0].log.started.user == "agenda with detail=1,typos=1"
    assert changed[1].passed and changed[1].user_faults == ()


def test_a_turn_changed_at_a_low_rate_is_changed_at_a_higher_one() -> None:
    def changed(rate: float) -> set[tuple[object, str]]:
        user = with_perturbations("agenda", [f"noise={rate}"])
        run = simkit.run(CASE, "reference", user=user, trials=3)
        return {(log.session, event.meant) for log in run.logs() for event in log if isinstance(event, Perturbed)}

    assert changed(0.0) == set()
    assert changed(0.3) < changed(0.7) < changed(1.0)


def test_a_scenario_can_ask_for_its_own_noise_and_faults(tmp_path: Path) -> None:
    text = CASE.read_text(encoding="utf-8") + "perturb: {typos: 1}\ninject: {tool_error: 1}\n"
    (tmp_path / "case.yaml").write_text(text, encoding="utf-8")

    run = simkit.run(tmp_path / "case.yaml", "reference")

    assert all(any(isinstance(event, Perturbed) for event in log.events) for log in run.logs())
    assert all(any(event.kind == "injected" for event in log.events) for log in run.logs())


def test_a_kind_that_a_scenario_cannot_have_is_told_before_anything_is_played(tmp_path: Path) -> None:
    text = CASE.read_text(encoding="utf-8")
    for more, said in (("perturb: {typo: 1}\n", "perturb"), ("inject: {tool_eror: 1}\n", "tool_eror")):
        (tmp_path / "case.yaml").write_text(text + more, encoding="utf-8")
        with pytest.raises(SimkitError, match=said):
            simkit.run(tmp_path / "case.yaml", "reference")


@given(st.dictionaries(st.sampled_from(list(KINDS)), st.sampled_from([0.0, 0.25, 1.0]), min_size=1))
def test_rates_are_read_as_they_were_written(rates: dict[str, float]) -> None:
    user = with_perturbations("scripted", [written(rates)])

    assert split_user(user) == (rates_of(rates), "scripted")
    assert split_user(with_perturbations(user, ["all=0.5"])) == (dict.fromkeys(KINDS, 0.5), "scripted")


@pytest.mark.parametrize("wanted", ["typo=1", "typos=2", "typos=x", "typos=-1", "=1"])
def test_what_is_no_perturbation_is_refused(wanted: str) -> None:
    with pytest.raises(UsageError, match="--perturb"):
        rates_of(wanted)
