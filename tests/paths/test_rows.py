"""A table of anybody's is counted as the sessions in it would be, however its rows are mixed."""

from __future__ import annotations

import random

import numpy as np
import pandas
import polars
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.errors import UsageError
from simkit.paths import rows
from simkit.paths.matrix import TransitionMatrix, matrix_of
from simkit.paths.rows import matrix_of_rows
from simkit.paths.states import START

sessions = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=6), min_size=1, max_size=8)


def mixed(told: list[list[str]], seed: int) -> list[tuple[int, int, str]]:
    """Session, position and state of each row; sessions are mixed, each in its order."""
    rng = random.Random(seed)
    left = {number: list(enumerate(states)) for number, states in enumerate(told)}
    found = []
    while left:
        number = rng.choice(list(left))
        found.append((number, *left[number].pop(0)))
        if not left[number]:
            del left[number]
    return found


def same(one: TransitionMatrix, other: TransitionMatrix) -> bool:
    """The same counts, whatever the order of states."""
    return one.sessions == other.sessions and (one.counts_in(other.states) == other.counts).all().item()


@pytest.mark.parametrize("piece", [1, 3, 1 << 16])
@given(sessions, st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_mixed_rows_count_as_their_sessions(piece: int, told: list[list[str]], seed: int) -> None:
    table = mixed(told, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "_PIECE", piece)
        found = matrix_of_rows([row[0] for row in table], [row[2] for row in table])

    assert same(found, matrix_of([(START, *states, "END:unknown") for states in told], "table"))


TABLE = mixed([list("abca"), list("ab"), list("c"), list("aabb")], 4)
EXPECTED = matrix_of([(START, *states, "END:unknown") for states in ("abca", "ab", "c", "aabb")], "table")
NAMES = [f"session {row[0]}" for row in TABLE]


@pytest.mark.parametrize(
    "make",
    [list, np.array, pandas.Series, polars.Series, pyarrow.array, lambda c: pandas.Series(c, dtype="category")],
    ids=["list", "numpy", "pandas", "polars", "arrow", "categories"],
)
@pytest.mark.parametrize("named", [True, False])
def test_columns_of_any_kind_will_do(make: object, named: bool) -> None:
    session = NAMES if named else [row[0] for row in TABLE]

    assert same(matrix_of_rows(make(session), make([row[2] for row in TABLE])), EXPECTED)  # type: ignore[operator]


def test_shuffled_rows_are_put_in_the_order_that_is_given() -> None:
    shuffled = random.Random(1).sample(TABLE, len(TABLE))

    found = matrix_of_rows(*(list(column) for column in (zip(*[(r[0], r[2]) for r in shuffled], strict=True))),
                           order=[row[1] for row in shuffled])  # fmt: skip

    assert same(found, EXPECTED)


def test_sessions_that_say_how_they_ended_keep_it() -> None:
    whole = [(START, "a", "END:pass"), (START, "b", "END:fail")]
    table = [(n, state) for n, states in enumerate(whole) for state in states]

    found = matrix_of_rows([row[0] for row in table], [row[1] for row in table])

    assert found == matrix_of(whole, "table")


def test_without_arrow_it_is_only_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_by_arrow", None)
    monkeypatch.setattr(rows, "_has_arrow", lambda: False)

    assert same(matrix_of_rows(NAMES, [row[2] for row in TABLE]), EXPECTED)


def test_more_states_than_a_byte_holds_are_counted_alike() -> None:
    told = [[f"s{(n * 7 + m) % 400}" for m in range(9)] for n in range(200)]
    table = mixed(told, 2)

    found = matrix_of_rows([row[0] for row in table], [row[2] for row in table])

    assert same(found, matrix_of([(START, *states, "END:unknown") for states in told], "table"))


@pytest.mark.parametrize(
    ("session", "state", "said"),
    [
        ([1, 1], ["a"], "columns of one length"),
        ([1, 1], ["a", None], "rows without a value|every row has a state"),
        ([1, None], ["a", "b"], "rows without a value|every row has a session"),
        ([1, 1], [3, 4], "states are text"),
        ([0, 0, 0], ["a", "START", "b"], "in between"),
        ([0, 0, 0], ["a", "END:pass", "b"], "in between"),
    ],
)
def test_what_is_no_table_of_sessions_is_refused(session: list[object], state: list[object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        matrix_of_rows(session, state)


def test_an_empty_table_has_no_transition() -> None:
    assert matrix_of_rows([], []).transitions == 0
