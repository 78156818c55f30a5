"""Figures for papers."""

from __future__ import annotations

from pathlib import Path

import pytest
from needed import needed

from simkit.errors import UsageError
from simkit.paths.matrix import matrix_of
from simkit.paths.states import START
from simkit.report.plots import draw_matrix

needed("matplotlib")

MATRIX = matrix_of([(START, "find:ok", "book:$refused$", "END:fail"), (START, "find:ok", "<b>:ok", "END:pass")], "tool")


def test_a_figure_says_n_states_and_legend_and_is_the_same_each_time(tmp_path: Path) -> None:
    one, other = tmp_path / "one.svg", tmp_path / "other.svg"
    draw_matrix(MATRIX, one)
    draw_matrix(MATRIX, other)
    text = one.read_text(encoding="utf-8")

    assert text == other.read_text(encoding="utf-8")
    for said in (
        "find:ok  n=2",
        "book:$refused$",
        "&lt;b&gt;:ok",
        "share of the row",
        "2 sessions, 6 transitions, view tool",
    ):
        assert said in text


def test_a_png_is_one(tmp_path: Path) -> None:
    draw_matrix(MATRIX, tmp_path / "m.png")

    assert (tmp_path / "m.png").read_bytes().startswith(b"\x89PNG")


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a figure is a .png or an .svg file"):
        draw_matrix(MATRIX, tmp_path / "m.pdf")
