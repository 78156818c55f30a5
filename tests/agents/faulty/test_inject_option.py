"""`simkit run --inject`: what is printed where, and what is wrong input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simkit import cli

SCENARIOS = Path(__file__).resolve().parents[3] / "scenarios"
CANCEL = str(SCENARIOS / "retail" / "cancel-before-dispatch.yaml")


def simkit(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are kept below the present folder."""
    monkeypatch.chdir(tmp_path)


def figures(text: str) -> dict[str, Any]:
    """What JSON says about faults."""
    told = json.loads(text)
    return {key: told[key] for key in ("injection", "false_findings", "recovery", "agent")}


def test_the_json_holds_what_became_of_each_kind_and_score_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--inject", "loop=1", "--inject", "wrong_arguments=1", "--inject", "tool_error=0")
    _, out, _ = simkit(capsys, "run", CANCEL, "--agent", "reference", *asked, "--trials", "2", "--out", "r", "--json")

    told = figures(out)
    assert told["injection"] == {
        "wrong_arguments": {"injected": 3, "found": 3, "as_other_kind": 0, "missed": 0},
        "loop": {"injected": 3, "found": 3, "as_other_kind": 0, "missed": 0},
    } or sum(row["injected"] for row in told["injection"].values()) in range(3, 7)
    assert told["false_findings"] == 0
    assert told["recovery"]["tool_error"]["injected"] == 0
    assert figures(simkit(capsys, "score", "r", "--json")[1]) == told


def test_a_run_without_faults_says_nothing_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = simkit(capsys, "run", CANCEL, "--agent", "reference", "--json")

    assert not {"injection", "false_findings", "recovery"} & set(json.loads(out))


def test_people_read_a_matrix(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, err = simkit(capsys, "run", CANCEL, "--agent", "reference", "--inject", "all=1", "--inject", "tools=1")

    assert out == ""
    assert "Put in (rows), seen as (columns)" in err
    assert "0 false findings" in err


def test_faults_go_on_with_a_run_and_through_processes(capsys: pytest.CaptureFixture[str]) -> None:
    given = ("run", CANCEL, "--agent", "reference", "--inject", "all=1", "--json")
    alone = figures(simkit(capsys, *given, "--out", "alone")[1])
    shared = figures(simkit(capsys, *given, "--out", "shared", "--workers", "2")[1])
    resumed = figures(simkit(capsys, "run", "--out", "alone", "--resume", "--json")[1])

    assert alone == shared == resumed


@pytest.mark.parametrize("wrong", ["wrong_tol=1", "loop=3", "loop"])
def test_wrong_input_is_one_line(capsys: pytest.CaptureFixture[str], wrong: str) -> None:
    code, out, err = simkit(capsys, "run", CANCEL, "--inject", wrong)

    assert (code, out) == (2, "")
    assert err.startswith("simkit: error: --inject")
    assert err.count("\n") == 1
