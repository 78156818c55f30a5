"""Policy, personas and wordings by a language model, where one is configured: by the same loader and the same checks.

Whatever it writes is read as a file of ours is. What is wrong with it is told to it, `REASKS` times; then the draft
stays as it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from simkit.design.draft.cases.case import Draft
from simkit.design.yamltext import block
from simkit.errors import FileError, ModelError, one_line
from simkit.llm import ChatMessage, Reply, Shape
from simkit.spec.files import read_domain, read_persona

REASKS = 2
PERSONAS = 3
_CHOICES = {
    "expertise": ["novice", "some", "expert"],
    "verbosity": ["terse", "plain", "talkative"],
    "discloses": ["upfront", "when_asked", "when_pressed"],
    "confirms": ["readily", "hesitantly"],
}


class Ask(Protocol):
    """Asks the model."""

    def __call__(self, messages: Sequence[ChatMessage], shape: Shape) -> Reply: ...


class _Wrong(Exception):
    """What the model wrote does not hold; the text goes back to it."""


def worded(folder: Path, cases: Sequence[Draft], ask: Ask, holds: Callable[[], set[str]]) -> list[str]:
    """Let the model write policy, personas and wants of a drafted domain. `holds`: the names of the files for which
    `simkit check` does not hold. Gives a note for each part: what was written, or why it stayed as it was."""
    before = "\n".join((folder / name).read_text(encoding="utf-8") for name in ("policy.md", "tools.py"))[:24_000]
    about = f"A service desk's domain, drafted from the description of an API. Its policy and tools:\n\n{before}"
    notes = [_part("policy", about, ask, lambda said: _policy(folder, said))]
    made: list[str] = []
    notes.append(_part("personas", about, ask, lambda said: _personas(folder, said, made)))
    listed = json.dumps({case.name: case.wants for case in cases}, ensure_ascii=False)
    notes.append(
        _part("wordings", f"{about}\n\nScenarios: {listed}", ask, lambda said: _wants(folder, cases, said, made))
    )
    wrong = holds()
    for case in cases:
        if f"{case.name}.yaml" in wrong:
            (folder / f"{case.name}.yaml").write_text(case.text(), encoding="utf-8", newline="\n")
    return notes


_ASKED = {
    "policy": "Write the policy that the desk's agents are told: Markdown. Keep every numbered clause that stands "
    "there, with its number in bold as it is; replace each TODO by what such a business would plausibly allow, for "
    "whom and when. Invent no tools.",
    "personas": f"Write {PERSONAS} people who would plausibly write to this desk and differ in manner: small letters, "
    "digits and '-' in the name, a sentence of summary, a few sentences of manner.",
    "wordings": 'For each scenario write what the user wants as people say it: the end of the sentence "I\'d like …", '
    "starting with 'to', with every number, name and value that stands there now, and no other.",
}
"""What the model is asked for."""


def _part(what: str, about: str, ask: Ask, take: Callable[[dict[str, Any]], str]) -> str:
    messages = [ChatMessage("system", about), ChatMessage("user", _ASKED[what])]
    why = ""
    for _ in range(1 + REASKS):
        try:
            reply = ask(messages, _SHAPES[what])
            said = json.loads(reply.text)
            if not isinstance(said, dict):
                raise _Wrong("the answer is no JSON object")
            return f"{what} by {reply.model or 'the model'}: {take(said)}"
        except (_Wrong, FileError, ValueError) as error:
            why = one_line(error, 300)
            messages += [
                ChatMessage("assistant", reply.text),
                ChatMessage("user", f"That does not hold: {why}. Again."),
            ]
        except ModelError as error:
            why = one_line(error, 300)
            break
    return f"{what} as drafted, the model gave none that holds: {why}"


def _policy(folder: Path, said: dict[str, Any]) -> str:
    """Take a policy that still has every clause to which a rule points."""
    file, text = folder / "policy.md", str(said.get("policy") or "")
    before = file.read_text(encoding="utf-8")
    if len(text) < 200:
        raise _Wrong("the policy is too short; keep every numbered clause")
    file.write_text(text.rstrip() + "\n", encoding="utf-8", newline="\n")
    try:
        read_domain(folder)
    except FileError:
        file.write_text(before, encoding="utf-8", newline="\n")
        raise
    return f"{text.count('TODO')} TODO left"


def _personas(folder: Path, said: dict[str, Any], made: list[str]) -> str:
    """Take personas that are read as such."""
    place = folder / "personas"
    place.mkdir(exist_ok=True)
    listed = said.get("personas")
    for one in (listed if isinstance(listed, list) else [])[:PERSONAS]:
        name = str(one.get("persona") if isinstance(one, dict) else "")
        if not name or not all(char.isascii() and (char.isalnum() or char == "-") for char in name):
            raise _Wrong(f"'{name}' is no name for a persona")
        file = place / f"{name.lower()}.yaml"
        kept = {key: value for key, value in {**one, "persona": name.lower(), "patience": 8}.items() if value}
        text = "# yaml-language-server: $schema=../../persona.schema.json\n" + block(kept) + "\n"
        file.write_text(text, encoding="utf-8", newline="\n")
        try:
            read_persona(file)
        except FileError:
            file.unlink()
            raise
        made += [] if file.stem in made else [file.stem]
    if not made:
        raise _Wrong("there are no personas in it")
    return ", ".join(made)


def _wants(folder: Path, cases: Sequence[Draft], said: dict[str, Any], made: Sequence[str]) -> str:
    """Take wants that still have the values that stood in them; each other case is played by a new persona, too."""
    listed = said.get("wants")
    new = {str(one.get("scenario")): str(one.get("wants") or "") for one in listed or () if isinstance(one, dict)}
    known = {case.name for case in cases}
    if not new or not set(new) <= known:
        raise _Wrong(f"unknown scenario {sorted(set(new) - known)[:1]}; name those that are there")
    taken = 0
    for at, case in enumerate(cases):
        wants = one_line(new.get(case.name, ""), 300)
        file = folder / f"{case.name}.yaml"
        values = [word for word in case.wants.split() if any(char.isdigit() or char == "@" for char in word)]
        fits = wants.startswith("to ") and all(value.strip(".,") in wants for value in values)
        people = (*case.personas, made[at % len(made)]) if made and at % 2 == 0 else case.personas
        if file.is_file():
            text = replace(case, wants=wants if fits else case.wants, personas=people).text()
            file.write_text(text, encoding="utf-8", newline="\n")
            taken += fits
    return f"{taken} of {len(cases)}"


def _object(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


_TEXT = {"type": "string"}
_PERSON = _object(
    persona=_TEXT,
    summary=_TEXT,
    manner=_TEXT,
    **{name: {"type": "string", "enum": few} for name, few in _CHOICES.items()},
)
_SHAPES = {
    "policy": Shape("policy", "The policy, in Markdown.", _object(policy=_TEXT)),
    "personas": Shape("personas", "People.", _object(personas={"type": "array", "items": _PERSON})),
    "wordings": Shape(
        "wordings", "What users want.", _object(wants={"type": "array", "items": _object(scenario=_TEXT, wants=_TEXT)})
    ),
}
