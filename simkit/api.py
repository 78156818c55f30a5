"""The whole journey on one page: load · check · run · play_case · score · transitions.

import simkit

pack = simkit.load("scenarios/retail")
run = simkit.run(pack, agent=my_agent, trials=4, out="nightly")
print(run.summary().total.pass_rate)
print(simkit.transitions(run, by="tool").table())
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from simkit.errors import UsageError
from simkit.lint.check import check
from simkit.lint.finding import Checked, Problem
from simkit.metrics.score import Outcome, SessionScore
from simkit.metrics.session import Metric, first_slip
from simkit.runs import Run, Scored, Sources, import_run, load, open_run, play_case, run, terms_of

if TYPE_CHECKING:
    from datetime import datetime

    from simkit.design.coverage.reading import Coverage
    from simkit.metrics.comparing.across import Across
    from simkit.metrics.comparing.values import Comparison, Over
    from simkit.paths.chain import Absorption
    from simkit.paths.change.relabel import Unit
    from simkit.paths.change.result import Change
    from simkit.paths.episode import Episode
    from simkit.paths.failures import FailureMatrix
    from simkit.paths.given import Turns
    from simkit.paths.graph import StateGraph
    from simkit.paths.matrix import TransitionMatrix
    from simkit.paths.reading import Asked, MatrixReading
    from simkit.paths.sequences.told import Sequences
    from simkit.paths.states import View
    from simkit.paths.walks import Walks
    from simkit.probe.fork.plays import Terms
    from simkit.probe.fork.point import Change as Changed
    from simkit.probe.fork.result import Forked
    from simkit.probe.fork.turns import Turns as ForkedTurns
    from simkit.probe.node.compare import NodeTold
    from simkit.report.exports.formats import Exported

__all__ = [
    "Checked",
    "Problem",
    "Run",
    "Scored",
    "Sources",
    "absorption",
    "across",
    "changes",
    "check",
    "compare",
    "coverage",
    "export",
    "failures",
    "fork",
    "fork_each_turn",
    "import_run",
    "load",
    "node",
    "open_run",
    "play_case",
    "reading",
    "run",
    "score",
    "sequences",
    "state_graph",
    "terms_of",
    "transitions",
    "walks",
]


def score(run: Run | str | Path, metrics: Sequence[Metric] = ()) -> tuple[SessionScore, ...]:
    """Score a run again from its log, with further metrics `(Episode) -> Score` if given. No model is needed."""
    return tuple(one for _, one in Run(_opened(run).store, tuple(metrics)).scored)


def transitions(run: Run | str | Path, by: str = "tool", given: Sequence[str] = ()) -> TransitionMatrix:
    """The transition matrix of a run in a state view, of the sessions for which every `KEY=VALUE` in `given` holds;
    with `turn=2-4`, of what led to things within these turns of the user."""
    from simkit.paths.given import split_turns
    from simkit.paths.matrix import matrix_of
    from simkit.paths.states import state_sequence

    given, within = split_turns(given)
    if within is not None:
        return _within_turns(run, by, given, within)
    states, chosen = _view(run, by), _chosen(run, given)
    return matrix_of((state_sequence(episode, states, outcome) for episode, outcome in chosen), by)


def walks(run: Run | str | Path, by: str = "tool", given: Sequence[str] = ()) -> Walks:
    """Every session's way through the states of a view, coded: what sequences, change tests and exports read."""
    from simkit.paths.states import step_sequence
    from simkit.paths.walks import walks_of

    states, chosen = _view(run, by), _chosen(run, given)
    named = ((episode.log.session, step_sequence(episode, states, outcome)) for episode, outcome in chosen)
    return walks_of(named, by)


def sequences(
    run: Run | str | Path, by: str = "tool", given: Sequence[str] = (), *, model: str | Path | None = None
) -> Sequences:
    """Whole sessions as sequences: ways and their parts, first divergences, sessions that go alike, states at each
    step, and whether sessions keep to the automaton in the YAML file `model` (left out: to what passing ones did)."""
    from simkit.paths.sequences.automaton import read_automaton
    from simkit.paths.sequences.told import sequences as told

    plan = None if model is None else read_automaton(model)
    return told(walks(run, by, given), plan)


def changes(
    before: Run | str | Path,
    after: Run | str | Path,
    by: str = "tool",
    given: Sequence[str] = (),
    *,
    unit: Unit | None = None,
    permutations: int = 999,
    seed: int = 0,
) -> Change:
    """Whether, where and by how much the second run behaves differently from the first: a permutation test of whole
    sessions or tasks, paired where both played the same scenarios. Raises UsageError where nothing can be compared."""
    from simkit.paths.change.verdict import change

    opened = _opened(before), _opened(after)
    one, two = (walks(run, by, given) for run in opened)
    names = (opened[0].name, opened[1].name)
    return change(one, two, names=names, unit=unit, permutations=permutations, seed=seed)


def _within_turns(run: Run | str | Path, by: str, given: Sequence[str], turns: Turns) -> TransitionMatrix:
    from simkit.paths.matrix import matrix_of_pairs
    from simkit.paths.states import step_sequence, within_turns

    states, pairs, sessions = _view(run, by), Counter[tuple[str, str]](), 0
    for episode, outcome in _chosen(run, given):
        pairs.update(within_turns(episode, step_sequence(episode, states, outcome), turns))
        sessions += 1
    return matrix_of_pairs(pairs, by, sessions)


def state_graph(run: Run | str | Path, by: str = "tool", given: Sequence[str] = ()) -> StateGraph:
    """The pooled state graph of a run in a state view."""
    from simkit.paths.graph import graph_of
    from simkit.paths.states import step_sequence

    states, chosen = _view(run, by), _chosen(run, given)
    return graph_of((step_sequence(episode, states, outcome) for episode, outcome in chosen), by)


def reading(
    run: Run | str | Path, by: str = "tool", given: Sequence[str] = (), asked: Asked | None = None
) -> MatrixReading:
    """The transition matrix of a run with the certificate of its fit and, as asked, intervals and the whole chain."""
    from simkit.paths.chain.loops import SameCalls
    from simkit.paths.reading import Asked, MatrixReading
    from simkit.paths.states import step_sequence
    from simkit.paths.walks import walks_of

    states, chosen, again = _view(run, by), _chosen(run, given), SameCalls()
    named = ((again.of(one).log.session, step_sequence(one, states, outcome)) for one, outcome in chosen)
    found = walks_of(named, by)
    return MatrixReading(found, asked or Asked(), again.found())


def absorption(run: Run | str | Path, by: str = "tool", given: Sequence[str] = ()) -> Absorption:
    """For each state of a run: the probability of each end, and the expected steps to it."""
    from simkit.paths.chain import absorption as absorbed

    return absorbed(transitions(run, by, given))


def failures(run: Run | str | Path, by: str = "tool", given: Sequence[str] = ()) -> FailureMatrix:
    """The transition failure matrix: from people's labels where there are any, else from the first failing event.
    Sessions that slipped and passed all the same are its `recovered`."""
    from simkit.paths.failures import failures_of
    from simkit.paths.given import meeting

    states = _view(run, by)
    chosen = meeting(_opened(run).scored, given, lambda score: score.outcome)
    return failures_of(((episode, first_slip(score), score.outcome) for episode, score in chosen), states, slips=True)


def compare(
    run_a: Run | str | Path, run_b: Run | str | Path, metrics: Sequence[Metric] = (), over: Over | None = None
) -> Comparison:
    """Run B against run A, paired by scenario and persona: what improved, what regressed, what cannot be told.

    `metrics`: further ones `(Episode) -> Score` of which more is better. `over`: whether the verdict is about scenarios
    like these (if left out: from 6 shared scenarios on) or about exactly these (`trials`). Raises UsageError for runs
    that share no scenario.
    """
    from simkit.metrics.comparing.cells import RunCells
    from simkit.metrics.comparing.comparison import compare as compared

    cells, names = [], [getattr(metric, "__name__", type(metric).__name__) for metric in metrics]
    for one in (_opened(run_a), _opened(run_b)):
        cells.append(RunCells(one.name))
        for episode, scored in (Run(one.store, tuple(metrics)) if metrics else one).scored:
            cells[-1].add(episode, scored, names)
    return compared(*cells, over=over)


def coverage(*runs: Run | str | Path, dimensions: Sequence[str | Path] = ()) -> Coverage:
    """What runs have played of all there is: pairs of dimensions, tools, refusals, rules, things, transitions, and what
    they have not. `dimensions`: files that stand neither in a domain's folder nor in what the runs were given."""
    from simkit.design.coverage.reading import coverage_of

    if not runs:
        raise UsageError("name at least one run, as in runs/2026-01-31; simkit run PATH --out NAME makes one")
    opened = [_opened(run) for run in runs]
    paths = [path for run in opened for path in run.store.manifest.get("paths", ())]
    scored = (one for run in opened for one in run.scored)
    return coverage_of(scored, paths, [Path(file) for file in dimensions])


def across(run: Run | str | Path) -> Across:
    """One agent across the domains of a run: failures and tool-use errors by domain, those marked that lag behind."""
    from simkit.metrics.comparing.across import across as found

    return found(_opened(run).scored)


def fork(
    run: str | Path,
    session: str,
    at: int,
    change: Changed | None = None,
    terms: Terms | None = None,
    what: Sources = (),
) -> Forked:
    """A recorded session played on from its event `at`, as it was and with one thing changed there.

    `what`: the files of its domain, if not those that the run was played from. Raises `SimkitError` where it cannot be.
    """
    from simkit.probe.fork.parent import parent_of
    from simkit.probe.fork.plays import Terms
    from simkit.probe.fork.point import UNCHANGED
    from simkit.probe.fork.result import fork as forked

    return forked(parent_of(run, session, what), at, change or UNCHANGED, terms or Terms(trials=10))


def fork_each_turn(run: str | Path, session: str, terms: Terms | None = None, what: Sources = ()) -> ForkedTurns:
    """A recorded session played on after each of its turns, and the one that doomed it. Raises as `fork`."""
    from simkit.probe.fork.parent import parent_of
    from simkit.probe.fork.plays import Terms
    from simkit.probe.fork.turns import each_turn

    return each_turn(parent_of(run, session, what), terms or Terms(trials=10))


def node(
    run: str | Path, node: str, agent: Any = None, *, session: str | None = None, trials: int = 1, what: Sources = ()
) -> NodeTold:
    """One node of a LangGraph agent (None: of the one that was played) on the inputs that it had in a run, against what
    happened. Raises `SimkitError` where there is no such node, and for agents that are no graph."""
    from simkit.probe.node.capture import seen_of
    from simkit.probe.node.compare import run_again

    return run_again(seen_of(str(run), node, session=session, what=what), str(run), agent, trials)


def export(
    run: Run | str | Path,
    out: Path | TextIO,
    format: str = "jsonl",
    given: Sequence[str] = (),
    *,
    times: bool = False,
    begins: datetime | None = None,
) -> Exported:
    """Write the sessions for which every `KEY=VALUE` in `given` holds to a file or stream: `jsonl`, `parquet`, `sft` or
    `otel`. With `times`, what the run noted of time goes along; `begins`: when an `otel` session begins."""
    from simkit import __version__
    from simkit.report.exports import formats, otel

    opened = _opened(run)
    chosen = ((episode.log, outcome) for episode, outcome in _chosen(opened, given))
    sessions = chosen if given or format == "otel" else ((log, "") for log in opened.logs())
    return formats.export(sessions, format, out, __version__, otel.Clock(begins or otel.Clock.begins, times))


def _view(run: Run | str | Path, by: str) -> View:
    from simkit.paths.parts import refuse_unknown_arguments
    from simkit.paths.states import view

    states = view(by)
    refuse_unknown_arguments(by, (episode for episode, _ in _chosen(run, ())))
    return states


def _chosen(run: Run | str | Path, given: Sequence[str]) -> Iterator[tuple[Episode, Outcome]]:
    from simkit.paths.given import meeting

    return meeting(_opened(run).scored.outcomes(), given, lambda outcome: outcome)


def _opened(run: Run | str | Path) -> Run:
    return run if isinstance(run, Run) else open_run(run)
