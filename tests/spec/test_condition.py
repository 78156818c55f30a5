"""Truths about conditions: what a goal asks of a value is what people mean by it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from simkit.spec.condition import CHECKS, MISSING, Condition, contains_arguments, same, value_at


def condition(written: Any) -> Condition:
    return Condition.model_validate(written)


@pytest.mark.parametrize(
    ("written", "meets", "fails"),
    [
        ("returned", ["returned", "Returned", " returned "], ["return", None, MISSING, 1]),
        (49.9, [49.90, 49.900000000001], [49.91, "49.9", True]),
        (1, [1, 1.0], [True, "1"]),
        (True, [True], [1, "true", False]),
        (None, [None], [MISSING, "", 0]),
        ([1, "a"], [[1, "A"]], [["a", 1], [1], "1a"]),
        ({"approx": 10}, [10, 10.005, 9.995], [10.006, "10", True, None]),
        ({"approx": 10, "within": 2}, [8, 12], [7.9, 12.1]),
        ({"approx": 10, "within": 0}, [10], [10.001]),
        ({"in": ["returned", 3]}, ["Returned", 3.0], ["kept", 4, MISSING]),
        ({"not": "paid"}, ["sent", None, MISSING], ["paid", "PAID"]),
        ({"contains": "Lamp"}, ["a lamp", ["lamp", "desk"], {"lamp": 1}], ["lam p", ["lamps"], 3, MISSING]),
        ({"at_least": 3}, [3, 4.5], [2.9, "3", None, MISSING]),
        ({"at_most": "2026-03-01"}, ["2026-03-01", "2026-02-28"], ["2026-03-02", 3]),
        ({"above": 3}, [3.1], [3]),
        ({"below": "11:00"}, ["10:59"], ["11:00"]),
        ({"exists": True}, [None, 0, ""], [MISSING]),
        ({"exists": False}, [MISSING], [None, 0, ""]),
    ],
)
def test_a_condition_holds_for_what_it_means(written: Any, meets: list[Any], fails: list[Any]) -> None:
    for value in meets:
        assert condition(written).holds(value), value
    for value in fails:
        assert not condition(written).holds(value), value


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"aprox": 1}, "'aprox' is not a condition; did you mean 'approx'?"),
        ({"above": 1, "below": 2}, "'above' and 'below' stand together"),
        ({"in": "x"}, "'in' has 'x'; write a list"),
        ({"exists": "x"}, "'exists' has 'x'; write true or false"),
        ({"approx": "x"}, "'approx' has 'x'; write a number"),
        ({"above": None}, "'above' has None; write a number or a date"),
        ({"at_most": True}, "'at_most' has True; write a number or a date"),
        ({"not": 1, "within": 1}, "'within' goes with approx"),
        ({"within": 1}, "'within' goes with approx"),
        ({"approx": 1, "within": -1}, "greater than or equal to 0"),
        ({}, "a condition says what must hold"),
        ({"check": "in", "value": 3}, "'in' has 3; write a list"),
        ({"check": "nonsense", "value": 3}, "Input should be 'equals'"),
    ],
)
def test_a_condition_that_says_nothing_sensible_is_refused(written: Any, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        condition(written)
    assert said in str(refused.value)


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


@given(value=values)
def test_every_value_is_the_same_as_itself_and_meets_itself(value: Any) -> None:
    assert same(value, value)
    if not isinstance(value, dict) and value != MISSING:
        assert condition(value).holds(value)


@given(left=values, right=values)
def test_being_the_same_has_no_direction(left: Any, right: Any) -> None:
    assert same(left, right) == same(right, left)


@given(check=st.sampled_from(CHECKS), value=values, actual=values)
def test_a_condition_that_was_accepted_always_gives_an_answer(check: str, value: Any, actual: Any) -> None:
    try:
        accepted = condition({"check": check, "value": value})
    except ValidationError:
        return
    assert accepted.holds(actual) in (True, False)
    assert accepted.describe()
    assert condition(accepted.model_dump(mode="json")) == accepted


def test_a_path_leads_through_tables_lists_and_keys_with_dots() -> None:
    tables = {"orders": {"W1": {"items": [{"name": "lamp"}], "v1.2": {"x": 1}}}, "a.b": {"c": None}}

    assert value_at(tables, "orders.W1.items.0.name") == "lamp"
    assert value_at(tables, "orders.W1.v1.2.x") == 1
    assert value_at(tables, "a.b.c") is None
    for nowhere in ("orders.W2", "orders.W1.items.1", "orders.W1.items.-1", "orders.W1.items.x", "", "orders..W1"):
        assert value_at(tables, nowhere) == MISSING


def test_a_call_may_have_more_arguments_than_asked_but_not_others() -> None:
    wanted = {"fare": condition("flex"), "bags": condition({"at_least": 1})}

    assert contains_arguments({"fare": "Flex", "bags": 2, "seat": "4A"}, wanted)
    assert not contains_arguments({"fare": "flex"}, wanted)
    assert not contains_arguments({"fare": "basic", "bags": 2}, wanted)
