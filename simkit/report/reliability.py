"""On a terminal: how far the passes of a run can be relied on, never a number without its n."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from simkit.errors import one_line
from simkit.report.summary import Summary

if TYPE_CHECKING:
    from simkit.metrics.statistics.curves import Curves, Point

_ROWS = 6


def curves_table(curves: Curves) -> Table:
    """pass^k and pass@k, with intervals, and of how many scenarios and sessions each row is."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    for name in ("k", "all k pass (pass^k)", "one of k (pass@k)", "scenarios", "sessions"):
        table.add_column(name, justify="right", no_wrap=True)
    pairs = list(zip(curves.pass_hat_k, curves.pass_at_k, strict=True))
    # Few enough to read: the first ones, and the last.
    shown = pairs if len(pairs) <= _ROWS else [*pairs[: _ROWS - 1], pairs[-1]]
    for hat, at in shown:
        table.add_row(str(hat.k), _share(hat), _share(at), str(hat.scenarios), str(hat.sessions))
    return table


def _share(point: Point) -> Text:
    value, low, high = (100 * share for share in (point.value, point.low, point.high))
    return Text.assemble(f"{value:.1f}%", (f" {low:.1f} to {high:.1f}", "dim"))


def known(summary: Summary) -> Iterator[Table]:
    """What `--until-sure` decided, and which scenarios are flaky."""
    for head, text in _known(summary):
        line = Table.grid(padding=(0, 1, 0, 0))
        line.add_column(style="dim", width=10)
        line.add_column(overflow="fold")
        line.add_row(head, Text(text))
        yield line


def _known(summary: Summary) -> Iterator[tuple[str, str]]:
    if sure := summary.until_sure:
        decisions, bar = sure["decisions"], f"{100 * sure['threshold']:g}%"
        if suite := decisions.get("suite") if sure["of"] == "suite" else None:
            span = f"{100 * suite['low']:.1f} to {100 * suite['high']:.1f}%"
            said = f"the suite is {suite['decision']} {bar}" if suite["decision"] != "open" else f"open at {bar}"
            yield "Sure", f"{said}: {suite['passed']} of {suite['n']}, always-valid 95% interval {span}"
        else:
            found = Counter(one["decision"] for one in decisions.values())
            yield "Sure", f"{found['above']} scenarios above {bar}, {found['below']} below, {found['open']} open"
            names = [f"{one_line(name, 40)} {one['passed']}/{one['n']}" for name, one in decisions.items()
                     if one["decision"] == "open"]  # fmt: skip
            if names:
                yield "  open", _some(names)
    if summary.flaky:
        names = [f"{one_line(name, 40)} {tally.passed}/{tally.evaluable}"
                 for name, tally in summary.by_scenario.items() if name in summary.flaky]  # fmt: skip
        yield "Flaky", _some(names)


def _some(names: list[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
