"""Dialogue acts read off text by rules: what somebody does by saying it.

Used by simulated users to understand an agent, by the `act` state view, and by metrics that ask whether the user
confirmed. First matching act wins; the order is the meaning.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

AgentAct = Literal["confirm", "refuse", "report_error", "offer_more", "ask", "close", "inform"]
UserAct = Literal["affirm", "deny", "ask", "close", "inform"]

_CONFIRM = re.compile(
    r"\b(shall i\b|should i (?:go|proceed|do)|do you confirm|please confirm|can you confirm|could you confirm"
    r"|would you like me to (?:proceed|go ahead|do)|do you want me to|may i (?:proceed|go ahead)"
    r"|is that (?:correct|right|ok)"
    r"|would you like to (?:proceed|go ahead|confirm)|confirm (?:that|if|whether|these|the"
    r"|this)\b[^.?!]{0,200}\?|\(yes/no\)|\(yes\)"
    r"|reply (?:with )?[\"']?yes|say [\"']?yes|(?:ok|okay|happy|good) to (?:proceed|go ahead)|go ahead\?|proceed\?)",
    re.IGNORECASE,
)
_REFUSE = re.compile(
    r"\b(i(?:'m| am) (?:sorry|afraid)[^.?!]{0,200}\b(?:can(?:'t|not)|unable|not (?:able|possible|allowed"
    r"|eligible)|isn't|won't|don't)"
    r"|(?:i|we) (?:can(?:'t|not)|am unable|are unable|am not able|are not able|won't be able|must decline"
    r"|have to decline)"
    r"|not (?:allowed|permitted|possible|eligible)|against (?:our|the) policy|outside (?:of )?(?:our"
    r"|the) (?:policy|appetite)"
    r"|policy (?:does not|doesn't) (?:allow|permit)|unfortunately[^.?!]{0,200}\b(?:not|can't|cannot|unable|no)\b)",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"\b(something went wrong|technical (?:issue|problem|error)|an error (?:occurred|came up)|(?:it|that"
    r"|the \w+) failed"
    r"|couldn't (?:find|complete|process)|could not (?:find|complete|process)|did not work|didn't work)",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\b(anything else|something else|any other (?:question|request|thing)|further assistance|else (?:i|we) can"
    r"|is that (?:all|everything))",
    re.IGNORECASE,
)
_ASK = re.compile(
    r"\?|\b(please (?:provide|give|tell|share|enter|send|let me know|specify)|i(?:'ll)? need (?:your|the|to know|a )"
    r"|could you (?:tell|give|provide|share)|let me know (?:your|the|which|what))",
    re.IGNORECASE,
)
_CLOSE = re.compile(
    r"\b(goodbye|good bye|bye|have a (?:nice|great|good|lovely) (?:day|one|evening|trip|flight))\b",
    re.IGNORECASE,
)

_NO = re.compile(
    r"^\W*(?:no|nope|nah|never|stop|wait|hold on|cancel that)\b|\b(do not|don't|not (?:yet|now|sure|that)|rather not"
    r"|changed my mind|actually|instead|wait)\b",
    re.IGNORECASE,
)
_OPENS_WITH_YES = re.compile(r"\W*(?:yes|yeah|yep|yup|sure|correct|absolutely|definitely|of course)\b", re.IGNORECASE)
_TURNS_BACK = re.compile(
    r"\b(no|wait|stop|hold on|changed my mind|cancel that|instead|do not|don't (?:do|proceed|go|want that))\b",
    re.IGNORECASE,
)
_YES = re.compile(
    r"\b(yes|yeah|yep|yup|sure|correct|confirm(?:ed)?|go ahead|please do|do it|proceed|sounds good"
    r"|that's (?:right|fine|it)"
    r"|that is (?:right|fine|correct)|ok(?:ay)?|of course|absolutely|definitely|agreed|fine|perfect|please go)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def agent_act(text: str) -> AgentAct:
    """What an agent does by saying `text`: the strongest act in it."""
    text = _straight(text)
    if _CONFIRM.search(text):
        return "confirm"
    if _REFUSE.search(text):
        return "refuse"
    if _ERROR.search(text):
        return "report_error"
    if _ASK.search(" ".join(one for one in sentences(text) if not _MORE.search(one))):
        return "ask"
    if _MORE.search(text):
        return "offer_more"
    return "close" if _CLOSE.search(text) else "inform"


@lru_cache(maxsize=8192)
def sentences(text: str) -> tuple[str, ...]:
    """`text` cut after full stops, question and exclamation marks, and at line ends."""
    return tuple(one for one in re.split(r"(?<=[.?!])\s+|\n+", text) if one.strip())


@lru_cache(maxsize=8192)
def user_act(text: str) -> UserAct:
    """What a user does by saying `text`. A yes that opens it stands, whatever its later sentences tell (`Yes, please.
    The long flights don't suit me.`), unless one of them turns back."""
    text = _straight(text)
    first, *later = sentences(text) or ("",)
    if _OPENS_WITH_YES.match(first) and not _NO.search(first) and not _TURNS_BACK.search(" ".join(later)):
        return "affirm"
    if _NO.search(text):
        return "deny"
    if _YES.search(text):
        return "affirm"
    if _CLOSE.search(text) or re.search(r"\bthat(?:'s| is) all\b", text, re.IGNORECASE):
        return "close"
    return "ask" if "?" in text else "inform"


@lru_cache(maxsize=8192)
def offers_more(text: str) -> bool:
    """Whether an agent asks if there is anything else."""
    return bool(_MORE.search(text))


_DONE = re.compile(
    r"\b(done|completed?|has been|have been|is now|are now|successfully|went through|taken care of|all set"
    r"|processed)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def claims_success(text: str) -> bool:
    """Whether an agent says that something was carried out."""
    text = _straight(text)
    return bool(_DONE.search(text)) and not refuses(text) and not _ERROR.search(text)


@lru_cache(maxsize=8192)
def refuses(text: str) -> bool:
    """Whether an agent declines something."""
    return bool(_REFUSE.search(_straight(text)))


def _straight(text: str) -> str:
    """Typographic apostrophes as the patterns here write them."""
    return text.replace("’", "'")
