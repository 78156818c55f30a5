"""Every limit that can end something, with its default and where to change it: what `simkit explain-limits` prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from simkit.agents import model
from simkit.llm.patience import Patience, variable
from simkit.metrics.statistics.sequential import MAX_TRIALS
from simkit.play.recording import MAX_TEXT
from simkit.spec.scenario import Limits
from simkit.users import llm


class Limit(NamedTuple):
    """One limit."""

    name: str
    value: str
    """In force now: the environment is heeded."""
    change: str
    """Where to change it; empty where it is fixed."""
    ends: str
    """What becomes of whoever reaches it."""


_OF_A_SESSION = {
    "turns": "user turns; the session ends, and is scored as it stands",
    "calls": "tool calls of the agent; the session ends, and is scored as it stands",
    "calls_per_turn": "tool calls of the agent in one turn; the session ends, and is scored as it stands",
    "seconds": "seconds; the session ends, and is scored as it stands",
    "turn_seconds": "seconds for one reply of the agent; the agent has failed",
    "cost": "USD for model calls; the session is invalid",
    "tokens": "tokens of model calls; the session is invalid",
    "until": "a tool of the agent's; once it is called, the session ends, and is scored as it stands",
    "until_call": "which of the agent's calls of that tool it is",
}
_OF_A_CALL = {
    "tries": "tries of one call, if failures are transient; the session is invalid",
    "first": "seconds, at most, before the second try; twice as many before each further one",
    "longest": "seconds between two tries; a server that asks for more is not asked again, the session is invalid",
    "connect": "seconds until there is a connection; the try has failed",
    "first_byte": "seconds without a byte of the answer; the session is invalid",
    "total": "seconds for one try; the session is invalid",
    "at_once": "calls under way to one provider; further ones wait; fewer after it has answered 429",
    "row": "transient failures in a row; then nobody asks that provider for a while",
    "rests": "such pauses in a row; then sessions that need that provider are invalid",
    "rest": "seconds of the first such pause; each further one is twice as long, up to 60",
    "output_tokens": "tokens of one answer, as the model is told",
    "message": "characters of one message; the rest is cut, with a marker",
    "answer": "bytes of one answer, unpacked; the session is invalid",
}
_OF_A_RUN = {
    "--max-cost": "USD for model calls; sessions that need more are invalid, no other is begun",
    "--max-tokens": "tokens of model calls; the same",
    "--max-model-calls": "model calls; the same",
    "--max-seconds": "seconds; the same",
}
_FIXED = (
    ("agent model, rounds in a turn", model.ROUNDS, "the agent has failed"),
    ("agent model, malformed calls in a row", model.MALFORMED, "the agent has failed"),
    ("agent model, unknown tools in a row", model.UNKNOWN, "the agent has failed"),
    ("agent model, identical calls in a row", model.IDENTICAL, "the agent has failed"),
    ("user model, corrections of one answer", llm.REASKS, "the session is invalid"),
    ("user model, own tools in a turn", llm.USES, "the session is invalid"),
    ("kept characters of what is said", MAX_TEXT, "the rest is cut, with a marker"),
)


def limits() -> Iterator[Limit]:
    """All of them, session by call by run. Raises UsageError for an environment variable that is no number."""
    for name, field in Limits.model_fields.items():
        value = f"{field.default:g}" if isinstance(field.default, int | float) else "none"
        yield Limit(f"session, {name}", value, f"limits.{name} in the scenario", _OF_A_SESSION[name])
    now = Patience.of_environment()
    for name in Patience.numbers():
        yield Limit(f"model call, {name}", f"{getattr(now, name):.12g}", variable(name), _OF_A_CALL[name])
    for name, what in _OF_A_RUN.items():
        yield Limit(f"run, {name.removeprefix('--')}", "none", name, what)
    until_sure = "trials of a scenario and persona; what is then open stays open"
    yield Limit("run, max-trials", str(MAX_TRIALS), "--max-trials", until_sure)
    for name, number, what in _FIXED:
        yield Limit(name, str(number), "", what)


def table() -> str:
    """As lines of text, columns aligned."""
    rows = [Limit("limit", "value", "change it by", "what it ends"), *limits()]
    wide = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join([row.name.ljust(wide[0]), row.value.rjust(wide[1]), (row.change or "fixed").ljust(wide[2]), row.ends])
        for row in rows
    )
