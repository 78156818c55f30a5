"""A run as tau2-bench scores it, told to people and machines."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from goldenfile import golden
from rich.console import Console
from tau2file import GATE, LEND, LENT, LIBRARY, OPENED, OPENED_CHECKS, results, simulation, write

from simkit.api import import_run, open_run
from simkit.cli import main
from simkit.errors import UsageError
from simkit.report.tau2 import Tau2Summary, print_tau2, tau2_summary


def scored(folder: Path, value: object = LIBRARY) -> Tau2Summary:
    """A result file, imported and scored."""
    run = import_run("tau2", write(folder, value), folder / "run")
    return tau2_summary(run.summary().model_copy(update={"run": "runs/library"}), run.scored)


def test_people_see_both_scores_the_baseline_and_each_difference(tmp_path: Path) -> None:
    pipe = io.StringIO()
    print_tau2(scored(tmp_path), console=Console(file=pipe, width=100, highlight=False))
    text = "\n".join(line.rstrip() for line in pipe.getvalue().splitlines()) + "\n"
    assert text == golden("report_tau2_100.txt", text)


def test_machines_get_the_same_with_the_keys_of_score(tmp_path: Path) -> None:
    found = scored(tmp_path)
    told = json.loads(json.dumps(found.to_json()))

    assert told["profile"] == "tau2"
    assert (told["sessions"], told["counted"], told["left_out"], told["unknown"]) == (4, 3, 1, 0)
    assert (told["mean_reward"], told["passed"]) == (pytest.approx(2 / 3), 2)
    assert told["pass_hat_k"] == {"1": pytest.approx(2 / 3)}
    assert told["null_agent"] == {"passed": 2, "scenarios": 4, "pass_rate": 0.5}
    assert set(told["by_scenario"]) == set(found.summary.to_json()["by_scenario"])
    assert told["by_scenario"]["gate"]["trials"] == [
        {
            "session": "gate/recorded/0",
            "trial": 0,
            "termination": "user_stop",
            "reward": 1.0,
            "recorded": 1.0,
            "outcome": "pass",
            "components": {"ENV_ASSERTION": 1.0, "ACTION": 1.0},
        }
    ]
    assert [(one["session"], one["about"]) for one in told["differences"]] == [
        ("free/recorded/0", "termination"),
        ("nothing/recorded/0", "termination"),
    ]


def test_trials_of_a_task_give_pass_hat_k(tmp_path: Path) -> None:
    """Two of four, and four of four: the mean over tasks of C(c, k) / C(4, k)."""
    some = [simulation("gate", OPENED, {**OPENED_CHECKS, "env_assertions": []}, trial=n) for n in range(2)]
    missed = [{**OPENED_CHECKS["env_assertions"][0], "met": False}]
    some += [
        simulation("gate", OPENED, {**OPENED_CHECKS, "env_assertions": missed, "reward": 0.0}, trial=n) for n in (2, 3)
    ]
    every = [simulation("always", LENT, {"reward": 1.0, "reward_basis": []}, trial=n) for n in range(4)]
    always = {**LEND, "id": "always"}

    found = scored(tmp_path, results([GATE, always], [*some, *every])).to_json()

    assert found["pass_hat_k"] == {"1": 0.75, "2": pytest.approx((1 / 6 + 1) / 2), "3": 0.5, "4": 0.5}


def test_a_run_of_something_else_is_one_line(tmp_path: Path, shop: Path) -> None:
    import simkit

    run = simkit.run(shop, "reference", out=tmp_path / "other")
    with pytest.raises(UsageError, match="is of no tau2 task; make a run by simkit import tau2 FILE"):
        tau2_summary(run.summary(), run.scored)


@pytest.mark.parametrize(("gate", "code"), [("0.6", 0), ("0.7", 1)])
def test_the_gate_is_on_the_mean_reward(
    gate: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scored(tmp_path)
    with pytest.raises(SystemExit) as left:
        main(["score", str(tmp_path / "run"), "--profile", "tau2", "--fail-under", gate, "--json"])
    assert left.value.code == code
    assert json.loads(capsys.readouterr().out)["mean_reward"] == pytest.approx(2 / 3)
    assert open_run(tmp_path / "run").summary().total.pass_rate == pytest.approx(2 / 3)
