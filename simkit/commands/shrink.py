"""`simkit shrink RUN SESSION`: the smallest scenario that still fails the same way."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from simkit.console import print_json, say
from simkit.options import Agent, AsJson, Models, RunName
from simkit.spending import ModelTerms

if TYPE_CHECKING:
    from simkit.probe.shrink.session import ShrunkSession


def shrink(
    run: RunName,
    session: Annotated[str, Parameter(help="SCENARIO/PERSONA/TRIAL, or as much of it as names only one.")],
    *,
    agent: Agent = None,
    out: Annotated[Path | None, Parameter(help="A folder for the files; shrunk/ in the run, if left out.")] = None,
    max_sessions: Annotated[int, Parameter(validator=Number(gte=1), help="Sessions that may be played.")] = 2000,
    models: Models = ModelTerms(),
    as_json: AsJson = False,
) -> int:
    """Make a failing session as small as it gets: fewer turns, facts, records, traits and faults; the same failure.

    Writes a scenario file that still fails and a test for pytest. Exits 2 where the session does not fail again.
    """
    from simkit.probe.shrink.session import shrink as shrunk
    from simkit.report.progress import Progress

    with redirect_stdout(sys.stderr), Progress(0, "Shrinking") as progress:
        found = shrunk(run, session, agent, out=out, max_sessions=max_sessions, models=models, progress=progress.add)
    if as_json:
        print_json(found.to_json())
    else:
        _tell(found)
    if found.shrunk.interrupted:
        say("simkit: interrupted; the smallest so far is kept")
        return 130
    return 0


def _tell(found: ShrunkSession) -> None:
    from simkit.report.shrunk import print_shrunk

    print_shrunk(found.to_json())
    say(f"scenario: {found.kept.scenario}")
    say(f"test: {found.kept.test}")
    say(f"again: {found.kept.command}")
