"""`simkit matrix` as people and scripts call it: what each look adds, and what cannot be asked for."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tinyshop import write_shop

from simkit import api, cli


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A run of the small shop, played by its demo agent and by one that does nothing."""
    folder = tmp_path_factory.mktemp("place")
    write_shop(folder)
    return api.run(str(folder / "shop"), "reference", trials=12, out=folder / "played").name


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        cli.main(["matrix", *arguments])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return int(left.value.code or 0), out, err


CONTRACT = ["view", "states", "counts", "probabilities", "start", "end", "sessions", "transitions"]


def test_the_json_keeps_its_contract_and_each_look_adds_a_key(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    plain, close = (
        json.loads(told(capsys, run, *looks, "--format", "json")[1])
        for looks in ((), ("--chain", "--interval", "--resamples", "50"))
    )

    assert list(plain) == [*CONTRACT, "fit"]
    assert list(close) == [*CONTRACT, "fit", "intervals", "chain"]
    assert {key: close[key] for key in CONTRACT} == {key: plain[key] for key in CONTRACT}
    assert close["chain"]["passing"] == 1
    assert len(close["intervals"]["low"]) == len(plain["states"])


def test_the_table_says_how_far_it_can_be_trusted(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(capsys, run)

    assert code == 0
    assert out.splitlines()[-1].startswith(("fit: ", "     "))
    assert max(map(len, told(capsys, run, "--chain", "--resamples", "50")[1].splitlines())) <= 100


@pytest.mark.parametrize(
    ("looks", "first"),
    [
        (("--chain",), "state,visits,value"),
        (("--interval",), "from,to,n,of,p"),
        (("--what-if", "START->get_order:ok=>END:pass"), "figure,value,low,high"),
        (("--prior", "jeffreys"), "from,to,n,of,p"),
        (("--prior", "pooled"), "from,to,persona,n,of,seen,pooled"),
        (("--failures", "--funnel"), "step,entered,failed"),
        (("--given", "turn=1-2"), "from,START"),
        (("--by", "mine=call+phase"), "from,START"),
    ],
)
def test_every_look_is_also_a_spreadsheet(
    run: str, capsys: pytest.CaptureFixture[str], looks: tuple[str, ...], first: str
) -> None:
    code, out, _ = told(capsys, run, *looks, "--format", "csv")

    assert code == 0
    assert out.startswith(first)


def test_failures_keep_their_contract_too(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, run, "--failures", "--format", "json")[1])

    assert list(found)[:4] == ["rows", "columns", "counts", "sessions"]
    assert {"attempts", "hazards", "cells", "recovered", "funnel"} <= set(found)


def test_personas_are_pooled_over_the_states_of_the_matrix(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, run, "--prior", "pooled", "--json")[1])
    pooled = found["pooled"].values()

    assert list(found) == [*CONTRACT, "fit", "pooled"]
    assert {one["prior"] for one in pooled} == {"pooled"}
    assert np.sum([one["counts"] for one in pooled], axis=0).tolist() == found["counts"]
    assert sum(one["sessions"] for one in pooled) == found["sessions"]


def test_the_view_is_saved_under_its_name(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(told(capsys, run, "--by", "mine=call+phase", "--json")[1])["view"] == "mine=call+phase"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("--chain", "--failures"), "different tables; ask for one"),
        (("--prior", "pooled", "--failures"), "different tables; ask for one"),
        (("--prior", "pooled", "--given", "turn=1"), "need whole ones"),
        (("--funnel",), "give --failures with it"),
        (("--chain", "--given", "turn=1"), "need whole ones"),
        (("--failures", "--given", "turn=1"), "only the counts of simkit matrix can be cut by turns"),
        (("--given", "turn=3-1"), "the range is empty; write turn=1-3"),
        (("--given", "turn=one"), "one range, as turn=2, turn=1-3 or turn=4-"),
        (("--resamples", "1"), "must be"),
        (("--resamples", "50"), "goes with --chain, --interval or --failures"),
        (("--absorption", "--resamples", "50"), "nothing is drawn anew here"),
        (("--by", "call+arg.nonsense"), "no tool of the run has it"),
        (("--prior", "guess"), "guess"),
    ],
)
def test_what_cannot_be_asked_for_is_one_line(
    run: str, capsys: pytest.CaptureFixture[str], asked: tuple[str, ...], message: str
) -> None:
    code, out, err = told(capsys, run, *asked)

    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert message.lower() in err.lower()


def test_slices_by_turn_add_up_to_the_whole(run: str) -> None:
    parts = [api.transitions(run, given=[turns]) for turns in ("turn=0", "turn=1", "turn=2", "turn=3-")]
    whole = api.transitions(run)

    assert sum(part.counts_in(whole.states) for part in parts).tolist() == whole.counts.tolist()


def test_failures_are_ranked_by_as_many_resamples_as_asked_for(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    few, more = (
        json.loads(told(capsys, run, "--failures", "--resamples", many, "--format", "json")[1]) for many in ("2", "400")
    )

    assert (few["resamples"], more["resamples"]) == (2, 400)
    assert [cell["count"] for cell in few["cells"]] == [cell["count"] for cell in more["cells"]]


def test_absorption_says_what_was_made_of_states_that_were_never_left(run: str) -> None:
    whole, cut = api.absorption(run).to_json(), {"rows_without_data": []}
    for turn in range(6):
        counts = api.transitions(run, given=[f"turn={turn}"])
        told = api.absorption(run, given=[f"turn={turn}"]).to_json()
        left = dict(zip(counts.states, counts.counts.any(axis=1).tolist(), strict=True))
        assert told["rows_without_data"] == [one for one in told["states"] if not left[one] and one not in told["ends"]]
        cut = cut if cut["rows_without_data"] else told

    assert (whole["policy"], whole["rows_without_data"]) == ("undefined", [])
    assert cut["rows_without_data"]
