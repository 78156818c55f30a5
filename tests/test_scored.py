"""A large run is read one session at a time, and says the same as a small one that is kept in memory."""

from __future__ import annotations

import gc
import hashlib
import json
import weakref
from pathlib import Path

import pytest
from tinyshop import write_shop

import simkit
from simkit import api
from simkit.errors import UsageError
from simkit.metrics.session import outcome_of, score_session
from simkit.report.exports.formats import export
from simkit.scored import ScoredSessions, Table
from simkit.trace.log import SessionKey

CASES = """scenario: told
personas: [plain, elderly]
wants: to hear the status
script: [How is order W1?, Bye.]
goal: {calls: [get_order], says: [paid]}
---
scenario: never-told
personas: [plain]
wants: to hear what nobody knows
script: [How is order W9?, Bye.]
goal: {calls: [get_order], says: [on its way to the moon]}
"""


async def clerk(turn: simkit.Turn) -> str:
    order = await turn.call("get_order", order_id="W9" if "W9" in turn.text else "W1")
    return f"It is {order.value['status']}." if order.ok else "I cannot find it."


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> simkit.Run:
    folder = tmp_path_factory.mktemp("scored")
    return simkit.run(write_shop(folder, CASES), clerk, user="scripted", trials=3, out=folder / "run")


def test_a_run_that_is_read_again_has_the_scores_of_the_run_that_was_kept(played: simkit.Run) -> None:
    kept = [(str(episode.log.session), score) for episode, score in played.scored]
    read = [(str(episode.log.session), score) for episode, score in ScoredSessions(played.store)]

    assert read == kept
    assert [score.outcome for _, score in kept].count("fail") == 3


def test_a_reason_is_the_same_whichever_way_round_a_file_writes_its_conditions(tmp_path: Path) -> None:
    case = """scenario: shelved
personas: [plain]
wants: to have order W1 sent
script: [Send order W1., Bye.]
goal: {world: {orders.W1.status: shipped, orders.W1.shelf: {in: [{row: 2, bay: 7}]}}}
"""
    run = simkit.run(write_shop(tmp_path, case), clerk, user="scripted", out=tmp_path / "run")

    ((_, kept),) = run.scored
    ((_, read),) = ScoredSessions(run.store)
    assert kept == read
    assert kept.reason == "orders.W1.shelf is nothing, wanted one of [{'bay': 7, 'row': 2}]"


def test_sessions_can_be_counted_and_picked(played: simkit.Run) -> None:
    opened = simkit.open_run(played.name)

    assert len(opened.scored) == 9
    assert opened.scored[0][1] == played.scored[0][1]
    assert [one for _, one in opened.scored[:2]] == [one for _, one in played.scored][:2]


def test_readings_of_a_run_that_is_streamed_are_those_of_one_in_memory(played: simkit.Run) -> None:
    opened = simkit.open_run(played.name)

    for by in ("tool", "act", "world"):
        assert api.transitions(opened, by) == api.transitions(played, by)
        assert api.state_graph(opened, by) == api.state_graph(played, by)
    assert api.failures(opened).to_json() == api.failures(played).to_json()
    assert opened.summary() == played.summary()
    assert api.transitions(opened, given=["outcome=fail"]).sessions == 3


def test_a_condition_that_no_session_can_meet_is_refused_after_a_look_at_them_all(played: simkit.Run) -> None:
    with pytest.raises(UsageError, match="no session has that persona; did you mean 'elderly'"):
        api.transitions(simkit.open_run(played.name), given=["persona=eldrly"])


def test_the_outcome_alone_is_that_of_the_whole_score(played: simkit.Run) -> None:
    for agent in ("reference", "null"):
        for episode, score in simkit.run(api.load(), agent).scored:
            assert outcome_of(episode) == score.outcome == score_session(episode).outcome
    for episode, score in played.scored:
        assert outcome_of(episode) == score.outcome


def test_a_table_lets_go_of_sessions_when_there_are_too_many(played: simkit.Run) -> None:
    table = Table(most=2)
    logs = list(played.logs())
    gone = [weakref.ref(log) for log in logs]
    for log in logs[:2]:
        table.add(log, log.digest)
    assert len(table.kept() or ()) == 2

    for log in logs[2:]:
        table.add(log, log.digest)
    del logs, log
    gc.collect()

    assert table.kept() is None
    assert [one() for one in gone] == [None] * 9


def test_a_digest_is_the_same_played_stored_read_and_taken_from_the_exported_lines(
    played: simkit.Run, tmp_path: Path
) -> None:
    """A session's digest is a function of its canonical lines alone, as the documentation defines it."""
    file = tmp_path / "log.jsonl"
    with file.open("w", encoding="ascii") as out:
        export(((log, "") for log in played.logs()), "jsonl", out, "1.0")
    hashes: dict[str, hashlib._Hash] = {}
    for line in file.read_text("ascii").splitlines():
        event = json.loads(line)
        session = event.pop("session")
        if event["kind"] == "started":
            hashes[session] = hashlib.sha256(f"{session}\n".encode())
            for name in ("scenario", "persona", "domain"):
                event[name] = hashlib.sha256(canonical(event[name])).hexdigest()[:32]
        hashes[session].update(canonical(event) + b"\n")

    found = {session: one.hexdigest() for session, one in hashes.items()}
    assert found == played.store.digests() == {str(log.session): log.digest for log in played.logs()}


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def test_scenarios_personas_and_domains_are_in_memory_once(played: simkit.Run) -> None:
    """However many sessions were read: a domain may be a hundred times as long as a transcript."""
    logs = [log for log in simkit.open_run(played.name).logs() if log.session.scenario == "told"]

    assert len(logs) == 6
    assert len({id(log.started.domain) for log in logs}) == len({id(log.started.scenario) for log in logs}) == 1
    assert played.store.log(SessionKey("told", "plain", 0)).started == logs[-3].started
