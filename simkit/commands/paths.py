"""`simkit paths RUN`: which ways sessions went, where good and bad ones part, and whether they keep to a plan."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from simkit.console import print_json
from simkit.errors import UsageError
from simkit.options import AsJson, By, Given, RunName

if TYPE_CHECKING:
    from simkit.paths.walks import Walks

_PARTS = Literal["variants", "parts", "divergence", "clusters", "communities", "steps", "conformance"]
_FORMATS = Literal["table", "json", "event-log", "xes", "parquet"]


def paths(
    run: RunName,
    *,
    show: Annotated[tuple[_PARTS, ...], Parameter(negative="", help="Only this part; may be given again.")] = (),
    model: Annotated[Path | None, Parameter(help="A plan in YAML; what passing sessions did, if left out.")] = None,
    by: By = "tool",
    given: Given = (),
    most: Annotated[int, Parameter(validator=Number(gte=1), help="Lines of each part in a table.")] = 10,
    format: Annotated[_FORMATS, Parameter(help="event-log (CSV), xes, parquet: every step.")] = "table",
    out: Annotated[Path | None, Parameter(help="A file; stdout, if left out.")] = None,
    as_json: AsJson = False,
) -> int:
    """Tell which ways the sessions of a run went: whole sequences of states, not single transitions.

    - `variants`: ways that were gone, and by how many sessions
    - `parts`: states in a row that are frequent, and how often sessions with them pass
    - `divergence`: where a failing session leaves the way of a passing one of its scenario: where to look first
    - `clusters`: sessions that go alike
    - `communities`: states among which sessions stay
    - `steps`: states and their entropy at each step
    - `conformance`: who keeps to a plan; fitness, precision, first deviations

    A plan says, for each place, which states may come and where they lead:
    `moves: {new: {"find_customer:*": known}, known: {"get_order:ok": known, "END:*": over}}`.

    Try: `simkit paths RUN --show divergence --given domain=retail`; `simkit paths RUN --format xes --out run.xes` for
    tools of process mining.
    """
    from simkit import api
    from simkit.paths.sequences.told import sequences

    if format in _WRITTEN:
        if show or model or as_json:
            raise UsageError(f"--format {format} writes every step; leave out --show, --model and --json")
        _WRITTEN[format](api.walks(run, by, given), out)
        return 0
    plan = None
    if model is not None:
        from simkit.paths.sequences.automaton import read_automaton

        plan = read_automaton(model)
    if as_json or format == "json":
        found = sequences(api.walks(run, by, given), plan).to_json(show)
        if out is None:
            print_json(found)
        else:
            import json

            _write([json.dumps(found) + "\n"], out)
    else:
        _write([sequences(api.walks(run, by, given), plan, most).table(show) + "\n"], out)
    return 0


def _write(pieces: Iterable[str], out: Path | None) -> None:
    if out is None:
        sys.stdout.writelines(pieces)
        return
    try:
        with out.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.writelines(pieces)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror or error}); choose another place") from None


def _event_log(walks: Walks, out: Path | None) -> None:
    from simkit.paths.exports.eventlog import event_log

    _write(event_log(walks), out)


def _xes(walks: Walks, out: Path | None) -> None:
    from simkit.paths.exports.eventlog import xes

    _write(xes(walks), out)


def _parquet(walks: Walks, out: Path | None) -> None:
    from simkit.paths.exports.frames import to_parquet

    if out is None:
        raise UsageError("--format parquet is no text; name a file with --out")
    to_parquet(walks, out)


_WRITTEN: dict[str, Callable[[Walks, Path | None], None]] = {
    "event-log": _event_log,
    "xes": _xes,
    "parquet": _parquet,
}
