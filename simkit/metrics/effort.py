"""What a session took: turns, calls, words, tokens. Each is a Score whose value is a float."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from simkit.metrics.alignment import effect
from simkit.metrics.repetition import failed_runs
from simkit.metrics.score import Score
from simkit.paths.episode import Episode
from simkit.trace.events import ModelCalled


def effort(episode: Episode) -> tuple[Score, ...]:
    """Turns, calls, words and tokens of one session, in a fixed order; times and costs stand beside the events."""
    return tuple([_score(name, float(value)) for name, value in _figures(episode)])


@lru_cache(maxsize=8192)
def _score(name: str, value: float) -> Score:
    return Score.of(name=name, value=value)


@lru_cache(maxsize=8192)
def _count_words(text: str) -> int:
    return len(text.split())


def _figures(episode: Episode) -> Iterator[tuple[str, float]]:
    calls = episode.agent_calls
    turns, replies = len(episode.user_texts), len(episode.agent_texts)
    agent_words = sum(map(_count_words, episode.agent_words))
    user_words = sum(map(_count_words, episode.user_words))
    yield "turns", turns
    yield "tool_calls", len(calls)
    failed = len(episode.failed_calls)
    yield "failed_calls", failed
    yield "longest_failing_streak", failed_runs(calls) if failed else 0
    yield "writes", sum([call.outcome == "ok" and effect(episode.card, call) == "write" for call in calls])
    yield "user_tool_calls", len(episode.log.calls) - len(calls)
    yield "calls_per_turn", len(calls) / turns if turns else 0.0
    yield "agent_words_per_turn", agent_words / replies if replies else 0.0
    yield "user_words_per_turn", user_words / turns if turns else 0.0
    answered = episode.log.of(ModelCalled)
    for role in ("agent", "user", "judge") if answered else ():
        models = [event for event in answered if event.role == role]
        if models:
            yield f"{role}_model_calls", len(models)
            yield f"{role}_tokens", sum(tokens(event.usage) for event in models)


def tokens(usage: dict[str, int]) -> int:
    """All tokens of one answer, whether or not the provider gave a total."""
    return usage.get(
        "total_tokens", sum(count for name, count in usage.items() if name.endswith("_tokens") and "detail" not in name)
    )
