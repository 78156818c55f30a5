"""`simkit perturb [PATH …]`: say it otherwise, and see whether the outcome stays."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from simkit.console import print_json, say
from simkit.options import Agent, AsJson, AtOnce, Out, Perturb, Tuples, TupleTerms, User, default_paths

Seed = Annotated[int, Parameter(help="Of all runs: a session draws the same random numbers with and without.")]
Confirm = Annotated[
    int,
    Parameter(validator=Number(gte=0), help="How often a pair that broke is played again, with and without; 0: not."),
]
Trials = Annotated[int, Parameter(validator=Number(gte=1), help="How often each scenario is played, with and without.")]
Most = Annotated[int, Parameter(validator=Number(gte=0), help="Pairs that broke and are played again, and shown.")]


def perturb(
    *paths: Annotated[Path, Parameter(help="Files, folders; the shipped scenarios, if left out.")],
    agent: Agent = None,
    user: User = None,
    perturb: Perturb = ("all",),
    tuples: Tuples = TupleTerms(),
    trials: Trials = 1,
    seed: Seed = 0,
    at_once: AtOnce = 64,
    confirm: Confirm = 6,
    most: Most = 8,
    out: Out = None,
    as_json: AsJson = False,
) -> int:
    """Play scenarios as they are and with the user's words changed, a run for each kind of change, and pair the
    sessions: a change that means nothing must not change the outcome.

    What broke is shown side by side, and played again on other seeds, so that chance is not taken for a fault. Exits 1
    when a kind, or a pair played again, breaks more than chance would.
    """
    from simkit import api
    from simkit.probe.metamorphic.play import metamorphic
    from simkit.probe.metamorphic.told import print_metamorphic
    from simkit.report.progress import Progress
    from simkit.telling import run_name
    from simkit.trace.manifest import folder_of
    from simkit.users.perturbed.rates import rates_of

    rates = rates_of(perturb)
    pack = api.load(*tuples.applied(paths or default_paths(), seed))
    place = str(folder_of(run_name("perturb") if out is None else out))
    sessions = sum(len(case.personas) for case in pack.cases) * trials * (1 + len(rates))
    with redirect_stdout(sys.stderr), Progress(sessions) as progress:
        found = metamorphic(
            pack,
            agent,
            rates,
            user=user or "agenda",
            trials=trials,
            seed=seed,
            out=place,
            confirm=confirm,
            most=most,
            at_once=at_once,
            progress=lambda score: progress.add(score.outcome),
        )
    print_json(found.to_json()) if as_json else print_metamorphic(found, most=most)
    say(f"runs: {place}/base and one for each kind; simkit compare {place}/base {place}/{next(iter(rates))}")
    return int(found.shown)
