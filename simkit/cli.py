"""Arguments in, api called, text out. Human text goes to stderr, results to stdout, exit codes say how it went."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from simkit import __version__
from simkit.console import guarded, print_json, say
from simkit.errors import UsageError

if TYPE_CHECKING:
    from simkit.api import Run

app = App(
    name="simkit",
    help="Rehearse a tool-using agent before customers do: play scenarios, see what it did, how often, and why.",
    help_epilogue=(
        "Start here: `simkit run` plays the shipped scenarios with their demo agents; "
        "`simkit run scenarios/retail --agent my_agent.py:agent` plays yours."
    ),
    version=__version__,
    help_format="markdown",
    suppress_keyboard_interrupt=False,
)

Paths = Annotated[tuple[Path, ...], Parameter(help="Scenario files, domain folders, or folders of those.")]
RunName = Annotated[str, Parameter(help="A run: its name under runs/, its folder, or a database URL.")]
AsJson = Annotated[bool, Parameter(name="--json", negative="", help="Print exactly one JSON object on stdout.")]
Out = Annotated[str | None, Parameter(help="Where the run is kept: a name under runs/, or a path.")]
By = Annotated[str, Parameter(help="State view: tool, world, node, act, or your own file.py:function.")]
Given = Annotated[
    tuple[str, ...], Parameter(help="Only sessions with KEY=VALUE: persona, scenario, domain, tag, trial, outcome.")
]


def _is_share(_: type, value: Any) -> None:
    if value is not None and not 0 <= value <= 1:
        raise ValueError("write a share from 0 to 1, as in 0.9")


FailUnder = Annotated[
    float | None, Parameter(validator=_is_share, help="Exit 1 when the pass rate is below this (0 to 1; 0: never).")
]


Agent = Annotated[
    str | None,
    Parameter(help="file.py:name, module:name, reference, null, demo, model:PROVIDER/NAME, or a URL."),
]
User = Annotated[str | None, Parameter(help="agenda (if left out), scripted, llm:PROVIDER/NAME, or replay:RUN.")]
Trials = Annotated[int | None, Parameter(help="How often each scenario is played with each persona; 1, if left out.")]
Seed = Annotated[int | None, Parameter(help="Reproduces a run byte for byte; 0, if left out.")]
AtOnce = Annotated[int, Parameter(help="Sessions in flight; changes nothing but the speed.")]
Resume = Annotated[bool, Parameter(negative="", help="Go on with the run in --out, on the terms it was begun on.")]
Accept = Annotated[bool, Parameter(negative="", help="Resume though scenarios, personas or agent have changed.")]


@app.command
def run(
    *paths: Annotated[Path, Parameter(help="What to play; the shipped scenarios, if left out.")],
    agent: Agent = None,
    user: User = None,
    trials: Trials = None,
    seed: Seed = None,
    at_once: AtOnce = 64,
    out: Out = None,
    resume: Resume = False,
    accept_changes: Accept = False,
    fail_under: FailUnder = None,
    as_json: AsJson = False,
) -> int:
    """Play scenarios against an agent and tell what it did.

    Exits 1 when a session did not pass (or as `--fail-under` says), 2 for wrong input.
    """
    from simkit import api
    from simkit.report.progress import Progress

    if resume and out is None:
        raise UsageError("--resume needs --out RUN: the run to go on with")
    begun = api.terms_of(out) if resume and out else {}
    chosen = tuple(paths) or tuple(Path(path) for path in begun.get("paths", ())) or _default_paths()
    pack = api.load(*chosen)
    trials = begun.get("trials", 1) if trials is None else trials
    with (
        redirect_stdout(sys.stderr),
        Progress(sum(len(case.personas) for case in pack.cases) * max(trials, 0)) as progress,
    ):
        played = api.run(
            pack,
            begun.get("agent_ref") if agent is None else agent,
            user=user or begun.get("user", "agenda"),
            trials=trials,
            seed=begun.get("seed", 0) if seed is None else seed,
            at_once=at_once,
            out=out or _run_name(agent),
            resume=resume,
            accept_changes=accept_changes,
            progress=lambda score: progress.add(score.outcome),
            paths=[str(path) for path in chosen],
        )
    return _told(played, as_json=as_json, fail_under=1.0 if fail_under is None else fail_under, report=not as_json)


@app.command
def check(
    *paths: Annotated[Path, Parameter(help="What to check.")],
    as_json: AsJson = False,
) -> int:
    """Validate files, play each reference path, and see an empty agent fail: before a token is spent.

    Exits 1 when a scenario does not hold, 2 when a file is wrong.
    """
    from simkit import api
    from simkit.report.progress import Progress

    with redirect_stdout(sys.stderr), Progress(0, "Checking") as progress:
        checked = api.check(*(paths or _default_paths()), progress=lambda score: progress.add(score.outcome))
    found = {
        "scenarios": len(checked.pack.cases),
        "domains": len(checked.pack.domains),
        "personas": len(checked.pack.personas),
    }
    if as_json:
        problems = [{**vars(problem)} for problem in checked.problems]
        print_json({**found, "ok": checked.ok, "problems": problems})
    for problem in checked.problems:
        say(str(problem))
    counted = ", ".join(f"{count} {noun if count != 1 else noun[:-1]}" for noun, count in found.items() if count)
    say(f"{counted}: " + ("all hold" if checked.ok else f"{len(checked.problems)} problems"))
    return 0 if checked.ok else 1


@app.command
def score(run: RunName, *, fail_under: FailUnder = None, as_json: AsJson = False) -> int:
    """Score a run again from its log; no model is needed."""
    from simkit import api

    return _told(api.open_run(run), as_json=as_json, fail_under=fail_under or 0.0, report=False)


@app.command
def graph(
    run: RunName,
    *,
    by: By = "tool",
    given: Given = (),
    format: Annotated[Literal["dot", "graphml", "mermaid", "json"], Parameter(help="How to print it.")] = "dot",
) -> int:
    """Print the state graph of a run: which states were entered, which way it went, how often."""
    from simkit import api

    drawn = api.state_graph(run, by, given)
    print(getattr(drawn, "to_json" if format == "json" else format)())
    return 0


@app.command
def matrix(
    run: RunName,
    *,
    by: By = "tool",
    failures: Annotated[bool, Parameter(negative="", help="Last good state by first failing state.")] = False,
    given: Given = (),
    format: Annotated[Literal["table", "csv", "json"], Parameter(help="How to print it.")] = "table",
) -> int:
    """Print the transition matrix of a run, or with --failures its transition failure matrix."""
    from simkit import api

    counted: Any = (api.failures if failures else api.transitions)(run, by, given)
    if format == "json":
        print_json(counted.to_json())
    else:
        print(counted.csv() if format == "csv" else counted.table(), end="" if format == "csv" else "\n")
    return 0


@app.command
def report(
    run: RunName,
    *,
    out: Annotated[Path | None, Parameter(help="The file; report.html in the run, if left out.")] = None,
) -> int:
    """Write a run as one self-contained HTML page: scores, transcripts, state graph, matrix."""
    from simkit import api

    opened = api.open_run(run)
    path = out or Path(opened.name) / "report.html"
    _write_report(opened, path)
    say(f"report: {path}")
    return 0


@app.command(name="import")
def import_(
    format: Annotated[str, Parameter(help="tau-bench, labeled-traces, openai-messages or jsonl.")],
    file: Annotated[Path, Parameter(help="What to read.")],
    *,
    out: Out = None,
    as_json: AsJson = False,
) -> int:
    """Turn somebody else's recorded sessions into a run that score, matrix, graph and report can read."""
    from simkit import api

    imported = api.import_run(format, file, out or _run_name(file.stem))
    return _told(imported, as_json=as_json, fail_under=0.0, report=False)


@app.command
def export(
    run: RunName,
    *,
    format: Annotated[Literal["jsonl"], Parameter(help="jsonl: the canonical log, one event a line.")] = "jsonl",
    out: Annotated[Path | None, Parameter(help="A file; stdout, if left out.")] = None,
) -> int:
    """Write a run's log out: the same seed gives the same bytes."""
    from simkit import api

    lines = (line for log in api.open_run(run).logs() for line in log.lines())
    if out is None:
        sys.stdout.writelines(f"{line}\n" for line in lines)
    else:
        with out.open("w", encoding="ascii", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)
    return 0


@app.command
def schema(
    *, out: Annotated[Path | None, Parameter(help="A folder; all schemas on stdout, if left out.")] = None
) -> int:
    """Publish the JSON Schemas of scenario, persona and domain files, for editors."""
    from simkit.spec.schema import schemas, write_schemas

    if out is None:
        print_json(schemas())
    else:
        for path in write_schemas(out):
            say(f"wrote {path}")
    return 0


def _told(told: Run, *, as_json: bool, fail_under: float, report: bool) -> int:
    from simkit.report.terminal import print_summary

    summary = told.summary()
    if as_json:
        print_json(summary.to_json())
    else:
        where = {"Transition matrix": f"simkit matrix {told.name}", "Log": f"simkit export {told.name} --format jsonl"}
        if report:
            path = Path(told.name) / "report.html"
            _write_report(told, path)
            where = {"HTML report": str(path), **where}
        else:
            where["HTML report"] = f"simkit report {told.name}"
        print_summary(summary, where)
    rate, errored = summary.total.pass_rate, summary.total.errored
    if fail_under <= 0:
        return 0
    return 1 if errored or rate is None or rate < fail_under else 0


def _write_report(told: Run, path: Path) -> None:
    from simkit.report.html import write_html

    write_html(path, told.summary(), told.scored)


def _default_paths() -> tuple[Path, ...]:
    from simkit.spec.files import shipped

    here = Path("scenarios")
    return (here if here.is_dir() else shipped("scenarios"),)


def _run_name(what: str | None) -> str:
    import re
    import time

    slug = re.sub(r"[^a-z0-9]+", "-", (what or "demo").lower()).strip("-")[-40:] or "run"
    stem = f"{time.strftime('%Y-%m-%d-%H%M%S')}-{slug}"
    number = 1
    name = stem
    while (Path("runs") / name).exists():
        number += 1
        name = f"{stem}-{number}"
    return name


def main(tokens: Sequence[str] | None = None) -> None:
    """The `simkit` command."""
    sys.exit(guarded(lambda: app(tokens, exit_on_error=False, print_error=False, result_action="return_value")))


if __name__ == "__main__":
    main()
