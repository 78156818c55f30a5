"""`simkit matrix RUN`: what came after what, how sure that is, what follows from it, and where sessions went wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from simkit.errors import UsageError
from simkit.options import AsJson, By, Given, RunName

if TYPE_CHECKING:
    from simkit.paths.failures import FailureMatrix


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
        Literal["ml", "laplace", "jeffreys", "perks"],
        Parameter(help="How probabilities are estimated: as seen, or with 1, 1/2 or 1/K added to each cell."),
    ] = "ml"
    support: Annotated[
        int, Parameter(validator=Number(gte=0), help="States left fewer times than this are marked as thin.")
    ] = 5
    resamples: Annotated[
        int, Parameter(validator=Number(gte=2, lte=100_000), help="Runs of sessions drawn anew, behind each interval.")
    ] = 1000
    funnel: Annotated[
        bool, Parameter(negative="", help="With --failures: how many sessions came to each step, and got through.")
    ] = False


def matrix(
    run: RunName,
    *,
    by: By = "tool",
    failures: Annotated[bool, Parameter(negative="", help="Last good state by first failing state.")] = False,
    absorption: Annotated[bool, Parameter(negative="", help="Probability of each end, and steps to it.")] = False,
    against: Annotated[str | None, Parameter(help="Another run: whether and where it goes other ways.")] = None,
    looks: Annotated[Looks, Parameter(name="*")] = Looks(),
    given: Given = (),
    format: Annotated[Literal["table", "csv", "json"], Parameter(help="How to print it.")] = "table",
    as_json: AsJson = False,
) -> int:
    """Print the transition matrix of a run: what came after what, how often, and how far a Markov chain fits it.

    `--chain` tells what follows from it, `--interval` how sure each probability is, `--failures` where sessions first
    went wrong. With `--against RUN`: did that other run's agent behave differently? A permutation test of whole
    sessions (of the trials of each scenario and persona, where both runs played them), with what changed most.
    """
    print(matrix_told(run, by, given, looks, "json" if as_json else format, against, failures, absorption))
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
) -> str:
    """What `simkit matrix` prints of a run: one table, CSV or JSON object."""
    from simkit import api
    from simkit.paths.given import split_turns
    from simkit.paths.reading import Asked

    if failures + absorption + (against is not None) + (looks.chain or looks.interval) > 1:
        raise UsageError("--failures, --absorption, --against and --chain are different tables; ask for one")
    if looks.funnel and not failures:
        raise UsageError("--funnel is a reading of failures; give --failures with it")
    if failures:
        return _failures_told(api.failures(run, by, given), format, funnel=looks.funnel)
    if against is not None:
        return _told(api.changes(run, against, by, given), format)
    if absorption:
        return _told(api.absorption(run, by, given), format)
    if split_turns(given)[1] is not None:
        if looks.chain or looks.interval:
            raise UsageError("--given turn=… cuts sessions into pieces; a chain and its intervals need whole ones")
        return _told(api.transitions(run, by, given), format)
    asked = Asked(looks.chain, looks.interval, looks.prior, looks.support, looks.resamples)
    return _told(api.reading(run, by, given, asked), format)


def _told(counted: Any, format: str) -> str:
    if format == "json":
        return json.dumps(counted.to_json(), ensure_ascii=True)
    return str(counted.csv() if format == "csv" else counted.table()).rstrip("\n")


def _failures_told(found: FailureMatrix, format: str, *, funnel: bool) -> str:
    from simkit.paths.failures.funnel import funnel_csv, funnel_table
    from simkit.paths.failures.told import failures_json, failures_text

    if format == "json":
        return json.dumps(failures_json(found), ensure_ascii=True)
    if format == "csv":
        return (funnel_csv(found) if funnel else found.csv()).rstrip("\n")
    return (funnel_table(found) if funnel else failures_text(found)).rstrip("\n")
