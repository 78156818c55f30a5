"""The shapes of tau2-bench's files, as far as they are read; fields that are not named here are left aside."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from simkit.imports.tau2.talk import Message


class Instructions(BaseModel):
    reason_for_call: str = ""
    known_info: str | None = None
    unknown_info: str | None = None
    task_instructions: str = ""


class UserScenario(BaseModel):
    persona: str | None = None
    instructions: Instructions | str = ""


class Action(BaseModel):
    name: str
    arguments: dict[str, Any] = {}
    requestor: Literal["assistant", "user"] = "assistant"
    compare_args: list[str] | None = None


class Assertion(BaseModel):
    env_type: str = ""
    func_name: str
    arguments: dict[str, Any] = {}
    assert_value: bool = True


class Criteria(BaseModel):
    actions: list[Action] | None = None
    env_assertions: list[Assertion] | None = None
    communicate_info: list[str] | None = None
    nl_assertions: list[str] | None = None
    reward_basis: list[str] = ["DB", "COMMUNICATE"]


class Task(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str
    user_scenario: UserScenario = UserScenario()
    ticket: str | None = None
    evaluation_criteria: Criteria | None = None


class Check(BaseModel):
    """A check of any component, as it was recorded."""

    met: bool | None = None
    db_match: bool | None = None
    action_match: bool | None = None
    tool_type: str | None = None
    action: Action | None = None
    env_assertion: Assertion | None = None
    info: str = ""
    nl_assertion: str = ""
    justification: str | None = None


class Reward(BaseModel):
    reward: float
    db_check: Check | None = None
    env_assertions: list[Check] | None = None
    action_checks: list[Check] | None = None
    nl_assertions: list[Check] | None = None
    communicate_checks: list[Check] | None = None
    reward_basis: list[str] | None = None


class Simulation(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    task_id: str
    trial: int | None = Field(default=None, ge=0, lt=2**31)
    termination_reason: str
    reward_info: Reward | None = None
    messages: list[Message] | None = None


class Definition(BaseModel):
    doc: str = ""
    params: dict[str, Any] | None = None


class Environment(BaseModel):
    domain_name: str = ""
    policy: str = ""
    tool_defs: dict[str, Definition] | None = None


class Agent(BaseModel):
    implementation: str = "recorded"
    llm: str | None = None


class Info(BaseModel):
    environment_info: Environment = Environment()
    agent_info: Agent = Agent()

    @field_validator("environment_info", "agent_info", mode="before")
    @classmethod
    def _or_nothing(cls, value: Any) -> Any:
        return {} if value is None else value
