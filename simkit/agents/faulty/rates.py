"""Which faults are wanted, and how often: `wrong_tool=0.5,loop=1` read and written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from simkit.errors import UsageError, did_you_mean
from simkit.metrics.injected.kinds import AGENT_FAULTS, GROUPS, TOOL_FAULTS
from simkit.spec.shares import pairs_of, share

PREFIX = "faulty:"
"""`faulty:KIND=RATE,…:REF` is the agent REF with faults."""

Rates = dict[str, float]
"""Kind of fault to the share of sessions that get it, in the order of the kinds."""


def rates_of(wanted: str | Iterable[str] | Mapping[str, float]) -> Rates:
    """What `KIND=RATE` texts (or a mapping) ask for; a name of `GROUPS` stands for all of its kinds.

    Raises UsageError for a kind that there is not, and for a rate that is no share.
    """
    found: Rates = {}
    for kind, rate in pairs_of(wanted):
        kinds = GROUPS.get(kind) or (_known(kind),)
        found |= dict.fromkeys(kinds, share("--inject", kind, rate, "sessions"))
    if not found:
        raise UsageError("--inject: no fault is named; write KIND=RATE, as in --inject wrong_tool=1")
    return {kind: found[kind] for kind in (*AGENT_FAULTS, *TOOL_FAULTS) if kind in found}


def written(rates: Mapping[str, float]) -> str:
    """Rates as `rates_of` reads them; a group by its name where all of it has one rate."""
    left, parts = dict(rates), []
    for name in ("all", "tools"):
        shares = {left.get(kind) for kind in GROUPS[name]}
        if len(shares) == 1 and None not in shares:
            parts.append(f"{name}={left[GROUPS[name][0]]:g}")
            left = {kind: rate for kind, rate in left.items() if kind not in GROUPS[name]}
    return ",".join([*parts, *(f"{kind}={rate:g}" for kind, rate in left.items())])


def with_faults(ref: str | None, inject: Sequence[str]) -> str | None:
    """The reference to the agent `ref` (the domain's demo agent, if None) with what `--inject` asks for."""
    return f"{PREFIX}{written(rates_of(inject))}:{sound(ref) or 'demo'}" if inject else ref


def split_ref(ref: str) -> tuple[str, str]:
    """What `with_faults` put together: the rates as text, and the reference of the agent itself."""
    wanted, _, inner = ref.removeprefix(PREFIX).partition(":")
    return wanted, inner or "demo"


def faults(agent: Any) -> Rates:
    """The faults that an agent, or the reference of one, is to have."""
    if isinstance(agent, Faulty):
        return agent.rates
    return rates_of(split_ref(agent)[0]) if isinstance(agent, str) and agent.startswith(PREFIX) else {}


def sound(agent: Any) -> Any:
    """The agent itself, or the reference of it, where `agent` is one with faults."""
    if isinstance(agent, Faulty):
        return agent.agent
    return split_ref(agent)[1] if isinstance(agent, str) and agent.startswith(PREFIX) else agent


class Faulty:
    """An agent (whatever `--agent` takes, or the thing itself) with faults of some kinds, each in a share of the
    sessions that can have it."""

    def __init__(self, agent: Any, rates: Rates) -> None:
        self.agent, self.rates = agent, rates

    @property
    def __name__(self) -> str:
        name = self.agent if isinstance(self.agent, str) else getattr(self.agent, "__name__", "agent")
        return f"{name} with {written(self.rates)}"


def faulty(agent: Any, inject: str | Mapping[str, float] = "all=1") -> Faulty:
    """`agent` with faults put in. `inject`: `KIND=RATE,…` or a mapping of kind to the share of sessions (0 to 1).

    Raises UsageError for a kind that there is not.
    """
    return Faulty(agent, rates_of(inject))


def _known(kind: str) -> str:
    every = (*AGENT_FAULTS, *TOOL_FAULTS)
    if kind not in every:
        near = did_you_mean(kind, (*every, *GROUPS))
        cure = near if "did you mean" in near else ""
        raise UsageError(f"--inject {kind}: is no kind of fault{cure}; there are {', '.join((*GROUPS, *every))}")
    return kind
