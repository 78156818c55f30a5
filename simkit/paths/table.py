"""Labelled counts as people and spreadsheets read them: an aligned text table, and CSV that no formula hides in."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import accumulate

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
    names = [clipped(columns[i], 60) for i in used_columns]
    body = [
        [
            clipped(rows[i], 60),
            str(int(counts[i].sum())),
            *(str(n) if n else "" for n in counts[i, used_columns].tolist()),
        ]
        for i in used_rows
    ]
    text = aligned([[corner, "n", *names], *body])
    if max(map(breadth, text)) <= width:
        return "\n".join(text) + "\n"
    numbers = [str(number) for number in range(1, len(names) + 1)]
    legend = [f"{number:>{len(numbers[-1])}}  {name}" for number, name in zip(numbers, names, strict=True)]
    return "\n".join([*aligned([[corner, "n", *numbers], *body]), "", *legend]) + "\n"


def aligned(lines: list[list[str]]) -> list[str]:
    """Lines of cells with each column as wide as its widest cell: the first flush left, the others right."""
    widths = [max(map(breadth, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            [padded(line[0], widths[0]), *(padded(cell, -w) for cell, w in zip(line[1:], widths[1:], strict=True))]
        ).rstrip()
        for line in lines
    ]


def clipped(name: str, most: int) -> str:
    """`name` on one line of at most `most` columns. A longer one loses its middle: many begin alike, and how a call
    went stands at the end."""
    flat = one_line(name, 1000)
    if breadth(flat) <= most:
        return flat
    tail = _first(flat[::-1], (most - 1) // 2)[::-1]
    return f"{_first(flat, most - 1 - breadth(tail))}…{tail}"


def padded(text: str, width: int) -> str:
    """`text` with blanks up to `width` columns: behind it, or before it where `width` is negative."""
    blanks = " " * (abs(width) - breadth(text))
    return text + blanks if width >= 0 else blanks + text


def counted(n: int, noun: str) -> str:
    """`1 session`, `2 sessions`."""
    return f"{n} {noun}{'s' * (n != 1)}"


def breadth(text: str) -> int:
    """How many columns of a terminal `text` takes: two for wide characters, as Chinese has them, none for accents."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _first(text: str, most: int) -> str:
    return text[: sum(used <= most for used in accumulate(map(breadth, text)))]
