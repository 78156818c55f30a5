"""The scripted user: says the scenario's lines one after the other, whatever the agent does."""

from __future__ import annotations

from collections.abc import Iterable

from simkit.errors import UsageError
from simkit.play.user import Heard, Role, Said
from simkit.spec.scenario import Scenario


def require_scripts(scenarios: Iterable[Scenario]) -> None:
    """Raises `UsageError` naming the first scenario without a script."""
    for scenario in scenarios:
        if not scenario.script:
            what = f"--user scripted: scenario '{scenario.scenario}' has no script"
            raise UsageError(f"{what}; add 'script:' to it, or play it with --user agenda")


class Scripted:
    """Says `scenario.script`, and closes with its last line."""

    def __init__(self, role: Role) -> None:
        self.lines = role.scenario.script

    async def respond(self, heard: Heard) -> Said:
        """The next line."""
        last = heard.number >= len(self.lines)
        return Said(self.lines[min(heard.number, len(self.lines)) - 1], closing=last)
