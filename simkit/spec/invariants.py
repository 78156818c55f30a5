"""What must hold of the world, and of what is read from it, in every session, whatever its goal.

    - id: stock-is-there
      clause: "2.1"                                        # left out where no agent has to heed it, but the tools
      each: {variants.*.stock: {at_least: 0}}
    - id: money-stays
      constant: [accounts.*.balance, pots.*.saved]         # the sum over all records
    - id: paid-is-paid
      equal: [orders.*.paid, payments.*.amount]            # two sums
    - id: one-place-each
      unique: [bookings.*.class_id, bookings.*.member_id]  # no two records with the same values
      where: {status: {in: [booked, waiting]}}
    - id: known-members
      refers: {bookings.*.member_id: members}              # whatever stands there is a record's name
    - id: own-records
      reads_of_one: member_id                              # all that the agent is shown has one value there

A path is `TABLE.*.FIELD`: the field of every record; a further `*` stands for each member of what stands there. `where`
compares fields of the same record, and `{field: NAME}` in place of a number or date is another field of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from simkit.spec.condition import MISSING, Condition, InRecord, value_at
from simkit.spec.frozen import Frozen

InvariantKind = Literal["each", "constant", "equal", "unique", "refers", "reads_of_one"]
INVARIANT_KINDS: tuple[InvariantKind, ...] = ("each", "constant", "equal", "unique", "refers", "reads_of_one")

Row = Mapping[str, Any]


class Place(NamedTuple):
    """Where in which records."""

    table: str
    fields: tuple[str, ...]

    @classmethod
    def of(cls, path: str) -> Place:
        """The place that `TABLE.*.FIELD` names."""
        table, _, *fields = path.split(".")
        return cls(table, tuple(fields))

    def found(self, row: Row) -> list[tuple[str, Any]]:
        """What stands there in one record, each with its place in it: `lines.L1.price`."""
        nodes: list[tuple[tuple[str, ...], Any]] = [((), row)]
        for part in self.fields:
            nodes = [one for at, node in nodes for one in _inside(at, node, part)]
        return [(".".join(at), node) for at, node in nodes]


def _inside(at: tuple[str, ...], node: Any, part: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    if part != "*":
        if isinstance(node, Mapping) and part in node:
            yield (*at, part), node[part]
    elif isinstance(node, Mapping):
        yield from (((*at, str(key)), one) for key, one in node.items())
    elif isinstance(node, list):
        yield from (((*at, str(number)), one) for number, one in enumerate(node))


def _is_path(path: str) -> str:
    table, star, *fields = [*path.split("."), ""][:3]
    if not table or star != "*" or not fields[0] or not all(path.split(".")):
        what = "'{path}' is no path; write TABLE.*.FIELD, as in accounts.*.balance"
        raise PydanticCustomError("bad_path", what, {"path": path[:60]})
    return path


Path = Annotated[str, AfterValidator(_is_path)]
_ONE_OR_MANY = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
Paths = Annotated[
    tuple[Path, ...],
    Field(min_length=1),
    BeforeValidator(lambda v: (v,) if isinstance(v, str) else v),
    WithJsonSchema(_ONE_OR_MANY),
]


class Invariant(Frozen):
    """Something that holds before and after every call."""

    id: str
    clause: str = ""
    """The number or heading of the clause in policy.md that agents are to heed; empty where the tools see to it."""
    each: dict[Path, InRecord] | None = Field(default=None, min_length=1)
    """What every value there must be."""
    constant: Paths | None = None
    """Paths to numbers whose sum over all records stays as it is."""
    equal: tuple[Paths, Paths] | None = None
    """Two paths (or lists of paths) to numbers whose sums over all records are equal."""
    unique: Paths | None = None
    """Fields of one table that no two records have alike; where one of them is null or missing, nothing is compared."""
    refers: dict[Path, str] | None = Field(default=None, min_length=1)
    """Fields that hold the name of a record, each with the table of that record; null refers to nothing."""
    reads_of_one: str | None = None
    """A field that has one value only in all that the agent is shown in a session."""
    where: dict[str, InRecord] = {}
    """Conditions on other fields of the record: all others are left out of account."""

    @model_validator(mode="after")
    def _one_kind(self) -> Invariant:
        kinds = [kind for kind in INVARIANT_KINDS if getattr(self, kind) is not None]
        if len(kinds) != 1:
            what = "invariant '{id}' has {kinds}; give exactly one of {known}"
            found = {"id": self.id, "kinds": " and ".join(kinds) or "nothing to check"}
            raise PydanticCustomError("bad_invariant", what, found | {"known": ", ".join(INVARIANT_KINDS)})
        several = sorted({place.table for place in self.places})
        if len(several) > 1 and (self.unique or self.where):
            what = "{word} speaks of one table, and {tables} stand here; write one invariant for each"
            found = {"word": "unique" if self.unique else "where", "tables": " and ".join(several)}
            raise PydanticCustomError("bad_invariant", what, found)
        if self.reads_of_one and self.where:
            raise PydanticCustomError("bad_invariant", "where says which records count; reads_of_one takes none")
        return self

    @property
    def kind(self) -> InvariantKind:
        """Which of the six it is."""
        return next(kind for kind in INVARIANT_KINDS if getattr(self, kind) is not None)

    @property
    def name(self) -> str:
        """Its id, with the clause that it is about."""
        return f"{self.id} ({self.clause})" if self.clause else self.id

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths that it names."""
        sides = (path for side in self.equal or () for path in side)
        return (*(self.each or self.refers or ()), *(self.constant or self.unique or ()), *sides)

    @property
    def places(self) -> tuple[Place, ...]:
        """The places that its paths name."""
        return tuple(map(Place.of, self.paths))

    def counts(self, row: Row | None) -> bool:
        """Whether a record is there and is one of those that it speaks of."""
        return row is not None and all(
            one.filled(_beside(row)).holds(value_at(row, field)) for field, one in self.where.items()
        )

    def unmet(self, table: str, row: Row | None) -> dict[str, tuple[Any, Condition]]:
        """Values of a record that are not as `each` wants them: the place in the record, the value, what is wanted."""
        if row is None or not self.each or not self.counts(row):
            return {}
        asked = ((Place.of(path), one.filled(_beside(row))) for path, one in self.each.items())
        return {
            at: (value, wanted)
            for place, wanted in asked
            if place.table == table
            for at, value in place.found(row) or [(".".join(place.fields), MISSING)] * (wanted.check == "exists")
            if not wanted.holds(value)
        }

    def amount(self, paths: tuple[str, ...], table: str, row: Row | None) -> float:
        """What a record adds to the sum over these paths."""
        if row is None or not self.counts(row):
            return 0.0
        places = [place for place in map(Place.of, paths) if place.table == table]
        return sum(value for place in places for _, value in place.found(row) if is_number(value))

    def key(self, row: Row | None) -> tuple[Any, ...] | None:
        """The values by which a record must differ from all others; None where there is nothing to compare."""
        if row is None or not self.unique or not self.counts(row):
            return None
        values = tuple(value for place in self.places for _, value in place.found(row))
        return None if None in values or len(values) < len(self.unique) else values

    def names(self, table: str, row: Row | None) -> list[tuple[str, str, str]]:
        """What a record refers to: the place in the record, the other table, the name of the record there."""
        if row is None or not self.refers or not self.counts(row):
            return []
        return [
            (at, other, str(value))
            for path, other in self.refers.items()
            if (place := Place.of(path)).table == table
            for at, value in place.found(row)
            if value is not None
        ]


def _beside(row: Row) -> Callable[[str, str], Any]:
    return lambda kind, name: value_at(row, name)


def is_number(value: Any) -> bool:
    """Whether something can be summed."""
    return isinstance(value, int | float) and not isinstance(value, bool)
