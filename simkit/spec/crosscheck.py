"""Mistakes that only show when files are held against each other: tools, tables, slots, rules that do not exist."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from simkit.errors import FileError, did_you_mean, one_line
from simkit.spec.condition import Condition, same
from simkit.spec.domain import Domain, DomainFile, Tool
from simkit.spec.goal import CallPattern, EndState, Says, Step
from simkit.spec.persona import PHRASES, Persona
from simkit.spec.rules import Rule, fill
from simkit.spec.scenario import Scenario
from simkit.spec.state import names_at
from simkit.spec.strict_yaml import Document, Loc

_HOLE = re.compile(r"\{(\w+)\}")
_KINDS = {"array": "list", "object": "mapping", "string": "text", "integer": "whole number", "boolean": "true or false"}
"""JSON Schema's types as people say them."""
_PHRASE_HOLES = {"wants", "label", "value", "result"}


def scenario_mistakes(scenario: Scenario, domain: Domain, document: Document) -> Iterator[FileError]:
    """What a scenario says that its domain does not have."""
    yield from _fact_mistakes(scenario, domain, document)
    yield from _step_mistakes(scenario.reference, domain, scenario, document, ("reference",))
    for at, path in enumerate(scenario.references):
        yield from _step_mistakes(path, domain, scenario, document, ("references", at))
    yield from _end_mistakes(scenario.goal, domain, document, ("goal",))
    yield from _pattern_mistakes(scenario.goal.never, domain, document, ("goal", "never"))
    for at, says in enumerate(scenario.goal.never_says):
        yield from _says_mistakes(says, domain, document, ("goal", "never_says", at))
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
                what = f"'{name}' is no slot of domain '{domain.name}'{cure} (a new slot goes to domain.yaml)"
                yield document.error(what, (*loc, name), key=True)
    for at, name in enumerate(scenario.does_not_know):
        if name in scenario.knows:
            what = f"'{name}' stands in knows and in does_not_know; remove it from one"
            yield document.error(what, ("does_not_know", at))
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
            mistakes = list(_call_mistakes(step, domain, document, here))
            yield from mistakes
            if not mistakes and step.by == "user" and not matching_act(domain, step, scenario):
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
    written = f"user.{tool.name}" if step.by == "user" else tool.name
    properties = tool.parameters.get("properties", {})
    errors = list(validator(tool).iter_errors(step.arguments))
    unknown = [name for error in errors for name in getattr(error.kind, "unexpected", ())]
    for name in unknown:
        what = f"{tool.name} has no argument '{name}'{did_you_mean(name, properties)}"
        yield document.error(what, (*loc, written, name), key=True)
    for error in errors:
        if error.kind.name == "required":
            if not get_close_matches(error.kind.property, unknown):
                what = f"{tool.name} lacks '{error.kind.property}'; it wants {_wanted(tool)}"
                yield document.error(what, loc)
        elif error.kind.name != "additionalProperties":
            at = tuple(error.instance_path)
            yield document.error(_unfit(tool, error, properties.get(at[0] if at else "", {})), (*loc, written, *at))


def _unfit(tool: Tool, error: Any, schema: Mapping[str, Any]) -> str:
    """Why a value does not fit an argument, and what the argument is."""
    name = ".".join(str(part) for part in error.instance_path)
    options = getattr(error.kind, "options", None)
    if options is not None:
        return f"{name} of {tool.name} is {error.instance!r}{did_you_mean(error.instance, options)}"
    about = schema.get("description")
    wanted = [_KINDS.get(kind, kind) for kind in getattr(error.kind, "types", ())]
    message = f"{error.instance!r} is no {' or '.join(wanted)}" if wanted else error.message
    return f"{name} of {tool.name}: {one_line(message, 160)}" + (
        f"; it is: {about}" if about else "; write a value that fits"
    )


def argument_mistakes(tool: Tool, arguments: Any) -> Iterator[str]:
    """What is wrong with a call's arguments, against the tool's schema, in words."""
    check = validator(tool)
    if check.is_valid(arguments):
        return
    for error in check.iter_errors(arguments):
        at = ".".join(str(part) for part in error.instance_path)
        yield one_line(f"{at + ': ' if at else ''}{error.message}; its schema wants {_wanted(tool)}", 240)


def validator(tool: Tool) -> Any:
    """A compiled validator of the tool's arguments; compiled once for each schema."""
    known = _VALIDATORS.get(id(tool))
    if known is None:
        import jsonschema_rs

        known = _VALIDATORS[id(tool)] = (tool, jsonschema_rs.validator_for(tool.parameters))
    return known[1]


_VALIDATORS: dict[int, tuple[Tool, Any]] = {}


def _wanted(tool: Tool) -> str:
    required = set(tool.parameters.get("required", ()))
    names = tool.parameters.get("properties", {})
    return ", ".join(name if name in required else f"{name} (optional)" for name in names) or "no arguments"


def _unknown_tool(name: str, by: str, tools: Iterable[Tool], document: Document, loc: Loc) -> FileError:
    known = {tool.name for tool in tools if tool.by == by}
    if any(tool.name == name for tool in tools):
        what = f"'{name}' is a tool of the agent; write it without user."
        if by != "user":
            what = f"'{name}' is a tool of the user; write user.{name}, or name one of the agent's"
        return document.error(what, loc)
    whose = "the user has no tool" if by == "user" else "there is no tool"
    cure = did_you_mean(name, known) or f'; mark one with @writes(by="{by}") in tools.py'
    return document.error(f"{whose} '{name}'{cure}", loc)


def _end_mistakes(end: EndState, domain: Domain, document: Document, loc: Loc) -> Iterator[FileError]:
    for path in end.world:
        yield from _path_mistakes(path, domain.tables, document, (*loc, "world", path))
    yield from _pattern_mistakes(end.calls, domain, document, (*loc, "calls"))
    for at, says in enumerate(end.says):
        yield from _says_mistakes(says, domain, document, (*loc, "says", at))


def _says_mistakes(says: Says, domain: Domain, document: Document, loc: Loc) -> Iterator[FileError]:
    if isinstance(says.value, tuple):
        for one in says.value:
            yield from _says_mistakes(one, domain, document, loc)
    elif says.check == "asks" and says.value not in domain.card.slots:
        cure = did_you_mean(says.value, domain.card.slots)
        what = f"'{says.value}' is no slot of domain '{domain.name}'{cure} (a new slot goes to domain.yaml)"
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
        yield from _argument_mistakes(tool, pattern.arguments, document, (*loc, at, pattern.tool))


def _argument_mistakes(
    tool: Tool, wanted: Mapping[str, Condition], document: Document, loc: Loc
) -> Iterator[FileError]:
    """Arguments that the tool does not take, and values that none of its calls can have."""
    known = tool.parameters.get("properties", {})
    for name, condition in wanted.items():
        options = known.get(name, {}).get("enum")
        if name not in known:
            what = f"{tool.name} has no argument '{name}'{did_you_mean(name, known)}"
            yield document.error(what, (*loc, name), key=True)
        elif options and condition.check == "equals" and not any(same(condition.value, one) for one in options):
            what = f"{name} of {tool.name} is never {condition.value!r}{did_you_mean(condition.value, options)}"
            yield document.error(what, (*loc, name))


def _table_mistakes(
    path: str, tables: Mapping[str, Any], document: Document, loc: Loc, *, key: bool
) -> Iterator[FileError]:
    table = path.split(".")[0]
    if table not in tables:
        yield document.error(f"the world has no table '{table}'{did_you_mean(table, tables)}", loc, key=key)


def _path_mistakes(path: str, tables: Mapping[str, Any], document: Document, loc: Loc) -> Iterator[FileError]:
    """A table that is not there, or a field that is nearly one of the table's."""
    yield from _table_mistakes(path, tables, document, loc, key=True)
    table, *rest = path.split(".")
    rows = tables.get(table, {})
    if len(rest) == 2 and rest[0] in rows:
        fields = {field for row in rows.values() for field in row}
        near = difflib.get_close_matches(rest[1], fields, n=1, cutoff=0.85)
        if rest[1] not in fields and near:
            # Tools may make new fields; one that is nearly an old one is a slip.
            what = f"no record of {table} has a field '{rest[1]}'; did you mean '{near[0]}'?"
            yield document.error(what, loc, key=True)


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
        if path.split(".")[0] in tables and not any(names_at(tables, path)):
            what = f"{path} leads to nothing; write table.*.field, a field that the records have"
            yield document.error(what, ("catalogue", kind))


def _rule_mistakes(
    rule: Rule, tools: tuple[Tool, ...], tables: Mapping[str, Any], document: Document, loc: Loc
) -> Iterator[FileError]:
    agent_tools = {tool.name: tool for tool in tools if tool.by == "agent"}
    unknown = [(name, place) for name, place in _named_tools(rule) if name not in agent_tools]
    for name, place in unknown:
        yield _unknown_tool(name, "agent", tools, document, (*loc, rule.kind, *place))
    if unknown:
        return
    arguments = set.intersection(*(set(agent_tools[name].parameters.get("properties", {})) for name in rule.calls))
    for hole, place in _named_arguments(rule):
        if hole not in arguments:
            what = f"'{hole}' is no argument of {', '.join(rule.calls)}{did_you_mean(hole, arguments)}"
            yield document.error(what, (*loc, rule.kind, *place), key=place != ("per",))
    guard = rule.never or rule.requires
    for kind, path, place in guard.named() if guard else ():
        if kind == "world":
            yield from _table_mistakes(fill(path, {}), tables, document, (*loc, rule.kind, *place), key=True)


def _named_tools(rule: Rule) -> Iterator[tuple[str, Loc]]:
    """Every tool that a rule names, and where in it."""
    place: Loc = () if rule.confirm_before else ("call",)
    yield from ((name, (*place, at)) for at, name in enumerate(rule.calls))
    yield from ((name, ("first", at)) for at, name in enumerate(rule.before.first if rule.before else ()))


def _named_arguments(rule: Rule) -> Iterator[tuple[str, Loc]]:
    """Every argument that a rule names, and where in it."""
    guard = rule.never or rule.requires
    if guard:
        yield from guard.arguments()
    if rule.at_most and rule.at_most.per:
        yield rule.at_most.per, ("per",)


def has_clause(policy: str, clause: str) -> bool:
    """Whether a paragraph or heading of the policy starts with that number or title."""
    found = re.search(rf"^[\s#>*_-]*{re.escape(clause)}(?!\w)(?![\w.]*\d)", policy, re.MULTILINE | re.IGNORECASE)
    return bool(clause.strip()) and found is not None


def persona_mistakes(persona: Persona, document: Document) -> Iterator[FileError]:
    """Wordings for acts that do not exist, or with holes that nothing fills."""
    for act, lines in persona.phrases.items():
        if act not in PHRASES:
            yield document.error(f"'{act}' is no wording{did_you_mean(act, PHRASES)}", ("phrases", act), key=True)
        if not lines or not all(line.strip() for line in lines):
            yield document.error(f"a wording for '{act}' is empty; write one, or leave '{act}' out", ("phrases", act))
        for at, line in enumerate(lines):
            if act == "tell" and "{value}" not in line and line.strip():
                yield document.error("a wording for 'tell' must hold {value}: the fact itself", ("phrases", act, at))
            for hole in set(_HOLE.findall(line)) - _PHRASE_HOLES:
                what = f"nothing fills '{{{hole}}}'{did_you_mean(hole, _PHRASE_HOLES)}"
                yield document.error(what, ("phrases", act, at))
