"""Matrices in notebooks: an HTML table with shaded cells, everything that anybody named escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from simkit.paths.table import Counts, clipped

_MOST = 40


def html_table(head: str, corner: str, rows: Sequence[str], columns: Sequence[str], counts: Counts) -> str:
    """The counts, blank instead of 0, each cell as dark as its share of the row; rows and columns without any count
    are left out, and so is what comes after the first 40 of them."""
    used_rows = [n for n in range(len(rows)) if counts[n].any()]
    used_columns = [n for n in range(len(columns)) if counts[:, n].any()]
    cut = max(len(used_rows), len(used_columns)) > _MOST
    used_rows, used_columns = used_rows[:_MOST], used_columns[:_MOST]
    names = "".join(f"<th scope='col'>{_text(columns[n])}</th>" for n in used_columns)
    body = []
    for number in used_rows:
        total = int(counts[number].sum())
        cells = "".join(_cell(int(counts[number, column]), total) for column in used_columns)
        body.append(f"<tr><th scope='row'>{_text(rows[number])}</th><td>{total}</td>{cells}</tr>")
    told = escape(head) + (f" The first {_MOST} are shown." if cut else "")
    return (
        f"<table><caption>{told}</caption><thead><tr><th>{_text(corner)}</th><th scope='col'>n</th>{names}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table>"
    )


def _cell(count: int, total: int) -> str:
    if not count:
        return "<td></td>"
    share = count / total
    return f"<td style='background:rgba(31,119,180,{0.75 * share:.2f})' title='{share:.3f}'>{count}</td>"


def _text(text: str) -> str:
    return escape(clipped(text, 60))
