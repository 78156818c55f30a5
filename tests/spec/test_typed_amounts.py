"""Amounts in the forms in which people write them."""

from __future__ import annotations

import time

import pytest

from simkit.spec.values import to_number, values_in


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("$1,049.90", "money", 1049.9),
        ("1049.9 USD", "money", 1049.9),
        ("1.049,90 €", "money", 1049.9),
        ("49,90 €", "money", 49.9),
        ("$1.5M", "money", 1_500_000.0),
        ("2 million dollars", "money", 2_000_000.0),
        ("$50 monthly", "money", 50.0),
        ("250k", "number", 250_000.0),
        ("2 million", "number", 2_000_000.0),
        ("1,000,000", "number", 1_000_000.0),
        ("20 mm", "number", 20.0),
        ("W1001k", "id", "w1001k"),
    ],
)
def test_one_amount_whatever_its_form(text: str, kind: str, value: float | str) -> None:
    (found,) = values_in(text)
    assert (found.kind, found.value) == (kind, value)


def test_a_day_before_an_iso_date_does_not_swallow_its_year() -> None:
    found = values_in("on May 20th, 2024-05-15 or 5 May 2024")
    assert [one.value for one in found] == ["--05-20", "2024-05-15", "2024-05-05"]


def test_what_is_no_number_is_none() -> None:
    assert to_number("-,-") is None
    assert values_in("no digits here") == ()


@pytest.mark.parametrize("text", ["a" * 150_000 + " 1", "a-" * 60_000 + "1", "1," * 60_000, "a.a@" * 30_000])
def test_hostile_text_is_read_in_time(text: str) -> None:
    began = time.process_time()
    values_in(text)
    assert time.process_time() - began < 2.0
