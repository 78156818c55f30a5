"""What no scenario of a domain uses: tools, rules, tables, slots, personas, kinds of the catalogue, clauses, records.

Looked for only where every scenario of the domain's folder was read.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from simkit.errors import FileError
from simkit.lint.finding import Problem, found
from simkit.lint.stake import in_play
from simkit.metrics.talk.facts import leaves
from simkit.paths.episode import Episode
from simkit.spec.domain import Domain
from simkit.spec.files import Case, Pack, persona_folders
from simkit.spec.frozen import canonical
from simkit.spec.goal import Says
from simkit.spec.state import line_of
from simkit.spec.strict_yaml import Document

_CLAUSE = re.compile(r"^[\s#>*_-]*(\d{1,2}(?:\.\d{1,2})+)\b", re.MULTILINE)
_FEW = 8


def whole_domains(pack: Pack) -> Iterator[tuple[Domain, list[Case]]]:
    """Each domain of which every scenario in its folder was read, with its cases."""
    read = {case.document.path.resolve() for case in pack.cases}
    for domain in pack.domains:
        cases = [case for case in pack.cases if case.domain.name == domain.name]
        files = {file.resolve() for file in domain.folder.glob("*.yaml")} - {(domain.folder / "domain.yaml").resolve()}
        if cases and files <= read:
            yield domain, cases


def unused(domain: Domain, cases: list[Case], document: Document) -> Iterator[Problem]:
    """Tools, slots, kinds and clauses that no scenario uses."""
    yield from _tools(domain, frozenset().union(*map(in_play, cases)))
    known = frozenset().union(*map(_slots, cases))
    for name in domain.card.slots:
        if name not in known:
            what = f"no user knows or lacks the slot '{name}', and no goal asks for it"
            yield found("unused-slot", document, what, ("slots", name), scenario=domain.name, about=name)
    said = " ".join(canonical(case.scenario.as_json) for case in cases).casefold()
    for kind, names in domain.card.catalogue.items():
        if not any(canonical(name)[1:-1].casefold() in said for name in names):
            what = f"no scenario names a thing of the kind '{kind}'"
            yield found("unused-kind", document, what, ("catalogue", kind), scenario=domain.name, about=kind)
    yield from _clauses(domain)


def unbroken(domain: Domain, stakes: Iterable[frozenset[str]], document: Document) -> Iterator[Problem]:
    """Rules that no scenario puts to the test. `stakes`: the rules that each does."""
    tested: frozenset[str] = frozenset().union(*stakes)
    for at, rule in enumerate(domain.card.rules):
        if rule.id not in tested:
            what = f"no scenario puts the rule '{rule.id}' ({rule.clause}) to the test"
            yield found("unused-rule", document, what, ("rules", at), scenario=domain.name, about=rule.id)


def unmet(domain: Domain, touched: frozenset[str], played: Iterable[Episode]) -> Iterator[Problem]:
    """Tables that no reference looks at, and a note on how many records the references meet. `touched`: the tables
    that they look at."""
    file = domain.folder / "state.json"
    met = {str(leaf) for episode in played for call in episode.log.calls for leaf in leaves(_met(call))}
    counts: Counter[str] = Counter()
    for table, rows in domain.tables.items():
        counts[table] = sum(record not in met for record in rows)
        if table not in touched:
            what = f"no reference looks at the table '{table}'"
            place = FileError(file, what, line=line_of(file, table))
            yield found("unused-table", place, what, scenario=domain.name, about=table)
    if total := sum(counts.values()):
        listed = ", ".join(
            f"{count} of {len(domain.tables[table])} {table}" for table, count in counts.most_common(_FEW)
        )
        what = f"the references meet all records but {total}: {listed}"
        yield found("untouched-records", FileError(file, what), what, scenario=domain.name)


def _met(call: object) -> list[object]:
    changes = [change.path.partition(".")[2] for change in call.changes]  # type: ignore[attr-defined]
    return [call.arguments, call.result, changes]  # type: ignore[attr-defined]


def idle_personas(pack: Pack) -> Iterator[Problem]:
    """Personas that were read and play nothing."""
    playing = {persona.persona for case in pack.cases for persona in case.personas}
    for persona in pack.personas:
        if persona.persona not in playing:
            what = f"no scenario that was read is played by '{persona.persona}'"
            place = FileError(_persona_file(pack, persona.persona), what)
            yield found("unused-persona", place, what, scenario=persona.persona, about=persona.persona)


def _persona_file(pack: Pack, name: str) -> Path:
    folders = [folder for case in pack.cases[:1] for folder in persona_folders(case.document.path)]
    return next((folder / f"{name}.yaml" for folder in folders if (folder / f"{name}.yaml").is_file()), Path(name))


def _tools(domain: Domain, played: frozenset[str]) -> Iterator[Problem]:
    for tool in domain.card.tools:
        name = f"user.{tool.name}" if tool.by == "user" else tool.name
        if name not in played:
            what = f"no scenario needs or forbids the tool '{name}'"
            place = _defined(domain, tool.by, tool.name, what)
            yield found("unused-tool", place, what, scenario=domain.name, about=name)


def _defined(domain: Domain, by: str, name: str, what: str) -> FileError:
    """Where a tool is defined."""
    file = domain.folder / "tools.py"
    code = inspect.unwrap(domain.functions[by, name]).__code__
    same = Path(code.co_filename).resolve() == file.resolve()
    return FileError(file if same else code.co_filename, what, line=code.co_firstlineno)


def _slots(case: Case) -> frozenset[str]:
    scenario = case.scenario
    known = {*scenario.facts(), *scenario.does_not_know, *scenario.discloses}
    goal = scenario.goal
    said = [*goal.says, *goal.never_says, *(one for end in goal.any_of for one in end.says)]
    return frozenset(known | {slot for says in said for slot in _asked(says)})


def _asked(says: Says) -> Iterator[str]:
    if isinstance(says.value, tuple):
        for one in says.value:
            yield from _asked(one)
    elif says.check == "asks":
        yield str(says.value)


def _clauses(domain: Domain) -> Iterator[Problem]:
    ruled = {one.clause for one in (*domain.card.rules, *domain.card.invariants)}
    policy = domain.card.policy
    places: Mapping[str, int] = {match[1]: match.start(1) for match in reversed(list(_CLAUSE.finditer(policy)))}
    free = sorted((at, clause) for clause, at in places.items() if clause not in ruled)
    if free and ruled:
        listed = ", ".join(clause for _, clause in free)
        what = f"{len(free)} of {len(places)} clauses of the policy have no rule: {listed}"
        line = policy.count("\n", 0, free[0][0]) + 1
        place = FileError(domain.folder / "policy.md", what, line=line)
        yield found("clause-without-rule", place, what, scenario=domain.name)
