"""The live line while a suite plays: one bar with the outcomes so far, whatever the number of sessions."""

from __future__ import annotations

from collections import Counter
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from simkit.errors import one_line


class Progress:
    """A context manager around one bar on stderr; silent where stderr is not a terminal.

    with Progress(len(sessions)) as progress:
        progress.add("pass")
    """

    def __init__(self, total: int, what: str = "Playing", *, console: Console | None = None) -> None:
        console = console or Console(stderr=True)
        self.counts: Counter[str] = Counter()
        """Outcome (`pass`, `fail`, `invalid`, or `played` where none is known) to the number of sessions."""
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn(
                "[green]{task.fields[passed]} passed[/]  [red]{task.fields[failed]} failed[/]{task.fields[rest]}"
            ),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._bars.add_task(one_line(what, 40).replace("[", "("), total=total, passed=0, failed=0, rest="")

    def add(self, outcome: str = "played") -> None:
        """One more session is done, with this outcome. Constant time; any thread may call it."""
        self.counts[outcome] += 1
        invalid = self.counts["invalid"]
        self._bars.update(
            self._task,
            advance=1,
            passed=self.counts["pass"],
            failed=self.counts["fail"],
            rest=f"  [yellow]{invalid} invalid[/]" if invalid else "",
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
