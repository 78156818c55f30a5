"""A session's world: what tools do to it, and that nothing else can."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simkit.errors import Refused
from simkit.play.world import Start, World, plain_json
from simkit.spec.state import tables_hash

TABLES = {"orders": {"W1": {"status": "paid", "items": ["lamp"]}, "W2": {"status": "shipped", "items": []}}}

names = st.sampled_from(["W1", "W2", "W3", "a.b"])
records = st.dictionaries(st.sampled_from(["status", "n"]), st.integers() | st.text(max_size=3), max_size=2)
steps = st.lists(st.tuples(st.sampled_from(["put", "remove"]), names, records), max_size=12)


def world() -> World:
    """A fresh world over the shared tables."""
    return World(Start(TABLES, "2026-01-01"))


def do(target: World, step: tuple[str, str, dict[str, Any]]) -> None:
    """One step on a world; removing what is not there does nothing."""
    verb, name, record = step
    if verb == "put":
        target.put("orders", name, record)
    elif target.has("orders", name):
        target.remove("orders", name)


@given(steps)
def test_a_world_agrees_with_a_plain_dict_and_its_digest_with_a_fresh_count(todo: list[Any]) -> None:
    played, plain = world(), plain_json(TABLES)
    for verb, name, record in todo:
        do(played, (verb, name, record))
        if verb == "put":
            plain["orders"][name] = record
        else:
            plain["orders"].pop(name, None)

    assert {row.pop("id"): row for row in played.find("orders")} == plain["orders"]
    assert played.digest() == f"{tables_hash(plain):032x}"
    assert {change.path: change.after for change in played.diff()} == {
        f"orders.{name}": plain["orders"].get(name)
        for name in {*TABLES["orders"], *plain["orders"]}
        if plain["orders"].get(name) != TABLES["orders"].get(name)
    }


@given(steps, steps)
def test_restoring_a_snapshot_undoes_whatever_came_after(before: list[Any], after: list[Any]) -> None:
    played = world()
    for step in before:
        do(played, step)
    digest, snapshot, found = played.digest(), played.snapshot(), played.find("orders")
    for step in after:
        do(played, step)

    played.restore(snapshot)

    assert (played.digest(), played.find("orders")) == (digest, found)
    assert played.changes_since(snapshot) == ()


def test_sessions_share_the_start_and_never_touch_it_or_each_other() -> None:
    start = Start(plain_json(TABLES))
    ana, ben = World(start), World(start)

    ana.get("orders", "W1")["items"].append("stolen")
    ana.patch("orders", "W1", status="cancelled")

    assert ana.value("orders.W1.items") == ["lamp"]
    assert ben.value("orders.W1.status") == "paid"
    assert start.tables == TABLES


def test_what_is_not_there_is_a_refusal_and_what_is_not_json_an_error() -> None:
    played = world()

    with pytest.raises(Refused, match="no record 'W9' in orders"):
        played.get("orders", "W9")
    for value in ({"at": object()}, {"n": float("nan")}):
        with pytest.raises(ValueError, match="not JSON"):
            played.put("orders", "W9", value)
    assert played.digest() == world().digest()


def test_new_ids_count_on_from_the_highest_number() -> None:
    played = world()
    played.put("orders", "W10", {})

    assert played.new_id("orders", "W") == "W11"
    assert played.new_id("refunds", "R") == "R1"


def test_paths_find_values_even_where_a_name_holds_dots() -> None:
    played = world()
    played.put("people", "ana@example.com", {"name": "Ana"})

    assert played.value("people.ana@example.com.name") == "Ana"
    assert played.value("orders.W1.items.0") == "lamp"
    assert played.value("orders.W1.nothing") == "<missing>"
    assert played.value("orders.W9") == "<missing>"
