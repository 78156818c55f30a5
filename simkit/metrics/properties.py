"""Properties of one's own: what must hold in every session, whatever its goal.

A property is a function of the episode. It holds when it returns nothing, True, or a Score that is not False; it does
not when it returns False or a Score whose value is False, or raises (AssertionError, or anything else).

    def no_refund_above_100(episode):
        for call in episode.agent_calls:
            assert call.tool != "refund" or call.arguments["amount"] <= 100, f"event {call.seq} refunds too much"
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from simkit.errors import one_line
from simkit.metrics.score import Score
from simkit.paths.episode import Episode
from simkit.trace.events import Change

Property = Callable[[Episode], Any]


def name_of(held: Property) -> str:
    """What a property is called."""
    return str(getattr(held, "__name__", type(held).__name__))


def broken(held: Property, episode: Episode) -> str | None:
    """Why a property does not hold, in a sentence; None where it does."""
    try:
        said = held(episode)
    except AssertionError as error:
        return one_line(error, 300) or f"{name_of(held)} does not hold"
    except Exception as error:
        return f"{name_of(held)} raised {type(error).__name__}: {one_line(error, 200)}"
    if isinstance(said, Score):
        return (said.reason or f"{name_of(held)} does not hold") if said.value is False else None
    return f"{name_of(held)} does not hold" if said is False else None


def reads_of_one(field: str) -> Property:
    """The property that all that the agent was shown belongs to one owner: `reads_of_one("customer_id")` for "no other
    customer's record read". Results are searched for that field, however deep it stands."""

    def reads_of_one_owner(episode: Episode) -> None:
        owners: dict[str, int] = {}
        for call in episode.agent_calls:
            for owner in _values(call.result, field) if call.outcome == "ok" else ():
                owners.setdefault(owner, call.seq)
        seen = ", ".join(f"{owner} in event {seq}" for owner, seq in owners.items())
        assert len(owners) < 2, f"the agent read records of several {field}: {seen}"

    reads_of_one_owner.__name__ = f"reads_of_one_{field}"
    return reads_of_one_owner


def conserved(**weights: float) -> Property:
    """The property that a weighted sum over the world stays as it is: `conserved(accounts__balance=1)` for "no money
    is made or lost" (`TABLE__FIELD`, over all records of the table; within 0.005)."""

    def is_conserved(episode: Episode) -> None:
        for call in episode.log.calls:
            gained = sum(
                weight * (_amount(change.after, field) - _amount(change.before, field))
                for change in call.changes
                for (table, field), weight in _placed(weights).items()
                if _table(change) == table
            )
            assert abs(gained) < 0.005, f"event {call.seq} ({call.tool}) changes the sum by {gained:g}"

    is_conserved.__name__ = f"conserved_{'_'.join(weights)}"
    return is_conserved


def _placed(weights: Mapping[str, float]) -> dict[tuple[str, str], float]:
    return {(name.split("__", 1)[0], name.split("__", 1)[-1]): weight for name, weight in weights.items()}


def _table(change: Change) -> str:
    return change.path.partition(".")[0]


def _amount(record: Mapping[str, Any] | None, field: str) -> float:
    value = (record or {}).get(field, 0)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _values(value: Any, field: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get(field), str):
            yield value[field]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _values(item, field)
