"""Sessions with their scores, told for the report's tests: a small honest run, and one in which every text attacks."""

from __future__ import annotations

from storylog import call, story

from simkit.metrics.score import Blame, Finding, GoalPart, Odd, Score, SessionScore, UserFault
from simkit.paths.episode import Episode
from simkit.report.summary import Scored

REFUND = call(
    "request_refund",
    {"order_id": "W1001", "to": "card_2"},
    "ok",
    {"refund": "R1", "amount": 49.9},
    changes=[
        {"path": "orders.W1001", "before": {"status": "delivered"}, "after": {"status": "returned"}},
        {"path": "refunds.R1", "before": None, "after": {"amount": 49.9, "to": "card_2"}},
    ],
)
WRONG_CARD = Finding(
    kind="wrong_arguments",
    events=(4,),
    where="request_refund",
    sentence="The refund went to card_2; the reference sends it to card_1.",
)
REASON = "refunds.R1.to is 'card_2'; wanted 'card_1'"


def told(*lines: object, outcome: str = "pass", reason: str = "", domain: str = "retail", **more: object) -> Scored:
    """One session with its score; `more` goes to the story or, by name, to the score."""
    parts = {name: more.pop(name) for name in ("findings", "goal", "scores", "tags") if name in more}
    scenario = {"scenario": more.pop("scenario", "late-refund"), "domain": domain}
    episode: Episode = story(*lines, scenario=scenario, card={"domain": domain}, **more)  # type: ignore[arg-type]
    key = episode.log.session
    score = SessionScore.model_validate(
        {"session": str(key), "outcome": outcome, "reason": reason, "domain": domain, **key._asdict(), **parts}
    )
    return episode, score


def small_run() -> list[Scored]:
    """Seven sessions of two domains: three pass, three fail in ways of their own, one is invalid."""
    ask, bye = "user: I'd like a refund for W1001.", "user(close): Thank you, bye."
    look = 'call get_order {"order_id": "W1001"} -> ok {"status": "delivered"}'
    failing = {"outcome": "fail", "tags": ("refund", "high-stakes")}
    held = GoalPart(part="world", what="orders.W1001.status is 'returned'", verdict="pass", evidence=(4,))
    broken = GoalPart(part="world", what="refunds.R1.to is 'card_1'", verdict="fail", detail=REASON, evidence=(4,))
    wrong = {**failing, "reason": REASON, "findings": (WRONG_CARD,), "goal": (held, broken)}
    paid = [ask, look, "node refund", REFUND, "agent: Done.", bye]
    return [
        told(*paid, persona="impatient", **wrong),
        told(*paid, persona="impatient", trial=1, **wrong),
        told(*paid, persona="novice", goal=(held,), scores=(Score(name="turns", value=2.0),), tags=("refund",)),
        told(*paid, persona="novice", trial=1, tags=("refund",)),
        told(ask, look, look, look, "end turn_limit", scenario="lost-parcel", outcome="fail",
             reason="the session ran into its limit of turns",
             findings=(Finding(kind="loop", events=(2, 3, 4), sentence="get_order was called three times alike."),)),
        told(ask, "failed model: TimeoutError: no answer", "end user_failed", scenario="delayed-flight",
             domain="airline", outcome="invalid", reason="the user's model did not answer"),
        told("user: Is my flight late?", 'call get_flight {"id": "F7"} -> refused "not your booking"',
             "user call show_ticket -> ok", "agent: I cannot say.", bye, scenario="whose-flight", domain="airline"),
    ]  # fmt: skip


PAYLOADS = (
    "</script><script>alert(1)</script>",
    "<img src=http://evil.example/x onerror=alert(2)>",
    "<svg onload=alert(3)>",
    "{{ 7 * 7 }} {% raw %} ${alert(4)}",
    "javascript:alert(5)",
    "\u202egnp.exe \u2066 \u0007\u001b[31m\u2028 \u0000",
    '"><iframe src="//evil.example"></iframe><!--',
    "__proto__",
    "=HYPERLINK(1)",
    "\U0001f600 " + "long" * 2500,
)


def hostile_run() -> list[Scored]:
    """One failed session for each payload; the payload stands in every field that takes text."""
    return [_hostile(payload, number) for number, payload in enumerate(PAYLOADS)]


def _hostile(text: str, number: int) -> Scored:
    change = {"path": text, "before": {text: text}, "after": {text: [text], "n": 1}}
    bad = {text: text, "deep": {text: [text]}}
    episode = story(
        f"user: {text}",
        f"node {text}",
        call(text, bad, "ok", bad, changes=[change], node=text),
        call(text, text, "malformed", text, by="user"),
        f"agent: {text}",
        "agent: half a character \ud83d",
        f"failed tool: {text}",
        f"judged {text.replace(':', '')}: 1",
        f"user(close): {text}",
        scenario={"wants": text, "knows": {text: text}, "does_not_know": [text], "domain": "shop"},
        persona={"summary": text},
        card={"domain": text},
        trial=number,
    )
    finding = Finding(kind="wrong_tool", events=(3,), where=text, sentence=text)
    unanchored = Finding(kind="missing_call", where=text, sentence=text)
    blame = Blame(culprit="user", reason=text, evidence=(1,))
    faults = (UserFault(kind="invented", events=(1,), where=text, value=text, sentence=text),)
    odd = (Odd(kind="token_debris", events=(5,), sentence=text),)
    goal = tuple(GoalPart(part="says", what=text, verdict=v, detail=text) for v in ("pass", "fail", "not evaluable"))
    return episode, SessionScore(
        session=str(episode.log.session), outcome="fail", reason=text, goal=goal, findings=(finding, unanchored),
        user_faults=faults, odd=odd, blame=blame,
        scores=(Score(name=text, value=text, reason=text),), tags=(text,), domain=text, scenario=text, persona=text,
        trial=number,
    )  # fmt: skip
