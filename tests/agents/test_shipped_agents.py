"""What ships holds: the reference passes all of it, the null agent none, the demo agents land between."""

from __future__ import annotations

import pytest

import simkit
import simkit.api
from simkit.spec.files import Pack, shipped

SCENARIOS = shipped("scenarios")
DOMAINS = sorted(file.parent.name for file in SCENARIOS.glob("*/domain.yaml"))


def pack_of(domain: str) -> simkit.api.Pack:
    """One shipped domain."""
    return simkit.load(SCENARIOS / domain)


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_reference_passes_every_scenario_with_every_persona_and_without_a_single_finding(domain: str) -> None:
    scored = simkit.run(pack_of(domain), "reference").scored

    assert [(score.session, score.reason) for _, score in scored if not score.passed] == []
    assert [(score.session, finding) for _, score in scored for finding in score.findings] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_an_agent_that_does_nothing_passes_nothing(domain: str) -> None:
    assert [score.session for _, score in simkit.run(pack_of(domain), "null").scored if score.passed] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_demo_agent_is_mostly_good_and_errs_in_several_ways(domain: str) -> None:
    total = simkit.run(pack_of(domain)).summary().total

    assert 0.5 < (total.pass_rate or 0) < 0.9
    assert len(total.tool_errors) >= 5
    assert total.errored == 0


def test_a_suite_of_every_domain_has_one_digest_at_any_concurrency() -> None:
    some = Pack(tuple(case for domain in DOMAINS for case in pack_of(domain).cases[:4]))
    runs = [simkit.run(some, at_once=at_once, seed=3).summary() for at_once in (1, 64)]

    assert runs[0].digest == runs[1].digest
    assert runs[0].total == runs[1].total


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_uses_every_tool_reaches_every_rule_and_has_its_hard_cases(domain: str) -> None:
    pack = pack_of(domain)
    card = pack.cases[0].domain.card
    used = {(step.by, step.tool) for case in pack.cases for step in case.scenario.steps if step.tool}
    tags = {tag for case in pack.cases for tag in case.scenario.tags}

    assert len(pack.cases) >= 15
    assert sum(tool.by == "agent" for tool in card.tools) >= 8
    assert {tool.effect for tool in card.tools} == {"read", "write"}
    assert {(tool.by, tool.name) for tool in card.tools} - used == set()
    assert {f"rule:{rule.id}" for rule in card.rules} - tags == set()
    assert sum(bool(case.scenario.changes) for case in pack.cases) >= 2
    assert sum(bool(case.scenario.goal.any_of) for case in pack.cases) >= 2
    assert sum(not case.scenario.goal.world for case in pack.cases) >= 3
    assert sum(len(rows) for rows in pack.domains[0].tables.values()) >= 200


def test_between_them_the_domains_use_every_persona() -> None:
    personas = {persona.persona for persona in simkit.load(shipped("personas")).personas}
    used = {name for case in simkit.load().cases for name in case.scenario.personas}

    assert len(personas) >= 10
    assert used == personas
