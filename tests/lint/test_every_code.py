"""Each code of `simkit check` is found in a copy that has just that wrong, at its line; the whole pack has nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from goldenfile import FOLDER, golden
from hire import write_hire

from simkit import api
from simkit.lint.codes import CODES
from simkit.lint.difficulty import WEIGHTS

MARK = "⟦"
"""Stands in a break's new text in the line where the finding is; taken out before the text is written."""


class Break(NamedTuple):
    """One thing broken in one file: `old` is replaced by `new`. An `old` that is empty: `new` is added at the end."""

    code: str
    file: str
    old: str
    new: str


CASES, DOMAIN, TOOLS, STATE, POLICY = "cases.yaml", "domain.yaml", "tools.py", "state.json", "policy.md"

AGAIN = """\
---
⟦scenario: longer-again
wants: to keep the Heron tourer for longer
knows: {hire_id: H102, days: 2}
goal:
  world: {hires.H102.days: 6}
  says: [{money: 75.00}]
reference:
  - get_hire: {hire_id: H102}
  - extend_hire: {hire_id: H102, days: 2}
"""
RULE = """\
  ⟦- id: lost-is-lost
    clause: "2.1"
    never: {call: extend_hire, when: {"hires.{hire_id}.status": lost}}
"""
TOOL = '''\


⟦@reads
def list_bikes(world: World) -> dict:
    """Every bicycle."""
    return {"bikes": world.find("bikes")}
'''
EXTEND = "  - extend_hire: {hire_id: H101, days: 3}\n"
LOOK = "  - find_outlets: {town: Larkhaven}\n"

PATH = f"reference:\n  - get_hire: {{hire_id: H101}}\n{EXTEND}"
OUT = "goal:\n  calls: [get_hire]\n  never: [cancel_hire]\n  says: [{any_of: [out already, out on hire]}]\n"
ASKED = "knows: {hire_id: H101, town: Larkhaven}\ngoal:\n  calls: [find_outlets]\n"
BIKE = '  "B1": {"name": "Heron tourer"}'

BREAKS = [
    Break("no-reference", CASES, PATH, ""),
    Break("reference-fails", CASES, PATH, "⟦reference:\n  - get_hire: {hire_id: H101}\n"),
    Break("reference-breaks-rule", CASES, PATH, f"⟦reference:\n{EXTEND}"),
    Break("unreachable-fact", CASES, "knows: {hire_id: H102}\n", "knows: {days: 1}\n"),
    Break("reference-errs", CASES, f"reference:\n{LOOK}", f"⟦reference:\n{LOOK * 4}"),
    Break("null-passes", CASES, OUT, "⟦goal:\n  never: [cancel_hire]\n"),
    Break("everything-passes", CASES, ASKED, "knows: {town: Larkhaven}\n⟦goal:\n  never: [cancel_hire]\n"),
    Break("talk-passes", CASES, OUT, "⟦goal:\n  never: [cancel_hire]\n  says: [{any_of: [not cancelled, is out]}]\n"),
    Break("trivial-words", CASES, "  says: [Quay Road]\n", "  says:\n    - Quay Road\n    ⟦- bicycle\n"),
    Break("superfluous-step", CASES, EXTEND, f"  ⟦- get_hire: {{hire_id: H101}}\n{EXTEND}"),
    Break("holds-at-start", CASES, OUT, OUT + "  world:\n    ⟦hires.H102.status: out\n"),
    Break("nothing-proven", CASES, f"{ASKED}  says: [Quay Road]\n", ASKED.replace("goal:", "⟦goal:")),
    Break("unsaid-word", CASES, "knows: {hire_id: H101, days: 3}\n", "knows: {hire_id: H101}\n"),
    Break("near-duplicate", CASES, "", AGAIN),
    Break("unused-tool", TOOLS, "", TOOL),
    Break("unused-rule", DOMAIN, "", RULE),
    Break("unused-table", STATE, ' "outlets": {\n', ' ⟦"staff": {\n  "S1": {"name": "Ada"}\n },\n "outlets": {\n'),
    Break("unused-slot", DOMAIN, "catalogue:\n", "  ⟦helmet: {label: size of the helmet}\ncatalogue:\n"),
    Break("stale-ignore", CASES, PATH, f"{PATH}lint:\n  ignore:\n    ⟦superfluous-step: It was one once.\n"),
    Break("unused-kind", DOMAIN, "rules:\n", "  ⟦price: hires.*.price\nrules:\n"),
    Break("untouched-records", STATE, BIKE, f'{BIKE},\n  "B2": {{"name": "Egret"}}'),
    Break("clause-without-rule", POLICY, "", "\n⟦3.1 Be friendly.\n"),
]
ELSEWHERE = {"unused-persona": "found where personas are read that nobody plays"}


def break_one(hire: Path, one: Break) -> int | None:
    """Break that one thing. Returns the line of the finding, if the break marks it."""
    file = hire / one.file
    whole = file.read_text(encoding="utf-8")
    assert not one.old or whole.count(one.old) == 1, f"{one.code}: {one.old!r} stands {whole.count(one.old)} times"
    text = whole.replace(one.old, one.new) if one.old else whole + one.new
    before, mark, after = text.partition(MARK)
    file.write_text(before + after, encoding="utf-8")
    return before.count("\n") + 1 if mark else None


def test_a_pack_with_nothing_wrong_has_no_finding_at_all(tmp_path: Path) -> None:
    assert api.check(write_hire(tmp_path)).findings == ()


def test_every_code_is_found_where_it_is_and_alone(tmp_path: Path) -> None:
    told = []
    for one in BREAKS:
        hire = write_hire(tmp_path / one.code)
        line = break_one(hire, one)

        checked = api.check(hire)

        mine = [found for found in checked.findings if found.code == one.code]
        assert mine, (one.code, [str(found) for found in checked.findings])
        others = {found.code for found in checked.findings if found.severity != "note"} - {one.code}
        assert others <= BESIDE.get(one.code, set()), (one.code, [str(found) for found in checked.findings])
        assert line in (None, mine[0].line), (one.code, line, str(mine[0]))
        assert Path(mine[0].path).name == one.file
        assert mine[0].severity == CODES[one.code].severity
        assert checked.ok is (mine[0].severity != "error")
        told += [str(found).replace(f"{hire}/", "") for found in mine]

    assert {one.code for one in BREAKS} | ELSEWHERE.keys() == CODES.keys()
    assert "\n".join(told) + "\n" == golden("lint.txt", "\n".join(told) + "\n")


def test_every_code_has_its_section_with_an_example_that_is_true() -> None:
    """docs/lint.md is the list of codes, in their order; each example is what the tests above are told."""
    text = (Path(__file__).parents[2] / "docs/lint.md").read_text(encoding="utf-8")
    sections = re.findall(r"^### `([a-z-]+)`\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    told = (FOLDER / "lint.txt").read_text(encoding="utf-8").splitlines()

    assert [code for code, _ in sections] == list(CODES)
    for code, body in sections:
        (example,) = re.findall(r"```text\n(.*?)\n```", body, re.DOTALL)
        assert example.endswith(f"{CODES[code].cure} [{code}]")
        assert example in told or code in ELSEWHERE
    assert re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", text, re.MULTILINE) == [
        (name, f"{points:g}") for name, points in WEIGHTS.items()
    ]


BESIDE = {
    "no-reference": {"unused-tool"},
    "reference-fails": {"unreachable-fact", "unused-tool"},
    "reference-errs": {"superfluous-step"},
    "unsaid-word": {"unused-slot"},
}
"""Code to what is wrong besides, and rightly so."""
