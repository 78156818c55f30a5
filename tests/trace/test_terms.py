"""Terms: what has changed since a run was begun, on one line that a person can act on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simkit.errors import UsageError
from simkit.spec.frozen import digest
from simkit.trace.terms import agree, differences

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("aä\x1b\n", max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab/~.", max_size=2), inner, max_size=4),
    max_leaves=12,
)


def changed(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """How a scenario that changed is told."""
    values = {digest(old): old, digest(new): new}
    begun, now = {"scenarios": {"refund": digest(old)}}, {"scenarios": {"refund": digest(new)}}
    return list(differences(begun, now, values.get))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"limits": {"turns": 20}}, {"limits": {"turns": 3}}, "limits.turns: 20 → 3"),
        ({"wants": "A refund"}, {"wants": "A refund", "tags": ["x"]}, 'tags: nothing → ["x"]'),
        ({"wants": "A refund", "tags": ["x"]}, {"wants": "A refund"}, 'tags: ["x"] → nothing'),
        ({"goal": {"calls": [1, 2, 3]}}, {"goal": {"calls": [1, 3]}}, "goal.calls.1: 2 → nothing"),
        ({"says": "x" * 99}, {"says": "y\x1b[31m"}, f"says: {'x' * 39}… → y\\x1b[31m"),
        ({"a/b": 1}, {"a/b": 2}, "a/b: 1 → 2"),
        ({"a": 1}, {"b": 1}, "a moved to b"),
        (dict.fromkeys("abcde", 1), dict.fromkeys("abcde", 2), "a: 1 → 2, b: 1 → 2, c: 1 → 2 and 2 more"),
    ],
)
def test_a_changed_scenario_says_which_key_had_and_has_which_value(
    old: dict[str, Any], new: dict[str, Any], told: str
) -> None:
    assert changed(old, new) == [f"scenario refund: {told}"]


@given(st.dictionaries(st.text("ab/~.", max_size=2), JSON), st.dictionaries(st.text("ab/~.", max_size=2), JSON))
def test_any_change_is_told_on_one_line_and_no_change_is_silence(old: dict[str, Any], new: dict[str, Any]) -> None:
    told = changed(old, new)
    assert bool(told) == (digest(old) != digest(new))
    for line in told:
        assert line.isprintable() and len(line) < 700


def test_what_is_gone_new_or_not_known_any_more_is_told_as_that() -> None:
    begun = {"agent": "a", "seed": 0, "scenarios": {"x": "1", "y": "2"}, "personas": {"rude": "3"}}
    now = {"agent": "b", "seed": 0, "scenarios": {"y": "9", "z": "4"}}

    assert list(differences(begun, now)) == [
        "agent: a → b",
        "scenario x: gone",
        "scenario y: changed",
        "scenario z: new",
        "persona rude: gone",
    ]
    with pytest.raises(UsageError, match=r"nightly: cannot go on, .*agent: a → b; .*; undo that, or --accept-changes"):
        agree(begun, now, "nightly")
    agree(begun, begun, "nightly")
