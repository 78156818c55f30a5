"""A node on its recorded inputs, on a terminal."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from simkit.errors import one_line
from simkit.probe.node.compare import NodeTold, told_lines


def print_node(told: NodeTold, *, console: Console | None = None, most: int = 5) -> None:
    """Print how many occurrences came out again as recorded, and what differs in the first that did not. To stdout."""
    console = console or Console(highlight=False)
    seen, total = told.seen, len(told.again)
    title = Text.assemble((f"{one_line(seen.node, 40)}", "bold"), f" of {one_line(told.agent, 60)}, ")
    title.append(f"on {total} of {seen.entered} recorded inputs in {one_line(told.run, 60)}", style="dim")
    lines: list[RenderableType] = [title, Text()]
    lines.append(Text.assemble(("equal    ", "dim"), (str(told.equal), "green")))
    lines.append(Text.assemble(("differs  ", "dim"), (str(total - told.equal), "red" if told.equal < total else "")))
    if beyond := sum(one.beyond_log for one in told.again):
        what = f"{beyond} calls were not in the log; the world as it was then answered them"
        lines.append(Text(f"note: {what}", style="yellow"))
    for one, places in told_lines(told.again, most):
        trials = f", {one.differing} of {one.trials} trials" if one.trials > 1 else ""
        lines += [Text(), Text(f"{one_line(one.occurrence.name, 120)}{trials}", style="bold")]
        lines += [Padding(Text(one_line(place, 400)), (0, 0, 0, 2)) for place in places]
    for session, divergence in list(seen.diverged.items())[:most]:
        what = f"{session}: the replay did not come out as recorded, and tells nothing from there on: {divergence}"
        lines += [Text(), Text(one_line(what, 600), style="yellow")]
    console.print()
    console.print(Padding(Group(*lines), (0, 1, 1, 1)))
