"""Replies in another language are told from those in the conversation's own."""

from __future__ import annotations

from needed import needed
from storylog import story

from simkit.metrics.odd.language import ReplyLanguage

needed("lingua")

ENGLISH = "agent: Your refund is on its way, thank you for waiting so long."
GERMAN = "agent: Ihre Erstattung ist unterwegs, vielen Dank für Ihre Geduld."
METRIC = ReplyLanguage(("de", "en"))


def test_the_share_of_replies_in_the_personas_language() -> None:
    score = METRIC(story("user: Hello.", ENGLISH, "user: And?", GERMAN, "user: What?"))

    assert (score.value, score.evidence) == (0.5, (4,))
    assert score.reason == "event 4 is in 'de'"
    assert METRIC(story("user: Hallo.", GERMAN, persona={"language": "de-AT"})).value == 1.0


def test_what_is_too_short_or_has_no_words_says_nothing() -> None:
    assert METRIC(story("user: Hello.", "agent: W1001: $49.90 (4417)")).value is None
