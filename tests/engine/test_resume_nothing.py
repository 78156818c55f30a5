"""A name that is no run, with nothing said of what to play, is a slip of the finger: nothing is bought for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from simkit.cli import main


def test_going_on_with_a_run_that_is_not_there_needs_something_to_play(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", "--out", "nihgtly", "--resume"])

    assert ended.value.code == 2
    assert "'nihgtly' is no run" in capsys.readouterr().err
    assert not Path("runs/nihgtly").exists()


def test_with_something_to_play_it_begins(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", str(shop), "--agent", "reference", "--out", "nightly", "--resume", "--json"])

    assert ended.value.code == 0
    assert (Path("runs/nightly") / "run.json").exists()
