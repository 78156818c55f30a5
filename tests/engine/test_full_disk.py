"""A disk that is full or read-only: the first failed write ends the paying, and nothing that was kept is lost."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from killing import Rig, export, finished_turns, rig, uninterrupted

from simkit.trace.store import Store

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="plays with Linux file systems")


def mounted(folder: Path, *options: str) -> bool:
    """Whether a file system of its own could be put there: for that one has to be root, and allowed to."""
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mounted(folder, "-t", "tmpfs", "-o", "size=512k", "tmpfs"):
        pytest.skip("no file system can be mounted here; a limit on file sizes is tried instead")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def starved(suite: Rig, out: Path, **options: object) -> Counter[str]:
    """Play until the disk is full, and check what was said and paid."""
    before = suite.service.asked()
    code, said, told = suite.play(out, "--json", **options)
    ledger = suite.service.ledger()
    paid = Counter(ledger["asked"]) - before

    assert (code, said) == (2, ""), told
    assert told.splitlines()[-1].startswith(f"simkit: error: {out}: cannot be written ("), told
    assert told.splitlines()[-1].endswith("; free space or choose another --out")
    assert "Traceback" not in told
    kept = finished_turns(list(Store.open(out).logs()))
    unkept = {call.rpartition("#")[0] for call in paid} - kept
    assert len(unkept) <= suite.at_once, "no call but those under way is paid for after the failure"
    return paid


def gone_on(suite: Rig, out: Path, paid: Counter[str], sound: list[str]) -> None:
    """Go on once there is room, and check that nothing that was kept is paid for again."""
    kept = finished_turns(list(Store.open(out).logs()))
    before = suite.service.asked()
    code, _, told = suite.play(out, "--resume", "--json")
    again = suite.service.asked() - before

    assert code == 0, told
    assert export(out) == sound
    assert not {call for call in again if call.rpartition("#")[0] in kept}
    assert paid


def test_a_full_disk_stops_the_paying_and_a_resume_loses_nothing(tmp_path: Path, small_disk: Path) -> None:
    out = small_disk / "run"
    with rig(tmp_path, trials=40, delay=0.005) as suite:
        sound = uninterrupted(suite)
        paid = starved(suite, out)
        assert paid.total() < sound.calls
        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
        gone_on(suite, out, paid, sound.lines)


def test_a_limit_on_file_sizes_is_a_full_disk_too(tmp_path: Path) -> None:
    out = tmp_path / "run"

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))

    with rig(tmp_path, trials=20, delay=0.005) as suite:
        sound = uninterrupted(suite)
        gone_on(suite, out, starved(suite, out, preexec_fn=limited), sound.lines)


@pytest.mark.parametrize("agent", ["deaf", "deaf_tasks", "deaf_graph"])
def test_an_agent_that_catches_everything_cannot_go_on_paying(tmp_path: Path, small_disk: Path, agent: str) -> None:
    out = small_disk / "run"
    with rig(tmp_path, trials=60, delay=0.005, agent=agent) as suite:
        starved(suite, out)


def test_a_folder_that_cannot_be_written_is_one_line_before_anything_is_paid(tmp_path: Path, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=16m", str(small_disk)], check=True)
    with rig(tmp_path, trials=1) as suite:
        code, _, told = suite.play(small_disk / "begun")
        assert code == 0, told
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
        paid = suite.service.asked()
        for out, more in (("new", ()), ("begun", ("--resume",))):
            code, said, told = suite.play(small_disk / out, *more)

            assert (code, said) == (2, ""), told
            assert told.startswith(f"simkit: error: {small_disk}/{out}"), told
            assert len(told.splitlines()) == 1 and "cannot be written (" in told, told
        assert suite.service.asked() == paid
