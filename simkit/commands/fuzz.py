"""`simkit fuzz DOMAIN`: sessions nobody wrote, held against rules and properties; what breaks becomes scenarios."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from simkit.console import print_json, say
from simkit.errors import UsageError
from simkit.options import Agent, AsJson, Inject, Models
from simkit.spending import ModelTerms

if TYPE_CHECKING:
    from simkit.metrics.properties import Property


def fuzz(
    domain: Annotated[Path, Parameter(help="A domain's folder, or some of its scenario files.")],
    *,
    agent: Agent = None,
    inject: Inject = (),
    property: Annotated[
        tuple[str, ...],
        Parameter(negative_iterable=(), help="file.py:name or module:name: a function (Episode) that must not raise."),
    ] = (),
    max_sessions: Annotated[int, Parameter(validator=Number(gte=1), help="Sessions to draw and play.")] = 200,
    shrink_sessions: Annotated[
        int, Parameter(validator=Number(gte=0), help="Sessions more, for each thing found, to make it smaller.")
    ] = 500,
    seed: Annotated[int, Parameter(help="Draws the same sessions again.")] = 0,
    at_once: Annotated[int, Parameter(validator=Number(gte=1), help="Sessions in flight.")] = 64,
    out: Annotated[str | None, Parameter(help="A folder for what is found: a name under runs/, or a path.")] = None,
    models: Models = ModelTerms(),
    as_json: AsJson = False,
) -> int:
    """Play sessions that nobody wrote: a domain's own, with other people, records, facts, minds, words and faults.

    Held against the domain's rules, what needs no goal among the tool-use errors, and `--property`. Whatever breaks
    becomes a small scenario file that still breaks it, and a test. Exits 1 when something was found.
    """
    from simkit.agents.faulty.rates import with_faults
    from simkit.probe.fuzz.session import Terms
    from simkit.probe.fuzz.session import fuzz as fuzzed
    from simkit.report.progress import Progress
    from simkit.telling import run_name
    from simkit.trace.manifest import folder_of

    terms = Terms(
        agent=with_faults(agent, inject),
        properties=tuple(_property(ref) for ref in property),
        max_sessions=max_sessions,
        shrink_sessions=shrink_sessions,
        seed=seed,
        at_once=at_once,
        models=models,
    )
    folder = folder_of(run_name(f"fuzz-{domain.name}") if out is None else out)
    with redirect_stdout(sys.stderr), Progress(max_sessions, "Fuzzing") as progress:
        found = fuzzed(domain, folder, terms, progress.add)
    if as_json:
        print_json(found.to_json())
    else:
        from simkit.report.shrunk import print_fuzzed

        print_fuzzed(found.to_json())
        if found.found:
            say(f"scenarios and tests: {folder}")
    if found.interrupted:
        say("simkit: interrupted; what was found is kept, but not all of it made smaller")
        return 130
    return int(bool(found.found))


def _property(ref: str) -> Property:
    from simkit.agents.resolve import named_thing

    try:
        found: Any = named_thing(ref)
    except UsageError as error:
        raise UsageError(str(error).replace("--agent", "--property").replace("no agent", "no property")) from None
    if not callable(found):
        raise UsageError(f"--property {ref}: is no function; write one that takes an episode")
    return found
