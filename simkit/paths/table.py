"""Labelled counts as people and spreadsheets read them: an aligned text table, and CSV that no formula hides in."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simkit.errors import one_line

Counts = NDArray[np.int64]

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def csv_cell(text: str) -> str:
    """`text` for one cell, on one line: what a spreadsheet would take for a formula is led by an apostrophe."""
    flat = one_line(text, 1000)
    return f"'{flat}" if flat.startswith(_FORMULA) else flat


def csv_table(corner: str, rows: Sequence[str], columns: Sequence[str], counts: Counts) -> str:
    """One line per row, every count written; lines end in LF."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    write([corner, *map(csv_cell, columns)])
    for label, row in zip(rows, counts.tolist(), strict=True):
        write([csv_cell(label), *row])
    return out.getvalue()


def csv_rows(rows: Sequence[Sequence[str]]) -> str:
    """Lines of cells, all of them text; lines end in LF."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([csv_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def text_table(corner: str, rows: Sequence[str], columns: Sequence[str], counts: Counts, *, width: int = 120) -> str:
    """Aligned columns, `n` the row's total, blank instead of 0; rows and columns without any count are left out.

    Wider than `width` characters, columns are headed by numbers and named beneath.
    """
    used_rows, used_columns = np.flatnonzero(counts.any(axis=1)), np.flatnonzero(counts.any(axis=0))
    names = [one_line(columns[i], 60) for i in used_columns]
    body = [
        [
            one_line(rows[i], 60),
            str(int(counts[i].sum())),
            *(str(n) if n else "" for n in counts[i, used_columns].tolist()),
        ]
        for i in used_rows
    ]
    text = aligned([[corner, "n", *names], *body])
    if max(map(len, text)) <= width:
        return "\n".join(text) + "\n"
    numbers = [str(number) for number in range(1, len(names) + 1)]
    legend = [f"{number:>{len(numbers[-1])}}  {name}" for number, name in zip(numbers, names, strict=True)]
    return "\n".join([*aligned([[corner, "n", *numbers], *body]), "", *legend]) + "\n"


def aligned(lines: list[list[str]]) -> list[str]:
    """Lines of cells with each column as wide as its widest cell: the first flush left, the others right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True))]
        ).rstrip()
        for line in lines
    ]
