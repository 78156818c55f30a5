"""Figures for papers."""

from __future__ import annotations

from pathlib import Path

import pytest
from needed import needed

from simkit.errors import UsageError
from simkit.paths.graph import graph_of
from simkit.paths.matrix import matrix_of
from simkit.paths.states import START, Visit
from simkit.report.plots import draw_graph, draw_matrix

needed("matplotlib")

WAYS = [("find:ok", "find:ok", "book:$refused$", "END:fail"), ("find:ok", "<b>:ok", "END:pass")]
GRAPH = graph_of([[Visit(state, 0) for state in (START, *way)] for way in WAYS], "tool")
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


def test_a_graph_is_drawn_with_n_and_a_legend_and_is_the_same_each_time(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one.svg", "other.svg", "graph.png")]
    for file in files:
        draw_graph(GRAPH, file)
    text = files[0].read_text(encoding="utf-8")

    assert text == files[1].read_text(encoding="utf-8")
    assert files[2].read_bytes().startswith(b"\x89PNG")
    said = ["find:ok", "n=3", "book:$refused$", "&lt;b&gt;:ok", "into fail", "2 transitions", "view tool"]
    assert [one for one in [*said, "2 sessions, 7 transitions"] if one not in text] == []


def test_a_graph_of_very_many_ways_shows_those_gone_most_and_says_so(tmp_path: Path) -> None:
    ways = [[Visit(state, 0) for state in (START, f"s{n}", "END:pass")] for n in range(60)]
    draw_graph(graph_of([*ways, *ways[:9]], "tool"), tmp_path / "g.svg")

    text = (tmp_path / "g.svg").read_text(encoding="utf-8")
    assert "the 80 of 120 ways that were gone most" in text


def test_a_matrix_of_very_many_states_shows_those_visited_most_and_says_so(tmp_path: Path) -> None:
    """START and the ends among them, whatever their numbers."""
    ways = [(START, f"s{n}", f"s{n + 1}", "END:pass") for n in range(80)]
    draw_matrix(matrix_of([*ways, (START, "END:fail")], "tool"), tmp_path / "m.svg")

    text = (tmp_path / "m.svg").read_text(encoding="utf-8")
    assert "the 60 of 84 states that were visited most" in text
    assert all(said in text for said in ("START  n=81", ">END:pass<", ">END:fail<", ">s40  n=2<"))
    assert ">s80" not in text


def test_a_png_is_one(tmp_path: Path) -> None:
    draw_matrix(MATRIX, tmp_path / "m.png")

    assert (tmp_path / "m.png").read_bytes().startswith(b"\x89PNG")


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a figure is a .png or an .svg file"):
        draw_matrix(MATRIX, tmp_path / "m.pdf")


def test_letters_that_no_font_has_are_refused_in_a_png_and_left_to_the_reader_of_an_svg(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    """A row of boxes is no name."""
    strange = matrix_of([(START, "look \U00018d00:ok", "END:pass")], "tool")

    draw_matrix(strange, tmp_path / "m.svg")
    with pytest.raises(UsageError, match=r"m\.png: no font on this machine has the letter"):
        draw_matrix(strange, tmp_path / "m.png")

    assert list(recwarn) == []


def test_nothing_is_not_drawn(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    """As of turns that no session comes to."""
    for draw in (
        lambda: draw_matrix(matrix_of([], "tool"), tmp_path / "m.svg"),
        lambda: draw_graph(graph_of([], "tool"), tmp_path / "g.svg"),
    ):
        with pytest.raises(UsageError, match="no transition to draw"):
            draw()

    assert list(recwarn) == []
