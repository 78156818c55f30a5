"""A user who says one thing other than they meant to."""

from __future__ import annotations

from simkit.play.user import Heard, Said, User


class SaysInstead:
    """Says `text` in turn `number`, in place of the user's own words, and goes on as if those had been said."""

    def __init__(self, user: User, number: int, text: str) -> None:
        self.user, self.number, self.text = user, number, text
        self.last: Said | None = None

    async def respond(self, heard: Heard) -> Said:
        """Their own words, but for that one turn; whoever meant to leave in it leaves in the next."""
        if self.last is not None:
            return self.last
        said = await self.user.respond(heard)
        if heard.number != self.number:
            return said
        self.last = said if said.closing else None
        return Said(self.text)
