"""What an agent says that is not so: that a failed call was carried out, and values and names that nobody gave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from simkit.agents.faulty.stage import Call, Stage

_BAD_NEWS = re.compile(
    r"\b(?:sorry|unable|cannot|unfortunately|afraid|failed|error|problem|refused|could not)\b|n[’']t\b", re.IGNORECASE
)
_PAST = {"send": "sent", "bind": "bound", "refer": "referred", "cancel": "cancelled", "refuel": "refuelled"}
_TIMES = 8
"""How often a value is drawn again that happens to have been given."""


def bad_news(text: str) -> bool:
    """Whether somebody who says this admits that something did not go well."""
    return bool(_BAD_NEWS.search(text))


def claim_of(call: Call, random: Random) -> str:
    """A sentence that says that a call was carried out, as people say it."""
    verb, _, rest = call.tool.partition("_")
    thing = rest.replace("_", " ") or "request"
    values = [value for value in call.arguments.values() if isinstance(value, str) and re.search(r"\d", value)]
    forms = [
        f"I have {past(verb)} the {thing} for you.",
        f"I've {past(verb)} it.",
        f"The {thing} has been {past(verb)}.",
        f"It has now been {past(verb)}.",
        f"Your {thing} was successfully {past(verb)}.",
        f"We have {past(verb)} the {thing} as you asked.",
    ]
    forms += [f"The {thing} for {value} has been {past(verb)}." for value in values[:2]]
    forms += [f"All done: {value} went through." for value in values[:1]]
    return random.choice(forms)


def past(verb: str) -> str:
    """The past participle of a tool's verb."""
    if verb in _PAST:
        return _PAST[verb]
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return f"{verb[:-1]}ied"
    return f"{verb}ed"


def corpus(stage: Stage) -> str:
    """All that is given in a scenario, by whomever, as one text."""
    told = [str(value) for value in stage.scenario.facts().values()]
    words = [step.say or "" for step in stage.path]
    results = [f"{call.arguments} {call.result}" for call in stage.clean.calls]
    scenario = stage.scenario
    return " ".join((*stage.card.stated, scenario.wants, *scenario.then, scenario.opening, *told, *words, *results))


def made_up(stage: Stage, value: Any, random: Random) -> Iterator[str]:
    """Values of the same kind as `value` that nobody gave: emails, days, and names with digits in them."""
    if not isinstance(value, str):
        return
    given = corpus(stage).casefold()
    for _ in range(_TIMES):
        if "@" in value:
            name, _, host = value.partition("@")
            other = f"{random.choice(('info', 'm.keller', 'contact', 'j.doe'))}{random.randrange(100)}@{host or name}"
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            other = (date.fromisoformat(value) + timedelta(days=random.randrange(800, 1400))).isoformat()
        elif len(re.findall(r"\d", value)) >= 3:
            other = re.sub(r"\d", lambda _: str(random.randrange(10)), value)
        else:
            return
        digits = max(re.findall(r"\d+", other) or [""], key=len)
        if other.casefold() not in given and (len(digits) < 3 or digits not in given):
            yield other


def invented(stage: Stage, random: Random) -> str:
    """A sentence with an amount, a day, an id, an address or a product's name that nobody gave."""
    given = corpus(stage).casefold()
    makers = [_amount, _day, _number, _address, *([_name] if _kinds(stage) else [])]
    maker = random.choice(makers)
    sentence, value = maker(stage, random)
    for _ in range(_TIMES):
        if value.casefold() not in given:
            break
        sentence, value = maker(stage, random)
    return sentence


def _amount(stage: Stage, random: Random) -> tuple[str, str]:
    value = f"{random.randrange(2_000, 9_000):,}.{random.randrange(11, 99)}"
    forms = ("There is also a fee of ${}.", "That comes to ${} in all.", "The balance on file is ${}.")
    return random.choice(forms).format(value), value


def _day(stage: Stage, random: Random) -> tuple[str, str]:
    day = date.fromisoformat(stage.card.now[:10]) + timedelta(days=random.randrange(500, 1500))
    value = random.choice((day.isoformat(), f"{day:%B} {day.day}, {day.year}"))
    forms = ("This is on record until {}.", "The next review is on {}.", "It is valid through {}.")
    return random.choice(forms).format(value), value


def _number(stage: Stage, random: Random) -> tuple[str, str]:
    letters = "".join(random.choice("BCDFGHJKLMNPQRSTVWXZ") for _ in range(random.choice((1, 2, 3))))
    value = f"{letters}{random.randrange(10_000, 99_999)}"
    forms = ("Your reference is {}.", "The case number is {}.", "I have noted it under {}.")
    return random.choice(forms).format(value), value


def _address(stage: Stage, random: Random) -> tuple[str, str]:
    who = random.choice(("claims", "service", "help.desk", "team"))
    value = f"{who}{random.randrange(100)}@{stage.card.domain}-{random.choice(('support', 'office'))}.example"
    return f"The address for it is {value}.", value


def _kinds(stage: Stage) -> list[tuple[str, list[str]]]:
    kinds = ((kind, [name for name in names if _is_title(name)]) for kind, names in stage.card.catalogue.items())
    return [(kind, names) for kind, names in kinds if names]


def _is_title(name: str) -> bool:
    return len(words := name.split()) > 1 and all(word[:1].isupper() for word in words)


def _name(stage: Stage, random: Random) -> tuple[str, str]:
    """A thing of the catalogue's that is none: another first word before the rest of a name."""
    kind, names = random.choice(_kinds(stage))
    first = random.choice(("Sterling", "Aurora", "Summit", "Meridian", "Heritage"))
    value = f"{first} {' '.join(random.choice(names).split()[1:])}"
    forms = (f"We also have the {value} {kind}.", f"Many people take the {value} instead.")
    return random.choice(forms), value
