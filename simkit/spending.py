"""On what terms a run calls models: budgets, prices and cassettes; and what its store knows to be spent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Literal

from simkit.errors import SimkitError, UsageError

if TYPE_CHECKING:
    from simkit.llm.chat import Model
    from simkit.llm.traffic import Traffic
    from simkit.spec.files import Pack
    from simkit.trace.store import Store


BEAT = 1.0
"""Seconds between two notes of how long a run took: what a kill can make it forget."""


@dataclass(frozen=True)
class ModelTerms:
    """On what terms a run calls models. Budgets are for the whole run, or `ROLE=AMOUNT` (agent, user) for one role."""

    max_cost: tuple[str, ...] = ()
    """USD; `5` or `user=0.5`."""
    max_tokens: tuple[str, ...] = ()
    """Tokens, in and out."""
    max_model_calls: tuple[str, ...] = ()
    """Calls of models, tries that failed included."""
    max_seconds: float | None = None
    """Seconds that the run may take; what it took before it was resumed counts."""
    price: tuple[str, ...] = ()
    """`MODEL=IN,OUT`: USD for a million tokens, where it is not in the table or another."""
    record: Path | None = None
    """A new file to record all model traffic to."""
    replay: Path | None = None
    """A recorded file to answer from."""
    on_miss: Literal["fail", "live"] = "fail"
    """What becomes of a question that is not recorded: the session is invalid, or the model is asked."""

    @property
    def as_json(self) -> dict[str, Any]:
        """What of them is given, as the manifest keeps it."""
        given = {name: value for name, value in asdict(self).items() if value not in (None, (), "fail")}
        return {name: str(value) if isinstance(value, Path) else value for name, value in given.items()}

    def or_else(self, begun: Mapping[str, Any]) -> ModelTerms:
        """These, and where nothing is given what was given when the run was begun."""
        missing = begun.keys() - self.as_json.keys()
        kinds = {"record": Path, "replay": Path, "max_seconds": float, "on_miss": str}
        return replace(self, **{name: kinds.get(name, tuple)(begun[name]) for name in missing})

    @property
    def bind(self) -> bool:
        """Whether they say anything."""
        return bool(self.as_json)


def traffic_of(terms: ModelTerms, models: Iterable[str], pack: Pack, *, resumed: bool) -> Traffic:
    """What a run's model calls share. Raises `SimkitError` for terms that are none: a price that nobody knows where
    money is limited, a file that is no cassette."""
    from simkit.llm.budget import Budget, caps
    from simkit.llm.cassette import Cassette
    from simkit.llm.prices import Prices
    from simkit.llm.traffic import Traffic

    if terms.max_seconds is not None and not terms.max_seconds >= 0:
        raise UsageError(f"--max-seconds {terms.max_seconds:g}: must be 0 or more")
    budget = Budget(caps(terms.max_cost, terms.max_tokens, terms.max_model_calls), terms.max_seconds)
    prices = Prices.of(terms.price)
    limited = next((one.scenario for case in pack.cases if (one := case.scenario).limits.cost is not None), None)
    if budget.counts_money or limited:
        prices.require(models, "--max-cost" if budget.counts_money else f"limits.cost of scenario '{limited}'")
    cassette = None
    if terms.record or terms.replay:
        cassette = Cassette(terms.replay, terms.record, terms.on_miss, resumed)
    elif terms.on_miss != "fail":
        raise UsageError("--on-miss needs --replay FILE: the recorded file")
    return Traffic(budget, prices, cassette)


def models_of(agent: Any, user: str) -> tuple[str, ...]:
    """Every model that the references of a run name. Raises UsageError where one is no model."""
    from simkit.llm.door import model_refs

    named = [ref.partition(":")[2] for ref in (str(agent), user) if ref.startswith(("model:", "llm:"))]
    return tuple(model for refs in named for model in model_refs(refs))


def opener_of(traffic: Traffic) -> Callable[[str], Model]:
    """Opens models; where nobody is ever asked, without key or package."""
    from simkit.llm.door import open_model

    offline = traffic.cassette is not None and traffic.cassette.strict
    return lambda refs: open_model(refs, offline=offline)


def refold(store: Store, traffic: Traffic) -> None:
    """Book what an interrupted run had spent, in time too; what came of some calls nobody knows: those at the most
    they can cost."""
    from simkit.llm.budget import Spend

    traffic.budget.before = float(store.manifest.get("seconds", 0.0))
    finished = store.finished()
    for key, intent in store.all_intents("model_called"):
        spent = (intent.result or {}).get("spent") or intent.body["most"]
        traffic.budget.book(str(key), intent.body["role"], Spend.of_json(spent))
    for key in finished:
        traffic.budget.forget(str(key))


@contextmanager
def time_kept(store: Store, traffic: Traffic) -> Iterator[None]:
    """While this lasts, the store knows to a second how long the run took, so that a killed run's time counts."""
    ended = Event()

    def keep() -> None:
        while not ended.wait(BEAT):
            _keep_time(store, traffic)

    thread = Thread(target=keep, name="simkit-time", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        _keep_time(store, traffic)


def _keep_time(store: Store, traffic: Traffic) -> None:
    with suppress(SimkitError):  # a store that fails says so where it matters: at what a session keeps
        store.update_manifest(seconds=round(traffic.budget.took, 3))


def unknown_spend(store: Store) -> dict[str, Any]:
    """Calls of which nobody knows what they cost, and the most that they can: `{"calls": 1, "usd": 0.02}`."""
    from simkit.llm.budget import Spend

    total = Spend()
    for _, intent in store.all_intents("model_called"):
        if intent.result is None or intent.result.get("failed"):
            spent = Spend.of_json((intent.result or {}).get("spent") or intent.body["most"])
            total += spent if spent.tokens else Spend()
    return {"calls": total.calls, "tokens": total.tokens, "usd": float(total.usd)}
