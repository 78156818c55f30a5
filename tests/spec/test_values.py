"""Truths about typed values in text: the same amount, day or id is found however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simkit.spec.values import says_date, says_money, says_words, to_number, values_in


@pytest.mark.parametrize(
    "text",
    ["$1,049.90", "1049.9 USD", "1,049.90 dollars", "USD 1049.90", "€1.049,90", "1049,90 €", "£1,049.90", "$ 1,049.90"],
)
def test_one_amount_however_it_is_written(text: str) -> None:
    (found,) = values_in(f"That makes {text}, please.")

    assert (found.kind, found.value) == ("money", 1049.9)
    assert says_money(f"You pay {text}.", 1049.9)
    assert not says_money(f"You pay {text}.", 1049.8)


@pytest.mark.parametrize(
    ("text", "value"),
    [("$2 million", 2e6), ("250k USD", 250_000.0), ("$1.5m", 1.5e6), ("-$20", -20.0), ("3 bucks", 3.0)],
)
def test_amounts_may_be_scaled_or_negative(text: str, value: float) -> None:
    found = [one.value for one in values_in(text) if one.kind == "money"]

    assert found == [value]


@pytest.mark.parametrize(
    "text",
    ["2026-03-05", "March 5, 2026", "5 March 2026", "Mar. 5th 2026", "the 5th of March, 2026", "2026-03-05T10:00"],
)
def test_one_day_however_it_is_written(text: str) -> None:
    assert says_date(f"It leaves on {text}.", "2026-03-05")
    assert not says_date(f"It leaves on {text}.", "2026-03-06")


def test_a_day_without_a_year_agrees_with_that_day_in_any_year() -> None:
    assert says_date("It leaves on March 5.", "2026-03-05")
    assert not says_date("It leaves on March 5, 2025.", "2026-03-05")
    assert not says_date("It leaves on February 30.", "2026-02-28")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("order W1001 is", "id", "w1001"),
        ("flight PX213-2026-03-10 is", "id", "px213-2026-03-10"),
        ("write to Ana.Ruiz@Example.com.", "email", "ana.ruiz@example.com"),
        ("it takes 12 days", "number", 12.0),
        ("it takes 1,250 days", "number", 1250.0),
        ("it is 2.5 times", "number", 2.5),
    ],
)
def test_ids_emails_and_numbers_are_told_apart(text: str, kind: str, value: object) -> None:
    assert [(one.kind, one.value) for one in values_in(text)] == [(kind, value)]


@pytest.mark.parametrize("text", ["the 1st floor", "at 5pm", "a 32GB phone", "no digits here", ""])
def test_what_is_no_value_is_none(text: str) -> None:
    assert [one for one in values_in(text) if one.kind in ("id", "money", "date", "email")] == []


@given(cents=st.integers(0, 10**9))
def test_every_amount_is_read_as_it_was_printed(cents: int) -> None:
    amount = cents / 100

    for text in (f"${amount:,.2f}", f"{amount:.2f} USD", f"USD {amount:,.2f}"):
        assert to_number(text) == amount
        assert says_money(f"I refunded {text} today.", amount)


@given(text=st.text(max_size=200))
def test_any_text_has_values_that_stand_in_it(text: str) -> None:
    for value in values_in(text):
        assert value.text in text


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "unit", ["x", "-", "1", "@", "1,", "1.", "a@", "x-1-", "$1", " 1k", "1 ", "may 1 ", "é", "0x", "1-"]
)
def test_values_are_found_in_bearable_time_in_200_000_hostile_characters(unit: str) -> None:
    text = unit * (200_000 // len(unit))

    assert all(one.text in text for one in values_in(text))
    assert all(one.text in text + "1" for one in values_in(text + "1"))


def test_words_are_found_whole_whatever_case_spacing_and_quotes() -> None:
    assert says_words("I’m afraid that’s   Final sale.", "that's final sale")
    assert says_words("Only (one voucher), sorry", "one voucher")
    assert not says_words("finality", "final")
