"""Cases of a drafted domain: for each tool one in which all goes well, then those in which it cannot be done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from simkit.design.draft.cases.arguments import Arguments
from simkit.design.draft.cases.case import NOT_THERE, Draft, step
from simkit.design.draft.cases.goals import end_state, says_of, sentence, telling
from simkit.design.draft.cases.trial import Bench
from simkit.design.draft.cases.variations import VARIATIONS
from simkit.design.draft.code.listing import role_of
from simkit.design.draft.names import identifier, words
from simkit.design.draft.plan import Deed, Plan
from simkit.design.draft.slots import phrases

PERSONAS = (
    ("plain", "impatient"),
    ("plain", "elderly"),
    ("terse-expert", "talkative-novice"),
    ("plain", "non-native"),
    ("withholder", "plain"),
    ("mistrustful", "plain"),
)


_MOST = {"recorded": 0, "live": 0, "other": 1, "create": 3, "update": 3, "delete": 3, "act": 3}
"""How often a tool is the whole of a case: more would be the same again."""


class Cases:
    """Finds the cases of one plan by trying its tools."""

    def __init__(self, plan: Plan, bench: Bench, arguments: Arguments) -> None:
        self.plan, self.bench, self.arguments = plan, bench, arguments
        self.phrases = phrases(plan)
        self.names: set[str] = set()
        self.few = True
        """Whether a tool is the whole of a few cases only; no longer where there are too few cases otherwise."""

    def drafted(self, many: int) -> list[Draft]:
        """At most `many` cases: every tool's first, then what cannot be done, then more of the first kind."""
        found: list[Draft] = []
        rounds: list[Callable[[Deed], Draft | None]] = [lambda deed: self.good(deed, 0), self._missing, self._already]
        rounds += [lambda deed, vary=vary: vary(self, deed) for vary in VARIATIONS]  # type: ignore[misc]
        rounds += [lambda deed, number=number: self.good(deed, number) for number in range(1, many)]  # type: ignore[misc]
        deeds = _in_turn(self.plan.deeds) if len(self.plan.deeds) > many else self.plan.deeds
        for go in (*rounds, self._many, *rounds):
            for deed in deeds:
                if len(found) >= many:
                    return found
                case = go(deed)
                if case is not None and all((case.knows, case.goal) != (one.knows, one.goal) for one in found):
                    found.append(self._with_personas(case, len(found)))
        return found

    def _many(self, deed: Deed) -> Draft | None:
        """From here on, tools may be the whole of many cases."""
        self.few = False
        return None

    def _with_personas(self, case: Draft, at: int) -> Draft:
        name = identifier(case.name.replace("-", "_"), "case", self.names).rstrip("_").replace("_", "-")
        self.names.add(name.replace("-", "_"))
        personas = PERSONAS[at % len(PERSONAS)]
        return replace(case, name=name, personas=personas)

    def good(self, deed: Deed, number: int) -> Draft | None:
        """The case of a deed in which all goes well; another `number`, another record and other values."""
        if number >= _MOST.get(deed.role, 6) and (self.few or deed.role in ("recorded", "live")):
            return None
        if deed.role == "list":
            return self._listing(deed, number)
        if deed.role in ("read", "find") or (
            deed.role == "other" and self.bench.tools[deed.operation.tool].effect == "read"
        ):
            return self._reading(deed, number)
        return self._changing(deed, number)

    def row(self, deed: Deed, number: int) -> Mapping[str, Any] | None:
        """The record that a case is about."""
        rows = list(self.plan.records.get(deed.table, {}).values())
        return (
            rows[(number * 3 + 1) % len(rows)]
            if rows
            else {}
            if deed.role in ("create", "other", "recorded", "live")
            else None
        )

    def _reading(self, deed: Deed, number: int) -> Draft | None:
        row, tool = self.row(deed, number), deed.operation.tool
        if row is None:
            return None
        given = self.arguments.fresh(deed, self.arguments.keys(deed, row, number), number, 0)
        given = self.arguments.found_by(deed, row) if deed.role == "find" else given
        tried = self.bench.tried((tool, given)) if self.bench.fits(tool, given) else None
        if tried is None or tried.refused:
            return None
        table, facts = self.plan.tables.get(deed.table), self.arguments.facts(deed, given)
        result = (_rows(tried.results[0]) or [{}])[0] if isinstance(tried.results[0], list) else tried.results[0]
        told = telling(result, table.key if table else "", facts.values(), number) if isinstance(result, dict) else None
        if isinstance(result, str | int | float) and not isinstance(result, bool) and str(result).strip():
            told = ("answer", result)
        goal: dict[str, Any] = {"calls": [{tool: given} if given else tool]}
        steps: list[Any] = [{tool: given} if given else tool]
        wants = f"to {self.phrases[tool]}{'' if deed.role == 'find' else self._where(deed, given)}"
        if told is not None:
            wants += f" and know the {' '.join(words(told[0])) or told[0]}"
            goal["says"] = [says_of(told[1])]
            steps.append({"say": sentence(table.one if table else "answer", *told)})
        return Draft(self.named(deed), wants, facts, goal, tuple(steps), ("read",))

    def _listing(self, deed: Deed, number: int) -> Draft | None:
        tool, row = deed.operation.tool, self.row(deed, number)
        if row is None:
            return None
        given = self.arguments.fresh(deed, self.arguments.keys(deed, row, number), number, 0)
        given |= self._filter(deed, row)
        tried = self.bench.tried((tool, given)) if self.bench.fits(tool, given) else None
        rows = _rows(tried.results[0]) if tried is not None and not tried.refused else []
        table = self.plan.tables[deed.table]
        if not rows or table.key not in rows[0]:
            return None
        facts = self.arguments.facts(deed, given)
        told = telling(rows[0], table.key, facts.values(), number) or (table.key, rows[0][table.key])
        wants = (
            f"to {self.phrases[tool]}{self._where(deed, given)}, and know the {' '.join(words(told[0]))} of the first"
        )
        say = sentence(f"first {table.one}", *told)
        call: Any = {tool: given} if given else tool
        goal = {"calls": [call], "says": [says_of(told[1])]}
        return Draft(self.named(deed), wants, facts, goal, (call, {"say": say}), ("list",))

    def _filter(self, deed: Deed, row: Mapping[str, Any]) -> dict[str, Any]:
        """What to look for: all that has to be given as the row has it, and one thing besides, so that a list is about
        something."""
        found: dict[str, Any] = {}
        for one in deed.operation.at("query"):
            role, field_ = role_of(one, self.plan.tables[deed.table])
            held = row.get(field_)
            simple = isinstance(held, str) and len(held) < 40
            if held is not None and role in ("equals", "least", "most") and (one.required or (simple and not found)):
                found[one.argument] = held
        return found

    def _changing(self, deed: Deed, number: int) -> Draft | None:
        # An action may not be possible with every record: what is cancelled is not cancelled again.
        tries = range(number, number + 4) if deed.role == "act" else (number,)
        return next((case for at in tries if (case := self._changed(deed, at)) is not None), None)

    def _changed(self, deed: Deed, number: int) -> Draft | None:
        row = self.row(deed, number)
        if row is None:
            return None
        tool = deed.operation.tool
        for optional in (2 + number, 2, 0):
            given = self.new(deed, row, number, optional)
            looks = self.looks(deed, row, number)
            if not self.bench.fits(tool, given):
                continue
            tried = self.bench.tried(*looks, (tool, given))
            world = end_state(tried.changes, self.plan.tables) if not tried.refused else None
            if world is not None:
                facts = self.told(deed, given, looks)
                steps = [step(*call) for call in [*looks, (tool, given)]]
                tags = (deed.role if deed.role != "act" else "action",)
                wants = f"to {self.phrases[tool]}{self._where(deed, given)}"
                return Draft(self.named(deed), wants, facts, {"world": world}, tuple(steps), tags)
        return None

    def new(self, deed: Deed, row: Mapping[str, Any], number: int, optional: int) -> dict[str, Any]:
        """The arguments of a call that changes something: the record's names, and new values."""
        given = self.arguments.fresh(deed, self.arguments.keys(deed, row, number), number, optional)
        return self._new_key(deed, given) if deed.role == "create" and deed.key is None else given

    def _where(self, deed: Deed, given: Mapping[str, Any]) -> str:
        """What nobody would ask for unless it was said: `where the order note is sliced`."""
        optional = [one for one in deed.operation.parameters if one.argument in given and not one.required]
        facts = self.arguments.facts(deed, {one.argument: given[one.argument] for one in optional})
        said = [f"the {self.arguments.slots.labels[slot]} is {value}" for slot, value in facts.items()]
        return f" where {' and '.join(said)}" if said else ""

    def _new_key(self, deed: Deed, given: dict[str, Any]) -> dict[str, Any]:
        """Where whoever makes a record names it: a name that is free."""
        table = self.plan.tables[deed.table]
        own = next((one for one in deed.operation.at("body") if one.name == table.key), None)
        if own is not None and own.argument in given:
            given[own.argument] = self.arguments.forms[table.name].key(table.name, 40)
        return given

    def looks(self, deed: Deed, row: Mapping[str, Any], number: int) -> list[tuple[str, dict[str, Any]]]:
        """The call that looks a record up before it is changed, as the rules want it."""
        first = self._reader(deed)
        if first is None or deed.role in ("create", "other", "recorded", "live") or self.plan.tables[deed.table].single:
            return []
        given = self.arguments.fresh(first, self.arguments.keys(first, row, number), number, 0)
        return [(first.operation.tool, given)] if self.bench.fits(first.operation.tool, given) else []

    def told(self, deed: Deed, given: Mapping[str, Any], looks: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
        """What the user has to tell for a call, and for the look-up before it."""
        first = self._reader(deed)
        needed = self.arguments.facts(first, looks[0][1]) if looks and first is not None else {}
        return {**needed, **self.arguments.facts(deed, given)}

    def _reader(self, deed: Deed) -> Deed | None:
        return next((one for one in self.plan.deeds if one.table == deed.table and one.role == "read"), None)

    def _missing(self, deed: Deed) -> Draft | None:
        """Somebody asks for a record that does not exist."""
        table = self.plan.tables.get(deed.table)
        if table is None or table.single or deed.key is None or deed.role in ("create", "list", "other"):
            return None
        row = dict(self.row(deed, 2) or {})
        row[table.key] = self.arguments.forms[table.name].key(table.name, 500)
        first = self._reader(deed) or (deed if deed.role == "read" else None)
        if first is None:
            return None
        given = self.arguments.fresh(first, self.arguments.keys(first, row, 2), 2, 0)
        if (
            not self.bench.fits(first.operation.tool, given)
            or not self.bench.tried((first.operation.tool, given)).refused
        ):
            return None
        facts = self.told(deed, self.new(deed, row, 2, 0), [(first.operation.tool, given)])
        says = {"says": [{"any_of": NOT_THERE}]}
        never = {"never": [deed.operation.tool]} if deed.role != "read" else {}
        say = f"I'm sorry, I could not find that {table.one}, so I can't help with it."
        steps = ({first.operation.tool: given}, {"say": say})
        wants = f"to {self.phrases[deed.operation.tool]}"
        return Draft(f"{self.named(deed)}-not-there", wants, facts, says | never, steps, ("refused", "not-found"))

    def _already(self, deed: Deed) -> Draft | None:
        """Somebody wants done what is done."""
        if deed.role != "act" or deed.moves is None:
            return None
        field_, value = deed.moves
        rows = self.plan.records.get(deed.table, {}).values()
        row, first = next((one for one in rows if one.get(field_) == value), None), self._reader(deed)
        if row is None or first is None:
            return None
        given = self.arguments.fresh(first, self.arguments.keys(first, row, 0), 0, 0)
        if self.bench.tried((first.operation.tool, given)).refused:
            return None
        one = self.plan.tables[deed.table].one
        say = f"That {one} is {value if isinstance(value, str) else 'so'} already, so there is nothing left to do."
        goal = {"calls": [{first.operation.tool: given}], "says": ["already"], "never": [deed.operation.tool]}
        facts = self.told(deed, self.new(deed, row, 0, 0), [(first.operation.tool, given)])
        steps = ({first.operation.tool: given}, {"say": say})
        wants = f"to {self.phrases[deed.operation.tool]}"
        return Draft(f"{self.named(deed)}-already", wants, facts, goal, steps, ("refused", "already"))

    def named(self, deed: Deed) -> str:
        """What the cases of a deed are called."""
        return f"{self.plan.name}-{'-'.join(words(deed.operation.tool)) or 'call'}"[:80]


def _in_turn(deeds: Sequence[Deed]) -> list[Deed]:
    """The deeds in such an order that no table has to wait until another has had all its own."""
    seen: Counter[str] = Counter()
    turns = []
    for deed in deeds:
        turns.append(seen[deed.table])
        seen[deed.table] += 1
    return [deed for _, deed in sorted(zip(turns, deeds, strict=True), key=lambda pair: pair[0])]


def _rows(result: Any) -> list[dict[str, Any]]:
    """The records in what a list gave."""
    if isinstance(result, dict):
        result = next((one for one in result.values() if isinstance(one, list)), [])
    return [one for one in result if isinstance(one, dict)] if isinstance(result, list) else []
