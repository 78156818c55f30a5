"""The replayed user: says in each session what the user said in that session of an earlier run."""

from __future__ import annotations

from simkit.errors import UsageError
from simkit.play.user import Heard, Role, Said, UserMaker
from simkit.trace.events import ToolCalled, UserSaid
from simkit.trace.log import Log, SessionKey


def replayed(logs: dict[SessionKey, Log], run: str) -> UserMaker:
    """Users from recorded logs. Raises `UsageError` when a session is played that was not recorded."""

    def make(role: Role) -> Replayed:
        if role.key not in logs:
            raise UsageError(f"--user replay:{run}: has no session {role.key}; play what was recorded, or another user")
        return Replayed(logs[role.key])

    return make


class Replayed:
    """One recorded person: their words and their own calls, turn by turn, whatever the agent does now."""

    def __init__(self, log: Log) -> None:
        self.turns: list[tuple[list[ToolCalled], UserSaid]] = []
        calls: list[ToolCalled] = []
        for event in log:
            if isinstance(event, ToolCalled) and event.by == "user":
                calls.append(event)
            elif isinstance(event, UserSaid):
                self.turns.append((calls, event))
                calls = []

    async def respond(self, heard: Heard) -> Said:
        """The recorded words of this turn; after the last, they leave."""
        if heard.number > len(self.turns):
            return Said("Goodbye.", closing=True, act="leave")
        calls, said = self.turns[heard.number - 1]
        for call in calls:
            await heard.call(call.tool, **call.arguments)
        return Said(said.text, closing=said.closing or heard.number == len(self.turns), act=said.act)
