"""The scripted user: says the scenario's lines one after the other, whatever the agent does."""

from __future__ import annotations

from simkit.errors import UsageError
from simkit.play.user import Heard, Role, Said


class Scripted:
    """Says `scenario.script`, and closes with its last line."""

    def __init__(self, role: Role) -> None:
        self.lines = role.scenario.script
        if not self.lines:
            name = role.scenario.scenario
            raise UsageError(f"scenario '{name}' has no script; add 'script:' to it or play it with --user agenda")

    async def respond(self, heard: Heard) -> Said:
        """The next line."""
        last = heard.number >= len(self.lines)
        return Said(self.lines[min(heard.number, len(self.lines)) - 1], closing=last)
