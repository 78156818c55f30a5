"""What metrics return: plain values with a reason and the numbers of the events that prove it."""

from __future__ import annotations

from typing import Literal, get_args

from simkit.spec.frozen import Value

ErrorKind = Literal[
    "unknown_tool",
    "malformed_call",
    "invalid_arguments",
    "wrong_tool",
    "wrong_arguments",
    "missing_call",
    "redundant_call",
    "out_of_order",
    "forbidden_call",
    "unconfirmed_write",
    "ignored_error",
    "ungrounded_argument",
    "ungrounded_claim",
    "loop",
]
"""The fourteen kinds of tool-use error."""

ERROR_KINDS: tuple[ErrorKind, ...] = get_args(ErrorKind)

UserFaultKind = Literal[
    "leaked",
    "invented",
    "ended_early",
    "contradicted_persona",
    "flipped_roles",
    "repeated",
]
"""What a simulated user does that the person it plays would not."""

USER_FAULT_KINDS: tuple[UserFaultKind, ...] = get_args(UserFaultKind)

OddKind = Literal[
    "foreign_script",
    "token_debris",
    "truncated",
    "repeated_text",
    "undue_refusal",
    "dead_link",
    "invented_link",
    "broken_json",
]
"""What is odd about an agent's words, whatever they say."""

ODD_KINDS: tuple[OddKind, ...] = get_args(OddKind)

Culprit = Literal["agent", "user", "domain", "infrastructure"]
"""Whose fault it is that a session did not pass."""

CULPRITS: tuple[Culprit, ...] = get_args(Culprit)

Verdict = Literal["pass", "fail", "not evaluable"]
Outcome = Literal["pass", "fail", "invalid"]
"""`fail` has every fault of the agent in it, crashes included; `invalid` is a fault of user, tool, model or simkit:
kept and shown, but no evidence about the agent."""


class Score(Value):
    """One metric's answer. The type of `value` is its meaning: bool = passed, float = how much, str = a label,
    None = not evaluable."""

    name: str
    value: bool | float | str | None
    reason: str = ""
    evidence: tuple[int, ...] = ()


class Finding(Value):
    """One tool-use error."""

    kind: ErrorKind
    events: tuple[int, ...] = ()
    """Numbers of the events that show it."""
    where: str = ""
    """The policy clause or the reference step that it breaks."""
    sentence: str
    """What happened, in words that a person agrees with."""


class UserFault(Value):
    """One fault of the simulated user, in one of its turns."""

    kind: UserFaultKind
    events: tuple[int, ...]
    """The user's words first, then what they are held against."""
    where: str = ""
    """The part of scenario or persona that they go against."""
    value: str = ""
    """The one value that it is about, as the user said it: leaked, invented, or known and denied."""
    sentence: str


class Odd(Value):
    """Something odd in one of the agent's messages."""

    kind: OddKind
    events: tuple[int, ...]
    """The agent's message first, then what it is held against."""
    sentence: str


class Blame(Value):
    """Whose fault it is that a session did not pass, and what shows it."""

    culprit: Culprit
    reason: str
    evidence: tuple[int, ...] = ()


class GoalPart(Value):
    """One condition of the goal, checked."""

    part: Literal[
        "world",
        "elsewhere",
        "calls",
        "says",
        "any_of",
        "never",
        "never_says",
        "rule",
        "invariant",
        "judged",
        "recorded",
    ]
    what: str
    """The condition in words."""
    verdict: Verdict
    detail: str = ""
    """What was found instead, readable: for the world a diff of wanted and actual."""
    evidence: tuple[int, ...] = ()


class SessionScore(Value):
    """Everything known about one session's worth."""

    session: str
    outcome: Outcome
    reason: str
    """Why it did not pass, in a sentence; empty when it passed."""
    evidence: tuple[int, ...] = ()
    """Numbers of the events that the reason speaks of."""
    goal: tuple[GoalPart, ...] = ()
    findings: tuple[Finding, ...] = ()
    user_faults: tuple[UserFault, ...] = ()
    odd: tuple[Odd, ...] = ()
    """Odd output of the agent: no fault by itself, but never wanted."""
    blame: Blame | None = None
    """Of a session that did not pass."""
    scores: tuple[Score, ...] = ()
    """Effort and whatever other metrics were asked for."""
    tags: tuple[str, ...] = ()
    domain: str = ""
    scenario: str = ""
    persona: str = ""
    trial: int = 0

    @property
    def passed(self) -> bool:
        return self.outcome == "pass"

    def value(self, name: str) -> bool | float | str | None:
        """The value of the score of that name, or None."""
        return next((score.value for score in self.scores if score.name == name), None)
