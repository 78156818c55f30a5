"""The test for change: right about what did not change as often as it says, and able to see what did."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_chains import agent, sessions

from simkit.errors import UsageError
from simkit.paths.change.relabel import Relabelling
from simkit.paths.change.verdict import change, false_discovery
from simkit.paths.states import END, START
from simkit.paths.walks import Walks, walks_of_states
from simkit.trace.log import SessionKey

EIGHT = ("AABAAB", "AAABA", "ABAAAA", "AAB", "BABBBA", "BBBA", "ABBABB", "BBAB")
"""Case `perm_exact` of the shared reference: the first four sessions are A's."""


def walks(*told: str, tasks: str = "") -> Walks:
    """Sessions of one-letter states, all passing; `tasks` has a letter for each, the scenario that it played."""
    counted: dict[str, int] = {}
    keys = []
    for task in tasks:
        keys.append(SessionKey(task, "anybody", counted.setdefault(task, 0)))
        counted[task] += 1
    return walks_of_states([(START, *states, f"{END}pass") for states in told], "tool", keys or None)


def labelled(unit: str, labels: str, groups: str) -> Relabelling:
    """A labelling by letters: `ab` per session, groups by digit."""
    marks = np.array([letter == "b" for letter in labels], dtype=np.uint8)
    tasks = np.array([int(digit) for digit in groups])
    paired = all(len(set(marks[tasks == task])) == 2 for task in set(tasks))
    return Relabelling(marks, tasks, unit, paired)  # type: ignore[arg-type]


def test_few_sessions_are_compared_with_every_labelling_there_is() -> None:
    """The exact p of the shared reference is 2 of 70; a textbook G-test says 0.005."""
    told = change(walks(*EIGHT[:4]), walks(*EIGHT[4:]), unit="session")

    assert told.exact
    assert told.labellings == 70
    assert told.p == told.smallest_p == 2 / 70


@pytest.mark.parametrize("alike", [None, 15.0], ids=["alike", "personas differ"])
def test_it_cries_wolf_in_one_of_twenty_cases(alike: float | None) -> None:
    """Nominal 5 % is 3 to 7 %, also where every session has a persona of its own."""
    rng, law = np.random.default_rng(5), agent()
    sides = [(sessions(law, 20, rng, alike), sessions(law, 20, rng, alike, "other")) for _ in range(500)]

    told = [change(a, b, permutations=99, seed=n) for n, (a, b) in enumerate(sides)]

    assert 0.03 <= np.mean([one.changed for one in told]) <= 0.07
    assert np.mean([bool(one.changed_rows) for one in told]) <= 0.07


def test_trials_of_one_task_are_no_news() -> None:
    """Ten tasks a side, each with laws of its own, five alike trials of each: as sessions they would differ."""
    rng, law = np.random.default_rng(17), agent()

    def side(name: str) -> Walks:
        tasks = sessions(law, 10, rng, 4.0, name)
        some = tasks.only(np.repeat(np.arange(10), 5))
        keys = tuple(key._replace(trial=n % 5) for n, key in enumerate(some.keys))
        return Walks(some.view, some.states, keys, some.steps, some.events, some.bounds)

    told = [(side("one"), side("two")) for _ in range(100)]

    by_task = [change(a, b, permutations=99, seed=n) for n, (a, b) in enumerate(told)]
    by_session = [change(a, b, unit="session", permutations=99, seed=n) for n, (a, b) in enumerate(told)]

    assert {one.unit for one in by_task} == {"task"}
    assert np.mean([one.changed for one in by_task]) <= 0.10
    assert np.mean([one.changed for one in by_session]) >= 0.5


def test_it_finds_the_row_and_the_cells_that_changed() -> None:
    rng = np.random.default_rng(7)
    told = change(sessions(agent(), 150, rng), sessions(agent(0.3), 150, rng, name="other"))

    row = min((row for row in told.rows if row.p is not None), key=lambda row: (row.p, -row.statistic))
    best = told.largest(2)

    assert told.changed
    assert row.state == "s1:ok"
    assert row.q is not None and row.q < 0.05
    assert {(cell.source, cell.target) for cell in best} == {("s1:ok", "s2:ok"), ("s1:ok", "s4:ok")}
    assert all(cell.q is not None and cell.q < 0.05 for cell in best)
    assert all(cell.low <= cell.difference <= cell.high for cell in best)  # type: ignore[operator]
    assert "s1:ok" in told.sentences()[-5] + told.sentences()[-4]


def test_differences_are_those_of_the_counts() -> None:
    told = change(walks("AB", "AB", "AC", "AC"), walks("AB", "AC", "AC", "AC", "AC"))

    cell = next(cell for cell in told.cells if (cell.source, cell.target) == ("A", "C"))

    assert (cell.counts, cell.visits) == ((2, 4), (4, 5))
    assert (cell.before, cell.after) == (0.5, 0.8)
    assert cell.difference == pytest.approx(0.3)
    assert cell.h == pytest.approx(2 * (np.arcsin(np.sqrt(0.8)) - np.arcsin(np.sqrt(0.5))))
    assert cell.p is None, "five sessions have to have it before it is tested"


def test_runs_that_have_no_state_in_common_are_told_apart() -> None:
    """What follows each state is then no different: nobody else was there."""
    rng = np.random.default_rng(0)
    sides = [
        walks(*("".join(rng.choice(list(letters), 20)) for _ in range(30))) for letters in ("ABCDEFGHIJ", "KLMNOPQRST")
    ]

    told = change(*sides)

    assert told.changed
    assert told.p_overall == told.smallest_p < 0.05 < told.p


def test_a_change_in_one_row_of_many_is_named_though_the_whole_is_too_blunt() -> None:
    ways = [f"{a}{b}" for a in "CDEFGHIJKLMN" for b in "XYZ"]
    noise = np.random.default_rng(4)
    before = walks(*(f"{ways[noise.integers(36)]}P" + "SQ"[n % 8 == 0] for n in range(60)))
    after = walks(*(f"{ways[noise.integers(36)]}P" + "SQ"[n % 2 == 0] for n in range(60)))

    told = change(before, after)

    assert not told.changed
    assert [row.state for row in told.changed_rows] == ["P"]
    assert "but in what follows P (q = " in told.sentences()[0]


def test_a_state_that_only_one_run_knows_has_no_difference() -> None:
    told = change(walks("A", "A"), walks("AN", "AN"))

    cell = next(cell for cell in told.cells if cell.source == "N")

    assert (cell.before, cell.after, cell.difference, cell.low, cell.h) == (None, 1.0, None, None, None)
    assert cell.sentence() == "A never came to N; B left it 2 times."


def test_the_same_run_twice_has_not_changed() -> None:
    run = walks("AB", "AC", "B", tasks="xyz")

    told = change(run, run)

    assert (told.unit, told.paired, told.p_overall, told.distance) == ("pair", True, 1.0, 0.0)
    assert not told.changed


def test_pairs_see_what_the_scenarios_would_hide() -> None:
    """Twenty scenarios, in half of which agents ask for a code; B asks in six more."""
    tasks = "abcdefghijklmnopqrst"
    before = walks(*["AQ"] * 10, *["AP"] * 10, tasks=tasks)
    after = walks(*["AQ"] * 16, *["AP"] * 4, tasks=tasks)

    paired, apart = change(before, after, permutations=3_999), change(before, after, unit="session", permutations=3_999)

    assert paired.unit == "pair"
    assert paired.p == pytest.approx(2 / 2**6, rel=0.2), "six swaps that matter, all in one direction"
    assert apart.p > 0.05


def test_only_what_both_played_is_compared() -> None:
    told = change(walks("A", "B", "B", tasks="xyy"), walks("A", "C", tasks="xz"))

    assert (told.sessions, told.left_out, told.tasks) == ((1, 1), (2, 1), 1)
    assert any("Left out: 2 sessions of A and 1 of B" in sentence for sentence in told.sentences())


def test_too_few_sessions_are_said_to_be_too_few() -> None:
    told = change(walks("A", "A", tasks="xy"), walks("B", "B", tasks="xy"))

    assert told.sentences()[0].startswith("Too few sessions to tell: no result could have a p below 0.50")


@pytest.mark.parametrize(
    ("unit", "labels", "groups", "count"),
    [
        ("session", "aabb", "0123", 6),
        ("session", "abb", "012", 3),
        ("pair", "aabbab", "000011", 12),
        ("task", "aabbab", "000011", 4),
        ("task", "aaabbb", "001122", 3),
    ],
)
def test_labels_move_only_where_they_may(unit: str, labels: str, groups: str, count: int) -> None:
    design = labelled(unit, labels, groups)
    if unit == "task" and not design.paired:
        design = Relabelling(np.array([0, 0, 0, 0, 1, 1], dtype=np.uint8), design.groups, "task", False)

    every = {tuple(row) for row in design.every().tolist()}
    drawn = np.concatenate(list(design.drawn(400, np.random.default_rng(0))))

    assert len(every) == design.labellings == count
    assert tuple(design.labels.tolist()) in every
    assert {tuple(row) for row in drawn.tolist()} == every


def test_every_labelling_is_drawn_as_often() -> None:
    design = labelled("pair", "aabbab", "000011")
    drawn = np.concatenate(list(design.drawn(24_000, np.random.default_rng(1))))

    _, times = np.unique(drawn, axis=0, return_counts=True)

    assert len(times) == 12
    assert abs(times - 2_000).max() < 5 * np.sqrt(2_000)


def test_q_values_are_those_of_benjamini_and_hochberg() -> None:
    p = np.array([0.01, 0.04, 0.03, 0.005, 0.55, np.nan])

    assert false_discovery(p).tolist()[:5] == pytest.approx([0.025, 0.05, 0.05, 0.025, 0.55])
    assert np.isnan(false_discovery(p)[5])


@given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=20))
@settings(deadline=None)
def test_q_is_never_below_p_and_keeps_its_order(p: list[float]) -> None:
    q = false_discovery(np.array(p))

    assert (q >= np.array(p) - 1e-12).all()
    assert (q <= 1).all()
    assert (np.diff(q[np.argsort(p, kind="stable")]) >= -1e-12).all()


def test_exchanging_the_runs_turns_differences_around_and_keeps_p() -> None:
    one, two = walks(*EIGHT[:4], tasks="wxyz"), walks(*EIGHT[4:], tasks="wxyz")

    there, back = change(one, two), change(two, one)

    assert (there.p, there.statistic) == (back.p, back.statistic)
    differences = {(cell.source, cell.target): cell.difference for cell in back.cells}
    for cell in there.cells:
        opposite = differences[cell.source, cell.target]
        assert (cell.difference is None) == (opposite is None)
        assert cell.difference is None or cell.difference == pytest.approx(-opposite)  # type: ignore[operator]


def test_equal_seeds_give_equal_results() -> None:
    rng = np.random.default_rng(8)
    sides = sessions(agent(), 40, rng), sessions(agent(0.1), 40, rng, name="other")

    assert change(*sides, seed=3) == change(*sides, seed=3)


def test_intervals_of_differences_cover_the_truth() -> None:
    """Nominal 95 %, with a persona of its own in every session."""
    rng, held = np.random.default_rng(9), []
    for number in range(400):
        told = change(
            sessions(agent(), 80, rng, 15.0), sessions(agent(0.15), 80, rng, 15.0, "other"), permutations=1, seed=number
        )
        cell = next(cell for cell in told.cells if (cell.source, cell.target) == ("s1:ok", "s2:ok"))
        held.append(cell.low <= -0.15 <= cell.high)  # type: ignore[operator]

    assert 0.93 <= np.mean(held) <= 0.97


def test_sessions_of_one_state_that_go_nowhere_have_not_changed() -> None:
    keys, bounds = (SessionKey("one", "anybody", 0), SessionKey("two", "anybody", 0)), np.array([0, 1, 1])
    steps = np.zeros(1, dtype=np.int32)
    found = change(*(Walks("tool", ("a",), keys, steps, steps, bounds).only([n]) for n in (0, 1)), unit="session")

    assert (found.statistic, found.p) == (0, 1)


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(UsageError, match="no scenario and persona in common"):
        change(walks("A"), walks("A", tasks="x"), unit="pair")
    with pytest.raises(UsageError, match="no session to compare"):
        change(walks(), walks("A"))
    with pytest.raises(UsageError, match="permutations is 0"):
        change(walks("A"), walks("A"), permutations=0)
    with pytest.raises(UsageError, match="different views"):
        change(walks("A"), walks_of_states([], "act"))


def test_json_and_csv_have_every_cell_and_no_nan() -> None:
    told = change(walks("AB", "=1"), walks("AC", "B"))

    value = json.loads(json.dumps(told.to_json(), allow_nan=False))

    assert len(value["cells"]) == len(told.csv().splitlines()) - 1 == len(told.cells)
    assert any(line.startswith("'=") for line in told.csv().splitlines())
