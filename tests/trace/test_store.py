from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simkit.errors import StoreError, UsageError
from simkit.trace.events import AgentSaid, Ended, Event, Failed, Judged, Started, ToolCalled, UserSaid
from simkit.trace.log import Beside, Log, SessionKey, run_digest
from simkit.trace.store import Store
from simkit.trace.writer import Opened

KEY = SessionKey("late-refund", "novice", 0)


def log_of(key: SessionKey, *said: str, domain: dict[str, Any] | None = None) -> Log:
    first = Started(
        seq=0,
        scenario={"scenario": key.scenario},
        persona={"persona": key.persona},
        domain=domain or {"domain": "retail", "policy": "Be kind."},
        seed=7,
        trial=key.trial,
    )
    words = [AgentSaid(seq=seq, text=text) for seq, text in enumerate(said, 1)]
    return Log(key, (first, *words, Ended(seq=len(said) + 1, reason="user_closed")))


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)
OUTCOMES = st.sampled_from(["ok", "unknown_tool", "malformed", "invalid_arguments", "refused", "error"])


@st.composite
def logs(draw: st.DrawFn) -> tuple[Log, ...]:
    keys = draw(
        st.lists(
            st.builds(SessionKey, st.sampled_from("ab"), st.sampled_from("pq"), st.integers(0, 12)),
            max_size=4,
            unique=True,
        )
    )
    return tuple(draw(log_with(key)) for key in keys)


@st.composite
def log_with(draw: st.DrawFn, key: SessionKey) -> Log:
    objects = st.dictionaries(ANY_TEXT, JSON, max_size=3)
    first = Started(
        seq=0, scenario=draw(objects), persona=draw(objects), domain=draw(objects), seed=draw(st.integers())
    )
    kinds: list[Any] = [
        lambda n: AgentSaid(seq=n, text=draw(ANY_TEXT)),
        lambda n: UserSaid(seq=n, text=draw(ANY_TEXT), closing=draw(st.booleans())),
        lambda n: ToolCalled(
            seq=n, tool=draw(ANY_TEXT), arguments=draw(JSON), outcome=draw(OUTCOMES), result=draw(JSON)
        ),
        lambda n: Judged(seq=n, question="q", verdict=draw(st.booleans() | st.floats(0, 1) | ANY_TEXT)),
        lambda n: Failed(seq=n, boundary="agent", error=draw(ANY_TEXT)),
    ]
    made = draw(st.lists(st.sampled_from(kinds), max_size=4))
    events: list[Event] = [first, *(make(n) for n, make in enumerate(made, 1))]
    beside = st.builds(Beside, st.floats(0, 1e6), st.floats(0, 10), st.none() | st.floats(0, 5))
    return Log(key, tuple(events), tuple(draw(beside) for _ in events))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(logs())
def test_any_sessions_read_back_as_they_were_recorded(played: tuple[Log, ...]) -> None:
    with Store.temporary() as store:
        for log in played:
            store.add(log)
    back = list(store.logs())
    assert back == sorted(played, key=lambda log: str(log.session))
    assert [log.beside for log in back] == [log.beside for log in sorted(played, key=lambda log: str(log.session))]
    assert {str(log.session): log.digest for log in back} == {str(log.session): log.digest for log in played}


def test_what_an_agent_does_to_its_arguments_afterwards_does_not_reach_the_store(tmp_path: Path) -> None:
    arguments: dict[str, Any] = {"items": ["lamp"], "odd": {1, 2}.__class__, "not": float("nan")}
    with Store.create(tmp_path / "run", {}) as store:
        log = log_of(KEY)
        recorder = store.recorder(KEY)
        recorder.record(log.events[0])
        recorder.record(ToolCalled(seq=1, tool="buy", arguments=arguments, outcome="ok"))
        arguments["items"].append("a yacht")
    call = store.log(KEY).calls[0]
    assert call.arguments == {"items": ["lamp"], "odd": "<class 'set'>", "not": "nan"}


def test_the_run_digest_does_not_depend_on_the_order_of_sessions(tmp_path: Path) -> None:
    played = [log_of(SessionKey("s", "p", trial), f"I am {trial}") for trial in range(12)]
    digests = []
    for name, order in (("forth", played), ("back", played[::-1])):
        with Store.create(tmp_path / name, {}) as store:
            for log in order:
                store.add(log)
        digests.append(run_digest(store.digests()))
    assert digests[0] == digests[1]
    assert len(store.digests()) == 12


def test_sessions_come_sorted_by_their_names(tmp_path: Path) -> None:
    with Store.create(tmp_path / "run", {}) as store:
        for key in ("b/p/2", "b/p/10", "a/q/0", "B/p/0", "a/p/1"):
            store.add(log_of(SessionKey.parse(key)))
    assert [str(log.session) for log in store.logs()] == ["B/p/0", "a/p/1", "a/q/0", "b/p/10", "b/p/2"]


def test_recorders_of_many_sessions_may_interleave(tmp_path: Path) -> None:
    played = [log_of(SessionKey("s", "p", trial), *(f"{trial}:{n}" for n in range(200))) for trial in range(80)]
    with Store.create(tmp_path / "run", {}) as store:
        recorders = [store.recorder(log.session) for log in played]
        for events in zip(*played, strict=True):
            for recorder, event in zip(recorders, events, strict=True):
                recorder.record(event)
    assert list(store.logs()) == sorted(played, key=lambda log: str(log.session))


def test_a_run_can_be_read_while_it_is_played(tmp_path: Path) -> None:
    log = log_of(KEY, "hello")
    with Store.create(tmp_path / "run", {}) as store:
        recorder = store.recorder(KEY)
        for event in log.events[:2]:
            recorder.record(event)
        store.flush()
        assert [one.events for one in Store.open(tmp_path / "run").logs()] == [log.events[:2]]
        assert store.log(KEY).ended is None
        assert store.digests() == {}


def test_a_domain_is_kept_once_however_often_it_is_played(tmp_path: Path) -> None:
    policy = {"domain": "retail", "policy": "Read this. " * 5_000}
    with Store.create(tmp_path / "run", {}) as store:
        for trial in range(100):
            store.add(log_of(SessionKey("s", "p", trial), domain=policy))
    assert (tmp_path / "run" / "run.db").stat().st_size < 3 * len(policy["policy"])
    assert all(log.started.domain == policy for log in store.logs())


def test_intents_say_what_was_under_way(tmp_path: Path) -> None:
    with Store.create(tmp_path / "run", {}) as store:
        recorder = store.recorder(KEY)
        recorder.record(log_of(KEY).events[0])
        recorder.settle(recorder.intend("tool_called", {"tool": "refund", "seq": 1}))
        recorder.intend("model_called", {"model": "m"})
        store.flush()
        told = [(i.ordinal, i.kind, i.body, i.settled) for i in Store.open(tmp_path / "run").intents(KEY)]
    assert told == [(0, "tool_called", {"tool": "refund", "seq": 1}, True), (1, "model_called", {"model": "m"}, False)]


def test_a_run_goes_on_where_another_process_left_it(tmp_path: Path) -> None:
    with Store.create(tmp_path / "run", {}) as store:
        store.add(log_of(SessionKey("s", "p", 0)))
    with Store.open(tmp_path / "run") as store:
        store.add(log_of(SessionKey("s", "p", 1)))
    assert [log.session.trial for log in store.logs()] == [0, 1]


def test_all_state_is_in_the_folder_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    with Store.create(tmp_path / "run", {"seed": 7}) as store:
        store.add(log_of(KEY))
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["run.db", "run.json", "run.lock"]
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "run").iterdir())


def test_a_temporary_run_goes_when_nobody_holds_it() -> None:
    with Store.temporary() as store:
        store.add(log_of(KEY))
    folder = store.folder
    assert folder is not None and folder.exists() and len(list(store.logs())) == 1
    del store
    assert not folder.exists()


def test_a_session_of_which_no_event_came_to_be_kept_is_no_damage(tmp_path: Path) -> None:
    second = log_of(SessionKey("late-refund", "novice", 1))
    with Store.create(tmp_path / "run", {}) as store:
        store.add(log_of(KEY))
        store._writer.put(Opened(7, second.session, "retail"))
    assert [log.session for log in Store.open(tmp_path / "run").logs()] == [KEY]

    with Store.resume(tmp_path / "run") as store:
        assert store.begun() == set()
        store.add(second)
    assert len(list(store.logs())) == len(store.digests()) == 2


def test_a_run_is_never_written_over(tmp_path: Path) -> None:
    Store.create(tmp_path / "run", {}).close()
    with pytest.raises(StoreError, match="there is a run already; go on with it by --resume, choose another --out"):
        Store.create(tmp_path / "run", {})


def test_a_name_that_is_no_run_gets_the_nearest_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Store.create("nightly", {}).close()
    assert Path("runs/nightly/run.json").is_file()
    with pytest.raises(UsageError, match=r"'nigthly' is no run: .* did you mean 'nightly'\?"):
        Store.open("nigthly")
    with pytest.raises(UsageError, match=r"did you mean 'runs/nightly'\?"):
        Store.open("runs/nightli")
    with pytest.raises(UsageError, match="is no session of runs/nightly"):
        Store.open("nightly").log(KEY)


def test_a_run_that_came_to_nothing_frees_its_name_and_leaves_other_files_alone(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "notes.txt").write_text("mine")
    store = Store.create(tmp_path / "run", {})
    store.add(log_of(KEY))
    store.discard()
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["notes.txt"]
    Store.create(tmp_path / "run", {}).close()


def database_urls(tmp_path: Path) -> list[str]:
    """A file stands in for a server where none is given: the same code, but for the schema."""
    server = os.environ.get("SIMKIT_TEST_DATABASE")
    return [
        f"sqlite:///{tmp_path}/shared.db",
        *([f"{server}{'&' if '?' in server else '?'}run=test"] if server else []),
    ]


def test_a_database_url_takes_the_place_of_a_folder(tmp_path: Path) -> None:
    for url in database_urls(tmp_path):
        log = log_of(KEY, "\ud800\x00ü")
        with Store.create(url, {"seed": 7}) as store:
            store.add(log)
            store.update_manifest(done=True)
        with pytest.raises(StoreError, match="no run can be made"):
            Store.create(url, {})
        again = Store.open(url)
        assert (again.folder, again.manifest) == (None, {"format": 1, "seed": 7, "done": True})
        assert list(again.logs()) == [log]
        again.discard()
        with pytest.raises(StoreError, match="has no run"):
            Store.open(url)


def test_a_url_that_is_none_is_one_line_without_its_password() -> None:
    with pytest.raises(UsageError) as caught:
        Store.open("nosuchdb://ana:secret@host/x")
    assert "nosuchdb" in str(caught.value) and "secret" not in str(caught.value)


def test_the_store_costs_nothing_until_it_is_used() -> None:
    process = run_python("import simkit.trace.store, sys; print('sqlalchemy' in sys.modules)")
    assert process.communicate()[0] == "False\n"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "two"}', '{"format": 99}', "\x00", "[" * 100_000])
def test_a_damaged_manifest_is_one_line(tmp_path: Path, text: str) -> None:
    Store.create(tmp_path / "run", {}).close()
    (tmp_path / "run" / "run.json").write_text(text)
    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path / "run")
    assert str(caught.value).startswith(f"{tmp_path}/run/run.json: ") and "\n" not in str(caught.value)


def test_a_manifest_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    with Store.create(tmp_path / "run", {"seed": 7}) as store:
        store.update_manifest(finished=True)
        with pytest.raises(TypeError):
            store.update_manifest(bad=object())
    assert Store.open(tmp_path / "run").manifest == {"format": 1, "seed": 7, "finished": True} == store.manifest
    assert len(list((tmp_path / "run").iterdir())) == 3


def test_a_session_recorded_twice_surfaces_as_a_store_error(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "run", {})
    store.add(log_of(KEY))
    store.add(log_of(KEY))
    with pytest.raises(StoreError, match="run: cannot be written"):
        store.close()
    with pytest.raises(StoreError):
        store.add(log_of(SessionKey("s", "p", 1)))


def test_of_a_damaged_run_all_sound_sessions_are_read_and_the_others_named(tmp_path: Path) -> None:
    with Store.create(tmp_path / "run", {}) as store:
        for trial in range(50):
            store.add(log_of(SessionKey("s", "p", trial), *["x" * 500] * 20))
    path = tmp_path / "run" / "run.db"
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * 4096)
    read = []
    with pytest.raises(StoreError, match=r"is damaged .*; (\d+) sessions could be read, \d+ could not: s/p/\d+"):
        read.extend(log.session.trial for log in Store.open(tmp_path / "run").logs())
    assert 40 <= len(read) < 50


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    Store.create(tmp_path / "run", {}).close()
    (tmp_path / "run" / "run.db").write_text("this is not a database " * 1000)
    with pytest.raises(StoreError, match="is damaged"):
        list(Store.open(tmp_path / "run").logs())


WRITER = """
    import sys
    from simkit.trace.store import Store
    from simkit.trace.log import SessionKey
    from simkit.trace.events import AgentSaid, Started
    store = Store.create(sys.argv[1], {"seed": 7})
    recorders = [store.recorder(SessionKey("s", "p", n)) for n in range(8)]
    for recorder in recorders:
        recorder.record(Started(seq=0, scenario={}, persona={}, domain={}, seed=7))
    for seq in range(1, 100_000):
        for recorder in recorders:
            recorder.record(AgentSaid(seq=seq, text=f"{recorder.key.trial}:{seq}" + "." * 200))
        if seq % 50 == 0:
            store.flush()
            print(seq, flush=True)
"""


def run_python(code: str, *arguments: str, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(code), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


@pytest.mark.parametrize("patience", [1, 3, 7])
def test_a_killed_process_leaves_a_prefix_of_each_session(tmp_path: Path, patience: int) -> None:
    process = run_python(WRITER, f"{tmp_path}/run")
    assert process.stdout is not None
    durable = [int(process.stdout.readline()) for _ in range(patience)][-1]
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    logs = list(Store.open(tmp_path / "run").logs())
    assert [log.session.trial for log in logs] == list(range(8))
    for log in logs:
        assert len(log) > durable
        texts = [event.text.rstrip(".") for event in log if isinstance(event, AgentSaid)]
        assert texts == [f"{log.session.trial}:{seq}" for seq in range(1, len(log))]


FULL_DISK = """
    import resource, signal, sys
    from simkit.errors import StoreError
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    import simkit.trace.tables
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    exec(sys.argv[2])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file size limit to play a full disk with")
def test_a_full_disk_stops_the_recording_and_keeps_what_was_durable(tmp_path: Path) -> None:
    process = run_python(FULL_DISK, f"{tmp_path}/run", textwrap.dedent(WRITER))
    out, error = process.communicate(timeout=60)
    last = error.strip().splitlines()[-1]
    assert last.startswith(f"simkit.errors.StoreError: {tmp_path}/run: cannot be written ("), last
    assert last.endswith("; free space or choose another --out")
    durable = int(out.split()[-1]) if out else 0
    assert all(len(log) > durable for log in Store.open(tmp_path / "run").logs())
