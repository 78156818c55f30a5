"""Figures for papers, PNG or SVG, by matplotlib (the extra `plots`): a transition matrix, a state graph."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.errors import UsageError, one_line
from simkit.paths.graph import StateGraph
from simkit.paths.matrix import TransitionMatrix
from simkit.paths.states import START, is_end
from simkit.paths.table import breadth, clipped, counted
from simkit.report.layered import Drawing, layered

_NAME = 32
_INK = "#555555"
_LINES = 80
_ANNOTATED = 40
"""Wider matrices than this have no numbers in their cells."""
_STATES = 60
"""Of more states, the most visited are drawn, with START and the ends."""


def draw_matrix(matrix: TransitionMatrix, file: Path) -> None:
    """Write the heatmap of the row shares, counts in the cells, n beside each state; the same bytes each time for the
    same matrix and matplotlib. Raises UsageError for another ending than .png or .svg, and without matplotlib."""
    if not matrix.transitions:
        raise UsageError(f"{file}: there is no transition to draw")
    kept = _most_visited(matrix)
    rows, columns = (kept[matrix.counts.any(axis=axis)[kept]] for axis in (1, 0))
    size = (2.8 + 0.42 * len(columns), 2.2 + 0.34 * len(rows))

    def draw(figure: Any) -> None:
        axes = figure.subplots()
        shares = np.ma.masked_equal(np.nan_to_num(matrix.probabilities[np.ix_(rows, columns)]), 0.0)
        image = axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
        totals = matrix.counts.sum(axis=1)
        axes.set_yticks(range(len(rows)), [f"{clipped(matrix.states[i], _NAME)}  n={totals[i]}" for i in rows])
        named = [clipped(matrix.states[j], _NAME) for j in columns]
        axes.set_xticks(range(len(columns)), named, rotation=60, ha="right", rotation_mode="anchor")
        axes.set_xlabel("next state")
        if len(columns) <= _ANNOTATED:
            for i, j in np.argwhere(~np.ma.getmaskarray(shares)):
                ink = "white" if shares[i, j] > 0.55 else "black"
                axes.text(
                    j, i, str(matrix.counts[rows[i], columns[j]]), ha="center", va="center", color=ink, fontsize=7
                )
        told = _counted(matrix.sessions, matrix.transitions, matrix.view)
        if len(kept) < len(matrix.states):
            told += f"\nthe {len(kept)} of {len(matrix.states)} states that were visited most"
        axes.set_title(told)
        figure.colorbar(image, ax=axes, label="share of the row", shrink=0.8)

    _written(file, size, draw, (matrix.states[i] for i in kept))


def _most_visited(matrix: TransitionMatrix) -> NDArray[np.int64]:
    """The states that are drawn, in the matrix's order."""
    outer = np.array([state == START or is_end(state) for state in matrix.states], dtype=bool)
    visits = matrix.counts.sum(axis=0) + matrix.counts.sum(axis=1)
    best = np.argsort(-np.where(outer, visits.max() + 1, visits), kind="stable")[: max(_STATES, int(outer.sum()))]
    return np.sort(best)


def draw_graph(graph: StateGraph, file: Path) -> None:
    """Write the state graph from START on the left to the ends: the wider a line, the more went that way; n beside
    each state. Same bytes and errors as `draw_matrix`."""
    if not graph.edges:
        raise UsageError(f"{file}: there is no transition to draw")
    weights: dict[tuple[str, str], int] = {}
    for edge in graph.edges:
        weights[edge.source, edge.target] = weights.get((edge.source, edge.target), 0) + edge.count
    strong = dict(sorted(weights.items(), key=lambda item: -item[1])[:_LINES])
    touched = {state for pair in strong for state in pair}
    shown = [node for node in graph.nodes if node.state in touched]
    widths = {node.state: 18 + 5.2 * max(breadth(clipped(node.state, _NAME)), 8) for node in shown}
    drawn = layered(widths, strong, [state for state in widths if is_end(state)])
    size = (max(drawn.width, 260) / 72 + 0.4, drawn.height / 72 + 1.5)
    told = _counted(graph.sessions, sum(weights.values()), graph.view)
    if len(strong) < len(weights):
        told += f"\nthe {len(strong)} of {len(weights)} ways that were gone most"
    visits = {node.state: node.visits for node in shown}
    _written(file, size, lambda figure: _layers(figure, drawn, strong, visits, told), visits)


def with_ending(file: Path, ending: str) -> Path:
    """`file` with the ending that says what is in it."""
    return file if file.suffix == ending else file.with_name(file.name + ending)


def _layers(
    figure: Any, drawn: Drawing, weights: dict[tuple[str, str], int], visits: dict[str, int], told: str
) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

    axes = figure.subplots()
    axes.set(xlim=(0, max(drawn.width, 1)), ylim=(max(drawn.height, 1), 0), aspect="equal")
    axes.axis("off")
    axes.set_title(told)
    most = max(weights.values(), default=1)
    for line in drawn.lines:
        count = weights[line.source, line.target]
        style = {"color": _ink(line.target), "linewidth": _pen(count, most), "zorder": 1}
        bent = _path(line.path)
        axes.add_patch(FancyArrowPatch(path=bent, arrowstyle="-|>", mutation_scale=8, shrinkA=0, shrinkB=0, **style))
    for box in drawn.boxes:
        corner = (box.x - box.width / 2, box.y - box.height / 2)
        edge = {"edgecolor": _ink(box.state), "linewidth": 1.6 if is_end(box.state) else 0.8}
        shape = "round,pad=0,rounding_size=6"
        axes.add_patch(FancyBboxPatch(corner, box.width, box.height, shape, facecolor="white", zorder=2, **edge))
        label = f"{clipped(box.state, _NAME)}\nn={visits[box.state]}"
        axes.text(box.x, box.y, label, ha="center", va="center", fontsize=7, zorder=3)
    steps = sorted({most, max(round(most / 4), 1), max(round(most / 20), 1)}, reverse=True)
    lines = [
        Line2D([], [], color=_INK, linewidth=_pen(n, most), label=f"{n} transition{'s' * (n != 1)}") for n in steps
    ]
    lines += [Line2D([], [], color=_ink(f"END:{one}"), linewidth=2, label=f"into {one}") for one in ("pass", "fail")]
    axes.legend(
        handles=lines, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=len(lines), frameon=False, fontsize=7
    )


def _counted(sessions: int, transitions: int, view: str) -> str:
    return f"{counted(sessions, 'session')}, {counted(transitions, 'transition')}, view {one_line(view, 60)}"


def _ink(state: str) -> str:
    """Blue for what passed, vermilion for what failed: told apart by colour-blind people too (Okabe and Ito 2008)."""
    return {"END:pass": "#0072B2", "END:fail": "#D55E00"}.get(state, _INK)


def _pen(count: int, most: int) -> float:
    return float(0.5 + 5.5 * count / most)


def _path(told: str) -> Any:
    """matplotlib's path from the part of SVG's that `layered` writes: M, C and H, all absolute."""
    from matplotlib.path import Path as Course

    points: list[tuple[float, float]] = []
    codes: list[Any] = []
    for letter, numbers in re.findall(r"([MCH])([^MCH]*)", told):
        given = list(map(float, numbers.split()))
        if letter == "H":
            points.append((given[0], points[-1][1]))
            codes.append(Course.LINETO)
        else:
            points += list(zip(given[::2], given[1::2], strict=True))
            codes += [Course.MOVETO] if letter == "M" else [Course.CURVE4] * 3
    return Course(points, codes)


def _written(file: Path, size: tuple[float, float], draw: Callable[[Any], None], names: Iterable[str]) -> None:
    if file.suffix not in (".png", ".svg"):
        raise UsageError(f"{file}: a figure is a .png or an .svg file")
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise UsageError("a figure needs matplotlib; install it: pip install 'simkit[plots]'") from None
    style = {"svg.hashsalt": "simkit", "svg.fonttype": "none", "text.parse_math": False, "font.size": 8}
    with rc_context(style | {"font.family": _fonts(file, names)}), warnings.catch_warnings():
        # Whoever reads an SVG brings the letters: it holds text.
        warnings.filterwarnings("ignore", "Glyph .* missing")
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        figure.savefig(file, dpi=200, metadata={"Date": None} if file.suffix == ".svg" else {"Software": None})


def _fonts(file: Path, names: Iterable[str]) -> list[str]:
    """matplotlib's own font, and such others of this machine as have the letters that it lacks. Raises UsageError where
    a PNG would show boxes in their place."""
    from matplotlib.font_manager import findfont, fontManager, get_font

    found = ["DejaVu Sans"]
    lacking = {ord(c) for name in names for c in one_line(name, 1000)} - set(get_font(findfont(found[0])).get_charmap())
    # The font of last resort has a box for every letter.
    known = [font for font in fontManager.ttflist if "Last Resort" not in font.name]
    for font in sorted(known, key=lambda one: (one.name, one.fname)) if lacking else ():
        if has := lacking & set(get_font(font.fname).get_charmap()):
            found.append(font.name)
            lacking -= has
    if lacking and file.suffix == ".png":
        what = f"no font on this machine has the letter '{chr(min(lacking))}' of a state's name"
        raise UsageError(f"{file}: {what}; install one, or write an .svg, which leaves letters to its reader")
    return found
