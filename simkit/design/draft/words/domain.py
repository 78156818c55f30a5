"""domain.yaml, policy.md and README.md of a drafted domain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simkit.design.draft.code.literals import prose
from simkit.design.draft.names import PEOPLE, snake, words
from simkit.design.draft.plan import Plan, Table
from simkit.design.draft.slots import said_of
from simkit.design.yamltext import block, flow, scalar

MOST_KINDS = 6
WRITES = ("create", "update", "delete", "act")


def domain_text(plan: Plan, labels: Mapping[str, str], writes: list[str]) -> str:
    """The text of domain.yaml. `labels`: slot -> label; `writes`: the tools that change the world."""
    head = [
        "# yaml-language-server: $schema=../domain.schema.json",
        f"# Drafted from {prose(plan.source, 90)}. Finish it by hand: what the source cannot say is missing.",
        f"domain: {scalar(plan.name)}",
        f"summary: {scalar(prose(plan.title, 200) or plan.name)}",
        f"now: {scalar(plan.now)}",
        "agent: demo.py:build",
    ]
    lines = head
    if labels:
        lines += ["", "# What users know and agents ask for. `also`: other wordings of the same question.", "slots:"]
    lines += [f"  {slot}: {flow({'label': label})}" for slot, label in labels.items()]
    if kinds := _catalogue(plan):
        lines += ["", "# What exists: names that an agent must not invent.", "catalogue:"]
        lines += [f"  {kind}: {scalar(path)}" for kind, path in kinds.items()]
    if rules := _rules(plan, writes):
        lines += ["", "# Policy as checkable clauses; `gates: true` makes a breach fail the session.", "rules:"]
        lines.append(block(rules, "  "))
    return "\n".join(lines) + "\n"


def _catalogue(plan: Plan) -> dict[str, str]:
    found: dict[str, str] = {}
    for table in plan.tables.values():
        rows = plan.records.get(table.name, {})
        for name, shape in table.shape.fields.items():
            named = words(name) in (["name"], ["title"]) and shape.kind == "string" and "." not in name
            if named and not set(words(table.one)) & PEOPLE and any(row.get(name) for row in rows.values()):
                found.setdefault(snake(table.one), f"{table.name}.*.{name}")
    return dict(list(found.items())[:MOST_KINDS])


def _rules(plan: Plan, writes: list[str]) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = []
    for table in plan.tables.values():
        first = [deed.operation.tool for deed in plan.deeds if deed.table == table.name and deed.role == "read"]
        then = [deed.operation.tool for deed in plan.deeds if deed.table == table.name and deed.role in WRITES[1:]]
        if first and then and not table.single:
            name = f"look-at-the-{table.one.replace(' ', '-')}-first"
            if any(rule["id"] == name for rule in rules):
                name = f"look-in-{table.name.replace('_', '-')}-first"
            rules.append({"id": name, "clause": "1.1", "before": {"call": then, "first": first}})
    if writes:
        rules.append({"id": "ask-first", "clause": "1.2", "confirm_before": writes})
    return rules


def policy_text(plan: Plan, writes: list[str]) -> str:
    """The text of policy.md: numbered, so that rules can point to its clauses."""
    lines = [
        f"# Policy: {prose(plan.title, 100)}",
        "",
        "<!-- Drafted: what agents are told. Say in each section what is allowed, for whom and when. -->",
        "",
        "## 1. How you work",
        "",
        "**1.1 Look before you change.** Open a record before you change, remove or act on it.",
        "",
        "**1.2 Ask before you write.** Say exactly what you are about to do, and wait for a yes.",
        "",
        "**1.3 Say what happened.** Where a tool refuses, say so and why. Claim nothing that no tool has told you.",
        "",
        "**1.4 Invent nothing.** Ask for what you are not told: ids, dates and amounts above all.",
    ]
    for number, table in enumerate(_with_tools(plan), 2):
        lines += ["", f"## {number}. {' '.join(words(table.name)).capitalize()}", ""]
        deeds = [deed for deed in plan.deeds if deed.table == table.name]
        for at, deed in enumerate(deeds, 1):
            said = prose(deed.operation.summary, 160).rstrip(".") or said_of(deed, plan.tables).capitalize()
            lines += [
                f"**{number}.{at} `{deed.operation.tool}`.** {said}.{_condition(deed.operation.tool, writes)}",
                "",
            ]
        lines.pop()
    return "\n".join(lines) + "\n"


def _condition(tool: str, writes: list[str]) -> str:
    return " TODO: when, and for whom?" if tool in writes else ""


def _with_tools(plan: Plan) -> list[Table]:
    return [table for table in plan.tables.values() if any(deed.table == table.name for deed in plan.deeds)]


def readme_text(plan: Plan, cases: int) -> str:
    """The text of README.md: what is here, and what to do next."""
    lines = [
        f"# {prose(plan.title, 100)}",
        "",
        f"Drafted from {prose(plan.source, 100)} by `simkit draft domain`. It is a beginning: read it, and finish it.",
        "",
        "| file | what to do |",
        "|---|---|",
        "| `tools.py` | search for TODO: what the source does not say, such as what an action changes |",
        "| `state.json` | replace made-up records by some that your cases are about |",
        "| `policy.md` | say what is allowed, for whom and when; number the clauses |",
        "| `domain.yaml` | add rules for those clauses, and other wordings (`also`) of what agents ask for |",
        f"| `*.yaml` | {cases} cases with reference paths: keep the good ones, add those where acting is wrong |",
        "| `demo.py` | an agent without a model, to see that everything holds together |",
        "",
        "```text",
        f"simkit check scenarios/{plan.name}",
        f"simkit run scenarios/{plan.name}",
        "```",
    ]
    if plan.notes:
        lines += ["", "## What could not be taken over", "", *(f"- {prose(note, 300)}" for note in plan.notes)]
    return "\n".join(lines) + "\n"
