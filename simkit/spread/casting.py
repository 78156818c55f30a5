"""From references to a cast: who plays in each domain, and who costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simkit.agents.faulty.rates import rates_of, sound
from simkit.agents.resolve import NAMED, resolve_agent
from simkit.errors import did_you_mean
from simkit.llm.chat import Model
from simkit.metrics.injected.kinds import AGENT_FAULTS
from simkit.play.agent import Agent, AgentMaker, Part
from simkit.play.suite import Cast
from simkit.spec.domain import Domain
from simkit.spec.files import Pack
from simkit.users.perturbed.rates import plain_user, split_user
from simkit.users.perturbed.user import perturbed_user
from simkit.users.resolve import resolve_user
from simkit.users.scripted import require_scripts


def cast_of(pack: Pack, agent: Any, user: str, opener: Callable[[str], Model] | None = None) -> Cast:
    """Who plays a pack: an agent (a reference, or the thing itself) for each domain, and one kind of user.

    `opener` opens models, if not `open_model`. Raises `SimkitError` for a reference that leads nowhere.
    """
    if plain_user(user) == "scripted":
        require_scripts(case.scenario for case in pack.cases)
    domains = {case.domain.name: case.domain for case in pack.cases}
    # Models pay through `once` alone: to run them again costs nothing, and each call sees to it itself that all before
    # it is on the disk.
    ref = sound(agent)
    free = {"user", "agent"} if ref in (None, *NAMED) or str(ref).startswith("model:") else {"user"}
    agents = {}
    for name, domain in domains.items():
        called, make = resolve_agent(agent, domain, opener)
        agents[name] = (called, with_declared(make, domain))
    asked = [case for case in pack.cases if case.scenario.inject or case.scenario.agent_fault]
    for case in asked:  # a kind that there is not is told before anything is played
        if case.scenario.inject:
            rates_of(case.scenario.inject)
        if (fault := case.scenario.agent_fault) and fault.fault not in AGENT_FAULTS:
            what = f"'{fault.fault}' is no fault of an agent's{did_you_mean(fault.fault, AGENT_FAULTS)}"
            raise case.document.error(what, ("agent_fault", "fault"))
    for name in {case.domain.name for case in asked}:
        from simkit.agents.faulty.agent import as_scenarios_say

        agents[name] = (agents[name][0], as_scenarios_say(agents[name][1], domains[name]))
    called, maker = resolve_user(user, opener)
    if any(case.scenario.perturb for case in pack.cases) and not split_user(user)[0]:
        maker = perturbed_user(maker, {})
    return Cast(agents, (called, maker), frozenset(free))


def with_declared(make: AgentMaker, domain: Domain) -> AgentMaker:
    """Makes agents whose tools fail where their scenario says so, out of what makes agents."""

    def made(part: Part) -> Agent:
        agent = make(part)
        if not part.scenario.faults:
            return agent
        from simkit.agents.faulty.declared import Meeting

        return Meeting(agent, part, domain)

    return made


def cast_name(cast: Cast) -> str:
    """The agent's name, as manifest and report show it."""
    return ", ".join(sorted({name for name, _ in cast.agents.values()}))
