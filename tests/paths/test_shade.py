"""The matrix as a picture on a terminal."""

from __future__ import annotations

import re

from goldenfile import golden
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from simkit.paths.matrix import matrix_of
from simkit.paths.shade import shaded
from simkit.paths.states import START

MATRIX = matrix_of(
    [(START, "find:ok", "book:refused", "book:ok", "END:pass")] * 9
    + [(START, "find:ok", "find:ok", "book:ok", "END:pass")] * 3
    + [(START, "find:ok", "END:fail")],
    "tool",
)


def test_it_reads_well() -> None:
    assert shaded(MATRIX) == golden("paths/shaded.txt", shaded(MATRIX))


def test_colour_changes_nothing_but_the_ground() -> None:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shaded(MATRIX, colour=True))

    assert "\x1b[48;5;24m" in shaded(MATRIX, colour=True)
    assert re.sub(r" +$", "", plain, flags=re.MULTILINE) == re.sub(
        r"[░▒▓█ ]+$", "", shaded(MATRIX).translate(UNMARKED), flags=re.MULTILINE
    )


UNMARKED = str.maketrans("░▒▓█", "    ")


@settings(deadline=None, max_examples=25)
@given(st.lists(st.lists(st.text(max_size=50), max_size=30), min_size=1, max_size=6), st.integers(60, 140))
def test_whatever_states_are_called_every_line_fits_and_nothing_is_obeyed(run: list[list[str]], width: int) -> None:
    text = shaded(matrix_of([(START, *("s " + state for state in one), "END:pass") for one in run], "tool"), width)

    assert max(map(cell_len, text.splitlines())) <= width
    assert "\x1b" not in text


def test_no_session_is_one_line() -> None:
    assert shaded(matrix_of([], "tool")) == "0 sessions, 0 transitions, view tool\n"
