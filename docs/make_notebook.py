"""Writes docs/paths.ipynb, without outputs: `python docs/make_notebook.py`. A test executes it."""

from __future__ import annotations

from pathlib import Path

import nbformat

NOTEBOOK = Path(__file__).with_name("paths.ipynb")
CELLS = (
    """\
# Paths in a notebook

Two agents play the same scenarios; then we look at what they did. Nothing here needs a model or a key.""",
    """\
import simkit
from simkit import api

pack = simkit.load("scenarios/retail/late-refund.yaml", "scenarios/retail/exchange-twice.yaml")
demo = simkit.run(pack, trials=2, out="demo")
reference = simkit.run(pack, "reference", trials=2, out="reference")""",
    """\
## Counts, shaded by the share of each row""",
    """\
matrix = simkit.transitions(demo)
matrix""",
    """\
## Did the other agent behave differently?""",
    """\
change = simkit.changes(demo, reference)
change""",
    """\
## Which ways sessions went""",
    """\
api.sequences(demo)""",
    """\
## As a data frame""",
    """\
from simkit.paths.exports.frames import to_pandas

to_pandas(matrix).sort_values("count", ascending=False).head()""",
)
"""Text and code in turns, text first."""


def notebook() -> nbformat.NotebookNode:
    """The whole of it, with the same bytes every time."""
    cells = []
    for number, text in enumerate(CELLS):
        make = nbformat.v4.new_code_cell if number % 2 else nbformat.v4.new_markdown_cell
        cells.append(make(text, id=f"cell-{number}"))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=kernel)


if __name__ == "__main__":
    nbformat.write(notebook(), NOTEBOOK)
