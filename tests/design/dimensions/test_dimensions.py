"""Truths about dimensions files: what is made of them, and what is said of mistakes in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import simkit
from simkit import api
from simkit.cli import app
from simkit.design.dimensions.choice import Choice
from simkit.design.dimensions.filling import Filled, Filler
from simkit.design.dimensions.loading import with_choice
from simkit.design.dimensions.making import Dimensions, read_dimensions
from simkit.errors import SimkitError, UsageError
from simkit.spec.dimensions import DimensionsFile
from simkit.spec.strict_yaml import parse_documents

ROOT = Path(__file__).resolve().parents[3]
RETURNS = ROOT / "scenarios/retail/returns.dimensions.yaml"
SMALL = """
dimensions: small
scenario:
  domain: retail
  personas: ["{persona}"]
  wants: to know {what}
  knows: {order_id: "{order}"}
  goal: {says: ["{words}", "{more}"]}
over:
  what: [one, two]
  order:
    a: {order: W1001, words: "{what} stays"}
    b: {order: W1004, words: x}
  persona: [plain, impatient]
slots: {more: [y, "{order}"]}
"""


def small(tmp_path: Path, text: str = SMALL) -> Dimensions:
    """The small file, or another."""
    file = tmp_path / "small.dimensions.yaml"
    file.write_text(text, encoding="utf-8")
    return read_dimensions(file)


def test_a_tuple_fills_each_slot_once_and_lists_are_put_in_member_by_member(tmp_path: Path) -> None:
    read = small(tmp_path)

    (made,) = read.made([(0, 0, 1)])

    assert made.value["scenario"] == "small.one.a.impatient"
    assert made.value["dimensions"] == {"what": "one", "order": "a", "persona": "impatient"}
    assert made.value["personas"] == ["impatient"]
    assert made.value["goal"]["says"] == ["{what} stays", "y", "W1001"]
    assert "order:a" in made.value["tags"]


@given(st.text(), st.text())
def test_what_is_filled_in_is_never_read_again(one: str, other: str) -> None:
    (document,) = parse_documents('t: {a: "{x}", b: "<{x}{y}>"}', Path("x"))
    slots = {"x": Filled(one, ("t",)), "y": Filled(other, ("t",))}

    made = Filler(document, slots).fill(("t",), {}).value

    assert made == {"a": one, "b": f"<{one}{other}>"}


@pytest.mark.parametrize("value", [3, 2.5, True, "3", "{x}"])
def test_a_value_that_is_exactly_a_slot_keeps_its_type(value: object) -> None:
    (document,) = parse_documents('t: {a: "{x}"}', Path("x"))

    made = Filler(document, {"x": Filled(value, ("t",))}).fill(("t",), {}).value["a"]

    assert made == value and type(made) is type(value)


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("{what}\n", "{waht}\n", ":6:10: nothing fills '{waht}'; did you mean 'what'?"),
        ("W1004", "W9", None),
        ("slots: {more", "never: [{wat: one}]\nslots: {more", ":15:10: 'wat' is no dimension; did you mean 'what'?"),
        ("slots: {more", "must: [{what: on}]\nslots: {more", ":15:15: 'on' is no value of what; did you mean 'one'?"),
        ("slots: {more", "never: [{what: [one, two]}]\nslots: {more", ":15:8: no tuple is left; loosen never"),
        ("slots: {more", "never: [{what: one}]\nmust: [{what: one}]\nslots: {more", ":16:8: must be played, but"),
        ("words: x", "wrods: x", ":8:17: nothing fills '{words}'; did you mean 'wrods'?"),
        ("[one, two]", "[o.e, o-e]", ":10:15: 'o-e' and 'o.e' look the same"),
        ("scenario:\n", "scenario:\n  made_from: x\n", ":4:3: 'made_from' is made from the tuple; remove it"),
        ("order_id:", "ordre_id:", ":7:11: 'ordre_id' is no slot of domain 'retail'; did you mean 'order_id'?"),
        ("[plain, impatient]", "[plain, impatent]", ":14:20: there is no persona 'impatent'; did you mean"),
    ],
)
def test_a_mistake_is_told_where_it_stands_with_its_cure(
    wrong: str, right: str, said: str | None, tmp_path: Path
) -> None:
    file = tmp_path / "small.dimensions.yaml"
    file.write_text(SMALL.replace(wrong, right, 1), encoding="utf-8")

    if said is None:
        assert simkit.load(f"{file}:full").cases
        return
    with pytest.raises(SimkitError) as raised:
        simkit.load(f"{file}:full")
    assert said in "\n".join(raised.value.lines())


def test_the_same_tuple_makes_the_same_scenario_however_it_was_chosen() -> None:
    def digests(choice: str) -> dict[str, str]:
        return {case.scenario.scenario: case.scenario.digest for case in simkit.load(f"{RETURNS}{choice}").cases}

    full = digests(":full")
    for choice in ("", ":sample=5", ":sample=5,seed=3"):
        some = digests(choice)
        assert some.items() <= full.items()
        assert some == digests(choice)
    assert len(digests(":sample=5")) == 5 and digests(":sample=5") != digests(":sample=5,seed=3")


@given(st.builds(Choice, strength=st.none() | st.integers(1, 4), focus=st.text(min_size=1), seed=st.integers(0, 9)))
def test_a_choice_is_read_as_it_was_written(choice: Choice) -> None:
    assert Choice.read(str(choice)) == choice


@pytest.mark.parametrize("choice", ["strength=5", "ful", "sample=0", "sample=x", "full,strength=2"])
def test_a_choice_that_means_nothing_is_refused(choice: str) -> None:
    with pytest.raises(SimkitError):
        simkit.load(f"{RETURNS}:{choice}")


def test_the_shipped_dimensions_hold() -> None:
    checked = api.check(RETURNS)

    assert len(checked.pack.cases) == 12
    assert checked.problems == ()


def test_a_folder_plays_what_people_wrote_and_a_dimensions_file_when_it_is_named() -> None:
    names = [case.scenario.scenario for case in simkit.load(ROOT / "scenarios/retail").cases]

    assert names and not any(name.startswith("returns.") for name in names)


def test_drafted_files_are_the_scenarios_that_run_would_play(tmp_path: Path) -> None:
    assert app(["draft", "cover", str(RETURNS), "--out", str(tmp_path / "drafted")], result_action="return_value") == 0

    drafted, made = simkit.load(tmp_path / "drafted"), simkit.load(RETURNS)
    assert {case.scenario.digest for case in drafted.cases} == {case.scenario.digest for case in made.cases}

    changed = next((tmp_path / "drafted").glob("*.yaml"))
    changed.write_text("# by hand\n", encoding="utf-8")
    with pytest.raises(UsageError, match="is there already and is left as it is"):
        app(["draft", "cover", str(RETURNS), "--out", str(tmp_path / "drafted")], result_action="return_value")
    assert changed.read_text(encoding="utf-8") == "# by hand\n"


def test_workers_make_the_same_tuples(tmp_path: Path) -> None:
    ref = f"{RETURNS}:sample=3"
    alone = simkit.run(ref, "reference", seed=4)
    spread = simkit.run(ref, "reference", seed=4, workers=2, out=tmp_path / "spread")

    assert spread.summary().total.passed == 3
    assert spread.summary().digest == alone.summary().digest


def test_every_key_of_a_dimensions_file_is_explained_and_no_other() -> None:
    page = (ROOT / "docs/dimensions-and-coverage.md").read_text(encoding="utf-8")
    table = page.partition("## A dimensions file")[2].partition("## Playing it")[0]

    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(DimensionsFile.model_fields)


def test_asking_for_tuples_of_what_has_none_is_said() -> None:
    with pytest.raises(UsageError, match="--strength is about dimensions; name a file"):
        with_choice(["scenarios/retail"], Choice(strength=3))
    with pytest.raises(UsageError, match="--full plays every tuple"):
        Choice(full=True, sample=3)
