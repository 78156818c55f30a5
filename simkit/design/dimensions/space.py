"""The tuples of a dimensions file: which there are, and which the file rules out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from simkit.design.covering.rows import Clause, Rules
from simkit.errors import FileError, FileErrors, did_you_mean
from simkit.spec.dimensions import Condition, DimensionsFile
from simkit.spec.strict_yaml import Document, Loc

Tuple = dict[str, str]
"""Dimension -> value: one of each."""


@dataclass(frozen=True)
class Space:
    """Dimensions by name and values by name, numbered as the file has them."""

    names: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    rules: Rules
    """What the file rules out, by number."""
    must: tuple[Clause, ...] = ()
    """Combinations that are always played: column -> the values that meet it."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many values each dimension has."""
        return tuple(map(len, self.values))

    def tuple_of(self, row: Sequence[int]) -> Tuple:
        """The tuple that a row of numbers stands for."""
        return {name: values[at] for name, values, at in zip(self.names, self.values, row, strict=True)}

    def row_of(self, one: Mapping[str, str]) -> tuple[int, ...] | None:
        """The row of a tuple; None where it is none of this space."""
        if set(one) != set(self.names):
            return None
        pairs = [(values, one[name]) for name, values in zip(self.names, self.values, strict=True)]
        return tuple(v.index(at) for v, at in pairs) if all(at in v for v, at in pairs) else None


def space_of(said: DimensionsFile, document: Document) -> Space:
    """The space of a file. Raises FileErrors for what names a dimension or a value that there is not, and for a file
    that rules everything out."""
    names = tuple(said.over)
    values = tuple(tuple(said.over[name]) for name in names)
    errors = list(_unknown(said, document))
    if errors:
        raise FileErrors(errors)

    def numbered(condition: Condition, *, other: bool = False) -> Clause:
        met = {
            names.index(name): {said_values.index(one) for one in some}
            for name, some in condition.items()
            for said_values in [tuple(said.over[name])]
        }
        return {at: frozenset(set(range(len(values[at]))) - some if other else some) for at, some in met.items()}

    clauses = [numbered(one) for one in said.never]
    for one in said.requires:
        when = numbered(one.when)
        for at, others in numbered(one.then, other=True).items():
            both = when.get(at, frozenset(range(len(values[at])))) & others
            clauses.append({**when, at: both})
    rules = Rules(tuple(map(len, values)), clauses)
    if rules.completed({}) is None:
        raise document.error("no tuple is left; loosen never or requires", ("never",) if said.never else ("requires",))
    must = []
    for at, one in enumerate(said.must):
        must.append(numbered(one))
        if rules.meeting(must[-1]) is None:
            raise document.error("must be played, but never and requires rule it out; change one of them", ("must", at))
    return Space(names, values, rules, tuple(must))


def _unknown(said: DimensionsFile, document: Document) -> Iterator[FileError]:
    """Dimensions and values that conditions name and that the file does not have."""
    places: list[tuple[Condition, Loc]] = [(one, ("never", at)) for at, one in enumerate(said.never)]
    places += [(one, ("must", at)) for at, one in enumerate(said.must)]
    for at, need in enumerate(said.requires):
        places += [(need.when, ("requires", at, "when")), (need.then, ("requires", at, "then"))]
    places += [(one.when, ("fill", at, "when")) for at, one in enumerate(said.fill)]
    for condition, loc in places:
        for name, some in condition.items():
            if name not in said.over:
                what = f"'{name}' is no dimension{did_you_mean(name, said.over)}"
                yield document.error(what, (*loc, name), key=True)
                continue
            for value in some:
                if value not in said.over[name]:
                    what = f"'{value}' is no value of {name}{did_you_mean(value, said.over[name])}"
                    yield document.error(what, (*loc, name))
