"""Ctrl-C, SIGTERM, a second process, other terms, readers that go away: what a person does to a run."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from killing import PATIENCE, Rig, export, finish, finished_turns, rig, uninterrupted, uninterrupted_process

from simkit.trace.store import Store


def rows(out: Path) -> list[tuple[object, ...]]:
    """All events of a run as the database has them, times included."""
    with sqlite3.connect(out / "run.db") as connection:
        return connection.execute("select * from events order by session, seq").fetchall()


def after_some_turns(suite: Rig, out: Path, *more: str) -> subprocess.Popen[str]:
    """A run that is well under way: some turns are finished, some are not, some sessions have not begun."""
    process = suite.start(out, *more)
    assert suite.wait(process, 8)
    return process


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_lets_turns_under_way_finish_and_begins_no_other(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    out = tmp_path / "run"
    with rig(tmp_path, delay=0.3) as suite:
        process = after_some_turns(suite, out, "--json")
        process.send_signal(number)
        ended, said, told = finish(process)
        ledger = suite.service.ledger()
        logs = list(Store.open(out).logs())

        assert ended == code, told
        assert ledger["asked"] and sorted(ledger["asked"]) == sorted(ledger["answered"])
        assert {call.rpartition("#")[0] for call in ledger["asked"]} == finished_turns(logs), (
            "all that was paid is kept"
        )
        assert json.loads(said)["sessions"] == sum(log.ended is not None for log in logs) < suite.sessions
        assert f"go on by: simkit run --out {out} --resume" in told

        resumed, said, told = suite.play(out, "--resume", "--json")
        assert resumed == 0, told
        assert json.loads(said)["resumed"] == {"sessions_resumed": sum(not log.ended for log in logs), "orphans": 0}
        assert max(suite.service.asked().values()) == 1, "nothing was paid for twice"
        assert json.loads(said)["sessions"] == suite.sessions


def test_the_command_that_is_printed_goes_on_with_the_run(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with rig(tmp_path, delay=0.1) as suite:
        process = after_some_turns(suite, out)
        process.send_signal(signal.SIGINT)
        code, _, told = finish(process)
        printed = told.rpartition("simkit run ")[2].split()
        sound = uninterrupted(suite)
        environment = {**os.environ, "PAY_PORT": str(suite.service.port)}
        command = [sys.executable, "-m", "simkit.cli", "run", *printed, "--json", "--fail-under", "0"]
        again = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=PATIENCE)

    assert code == 130
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["digest"] == sound.digest


def test_a_turn_that_outlasts_the_grace_is_cut_off_and_can_be_asked_for_again(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with rig(tmp_path, delay=60, at_once=2) as suite:
        process = suite.start(out, "--grace", "0.2")
        assert suite.wait(process, 2)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code, _, told = finish(process)

    assert code == 143, told
    assert time.monotonic() - began < 30
    assert [log.ended for log in Store.open(out).logs()] == [None, None]


def test_the_second_signal_stops_at_once(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with rig(tmp_path, delay=60, at_once=2) as suite:
        process = suite.start(out)
        assert suite.wait(process, 2)
        assert process.stderr is not None
        process.send_signal(signal.SIGINT)
        assert "stopping when the turns under way are done" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        code, _, told = finish(process)

    assert code == 130, told
    assert time.monotonic() - began < 30
    assert "Traceback" not in told


def test_a_signal_before_anything_is_played_is_one_line(tmp_path: Path) -> None:
    with rig(tmp_path) as suite:
        process = suite.start(tmp_path / "run", environment={"PYTHONSTARTUP": ""})
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        code, _, told = finish(process)
        again, _, error = suite.play(tmp_path / "run", "--resume")

    assert code in (130, -signal.SIGINT), told
    assert again == 0, error


def test_a_second_process_cannot_play_the_same_run(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with rig(tmp_path) as suite:
        first = after_some_turns(suite, out)
        first.send_signal(signal.SIGSTOP)
        for more in ((), ("--resume",)):
            code, said, told = suite.play(out, *more)

            assert (code, said) == (2, "")
            assert told == (
                f"simkit: error: {out}: process {first.pid} is playing this run; wait for it, or choose another --out\n"
            )
        first.kill()
        first.communicate()

        code, _, told = suite.play(out, "--resume", "--json")
        assert code == 0, told


def test_resuming_a_finished_run_changes_nothing(tmp_path: Path) -> None:
    with rig(tmp_path) as suite:
        sound = uninterrupted_process(suite)
        out = tmp_path / "sound"
        before, manifest, paid = rows(out), (out / "run.json").read_bytes(), suite.service.asked()
        code, said, told = suite.play(out, "--resume", "--json")

        assert code == 0, told
        assert json.loads(said)["digest"] == sound.digest
        assert (rows(out), (out / "run.json").read_bytes(), suite.service.asked()) == (before, manifest, paid)
        suite.fail_under = "1"
        assert suite.play(out, "--resume")[0] == 0


def test_changed_terms_are_refused_with_what_changed_unless_they_are_accepted(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with rig(tmp_path, delay=0.1) as suite:
        process = after_some_turns(suite, out)
        process.kill()
        process.communicate()
        case = tmp_path / "shop" / "case.yaml"
        case.write_text(case.read_text().replace("wants: To cancel my lamp", "wants: To cancel my old lamp"))
        paid = suite.service.asked()
        code, said, told = suite.play(out, "--resume", "--seed", "7")

        assert (code, said) == (2, "")
        assert told == (
            f"simkit: error: {out}: cannot go on, what is played has changed (seed: 0 → 7; scenario cancel-lamp: "
            "wants: To cancel my lamp → To cancel my old lamp); undo that, or --accept-changes\n"
        )
        assert suite.service.asked() == paid, "nothing is paid before the refusal"

        code, said, told = suite.play(out, "--resume", "--accept-changes", "--json")
        assert code == 0, told
        assert json.loads(said)["sessions"] == suite.sessions
        assert "seed" not in Store.open(out).manifest["accepted_changes"][0][0]


def test_readers_that_go_away_kill_no_run_and_change_no_exit_code(tmp_path: Path) -> None:
    with rig(tmp_path, trials=1) as suite:
        sound = uninterrupted(suite)
        for number, redirect in enumerate(("| head -c 1", "2>&1 | head -n 1", ">&-", "<&- >&- 2>&-")):
            out = tmp_path / f"run-{number}"
            command = " ".join(suite.command(out, "--json"))
            script = f"set -o pipefail; {command} {redirect}"
            environment = {**os.environ, "PAY_PORT": str(suite.service.port)}
            ended = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, timeout=PATIENCE)

            assert ended.returncode == 0, (redirect, ended)
            assert export(out) == sound.lines, redirect


def test_a_failed_run_whose_reader_went_away_still_fails(tmp_path: Path) -> None:
    with rig(tmp_path, agent="rude", fail_under="1") as suite:
        command = " ".join(suite.command(tmp_path / "run", "--json"))
        ended = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {command} | true"],
            env={**os.environ, "PAY_PORT": str(suite.service.port)},
            capture_output=True,
            timeout=PATIENCE,
        )

    assert ended.returncode == 1, ended.stderr
