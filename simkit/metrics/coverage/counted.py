"""What the sessions of a run had in them, counted from their logs alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any

from simkit.metrics.coverage.tally import Tally
from simkit.metrics.rules import check_rule
from simkit.metrics.score import SessionScore
from simkit.paths.episode import Episode
from simkit.paths.states import step_sequence, view
from simkit.spec.domain import Card
from simkit.spec.frozen import canonical
from simkit.spec.scenario import Scenario

Pair = tuple[tuple[str, str], tuple[str, str]]
"""Two dimensions with a value each, as (dimension, value)."""


@dataclass
class ToolUse:
    """One tool: the sessions in which it was called, and how it answered."""

    effect: str = "read"
    tally: Tally = field(default_factory=Tally)
    outcomes: Counter[str] = field(default_factory=Counter)
    """Outcome of a call -> calls."""
    refusals: Counter[str] = field(default_factory=Counter)
    """Why it refused -> calls."""


@dataclass
class RuleUse:
    """One rule: the sessions in which it was at stake, and in which it was broken."""

    at_stake: Tally = field(default_factory=Tally)
    """Sessions that called what the rule is about, or whose scenario is tagged `rule:ID`."""
    broken: int = 0


@dataclass
class OfDomain:
    """What was played of one domain."""

    card: Card
    tools: dict[str, ToolUse]
    rules: dict[str, RuleUse]
    met: dict[str, set[str]]
    """Kind of the catalogue -> the names that came up in calls, results or words."""
    things: dict[str, Tally]
    """Kind of the catalogue -> the sessions in which one of its names came up."""


@dataclass
class Played:
    """Everything that was played, of all domains and dimensions."""

    sessions: int = 0
    passed: int = 0
    values: dict[str, dict[str, dict[str, Tally]]] = field(default_factory=dict)
    """Name of the dimensions -> dimension -> value -> sessions."""
    pairs: dict[str, dict[Pair, Tally]] = field(default_factory=dict)
    """Name of the dimensions -> pair -> sessions."""
    domains: dict[str, OfDomain] = field(default_factory=dict)
    transitions: dict[tuple[str, str], Tally] = field(default_factory=dict)
    """From and to, in the `tool` view -> sessions."""
    expected: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Transitions that reference paths take -> scenarios."""
    scenarios: set[str] = field(default_factory=set)

    def add(self, episode: Episode, score: SessionScore) -> None:
        """Count one session."""
        self.sessions += 1
        self.passed += score.passed
        self._dimensions(episode.scenario, score)
        domain = self.domains.get(episode.card.domain) or self._domain(episode.card)
        _tools(domain, episode, score)
        _rules(domain, episode, score)
        _things(domain, episode, score)
        steps = step_sequence(episode, view("tool"), score.outcome)
        for one in {(a.state, b.state) for a, b in pairwise(steps)}:
            self.transitions.setdefault(one, Tally()).add(score)
        if episode.scenario.scenario not in self.scenarios:
            self.scenarios.add(episode.scenario.scenario)
            self.expected.update(expected_of(episode.scenario))

    def _dimensions(self, scenario: Scenario, score: SessionScore) -> None:
        if not scenario.made_from:
            return
        values = self.values.setdefault(scenario.made_from, {})
        for name, value in scenario.dimensions.items():
            values.setdefault(name, {}).setdefault(value, Tally()).add(score)
        pairs = self.pairs.setdefault(scenario.made_from, {})
        for pair in combinations(scenario.dimensions.items(), 2):
            pairs.setdefault(pair, Tally()).add(score)

    def _domain(self, card: Card) -> OfDomain:
        tools = {tool.name: ToolUse(tool.effect) for tool in card.tools if tool.by == "agent"}
        rules = {rule.id: RuleUse() for rule in card.rules}
        made = OfDomain(card, tools, rules, {k: set() for k in card.catalogue}, {k: Tally() for k in card.catalogue})
        self.domains[card.domain] = made
        return made


def _tools(domain: OfDomain, episode: Episode, score: SessionScore) -> None:
    seen: defaultdict[str, bool] = defaultdict(bool)
    for call in episode.agent_calls:
        use = domain.tools.get(call.tool)
        if use is None:
            continue
        use.outcomes[call.outcome] += 1
        if call.outcome == "refused":
            use.refusals[str(call.result)] += 1
        if not seen[call.tool]:
            seen[call.tool] = True
            use.tally.add(score)


def _rules(domain: OfDomain, episode: Episode, score: SessionScore) -> None:
    called = {call.tool for call in episode.agent_calls}
    for rule in episode.card.rules:
        if f"rule:{rule.id}" in episode.scenario.tags or not called.isdisjoint(rule.calls):
            use = domain.rules[rule.id]
            use.at_stake.add(score)
            use.broken += bool(check_rule(episode, rule)[0])


def _things(domain: OfDomain, episode: Episode, score: SessionScore) -> None:
    if not domain.card.catalogue:
        return
    calls = (f"{canonical(call.arguments)} {canonical(call.result)}" for call in episode.log.calls)
    words = (said.text for said in (*episode.user_texts, *episode.agent_texts))
    text = "\n".join([*calls, *words]).casefold()
    for kind, names in domain.card.catalogue.items():
        here = {name for name in names if name.casefold() in text}
        domain.met[kind] |= here
        if here:
            domain.things[kind].add(score)


def expected_of(scenario: Scenario) -> set[tuple[str, str]]:
    """The transitions of the reference path, as if each of its calls succeeded."""
    states = [f"{'user.' if step.by == 'user' else ''}{step.tool}:ok" for step in scenario.steps if step.tool]
    return set(pairwise(["START", *states]))


def counted(scored: Any) -> Played:
    """What all sessions had in them: (episode, score) each."""
    played = Played()
    for episode, score in scored:
        played.add(episode, score)
    return played
