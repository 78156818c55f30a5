"""The chain report as people read it on a terminal, and as CSV."""

from __future__ import annotations

from textwrap import wrap

from simkit.paths.chain.endings import FEW, Bounds, Ending, Lasting
from simkit.paths.chain.report import ChainReport, EdgeWorth, StateWorth
from simkit.paths.states import START
from simkit.paths.table import aligned, clipped, counted, csv_rows

_WIDTH = 100
_ALIKE = 1.5
"""A larger design effect than this is told."""

_SHOWN = 8
"""Edges and loops that are printed; all of them stand in JSON."""


def chain_text(report: ChainReport) -> str:
    """The report in five parts: the run, its states, critical edges by mass and by leverage, loops."""
    parts = [_run(report), _states(report)]
    if report.edges:
        parts += [_by_mass(report), _by_leverage(report)]
    return "\n\n".join([*parts, _circles(report)]) + "\n"


def chain_csv(report: ChainReport) -> str:
    """A row a state."""
    head = ["state", "visits", "value", "low", "high", "steps", "low", "high", "steps if passed", "removal", "again"]
    rows = [
        [
            one.state,
            *(
                "" if value is None else f"{value:.6g}"
                for value in (
                    one.visits,
                    one.value,
                    *one.value_interval,
                    one.steps,
                    *one.steps_interval,
                    one.steps_if_passed,
                    one.removal,
                    one.amplification,
                )
            ),
        ]
        for one in report.states
    ]
    return csv_rows([head, *rows])


def _run(report: ChainReport) -> str:
    lasting = ", ".join(_lasting(one) for one in report.lasting if one.steps is not None)
    ends = ", ".join(_ending(one) for one in report.ends if one.state == START and one.probability > 0)
    lines = [
        f"{counted(report.sessions, 'session')} as a first-order chain, view {report.view}; "
        f"intervals {report.level:.0%}, from {report.resamples} runs of {report.over} drawn anew",
        f"passed {_with(_share(report.passing), _span(report.passing_interval))}; "
        f"{report.steps:.1f} steps to the end{_brackets(report.steps_interval)}",
        f"ended: {lasting or 'few within 10,000 steps'}",
        *wrap(f"ends: {ends}", _WIDTH, subsequent_indent="      "),
        f"after many steps {report.staying:.0%} of those left last another; {report.entropy:.2f} nats of choice a step",
    ]
    if report.passing is not None and report.passing_interval == (None, None):
        lines.append(f"fewer than {FEW} {report.over} say too little for intervals")
    if report.over == "sessions" and report.design_effect > _ALIKE:
        wider = report.design_effect**0.5
        lines.append(
            f"sessions of one scenario are alike: for other scenarios like these, intervals are about {wider:.1f}\n"
            "times as wide; --over scenarios says how wide"
        )
    return "\n".join(lines)


def _lasting(one: Lasting) -> str:
    low, high = one.interval
    span = "" if low is None or high is None or low == high else f" ({low}–{high})"
    return f"{one.share:.0%} within {one.steps}{span}"


def _ending(one: Ending) -> str:
    steps = "" if one.steps is None else f" after {one.steps:.1f} steps{_brackets(one.steps_interval)}"
    return f"{clipped(one.end, 40)} {_with(_share(one.probability), _span(one.interval))}{steps}"


def _states(report: ChainReport) -> str:
    head = ["from", "visits", "P(pass)", "interval", "steps", "interval", "removal", "again", "lingering"]
    return "\n".join(aligned([head, *map(_state, report.states)]))


def _state(one: StateWorth) -> list[str]:
    return [
        clipped(one.state, 28),
        f"{one.visits:.2f}",
        _share(one.value),
        _span(one.value_interval),
        f"{one.steps:.1f}",
        _span(one.steps_interval, ".1f"),
        _share(one.removal),
        f"{one.amplification:.2f}",
        _share(one.lingering),
    ]


def _by_mass(report: ChainReport) -> str:
    head = ["where sessions fail", "n", "of all", "interval", "rank"]
    chosen = [edge for edge in report.edges if edge.failure_mass > 0][:_SHOWN]
    rows = [
        [_edge(one), str(one.count), _share(one.failure_mass), _span(one.mass_interval), _ranks(one.mass_ranks)]
        for one in chosen
    ]
    return "\n".join(aligned([head, *rows])) if rows else "no session failed"


def _by_leverage(report: ChainReport) -> str:
    head = ["what repairing it would gain", "n", "advantage", "gain", "interval", "rank"]
    gaining = [edge for edge in report.edges if edge.leverage and edge.leverage > 0]
    rows = [
        [
            _edge(one),
            str(one.count),
            _points(one.advantage),
            _points(one.leverage or 0.0),
            _span(one.leverage_interval),
            _ranks(one.leverage_ranks),
        ]
        for one in sorted(gaining, key=lambda edge: -(edge.leverage or 0.0))[:_SHOWN]
    ]
    return "\n".join(aligned([head, *rows])) if rows else "no edge, were it never taken, would make more pass"


def _circles(report: ChainReport) -> str:
    lines = [["loops", "longest", "how often"]]
    for loop in report.loops[:_SHOWN]:
        if loop.longest > 1:
            often = f"{loop.long} of {loop.runs} runs longer than chance"
            lines.append([f"{clipped(loop.state, 40)} again", str(loop.longest), often])
    for pair in report.ping_pongs[:_SHOWN]:
        lines.append([" ⇄ ".join(clipped(state, 36) for state in pair.states), str(pair.longest), _in(pair.sessions)])
    for call in report.same_calls[:_SHOWN]:
        lines.append([f"{clipped(call.call, 40)}, same arguments", str(call.longest), _in(call.sessions)])
    return "\n".join(aligned(lines)) if len(lines) > 1 else "no loops"


def _in(sessions: int) -> str:
    return f"in {counted(sessions, 'session')}"


def _edge(one: EdgeWorth) -> str:
    return f"{clipped(one.source, 28)} → {clipped(one.target, 28)}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _points(value: float) -> str:
    return f"{100 * value:+.1f}".replace("-", "−")


def _span(bounds: Bounds, form: str = ".0%") -> str:
    low, high = bounds
    return "" if low is None or high is None else f"{low:{form}}–{high:{form}}".replace("-", "−")


def _with(figure: str, span: str) -> str:
    return f"{figure} {span}" if span else figure


def _brackets(bounds: Bounds) -> str:
    span = _span(bounds, ".1f")
    return f" ({span})" if span else ""


def _ranks(ranks: tuple[int, int] | None) -> str:
    return "" if ranks is None else f"{ranks[0]}–{ranks[1]}" if ranks[0] < ranks[1] else str(ranks[0])
