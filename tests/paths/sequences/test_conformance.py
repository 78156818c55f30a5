"""Plans: read from a file or learned, and how far sessions keep to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.errors import SimkitError, UsageError
from simkit.paths.sequences.automaton import Automaton, learned, read_automaton
from simkit.paths.sequences.conformance import conformance
from simkit.paths.states import END, START
from simkit.paths.walks import Walks, walks_of_states

PLAN = """\
automaton: refund
view: tool
moves:
  new:
    "find:*": known
  known:
    get:ok: known
    refund:ok: done
    END:*: over
  done:
    END:pass: over
"""

inner = st.lists(st.sampled_from(["a", "b", "c"]), max_size=5)
told_sessions = st.lists(st.tuples(inner, st.sampled_from(["pass", "fail"])), min_size=1, max_size=8)


@pytest.fixture
def plan(tmp_path: Path) -> Automaton:
    """A refund: find the customer, look, refund once."""
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    return read_automaton(tmp_path / "plan.yaml")


def walks(*told: str) -> Walks:
    """Sessions as `find:ok get:ok =pass`."""
    split = (one.split() for one in told)
    return walks_of_states([(START, *states, f"{END}{end[1:]}") for *states, end in split], "tool")


def test_a_session_that_keeps_to_the_plan_is_accepted(plan: Automaton) -> None:
    found = conformance(walks("find:ok get:ok get:ok refund:ok =pass", "find:error =fail"), plan)

    assert (found.accepted, found.fitness, found.deviations) == (2, 1.0, ())
    assert found.by_outcome == {"pass": (1, 1), "fail": (1, 1)}


def test_the_first_deviation_is_named_with_what_was_allowed(plan: Automaton) -> None:
    found = conformance(walks("find:ok refund:ok refund:ok =pass"), plan)

    (first,) = found.deviations
    assert (first.place, first.state, first.event, first.allowed) == ("done", "refund:ok", 3, ("END:pass",))
    assert found.where == (("done", "refund:ok", 1),)


@pytest.mark.parametrize(
    ("way", "cost", "worst"),
    [
        ("find:ok refund:ok refund:ok =pass", 1, 4 + 2),
        ("get:ok refund:ok =pass", 1, 3 + 2),
        ("find:ok refund:ok =fail", 1, 3 + 2),
        ("x y =pass", 3, 3 + 2),
        ("refund:ok find:ok =pass", 1, 3 + 2),
    ],
)
def test_fitness_is_one_less_the_share_of_repairs(plan: Automaton, way: str, cost: int, worst: int) -> None:
    """Skip a second refund; put in a find; skip a refund that then failed; skip two states and put in a find; …"""
    assert conformance(walks(way), plan).fitness == pytest.approx(1 - cost / worst)


def test_precision_is_the_share_of_what_is_allowed_that_was_done(plan: Automaton) -> None:
    """At `new` one of one, at `known` (twice) two of three, at `done` one of one."""
    found = conformance(walks("find:ok get:ok refund:ok =pass"), plan)

    assert found.precision == pytest.approx((1 * 1 + 2 * 2 + 1 * 1) / (1 * 1 + 2 * 3 + 1 * 1))


def test_a_plan_that_allows_everything_fits_and_is_not_precise() -> None:
    anything = Automaton("flower", "all", {"all": {**{f"s{n}": "all" for n in range(20)}, "END:*": "over"}})

    found = conformance(walks("s1 s1 =pass", "s2 =fail"), anything)

    assert found.fitness == 1.0
    assert found.precision == pytest.approx(3 / 21)


@given(told_sessions, st.integers(1, 3))
@settings(deadline=None)
def test_what_was_learned_accepts_whom_it_was_learned_from(told: list[tuple[list[str], str]], order: int) -> None:
    run = walks_of_states([(START, *states, END + end) for states, end in [*told, (["a"], "pass")]], "tool")

    found = conformance(run, learned(run, order=order))

    assert found.by_outcome["pass"][0] == found.by_outcome["pass"][1]
    assert found.fitness is not None and 0 <= found.fitness <= 1
    assert found.precision is not None and 0 < found.precision <= 1
    assert found.accepted + len(found.deviations) == found.sessions
    assert (found.fitness == 1) == (not found.deviations)


def test_an_end_is_no_other_state() -> None:
    """`*` stands for every state but the end of a session."""
    anything = Automaton("anything", "all", {"all": {"*": "all", "END:pass": "over"}})

    found = conformance(walks("a b =pass", "a =fail"), anything)

    assert [(one.state, one.outcome) for one in found.deviations] == [("END:fail", "fail")]


def test_how_a_session_ended_is_no_deviation_from_what_was_learned() -> None:
    run = walks("a b =pass", "a b =fail")

    assert conformance(run, learned(run)).accepted == 2


def test_what_few_did_can_be_left_out_of_a_plan() -> None:
    run = walks("a b =pass", "a b =pass", "a c b =pass")

    plan = learned(run, least=2)

    assert [one.state for one in conformance(run, plan).deviations] == ["c"]
    with pytest.raises(UsageError, match="no way was gone by 9"):
        learned(run, least=9)


def test_longer_memory_makes_a_plan_stricter() -> None:
    run = walks("a b c =pass", "d b e =pass", "a b e =fail")

    assert conformance(run, learned(run)).accepted == 3
    assert [one.place for one in conformance(run, learned(run, order=2)).deviations] == ["a > b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("moves: {}", "an automaton has 'moves'"),
        ("- a", "an automaton has 'moves'"),
        ("moves: {a: {END:*: b}}\nmove: 1", "no key 'move' here; did you mean 'moves'?"),
        ("moves: {a: [b]}", "'a' holds no moves"),
        ("moves: {a: {b: 3}}", "'b' leads to no place"),
        ("moves: {a: {b: c}}\nstart: x", "no place 'x' in 'moves'"),
        ("moves: {a: {b: a}}", "no session can be complete"),
        ("automaton: [a]\nmoves: {a: {b: c}}", "'automaton' is a name"),
        ("moves: {a: {b: c}}\n---\nmoves: {}", "holds 2 documents"),
        ("moves: {a: {b: &x c}}\nview: *x", "not YAML"),
    ],
)
def test_a_mistake_in_a_plan_is_one_line_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(SimkitError) as error:
        read_automaton(file)

    if said != "not YAML":
        assert said in str(error.value)
    assert "plan.yaml" in str(error.value) and "\n" not in str(error.value)


def test_a_plan_of_another_view_is_refused(plan: Automaton) -> None:
    with pytest.raises(UsageError, match="speaks of the view tool, the sessions of act"):
        conformance(walks_of_states([], "act"), plan)


def test_no_session_has_no_fitness(plan: Automaton) -> None:
    found = conformance(walks_of_states([], "tool"), plan)

    assert (found.sessions, found.fitness, found.precision) == (0, None, None)
