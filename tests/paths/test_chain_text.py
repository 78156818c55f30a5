"""Absorption as people read it."""

from __future__ import annotations

from simkit.paths.chain import absorption
from simkit.paths.matrix import matrix_of


def test_each_state_shows_its_chances_and_how_long_it_takes() -> None:
    matrix = matrix_of([("START", "a", "b", "END:pass"), ("START", "a", "END:fail")], "tool")

    assert absorption(matrix).table().splitlines() == [
        "2 sessions",
        "",
        "from   P(END:pass)  P(END:fail)  steps",
        "START        0.500        0.500   2.50",
        "a            0.500        0.500   1.50",
        "b            1.000        0.000   1.00",
    ]
    assert absorption(matrix).csv().splitlines()[1] == "START,0.500,0.500,2.50"
