"""Walks as event logs, for tools of process mining: one case a session, one event a state.

XES is the IEEE standard (1849-2016); the CSV has the columns that such tools ask for. Their directly-follows graph of
either is our transition matrix, START and END:* included. Logs keep no time of day, and the order of events is what
counts, so time stamps are the step's number in seconds after 2000-01-01: order, not time.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import quoteattr

from simkit.paths.table import csv_cell
from simkit.paths.walks import Walks

_DAY = datetime(2000, 1, 1, tzinfo=UTC)
COLUMNS = ("case_id", "activity", "timestamp", "position", "event", "scenario", "persona", "trial", "outcome")
"""Of the CSV, in order."""
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <global scope="trace"><string key="concept:name" value=""/></global>
  <global scope="event">
    <string key="concept:name" value=""/><date key="time:timestamp" value="2000-01-01T00:00:00Z"/>
  </global>
  <classifier name="state" keys="concept:name"/>
"""


def event_log(walks: Walks) -> Iterator[str]:
    """The lines of a CSV, each ended by a line feed; no cell is a formula."""
    yield _line(COLUMNS)
    for number, (key, outcome) in enumerate(zip(walks.keys, walks.outcomes, strict=True)):
        about = (key.scenario, key.persona, key.trial, outcome)
        for place, (state, event) in enumerate(zip(walks.states_of(number), walks.events_of(number), strict=True)):
            yield _line((str(key), state, _stamp(place), place, event, *about))


def xes(walks: Walks) -> Iterator[str]:
    """The pieces of an XES document."""
    yield _HEAD
    for number, (key, outcome) in enumerate(zip(walks.keys, walks.outcomes, strict=True)):
        facts = {"concept:name": str(key), "scenario": key.scenario, "persona": key.persona, "outcome": outcome}
        yield "  <trace>\n" + "".join(f"    {_string(name, value)}\n" for name, value in facts.items())
        for place, (state, event) in enumerate(zip(walks.states_of(number), walks.events_of(number), strict=True)):
            time = f'<date key="time:timestamp" value="{_stamp(place)}"/>'
            yield f'    <event>{_string("concept:name", state)}{time}<int key="event" value="{event}"/></event>\n'
        yield "  </trace>\n"
    yield "</log>\n"


def _stamp(place: int) -> str:
    return (_DAY + timedelta(seconds=place)).isoformat().replace("+00:00", "Z")


def _string(key: str, value: str) -> str:
    return f'<string key="{key}" value={quoteattr(_legal(value))}/>'


def _legal(text: str) -> str:
    """XML has no place for most control characters and for half characters: they are written out."""
    return "".join(c if c in "\t\n\r" or _fits(ord(c)) else f"\\x{ord(c):02x}" for c in text)


def _fits(code: int) -> bool:
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def _line(cells: tuple[object, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([csv_cell(c) if isinstance(c, str) else c for c in cells])
    return out.getvalue()
