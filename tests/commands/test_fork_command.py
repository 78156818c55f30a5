"""`simkit fork` and `simkit node` on the command line: what goes where, which exit code, and what is no fork."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tinyshop import write_shop

from simkit import api, cli

AGENT = '''
import time


async def clerk(turn):
    """Looks the order up and asks; cancels on a yes."""
    if len(turn.history) == 1:
        order = await turn.call("get_order", order_id="W1")
        return f"It was {order.value['total']:g} dollars. Shall I go ahead and cancel it? (yes/no)"
    if "yes" in turn.text.lower():
        await turn.call("cancel_order", order_id="W1")
    return "Is there anything else I can help you with?"


async def other(turn):
    return f"It is {time.time_ns()} now. Which order is it about?"
'''

SESSION = "cancel-lamp/plain/0"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a shop and three runs: one that passes, one that never goes the same way, one of a function."""
    folder = tmp_path_factory.mktemp("place")
    shop = write_shop(folder)
    (folder / "agents.py").write_text(AGENT, encoding="utf-8")
    for name in ("clerk", "other"):
        agent = f"{folder / 'agents.py'}:{name}"
        api.run(shop, agent, out=folder / "runs" / name, paths=[str(shop)])
    api.run(shop, lambda turn: "Hello?", out=folder / "runs" / "function", paths=[str(shop)])
    return folder


@pytest.fixture(autouse=True)
def _there(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)


def code_of(*arguments: str) -> int:
    """The exit code of a command line."""
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    return int(left.value.code or 0)


def test_json_is_one_object_that_says_where_it_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("fork", "clerk", SESSION, "--at", "2", "--result", '{"total": 12}', "--trials", "4", "--out", "said")

    assert code_of(*words, "--json") == 0

    told = json.loads(capsys.readouterr().out)
    manifest = json.loads(Path("runs/said/run.json").read_text(encoding="utf-8"))["fork"]
    assert told["parent"] == {"run": "runs/clerk", "session": SESSION}
    assert manifest == {
        **told["parent"],
        "same_luck": False,
        "points": {
            "cancel-lamp.0.at-2": {"at": 2},
            "cancel-lamp.0.at-2.result": {"at": 2, "result": {"total": 12}, "outcome": "ok"},
        },
    }
    assert (told["as_it_was"]["passed"], told["changed"]["passed"], told["effect"]["verdict"]) == (4, 0, "worse")
    assert told["effect"]["effect"] == -1.0


def test_the_same_seed_gives_the_same_continuations(capsys: pytest.CaptureFixture[str]) -> None:
    digests = []
    for out, seed in (("one", "5"), ("two", "5"), ("three", "6")):
        assert code_of("fork", "clerk", SESSION, "--seed", seed, "--trials", "3", "--out", out, "--json") == 0
        capsys.readouterr()
        digests.append(api.open_run(out).summary().digest)

    assert digests[0] == digests[1] != digests[2]


def test_the_table_names_the_events_and_says_no_turn_of_a_session_that_passed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert code_of("fork", "clerk", "cancel-lamp", "--trials", "3", "--out", "table") == 0

    out = " ".join(capsys.readouterr().out.split())
    assert "2 get_order(order_id='W1') -> ok" in out
    assert "What doomed it no turn" in out


def test_it_exits_with_1_where_the_agent_does_not_do_again_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of("fork", "other", SESSION, "--at", "4", "--trials", "2", "--out", "lost") == 1
    assert "2 of 2 replays to event 4 did not come out as recorded" in " ".join(capsys.readouterr().out.split())

    assert code_of("fork", "other", SESSION, "--at", "4", "--restore", "history", "--trials", "2", "--out", "new") == 0


def test_a_fork_is_no_run_to_go_on_with(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of("fork", "clerk", SESSION, "--at", "2", "--trials", "1", "--out", "whole", "--json") == 0
    before = Path("runs/whole/run.json").read_bytes()
    capsys.readouterr()

    for more in ((), ("--accept-changes",)):
        assert code_of("run", "shop", "--agent", "agents.py:clerk", "--out", "whole", "--resume", *more) == 2
        assert capsys.readouterr().err == (
            f"simkit: error: runs/whole is a fork, which is not gone on with; fork {SESSION} of runs/clerk anew, "
            "into another --out\n"
        )
    assert Path("runs/whole/run.json").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("clerk", "no-such"), "has no session 'no-such'"),
        (("clerk", SESSION, "--at", "99"), "can be forked at its events 1 to"),
        (("clerk", SESSION, "--say", "Hi"), "--say needs --at SEQ"),
        (("clerk", SESSION, "--at", "2", "--say", "Hi"), "event 2 is 'tool called'; the user speaks at 1, 4"),
        (("clerk", SESSION, "--at", "1", "--result", "1"), "event 1 is 'user said'; calls are 2, 5"),
        (("clerk", SESSION, "--at", "2", "--result", "{"), "--result is no JSON"),
        (("clerk", SESSION, "--at", "2", "--result", "[NaN]"), "--result is no JSON (NaN is no number there)"),
        (("clerk", SESSION, "--at", "5", "--outcome", "refused"), "event 5 changed the world"),
        (("clerk", SESSION, "--at", "1", "--say", "Hi", "--agent", "null"), "change one thing"),
        (("clerk", SESSION, "--same-luck"), "give --at SEQ with it"),
        (("function", SESSION), "keeps no reference"),
        (("said", "cancel-lamp.0.at-2"), "is a fork itself"),
    ],
)
def test_what_is_no_fork_is_one_line_and_exit_code_2(
    words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if words[0] == "said" and not Path("runs/said").exists():
        code_of("fork", "clerk", SESSION, "--at", "2", "--trials", "1", "--out", "said", "--json")
        capsys.readouterr()

    assert code_of("fork", *words) == 2

    err = capsys.readouterr().err
    assert told in err
    assert err.startswith("simkit: error: ")
    assert len(err.strip().splitlines()) == 1
