"""A run on a PostgreSQL server: as good as a folder, and several may write to it at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from crews import alone, exported, write_crowd
from needed import needed
from postgres_server import serving
from scored_sessions import told

import simkit
from simkit.errors import StoreError
from simkit.trace.events import AgentSaid, Ended, Started, UserSaid
from simkit.trace.log import Log, SessionKey
from simkit.trace.shared import SharedRun
from simkit.trace.store import Store
from simkit.viewing.following import Following

needed("psycopg", "psycopg is not installed: pip install 'simkit[postgres]'")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of a server's database."""
    with serving() as url:
        yield url


@pytest.fixture
def agents(shop: Path) -> Path:
    """The file of agents, beside a shop of twelve sessions in two trials."""
    return write_crowd(shop)


def short_log(key: SessionKey, text: str = "Bye \ud800 \x00 'now'.") -> Log:
    """A session of four events, with text that databases choke on."""
    things = {"scenario": {"scenario": key.scenario}, "persona": {"persona": key.persona}, "domain": {"domain": "d"}}
    events = (
        Started(seq=0, **things, seed=1, trial=key.trial),
        UserSaid(seq=1, text=text),
        AgentSaid(seq=2, text=text * 100),
        Ended(seq=3, reason="user_closed"),
    )
    return Log(key, events)


def test_a_run_on_a_server_is_the_run_in_a_folder(server: str, shop: Path, agents: Path) -> None:
    url = f"{server}&run=whole"
    one = alone(shop, agents, "steady")
    kept = simkit.run(shop, f"{agents}:steady", trials=2, seed=5, out=url)

    assert exported(kept) == exported(simkit.open_run(url)) == exported(one)
    assert simkit.open_run(url).summary().digest == one.summary().digest
    with pytest.raises(StoreError, match="no run can be made"):
        simkit.run(shop, f"{agents}:steady", out=url)


def test_a_run_on_a_server_is_looked_on_at_while_it_goes_on(server: str) -> None:
    """As `simkit view` does: what another process adds is there at the next look, also without a password in sight."""
    with Store.create(f"{server}&run=watched", {"planned": 2}) as store:
        store.add(told("user: Hello.", "end user_closed")[0].log)
        store.flush()
        following = Following(f"{server}&run=watched")
        first = json.loads(following.index())
        store.add(told("user: Bye \ud800.", "end user_closed", trial=1)[0].log)
        store.update_manifest(finished=True)
        store.flush()
        following.refresh()
    then = json.loads(following.index())
    assert [len(index["sessions"]) for index in (first, then)] == [1, 2]
    assert (first["live"]["over"], then["live"]["over"]) == (False, True)
    assert json.loads(following.transcript("late-refund/plain/1"))["events"][0]["text"] == "Bye \ud800."


def test_a_server_keeps_what_databases_choke_on(server: str) -> None:
    log = short_log(SessionKey("late 'refund'; drop", "ä", 3))
    with Store.create(f"{server}&run=odd", {"seed": 1}) as store:
        store.add(log)

    assert list(Store.open(f"{server}&run=odd").logs()) == [log]


def test_many_writers_lose_nothing_and_keep_nothing_twice(server: str) -> None:
    url = f"{server}&run=crowd"
    Store.create(url, {}).close()
    logs = [short_log(SessionKey(f"s{number % 7}", "plain", number)) for number in range(120)]
    desk = SharedRun(url)
    claims = [desk.claim(log.session, "d") for log in logs]

    def write(part: int) -> None:
        run = SharedRun(url)
        for log, claim in list(zip(logs, claims, strict=True))[part::6]:
            recorder = run.recorder(claim)
            for event in log.events:
                recorder.record(event)
            run.finish(claim, log)
        run.close()

    threads = [threading.Thread(target=write, args=(part,)) for part in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    store = Store.open(url)
    assert list(store.logs()) == sorted(logs, key=lambda log: str(log.session))
    assert store.digests() == {str(log.session): log.digest for log in logs}
    assert len({claim.number for claim in claims}) == len(claims)


def test_a_writer_whose_session_was_given_to_another_can_write_no_more(server: str) -> None:
    url = f"{server}&run=fence"
    Store.create(url, {}).close()
    log = short_log(SessionKey("s", "plain", 0))
    desk, dead, heir = SharedRun(url), SharedRun(url), SharedRun(url)
    first = desk.claim(log.session, "d")
    thought_dead = dead.recorder(first)
    for event in log.events[:2]:
        thought_dead.record(event)
    dead.flush()

    second = desk.claim(log.session, "d")
    thought_dead.record(AgentSaid(seq=2, text="I am not dead"))
    with pytest.raises(StoreError, match="another worker has taken over"):
        dead.flush()
    recorder = heir.recorder(second)
    for event in log.events[second.events :]:
        recorder.record(event)
    heir.finish(second, log)
    heir.close()

    assert (first.number, first.attempt, second.attempt, second.events) == (second.number, 1, 2, 2)
    assert Store.open(url).log(log.session) == log
    assert desk.claim(log.session, "d").finished


def test_one_process_at_a_time_plays_into_a_run(server: str) -> None:
    url = f"{server}&run=mine"
    with Store.create(url, {}), pytest.raises(StoreError, match="another process is playing this run"):
        Store.resume(url)
    Store.resume(url).close()
