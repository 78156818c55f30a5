"""Truths about the published schemas: an editor that follows them agrees with what simkit reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from simkit.errors import FileError
from simkit.spec.dimensions import DimensionsFile
from simkit.spec.domain import DomainFile
from simkit.spec.mistakes import validate
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.spec.schema import schemas, write_schemas
from simkit.spec.strict_yaml import parse_documents, read_documents

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = schemas()
VALIDATORS = {name.partition(".")[0]: jsonschema_rs.validator_for(schema) for name, schema in SCHEMAS.items()}
MODELS: dict[str, Any] = {"scenario": Scenario, "persona": Persona, "domain": DomainFile, "dimensions": DimensionsFile}


def shipped_files(kind: str) -> list[Path]:
    """Every YAML file of a kind that comes with simkit."""
    if kind == "persona":
        return sorted((ROOT / "personas").glob("*.yaml"))
    ends = {"domain": "domain.yaml", "dimensions": ".dimensions.yaml"}
    files = sorted((ROOT / "scenarios").glob("*/*.yaml"))
    if kind in ends:
        return [file for file in files if file.name.endswith(ends[kind])]
    return [file for file in files if not file.name.endswith(tuple(ends.values()))]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_published_schema_is_a_schema(name: str) -> None:
    jsonschema_rs.meta.validate(SCHEMAS[name])


def test_the_schemas_beside_the_shipped_scenarios_are_the_published_ones(tmp_path: Path) -> None:
    for file in write_schemas(tmp_path):
        assert (ROOT / "scenarios" / file.name).read_text(encoding="utf-8") == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", MODELS)
def test_every_shipped_file_fits_its_schema_and_names_it_in_its_first_line(kind: str) -> None:
    files = shipped_files(kind)
    assert files
    for file in files:
        for document in read_documents(file):
            assert [error.message for error in VALIDATORS[kind].iter_errors(document.value)] == [], file
        named = file.read_text(encoding="utf-8").splitlines()[0].partition("$schema=")[2]
        assert (file.parent / named).resolve() == ROOT / f"scenarios/{kind}.schema.json", file


SCENARIO = "scenario: x\nwants: y\n"
DOMAIN = 'domain: x\nsummary: y\nnow: "2026-03-01"\n'
DIMENSIONS = "dimensions: x\nscenario: {wants: y, goal: {world: '{end}'}}\n"
PERSONA = "persona: x\nsummary: y\nmanner: z\n"
FITTING = [
    ("scenario", "goal: {}\n"),
    ("scenario", "personas: novice\nthen: more\nscript: Hi.\ngoal: {}\n"),
    ("scenario", "knows: {a: 1, b: 1.5, c: true, d: x}\ngoal: {}\n"),
    ("scenario", "goal: {calls: [get_order, {get_order: }, {get_order: {order_id: W1}}]}\n"),
    ("scenario", "goal: {calls: [{get_order: {order_id: {in: [W1, W2]}}}], never: [cancel]}\n"),
    ("scenario", "goal: {world: {a.b: x, a.c: 1, a.d: null, a.e: [1], a.f: {approx: 1, within: 0.1}}}\n"),
    ("scenario", "goal: {world: {a.b: {exists: false}, a.c: {not: x}, a.d: {below: 2026-01}, a.e: {contains: x}}}\n"),
    ("scenario", "goal: {says: [x, {money: 1}, {date: 2026-01-01}, {id: 12}, {any_of: [x, {number: 2}]}]}\n"),
    ("scenario", "goal: {}\nreference: [get, {get: }, {user.do: {a: 1}}, {say: x}, {any_order: [a, {b: {c: 1}}]}]\n"),
    ("scenario", "goal: {}\nlimits: {turns: 5, seconds: 1.5}\nchanges: [{when: 2, says: x}, {when: asked, says: y}]\n"),
    ("dimensions", "over: {a: [1, true, x], b: {c: , d: {e: [{f: '{a}'}]}}}\nnever: [{a: 1, b: [c, d]}]\n"),
    ("dimensions", "over: {a: [x, y]}\nslots: {s: 1}\nfill: [{when: {a: x}, slots: {s: 2}}]\nmust: [{a: x}]\n"),
    ("dimensions", "over: {a: [x, y]}\nstrength: 4\nrequires: [{when: {a: x}, then: {a: [x]}}]\n"),
    ("domain", "rules: [{id: a, clause: '1', before: {call: x, first: y}}, {id: b, clause: '2', confirm_before: x}]\n"),
    ("domain", "rules: [{id: a, clause: '1', never: {call: x, where: {a: 1}, when: {a.b: {not: x}}}}]\n"),
    ("domain", "slots: {a: {label: b, also: c}}\nuser_acts: [{when: do it, call: x}]\n"),
    ("persona", "phrases: {open: Hi., close: [Bye., Ciao.]}\ntactics: [{when: asked, says: No., times: 2}]\n"),
]  # fmt: skip
UNFIT = [
    ("scenario", "goal: {}\nwnats: x\n"),
    ("scenario", "goal: {wrold: {}}\n"),
    ("scenario", "goal: {any_of: [{wrold: {}}]}\n"),
    ("scenario", "goal: {world: {a.b: {aprox: 1}}}\n"),
    ("scenario", "goal: {world: {a.b: {in: x}}}\n"),
    ("scenario", "goal: {world: {a.b: {exists: x}}}\n"),
    ("scenario", "goal: {world: {a.b: {equal: 1, within: 2}}}\n"),
    ("scenario", "goal: {calls: [{get: {}, put: {}}]}\n"),
    ("scenario", "goal: {calls: [{get: W1}]}\n"),
    ("scenario", "goal: {says: [{monny: 1}]}\n"),
    ("scenario", "goal: {says: [{money: x}]}\n"),
    ("scenario", "goal: {says: [{any_of: [{monny: 1}]}]}\n"),
    ("scenario", "goal: {}\nreference: [{say: [x]}]\n"),
    ("scenario", "goal: {}\nreference: [{get: W1}]\n"),
    ("scenario", "goal: {}\nlimits: {turn: 5}\n"),
    ("scenario", "goal: {}\nlimits: {turns: '5'}\n"),
    ("scenario", "goal: {}\nlimits: {turns: 0}\n"),
    ("scenario", "goal: {}\nknows: {a: [1]}\n"),
    ("scenario", "goal: {}\nchanges: [{when: askd, says: x}]\n"),
    ("dimensions", "over: {a: []}\n"),
    ("dimensions", "over: {a: [[x]]}\n"),
    ("dimensions", "over: {a: [x]}\nnever: [{}]\n"),
    ("dimensions", "over: {a: [x]}\nstrength: 5\n"),
    ("dimensions", "over: {a: [x]}\nfill: [{if: {a: x}, slots: {}}]\n"),
    ("domain", "rules: [{id: a, clause: '1', befor: {call: x, first: y}}]\n"),
    ("domain", "rules: [{id: a, clause: '1', before: {cal: x, first: y}}]\n"),
    ("domain", "slots: {a: {lable: b}}\n"),
    ("persona", "tactics: [{when: ask, says: x}]\n"),
    ("persona", "irritation: {questions: 1}\n"),
    ("persona", "patience: '3'\n"),
]  # fmt: skip


def both(kind: str, rest: str) -> tuple[bool, bool]:
    """Whether the schema takes a file, and whether the reader does."""
    begun = {"scenario": SCENARIO, "domain": DOMAIN, "persona": PERSONA, "dimensions": DIMENSIONS}[kind]
    (document,) = parse_documents(begun + rest, Path("x"))
    try:
        validate(MODELS[kind], document)
    except FileError:
        return VALIDATORS[kind].is_valid(document.value), False
    return VALIDATORS[kind].is_valid(document.value), True


@pytest.mark.parametrize(("kind", "rest"), FITTING)
def test_editor_and_reader_take_every_short_form(kind: str, rest: str) -> None:
    assert both(kind, rest) == (True, True)


@pytest.mark.parametrize(("kind", "rest"), UNFIT)
def test_editor_and_reader_refuse_the_same_mistakes(kind: str, rest: str) -> None:
    assert both(kind, rest) == (False, False)


def test_every_key_says_what_it_is_for() -> None:
    """Descriptions are what an editor shows while one writes."""
    for name, schema in SCHEMAS.items():
        assert schema["description"], name
        assert json.dumps(schema).count('"description"') > 5, name
