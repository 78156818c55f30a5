"""What a served page knows of a run: read a bit at a time, each session once, and never less than before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scored_sessions import told

from simkit.errors import UsageError
from simkit.runs import open_run
from simkit.trace.store import Store
from simkit.viewing import following as module
from simkit.viewing.following import Following


def test_a_large_run_is_read_bit_by_bit_to_the_figures_of_its_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page is there at once; what it tells at the end is what `simkit score` tells."""
    monkeypatch.setattr(module, "_LOOK", 0.0)
    with Store.create(tmp_path / "run", {"planned": 4, "finished": True}) as store:
        for trial in range(4):
            store.add(told("user: Hello.", "agent: Bye.", "end user_closed", trial=trial)[0].log)
    following = Following(str(tmp_path / "run"))
    seen = []
    while True:
        index = json.loads(following.index())
        seen.append((index["live"]["finished"], index["live"]["reading"], len(index["sessions"])))
        if not index["live"]["reading"]:
            break
        following._built = 0.0  # however slow this machine is
        following.refresh()
    assert seen[0][0] < 4 == seen[-1][0] == seen[-1][2]
    assert index["summary"]["digest"] == open_run(tmp_path / "run").summary().digest
    assert json.loads(following.transcript("late-refund/plain/3"))["events"][0]["text"] == "Hello."
    with pytest.raises(UsageError, match="is no session of"):
        following.transcript("late-refund/plain/9")
