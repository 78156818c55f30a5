"""A scenario can say what the agent does wrong, and where: it happens in every session, as it would by `--inject`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tinyshop import write_shop

import simkit
from simkit.agents.faulty.rates import faulty
from simkit.design.yamltext import block
from simkit.errors import FileErrors, SimkitError
from simkit.metrics.injected.kinds import AGENT_FAULTS
from simkit.paths.episode import Episode
from simkit.probe.playing import Player, Take, key_of
from simkit.probe.shrink.candidate import Candidate
from simkit.probe.shrink.pinned import pinned
from simkit.spec.files import load_pack
from simkit.spec.written import written, written_persona
from simkit.trace.events import Injected

SCENARIO = """\
scenario: cancel-lamp
wants: to cancel my lamp
knows: {name: Ana, order_id: W1}
goal: {calls: [get_order, cancel_order]}
reference:
  - get_order: {order_id: W1}
  - cancel_order: {order_id: W1}
agent_fault:
"""


def played(tmp_path: Path, fault: str) -> Episode:
    """A session of the reference agent with a fault of the scenario's, one key a line."""
    shop = write_shop(tmp_path, SCENARIO + "".join(f"  {line}\n" for line in fault.splitlines()))
    return simkit.play_case(simkit.load(shop).cases[0], "reference")[0]


LOOK, CANCEL = "at: {get_order: {order_id: W1}}", "at: {cancel_order: {order_id: W1}}"
OTHER = "calls: [{get_order: {order_id: W2}}]"


@pytest.mark.parametrize(
    ("fault", "calls"),
    [
        (f"fault: redundant_call\ndo: before\n{OTHER}", ["get_order W2", "get_order W1", "cancel_order W1"]),
        (f"fault: redundant_call\ndo: before\n{CANCEL}\n{OTHER}", ["get_order W1", "get_order W2", "cancel_order W1"]),
        (f"fault: redundant_call\ndo: after\n{CANCEL}\n{OTHER}", ["get_order W1", "cancel_order W1", "get_order W2"]),
        (f"fault: wrong_arguments\ndo: instead\n{LOOK}\n{OTHER}", ["get_order W2", "cancel_order W1"]),
        (f"fault: missing_call\ndo: skip\n{LOOK}", ["cancel_order W1"]),
        (
            f"fault: before\ndo: hold\n{LOOK}\nuntil: {{cancel_order: {{order_id: W1}}}}\nrule: look-first",
            ["cancel_order W1", "get_order W1"],
        ),
        (f"fault: confirm_before\ndo: early\n{CANCEL}\nrule: ask-first", ["get_order W1", "cancel_order W1"]),
        (f"fault: ignored_error\ndo: fail\n{LOOK}\ntext: I have it.", ["get_order W1 error", "cancel_order W1"]),
        ("fault: ungrounded_claim\ndo: say\ntext: It cost $9.99.", ["get_order W1", "cancel_order W1"]),
    ],
)
def test_what_the_scenario_says_is_what_the_agent_does(tmp_path: Path, fault: str, calls: list[str]) -> None:
    episode = played(tmp_path, fault)

    made = [f"{one.tool} {one.arguments['order_id']} {one.outcome}".removesuffix(" ok") for one in episode.agent_calls]
    assert made == calls
    assert {one.fault for one in episode.log.of(Injected)} == {fault.split()[1]}
    if "text: " in fault:
        assert any(one.text.startswith(fault.partition("text: ")[2]) for one in episode.agent_texts)


def test_a_call_of_the_agents_may_be_text_that_is_no_object(tmp_path: Path) -> None:
    episode = played(tmp_path, 'fault: malformed_call\ndo: before\ncalls: [{get_order: "{order_id: W1"}]')

    assert [one.outcome for one in episode.agent_calls] == ["malformed", "ok", "ok"]


@pytest.mark.parametrize(
    ("fault", "line", "told"),
    [
        ("fault: loop\ndo: before", 9, "an agent_fault that is done by 'before' lacks calls; add it"),
        ("fault: loop\ndo: skip", 9, "an agent_fault that is done by 'skip' lacks at; add it"),
        ("fault: loop\ndo: saay\ntext: Hi.", 10, "did you mean 'say'?"),
        ("fault: before\ndo: say\ntext: Hi.\nrule: look-frist", 12, "did you mean 'look-first'?"),
        (
            "fault: loop\ndo: skip\nat: {get_order: {order_id: W2}}",
            11,
            "'get_order' as it stands here is no call of the",
        ),
        ("fault: loop\ndo: skip\nat: {say: Hi.}", 11, "'say' as it stands here is no call of the reference path"),
        ("fault: lop\ndo: say\ntext: Hi.", 9, "'lop' is no fault of an agent's; did you mean 'loop'?"),
        ("fault: tool_error\ndo: say\ntext: Hi.", 9, "'tool_error' is no fault of an agent's"),
    ],
)
def test_what_cannot_be_put_in_is_told_with_file_and_line(tmp_path: Path, fault: str, line: int, told: str) -> None:
    with pytest.raises(SimkitError) as caught:
        played(tmp_path, fault)

    first = caught.value.errors[0] if isinstance(caught.value, FileErrors) else caught.value
    assert told in str(first)
    assert f"case.yaml:{line}" in str(first)


def test_whatever_is_drawn_happens_again_when_it_is_put_down(tmp_path: Path) -> None:
    """Of the nineteen kinds those that the scenario can have, each from a file that no longer says `--inject`."""
    shop = write_shop(tmp_path)
    case = simkit.load(shop).cases[0]
    agent = faulty("reference", "all=1")
    takes = [Take(case.scenario, case.personas[0], trial=trial) for trial in range(len(AGENT_FAULTS))]
    seen = set()
    for take, drawn in zip(takes, Player(case.domain, agent, most=len(takes)).play(takes), strict=True):
        candidate = Candidate(written(case.scenario), written_persona(case.personas[0]), "agenda", 0)

        put_down, left = pinned(candidate, key_of(take), case.scenario, case.domain, agent)

        file = shop / "put-down.yaml"
        file.write_text(block(dict(put_down.scenario)), encoding="utf-8")
        scenario = load_pack([file]).cases[0].scenario
        again = Player(case.domain, left, most=1).play([replace(take, scenario=scenario)])[0]
        assert left == "reference"
        assert again.episode.events[1:] == drawn.episode.events[1:]
        seen |= {one.fault for one in again.episode.log.of(Injected)}

    assert len(seen) > 9
