"""What a resumed session knows: whose turn was under way, how often it was asked for, and that nothing else was."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from killing import rig
from sqlalchemy import update
from tinyshop import SCENARIO, write_shop

import simkit
from simkit.errors import StoreError
from simkit.play.agent import Turn
from simkit.play.tape import Tape
from simkit.trace.events import AgentSaid, Ended, Event, Failed, Started, ToolCalled, UserSaid
from simkit.trace.log import SessionKey
from simkit.trace.store import Store
from simkit.trace.tables import SESSIONS
from simkit.trace.writer import Writer

START = Started(seq=0, scenario={}, persona={}, domain={}, seed=0)
ASKED = UserSaid(seq=1, text="Hello")
PLAIN = SessionKey("cancel-lamp", "plain", 0)
CALLED = ToolCalled(seq=2, tool="get_order", arguments={}, outcome="ok")


@pytest.mark.parametrize(
    ("events", "turn"),
    [
        ([], None),
        ([START], (1, "user")),
        ([START, ASKED], (2, "agent")),
        ([START, ASKED, CALLED], (2, "agent")),
        ([START, ASKED, CALLED, AgentSaid(seq=3, text="Here")], (4, "user")),
        ([START, UserSaid(seq=1, text="Bye", closing=True)], None),
        ([START, ASKED, Failed(seq=2, boundary="agent", error="no")], None),
        ([START, ASKED, Failed(seq=2, boundary="agent", error="no"), Ended(seq=3, reason="agent_failed")], None),
    ],
)
def test_a_tape_tells_whose_turn_was_under_way_where_it_ends(events: list[Event], turn: tuple[int, str] | None) -> None:
    assert Tape(events).unfinished_turn() == turn


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """One scenario, three personas."""
    return write_shop(tmp_path, SCENARIO.replace("[plain]", "[plain, mistrustful, terse-expert]"))


def test_a_turn_that_is_interrupted_again_and_again_is_told_as_often_as_it_was_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with rig(tmp_path, trials=1, at_once=1, agent="mortal") as suite:
        for _ in range(2):
            assert suite.play(out, "--resume", environment={"DIE_IN": "cancel-lamp/plain/0#2"})[0] == -signal.SIGKILL
        code, said, told = suite.play(out, "--resume", "--json")
        asked = suite.service.asked()

    assert code == 0, told
    assert json.loads(said)["resumed"] == {"sessions_resumed": 1, "orphans": 2}
    assert "1 session went on" in told and "2 turns had been asked for" in told
    seq = 1 + next(event.seq for event in Store.open(out).log(PLAIN) if isinstance(event, UserSaid) and event.seq > 1)
    assert Store.open(out).manifest["orphans"] == [{"session": str(PLAIN), "seq": seq, "party": "agent"}] * 2
    assert {call: times for call, times in asked.items() if times > 1} == {f"{PLAIN}#2#1": 3}


def test_a_free_agent_leaves_no_orphans(shop: Path, tmp_path: Path) -> None:
    simkit.run(shop, "reference", out=tmp_path / "run")
    with Store.resume(tmp_path / "run") as store:
        keys = [log.session for log in store.logs()]
        cut = store.recorder(keys[0])
        cut.cut(3)
        unfinish(store)
    run = simkit.run(shop, "reference", out=tmp_path / "run", resume=True)

    assert run.resumed is not None and run.resumed.to_json() == {"sessions_resumed": 3, "orphans": 0}
    assert run.summary().digest == simkit.run(shop, "reference").summary().digest


def unfinish(store: Store) -> None:
    """As if no session had come to its end."""
    store.flush()
    with store._engine.begin() as connection:
        connection.execute(update(SESSIONS).values(finished=False, digest=""))


def test_nobody_is_asked_once_a_write_has_failed(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The write that fails is the very one that was to make sure that what led there is kept."""
    asked: list[str] = []

    async def clerk(turn: Turn) -> str:
        asked.append(turn.session)
        return "Could you tell me your order number?"

    def fail(self: object, *given: object) -> None:
        if asked:
            raise OSError(28, "No space left on device")
        return insert(self, *given)  # type: ignore[arg-type]

    insert = Writer._insert
    monkeypatch.setattr(Writer, "_insert", fail)
    with pytest.raises(StoreError, match=r"run: cannot be written \(.*No space left on device.*\); free space"):
        simkit.run(shop, clerk, out=tmp_path / "run", at_once=1)

    assert len(asked) == 1
