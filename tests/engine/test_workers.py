"""A run on several processes is the run that one process plays, whoever dies on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from crews import PERSONAS, alone, asked, exported, write_crowd

import simkit
from simkit.errors import UsageError


@pytest.fixture
def agents(shop: Path) -> Path:
    """The file of agents, beside a shop of twelve sessions in two trials."""
    return write_crowd(shop)


def test_any_number_of_workers_gives_the_same_bytes(shop: Path, agents: Path, tmp_path: Path) -> None:
    one = alone(shop, agents, "steady")
    many = simkit.run(shop, f"{agents}:steady", trials=2, seed=5, workers=3, at_once=4, out=tmp_path / "many")

    assert exported(many) == exported(one)
    assert many.summary().to_json() | {"run": ""} == one.summary().to_json() | {"run": ""}
    assert max(asked(agents).values()) == 1
    assert exported(simkit.open_run(tmp_path / "many")) == exported(one)


def test_a_killed_worker_loses_nothing_and_no_finished_turn_is_asked_for_again(shop: Path, agents: Path) -> None:
    one = alone(shop, agents, "steady")
    many = simkit.run(shop, f"{agents}:killed_once", trials=2, seed=5, workers=2, at_once=6)

    assert [log.events[1:] for log in many.logs()] == [log.events[1:] for log in one.logs()]
    again = [count for count in asked(agents).values() if count > 1]
    assert len(again) <= 3, "only turns that were under way in the killed worker"
    assert set(again) <= {2}


def test_a_session_that_ends_its_worker_each_time_is_the_agents_failure_and_no_other_suffers(
    shop: Path, agents: Path
) -> None:
    one = alone(shop, agents, "steady")
    run = simkit.run(shop, f"{agents}:leaves", trials=2, seed=5, workers=2, at_once=6)

    guilty = {str(log.session): log for log in run.logs()}.pop("cancel-lamp/mistrustful/1")
    assert [event.kind for event in guilty.events[-2:]] == ["failed", "ended"]
    assert guilty.events[-2].boundary == "agent"
    assert "a worker process exited with 3" in guilty.events[-2].error
    others = [log.events[1:] for log in run.logs() if log.session != guilty.session]
    assert others == [log.events[1:] for log in one.logs() if log.session != guilty.session]


def test_an_agent_that_cannot_be_named_to_another_process_is_refused(shop: Path) -> None:
    async def mine(turn: object) -> str:
        return "no"

    with pytest.raises(UsageError, match=r"--workers 2: .*'mine' itself; give the agent as 'file.py:name'"):
        simkit.run(shop, mine, workers=2)
    with pytest.raises(UsageError, match="--workers 0: must be 1 or more"):
        simkit.run(shop, "null", workers=0)


def test_what_only_a_worker_finds_wrong_is_one_line(shop: Path, tmp_path: Path) -> None:
    fickle = tmp_path / "fickle.py"
    fickle.write_text(
        f"import os\nif os.getpid() != {os.getpid()}:\n    raise RuntimeError('not here')\nasync def agent(turn): ...\n"
    )

    with pytest.raises(UsageError, match="not here"):
        simkit.run(shop, f"{fickle}:agent", workers=2)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_workers_die_with_the_coordinator_and_the_run_goes_on(
    shop: Path, agents: Path, tmp_path: Path, number: signal.Signals
) -> None:
    one = alone(shop, agents, "slow", trials=3)
    out = tmp_path / "run"
    command = [sys.executable, "-m", "simkit.cli", "run", str(shop), "--agent", f"{agents}:slow", "--out", str(out)]
    command += ["--trials", "3", "--seed", "5", "--workers", "2", "--at-once", "4", "--fail-under", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as coordinator:
        _wait_for(lambda: (agents.parent / "asked.txt").exists() and sum(asked(agents).values()) > 8)
        coordinator.send_signal(number)
        coordinator.communicate(timeout=30)
    before = asked(agents)
    pids = {int(row.split()[2]) for row in (agents.parent / "asked.txt").read_text().splitlines()}
    _wait_for(lambda: not any(_lives(pid) for pid in pids))

    resumed = simkit.run(shop, f"{agents}:slow", trials=3, seed=5, workers=2, out=out, resume=True)

    assert coordinator.returncode == {signal.SIGKILL: -9, signal.SIGINT: 130}[number]
    assert sum(before.values()) < len(asked(agents)), "it was stopped in the midst"
    assert exported(resumed) == exported(one)
    again = {turn for turn, count in asked(agents).items() if count > 1}
    assert len(again) <= (4 if number == signal.SIGKILL else 0), "only turns that were under way"


@pytest.mark.parametrize(("signals", "code"), [((signal.SIGTERM,), 143), ((signal.SIGINT, signal.SIGTERM), 130)])
def test_turns_that_do_not_end_are_cut_off_in_workers_too(
    shop: Path, agents: Path, tmp_path: Path, signals: tuple[signal.Signals, ...], code: int
) -> None:
    """After the grace, or at once with the second signal; and the run can be gone on with."""
    out = tmp_path / "run"
    command = [sys.executable, "-m", "simkit.cli", "run", str(shop), "--agent", f"{agents}:stuck", "--out", str(out)]
    command += ["--workers", "2", "--grace", "0.5" if len(signals) == 1 else "60", "--fail-under", "0"]
    (agents.parent / "stuck.txt").touch()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as coordinator:
        _wait_for(lambda: (agents.parent / "asked.txt").exists())
        for number in signals:
            coordinator.send_signal(number)
            time.sleep(0.3)
        _, told = coordinator.communicate(timeout=30)
    pids = {int(row.split()[2]) for row in (agents.parent / "asked.txt").read_text().splitlines()}
    _wait_for(lambda: not any(_lives(pid) for pid in pids))
    (agents.parent / "stuck.txt").unlink()
    resumed = simkit.run(shop, f"{agents}:stuck", workers=2, out=out, resume=True)

    assert coordinator.returncode == code, told
    assert "Traceback" not in told
    assert resumed.summary().total.sessions == 6
    assert {log.ended.reason for log in resumed.logs() if log.ended} == {"user_closed"}


def test_agents_in_processes_of_their_own_play_in_workers_and_go_on(shop: Path, agents: Path, tmp_path: Path) -> None:
    case = shop / "case.yaml"
    case.write_text(case.read_text().replace(PERSONAS, "personas: [plain, injector]"))
    one = alone(shop, agents, "steady", trials=1)
    isolated = {"trials": 1, "seed": 5, "isolate": True, "at_once": 3}
    many = simkit.run(shop, f"{agents}:steady", workers=2, **isolated)
    (agents.parent / "asked.txt").unlink()
    command = [sys.executable, "-m", "simkit.cli", "run", str(shop), "--agent", f"{agents}:steady", "--isolate"]
    command += ["--seed", "5", "--at-once", "3", "--out", str(tmp_path / "run")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _wait_for(lambda: (agents.parent / "asked.txt").exists() and sum(asked(agents).values()) > 1)
        process.kill()
    resumed = simkit.run(shop, f"{agents}:steady", out=tmp_path / "run", resume=True, **isolated)

    # Who played is in the first event: here it is the agent in its process.
    assert [log.events[1:] for log in many.logs()] == [log.events[1:] for log in one.logs()]
    assert exported(resumed) == exported(many)
    assert sum(count > 1 for count in asked(agents).values()) <= 3, "only turns that were under way"


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _wait_for(condition: object, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)
