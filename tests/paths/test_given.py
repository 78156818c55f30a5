"""Choosing sessions by who, what, where and how they ended."""

from __future__ import annotations

import pytest
from storylog import story

from simkit.errors import UsageError
from simkit.paths.given import select

RUN = [
    story(scenario={"scenario": "refund", "tags": ["money", "late"]}, persona="novice", trial=0),
    story(scenario={"scenario": "refund", "tags": ["money", "late"]}, persona="novice", trial=1),
    story(scenario={"scenario": "cancel", "tags": ["money"]}, persona="impatient", trial=0),
    story(scenario={"scenario": "wifi"}, persona="novice", card={"domain": "telecom"}),
]
OUTCOMES = {"refund/novice/0": "pass", "refund/novice/1": "fail", "cancel/impatient/0": "fail"}


def chosen(*conditions: str) -> list[str]:
    return [str(episode.log.session) for episode in select(RUN, conditions, OUTCOMES)]


@pytest.mark.parametrize(
    ("conditions", "sessions"),
    [
        ([], ["refund/novice/0", "refund/novice/1", "cancel/impatient/0", "wifi/novice/0"]),
        (["persona=impatient"], ["cancel/impatient/0"]),
        (["scenario=refund"], ["refund/novice/0", "refund/novice/1"]),
        (["domain=telecom"], ["wifi/novice/0"]),
        (["tag=late"], ["refund/novice/0", "refund/novice/1"]),
        (["trial=1"], ["refund/novice/1"]),
        (["outcome=fail"], ["refund/novice/1", "cancel/impatient/0"]),
        (["outcome=unknown"], ["wifi/novice/0"]),
        (["outcome=invalid"], []),
        (["tag=money", "persona=novice", "outcome=fail"], ["refund/novice/1"]),
        (["scenario=cancel", "scenario=wifi"], ["cancel/impatient/0", "wifi/novice/0"]),
    ],
)
def test_conditions_on_different_keys_all_hold_and_on_one_key_are_alternatives(
    conditions: list[str], sessions: list[str]
) -> None:
    assert chosen(*conditions) == sessions


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("person=novice", "no key 'person'; did you mean 'persona'?"),
        ("persona", "'persona' is not KEY=VALUE, as in --given persona=novice"),
        ("persona=", "'persona=' is not KEY=VALUE"),
        ("persona=novise", "no session has that persona; did you mean 'novice'?"),
        ("outcome=failed", "no outcome 'failed'; did you mean 'fail'?"),
        ("trial=7", "no session has that trial; known: 0, 1"),
    ],
)
def test_what_nobody_can_have_meant_is_refused_with_what_would_be_right(condition: str, message: str) -> None:
    with pytest.raises(UsageError) as refusal:
        chosen(condition)

    assert message in str(refusal.value)
