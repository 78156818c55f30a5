"""`simkit graph RUN`: the state graph as a picture on a terminal, as a figure for papers, or for other programs."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from simkit.console import print_json
from simkit.options import By, Given, RunName


def graph(
    run: RunName,
    *,
    by: By = "tool",
    given: Given = (),
    format: Annotated[
        Literal["picture", "dot", "graphml", "mermaid", "json"] | None,
        Parameter(help="How to print it; if left out, a picture on a terminal and dot elsewhere."),
    ] = None,
    png: Annotated[Path | None, Parameter(help="Draw it into this file instead, for papers (extra `plots`).")] = None,
    svg: Annotated[Path | None, Parameter(help="The same as SVG.")] = None,
) -> int:
    """Draw the state graph of a run: which states were entered, which way it went, how often.

    The picture goes down from START to the ends, level by level: each state with its visits and sessions, and where it
    went on to, ↓ down, ↑ back, ↻ the same again, ✓ a pass, ✗ a failure. `dot`, `graphml`, `mermaid` and `json` are for
    other programs: `simkit graph RUN --format dot | dot -Tsvg > run.svg`.
    """
    from simkit import api
    from simkit.report.pictured import pictured
    from simkit.report.plots import draw_graph, with_ending

    drawn = api.state_graph(run, by, given)
    for file, ending in ((png, ".png"), (svg, ".svg")):
        if file is not None:
            draw_graph(drawn, with_ending(file, ending))
    if format is None:
        format = "picture" if sys.stdout.isatty() else "dot"
        if png or svg:
            return 0
    if format == "json":
        print_json(drawn.to_json())
    elif format == "picture":
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        print(pictured(drawn, shutil.get_terminal_size((100, 24)).columns, colour), end="")
    else:
        print(getattr(drawn, format)())
    return 0
