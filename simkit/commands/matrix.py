"""`simkit matrix RUN`: what came after what, how sure that is, what follows from it, and where sessions went wrong."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from simkit.console import print_json
from simkit.errors import UsageError
from simkit.options import AsJson, By, Given, RunName

if TYPE_CHECKING:
    from simkit.paths.failures import FailureMatrix
    from simkit.paths.matrix import TransitionMatrix


@dataclass(frozen=True)
class Looks:
    """How closely `simkit matrix` looks."""

    chain: Annotated[
        bool, Parameter(negative="", help="Chance to pass and steps to the end from each state, critical edges, loops.")
    ] = False
    interval: Annotated[
        bool, Parameter(negative="", help="Each probability with a credible interval, and one that respects sessions.")
    ] = False
    prior: Annotated[
        Literal["ml", "laplace", "jeffreys", "perks", "pooled"],
        Parameter(
            help="How probabilities are estimated: as seen; with 1, 1/2 or 1/K added to each cell; or pooled: by"
            " persona, those with few sessions leaning on the others, the more the more alike they are."
        ),
    ] = "ml"
    support: Annotated[
        int, Parameter(validator=Number(gte=0), help="States left fewer times than this are marked as thin.")
    ] = 5
    resamples: Annotated[
        int | None,
        Parameter(
            validator=Number(gte=2, lte=100_000),
            help="Runs of sessions drawn anew, behind each interval: 1000, with --failures 2000, if left out.",
        ),
    ] = None
    over: Annotated[
        Literal["sessions", "scenarios"],
        Parameter(help="What is drawn anew: scenarios (with all their sessions), if it is about scenarios like these."),
    ] = "sessions"
    what_if: Annotated[
        tuple[str, ...],
        Parameter(
            negative_iterable=(),
            help="P(pass) with an edge mended: FROM->TO=0 (never taken, spread over the others), FROM->TO=0.1 (so"
            " often), FROM->TO=>OTHER (leads there instead); several are mended together.",
        ),
    ] = ()
    funnel: Annotated[
        bool, Parameter(negative="", help="With --failures: how many sessions came to each step, and got through.")
    ] = False
    png: Annotated[Path | None, Parameter(help="Also draw the matrix into this file, for papers (extra `plots`).")] = (
        None
    )
    svg: Annotated[Path | None, Parameter(help="The same as SVG.")] = None

    @property
    def closely(self) -> bool:
        """Whether something is asked for that reads the probabilities of whole sessions."""
        return self.chain or self.interval or self.prior != "ml"


def matrix(
    run: RunName,
    *,
    by: By = "tool",
    failures: Annotated[bool, Parameter(negative="", help="Last good state by first failing state.")] = False,
    absorption: Annotated[bool, Parameter(negative="", help="Probability of each end, and steps to it.")] = False,
    against: Annotated[str | None, Parameter(help="Another run: whether and where it goes other ways.")] = None,
    looks: Annotated[Looks, Parameter(name="*")] = Looks(),
    given: Given = (),
    format: Annotated[
        Literal["table", "shaded", "csv", "json"],
        Parameter(help="How to print it; shaded: counts on a ground of their share, as on a terminal."),
    ] = "table",
    as_json: AsJson = False,
) -> int:
    """Print the transition matrix of a run: what came after what, how often, and how far a Markov chain fits it.

    `--chain` tells what follows from it, `--interval` how sure each probability is, `--failures` where sessions first
    went wrong, `--what-if FROM->TO=0` what mending an edge would gain. With `--against RUN`: did that other run's agent
    behave differently? A permutation test of whole sessions (of the trials of each scenario and persona, where both
    runs played them), with what changed most.
    """
    told = matrix_told(run, by, given, looks, "json" if as_json else format, against, failures, absorption)
    print(told) if isinstance(told, str) else print_json(told)
    return 0


def matrix_told(
    run: str,
    by: str,
    given: Sequence[str],
    looks: Looks,
    format: str,
    against: str | None = None,
    failures: bool = False,
    absorption: bool = False,
) -> str | dict[str, Any]:
    """What `simkit matrix` prints of a run: one table or CSV, or a JSON object."""
    from simkit import api
    from simkit.paths.given import split_turns
    from simkit.paths.reading import Asked
    from simkit.paths.shade import shaded

    if failures + absorption + (against is not None) + looks.closely + bool(looks.what_if) > 1:
        raise UsageError(
            "--failures, --absorption, --against, --what-if, --chain (--interval, --prior): different tables;"
            " ask for one"
        )
    other = failures or absorption or against is not None or looks.what_if
    if (looks.png or looks.svg or format == "shaded") and other:
        raise UsageError(
            "--png, --svg and --format shaded show the matrix itself; leave out what asks for another table"
        )
    if looks.funnel and not failures:
        raise UsageError("--funnel is a reading of failures; give --failures with it")
    if looks.resamples is not None and not (failures or looks.closely or looks.what_if):
        raise UsageError("--resamples: nothing is drawn anew here; it goes with --chain, --interval or --failures")
    if failures:
        return _failures_told(api.failures(run, by, given), format, looks)
    if against is not None:
        return _told(api.changes(run, against, by, given), format)
    if absorption:
        return _told(api.absorption(run, by, given), format)
    if split_turns(given)[1] is not None:
        if looks.closely or looks.what_if:
            raise UsageError("--given turn=… cuts sessions into pieces; a chain, intervals and priors need whole ones")
        counted: Any = api.transitions(run, by, given)
        _draw(counted, looks)
        return shaded(counted) if format == "shaded" else _told(counted, format)
    wanted = (looks.chain, looks.interval, looks.prior, looks.support, looks.resamples or 1000, looks.over)
    read = api.reading(run, by, given, Asked(*wanted))
    if looks.what_if:
        return _told(read.what_if(looks.what_if), format)
    _draw(read.matrix, looks)
    on_terminal = format == "table" and sys.stdout.isatty() and not (looks.chain or looks.interval)
    if format == "shaded" or (on_terminal and looks.prior == "ml"):
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        width = shutil.get_terminal_size((100, 24)).columns
        return "\n".join([shaded(read.matrix, width, colour), *read.fit_lines()])
    return _told(read, format)


def _draw(matrix: TransitionMatrix, looks: Looks) -> None:
    for file, ending in ((looks.png, ".png"), (looks.svg, ".svg")):
        if file is not None:
            from simkit.report.plots import draw_matrix, with_ending

            draw_matrix(matrix, with_ending(file, ending))


def _told(counted: Any, format: str) -> str | dict[str, Any]:
    if format == "json":
        return counted.to_json()  # type: ignore[no-any-return]
    return str(counted.csv() if format == "csv" else counted.table()).rstrip("\n")


def _failures_told(found: FailureMatrix, format: str, looks: Looks) -> str | dict[str, Any]:
    from simkit.paths.failures.funnel import funnel_csv, funnel_table
    from simkit.paths.failures.ranks import RESAMPLES
    from simkit.paths.failures.told import failures_json, failures_text

    drawn = looks.resamples or RESAMPLES
    if format == "json":
        return failures_json(found, looks.over, drawn)
    if format == "csv":
        return (funnel_csv(found) if looks.funnel else found.csv()).rstrip("\n")
    return (funnel_table(found) if looks.funnel else failures_text(found, over=looks.over, resamples=drawn)).rstrip(
        "\n"
    )
