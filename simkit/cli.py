"""Arguments in, api called, text out. Human text goes to stderr, results to stdout, exit codes say how it went."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from simkit import __version__
from simkit.commands.paths import paths as tell_paths
from simkit.console import Gate, guarded, leave, say, stopping
from simkit.errors import UsageError
from simkit.options import (
    Accept,
    Across,
    Agent,
    AsJson,
    AtOnce,
    Cluster,
    FailUnder,
    Grace,
    Inject,
    Isolate,
    Junit,
    MaxErrored,
    MaxTrials,
    Models,
    Out,
    Perturb,
    Profile,
    Resume,
    RunName,
    Seed,
    Sure,
    Trials,
    Tuples,
    TupleTerms,
    User,
    Workers,
    default_paths,
    perturbed,
)
from simkit.spending import ModelTerms

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


command = partial(app.command, help_epilogue="")
"""Where to start stands under the help of `simkit` itself only."""


@command()
def run(
    *paths: Annotated[Path, Parameter(help="Files, folders, tau2:DOMAIN; the shipped scenarios, if left out.")],
    agent: Agent = None,
    user: User = None,
    inject: Inject = (),
    perturb: Perturb = (),
    tuples: Tuples = TupleTerms(),
    trials: Trials = None,
    until_sure: Sure = False,
    max_trials: MaxTrials = None,
    seed: Seed = None,
    at_once: AtOnce = 64,
    workers: Workers = 1,
    cluster: Cluster = False,
    isolate: Isolate = False,
    out: Out = None,
    resume: Resume = False,
    accept_changes: Accept = False,
    grace: Grace = 30.0,
    fail_under: FailUnder = None,
    max_errored: MaxErrored = 0,
    models: Models = ModelTerms(),
    across: Across = False,
    junit: Junit = None,
    as_json: AsJson = False,
) -> int:
    """Play scenarios against an agent and tell what it did.

    Exits 1 when a session did not pass (or as `--fail-under` and `--max-errored` say), 2 for wrong input or a store
    that cannot be written, 130 or 143 when stopped by Ctrl-C or SIGTERM: go on by `--out RUN --resume`.
    """
    from simkit import api
    from simkit.agents.faulty.rates import with_faults
    from simkit.metrics.statistics.sequential import UntilSure
    from simkit.play.printed import printed_aside
    from simkit.play.suite import Stop
    from simkit.report.progress import Progress
    from simkit.telling import run_name, told_of
    from simkit.trace.manifest import folder_of

    if resume and not out:
        raise UsageError("--resume needs --out RUN: the run to go on with")
    begun = api.terms_of(out) if resume and out else {}
    if resume and out and not begun and not paths and agent is None:
        api.open_run(out)  # nothing says what to play, so the run has to be there
    chosen = tuples.applied(paths or begun.get("paths") or default_paths(), seed)
    pack = api.load(*chosen)
    trials = begun.get("trials", 1) if trials is None else trials
    sure = UntilSure.asked(begun.get("until_sure"), until_sure, fail_under, max_trials)
    name = run_name("faults" if inject else agent) if out is None else out
    with (
        redirect_stdout(sys.stderr),
        Progress(sum(len(case.personas) for case in pack.cases) * max(trials, 0)) as progress,
        printed_aside(None if "://" in name else folder_of(name) / "printed.txt"),
    ):
        played = api.run(
            pack,
            with_faults(begun.get("agent_ref") if agent is None else agent, inject),
            user=perturbed(user or begun.get("user", "agenda"), perturb),
            trials=trials,
            seed=begun.get("seed", 0) if seed is None else seed,
            at_once=at_once,
            workers=workers,
            cluster=cluster,
            isolate=isolate,
            out=name,
            resume=resume,
            accept_changes=accept_changes,
            progress=lambda score: progress.add(score.outcome),
            paths=[str(path) for path in chosen],
            stop=Stop(grace, stopping(grace)),
            models=models.or_else(begun.get("models", {})),
            until_sure=sure,
        )
    gate = Gate(1.0 if fail_under is None else fail_under, max_errored)
    return told_of(played, as_json=as_json, gate=gate, report=not as_json, junit=junit, across=across)


command(
    "simkit.commands.check:check",
    help="Prove scenarios and domains before a token is spent: what does not hold, and what is doubtful.",
)


@command()
def score(
    run: RunName,
    *,
    profile: Profile = "simkit",
    fail_under: FailUnder = None,
    max_errored: MaxErrored = None,
    across: Across = False,
    as_json: AsJson = False,
) -> int:
    """Score a run again from its log; no model is needed.

    Exits 1 as `--fail-under` and `--max-errored` say (with the first, 0 may be invalid if the second is left out).
    """
    from simkit import api
    from simkit.telling import told_of, told_of_tau2

    if profile == "tau2" and across:
        raise UsageError("--across tells of simkit's own scores; leave out --profile tau2")
    if profile == "tau2":
        return told_of_tau2(api.open_run(run), as_json=as_json, fail_under=fail_under or 0.0)
    if max_errored is None and fail_under:
        max_errored = 0
    gate = Gate(fail_under or 0.0, max_errored)
    return told_of(api.open_run(run), as_json=as_json, gate=gate, report=False, across=across)


command(
    "simkit.commands.graph:graph",
    help="Draw the state graph of a run: which states were entered, which way it went, how often.",
)
command(
    "simkit.commands.matrix:matrix",
    help="Print the transition matrix of a run: what came after what, how often, and how far a Markov chain fits. "
    "`--chain` tells what follows from it, `--interval` how sure each probability is, `--failures` where sessions "
    "first went wrong, `--against RUN` whether another run's agent behaves differently.",
)
command("simkit.commands.compare:compare", help="Compare run B with run A: improved, regressed, or inconclusive.")
command("simkit.commands.coverage:coverage", help="What runs have played of all there is, and what fills the holes.")
command(tell_paths, name="paths")
command("simkit.commands.power:power", help="Tell how many sessions it takes to see a changed share.")
command(
    "simkit.commands.fork:fork",
    help="Take a session up again at one event, with one thing changed, many times; or find the turn that doomed it.",
)
command(
    "simkit.commands.perturb:perturb",
    help="Say it otherwise, meaning the same: does the outcome stay? What broke is shown side by side.",
)
app.command("simkit.commands.new:new", help="Begin a domain, a persona or a scenario: files that pass `check` at once.")
app.command("simkit.commands.draft:draft", help="Make domains and cases from what exists already.")
command(
    "simkit.commands.node:node",
    help="Run one node of a LangGraph agent alone, on the inputs that it had, and compare with what happened.",
)
command(
    "simkit.commands.fuzz:fuzz",
    help="Play sessions that nobody wrote, held against rules and properties; what breaks becomes small scenarios.",
)
command(
    "simkit.commands.shrink:shrink",
    help="Make a failing session as small as it gets: the smallest scenario that still fails the same way.",
)


@command()
def report(
    run: RunName,
    *,
    out: Annotated[Path | None, Parameter(help="The file; report.html in the run, if left out.")] = None,
) -> int:
    """Write a run as one self-contained HTML page: scores, transcripts, state graph, matrix."""
    from simkit import api
    from simkit.telling import write_report

    opened = api.open_run(run)
    path = out or (Path(opened.name) if opened.store.folder else Path()) / "report.html"
    write_report(opened, path)
    say(f"report: {path}")
    return 0


command("simkit.commands.view:view", help="Serve a run's page on this machine, live while the run goes on.")


@command(name="import")
def import_(
    format: Annotated[str, Parameter(help="tau-bench, tau2, labeled-traces, openai-messages or jsonl.")],
    file: Annotated[Path, Parameter(help="What to read.")],
    *,
    out: Out = None,
    as_json: AsJson = False,
) -> int:
    """Turn somebody else's recorded sessions into a run that score, matrix, graph and report can read."""
    from simkit import api
    from simkit.telling import run_name, told_of

    imported = api.import_run(format, file, run_name(file.stem) if out is None else out)
    return told_of(imported, as_json=as_json, gate=Gate(), report=False)


command(
    "simkit.commands.export:export",
    help="Write a run's sessions for other programs: the canonical log, a table, training examples, traces.",
)
command("simkit.commands.publish:explain_limits", help="Print every limit: its value, and where to change it.")
command("simkit.commands.publish:schema", help="Publish the JSON Schemas of all files that people write.")


def main(tokens: Sequence[str] | None = None) -> None:
    """The `simkit` command."""
    leave(guarded(lambda: app(tokens, exit_on_error=False, print_error=False, result_action="return_value")))


if __name__ == "__main__":
    main()
