"""Mistakes that only show when files are held against each other: tools, tables, slots, rules that do not exist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simkit.errors import FileError, did_you_mean, one_line
from simkit.spec.domain import Domain, DomainFile, Tool
from simkit.spec.goal import CallPattern, EndState, Says, Step
from simkit.spec.persona import PHRASES, Persona
from simkit.spec.rules import Rule, fill
from simkit.spec.scenario import Scenario
from simkit.spec.strict_yaml import Document, Loc

_HOLE = re.compile(r"\{(\w+)\}")
_PHRASE_HOLES = {"wants", "label", "value", "result"}


def scenario_mistakes(scenario: Scenario, domain: Domain, document: Document) -> Iterator[FileError]:
    """What a scenario says that its domain does not have."""
    yield from _fact_mistakes(scenario, domain, document)
    yield from _step_mistakes(scenario.reference, domain, scenario, document, ("reference",))
    yield from _end_mistakes(scenario.goal, domain, document, ("goal",))
    yield from _pattern_mistakes(scenario.goal.never, domain, document, ("goal", "never"))
    for at, end in enumerate(scenario.goal.any_of):
        yield from _end_mistakes(end, domain, document, ("goal", "any_of", at))
    for at, path in enumerate(scenario.goal.may_change):
        yield from _table_mistakes(path, domain.tables, document, ("goal", "may_change", at), key=False)


def _fact_mistakes(scenario: Scenario, domain: Domain, document: Document) -> Iterator[FileError]:
    slots = domain.card.slots
    places: list[tuple[Iterable[str], Loc]] = [(scenario.knows, ("knows",))]
    places += [(change.knows, ("changes", at, "knows")) for at, change in enumerate(scenario.changes)]
    for facts, loc in places:
        for name in facts:
            if slots and name not in slots:
                cure = did_you_mean(name, slots)
                what = f"'{name}' is no slot of domain '{domain.name}'{cure}; or add it to slots in domain.yaml"
                yield document.error(what, (*loc, name), key=True)
    for hole in _HOLE.findall(scenario.opening):
        if hole not in scenario.knows:
            what = f"the opening names '{{{hole}}}', which the user does not know{did_you_mean(hole, scenario.knows)}"
            yield document.error(what, ("opening",))


def _step_mistakes(
    steps: Iterable[Step], domain: Domain, scenario: Scenario, document: Document, loc: Loc
) -> Iterator[FileError]:
    for at, step in enumerate(steps):
        here = (*loc, at)
        if step.any_order:
            yield from _step_mistakes(step.any_order, domain, scenario, document, (*here, "any_order"))
        elif step.tool is not None:
            yield from _call_mistakes(step, domain, document, here)
            if step.by == "user" and not matching_act(domain, step, scenario):
                what = f"no entry of user_acts in domain.yaml leads to user.{step.tool} with these arguments; add one"
                yield document.error(what, here)


def matching_act(domain: Domain, step: Step, scenario: Scenario) -> bool:
    """Whether some wording makes the user do this step."""
    facts = scenario.facts()
    return any(
        act.call == step.tool and filled(act.arguments, facts) == step.arguments for act in domain.card.user_acts
    )


def filled(arguments: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments in which a value that is exactly `{fact}` is replaced by that fact, keeping its type."""
    return {
        name: facts.get(value[1:-1], value) if isinstance(value, str) and _HOLE.fullmatch(value) else value
        for name, value in arguments.items()
    }


def _call_mistakes(step: Step, domain: Domain, document: Document, loc: Loc) -> Iterator[FileError]:
    tool = domain.card.tool(str(step.tool), step.by)
    if tool is None:
        yield _unknown_tool(str(step.tool), step.by, domain.card.tools, document, loc)
        return
    for message in argument_mistakes(tool, step.arguments):
        yield document.error(f"{tool.name}: {message}", loc)


def argument_mistakes(tool: Tool, arguments: Any) -> Iterator[str]:
    """What is wrong with a call's arguments, against the tool's schema, in words."""
    for error in validator(tool).iter_errors(arguments):
        at = ".".join(str(part) for part in error.instance_path)
        yield one_line(f"{at + ': ' if at else ''}{error.message}; its schema wants {_wanted(tool)}", 240)


def validator(tool: Tool) -> Any:
    """A compiled validator of the tool's arguments; compiled once for each schema."""
    import jsonschema_rs

    key = id(tool)
    if key not in _VALIDATORS:
        _VALIDATORS[key] = (tool, jsonschema_rs.validator_for(tool.parameters))
    return _VALIDATORS[key][1]


_VALIDATORS: dict[int, tuple[Tool, Any]] = {}


def _wanted(tool: Tool) -> str:
    required = set(tool.parameters.get("required", ()))
    names = tool.parameters.get("properties", {})
    return ", ".join(name if name in required else f"{name} (optional)" for name in names) or "no arguments"


def _unknown_tool(name: str, by: str, tools: Iterable[Tool], document: Document, loc: Loc) -> FileError:
    known = {tool.name for tool in tools if tool.by == by}
    whose = "the user has no tool" if by == "user" else "there is no tool"
    return document.error(f"{whose} '{name}'{did_you_mean(name, known)}", loc)


def _end_mistakes(end: EndState, domain: Domain, document: Document, loc: Loc) -> Iterator[FileError]:
    for path in end.world:
        yield from _table_mistakes(path, domain.tables, document, (*loc, "world", path), key=True)
    yield from _pattern_mistakes(end.calls, domain, document, (*loc, "calls"))
    for at, says in enumerate(end.says):
        yield from _says_mistakes(says, domain, document, (*loc, "says", at))


def _says_mistakes(says: Says, domain: Domain, document: Document, loc: Loc) -> Iterator[FileError]:
    if isinstance(says.value, tuple):
        for one in says.value:
            yield from _says_mistakes(one, domain, document, loc)
    elif says.check == "asks" and says.value not in domain.card.slots:
        what = f"'{says.value}' is no slot of the domain{did_you_mean(says.value, domain.card.slots)}"
        yield document.error(what, loc)


def _pattern_mistakes(
    patterns: Iterable[CallPattern], domain: Domain, document: Document, loc: Loc
) -> Iterator[FileError]:
    for at, pattern in enumerate(patterns):
        side, _, name = pattern.tool.rpartition(".")
        tool = domain.card.tool(name, side or "agent")
        if tool is None:
            yield _unknown_tool(name, side or "agent", domain.card.tools, document, (*loc, at))
            continue
        known = tool.parameters.get("properties", {})
        for argument in pattern.arguments:
            if argument not in known:
                what = f"{tool.name} has no argument '{argument}'{did_you_mean(argument, known)}"
                yield document.error(what, (*loc, at, pattern.tool, argument), key=True)


def _table_mistakes(
    path: str, tables: Mapping[str, Any], document: Document, loc: Loc, *, key: bool
) -> Iterator[FileError]:
    table = path.split(".")[0]
    if table not in tables:
        yield document.error(f"the world has no table '{table}'{did_you_mean(table, tables)}", loc, key=key)


def domain_mistakes(
    said: DomainFile, tools: tuple[Tool, ...], tables: Mapping[str, Any], policy: str, document: Document
) -> Iterator[FileError]:
    """What domain.yaml says that tools, world or policy do not have."""
    seen: set[str] = set()
    for at, rule in enumerate(said.rules):
        if rule.id in seen:
            yield document.error(f"rule '{rule.id}' stands here twice; rename one", ("rules", at, "id"))
        seen.add(rule.id)
        yield from _rule_mistakes(rule, tools, tables, document, ("rules", at))
        if not has_clause(policy, rule.clause):
            what = f"policy.md has no clause '{rule.clause}'; number the clause there, or name another"
            yield document.error(what, ("rules", at, "clause"))
    for at, act in enumerate(said.user_acts):
        tool = next((tool for tool in tools if tool.by == "user" and tool.name == act.call), None)
        if tool is None:
            yield _unknown_tool(act.call, "user", tools, document, ("user_acts", at, "call"))
        elif unknown := set(act.arguments) - set(tool.parameters.get("properties", {})):
            name = sorted(unknown)[0]
            what = f"{tool.name} has no argument '{name}'{did_you_mean(name, tool.parameters['properties'])}"
            yield document.error(what, ("user_acts", at, "arguments", name), key=True)
    for kind, path in said.catalogue.items():
        yield from _table_mistakes(path, tables, document, ("catalogue", kind), key=False)


def _rule_mistakes(
    rule: Rule, tools: tuple[Tool, ...], tables: Mapping[str, Any], document: Document, loc: Loc
) -> Iterator[FileError]:
    agent_tools = {tool.name: tool for tool in tools if tool.by == "agent"}
    named = [*rule.calls, *(rule.before.first if rule.before else ())]
    for name in named:
        if name not in agent_tools:
            yield _unknown_tool(name, "agent", tools, document, (*loc, rule.kind))
            return
    arguments = set.intersection(*(set(agent_tools[name].parameters.get("properties", {})) for name in rule.calls))
    guard = rule.never or rule.requires
    holes = [hole for path in (guard.when if guard else ()) for hole in _HOLE.findall(path)]
    holes += list(guard.where) if guard else []
    holes += [rule.at_most.per] if rule.at_most and rule.at_most.per else []
    for hole in holes:
        if hole not in arguments:
            what = f"'{hole}' is no argument of {', '.join(rule.calls)}{did_you_mean(hole, arguments)}"
            yield document.error(what, (*loc, rule.kind))
    for path in guard.when if guard else ():
        yield from _table_mistakes(fill(path, {}), tables, document, (*loc, rule.kind, "when", path), key=True)


def has_clause(policy: str, clause: str) -> bool:
    """Whether a paragraph or heading of the policy starts with that number or title."""
    return re.search(rf"^[\s#>*_-]*{re.escape(clause)}(?![\w.]*\d)", policy, re.MULTILINE | re.IGNORECASE) is not None


def persona_mistakes(persona: Persona, document: Document) -> Iterator[FileError]:
    """Wordings for acts that do not exist, or with holes that nothing fills."""
    for act, lines in persona.phrases.items():
        if act not in PHRASES:
            yield document.error(f"'{act}' is no wording{did_you_mean(act, PHRASES)}", ("phrases", act), key=True)
        for at, line in enumerate(lines):
            for hole in set(_HOLE.findall(line)) - _PHRASE_HOLES:
                what = f"nothing fills '{{{hole}}}'{did_you_mean(hole, _PHRASE_HOLES)}"
                yield document.error(what, ("phrases", act, at))
