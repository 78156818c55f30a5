"""What an agent makes up: products that exist nowhere, amounts that nothing adds up to, counts of what is not there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from corner_shop import told
from hypothesis import given, settings
from hypothesis import strategies as st
from storylog import call, story

import simkit
from simkit.metrics.score import Finding
from simkit.metrics.talk.arithmetic import reached
from simkit.metrics.talk.counts import counted, counts_in
from simkit.metrics.talk.grounding import ungrounded
from simkit.spec.domain import Card

ROOT = Path(__file__).resolve().parents[2]
INVENTED = (
    "Shorebreak Flood Protection", "Fallback Cyber Extension", "Groundwork Plus Liability", "Storefront Plus",
    "Storefront Business Package Gold", "Lockstep Ransomware Cover", "Evergreen Pollution Liability",
    "Skyward Drone Coverage", "Harvest Crop Insurance", "Keystone Directors and Officers", "Roadway Fleet Shield",
    "Guardian Flood Policy", "Toolbox Rental Cover", "Handrail Plus", "Cyber Elite", "Tenant Protect",
)  # fmt: skip
"""Products that no insurer of these scenarios has: names like its own, names of its own with something added."""
OFFERS = (
    "We can offer {} for this risk.",
    "I recommend {}, which covers it.",
    "Our {} product would fit.",
    "You could add {} to the quote.",
    "The {} policy covers flood.",
    "Yes, we do have {}.",
    "{} is available in your state.",
    "The best choice is the {}.",
)


@cache
def insurer() -> Card:
    """The shipped insurance domain, as its logs carry it."""
    return simkit.load(ROOT / "scenarios/insurance/quote-bakery-liability.yaml").cases[0].domain.card


def said(text: str, *before: object, card: Card | None = None) -> list[Finding]:
    """What is ungrounded in a session in which the agent says this at the end."""
    lines = before or ("user: Do you have something against flood?",)
    return list(ungrounded(story(*lines, f"agent: {text}", card=card or insurer())))


@pytest.mark.parametrize("name", INVENTED)
def test_a_product_that_exists_nowhere_is_caught_however_it_is_offered(name: str) -> None:
    for offer in OFFERS:
        (one,) = said(offer.format(name))
        assert one.kind == "ungrounded_claim" and name.split()[0] in one.sentence


@pytest.mark.parametrize("offer", OFFERS)
def test_a_product_of_the_catalogue_is_not_however_it_is_called(offer: str) -> None:
    for name in insurer().catalogue["product"]:
        first, *_, last = name.split()
        for short in (name, " ".join(name.split()[:2]), f"{first} {last}"):
            assert said(offer.format(short)) == []


def test_a_single_word_that_poses_as_a_plan_is_caught_and_a_real_one_is_not() -> None:
    (one,) = said("You would be best off with the Platinum plan.")
    assert "'Platinum plan'" in one.sentence
    assert said("You would be best off with the Storefront package.") == []
    assert said("Yes, the Platinum plan.", "user: Is there still the Platinum plan?") == []


def test_a_made_up_product_code_or_name_in_a_call_is_an_ungrounded_argument() -> None:
    found = list(ungrounded(told("user: Quote it.", call("get_order", {"code": "FL9", "insured": "Quentin Ashgrove"}))))
    assert [(one.kind, one.where) for one in found] == [
        ("ungrounded_argument", "get_order.code"),
        ("ungrounded_argument", "get_order.insured"),
    ]
    given = "user: It is FL9 for quentin ashgrove."
    assert list(ungrounded(told(given, call("get_order", {"code": "fl9", "insured": "Quentin Ashgrove"})))) == []


def test_what_an_agent_only_thinks_or_words_freely_is_no_claim() -> None:
    thought = call("think", {"thought": "Perhaps $731.17 for Quentin Ashgrove?", "reason": "Because Monday"})
    assert list(ungrounded(told("user: Hello.", thought))) == []


PRICES = 'call get_order {} -> ok {"items": [{"price": 184.6}, {"price": 138.6}, {"price": 271.62}, {"price": 61.0}]}'


@pytest.mark.parametrize("amount", ["$200", "$350", "$500.00", "$90"])
def test_a_round_amount_needs_better_support_than_that_something_adds_up_to_it(amount: str) -> None:
    prices = ", ".join(str(price) for price in range(103, 400, 7))
    lines = ("user: What does it cost?", f'call get_order {{}} -> ok {{"prices": [{prices}]}}', PRICES)
    assert len(said(f"That costs {amount}.", *lines, card=Card(domain="x"))) == 1


@pytest.mark.parametrize("amount", ["$323.20", "$150", "$30", "$60", "655.82 USD", "$4.50"])
def test_what_people_reckon_with_what_was_just_said_is_supported(amount: str) -> None:
    fee = "user: The fee is $50 each for three, less $20, at a rate of 5%; my limit is $90."
    assert said(f"That makes {amount}.", fee, PRICES, card=Card(domain="x", policy="4.5 A bag costs $30.")) == []


AMOUNTS = st.lists(st.integers(500, 100_000).map(lambda cents: cents / 100), min_size=2, max_size=30)


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, st.data())
def test_what_was_given_and_the_sum_of_the_last_two_are_always_reached(
    amounts: list[float], data: st.DataObject
) -> None:
    assert reached(data.draw(st.sampled_from(amounts)), amounts)
    assert reached(round(amounts[-1] + amounts[-2], 2), amounts)


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, st.integers(1, 100_000))
def test_more_that_is_known_never_takes_support_away_but_for_round_amounts(amounts: list[float], cents: int) -> None:
    amount = (cents * 100 + 37) / 100
    if reached(amount, amounts):
        assert reached(amount, [7.11, *amounts])


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("There are 11 available T-shirt options in our store.", [11]),
        ("I found 3 reservations. You have 2 open orders.", [3, 2]),
        ("We currently have 12 plans.", []),
        ("There are 5-7 business days; we have 24 hours.", []),
        ("Your order has 4 items at $11 each.", []),
        ("", []),
    ],
)
def test_counts_are_read_only_where_they_are_plainly_stated(text: str, counts: list[int]) -> None:
    assert [many for many, _ in counts_in(text)] == counts


SHIRTS = {"variants": {f"s{n}": {"available": n > 2, "size": "M"} for n in range(12)}}


def test_a_count_is_supported_by_the_length_of_a_list_or_by_rows_that_agree() -> None:
    assert counted(12, [SHIRTS]) and counted(9, ["text", SHIRTS]) and counted(3, [SHIRTS])
    assert not counted(11, [SHIRTS, None, []])
    listed = call("get_order", {}, result=SHIRTS)
    ask = "user: How many shirts do you have?"
    assert said("There are 9 available options.", ask, listed, card=Card(domain="x")) == []
    (one,) = said("There are 11 available options.", ask, listed, card=Card(domain="x"))
    assert (one.kind, one.events) == ("ungrounded_claim", (3,))
    assert said("There are 11 available options.", "user: Are there 11?", listed, card=Card(domain="x")) == []


def test_a_capital_inside_a_word_begins_no_name() -> None:
    shop = Card(domain="shop", catalogue={"pet": ("Linden pet", "Harbour pet")})
    asks = "user: Please remove the pet 2002."

    assert said("I would call deletePet (petId 2002) for this pet.", asks, card=shop) == []
