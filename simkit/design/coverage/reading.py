"""The coverage of runs: what their logs have in them, held against what could have been played."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simkit.design.coverage.holes import Hole, Known, holes, possible_pairs
from simkit.design.dimensions.loading import split_ref
from simkit.design.dimensions.making import ENDING, Dimensions, read_dimensions
from simkit.design.dimensions.written import as_scenario
from simkit.errors import SimkitError, UsageError
from simkit.metrics.coverage.counted import Pair, Played, counted
from simkit.metrics.coverage.tally import Tally
from simkit.spec.files import Case, load_pack, shipped


@dataclass(frozen=True)
class Coverage:
    """What was played, what could have been, and what is missing."""

    played: Played
    known: Known
    holes: tuple[Hole, ...]

    def pairs(self, name: str) -> dict[Pair, Tally]:
        """Every pair of values of these dimensions, those that were never played as well where that is known."""
        found = dict(self.played.pairs[name])
        if name in self.known.dimensions:
            found |= {pair: Tally() for pair in sorted(possible_pairs(self.known.dimensions[name]) - found.keys())}
        return found

    def to_json(self) -> dict[str, Any]:
        """As `coverage --json` prints it."""
        return {
            "sessions": self.played.sessions,
            "passed": self.played.passed,
            "dimensions": {name: self._dimensions(name) for name in sorted(self.played.values)},
            "domains": {name: self._domain(name) for name in sorted(self.played.domains)},
            "transitions": [
                {"from": one, "to": other, **tally.to_json()}
                for (one, other), tally in sorted(self.played.transitions.items())
            ],
            "holes": [hole.to_json() for hole in self.holes],
        }

    def _dimensions(self, name: str) -> dict[str, Any]:
        values = self.played.values[name]
        pairs = self.pairs(name)
        return {
            "known": name in self.known.dimensions,
            "values": {one: {value: tally.to_json() for value, tally in of.items()} for one, of in values.items()},
            "pairs_possible": len(pairs) if name in self.known.dimensions else None,
            "pairs_played": sum(1 for tally in pairs.values() if tally.sessions),
            "pairs": [{"of": dict(pair), **tally.to_json()} for pair, tally in sorted(pairs.items())],
        }

    def _domain(self, name: str) -> dict[str, Any]:
        domain = self.played.domains[name]
        tools = {
            tool: {**use.tally.to_json(), "outcomes": dict(use.outcomes), "refusals": dict(use.refusals)}
            for tool, use in domain.tools.items()
        }
        rules = {
            rule: {**use.at_stake.to_json(), "held": use.at_stake.sessions - use.broken, "broken": use.broken}
            for rule, use in domain.rules.items()
        }
        things = {
            kind: {"known": len(names), "met": len(domain.met[kind]), **domain.things[kind].to_json()}
            for kind, names in domain.card.catalogue.items()
        }
        return {"tools": tools, "rules": rules, "things": things}

    def fills(self, most: int) -> list[tuple[str, str]]:
        """Name and YAML of the scenarios that fill holes, the largest holes first, at most `most` of them."""
        made: dict[str, str] = {}
        every = {case.scenario.scenario: case for cases in self.known.cases.values() for case in cases}
        for hole in self.holes:
            if not hole.fill or hole.fill in made or len(made) >= most:
                continue
            if hole.row is not None:
                (document,) = self.known.dimensions[hole.dimensions].made([hole.row])
            else:
                document = every[hole.fill].document
            made[hole.fill] = as_scenario(document)
        return list(made.items())


def coverage_of(scored: Iterable[Any], paths: Sequence[str], files: Sequence[Path] = ()) -> Coverage:
    """The coverage of scored sessions, (episode, score) each. `paths`: what was named when they were played, in which
    dimensions files are looked for; `files`: others. Raises UsageError where there is no session."""
    played = counted(scored)
    if not played.sessions:
        raise UsageError("no session was played; there is nothing to cover")
    folders = {name: folder for name in sorted(played.domains) if (folder := _folder(name))}
    cases = {name: _cases(folder) for name, folder in folders.items()}
    known = Known(_dimensions(played, folders, paths, files), cases, folders)
    return Coverage(played, known, tuple(holes(played, known)))


def _folder(domain: str) -> Path | None:
    places = (Path("scenarios") / domain, Path(domain), shipped("scenarios") / domain)
    return next((place for place in places if (place / "domain.yaml").is_file()), None)


def _cases(folder: Path) -> Sequence[Case]:
    try:
        return load_pack([folder]).cases
    except SimkitError:
        return ()  # the log is what counts; what lies on the disk may have gone on


def _dimensions(
    played: Played, folders: Mapping[str, Path], paths: Sequence[str], files: Sequence[Path]
) -> dict[str, Dimensions]:
    named = [found[0] for path in paths if (found := split_ref(path))]
    beside = [file for folder in folders.values() for file in sorted(folder.glob(f"*{ENDING}"))]
    found: dict[str, Dimensions] = {}
    for file in (*files, *named, *beside):
        if file in files:
            read = read_dimensions(file)
        else:
            try:
                read = read_dimensions(file)
            except SimkitError:
                continue
        if read.said.dimensions in played.values:
            found.setdefault(read.said.dimensions, read)
    return found
