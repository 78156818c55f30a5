"""`simkit power`: how many sessions it takes to see a change."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter

from simkit.console import print_json
from simkit.errors import UsageError, did_you_mean, one_line
from simkit.options import AsJson, By, Given


def power(
    run: Annotated[str | None, Parameter(help="A run to go by, instead of --before, --visits … .")] = None,
    *,
    source: Annotated[str | None, Parameter(help="With a run: the state that is left, as in get_order:ok.")] = None,
    target: Annotated[str | None, Parameter(help="With a run: the state that it leads to; END:pass, say.")] = None,
    before: Annotated[float | None, Parameter(help="The share now, as in 0.1.")] = None,
    after: Annotated[float, Parameter(help="The share that is to be told from it.")],
    visits: Annotated[float | None, Parameter(help="How often a session comes to the state; 1, if left out.")] = None,
    trials: Annotated[float | None, Parameter(help="Sessions of each scenario and persona; 1, if left out.")] = None,
    correlation: Annotated[float | None, Parameter(help="Between visits in one task; 0, if left out.")] = None,
    paired: Annotated[bool, Parameter(help="Both runs play the same scenarios.", negative=())] = False,
    chance: Annotated[float, Parameter(help="To see the change if it is there.")] = 0.8,
    alpha: Annotated[float, Parameter(help="To see one that is not there.")] = 0.05,
    cells: Annotated[int, Parameter(help="How many shares are looked at.")] = 1,
    by: By = "tool",
    given: Given = (),
    as_json: AsJson = False,
) -> int:
    """Tell how many sessions each of two runs needs, so that a changed share is seen.

    From numbers: `simkit power --before 0.1 --after 0.2 --trials 4 --correlation 0.3`. From a run that is there, which
    tells how often sessions come to a state and how alike trials are: `simkit power RUN --source START --target
    get_order:ok --after 0.5`; what is given beside goes before what the run says. With `--paired`, fewer sessions do:
    what a scenario is like is then the same for both.
    """
    from simkit.paths.change.power import power as needed

    said = {"before": before, "visits": visits, "trials": trials, "correlation": correlation}
    known = {name: value for name, value in said.items() if value is not None}
    if run is not None:
        found = _pilot(run, source, target, by, given)
        if visits is not None:
            del found["in_session"]  # it was of as many visits a session as the run has
        known = {**found, **known}
    elif source or target:
        raise UsageError("--source and --target are states of a run; name the run too")
    if "before" not in known:
        raise UsageError("give the share now, --before 0.1, or a run with --source and --target")
    plan = needed(after=after, power=chance, alpha=alpha, cells=cells, paired=paired, **known)
    if as_json:
        assumed = {**known, "after": after, "chance": chance, "alpha": alpha, "cells": cells, "paired": paired}
        print_json({**asdict(plan), "assumed": assumed})
    else:
        print(f"{plan.sessions} sessions in each run tell {known['before']:.1%} from {after:.1%}")
        which = "the same in both runs" if paired else "others in each run"
        print(f"{plan.tasks} tasks (scenario and persona), {which}, each played {known.get('trials', 1):g} times")
        print(f"{plan.visits} visits of the state, were they independent; design effect {plan.design_effect:.1f}")
        print(f"seen with a chance of {chance:.0%} if it is there, of {alpha:.0%} if it is not")
    return 0


def _pilot(run: str, source: str | None, target: str | None, by: str, given: tuple[str, ...]) -> dict[str, float]:
    from simkit import api
    from simkit.paths.change.power import pilot

    if source is None or target is None:
        raise UsageError("with a run, say which share: --source STATE --target STATE")
    walks = api.walks(run, by, given)
    for state in (source, target):
        if state not in walks.states:
            raise UsageError(f"{one_line(run)} has no state '{one_line(state)}'{did_you_mean(state, walks.states)}")
    return dict(vars(pilot(walks, source, target)))
