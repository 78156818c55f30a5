"""A text that matches a regular expression, the same for the same random source.

Walks the parse tree of Python's own `re`; look-arounds and back references are left out of the walk, so whoever asks
gets only a text that was matched in the end, or None.
"""

from __future__ import annotations

import re
import string
import warnings
from random import Random
from typing import Any

LONGEST = 200
_LETTERS = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_WORD": string.ascii_lowercase + string.digits,
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": string.ascii_lowercase,
    "CATEGORY_NOT_WORD": "-",
    "CATEGORY_NOT_SPACE": string.ascii_lowercase,
}


def matching(pattern: str, random: Random) -> str | None:
    """A short text that `pattern` matches as JSON Schema searches for it, or None where none was found."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compiled = re.compile(pattern)
            tree = re._parser.parse(pattern)  # type: ignore[attr-defined]
        for _ in range(8):
            made = _made(tree, random)
            if len(made) <= LONGEST and compiled.search(made):
                return made
    except (re.error, RecursionError, OverflowError, ValueError):
        return None
    return None


def matched(pattern: str, text: str) -> bool:
    """Whether `pattern` matches a text as JSON Schema searches for it; False where Python cannot read it."""
    try:
        return re.search(pattern, text) is not None
    except (re.error, RecursionError, OverflowError, ValueError):
        return False


def _made(tree: Any, random: Random) -> str:
    return "".join(_piece(str(operator), argument, random) for operator, argument in tree)


def _piece(operator: str, argument: Any, random: Random) -> str:
    if operator == "LITERAL":
        return chr(argument)
    if operator == "NOT_LITERAL":
        return "x" if argument != ord("x") else "y"
    if operator == "ANY":
        return random.choice(string.ascii_lowercase)
    if operator == "IN":
        return random.choice(_letters(argument))
    if operator == "CATEGORY":
        return random.choice(_LETTERS[str(argument)])
    if operator in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, inner = argument
        times = least if least > 3 else random.randint(least, min(int(most), max(least, 6)))
        return "".join(_made(inner, random) for _ in range(min(times, LONGEST)))
    if operator == "BRANCH":
        return _made(random.choice(argument[1]), random)
    if operator == "SUBPATTERN":
        return _made(argument[3], random)
    if operator == "ATOMIC_GROUP":
        return _made(argument, random)
    return ""


def _letters(members: Any) -> str:
    """What a set allows, in letters that people type; of a negated one, small letters and digits it leaves."""
    found: list[str] = []
    turned = False
    for operator, argument in members:
        if str(operator) == "NEGATE":
            turned = True
        elif str(operator) == "LITERAL":
            found.append(chr(argument))
        elif str(operator) == "RANGE":
            low, high = argument
            found += [chr(code) for code in range(low, min(high, low + 128) + 1)]
        elif str(operator) == "CATEGORY":
            found += list(_LETTERS[str(argument)])
    if turned:
        found = [one for one in string.ascii_lowercase + string.digits if one not in found]
    nice = [one for one in found if one.isalnum()]
    return "".join(nice or found or ["x"])
