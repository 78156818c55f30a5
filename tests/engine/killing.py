"""Runs in processes of their own, to be killed, stopped and starved: the real command line, and a service it pays."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tinyshop import SCENARIO, write_shop

import simkit
from simkit.trace.events import AgentSaid, UserSaid
from simkit.trace.log import Log
from simkit.trace.store import Store

HERE = Path(__file__).parent
PERSONAS = "personas: [plain, terse-expert, talkative-novice, mistrustful]"
PATIENCE = 120.0
"""Seconds after which a process that should have come to something has not, however busy the machine."""


@dataclass
class Service:
    """The paid service, in a process of its own."""

    port: int

    def ledger(self, at_least: int = 0) -> dict[str, list[str]]:
        """What it was asked for and what it answered, each call as `session#turn#step`."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{at_least}", timeout=PATIENCE) as answer:
            return json.load(answer)

    def asked(self) -> Counter[str]:
        """How often each call was asked for."""
        return Counter(self.ledger()["asked"])


@contextmanager
def paid_service(delay: float) -> Iterator[Service]:
    """A paid service that takes `delay` seconds for a call."""
    command = [sys.executable, str(HERE / "payservice.py"), str(delay)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        try:
            yield Service(int(process.stdout.readline()))
        finally:
            process.kill()


@dataclass
class Rig:
    """A suite that pays, and where it is played."""

    folder: Path
    service: Service
    trials: int = 3
    at_once: int = 6
    agent: str = "agent"
    fail_under: str = "0"
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        write_shop(self.folder, SCENARIO.replace("personas: [plain]", PERSONAS))

    @property
    def sessions(self) -> int:
        """How many sessions there are."""
        return 4 * self.trials

    def command(self, out: Path, *more: str) -> list[str]:
        """The command line that plays the suite into `out`."""
        played = [str(self.folder / "shop"), "--agent", f"{HERE / 'paying_agent.py'}:{self.agent}"]
        given = ["--trials", str(self.trials), "--at-once", str(self.at_once), "--out", str(out)]
        return [sys.executable, "-m", "simkit.cli", "run", *played, *given, "--fail-under", self.fail_under, *more]

    def start(
        self, out: Path, *more: str, environment: Mapping[str, str] | None = None, **options: Any
    ) -> subprocess.Popen[str]:
        """The suite, being played."""
        known = {**os.environ, "PAY_PORT": str(self.service.port), "COLUMNS": "200", **(environment or {})}
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        process = subprocess.Popen(self.command(out, *more), encoding="utf-8", env=known, **streams)
        self.running.append(process)
        return process

    def play(self, out: Path, *more: str, **options: Any) -> tuple[int, str, str]:
        """The suite, played to its end: exit code, stdout, stderr."""
        process = self.start(out, *more, **options)
        said, told = process.communicate(timeout=PATIENCE)
        return process.returncode, said, told

    def wait(self, process: subprocess.Popen[str], calls: int) -> bool:
        """Wait until the service was asked `calls` times in all; False if the process ended before."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if len(self.service.ledger(calls)["asked"]) >= calls:
                return True
            if process.poll() is not None:
                return False
        raise AssertionError(f"the service was not asked {calls} times within {PATIENCE} s")


@contextmanager
def rig(folder: Path, delay: float = 0.02, **given: Any) -> Iterator[Rig]:
    """A suite that pays; whatever still plays it at the end is killed."""
    with paid_service(delay) as service:
        made = Rig(folder, service, **given)
        try:
            yield made
        finally:
            for process in made.running:
                process.kill()
                process.communicate()


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a process that is about to end."""
    said, told = process.communicate(timeout=PATIENCE)
    return process.returncode, said, told


def export(out: Path) -> list[str]:
    """The canonical log of a run."""
    return [line for log in Store.open(out).logs() for line in log.lines()]


def finished_turns(logs: Sequence[Log]) -> set[str]:
    """Every agent's turn that is recorded to its end, as `session#turn`."""
    found = set()
    for log in logs:
        number = 0
        for event in log:
            number += isinstance(event, UserSaid)
            if isinstance(event, AgentSaid):
                found.add(f"{log.session}#{number}")
    return found


def turn_of(log: Log, seq: int) -> str:
    """The agent's turn that begins with event `seq`, as `session#turn`."""
    return f"{log.session}#{sum(isinstance(event, UserSaid) for event in log.events[:seq])}"


@dataclass
class Sound:
    """An uninterrupted run, to compare with."""

    lines: list[str]
    digest: str
    calls: int
    seconds: float = 0.0
    """From the start of the process to its end."""


def uninterrupted(rig: Rig) -> Sound:
    """The suite, played in this process without a disturbance: what a process of its own is to come to."""
    before = len(rig.service.ledger()["asked"])
    agent = f"{HERE / 'paying_agent.py'}:{rig.agent}"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PAY_PORT", str(rig.service.port))
        run = simkit.run(rig.folder / "shop", agent, trials=rig.trials, at_once=rig.at_once, out=rig.folder / "sound")
    calls = len(rig.service.ledger()["asked"]) - before
    return Sound(export(rig.folder / "sound"), run.summary().digest, calls)


def uninterrupted_process(rig: Rig) -> Sound:
    """The same in a process of its own, which tells how long that takes."""
    out = rig.folder / "sound"
    before, began = len(rig.service.ledger()["asked"]), time.monotonic()
    code, said, told = rig.play(out, "--json")
    assert code == 0, told
    calls = len(rig.service.ledger()["asked"]) - before
    return Sound(export(out), json.loads(said)["digest"], calls, time.monotonic() - began)


@dataclass
class Kills:
    """What became of one run that was killed several times."""

    killed: int = 0
    orphans: int = 0
    paid_again: int = 0
    """Turns that were asked for more than once: more often, in all."""


def killed_and_resumed(rig: Rig, sound: Sound, out: Path, kills: int, rng: random.Random) -> Kills:
    """Play a run that is killed at random moments and resumed until it is done, and check that nothing is amiss."""
    told = Kills()
    before = rig.service.asked()
    settled: dict[str, int] = {}
    for _ in range(kills):
        process = rig.start(out, "--resume")
        told.killed += _killed(rig, process, sum(before.values()), sound, rng)
        asked = rig.service.asked() - before
        done = finished_turns(list(Store.open(out).logs())) if (out / "run.json").exists() else set()
        _nothing_paid_again(settled, asked)
        settled |= {turn: _times(asked, turn) for turn in done}
    code, said, error = rig.play(out, "--resume", "--json")
    assert code == 0, error
    asked = rig.service.asked() - before
    _nothing_paid_again(settled, asked)
    _is_whole(rig, sound, out, json.loads(said))
    _orphans_are_told(rig, out, asked, json.loads(said), told)
    return told


def _killed(rig: Rig, process: subprocess.Popen[str], before: int, sound: Sound, rng: random.Random) -> bool:
    """Kill at a random moment: some time after the start, or a little after a random call."""
    if rng.random() < 0.25:
        time.sleep(rng.uniform(0, sound.seconds))
    else:
        rig.wait(process, before + rng.randint(1, sound.calls))
        time.sleep(rng.uniform(0, 0.08))
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE)
    return alive


def _times(asked: Counter[str], turn: str) -> int:
    return sum(count for call, count in asked.items() if call.startswith(f"{turn}#"))


def _nothing_paid_again(settled: Mapping[str, int], asked: Counter[str]) -> None:
    """No turn that was recorded to its end has been paid for since."""
    assert {turn: _times(asked, turn) for turn in settled} == settled


def _logs(out: Path) -> dict[str, Log]:
    return {str(log.session): log for log in Store.open(out).logs()}


def _is_whole(rig: Rig, sound: Sound, out: Path, told: dict[str, Any]) -> None:
    """No session is lost or doubled, and all is as if nothing had happened."""
    assert told["sessions"] == rig.sessions, (told["sessions"], {name: len(log) for name, log in _logs(out).items()})
    other = [line for line in export(out) if line not in sound.lines]
    assert not other, other[0]
    assert export(out) == sound.lines
    assert told["digest"] == sound.digest


def _orphans_are_told(rig: Rig, out: Path, asked: Counter[str], said: dict[str, Any], told: Kills) -> None:
    """What was paid twice was under way at a kill, and is listed; what is listed is counted."""
    logs, known = _logs(out), Store.open(out).manifest.get("orphans", [])
    listed = Counter(turn_of(logs[one["session"]], one["seq"]) for one in known)
    again = Counter({call.removesuffix("#1"): n - 1 for call, n in asked.items() if call.endswith("#1") and n > 1})
    assert not again - listed, "a turn was paid for twice though nobody says that its answer was unknown"
    assert said["resumed"]["orphans"] == listed.total()
    told.orphans, told.paid_again = listed.total(), again.total()
