"""`simkit fork RUN SESSION`: take a recorded session up again at one event, with one thing changed, many times."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from simkit.console import print_json, stopping
from simkit.errors import UsageError
from simkit.options import Agent, AsJson, AtOnce, Models, Out, RunName
from simkit.spending import ModelTerms

if TYPE_CHECKING:
    from simkit.probe.fork.point import Change

Session = Annotated[str, Parameter(help="scenario/persona/trial, or as much of it as names one session.")]
FilesOfDomain = Annotated[
    Path | None, Parameter(help="Where the domain's files stand, if not where the run was played from.")
]

At = Annotated[
    int | None, Parameter(help="The event's number. Left out: after each turn, to find the one that doomed it.")
]
Say = Annotated[str | None, Parameter(help="What the user says there instead.")]
Result = Annotated[
    str | None, Parameter(help="What the call gives back there instead, JSON; the reason, with --outcome refused.")
]
HowItGoes = Annotated[Literal["ok", "refused", "error"] | None, Parameter(help="How the call goes there instead.")]
AgentWas = Annotated[
    str | None, Parameter(help="Who the agent was, if the run was played with a function that has no name.")
]
Restored = Annotated[
    Literal["replay", "history"] | None,
    Parameter(
        help="replay: the agent's turns up to there are run again, and have to come out as recorded. history: it is"
        " handed the conversation. If left out: history for --agent, else replay."
    ),
]
SameLuck = Annotated[
    bool, Parameter(negative="", help="One continuation, with the random numbers of the session itself.")
]


def fork(
    run: RunName,
    session: Session,
    *,
    at: At = None,
    say: Say = None,
    result: Result = None,
    outcome: HowItGoes = None,
    agent: Agent = None,
    agent_was: AgentWas = None,
    restore: Restored = None,
    trials: Annotated[
        int | None, Parameter(validator=Number(gte=1), help="Continuations of each kind; 10, if left out.")
    ] = None,
    same_luck: SameLuck = False,
    seed: Annotated[int, Parameter(help="Of the continuations: the same seed gives the same ones.")] = 0,
    at_once: AtOnce = 64,
    out: Out = None,
    path: FilesOfDomain = None,
    models: Models = ModelTerms(),
    as_json: AsJson = False,
) -> int:
    """Take a session up again at one event, as it was and with one thing changed, and see how often it passes.

    World, user and agent are restored from the log. Without --at, the session is played on after each of its turns:
    the turn at which its chance to pass fell is the one that doomed it. Exits 1 when no continuation came to its end,
    for one because the agent does not do again what it did.
    """
    from simkit.metrics.score import SessionScore
    from simkit.play.suite import Stop
    from simkit.probe.fork.parent import parent_of
    from simkit.probe.fork.plays import Terms
    from simkit.probe.fork.point import after_each_turn
    from simkit.probe.fork.result import all_reached
    from simkit.probe.fork.result import fork as forked
    from simkit.probe.fork.told import print_forked, print_turns
    from simkit.probe.fork.turns import TRIALS, each_turn
    from simkit.report.progress import Progress
    from simkit.telling import run_name

    change = _change(at, say, result, outcome, agent)
    if same_luck and trials not in (None, 1):
        raise UsageError("--same-luck: there is one such continuation; leave out --trials")
    count = 1 if same_luck else TRIALS if trials is None else trials
    parent = parent_of(run, session, () if path is None else path)
    points = len(after_each_turn(parent)) if at is None else 1 + bool(change.kind)
    with redirect_stdout(sys.stderr), Progress(points * count) as progress:

        def add(score: SessionScore) -> None:
            progress.add(score.outcome)

        name = run_name(f"fork-{parent.key.scenario}") if out is None else out
        terms = Terms(
            count, seed, at_once, name, restore, agent_was, same_luck, models, Stop(30.0, stopping(30.0)), add
        )  # fmt: skip
        told: Any = each_turn(parent, terms) if at is None else forked(parent, at, change, terms)
    if as_json:
        print_json(told.to_json())
    else:
        print_turns(told) if at is None else print_forked(told)
    if told.run.stopped:
        return 128 + int(told.run.stopped)
    return int(not all_reached(told.prefixes if at is None else told.arms))


def _change(at: int | None, say: str | None, result: str | None, outcome: Any, agent: str | None) -> Change:
    from simkit.probe.fork.point import Change

    options = {"--say": say, "--result": result, "--outcome": outcome, "--agent": agent}
    given = [name for name, one in options.items() if one is not None]
    if len(given) > 1 and given != ["--result", "--outcome"]:
        raise UsageError(f"{' and '.join(given)}: change one thing, so that it is known what made the difference")
    if given and at is None:
        raise UsageError(f"{given[0]} needs --at SEQ: the event at which it is changed")
    if result is None and outcome is None:
        return Change(say=say, agent=agent)
    if outcome in ("refused", "error"):
        return Change(result=result or "", outcome=outcome)
    try:
        return Change(result=json.loads(result or "null", parse_constant=_no_number), outcome="ok")
    except ValueError as error:
        raise UsageError(f"--result is no JSON ({error}); write text as '\"text\"'") from None


def _no_number(text: str) -> Any:
    """JSON has no NaN and no infinity; Python's reader takes them."""
    raise ValueError(f"{text} is no number there")
