"""tau2-bench's tasks as cases of ours: world, tools and policy are their environment, the goal is their criteria.

DB             the records that the gold actions change stand as they leave them, and nothing else changed
ENV_ASSERTION  a table beside their databases says after each write whether each assertion is met
ACTION         the gold actions were called
COMMUNICATE    what is to be communicated was said
NL_ASSERTION   a question for a judge
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from simkit.errors import UsageError
from simkit.guests.tau2.environment import Stage, tools_of
from simkit.guests.tau2.installed import Installed
from simkit.guests.tau2.tables import Tables, tables_of
from simkit.imports.recorded import name_of
from simkit.imports.tau2.shapes import Criteria, Task
from simkit.imports.tau2.tasks import PARTIES, told
from simkit.metrics.benchmarks.own_reading import conditions
from simkit.metrics.benchmarks.tau2 import TABLE
from simkit.spec.condition import Condition
from simkit.spec.domain import Card, Domain, UserAct
from simkit.spec.files import Case, Pack, read_persona, shipped
from simkit.spec.frozen import digest
from simkit.spec.goal import CallPattern, Goal, Says
from simkit.spec.persona import Persona
from simkit.spec.scenario import Limits, Scenario
from simkit.spec.state import tables_hash
from simkit.spec.strict_yaml import Document

PREFIX = "tau2:"

LIMITS = Limits(turns=100, calls=200, calls_per_turn=100, seconds=3600.0)
"""Room for what tau2-bench calls 200 steps, and for models that take their time."""


def is_named(path: object) -> bool:
    """Whether what is to be played is named as `tau2:DOMAIN`, `tau2:DOMAIN:SPLIT` or `tau2:DOMAIN:TASK`."""
    return str(path).startswith(PREFIX)


def load(ref: str) -> Pack:
    """The tasks that `ref` names, each with its environment. Raises UsageError, one line, where tau2 is not installed
    or does not have them."""
    domain, _, which = ref.removeprefix(PREFIX).partition(":")
    installed = Installed(ref)
    make = installed.environment(domain)
    tasks = installed.tasks(domain, which)
    if not tasks:
        raise UsageError(f"{ref}: tau2 has no task there; name another split or task")
    return Pack(tuple(_Cases(ref, domain, make(), make, installed.call).of(tasks)))


class _Cases:
    """The cases of one domain; tasks that begin alike share the tables of their worlds."""

    def __init__(self, ref: str, domain: str, environment: Any, make: Any, call: Any) -> None:
        self._ref, self._domain, self._environment, self._make, self._call = ref, domain, environment, make, call
        self._tables: Tables = tables_of(environment)
        self._digest = f"{tables_hash(self._tables):032x}"
        self._plain = read_persona(shipped("personas") / "plain.yaml")

    def of(self, tasks: Iterable[Any]) -> Iterator[Case]:
        for task in tasks:
            shape = Task.model_validate(task.model_dump(mode="json"))
            stage = self._stage(task)
            domain = self._made(task, shape, stage)
            persona = self._persona(shape.user_scenario.persona)
            scenario = self._scenario(task, shape, stage, persona, domain)
            yield Case(scenario, domain, (persona,), Document(Path(self._ref)))

    def _stage(self, task: Any) -> Stage:
        criteria = task.evaluation_criteria
        assertions = list((criteria and criteria.env_assertions) or ())
        begins = task.initial_state
        if begins is None:
            return Stage(self._environment, assertions, self._call, self._tables)
        environment = self._make()
        try:
            environment.set_state(
                initialization_data=begins.initialization_data,
                initialization_actions=begins.initialization_actions,
                message_history=list(begins.message_history or ()),
            )
        except Exception as error:
            what = f"task '{task.id}' cannot be set up ({type(error).__name__}: {error})"
            raise UsageError(f"{self._ref}: {what}; name a split or a task without it") from None
        return Stage(environment, assertions, self._call)

    def _made(self, task: Any, shape: Task, stage: Stage) -> Domain:
        tools = tools_of(self._environment, task.user_tools)
        same = stage.tables is self._tables
        stage.begins = self._digest if same else f"{tables_hash(stage.tables):032x}"
        card = Card(
            domain=f"tau2-{name_of(self._domain, 'domain')}",
            summary=f"tau2-bench's {self._domain}",
            policy=str(self._environment.get_policy()),
            tools=tools,
            user_acts=tuple(_user_acts(shape)),
            world=stage.begins,
        )
        return Domain(card=card, folder=Path(self._ref), functions=stage.functions(tools), tables=stage.tables)

    def _persona(self, manner: str | None) -> Persona:
        if not manner or not manner.strip():
            return self._plain
        name = f"tau2-{digest(manner)[:6]}"
        return self._plain.model_copy(update={"persona": name, "manner": " ".join(manner.split())})

    def _scenario(self, task: Any, shape: Task, stage: Stage, persona: Persona, domain: Domain) -> Scenario:
        fields = told(shape)
        fields["wants"] = f"help with the following, as it was told me: {fields['wants']}"
        known = shape.user_scenario.instructions
        unknown = None if isinstance(known, str) else known.unknown_info
        return Scenario(
            scenario=name_of(shape.id, "task"),
            domain=domain.name,
            personas=(persona.persona,),
            does_not_know=(unknown,) if unknown else (),
            goal=_goal(shape.evaluation_criteria, stage, task),
            limits=LIMITS,
            tags=("tau2",),
            **fields,
        )


def _user_acts(shape: Task) -> Iterator[UserAct]:
    """What the offline user does when it is told to in these words: whatever its gold path has it do."""
    criteria = shape.evaluation_criteria
    for action in (criteria and criteria.actions) or ():
        if action.requestor == "user":
            given = ", ".join(f"{name} {value}" for name, value in action.arguments.items())
            words = f"use {action.name} with {given} now" if given else f"use {action.name} now"
            yield UserAct(when=(words,), call=action.name, arguments=action.arguments)


def _goal(criteria: Criteria | None, stage: Stage, task: Any) -> Goal:
    if criteria is None:
        return Goal(elsewhere="free")
    basis, world = criteria.reward_basis, {}
    if "DB" in basis:
        for table, record, value in stage.after(list(task.evaluation_criteria.actions or ())):
            wanted = Condition(check="exists", value=False) if value is None else Condition(check="equals", value=value)
            world[f"{table}.{record}"] = wanted
    if "ENV_ASSERTION" in basis:
        for number, _ in enumerate(criteria.env_assertions or ()):
            world[f"{TABLE}.assertion-{number}.met"] = Condition(check="equals", value=True)
    return Goal(
        world=world,
        calls=tuple(_patterns(criteria)) if "ACTION" in basis else (),
        says=tuple(_says(criteria)) if "COMMUNICATE" in basis else (),
        judged=tuple(criteria.nl_assertions or ()) if "NL_ASSERTION" in basis else (),
        elsewhere="unchanged" if "DB" in basis else "free",
        may_change=(TABLE,) if criteria.env_assertions else (),
    )


def _patterns(criteria: Criteria) -> Iterator[CallPattern]:
    for action in criteria.actions or ():
        keys = action.arguments if action.compare_args is None else action.compare_args
        name = f"user.{action.name}" if PARTIES[action.requestor] == "user" else action.name
        wanted = {
            key: Condition(check="equals", value=action.arguments[key]) for key in keys if key in action.arguments
        }
        yield CallPattern(tool=name, arguments=wanted)


def _says(criteria: Criteria) -> Iterator[Says]:
    for text in criteria.communicate_info or ():
        if choices := tuple(conditions(text)):
            yield choices[0] if len(choices) == 1 else Says(check="any_of", value=choices)
