"""`simkit coverage RUN …`: what was played how often, and what never was."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from simkit.console import print_json
from simkit.options import AsJson

Files = Annotated[
    tuple[Path, ...], Parameter(negative="", help="Dimensions files that are not beside their domain, nor in the run.")
]
Runs = Annotated[str, Parameter(help="Runs: names under runs/, folders, or database URLs.")]


def coverage(
    *runs: Runs,
    dimensions: Files = (),
    most: Annotated[int, Parameter(help="Rows of each table, and holes of each kind.")] = 12,
    as_json: AsJson = False,
) -> int:
    """Tell which pairs, tools, refusals, rules, things and transitions were played how often, how often they passed,
    and the largest holes, each with a scenario that would fill it: `simkit draft fill` writes those.

    It reads logs alone, of several runs together; what could have been played, from the domain's files and from
    dimensions files, where they are found.
    """
    from simkit import api

    found = api.coverage(*runs, dimensions=dimensions)
    if as_json:
        print_json(found.to_json())
    else:
        from simkit.design.coverage.told import print_coverage

        print_coverage(found, most=most)
    return 0
