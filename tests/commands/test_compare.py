"""`simkit compare` as a gate: what goes where, and which exit code."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tinyshop import SCENARIO, write_shop

import simkit
from simkit import cli

CODES = {("good", "bad"): 1, ("bad", "good"): 0, ("good", "good"): 0}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two runs of one scenario, eight trials each, and one of another scenario."""
    folder = tmp_path_factory.mktemp("place")
    shop = write_shop(folder)
    for agent, name in (("reference", "good"), ("null", "bad")):
        simkit.run(shop, agent, trials=8, out=folder / "runs" / name)
    (shop / "case.yaml").write_text(SCENARIO.replace("cancel-lamp", "another"), encoding="utf-8")
    simkit.run(shop, "reference", out=folder / "runs" / "other")
    return folder


@pytest.fixture(autouse=True)
def _there(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)


def code_of(*arguments: str) -> int:
    """The exit code of a command line."""
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    return int(left.value.code or 0)


@pytest.mark.parametrize(("runs", "code"), CODES.items())
def test_it_exits_with_1_for_a_regression_only(
    runs: tuple[str, str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of("compare", *runs) == code

    out, err = capsys.readouterr()
    verdict = {0: "IMPROVED" if runs[0] == "bad" else "INCONCLUSIVE", 1: "REGRESSED"}[code]
    assert verdict in out and err == ""


def test_json_is_one_object_with_n_beside_every_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of("compare", "good", "bad", "--json") == 1

    found = json.loads(capsys.readouterr().out)
    assert (found["verdict"], found["over"], found["because"]) == ("regressed", "trials", "the pass rate regressed")
    assert found["effect"] == -1.0 and found["interval"][0] == -1.0 and found["interval"][1] < -0.5
    for figure in (*found["metrics"].values(), *found["tool_errors"].values()):
        assert (figure["scenarios"], figure["sessions_a"], figure["sessions_b"]) == (1, 8, 8)
        assert figure["verdict"] in ("improved", "regressed", "inconclusive")
    changed = found["by_scenario"]["cancel-lamp"]
    assert (changed["passed_a"], changed["n_a"], changed["passed_b"], changed["n_b"]) == (8, 8, 0, 8)
    assert changed["session"] == "cancel-lamp/plain/0" and changed["reason"]
    assert set(found["tool_errors"]) > {"missing_call", "loop", "any_tool_error"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("good", "other"), "share no scenario (one played cancel-lamp, the other another); compare two runs"),
        (("good", "god"), "did you mean 'good'?"),
        (("good",), "run-b"),
        (("good", "bad", "--junit", "nowhere/x.xml"), "nowhere/x.xml: cannot be written"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of("compare", *arguments) == 2

    out, err = capsys.readouterr()
    assert out == "" and err.startswith("simkit: error: ") and err.count("\n") == 1
    assert said.lower() in err.lower()


def test_a_build_server_gets_markdown_and_junit(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of("compare", "good", "bad", "--format", "markdown", "--junit", "compare.xml") == 1

    assert capsys.readouterr().out.startswith("### simkit: **regressed**: the pass rate regressed\n")
    assert ElementTree.parse("compare.xml").getroot()[0].get("failures") != "0"


def test_a_run_writes_junit_too() -> None:
    assert code_of("run", "shop", "--agent", "null", "--out", "told", "--junit", "run.xml", "--json") == 1

    assert ElementTree.parse("run.xml").getroot()[0].get("failures") == "1"


def test_from_python_with_a_metric_of_ones_own() -> None:
    """More of it is better, unless it is effort of ours."""

    def politeness(episode: simkit.Episode) -> simkit.Score:
        return simkit.Score(name="politeness", value=float(len(episode.agent_texts)))

    found = simkit.compare("good", "bad", metrics=[politeness])

    own = next(one for one in found.effort if one.name == "politeness")
    assert own.better == "higher" and own.sessions_a == 8
