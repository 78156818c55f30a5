"""Names made of other people's names: words, singular and plural, and identifiers that are safe in Python."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata

_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_ODD = {"people": "person", "children": "child", "men": "man", "women": "woman", "data": "data", "media": "media"}
_ODD |= {"shelves": "shelf", "leaves": "leaf", "halves": "half", "knives": "knife", "lives": "life", "indices": "index"}
_SAME = ("ss", "us", "is", "news", "series", "data", "media")

IMPORTED = frozenset(
    [
        "annotations",
        "Annotated",
        "Answer",
        "Any",
        "Field",
        "Literal",
        "NotRequired",
        "Refused",
        "TypedDict",
        "World",
        "date",
        "reads",
        "simkit",
        "uuid",
        "world",
        "writes",
    ]
)
"""What a drafted tools.py has in its name space."""
PEOPLE = frozenset(
    re.findall(
        r"\w+",
        """
        account agent assignee author client contact customer doctor driver employee guest host member owner patient
        person reporter student teacher tenant user
        """,
    )
)
"""What people are called."""
RESERVED = IMPORTED | set(dir(builtins)) | set(keyword.kwlist) | set(keyword.softkwlist)


def plain(text: str) -> str:
    """`text` in ASCII: letters without their accents, everything else that is not ASCII left out."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def words(text: str) -> list[str]:
    """The words in a name, in small letters: `customerID` and `customer-id` are both customer, id."""
    return [part.lower() for part in _PARTS.findall(plain(text))]


def spoken(text: str) -> str:
    """A name as people say it: `order_id` is `order id`."""
    return " ".join(words(text))


def singular(word: str) -> str:
    """One of what `word` names, by the usual endings of English; a word that is singular stays."""
    low = word.lower()
    if low in _ODD:
        return _ODD[low]
    if low.endswith(_SAME) or not low.endswith("s") or len(low) < 4:
        return word
    if low.endswith("ies") and len(low) > 4:
        return word[:-3] + "y"
    if low.endswith(("sses", "shes", "ches", "xes", "zzes", "uses", "ises")) and not low.endswith(("causes", "houses")):
        return word[:-2]
    return word[:-1]


def plural(word: str) -> str:
    """Many of what `word` names; a word that is plural stays."""
    low = word.lower()
    if any(low == one for one in _ODD):
        return word
    for many, one in _ODD.items():
        if low == one:
            return many
    if singular(word) != word:
        return word
    if low.endswith("y") and low[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if low.endswith(("s", "x", "z", "ch", "sh")) else "s")


def with_article(one: str) -> str:
    """`an order`, `a booking`; a thing that is called after many takes none."""
    return f"{'an' if one[:1].lower() in 'aeiou' else 'a'} {one}"


def is_plural(word: str) -> bool:
    """Whether a word names many."""
    return singular(word) != word or word.lower() in ("data", "media")


def identifier(text: str, otherwise: str, taken: frozenset[str] | set[str] = frozenset()) -> str:
    """A Python name for `text`: itself where it is one, else its words joined by `_`; never one of Python's own or of
    `taken` (then with a number). `otherwise` where nothing is left of it."""
    name = text
    if not (text.isascii() and text.isidentifier()) or text.startswith("_"):
        name = "_".join(re.findall(r"[A-Za-z0-9]+", plain(text)))[:80] or otherwise
        name = f"x{name}" if name[0].isdigit() else name
    name = name[:80] if name not in RESERVED else f"{name}_"
    made, number = name, 2
    while made in taken:
        made, number = f"{name}_{number}", number + 1
    return made


def snake(text: str) -> str:
    """A name in small letters with `_` between its words."""
    return "_".join(words(text))


def pascal(text: str) -> str:
    """A name as a Python class is written: `order line` is `OrderLine`."""
    made = "".join(word[:1].upper() + word[1:] for word in words(text))
    return f"X{made}" if made[:1].isdigit() else made
