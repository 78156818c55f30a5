"""What other programs read of walks and matrices is what simkit counted, and hostile names stay names."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from simkit.errors import UsageError
from simkit.paths.exports.eventlog import COLUMNS, event_log, xes
from simkit.paths.exports.frames import columns, to_arrow, to_pandas, to_parquet, to_polars
from simkit.paths.exports.notebook import html_table
from simkit.paths.states import START
from simkit.paths.walks import walks_of_states
from simkit.trace.log import SessionKey

RUN = walks_of_states(
    [
        (START, "get:ok", "get:ok", "put:refused", "END:fail"),
        (START, "get:ok", "END:pass"),
        (START, "END:fail"),
    ],
    "tool",
    [SessionKey("refund", "novice", 0), SessionKey("refund", "novice", 1), SessionKey("parcel", "expert", 0)],
)
HOSTILE = walks_of_states(
    [(START, "=1+1", '"><script>alert(1)</script>', "\x00\x1b[31m\ud800\u202e,\n", "END:pass")],
    "tool",
    [SessionKey("<a&b>", '"', 0)],
)
EDGES = {(a, b): RUN.matrix()[a, b] for a in RUN.states for b in RUN.states if RUN.matrix()[a, b]}


def test_the_directly_follows_graph_of_the_xes_is_the_matrix() -> None:
    root = ElementTree.fromstring("".join(xes(RUN)))
    found: Counter[tuple[str, str]] = Counter()
    for trace in root.iter("{http://www.xes-standard.org/}trace"):
        events = trace.iter("{http://www.xes-standard.org/}event")
        rows = [{child.get("key"): child.get("value") or "" for child in event} for event in events]
        assert rows == sorted(rows, key=lambda row: datetime.fromisoformat(row["time:timestamp"]))
        found.update(pairwise(row["concept:name"] for row in rows))

    assert found == EDGES


def test_so_is_that_of_the_csv_and_every_session_is_a_case() -> None:
    rows = list(csv.DictReader(io.StringIO("".join(event_log(RUN)))))
    cases: dict[str, list[str]] = {}
    for row in rows:
        cases.setdefault(row["case_id"], []).append(row["activity"])

    assert tuple(rows[0]) == COLUMNS
    assert list(cases) == ["refund/novice/0", "refund/novice/1", "parcel/expert/0"]
    assert Counter(pair for states in cases.values() for pair in pairwise(states)) == EDGES


def test_hostile_names_are_text_in_every_format() -> None:
    root = ElementTree.fromstring("".join(xes(HOSTILE)))
    rows = list(csv.reader(io.StringIO("".join(event_log(HOSTILE)))))
    page = html_table("<b>", "<i>", HOSTILE.states, HOSTILE.states, HOSTILE.matrix().counts)

    assert [child.get("value") for child in root.iter() if child.get("key") == "scenario"] == ["<a&b>"]
    assert rows[2][1] == "'=1+1"
    assert all(len(row) == len(COLUMNS) for row in rows)
    assert "<script" not in page and "<b>" not in page and "<i>" not in page and "\x1b" not in page


@pytest.mark.parametrize("make", [to_pandas, to_polars], ids=["pandas", "polars"])
def test_frames_have_a_row_for_each_cell_and_each_step(make: object) -> None:
    cells, steps = make(RUN.matrix()), make(RUN)  # type: ignore[operator]

    rows = zip(cells["from"], cells["to"], cells["count"], strict=True)
    assert {(a, b): n for a, b, n in rows} == EDGES
    assert list(steps["state"])[:5] == list(RUN.states_of(0))
    assert list(steps["session"])[5] == "refund/novice/1"
    assert list(steps["position"])[:6] == [0, 1, 2, 3, 4, 0]
    assert list(steps["outcome"])[-1] == "fail"


def test_parquet_comes_back_as_it_was(tmp_path: Path) -> None:
    from pyarrow import parquet

    to_parquet(RUN, tmp_path / "run.parquet")

    assert parquet.read_table(tmp_path / "run.parquet").equals(to_arrow(RUN))
    with pytest.raises(UsageError, match="cannot be written"):
        to_parquet(RUN, tmp_path / "nowhere" / "run.parquet")


def test_columns_need_nothing_but_numpy() -> None:
    assert np.array_equal(columns(RUN.matrix())["count"], np.array(list(EDGES.values())))


def test_a_table_for_notebooks_is_cut_before_it_is_too_large() -> None:
    walks = walks_of_states([(START, *(f"s{n}" for n in range(100)), "END:pass")], "tool")

    page = walks.matrix()._repr_html_()

    assert page.count("<tr>") == 41
    assert "The first 40 are shown." in page
    assert RUN.matrix()._repr_html_().count("<tr>") == 4
