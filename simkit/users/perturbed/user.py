"""A user whose words are changed on the way to the agent: typos, paraphrases and so on (`--perturb KIND=RATE`).

The user itself knows nothing of it, so with the same seed it draws the same random numbers with and without. Before
words that were changed stands an event that says how, and what was meant: results can be told by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from simkit.play.user import Heard, Role, Said, User, UserMaker
from simkit.users.agenda import shown
from simkit.users.perturbed.rates import KINDS, Rates, rates_of


def perturbed_user(maker: UserMaker, rates: Rates) -> UserMaker:
    """Users that mean what those of `maker` mean, and say it otherwise. A scenario's own `perturb` comes on top."""

    def made(role: Role) -> User:
        wanted = {**rates, **(rates_of(role.scenario.perturb) if role.scenario.perturb else {})}
        return _Perturbed(role, maker(role), wanted) if any(wanted.values()) else maker(role)

    return made


class _Perturbed:
    def __init__(self, role: Role, player: User, rates: Rates) -> None:
        self._player = player
        self._kinds = [(kind, rates[kind], role.apart(f"perturbed {kind}")) for kind in KINDS if rates.get(kind)]
        self._keep = tuple(_kept(role))

    async def respond(self, heard: Heard) -> Said:
        """What the other user says, in other words."""
        said = await self._player.respond(heard)
        text, how = said.text, []
        for kind, rate, random in self._kinds:
            # Drawn whatever the rate, so that turns that are changed at a low rate are changed at a higher one.
            chance, seed = random.random(), random.getrandbits(64)
            if chance < rate and text.strip():
                new = KINDS[kind](text, self._keep, type(random)(seed))
                if new != text:
                    text = new
                    how.append(kind)
        if not how:
            return said
        heard.note_perturbed(tuple(how), said.text)
        return replace(said, text=text)


def _kept(role: Role) -> Iterator[str]:
    """The facts that the user tells, in the words in which the scenario has them, and what the domain has names for."""
    for value in role.scenario.facts().values():
        yield shown(value)
    words = " ".join((role.scenario.wants, role.scenario.opening, *role.scenario.then)).casefold()
    for names in role.card.catalogue.values():
        yield from (name for name in names if name.casefold() in words)
