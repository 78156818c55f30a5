"""`simkit node RUN NODE`: one node of a LangGraph agent, on the inputs that it had in recorded sessions."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from simkit.commands.fork import AgentWas, FilesOfDomain
from simkit.console import print_json, say
from simkit.options import Agent, AsJson, RunName


def node(
    run: RunName,
    node: Annotated[str, Parameter(help="The node, as the graph names it.")],
    *,
    agent: Agent = None,
    agent_was: AgentWas = None,
    session: Annotated[
        str | None, Parameter(help="Of this session only: scenario/persona/trial, or as much of it as names one.")
    ] = None,
    trials: Annotated[int, Parameter(validator=Number(gte=1), help="How often each input is tried.")] = 1,
    path: FilesOfDomain = None,
    out: Annotated[Path | None, Parameter(help="Also write the inputs and what came of them as a pytest file.")] = None,
    as_json: AsJson = False,
) -> int:
    """Run one node of a LangGraph agent on the inputs that it had, and compare what it does with what happened.

    The inputs are found by replaying the sessions from their logs, with the agent that was played; then the node of
    --agent (left out: the same agent) runs alone on each. Its tools answer as they did. What it writes, calls and
    where it goes has to be what happened. Exits 1 when something differs, or a session does not replay.
    """
    from simkit.probe.node.capture import seen_of
    from simkit.probe.node.compare import run_again
    from simkit.probe.node.cut import write_cases
    from simkit.probe.node.told import print_node
    from simkit.report.progress import Progress

    with redirect_stdout(sys.stderr), Progress(0, "Replaying") as progress:
        what: Any = () if path is None else path
        seen = seen_of(run, node, session=session, agent_was=agent_was, what=what, progress=progress.add)
        told = run_again(seen, run, agent if agent is not None else agent_was, trials)
        if out is not None:
            parent = next(iter(seen.parents.values()))
            count, why = write_cases(seen, run, agent or agent_was or parent.agent(), out)
            say(f"tests: {out}, {count} case{'s' * (count != 1)}" + (f"; not written: {why[0]}" if why else ""))
    if as_json:
        print_json(told.to_json())
    else:
        print_node(told)
    return int(not told.ok)
