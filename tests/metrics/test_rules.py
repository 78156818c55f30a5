"""Every kind of rule, broken and kept."""

from __future__ import annotations

from typing import Any

import pytest
from storylog import call, story

from simkit.metrics.rules import breaches, check_rule
from simkit.spec.rules import Rule


def broken(rule: dict[str, Any], *lines: Any) -> list[tuple[int, ...]]:
    """The events of each breach of one rule."""
    episode = story(*lines, card={"rules": [{"id": "r", "clause": "1", **rule}]})
    found = breaches(episode)
    assert all(breach.rule.id == "r" and breach.sentence for breach in found)
    return [breach.events for breach in found]


def test_before_wants_an_earlier_success() -> None:
    rule = {"before": {"call": "b", "first": ["a", "user.c"]}}
    assert broken(rule, "call b") == [(1,)]
    assert broken(rule, "call a -> refused", "call b") == [(2,)]
    assert broken(rule, "call b", "call a", "call b") == [(1,)]
    assert broken(rule, "call a", "call b", "call b") == []
    assert broken(rule, "user call c", "call b") == []
    assert broken(rule, "call b -> refused", "user call b") == []


def test_never_is_broken_when_all_conditions_hold() -> None:
    rule = {"never": {"call": "b", "where": {"n": {"above": 5}}, "when": {"t.{id}.x": 1}}}

    def made(n: int, x: int) -> Any:
        return call("b", {"id": "k", "n": n}, before={"t.k.x": x})

    assert broken(rule, made(6, 1)) == [(1,)]
    assert broken(rule, made(5, 1), made(6, 2)) == []


def test_requires_is_broken_when_one_condition_does_not_hold() -> None:
    rule = {"requires": {"call": "b", "where": {"n": {"above": 5}}, "when": {"t.{id}.x": 1}}}

    def made(n: int, x: Any) -> Any:
        return call("b", {"id": "k", "n": n}, before={"t.k.x": x})

    assert broken(rule, made(6, 1)) == []
    assert broken(rule, made(5, 1), made(6, 2), made(6, "<missing>")) == [(1,), (2,), (3,)]


def test_a_rule_compares_with_another_argument_and_with_the_world() -> None:
    beyond = {"never": {"call": "b", "where": {"n": {"above": {"world": "t.{id}.x"}}}}}
    order = {"requires": {"call": "b", "where": {"n": {"at_least": {"argument": "m"}}}}}

    def made(n: int, **more: Any) -> Any:
        return call("b", {"id": "k", "n": n, **more}, before={"t.k.x": 5})

    assert broken(beyond, made(5), made(6)) == [(2,)]
    assert broken(beyond, call("b", {"id": "k", "n": 6}, before={"t.k.x": "<missing>"})) == []
    assert broken(order, made(3, m=3), made(2, m=3), made(9)) == [(2,), (3,)]
    told = breaches(story(made(6), card={"rules": [{"id": "r", "clause": "1", **beyond}]}))[0].sentence
    assert told == "b(id='k', n=6) is never allowed when t.k.x is 5 and n is 6"


def test_without_the_values_before_a_rule_on_the_world_is_undecided() -> None:
    rule = Rule.model_validate({"id": "r", "clause": "1", "requires": {"call": "b", "when": {"t.{id}.x": 1}}})
    assert check_rule(story(call("b", {"id": "k"})), rule) == ((), False)
    assert check_rule(story(call("c", {"id": "k"})), rule) == ((), True)
    compared = {"call": "b", "where": {"n": {"above": {"world": "t.{id}.x"}}}}
    rule = Rule.model_validate({"id": "r", "clause": "1", "never": compared})
    assert check_rule(story(call("b", {"id": "k", "n": 6})), rule) == ((), False)


def test_at_most_counts_for_each_value_of_an_argument() -> None:
    rule = {"at_most": {"call": "b", "times": 1, "per": "id"}}
    assert broken(rule, 'call b {"id": 1}', 'call b {"id": 2}') == []
    assert broken(rule, 'call b {"id": 1}', 'call b {"id": 1} -> refused', 'call b {"id": 1}') == [(1, 3)]
    assert broken({"at_most": {"call": ["b", "c"], "times": 1}}, "call b", "call c") == [(1, 2)]


@pytest.mark.parametrize("arguments", ['"text"', "[1]", "3"])
def test_arguments_that_are_no_object_break_nothing(arguments: str) -> None:
    assert broken({"at_most": {"call": "b", "times": 0}}, f"call b {arguments}") == []
