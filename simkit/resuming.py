"""Going on with a run that was interrupted: on the terms it was begun on, and with all that it recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simkit.errors import SimkitError, UsageError
from simkit.play.tape import ASKED_AGAIN, NOT_ASKED, Paid, Tape
from simkit.spec.files import Pack
from simkit.spec.frozen import digest
from simkit.trace.events import Party
from simkit.trace.log import SessionKey
from simkit.trace.store import Store
from simkit.trace.terms import DIGESTS, agree, differences


@dataclass(frozen=True)
class Resumed:
    """What was found where a run was interrupted."""

    sessions: int
    """Sessions that had begun and go on."""
    orphans: int
    """Turns that somebody was asked for whose answer is unknown, in all interruptions of the run: each may have been
    paid for, and is asked for again. `run.json` lists them."""

    def __str__(self) -> str:
        went_on = f"{self.sessions} sessions went on where they were interrupted"
        if self.sessions == 1:
            went_on = "1 session went on where it was interrupted"
        if not self.orphans:
            return went_on
        turns = "1 turn" if self.orphans == 1 else f"{self.orphans} turns"
        return f"{went_on}; {turns} had been asked for and not answered, and may be paid for twice"

    def to_json(self) -> dict[str, int]:
        """As `run --json` prints it."""
        return {"sessions_resumed": self.sessions, "orphans": self.orphans}


def terms_of_pack(pack: Pack) -> dict[str, dict[str, Any]]:
    """The part of a run's terms that is in its files: kind -> name -> the thing itself, as JSON."""
    return {
        "scenarios": {case.scenario.scenario: case.scenario.as_json for case in pack.cases},
        "personas": {one.persona: one.as_json for case in pack.cases for one in case.personas},
        "domains": {case.domain.name: case.domain.card.as_json for case in pack.cases},
    }


def open_store(
    out: str | Path | None, pack: Pack, terms: Mapping[str, Any], *, resume: bool, accept_changes: bool
) -> Store:
    """The store to play into: a new one, or the one that stands in `out` if it is played on the same terms."""
    played = terms_of_pack(pack)
    values = {digest(thing): thing for things in played.values() for thing in things.values()}
    now = dict(terms) | {kind: {name: digest(thing) for name, thing in played[kind].items()} for kind in DIGESTS}
    now["code"] = {case.domain.name: dict(case.domain.code) for case in pack.cases}
    if out is None:
        return Store.temporary(now)
    if not resume or not Store.exists(out):
        return Store.create(out, now)
    store = Store.resume(out)
    try:
        begun = store.manifest
        if came := begun.get("fork"):
            what = f"{store.place} is a fork, which is not gone on with; fork {came['session']} of {came['run']} anew"
            raise UsageError(f"{what}, into another --out")
        if not accept_changes:
            agree(begun, now, store.place, lambda key: values.get(key) or store.value(key))
        elif changes := list(differences(begun, now)):
            now["accepted_changes"] = [*begun.get("accepted_changes", []), changes]
        if any(begun.get(name) != value for name, value in now.items()):
            store.update_manifest(**now)
    except SimkitError:
        store.close()
        raise
    return store


def look_over(store: Store, free: Iterable[Party]) -> Resumed:
    """Find out where a run stands, and write down which turns were asked for and not answered."""
    begun = sorted(store.begun())
    known = list(store.manifest.get("orphans", []))
    listed = Counter((one["session"], one["seq"]) for one in known)
    new = []
    for key in begun:
        turn = tape_of(store, key).unfinished_turn()
        if turn is None or turn[1] in free:
            continue
        seq, party = turn
        noted = Counter(one.kind for one in store.intents(key) if one.body.get("seq") == seq)
        # It was asked for once when the session was first played, and once for each intent to do it again.
        asked = 1 + noted[ASKED_AGAIN] - noted[NOT_ASKED]
        missing = asked - listed[str(key), seq]
        new += [{"session": str(key), "seq": seq, "party": party}] * missing
    if new:
        store.update_manifest(orphans=known + new)
    return Resumed(len(begun), len(known) + len(new))


def tape_of(store: Store, key: SessionKey) -> Tape:
    """What a session recorded before it was interrupted."""
    log = store.log(key)
    paid = [
        Paid(intent.body["seq"], intent.body["request"], intent.result)
        for intent in store.intents(key)
        if intent.kind == "model_called" and (intent.result or {}).get("answer") is not None
    ]
    return Tape(log.events, log.beside, paid)
