"""What was said before an agent's message, by anybody but the agent: it may quote that."""

from __future__ import annotations

from functools import cached_property

from simkit.metrics.talk.facts import leaves
from simkit.paths.episode import Episode
from simkit.trace.events import ToolCalled, UserSaid


class Given:
    """Everything up to one event: policy, catalogue, the scenario's facts, the user's words, the tools' answers."""

    def __init__(self, episode: Episode, before: int) -> None:
        self._episode, self._before = episode, before

    @cached_property
    def text(self) -> str:
        """All of it as one text, in lower case."""
        parts = [*self._episode.card.stated]
        for event in self._episode.events[: self._before]:
            if isinstance(event, UserSaid):
                parts.append(event.text)
            elif isinstance(event, ToolCalled):
                parts += (str(leaf) for leaf in leaves([event.result, event.arguments if event.by == "user" else None]))
        return "\n".join(parts).casefold()

    def has(self, words: str) -> bool:
        """Whether these very words stand in it."""
        return words.casefold() in self.text
