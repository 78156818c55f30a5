"""A transition matrix as a figure for papers: PNG or SVG, by matplotlib (the extra `plots`)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from simkit.errors import UsageError, one_line
from simkit.paths.matrix import TransitionMatrix

_NAME = 32
_ANNOTATED = 40
"""Wider matrices than this have no numbers in their cells."""


def draw_matrix(matrix: TransitionMatrix, file: Path) -> None:
    """Write the heatmap of the row shares, counts in the cells, n beside each state; the same bytes each time for the
    same matrix and matplotlib. Raises UsageError for another ending than .png or .svg, and without matplotlib."""
    if file.suffix not in (".png", ".svg"):
        raise UsageError(f"{file}: a figure is a .png or an .svg file")
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise UsageError("a figure needs matplotlib; install it: pip install 'simkit[plots]'") from None
    rows, columns = (np.flatnonzero(matrix.counts.any(axis=axis)) for axis in (1, 0))
    size = (2.8 + 0.42 * len(columns), 2.2 + 0.34 * len(rows))
    with rc_context({"svg.hashsalt": "simkit", "svg.fonttype": "none", "text.parse_math": False, "font.size": 8}):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        shares = np.ma.masked_equal(np.nan_to_num(matrix.probabilities[np.ix_(rows, columns)]), 0.0)
        image = axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
        totals = matrix.counts.sum(axis=1)
        axes.set_yticks(range(len(rows)), [f"{one_line(matrix.states[i], _NAME)}  n={totals[i]}" for i in rows])
        named = [one_line(matrix.states[j], _NAME) for j in columns]
        axes.set_xticks(range(len(columns)), named, rotation=60, ha="right", rotation_mode="anchor")
        axes.set_xlabel("next state")
        if len(columns) <= _ANNOTATED:
            for i, j in np.argwhere(~np.ma.getmaskarray(shares)):
                ink = "white" if shares[i, j] > 0.55 else "black"
                axes.text(
                    j, i, str(matrix.counts[rows[i], columns[j]]), ha="center", va="center", color=ink, fontsize=7
                )
        axes.set_title(
            f"{matrix.sessions} sessions, {matrix.transitions} transitions, view {one_line(matrix.view, 60)}"
        )
        figure.colorbar(image, ax=axes, label="share of the row", shrink=0.8)
        figure.savefig(file, dpi=200, metadata={"Date": None} if file.suffix == ".svg" else {"Software": None})
