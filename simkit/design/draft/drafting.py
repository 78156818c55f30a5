"""A plan written out as a domain's folder."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from simkit.design.draft.acts import moves
from simkit.design.draft.cases.arguments import Arguments
from simkit.design.draft.cases.case import Draft
from simkit.design.draft.cases.recorded import recorded_cases
from simkit.design.draft.cases.trial import Bench
from simkit.design.draft.cases.write import Cases
from simkit.design.draft.code.bodies import CALLS
from simkit.design.draft.code.demo import demo_text
from simkit.design.draft.code.tools import tools_text
from simkit.design.draft.plan import Deed, Plan, Table
from simkit.design.draft.seed.records import forms_of, seeded
from simkit.design.draft.seed.values import Values
from simkit.design.draft.shapes import Shape
from simkit.design.draft.slots import Slots
from simkit.design.draft.words.domain import domain_text, policy_text, readme_text
from simkit.spec.tools import read_tools


@dataclass(frozen=True)
class Drafted:
    """What was written."""

    folder: Path
    tools: int
    tables: int
    cases: tuple[Draft, ...]
    notes: tuple[str, ...]


def completed(plan: Plan) -> Plan:
    """The plan with what actions change, examples where nothing is known, and records to begin with."""
    values = Values(plan.now)
    plan.deeds = [_completed(deed, plan, values) for deed in plan.deeds]
    if any(
        deed.role in ("other", "recorded", "live") and deed.operation.method not in ("get", "head", "query")
        for deed in plan.deeds
    ):
        plan.tables.setdefault(CALLS, Table(CALLS, "call", Shape("object"), single=True))
    plan.records = {**(plan.records or seeded(plan)), **({CALLS: {}} if CALLS in plan.tables else {})}
    return plan


def _completed(deed: Deed, plan: Plan, values: Values) -> Deed:
    if deed.role == "act":
        return replace(deed, moves=moves(plan.tables[deed.table], deed.verb))
    if deed.role == "other" and deed.operation.answer is not None:
        random = Random(f"{plan.name}/{deed.operation.tool}")
        return replace(deed, sample=values.value(deed.operation.answer, "answer", "answer", 0, random))
    return deed


def write_domain(plan: Plan, folder: Path, scenarios: int) -> Drafted:
    """Write a plan into `folder`, which must not be there yet; whatever fails leaves nothing behind."""
    plan = completed(plan)
    with tempfile.TemporaryDirectory() as place:
        made = Path(place) / plan.name
        made.mkdir()
        cases = _written(plan, made, scenarios)
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(made, folder, ignore=shutil.ignore_patterns("__pycache__"))
    kept = sum(1 for name in plan.tables if name != CALLS)
    return Drafted(folder, len(plan.deeds), kept, tuple(cases), tuple(plan.notes))


def _written(plan: Plan, folder: Path, scenarios: int) -> list[Draft]:
    forms, slots = forms_of(plan), Slots(plan.tables)
    for deed in plan.deeds:
        for one in deed.operation.parameters:
            if (one.required or one.place == "path") and one.shape.kind != "object":
                slots.parameter(deed, one)
    put(folder / "tools.py", tools_text(plan, forms))
    put(folder / "state.json", json.dumps(plan.records, indent=1, ensure_ascii=False) + "\n")
    tools, functions = read_tools(folder / "tools.py")
    bench = Bench(
        {tool.name: tool for tool in tools}, {name: one for (_, name), one in functions.items()}, plan.records, plan.now
    )
    arguments = Arguments(plan, forms, slots)
    cases = recorded_cases(plan, bench, arguments)[:scenarios]
    cases += Cases(plan, bench, arguments).drafted(scenarios - len(cases))
    writes = [tool.name for tool in tools if tool.effect == "write"]
    put(folder / "domain.yaml", domain_text(plan, slots.labels, writes))
    put(folder / "demo.py", demo_text(plan, slots, forms, writes))
    put(folder / "policy.md", policy_text(plan, writes))
    put(folder / "README.md", readme_text(plan, len(cases)))
    for name, text in plan.personas.items():
        (folder / "personas").mkdir(exist_ok=True)
        put(folder / "personas" / f"{name}.yaml", text)
    for case in cases:
        put(folder / f"{case.name}.yaml", case.text())
    return cases


def put(file: Path, text: str) -> None:
    """Write a text file, with line ends as everywhere."""
    file.write_text(text, encoding="utf-8", newline="\n")
