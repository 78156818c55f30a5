"""`simkit paths` and `simkit matrix --against`, as they are typed."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from test_cli import Ended
from tinyshop import write_shop

from simkit import cli


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a shop."""
    folder = tmp_path_factory.mktemp("place")
    write_shop(folder)
    return folder


@pytest.fixture
def simkit(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The command line where two runs are: `good`, by the reference, and `idle`, by an agent that does nothing."""
    monkeypatch.chdir(place)

    def call(*arguments: str) -> Ended:
        with pytest.raises(SystemExit) as left:
            cli.main(arguments)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Ended(int(left.value.code or 0), out, err)

    for name, agent in (("good", "reference"), ("idle", "null")):
        if not (place / "runs" / name).exists():
            call("run", "shop", "--agent", agent, "--trials", "6", "--out", name, "--fail-under", "0")
    return call


def test_two_runs_are_compared_in_words_in_json_and_in_cells(simkit: Any) -> None:
    told = simkit("matrix", "good", "--against", "idle")
    value = simkit("matrix", "good", "--against", "idle", "--json").value
    cells = list(csv.DictReader(io.StringIO(simkit("matrix", "good", "--against", "idle", "--format", "csv").out)))

    assert told.code == 0
    assert "idle behaves differently from runs/good (p = 0.0022)" in told.out
    assert value["changed"] and value["p"] == pytest.approx(2 / 924)
    assert (value["unit"], value["exact"], value["sessions"]) == ("pair", True, [6, 6])
    assert [(cell["from"], cell["to"]) for cell in cells] == [(c["source"], c["target"]) for c in value["cells"]]


def test_a_run_against_itself_has_not_changed(simkit: Any) -> None:
    value = simkit("matrix", "good", "--against", "good", "--format", "json").value

    assert (value["p"], value["changed"], value["distance"]) == (1.0, False, 0.0)


def test_ways_are_told_and_can_be_read_by_programs(simkit: Any) -> None:
    told = simkit("paths", "good")
    value = simkit("paths", "good", "--json").value

    assert told.out.startswith("6 sessions, 1 task, view tool\n\nWays: 1 different ones\n")
    assert value["variants"][0]["sessions"] == 6
    assert simkit("paths", "good", "--show", "steps", "--format", "json").value.keys() == {"view", "sessions", "steps"}


def test_event_logs_are_written_where_they_are_wanted(simkit: Any, place: Path) -> None:
    assert simkit("paths", "good", "--format", "xes", "--out", "good.xes").out == ""
    assert simkit("paths", "good", "--format", "parquet", "--out", "good.parquet").code == 0
    simkit("paths", "good", "--json", "--out", "good.json")
    rows = simkit("paths", "good", "--format", "event-log").out.splitlines()

    cases = ElementTree.parse(place / "good.xes").getroot().findall("{http://www.xes-standard.org/}trace")
    assert len(cases) == 6
    assert len(rows) == 1 + 6 * len(cases[0].findall("{http://www.xes-standard.org/}event"))
    assert (place / "good.parquet").read_bytes()[:4] == b"PAR1"
    assert json.loads((place / "good.json").read_text(encoding="utf-8"))["sessions"] == 6


def test_sessions_are_held_against_a_plan(simkit: Any, place: Path) -> None:
    (place / "plan.yaml").write_text('moves: {new: {"get_order:*": known}, known: {"*": known, "END:*": over}}')

    kept = simkit("paths", "good", "--show", "conformance", "--model", "plan.yaml", "--json").value["conformance"]
    not_kept = simkit("paths", "idle", "--show", "conformance", "--model", "plan.yaml", "--json").value["conformance"]

    assert (kept["accepted"], kept["fitness"]) == (6, 1.0)
    assert not_kept["accepted"] == 0
    assert {one["place"] for one in not_kept["deviations"]} == {"new"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["matrix", "good", "--against", "nowhere"], "nowhere"),
        (["matrix", "good", "--against", "idle", "--failures"], "different tables"),
        (["matrix", "good", "--against", "idle", "--given", "persona=nobody"], "no session has that persona"),
        (["paths", "good", "--format", "parquet"], "name a file with --out"),
        (["paths", "good", "--format", "xes", "--json"], "leave out --show"),
        (["paths", "good", "--model", "nowhere.yaml"], "nowhere.yaml"),
        (["paths", "good", "--show", "way"], "way"),
        (["paths", "good", "--out", "runs"], "cannot be written"),
        (["paths", "good", "--most", "0"], "most"),
        (["paths", "good", "--given", "outcome=fail"], "no session to read"),
    ],
)
def test_what_cannot_be_told_is_one_line(simkit: Any, arguments: list[str], said: str) -> None:
    ended = simkit(*arguments)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("simkit: error: ") and ended.err.count("\n") == 1
    assert said in ended.err


def test_power_tells_from_numbers_or_from_a_run_how_many_sessions_a_change_takes(simkit: Any) -> None:
    """199 visits tell 10 % from 20 % (Fleiss, Levin and Paik); four trials correlated by 0.3 are worth 4 / 1.9."""
    alone, alike = (simkit("power", "--before", "0.1", "--after", "0.2", *more, "--json").value for more in ((), ALIKE))
    piloted = simkit("power", "good", "--source", "START", "--target", "get_order:ok", "--after", "0.5", "--json").value

    assert (alone["sessions"], alike["sessions"], alike["tasks"]) == (199, 379, 95)
    assert (piloted["assumed"]["before"], piloted["assumed"]["trials"]) == (1.0, 6.0)
    assert simkit("power", "--before", "0.1", "--after", "0.2").out.startswith(
        "199 sessions in each run tell 10.0% from"
    )
    assert "did you mean 'get_order:ok'?" in simkit("power", "good", *MISSPELT, "--after", "0.5").err
    assert simkit("power", "--after", "0.5").code == 2


ALIKE = ("--trials", "4", "--correlation", "0.3")
MISSPELT = ("--source", "START", "--target", "get_oder:ok")
