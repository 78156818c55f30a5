"""From references to a cast: who plays in each domain, and who costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simkit.agents.faulty.rates import sound
from simkit.agents.resolve import NAMED, resolve_agent
from simkit.llm.chat import Model
from simkit.play.suite import Cast
from simkit.spec.files import Pack
from simkit.users.resolve import resolve_user
from simkit.users.scripted import require_scripts


def cast_of(pack: Pack, agent: Any, user: str, opener: Callable[[str], Model] | None = None) -> Cast:
    """Who plays a pack: an agent (a reference, or the thing itself) for each domain, and one kind of user.

    `opener` opens models, if not `open_model`. Raises `SimkitError` for a reference that leads nowhere.
    """
    if user == "scripted":
        require_scripts(case.scenario for case in pack.cases)
    domains = {case.domain.name: case.domain for case in pack.cases}
    # Models pay through `once` alone: to run them again costs nothing, and each call sees to it itself that all before
    # it is on the disk.
    ref = sound(agent)
    free = {"user", "agent"} if ref in (None, *NAMED) or str(ref).startswith("model:") else {"user"}
    agents = {name: resolve_agent(agent, domain, opener) for name, domain in domains.items()}
    return Cast(agents, resolve_user(user, opener), frozenset(free))


def cast_name(cast: Cast) -> str:
    """The agent's name, as manifest and report show it."""
    return ", ".join(sorted({name for name, _ in cast.agents.values()}))
