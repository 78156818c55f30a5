"""Arguments in, api called, text out. Human text goes to stderr, results to stdout, exit codes say how it went."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter

from simkit import __version__
from simkit.errors import SimkitError, one_line

if TYPE_CHECKING:
    from simkit.api import Run

app = App(
    name="simkit",
    help="Rehearse a tool-using agent before customers do: play scenarios, see what it did, how often, and why it failed.",
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
Json = Annotated[bool, Parameter(negative="", help="Print exactly one JSON object on stdout.")]
By = Annotated[str, Parameter(help="State view: tool, world, node, act, or your own file.py:function.")]
Given = Annotated[
    tuple[str, ...], Parameter(help="Only sessions with KEY=VALUE: persona, scenario, domain, tag, trial, outcome.")
]
FailUnder = Annotated[float | None, Parameter(help="Exit 1 when the pass rate is below this (0 to 1; 0: never).")]


@app.command
def run(
    *paths: Annotated[Path, Parameter(help="What to play; the shipped scenarios, if left out.")],
    agent: Annotated[
        str | None,
        Parameter(help="file.py:name, module:name, reference, null, demo, model:PROVIDER/NAME, or a URL."),
    ] = None,
    user: Annotated[str, Parameter(help="agenda, scripted, llm:PROVIDER/NAME, or replay:RUN.")] = "agenda",
    trials: Annotated[int, Parameter(help="How often each scenario is played with each persona.")] = 1,
    seed: Annotated[int, Parameter(help="Reproduces a run byte for byte.")] = 0,
    at_once: Annotated[int, Parameter(help="Sessions in flight; changes nothing but the speed.")] = 64,
    out: Annotated[str | None, Parameter(help="Where the run is kept: a name under runs/, or a path.")] = None,
    fail_under: FailUnder = None,
    as_json: Annotated[Json, Parameter(name="--json")] = False,
) -> int:
    """Play scenarios against an agent and tell what it did.

    Exits 1 when a session did not pass (or as `--fail-under` says), 2 for wrong input.
    """
    from simkit import api
    from simkit.report.progress import Progress

    pack = api.load(*(paths or _default_paths()))
    total = sum(len(case.personas) for case in pack.cases) * max(trials, 0)
    name = out or _run_name(agent)
    with Progress(total) as progress:
        played = api.run(
            pack,
            agent,
            user=user,
            trials=trials,
            seed=seed,
            at_once=at_once,
            out=name,
            progress=lambda score: progress.add(score.outcome),
            manifest={"paths": [str(path) for path in paths]},
        )
    return _told(played, as_json=as_json, fail_under=1.0 if fail_under is None else fail_under, report=not as_json)


@app.command
def check(
    *paths: Annotated[Path, Parameter(help="What to check.")],
    as_json: Annotated[Json, Parameter(name="--json")] = False,
) -> int:
    """Validate files, play each reference path, and see an empty agent fail: before a token is spent.

    Exits 1 when a scenario does not hold, 2 when a file is wrong.
    """
    from simkit import api
    from simkit.report.progress import Progress

    with Progress(0, "Checking") as progress:
        checked = api.check(*(paths or _default_paths()), progress=lambda score: progress.add(score.outcome))
    found = {
        "scenarios": len(checked.pack.cases),
        "domains": len(checked.pack.domains),
        "personas": len(checked.pack.personas),
    }
    if as_json:
        problems = [{**vars(problem)} for problem in checked.problems]
        _print_json({**found, "ok": checked.ok, "problems": problems})
    for problem in checked.problems:
        _say(str(problem))
    counted = ", ".join(f"{count} {noun if count != 1 else noun[:-1]}" for noun, count in found.items() if count)
    _say(f"{counted}: " + ("all hold" if checked.ok else f"{len(checked.problems)} problems"))
    return 0 if checked.ok else 1


@app.command
def score(
    run: RunName, *, fail_under: FailUnder = None, as_json: Annotated[Json, Parameter(name="--json")] = False
) -> int:
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
        _print_json(counted.to_json())
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
    _say(f"report: {path}")
    return 0


@app.command(name="import")
def import_(
    format: Annotated[str, Parameter(help="tau-bench, labeled-traces, openai-messages or jsonl.")],
    file: Annotated[Path, Parameter(help="What to read.")],
    *,
    out: Annotated[str | None, Parameter(help="Where the run is kept: a name under runs/, or a path.")] = None,
    as_json: Annotated[Json, Parameter(name="--json")] = False,
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
        _print_json(schemas())
    else:
        for path in write_schemas(out):
            _say(f"wrote {path}")
    return 0


def _told(told: Run, *, as_json: bool, fail_under: float, report: bool) -> int:
    from simkit.report.terminal import print_summary

    summary = told.summary()
    if as_json:
        _print_json(summary.to_json())
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


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=True))


def _say(text: str) -> None:
    print(one_line(text, 1000), file=sys.stderr)


def _complain(text: str) -> None:
    _say(f"simkit: error: {text}")


def main(tokens: Sequence[str] | None = None) -> None:
    """The `simkit` command."""
    sys.exit(_guarded(lambda: app(tokens, exit_on_error=False, print_error=False, result_action="return_value")))


def _guarded(command: Callable[[], Any]) -> int:
    try:
        code = command()
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except SimkitError as error:
        for line in error.lines():
            _complain(line)
        return 2
    except CycloptsError as error:
        _complain(f"{one_line(error)}; see simkit --help")
        return 2
    except BrokenPipeError:
        # Whoever read our output has seen enough; what was played is kept all the same.
        sys.stdout = None  # type: ignore[assignment]
        return 0
    except KeyboardInterrupt:
        _say("simkit: interrupted; every finished session is kept")
        return 130


if __name__ == "__main__":
    main()
