"""One agent across domains, on a terminal: the worst first, those marked that credibly lag behind the rest."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simkit.errors import one_line
from simkit.metrics.comparing.across import Across, DomainRates, Rate

_NAMES = {"failure": "failures", "tool_error": "tool errors"}


def print_across(across: Across, *, console: Console | None = None) -> None:
    """Print the table, what lags, and what only one domain shows. It goes to stderr, beside the result table."""
    console = console or Console(stderr=True, highlight=False)
    for block in (_table(across), Group(*_said(across))):
        console.print(Padding(block, (0, 1, 1, 1)))


def _table(across: Across) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    table.add_column("Across domains", overflow="fold", max_width=30)
    for name in ("fails", "95% interval", "tool errors", "95% interval", "scenarios"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for one in across.domains:
        lags = Text("lags" if one.lags else "", style="bold red")
        table.add_row(Text(one_line(one.domain, 40)), *_cells(one.failure), *_cells(one.tool_error),
                      Text(str(one.scenarios), style="dim"), lags)  # fmt: skip
    return table


def _cells(rate: Rate) -> Iterator[Text]:
    yield Text(f"{100 * rate.rate:.1f}%", style="bold red" if rate.lags else "")
    yield Text(f"{100 * rate.low:.1f} to {100 * rate.high:.1f}", style="dim")


def _said(across: Across) -> Iterator[RenderableType]:
    for one in across.lagging:
        for name in one.lags:
            rate: Rate = getattr(one, name)
            yield Text.assemble((f"{one_line(one.domain, 40)} lags", "bold"), f": {_NAMES[name]} {_against(rate)}")
    if len(across.domains) > 1 and not across.lagging:
        yield Text("no domain lags behind the rest by more than chance makes it")
    for one in across.domains:
        if one.only_here:
            yield Text(f"only in {one_line(one.domain, 40)}: {_kinds(one)}")
    if across.empty:
        yield Text(f"nothing is known of {', '.join(one_line(name, 40) for name in across.empty)}: no valid session")
    if "demo" in across.agents:
        yield Text("each domain was played by its own demo agent; name one with --agent to see how far it carries")
    if len(across.domains) < 2:
        yield Text("this is one domain; name more to compare them")


def _against(rate: Rate) -> str:
    assert rate.rest is not None
    assert rate.p_adjusted is not None
    chance = "< 0.001" if rate.p_adjusted < 0.001 else f"{rate.p_adjusted:.3f}"
    return f"{100 * rate.rate:.1f}%, {100 * rate.rest:.1f}% in the rest, p {chance} (corrected for all domains)"


def _kinds(one: DomainRates) -> str:
    return ", ".join(f"{kind} ({one.kinds[kind]} session{'s' * (one.kinds[kind] != 1)})" for kind in one.only_here)
