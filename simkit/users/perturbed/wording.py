"""The same in other words: paraphrases, details beside the point, facts in another order, a word of another language.

The lists are ours, short and plain: what they put in has no value in it, asks for nothing and agrees to nothing.
"""

from __future__ import annotations

import re
from random import Random

from simkit.spec.acts import user_act
from simkit.users.perturbed.spans import Spans, sentences_of

_PARAPHRASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"\bI(?:'d| would) like to\b",
        ("I want to", "I am hoping to", "I'd love to"),
    ),
    (r"\bI want to\b", ("I'd like to", "I am looking to")),
    (r"\bI need to\b", ("I have to", "it is time for me to")),
    (r"\bPlease\b", ("Kindly", "If you would, please")),
    (r"\bCould you\b", ("Would you be able to", "Would you be so kind as to")),
    (
        r"\bMy (?P<label>[a-z][a-z ]{2,30}?) is (?=\S)",
        ("For my {label}, it is ", "As for the {label}, that's "),
    ),
    (r"\bIt's (?=\S)", ("It is ", "That would be ")),
    (r"\bThank you\b", ("Many thanks", "Thanks a lot", "Much appreciated")),
    (r"\bThanks\b", ("Thank you", "Cheers")),
    (r"\b(?:Hi|Hello)\b", ("Good day", "Hey there", "Greetings")),
    (r"\bYes, please\b", ("Yes, that would be great", "Yes, please do")),
    (r"\bGo ahead\b", ("Please go ahead", "Go right ahead")),
    (r"\bThat's (?:all|everything)\b", ("That would be all", "There is nothing more")),
)
"""What people say, and other ways to say it; `{label}` is what the pattern found under that name."""

_DETAILS = (
    "It has been raining here all day.",
    "I am writing this from the train, by the way.",
    "My cat is walking over the keyboard.",
    "I hope you are having a good week.",
    "My sister told me about you a while ago.",
    "Sorry, the kids are loud in the background.",
    "I just got home from work.",
    "It is rather late here.",
    "I have a cup of tea beside me.",
    "Somebody is mowing the lawn outside.",
)
"""What has nothing to do with anything."""

_WORDS = {
    "es": {"hello": "hola", "hi": "hola", "please": "por favor", "thanks": "gracias", "thank you": "gracias",
           "good": "bueno", "but": "pero", "because": "porque", "with": "con", "today": "hoy", "my": "mi",
           "and": "y", "also": "también", "really": "de verdad", "sorry": "perdón"},
    "de": {"hello": "hallo", "hi": "hallo", "please": "bitte", "thanks": "danke", "thank you": "danke",
           "good": "gut", "but": "aber", "because": "weil", "with": "mit", "today": "heute", "my": "mein",
           "and": "und", "also": "auch", "really": "wirklich", "sorry": "Entschuldigung"},
    "fr": {"hello": "bonjour", "hi": "salut", "please": "s'il vous plaît", "thanks": "merci", "thank you": "merci",
           "good": "bon", "but": "mais", "because": "parce que", "with": "avec", "today": "aujourd'hui", "my": "mon",
           "and": "et", "also": "aussi", "really": "vraiment", "sorry": "pardon"},
    "pt": {"hello": "olá", "hi": "oi", "please": "por favor", "thanks": "obrigado", "thank you": "obrigado",
           "good": "bom", "but": "mas", "because": "porque", "with": "com", "today": "hoje", "my": "meu",
           "and": "e", "also": "também", "really": "mesmo", "sorry": "desculpe"},
}  # fmt: skip
"""Language -> English words that bilingual people change over in; none that a wish hangs on."""
_TAGS = {"es": "¿vale?", "de": "ja?", "fr": "d'accord ?", "pt": "tá?"}
"""What is put behind a sentence where no word of the list is in it."""


def paraphrase(text: str, keep: tuple[str, ...], random: Random) -> str:
    """Set phrases in other words, each of them once."""
    spans = Spans(text, keep)
    made: dict[tuple[int, int], str] = {}
    for pattern, ways in _PARAPHRASES:
        found = next((one for one in re.finditer(pattern, text) if spans.open(*one.span())), None)
        if found is not None and not any(a < found.end() and found.start() < b for a, b in made):
            way = random.choice(ways)
            new = re.sub(r"\{(\w+)\}", lambda hole, of=found: of[hole[1]], way)  # type: ignore[misc]
            starts = found.start() == 0 or text[: found.start()].rstrip()[-1:] in (".", "!", "?")
            made[found.span()] = new[:1].upper() + new[1:] if starts else new
    return spans.put(made)


def detail(text: str, keep: tuple[str, ...], random: Random) -> str:
    """One more sentence, beside the point; behind a yes or a no, which comes first."""
    said = sentences_of(text)
    place = random.choice((0, len(said)))
    said.insert(place if user_act(text) == "inform" else len(said), random.choice(_DETAILS))
    return " ".join(said)


def _tells(sentence: str, keep: tuple[str, ...]) -> bool:
    """Whether a sentence tells a value and can stand anywhere."""
    alone = not re.match(r"(?:It|That|This|They|Then|And|But|So)\b", sentence)
    return alone and not sentence.rstrip().endswith("?") and bool(Spans(sentence, keep).places)


def reorder(text: str, keep: tuple[str, ...], random: Random) -> str:
    """Sentences that tell a value each, in another order; all others stay in their places."""
    said = sentences_of(text)
    telling = [at for at, one in enumerate(said) if _tells(one, keep)]
    order = telling[:]
    for _ in range(4):
        if order != telling or len(telling) < 2:
            break
        random.shuffle(order)
    moved = said[:]
    for at, come_from in zip(telling, order, strict=True):
        moved[at] = said[come_from]
    return " ".join(moved) if moved != said else text


def code_switch(text: str, keep: tuple[str, ...], random: Random) -> str:
    """One or a few words in another language, the same throughout."""
    language = random.choice(sorted(_WORDS))
    words = _WORDS[language]
    spans = Spans(text, keep)
    pattern = rf"\b(?:{'|'.join(sorted(words, key=len, reverse=True))})\b"
    found = [one.span() for one in re.finditer(pattern, text, re.IGNORECASE) if spans.open(*one.span())]
    if not found:
        return f"{text} {_TAGS[language].capitalize()}"

    def switched(word: str) -> str:
        new = words[word.casefold()]
        return new[:1].upper() + new[1:] if word[:1].isupper() else new

    return spans.changed(random.sample(found, min(len(found), 3)), switched)
