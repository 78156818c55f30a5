"""A new scenario for a domain that there is: about one of its records, with a reference path that was tried."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from simkit.design.draft.cases.goals import says_of, sentence, telling
from simkit.design.draft.cases.trial import Bench
from simkit.design.draft.names import singular, spoken, with_article, words
from simkit.design.scaffold.files import free, text_of, written
from simkit.design.yamltext import flow, scalar
from simkit.errors import SimkitError, UsageError, did_you_mean
from simkit.spec.domain import Domain, Tool
from simkit.spec.files import load_pack, read_domain

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_TRIES = 400
"""Calls that are tried at most, to find one that tells something."""


def new_scenario(name: str, domain: str | None, into: Path) -> list[Path]:
    """Write `NAME.yaml` into the domain's folder. Raises `UsageError` for a name that is taken or no name, or a domain
    that is not there."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"'{name}' is no name for a scenario; write letters, digits, '-', '_' and '.', as in late-refund"
        )
    folder = _folder(domain, into)
    file = free(folder / f"{name}.yaml")
    return written({file: _text(name, read_domain(folder), folder)})


def _folder(domain: str | None, into: Path) -> Path:
    """The folder of the domain that is meant: the named one, that in which we stand, or the only one there is."""
    known = {file.parent.name: file.parent for file in sorted(into.glob("*/domain.yaml"))}
    if domain is not None:
        place = Path(domain) if (Path(domain) / "domain.yaml").is_file() else known.get(domain)
        if place is None:
            raise UsageError(f"there is no domain '{domain}' in {into}{did_you_mean(domain, known)}")
        return place
    if Path("domain.yaml").is_file():
        return Path()
    if len(known) != 1:
        raise UsageError(f"say which domain it is for: --domain NAME{did_you_mean('', known)}")
    return next(iter(known.values()))


def _text(name: str, domain: Domain, folder: Path) -> str:
    found = min(islice(_lookups(domain), 40), key=lambda one: one.rank, default=None)
    holes = {"written": scalar(name), "knows": "{}", "goal": "", "steps": "", "wants": ""}
    if found is None:
        said = domain.card.summary.rstrip(".").split(".")[0][:120] or domain.name
        holes |= {"wants": scalar("to know what I can ask you for"), "goal": f"  says: {flow([said])}"}
        holes |= {"steps": f"  - say: {scalar(f'{said}.')}"}
        return text_of("scenario.yaml", holes).replace("knows: {}", "# knows: {}")
    tool, arguments, facts, told = found.tool, found.arguments, found.facts, found.told
    called = flow({tool.name: arguments}) if arguments else tool.name
    holes |= {
        "wants": scalar(_as_others_say(tool.name, told[0], folder) or found.wants),
        "knows": flow(facts),
        "goal": f"  calls: [{called}]\n  says: {flow([says_of(told[1])])}",
        "steps": f"  - {tool.name}: {flow(arguments)}\n  - say: {scalar(sentence(found.one, *told))}",
    }
    return text_of("scenario.yaml", holes)


def _as_others_say(tool: str, field: str, folder: Path) -> str:
    """How the domain's scenarios word the same wish: `to look at an order and know the …`; empty where none does."""
    try:
        cases = load_pack([folder]).cases
    except SimkitError:
        return ""  # whatever is wrong there is no reason not to begin another one
    for case in cases:
        said = re.match(r"(to [^,]+ and know the )[^,]+$", case.scenario.wants)
        if said and [step.tool for step in case.scenario.steps if step.tool] == [tool]:
            return f"{said[1]}{spoken(field) or field}"
    return ""


class _Lookup(NamedTuple):
    """A look-up that works at once, without another call before it."""

    tool: Tool
    arguments: dict[str, Any]
    facts: dict[str, Any]
    told: tuple[str, Any]
    """What it tells: a field and its value."""
    one: str
    """What the record is called."""
    wants: str
    rank: int
    """1 where a record is asked for by its name, else 2."""


def _lookups(domain: Domain) -> Iterator[_Lookup]:
    functions = {tool: function for (by, tool), function in domain.functions.items() if by == "agent"}
    tools = {tool.name: tool for tool in domain.card.tools if tool.by == "agent"}
    bench = Bench(tools, functions, domain.tables, domain.card.now)
    later = {name for rule in domain.card.rules if rule.before for name in rule.before.call}
    tries = 0
    for tool in sorted(tools.values(), key=lambda tool: len(tool.parameters.get("required", ()))):
        needed = list(tool.parameters.get("required", ()))
        if tool.effect == "write" or tool.name in later or not needed:
            continue
        for table, row in ((table, row) for table, rows in domain.tables.items() for row in list(rows.items())[:8]):
            arguments = {name: _held(name, table, *row) for name in needed}
            facts = {_slot(name, table, domain): value for name, value in arguments.items()}
            tries += 1
            if tries > _TRIES:
                return
            if None in arguments.values() or None in facts or not bench.fits(tool.name, arguments):
                continue
            tried = bench.tried((tool.name, arguments))
            told = None if tried.refused else telling(_record(tried.results[0]), "id", facts.values())
            if told is not None:
                given = {str(slot): fact for slot, fact in facts.items()}
                one = " ".join([*words(table)[:-1], singular((words(table) or ["record"])[-1])])
                wants = f"to know the {spoken(told[0]) or told[0]} of {with_article(one)}"
                yield _Lookup(tool, arguments, given, told, one, wants, 1 if row[0] in arguments.values() else 2)


def _held(argument: str, table: str, key: str, row: Mapping[str, Any]) -> Any:
    """What a record has for an argument: the field of that name, or its own name where an id is wanted."""
    if isinstance(row.get(argument), str | int | float):
        return row[argument]
    return key if words(argument)[-1:] in (["id"], ["code"], ["number"]) else None


def _slot(argument: str, table: str, domain: Domain) -> str | None:
    """The slot for an argument; None where the domain has slots, but none for that."""
    slots = domain.card.slots
    if not slots or argument in slots:
        return argument
    whose = "_".join([*words(table)[:-1], singular((words(table) or ["record"])[-1]), *words(argument)])
    if whose in slots:
        return whose
    return next(
        (slot for slot, one in slots.items() if words(slot) == words(argument) or one.label == spoken(argument)), None
    )


def _record(result: Any) -> dict[str, Any]:
    """The first record in what a tool gave."""
    if isinstance(result, dict):
        inner = [one for one in result.values() if isinstance(one, list | dict)]
        return (
            result
            if not inner or any(not isinstance(one, list | dict) for one in result.values())
            else _record(inner[0])
        )
    return _record(result[0]) if isinstance(result, list) and result else {}
