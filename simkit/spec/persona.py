"""Who speaks: manner, patience, expertise, what they disclose and when, and declared non-cooperative behaviour."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from simkit.spec.frozen import Frozen

Lines = Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)]
Disclosure = Literal["upfront", "when_asked", "when_pressed", "never"]

PHRASES: dict[str, tuple[str, ...]] = {
    "open": ("Hello, I'd like {wants}.", "Hi. I need {wants}."),
    "tell": ("My {label} is {value}.", "The {label} is {value}."),
    "unknown": ("I'm afraid I don't know my {label}.", "I don't have the {label}."),
    "withhold": ("Why do you need my {label}?", "Do I have to give you my {label}?"),
    "affirm": ("Yes, please go ahead.", "Yes, that's right, please do."),
    "hesitate": ("Wait. What exactly will happen then?", "Hold on, can you say that again?"),
    "listen": ("Okay.", "I see."),
    "deny": ("No, please don't do that.",),
    "answer": ("I just want {wants}.",),
    "press": ("Are you sure? Is there really no way?",),
    "done": ("I did that: {result}.", "Done. It shows: {result}."),
    "cannot": ("I don't know how to do that.",),
    "next": ("One more thing: {wants}.", "I also need {wants}."),
    "close": ("Thank you, that is all. Goodbye.", "Thanks, bye."),
    "leave": ("I have had enough of this. Goodbye.",),
}
"""What a persona says where it has no wording of its own; `{wants}`, `{label}`, `{value}`, `{result}` are filled."""


class Tactic(Frozen):
    """A line that a non-cooperative persona throws in."""

    when: Literal["opening", "asked", "confirming", "refused", "informed"]
    """The moment: in the first message, when asked for something, asked to confirm, refused, or told something."""
    says: str
    times: int = Field(default=1, ge=1, le=10, strict=True)


class Irritation(Frozen):
    """How much patience each setback costs."""

    model_config = ConfigDict(strict=True)

    question: float = Field(default=0.0, ge=0)
    """being asked something"""
    repeated: float = Field(default=1.0, ge=0)
    """being asked what was already answered, or told the same again"""
    refusal: float = Field(default=0.5, ge=0)
    error: float = Field(default=1.0, ge=0)
    """hearing that something went wrong"""
    stalled: float = Field(default=1.0, ge=0)
    """a reply that moves nothing"""


class Persona(Frozen):
    """One kind of person, independent of any domain."""

    persona: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)
    """Its name, as scenarios refer to it."""
    summary: str
    """Who this is, in a sentence."""
    manner: str
    """How they talk, for a language model that plays them."""
    language: str = "en"
    expertise: Literal["novice", "some", "expert"] = "some"
    verbosity: Literal["terse", "plain", "talkative"] = "plain"
    discloses: Disclosure = "when_asked"
    """When facts are given, unless the scenario says otherwise for a fact."""
    patience: float = Field(default=6.0, gt=0, le=100, strict=True)
    """How much irritation they bear before they leave."""
    irritation: Irritation = Irritation()
    confirms: Literal["readily", "hesitantly"] = "readily"
    """`hesitantly`: the first request to confirm gets a question back, the second a yes."""
    tactics: tuple[Tactic, ...] = ()
    """Declared non-cooperative behaviour, in the order it is tried."""
    phrases: dict[str, Lines] = {}
    """Their own wording for: open, tell, unknown, withhold, affirm, hesitate, listen, deny,
    answer, press, done, cannot, next, close, leave."""

    def wording(self, act: str) -> tuple[str, ...]:
        """The sentences this persona has for a dialogue act."""
        return self.phrases.get(act) or PHRASES[act]
