"""What another process must know to play a run's sessions, as plain JSON: files and references, never objects."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from simkit.design.dimensions.loading import files_of, load
from simkit.errors import UsageError
from simkit.llm.traffic import Traffic
from simkit.play.printed import kept_in
from simkit.play.sitting import Sitting
from simkit.play.suite import Cast, sittings
from simkit.resuming import terms_of_pack
from simkit.spec.files import Pack
from simkit.spec.frozen import digest
from simkit.spending import opener_of
from simkit.spread.casting import cast_of
from simkit.spread.till import terms_for_workers
from simkit.trace.log import SessionKey


@dataclass(frozen=True)
class Plan:
    """A run as its workers are told of it. Each reads files and loads the agent itself."""

    files: Sequence[str]
    """The scenario files."""
    agent: str | None
    user: str
    seed: int
    versions: Mapping[str, str]
    digests: Mapping[str, Mapping[str, str]]
    """Of scenarios, personas and domains, by name: a worker that reads other ones must not play."""
    folder: str
    """Where relative references begin."""
    imports: Sequence[str]
    """Where modules are looked for."""
    models: Mapping[str, Any] = field(default_factory=dict)
    """Budgets, prices and cassettes, as `terms_for_workers` has them."""
    printed: str | None = None
    """Where worker processes keep what agents print, as `printed.kept_in` has it."""
    shared: str | None = None
    """The database URL that workers write to; None where they report to whoever sent them."""

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """The plan that `to_json` wrote."""
        return cls(**json.loads(text))


def plan_of(
    pack: Pack, agent: Any, user: str, seed: int, versions: Mapping[str, str], option: str, traffic: Traffic
) -> Plan:
    """The plan of a run. Raises UsageError, naming the `option` that asked for it, for an agent that cannot be named
    to another process."""
    if agent is not None and not isinstance(agent, str):
        name = getattr(agent, "__name__", type(agent).__name__)
        what = f"{option}: other processes cannot be handed '{name}' itself"
        raise UsageError(f"{what}; give the agent as 'file.py:name' or 'module:name'")
    for case in pack.cases:
        if not case.document.path.is_file():
            what = f"{option}: other processes cannot read {case.document.path}, which is no file"
            raise UsageError(f"{what}; leave {option.split()[0]} out")
    files = files_of(case.document for case in pack.cases)
    here, imports = str(Path.cwd()), [str(Path(place).absolute()) for place in sys.path]
    models = terms_for_workers(traffic)
    return Plan(files, agent, user, seed, dict(versions), _digests(pack), here, imports, models, kept_in())


class Programme:
    """A plan in the process that plays it: the files read, the agent loaded. Raises SimkitError as `runs.run` does."""

    def __init__(self, plan: Plan, traffic: Traffic) -> None:
        if Path(plan.folder).is_dir():
            os.chdir(plan.folder)
        sys.path += [place for place in plan.imports if place not in sys.path]
        self._plan = plan
        self._pack = load(plan.files)
        _same(plan.digests, _digests(self._pack))
        self.cast: Cast = cast_of(self._pack, plan.agent, plan.user, opener_of(traffic))
        self._trials: dict[int, dict[SessionKey, Sitting]] = {}

    def sitting(self, key: SessionKey) -> Sitting:
        """The session of that key."""
        if key.trial not in self._trials:
            plan = self._plan
            every = sittings(
                self._pack.cases, self.cast, trials=[key.trial], seed=plan.seed, versions=dict(plan.versions)
            )
            self._trials[key.trial] = {sitting.key: sitting for sitting in every}
        return self._trials[key.trial][key]


def _digests(pack: Pack) -> dict[str, dict[str, str]]:
    played = terms_of_pack(pack)
    played["domains"] |= {one.name: [one.card.as_json, dict(one.code)] for one in (case.domain for case in pack.cases)}
    return {kind: {name: digest(thing) for name, thing in of.items()} for kind, of in played.items()}


def _same(planned: Mapping[str, Mapping[str, str]], found: Mapping[str, Mapping[str, str]]) -> None:
    for kind, names in planned.items():
        for name, planned_one in names.items():
            if found[kind].get(name) != planned_one:
                what = f"{kind[:-1]} '{name}' is another one where a worker reads it"
                raise UsageError(f"{what}; every machine needs the same files, unchanged while a run is played")
