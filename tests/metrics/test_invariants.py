"""Invariants of the world: each kind broken and kept, read off the log alone, and held against who should see to it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from storylog import call, story

from simkit.metrics.invariants import upsets
from simkit.metrics.session import score_session
from simkit.play.world import Start, World
from simkit.spec.invariants import Invariant
from simkit.spec.upheld import against, broken_at_the_start

KINDS: dict[str, dict[str, Any]] = {
    "each": {"each": {"cards.*.balance": {"at_least": 0}, "cards.*.spent": {"at_most": {"field": "limit"}}}},
    "constant": {"constant": ["cards.*.balance", "pots.*.saved"]},
    "equal": {"equal": ["cards.*.spent", ["pots.*.saved", "pots.*.parts.*"]]},
    "unique": {"unique": ["seats.*.row", "seats.*.day"], "where": {"status": {"not": "free"}}},
    "refers": {"refers": {"seats.*.card": "cards"}},
}
TABLES: dict[str, dict[str, Any]] = {
    "cards": {"K1": {"balance": 5, "spent": 1, "limit": 3}, "K2": {"balance": 0, "spent": 1, "limit": 2}},
    "pots": {"P1": {"saved": 1, "parts": [0, 1]}},
    "seats": {
        "S1": {"row": 1, "day": 1, "status": "sold", "card": "K1"},
        "S2": {"row": 1, "day": 1, "status": "free", "card": None},
    },
}


def changed(one: Invariant, world: World, do: Any) -> Any:
    """The event of a call that does something to a world."""
    snapshot = world.snapshot()
    do(world)
    changes = world.changes_since(snapshot)
    after = against([one], [(change.path, change.before, change.after) for change in changes], world.rows)
    return call("b", changes=[change.model_dump() for change in changes], after=after)


def broken(kind: dict[str, Any], *deeds: Any) -> list[tuple[int, str]]:
    """The number of each call that breaks an invariant, with the sentence."""
    one = Invariant.model_validate({"id": "i", **kind})
    assert broken_at_the_start(one, TABLES) is None
    world = World(Start(TABLES))
    events = [changed(one, world, do) for do in deeds]
    return [(upset.call.seq, upset.sentence) for upset in upsets(story(*events, card={"invariants": [one]}))]


def patch(path: str, **fields: Any) -> Any:
    """What sets fields of a record."""
    table, record = path.split(".")
    return lambda world: world.patch(table, record, **fields)


@pytest.mark.parametrize(
    ("kind", "deed", "why"),
    [
        ("each", patch("cards.K1", balance=-1), "cards.K1.balance at -1, wanted at least 0"),
        ("each", patch("cards.K1", spent=4), "cards.K1.spent at 4, wanted at most 3"),
        ("each", patch("cards.K1", limit=0), "cards.K1.spent at 1, wanted at most 0"),
        ("constant", patch("cards.K1", balance=4), "changes the sum of cards.*.balance and pots.*.saved by -1"),
        (
            "equal",
            patch("pots.P1", parts=[0, 1, 2]),
            "cards.*.spent by +0 and that of pots.*.saved and pots.*.parts.* by +2",
        ),
        ("unique", patch("seats.S2", status="sold"), "seats.S2 with the row and day of seats.S1"),
        ("refers", patch("seats.S2", card="K9"), "seats.S2.card naming 'K9', which is no record of cards"),
        ("refers", lambda world: world.remove("cards", "K1"), "seats.S1.card naming 'K1', which is gone from cards"),
    ],
)
def test_the_call_that_breaks_it_is_told_with_what_it_left(kind: str, deed: Any, why: str) -> None:
    ((event, sentence),) = broken(KINDS[kind], lambda world: None, deed)

    assert event == 2
    assert sentence.startswith("b() ")
    assert why in sentence


@pytest.mark.parametrize(
    ("kind", "deed"),
    [
        ("each", patch("cards.K1", balance=0, spent=3)),
        ("constant", lambda world: [patch("cards.K1", balance=3)(world), patch("pots.P1", saved=3)(world)]),
        ("equal", lambda world: [patch("cards.K1", spent=2)(world), patch("pots.P1", parts=[1, 1])(world)]),
        ("unique", lambda world: [patch("seats.S1", status="free")(world), patch("seats.S2", status="sold")(world)]),
        ("unique", patch("seats.S2", status="sold", day=None)),
        ("refers", patch("seats.S1", card=None)),
    ],
)
def test_what_upholds_it_is_held_against_nobody(kind: str, deed: Any) -> None:
    assert broken(KINDS[kind], deed) == []


def test_it_is_told_once_where_it_begins() -> None:
    deeds = [patch("cards.K1", balance=-1), patch("cards.K1", balance=-2), patch("cards.K1", balance=1)]

    assert [event for event, _ in broken(KINDS["each"], *deeds)] == [1]


WRITES = st.one_of(
    st.tuples(st.just("cards"), st.sampled_from(["K1", "K2"]), st.sampled_from(["balance", "spent", "limit"])),
    st.tuples(st.just("pots"), st.just("P1"), st.just("saved")),
    st.tuples(st.just("seats"), st.sampled_from(["S1", "S2", "S3"]), st.sampled_from(["row", "day", "status", "card"])),
)
VALUES = {"status": st.sampled_from(["free", "sold"]), "card": st.sampled_from(["K1", "K2", "K3", None])}
CALLS = st.lists(
    st.lists(WRITES.flatmap(lambda at: st.tuples(st.just(at), VALUES.get(at[2], st.integers(-1, 3)))), max_size=3),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(["each", "equal", "unique", "refers"]), calls=CALLS, gone=st.sampled_from(["K1", "K2", ""]))
def test_the_log_alone_tells_the_first_call_after_which_the_whole_world_does_not_uphold_it(
    kind: str, calls: list[Any], gone: str
) -> None:
    one = Invariant.model_validate({"id": "i", **KINDS[kind]})
    world, events, first = World(Start(TABLES)), [], None
    deeds = [lambda w, writes=writes: [put(w, *at, value) for at, value in writes] for writes in calls]
    for number, deed in enumerate([*deeds, lambda w: w.remove("cards", gone) if gone else None], start=1):
        events.append(changed(one, world, deed))
        whole = {table: dict(world.rows(table)) for table in TABLES}
        if broken_at_the_start(one, whole) is not None:
            first = number
            break

    found = upsets(story(*events, card={"invariants": [one]}))

    assert [upset.call.seq for upset in found] == ([] if first is None else [first])


def put(world: World, table: str, record: str, field: str, value: Any) -> None:
    """Set one field; a seat that is not there yet is made."""
    empty = {"row": 9, "day": 9, "status": "free", "card": None}
    world.put(table, record, (world.get(table, record) if world.has(table, record) else empty) | {field: value})


READS = {"invariants": [{"id": "own", "clause": "1", "reads_of_one": "owner"}]}


def test_records_of_a_second_owner_are_told_once_a_call_and_refusals_are_not() -> None:
    lines = [
        'call look -> ok [{"owner": "A"}, {"deep": {"owner": "A"}}]',
        'call look -> refused {"owner": "B"}',
        'call look -> ok [{"owner": "B"}, {"owner": "C"}]',
    ]

    (found,) = upsets(story(*lines, card=READS))

    assert found.call.seq == 3
    assert "shows owner 'B' after 'A' (event 1)" in found.sentence


def scored(clause: str, by: str = "agent", **more: Any) -> Any:
    """A session in which a call leaves a card below zero."""
    rule = {"id": "covered", "clause": clause, "each": {"cards.*.balance": {"at_least": 0}}}
    change = {"path": "cards.K1", "before": {"balance": 1}, "after": {"balance": -1}}
    end = {"digest": "x", "changed": [change], "named": {}}
    scenario = {"goal": {"elsewhere": "free"}}
    return score_session(
        story(
            call("pay", changes=[change], by=by), scenario=scenario, card={"invariants": [rule], **more}, end_state=end
        )
    )


def test_with_a_clause_the_agent_answers_for_it_and_without_one_the_domain_does() -> None:
    told, untold = scored("2.1"), scored("")

    assert told.outcome == untold.outcome == "fail"
    assert [(one.kind, one.events, one.where) for one in told.findings] == [("forbidden_call", (1,), "covered (2.1)")]
    assert untold.findings == ()
    assert (told.blame.culprit, untold.blame.culprit) == ("agent", "domain")
    assert "leaves cards.K1.balance at -1, wanted at least 0" in untold.reason
    assert [part.what for part in told.goal if part.verdict == "fail"] == ["invariant covered (2.1)"]


def test_a_rule_and_an_invariant_of_one_clause_are_one_error() -> None:
    never = {"id": "no-pay", "clause": "2.1", "never": {"call": "pay"}}

    assert [one.where for one in scored("2.1", rules=[never]).findings] == ["no-pay (2.1)"]
    assert len(scored("2.2", rules=[never]).findings) == 2


def test_without_a_world_nothing_is_decided() -> None:
    parts = score_session(story("call pay -> ok", card={"invariants": [{"id": "i", **KINDS["each"]}]})).goal

    assert [part.verdict for part in parts if part.part == "invariant"] == ["not evaluable"]
