"""Recording codes and counting pairs: the same counts at every width, and nothing counted across sessions."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.paths.codes import PathRecorder, distinct_pairs, pair_counts
from simkit.paths.states import START

long_rows = st.lists(st.integers(0, 2), min_size=0, max_size=40)


@pytest.mark.parametrize("k", [3, 300, 2_000])
@given(row=long_rows)
@settings(deadline=None, max_examples=30)
def test_pairs_are_counted_alike_as_bytes_as_cells_and_sorted(k: int, row: list[int]) -> None:
    counts = pair_counts(np.array(row, dtype=np.int32), k)

    assert {(i, j): counts[i, j] for i, j in np.argwhere(counts).tolist()} == Counter(pairwise(row))


@given(long_rows)
@settings(deadline=None)
def test_bytes_are_counted_as_they_are(row: list[int]) -> None:
    expected = pair_counts(np.array(row, dtype=np.int64), 3)

    assert (pair_counts(bytes(row), 3) == expected).all()
    assert (pair_counts(bytearray(row), 3) == expected).all()


def test_counting_ten_million_bytes_needs_less_than_two_megabytes() -> None:
    row = np.zeros(10_000_000, dtype=np.uint8)
    tracemalloc.start()

    counts = pair_counts(row, 50)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counts[0, 0] == 9_999_999
    assert peak < 2_000_000


def test_distinct_pairs_of_very_many_states_are_only_those_that_occur() -> None:
    source, target, times = distinct_pairs(np.array([0, 99_999, 0, 99_999]), 100_000)

    assert (source.tolist(), target.tolist(), times.tolist()) == ([0, 99_999], [99_999, 0], [2, 1])


@pytest.mark.parametrize("most", [4, 1 << 20])
def test_the_257th_state_changes_nothing_but_the_width(most: int) -> None:
    recorder = PathRecorder(most)
    sessions = [(START, f"s{number}", f"s{number + 1}", "END:pass") for number in range(300)]
    for session in sessions:
        recorder.add(session)

    states, counts = recorder.counts()

    assert recorder.sessions == 300
    assert counts.sum() == 900
    place = {state: number for number, state in enumerate(states)}
    assert all(
        counts[place[a], place[b]] == n for (a, b), n in Counter(p for s in sessions for p in pairwise(s)).items()
    )


def test_asking_in_between_changes_nothing() -> None:
    asked, silent = PathRecorder(), PathRecorder()
    for session in [(START, "a", "END:pass"), (START, "b", "a", "END:fail")]:
        asked.add(session)
        asked.counts()
        silent.add(session)

    assert asked.counts()[0] == silent.counts()[0] == (START, "a", "b", "END:pass", "END:fail")
    assert (asked.counts()[1] == silent.counts()[1]).all()
