"""A user with one fault on purpose: proves that faults of users are found (`--user faulty:KIND`).

It plays as another user does, and once in the session does what the person would not. Where a kind is not possible in a
session (nothing is hidden from the user that could leak), that session stays clean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import get_args

from simkit.errors import UsageError, did_you_mean
from simkit.metrics.score import UserFaultKind
from simkit.play.user import Heard, Role, Said, User, UserMaker
from simkit.spec.acts import agent_act
from simkit.spec.values import says_words, values_in
from simkit.trace.log import SessionKey
from simkit.users.agenda import Agenda, shown

STRANGE_NAME, STRANGE_NUMBER = "Zebulon Quarkworth", "ZQ-90417"
"""What nobody is called, and no number that anybody has."""

Note = Callable[[SessionKey, int], None]


def faulty_user(kind: str, maker: UserMaker = Agenda, note: Note = lambda key, turn: None) -> UserMaker:
    """Users that play as those of `maker` do, each with one fault of that `kind`; `note` hears of every fault: in which
    session, in which of the user's turns (from 1). Raises `UsageError` for a kind that does not exist."""
    if kind not in _FAULTS:
        raise UsageError(f"--user faulty:{kind}: is no fault of users{did_you_mean(kind, _FAULTS)}")
    return lambda role: _Faulty(role, maker(role), _FAULTS[kind], note)


@dataclass
class _Faulty:
    role: Role
    player: User
    fault: Callable[[Role, Heard, Said], Said | None]
    note: Note
    done: bool = False

    async def respond(self, heard: Heard) -> Said:
        """What the other user says, once with the fault."""
        said = await self.player.respond(heard)
        spoilt = None if self.done else self.fault(self.role, heard, said)
        if spoilt is None:
            return said
        self.done = True
        self.note(self.role.key, heard.number)
        return spoilt


def _more(said: Said, words: str) -> Said:
    return replace(said, text=f"{said.text} {words}")


def _leaked(role: Role, heard: Heard, said: Said) -> Said | None:
    """An id that stands in the reference path and that the user does not know."""
    scenario = role.scenario
    known = [*map(shown, scenario.facts().values()), scenario.wants, scenario.opening, *scenario.then]
    known += [message.text for message in heard.history] + [
        name for some in role.card.catalogue.values() for name in some
    ]
    digits_known = "".join(filter(str.isdigit, " ".join(known)))
    for step in scenario.steps:
        for value in step.arguments.values():
            found = values_in(value) if step.by == "agent" and isinstance(value, str) else ()
            for one in found:
                digits = "".join(filter(str.isdigit, one.text))
                long_enough = len(digits) >= 2 and sum(map(str.isalnum, one.text)) >= 5
                if one.kind == "id" and long_enough and digits not in digits_known:
                    return _more(said, f"It must be {one.text}.")
    return None


def _invented(role: Role, heard: Heard, said: Said) -> Said | None:
    return _more(said, f"My name is {STRANGE_NAME}. My file number is {STRANGE_NUMBER}.") if heard.text else None


def _ended_early(role: Role, heard: Heard, said: Said) -> Said | None:
    return replace(said, closing=True) if said.act == "affirm" and agent_act(heard.text or "") == "confirm" else None


def _contradicted_persona(role: Role, heard: Heard, said: Said) -> Said | None:
    """Facts before anybody asked for them; of somebody who tells all at once, that they do not know what they know."""
    facts = {name: shown(value) for name, value in role.scenario.knows.items()}
    labels = {name: role.card.slots[name].label for name in facts if name in role.card.slots}
    if heard.text is None:
        late = [
            name
            for name, value in facts.items()
            if role.scenario.discloses.get(name, role.persona.discloses) != "upfront"
            and len(value) > 2
            and not says_words(said.text, value)
        ]
        return _more(said, " ".join(f"{facts[name]}." for name in late)) if late else None
    return _more(said, f"I don't know my {next(iter(labels.values()))}.") if labels else None


def _flipped_roles(role: Role, heard: Heard, said: Said) -> Said | None:
    return replace(said, text="Hello! How can I help you today?") if heard.text else None


def _repeated(role: Role, heard: Heard, said: Said) -> Said | None:
    return replace(said, text="I have been waiting for quite a while. " * 2 + said.text) if heard.text else None


_FAULTS: dict[str, Callable[[Role, Heard, Said], Said | None]] = {
    "leaked": _leaked,
    "invented": _invented,
    "ended_early": _ended_early,
    "contradicted_persona": _contradicted_persona,
    "flipped_roles": _flipped_roles,
    "repeated": _repeated,
}

assert tuple(_FAULTS) == get_args(UserFaultKind)
