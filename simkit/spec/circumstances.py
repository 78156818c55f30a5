"""What is different in one case: only a part of its domain's world is there, a tool does not work, the agent errs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from simkit.errors import FileError, did_you_mean
from simkit.spec.domain import Domain
from simkit.spec.frozen import Frozen
from simkit.spec.goal import Step
from simkit.spec.state import Tables
from simkit.spec.strict_yaml import Document


class OwnWorld(Frozen):
    """How the world of a case differs from its domain's."""

    only: tuple[str, ...]
    """The tables and records (`orders.W1001`) of the domain's world that there are; nothing else is."""

    def of(self, tables: Tables) -> Tables:
        """What there is of a domain's tables; each table is there, if only empty."""
        whole = {name for name in self.only if name in tables}
        named: dict[str, set[str]] = {}
        for table, _, record in (name.partition(".") for name in self.only):
            named.setdefault(table, set()).add(record)
        return {
            table: rows if table in whole else {key: row for key, row in rows.items() if key in named.get(table, ())}
            for table, rows in tables.items()
        }


FaultOfTool = Literal["tool_error", "tool_timeout", "stale_data", "partial_data", "latency"]


class ToolFault(Frozen):
    """One call of a tool that does not go as it should, through no fault of the agent."""

    tool: str
    fault: FaultOfTool
    call: int = Field(default=1, ge=1, strict=True)
    """Which of the agent's calls of that tool, from 1."""


Erring = Literal["before", "after", "instead", "skip", "hold", "early", "fail", "say"]


class ErringCall(Frozen):
    """A call that the agent is made to make, whatever the tool thinks of it: `get_order: {order_id: W1}`; a text for
    arguments that are no object."""

    tool: str
    arguments: Any = {}

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:
        if isinstance(data, ErringCall) or (isinstance(data, dict) and "tool" in data):
            return data
        if isinstance(data, dict) and len(data) == 1:
            tool, arguments = next(iter(data.items()))
            return {"tool": str(tool), "arguments": {} if arguments is None else arguments}
        what = "a call is one tool with its arguments, as in get_order: {order_id: W1001}"
        raise PydanticCustomError("bad_call", what)


class AgentFault(Frozen):
    """What the agent is made to do wrong, and where: what `--inject` draws, put down so that it happens again."""

    fault: str
    """A kind of `--inject`."""
    do: Erring
    at: Step | None = None
    """The call of the reference path at which it happens; before the first words, if left out."""
    calls: tuple[ErringCall, ...] = ()
    """What the agent calls `before` it, `after` it or `instead`."""
    until: Step | None = None
    """For `hold`: the call of the reference path that goes first."""
    rule: str = ""
    """The rule that is broken, if it is about one."""
    text: str = ""
    """What is said besides, at the end of the turn."""

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> AgentFault:
        needs = {"calls": self.do in ("before", "after", "instead"), "text": self.do in ("say", "fail")}
        needs |= {"at": self.do in ("instead", "skip", "hold", "early", "fail", "after"), "until": self.do == "hold"}
        for name, needed in needs.items():
            if needed and not getattr(self, name):
                what = "an agent_fault that is done by '{do}' lacks {name}; add it"
                raise PydanticCustomError("bad_agent_fault", what, {"do": self.do, "name": name})
        return self


def agent_fault_mistakes(
    fault: AgentFault | None, steps: Iterable[Step], domain: Domain, document: Document
) -> Iterator[FileError]:
    """A rule that the domain does not have, and calls that are none of the reference path's."""
    if fault is None:
        return
    rules = [rule.id for rule in domain.card.rules]
    if fault.rule and fault.rule not in rules:
        what = f"the domain has no rule '{fault.rule}'{did_you_mean(fault.rule, rules)}"
        yield document.error(what, ("agent_fault", "rule"))
    calls = [step for step in steps if step.tool and step.by == "agent"]
    for name in ("at", "until"):
        step = getattr(fault, name)
        if step is not None and step not in calls:
            what = f"'{step.tool or 'say'}' as it stands here is no call of the reference path; copy one from there"
            yield document.error(what, ("agent_fault", name))


def circumstance_mistakes(
    world: OwnWorld | None,
    faults: Iterable[ToolFault],
    domain: Domain,
    document: Document,
    until: str = "",
    put_in: AgentFault | None = None,
) -> Iterator[FileError]:
    """Tables and records that a case keeps, tools whose faults it wants, and one at whose call it ends, that its domain
    does not have."""
    tables = domain.tables
    for at, name in enumerate(world.only if world else ()):
        table, _, record = name.partition(".")
        if table not in tables:
            what = f"the world has no table '{table}'{did_you_mean(table, tables)}"
            yield document.error(what, ("world", "only", at))
        elif record and record not in tables[table]:
            what = f"{table} has no record '{record}'{did_you_mean(record, tables[table])}"
            yield document.error(what, ("world", "only", at))
    known = [tool.name for tool in domain.card.tools if tool.by == "agent"]
    for at, fault in enumerate(faults):
        if fault.tool not in known:
            what = f"there is no tool '{fault.tool}'{did_you_mean(fault.tool, known)}"
            yield document.error(what, ("faults", at, "tool"))
    if until and until not in known and until not in [call.tool for call in (put_in.calls if put_in else ())]:
        what = f"the agent has no tool '{until}', so no call of it ends the session{did_you_mean(until, known)}"
        yield document.error(what, ("limits", "until"))
