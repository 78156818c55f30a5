"""Ways, parts, first divergences, groups and entropy, on sessions small enough to count by hand."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from goldenfile import golden
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.errors import UsageError
from simkit.paths.sequences.clusters import clusters, communities
from simkit.paths.sequences.divergence import divergences, partings
from simkit.paths.sequences.spread import spread
from simkit.paths.sequences.told import PARTS, sequences
from simkit.paths.sequences.variants import frequent_parts, variants
from simkit.paths.states import END, START, Visit
from simkit.paths.walks import Walks, walks_of, walks_of_states
from simkit.trace.log import SessionKey

inner = st.lists(st.sampled_from(["a", "b", "c"]), max_size=6)
told_sessions = st.lists(st.tuples(inner, st.sampled_from(["pass", "fail"])), min_size=1, max_size=10)


def walked(*told: str) -> Walks:
    """Sessions as `refund: find get =pass`; a scenario's sessions are its trials."""
    counted: Counter[str] = Counter()
    sessions, keys = [], []
    for one in told:
        scenario, _, way = one.partition(": ")
        *states, end = way.split()
        sessions.append((START, *states, f"{END}{end.removeprefix('=')}"))
        keys.append(SessionKey(scenario, "plain", counted[scenario]))
        counted[scenario] += 1
    return walks_of_states(sessions, "tool", keys)


SHOP = walked(
    "refund: find get refund =pass",
    "refund: find get refund =pass",
    "refund: find refund refund refund =fail",
    "address: find get change =pass",
    "address: find get =fail",
    "parcel: find get track get track =pass",
    "parcel: find get track get track =fail",
)


def test_ways_are_counted_with_how_they_ended() -> None:
    found = variants(SHOP)

    assert (found[0].states, found[0].sessions, found[0].passed) == (
        (START, "find", "get", "refund", "END:pass"), 2, True
    )  # fmt: skip
    assert [one.sessions for one in found] == [2, 1, 1, 1, 1, 1]
    assert sum(one.sessions for one in found) == len(SHOP)


@given(told_sessions)
@settings(deadline=None)
def test_every_session_is_in_one_way(told: list[tuple[list[str], str]]) -> None:
    run = [(START, *states, END + end) for states, end in told]

    found = variants(walks_of_states(run, "tool"))

    assert {one.states: one.sessions for one in found} == Counter(run)


@given(told_sessions)
@settings(deadline=None)
def test_parts_are_in_as_many_sessions_as_they_say(told: list[tuple[list[str], str]]) -> None:
    run = [(START, *states, END + end) for states, end in told]

    for part in frequent_parts(walks_of_states(run, "tool"), longest=4, least=1):
        n = len(part.states)
        places = [[s[i : i + n] for i in range(1, len(s) - n)] for s in run]
        holding = [s[-1] == "END:pass" for s, inside in zip(run, places, strict=True) if part.states in inside]
        assert part.sessions == len(holding)
        assert part.times == sum(inside.count(part.states) for inside in places)
        assert part.passing == pytest.approx(np.mean(holding))


def test_only_parts_that_say_more_are_told() -> None:
    """`get refund` comes only within `find get refund`, so it is not told by itself."""
    found = {part.states: part for part in frequent_parts(SHOP)}

    assert ("get", "refund") not in found
    assert found["find", "get", "refund"].sessions == 2
    assert found["find", "get"].sessions == 6
    assert found["find", "get"].passing == pytest.approx(4 / 6)
    assert found["find", "get"].passing_elsewhere == 0.0


def test_a_failing_trial_is_laid_beside_the_passing_one_it_followed_longest() -> None:
    refund, address, parcel = divergences(SHOP)

    assert (refund.failing, refund.passing) == ("refund/plain/2", "refund/plain/0")
    assert (refund.together, refund.after) == (2, "find")
    assert (refund.failing_next, refund.passing_next) == ("refund", "get")
    assert (address.after, address.failing_next, address.passing_next) == ("get", "END:fail", "change")
    assert parcel.same_way and not refund.same_way


def test_the_events_of_both_are_named() -> None:
    good = [Visit(START, 0), Visit("find", 2), Visit("get", 5), Visit("END:pass", 9)]
    bad = [Visit(START, 0), Visit("find", 3), Visit("put", 4), Visit("END:fail", 7)]
    walks = walks_of([(SessionKey("s", "p", 0), good), (SessionKey("s", "p", 1), bad)], "tool")

    found = divergences(walks)

    assert [(one.failing_event, one.passing_event) for one in found] == [(4, 5)]


def test_another_persona_helps_where_ones_own_never_passed() -> None:
    walks = walks_of_states(
        [(START, "find", "END:pass"), (START, "put", "END:fail"), (START, "put", "END:fail")],
        "tool",
        [SessionKey("s", "calm", 0), SessionKey("s", "angry", 0), SessionKey("other", "angry", 0)],
    )

    assert [(one.failing, one.passing) for one in divergences(walks)] == [("s/angry/0", "s/calm/0")]


def test_partings_gather_the_same_place() -> None:
    walks = walked("r: a b =pass", "r: a c =fail", "r: a c d =fail", "r: b =fail")

    first, second = partings(divergences(walks))

    assert (first.after, first.failing_next, first.passing_next, len(first.sessions)) == ("a", "c", "b", 2)
    assert (second.after, second.failing_next) == (START, "b")


def test_sessions_that_go_alike_are_found_whatever_their_end() -> None:
    walks = walked(
        *["x: find get refund =pass"] * 6, *["x: find get refund =fail"] * 2, *["y: talk talk talk =fail"] * 4
    )

    found = clusters(walks)

    assert [len(one.sessions) for one in found.clusters] == [8, 4]
    assert [one.passing for one in found.clusters] == [0.75, 0.0]
    assert found.clusters[1].way == (START, "talk", "talk", "talk", "END:fail")
    assert ("talk", "talk", 2.0) in found.clusters[1].marks
    assert found.silhouette == pytest.approx(1.0)


@given(told_sessions)
@settings(deadline=None)
def test_every_session_is_in_one_group_and_equal_seeds_agree(told: list[tuple[list[str], str]]) -> None:
    walks = walks_of_states([(START, *states, END + end) for states, end in told], "tool")

    found = clusters(walks, seed=1)

    assert sorted(name for one in found.clusters for name in one.sessions) == sorted(map(str, walks.keys))
    assert found == clusters(walks, seed=1)


def test_states_among_which_sessions_stay_are_a_community() -> None:
    walks = walked(*["x: a b a b a b c d c d c d =pass"] * 5)

    groups, quality = communities(walks)

    assert {frozenset(one.states) for one in groups} == {frozenset("ab"), frozenset("cd")}
    assert quality > 0.3
    assert communities(walked("x: a =pass")) == ((), 0.0)


def test_entropy_is_that_of_the_states_at_each_step() -> None:
    found = spread(walked("x: a b =pass", "x: a c =pass", "x: a =fail", "x: a c c =fail"))

    assert found.under_way.tolist() == [4, 4, 4, 3, 1]
    assert found.entropy[:2].tolist() == [0.0, 0.0]
    assert found.entropy[2] == pytest.approx(-(0.25 * np.log(0.25) * 2 + 0.5 * np.log(0.5)))
    assert found.entropy[3] == pytest.approx(-(2 / 3 * np.log(2 / 3) + 1 / 3 * np.log(1 / 3)))


@given(told_sessions)
@settings(deadline=None)
def test_steps_count_every_state_once(told: list[tuple[list[str], str]]) -> None:
    walks = walks_of_states([(START, *states, END + end) for states, end in told], "tool")

    found = spread(walks)

    assert found.counts.sum() == len(walks.steps)
    assert (found.entropy >= 0).all() and (found.entropy <= np.log(len(walks.states)) + 1e-9).all()


def test_the_page_reads_well() -> None:
    assert sequences(SHOP, most=4).table() + "\n" == golden("sequences.txt", sequences(SHOP, most=4).table() + "\n")


@pytest.mark.parametrize("part", PARTS)
def test_each_part_stands_alone_and_is_plain(part: str) -> None:
    value = json.loads(json.dumps(sequences(SHOP).to_json([part]), allow_nan=False))

    assert set(value) == {"view", "sessions", part}
    assert sequences(SHOP).table([part]).startswith("7 sessions, 3 tasks, view tool\n\n")


def test_hostile_states_stay_on_their_line() -> None:
    walks = walked("x: \x1b[31mred\u202e\x07 =pass", "x: b\u2028 =fail")

    text = sequences(walks).table()

    assert "\x1b" not in text and "\u202e" not in text and "\u2028" not in text


def test_nothing_to_read_is_said() -> None:
    with pytest.raises(UsageError, match="no session to read"):
        sequences(walks_of_states([], "tool"))
    assert "play more --trials" in sequences(walked("x: a =pass")).table(["divergence"])
    assert "no session passed" in sequences(walked("x: a =fail")).table(["conformance"])
