"""Truths about state.json: a world is tables of records, and whatever else stands there is named with its place."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simkit.errors import FileError
from simkit.spec.state import names_at, read_state, tables_hash

rows = st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3) | st.lists(st.floats(0, 1)), max_size=3)
worlds = st.dictionaries(st.text(max_size=3), st.dictionaries(st.text(max_size=3), rows, max_size=3), max_size=3)


def refused(text: str, folder: Path) -> str:
    """What is said of a state.json that must be refused, from its place on."""
    (folder / "state.json").write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as error:
        read_state(folder / "state.json")
    assert "\n" not in str(error.value)
    return str(error.value).removeprefix(f"{folder}/state.json:")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: is empty; "),
        ("[]", "1:1: must be an object of tables"),
        ('{"a": {}\n "b": {}}', "2:2: not JSON: Expecting ',' delimiter"),
        ('{"a": {},\n}', "1:9: not JSON: a comma after the last entry; remove it"),
        ('{"a": {"x": {"l": [1, 2,\n]}}}', "1:24: not JSON: a comma after the last entry; remove it"),
        ('{"a": 1}', "1:7: table 'a' must be an object of records by id"),
        ('{"a": {"r": {}},\n "b": {"\\u0072": []}}', "2:18: record 'r' of table 'b' must be an object"),
        ('{"a": {"id": {"id": "id"}, "b": {"id": 1,\n"id": 2}}}', "2:1: the key 'id' stands in this object twice (f"),
        ('{"a": {},\n\n"\\u0061": {}}', "3:1: the key 'a' stands in this object twice (first in line 1); keep one"),
        ('{"a": {"r": {"n": -Infinity}}}', "1:19: -Infinity is not a finite number"),
        ('{"a": {"r": {"n": [1, 2,\n 1e400]}}}', "2:2: 1e400 is not a finite number"),
        ('{"a": {"r": {"n": ' + "9" * 5000 + "}}}", "1:19: 99999999999999999999 is not a finite number"),
        ('{"a": {"r": {"n": NaN}}, oops', "1:19: NaN is not a finite number"),
        ('{"a": ' * 5000, "1:1: nested too deeply; flatten it"),
    ],
)  # fmt: skip
def test_what_is_no_world_is_named_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    assert refused(text, tmp_path).startswith(said)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds)
def test_a_world_is_read_as_it_was_written(world: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(json.dumps(world, indent=1), encoding="utf-8")

    assert read_state(tmp_path / "state.json") == world


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    world=worlds,
    cut=st.integers(0, 80),
    put=st.sampled_from(["", "NaN", '"', "{", "}", "[", "]", ",", ":", '"a":', "\\", "-"]),
)
def test_a_damaged_world_is_read_or_refused_in_one_line(
    world: dict[str, Any], cut: int, put: str, tmp_path: Path
) -> None:
    text = json.dumps(world, indent=1)
    (tmp_path / "state.json").write_text(text[:cut] + put + text[cut + 1 :], encoding="utf-8")
    try:
        read_state(tmp_path / "state.json")
    except FileError as error:
        assert "\n" not in str(error)
        assert error.line <= text.count("\n") + 2


@given(world=worlds, seed=st.integers(0, 99))
def test_equal_worlds_have_one_hash_whatever_the_order(world: dict[str, Any], seed: int) -> None:
    names = list(world)
    random.Random(seed).shuffle(names)

    assert tables_hash({name: world[name] for name in names}) == tables_hash(world)


def test_names_are_found_by_a_path_with_stars() -> None:
    tables = {"products": {"P1": {"name": "lamp", "tags": ["a", "b"]}, "P2": {"name": "desk"}, "P3": {}}}

    assert list(names_at(tables, "products.*.name")) == ["lamp", "desk"]
    assert list(names_at(tables, "products.*.tags.*")) == ["a", "b"]
    assert list(names_at(tables, "nothing.*.name")) == []
