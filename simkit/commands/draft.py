"""`simkit draft …`: domains and cases made from what exists already."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter
from cyclopts.validators import Number

from simkit.commands.coverage import Files
from simkit.console import say
from simkit.errors import SimkitError, UsageError
from simkit.options import Tuples, TupleTerms

if TYPE_CHECKING:
    from simkit.design.draft.cases.case import Draft
    from simkit.design.draft.plan import Plan

draft = App(
    name="draft",
    help="Make domains and cases from what exists: an API's description, dimensions, the holes in what was played.",
    help_epilogue="Try: `simkit draft domain shop --openapi openapi.yaml`, then `simkit check scenarios/shop`.",
)


@draft.command
def domain(
    name: Annotated[str, Parameter(help="Small letters, digits, '-', '_': the folder is called so, too.")],
    *,
    openapi: Annotated[Path | None, Parameter(help="An OpenAPI 3 or Swagger 2 file, YAML or JSON.")] = None,
    sql: Annotated[str | None, Parameter(help="A database: sqlite:///FILE or postgresql://USER@HOST/NAME.")] = None,
    traces: Annotated[str | None, Parameter(help="Recorded sessions: a file (with --format), or a run.")] = None,
    mcp: Annotated[str | None, Parameter(help="An MCP server: a command in quotes, or a URL.")] = None,
    record: Annotated[
        int,
        Parameter(validator=Number(gte=0, lte=50), help="With --mcp: N answers of each look-up; no live calls."),
    ] = 0,
    format: Annotated[str | None, Parameter(help="With --traces: as for `simkit import`.")] = None,
    only: Annotated[
        tuple[str, ...], Parameter(negative="", help="Operations by id, tag or path, or tables; `*` allowed.")
    ] = (),
    writes: Annotated[bool, Parameter(negative="", help="With --sql: tools that add, change and remove, too.")] = False,
    rows: Annotated[int, Parameter(validator=Number(gte=1, lte=1000), help="With --sql: of each table, at most.")] = 40,
    model: Annotated[
        str | None, Parameter(help="PROVIDER/NAME: also writes policy, personas and wordings, which are checked.")
    ] = None,
    scenarios: Annotated[int, Parameter(validator=Number(gte=0, lte=500), help="Cases to draft, at most.")] = 20,
    into: Annotated[Path, Parameter(help="The folder it goes into.")] = Path("scenarios"),
) -> int:
    """Draft a domain from what exists: tools over a stateful world, records, rules, a policy to fill, cases.

    - `--openapi FILE`: each operation becomes a typed function in tools.py that lists, reads, makes, changes, removes
      or acts on records, as the API would. What the file cannot say is marked TODO.
    - `--sql DSN`: tables and rows become the world, with tools to list and look up. What looks secret is left out, what
      looks personal is replaced by made-up values.

    - `--mcp SERVER`: the server's tools, called for real while sessions are played; with `--record N`, answering with
      what N calls of each look-up gave. What is not marked read-only is never called while drafting.
    - `--traces FILE --format FORMAT`, `--traces RUN`: what was called becomes tools, what was answered the world, who
      talked personas, and sessions that passed cases.

    Every case has a reference path that was tried. Nothing is overwritten.
    """
    from simkit.design.draft.drafting import write_domain
    from simkit.design.scaffold.files import beside, free, named

    folder = into / named(name, "domain")
    if [openapi, sql, traces, mcp].count(None) != 3:
        raise UsageError("say what to draft from, one thing: --openapi FILE, --mcp SERVER, --sql DSN or --traces FILE")
    if openapi is None or openapi.is_file():  # a mistyped file is told first
        free(folder)
    if openapi is not None:
        from simkit.design.draft.openapi.plan import plan_of_openapi

        plan = plan_of_openapi(name, openapi, only)
    elif sql is not None:
        from simkit.design.draft.sql import plan_of_sql

        plan = plan_of_sql(name, sql, only, rows, writes=writes)
    elif mcp is not None:
        plan = _of_mcp(name, mcp, record)
    else:
        plan = _of_traces(name, str(traces), format)
    made = write_domain(plan, folder, scenarios)
    beside(into)
    try:
        left = 0 if plan.server else _unproven(folder)  # a live server is not played with for nothing
    except SimkitError:
        shutil.rmtree(folder)  # what cannot be read teaches nobody
        raise
    told = [] if model is None else _by_model(folder, model, made.cases)
    say(f"wrote {folder}: {made.tools} tools, {made.tables} tables, {len(made.cases) - left} cases")
    unproven = f"cases left out, for which simkit check did not hold: {left}"
    for note in (*made.notes, *told, *([unproven] if left else ())):
        say(f"note: {note}")
    say(f"next: simkit check {folder}; then read {folder / 'tools.py'} and search it for TODO")
    return 0


def _by_model(folder: Path, refs: str, cases: Sequence[Draft]) -> list[str]:
    """Let a model write what is prose, and keep of it what holds."""
    from functools import partial

    from anyio.from_thread import start_blocking_portal

    from simkit import api
    from simkit.design.draft.words.model import worded
    from simkit.llm import open_model

    model = open_model(refs)
    kept = [case for case in cases if (folder / f"{case.name}.yaml").is_file()]
    with start_blocking_portal() as portal:
        return worded(
            folder,
            kept,
            lambda messages, shape: portal.call(partial(model, messages, shape=shape)),
            lambda: {Path(problem.path).name for problem in api.check(folder).problems},
        )


def _of_mcp(name: str, where: str, record: int) -> Plan:
    """The plan over the tools of a server, which is asked for examples of what only reads."""
    from simkit.design.draft.mcp import Offered, plan_of_mcp
    from simkit.errors import Refused, one_line
    from simkit.guests.mcp import Server
    from simkit.play.world import Start, World

    server, world = Server(where), World(Start({}))

    def ask(tool: str, arguments: dict[str, Any]) -> tuple[Any, str]:
        try:
            return server.call(world, tool, arguments), ""
        except (Refused, Exception) as error:
            return None, one_line(error, 200) or "refused"

    try:
        offered = [
            Offered(
                tool.name,
                one_line(tool.description or tool.title or "", 600),
                tool.input_schema,
                bool(tool.annotations and tool.annotations.read_only_hint),
            )
            for tool in server.tools()
        ]
        if not offered:
            raise UsageError(f"{one_line(where, 80)}: the server has no tools")
        return plan_of_mcp(name, where, offered, ask, record or 2, live=not record)
    finally:
        server.close()


def _of_traces(name: str, traces: str, format: str | None) -> Plan:
    """The plan over the sessions of a run, or of a file in a format that can be imported."""
    from simkit import api
    from simkit.design.draft.traces import plan_of_traces

    run = api.open_run(traces) if format is None else api.import_run(format, traces)
    sessions = ((episode.log, outcome == "pass") for episode, outcome in run.scored.outcomes())
    return plan_of_traces(name, f"recorded sessions, {Path(traces).name}", sessions)


def _unproven(folder: Path) -> int:
    """Take out the drafted cases for which `simkit check` does not hold; gives how many."""
    from simkit import api

    wrong = {Path(problem.path) for problem in api.check(folder).problems}
    for file in wrong:
        if file.is_file() and file.suffix == ".yaml" and file.name != "domain.yaml":
            file.unlink()
    return len(wrong)


@draft.command(help_epilogue="Try: `simkit draft cover scenarios/retail/returns.dimensions.yaml --out drafted`.")
def cover(
    file: Annotated[Path, Parameter(help="A dimensions file: NAME.dimensions.yaml.")],
    *,
    tuples: Tuples = TupleTerms(),
    seed: Annotated[int, Parameter(help="Of the tuples that --sample draws.")] = 0,
    out: Annotated[Path | None, Parameter(help="A folder, for a file each; stdout, if left out.")] = None,
) -> int:
    """Write the scenarios that a dimensions file makes, to be changed by hand.

    To play them there is no need to: `simkit run FILE` makes the same ones.
    """
    from simkit.design.dimensions.written import scenarios

    (path,) = tuples.applied([file], seed)
    made = list(scenarios(path))
    return _put(made, out)


@draft.command(help_epilogue="Try: `simkit coverage RUN`, then `simkit draft fill RUN --out more`.")
def fill(
    *runs: Annotated[str, Parameter(help="The runs whose holes are to be filled.")],
    dimensions: Files = (),
    most: Annotated[int, Parameter(help="Scenarios, at most.")] = 20,
    out: Annotated[Path | None, Parameter(help="A folder, for a file each; stdout, if left out.")] = None,
) -> int:
    """Write the scenarios that play what these runs never played, the largest holes first.

    They are tuples of the dimensions that the runs were made from, and scenarios of their domains that were left out.
    `simkit coverage` shows the holes.
    """
    from simkit import api

    coverage = api.coverage(*runs, dimensions=dimensions)
    made = coverage.fills(most)
    if not made:
        say(_nothing_fills(len(coverage.holes)))
        return 0
    return _put(made, out)


def _nothing_fills(holes: int) -> str:
    if not holes:
        return "no scenario is needed: there is no hole"
    return (
        f"no scenario is there that would fill one of the {holes} holes; simkit coverage names the nearest, to write "
        "one like it, and simkit new scenario begins one"
    )


def _put(made: Sequence[tuple[str, str]], out: Path | None) -> int:
    """Write scenarios, name and text each, into a folder or on stdout. Raises `UsageError` where a file is there."""
    from simkit.design.scaffold.files import free, written

    if out is None:
        print("---\n".join(text for _, text in made), end="")
    else:
        schema = out.parent / "scenario.schema.json"
        first = "# yaml-language-server: $schema=../scenario.schema.json\n" if schema.exists() else ""
        written({free(out / f"{name}.yaml"): first + text for name, text in made})
    say(f"{len(made)} scenario{'s' * (len(made) != 1)}" + (f" in {out}" if out else ""))
    return 0
