"""Which scripts a text is written in, and letters that do not belong there.

A letter's script is the first word of its Unicode name (`CYRILLIC SMALL LETTER A`), as far as it is one of the scripts
known here; other letters (signs, ligatures, mathematical alphabets) belong everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SCRIPTS = frozenset(
    re.findall(
        r"\w+",
        """
        LATIN GREEK CYRILLIC ARMENIAN HEBREW ARABIC SYRIAC THAANA DEVANAGARI BENGALI GURMUKHI GUJARATI ORIYA TAMIL
        TELUGU KANNADA MALAYALAM SINHALA THAI LAO TIBETAN MYANMAR GEORGIAN HANGUL ETHIOPIC CHEROKEE KHMER MONGOLIAN
        HIRAGANA KATAKANA BOPOMOFO CJK
        """,
    )
)
_OF_LANGUAGE = {
    "ru": "CYRILLIC", "uk": "CYRILLIC", "bg": "CYRILLIC", "be": "CYRILLIC", "mk": "CYRILLIC", "kk": "CYRILLIC",
    "sr": "CYRILLIC LATIN", "el": "GREEK", "he": "HEBREW", "yi": "HEBREW", "ar": "ARABIC", "fa": "ARABIC",
    "ur": "ARABIC", "hi": "DEVANAGARI", "mr": "DEVANAGARI", "ne": "DEVANAGARI", "bn": "BENGALI", "pa": "GURMUKHI",
    "gu": "GUJARATI", "ta": "TAMIL", "te": "TELUGU", "kn": "KANNADA", "ml": "MALAYALAM", "si": "SINHALA",
    "th": "THAI", "lo": "LAO", "my": "MYANMAR", "ka": "GEORGIAN", "am": "ETHIOPIC", "km": "KHMER", "hy": "ARMENIAN",
    "mn": "CYRILLIC MONGOLIAN", "ja": "CJK HIRAGANA KATAKANA", "zh": "CJK BOPOMOFO", "yue": "CJK", "ko": "HANGUL CJK",
}  # fmt: skip
"""Language (BCP 47, first part) to its scripts; Latin is at home everywhere, and alone where nothing is said."""
_WHOLE = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL"})
"""Scripts in which one letter can be a word."""
_WORDS = re.compile(r"[^\W\d_]{2,}")


def foreign_letters(text: str, language: str, known: str) -> tuple[tuple[str, str], ...]:
    """(script, its letters in order) for every script in `text` that is neither of the language nor in `known`.

    A letter that stands alone (`α`, `Ω`) is a sign and passes, unless the script writes whole words with one.
    """
    if text.isascii():
        return ()
    at_home = scripts_of(language) | set(scripts_in(known))
    words = "".join(match[0] for match in _WORDS.finditer(text))
    found = {script: letters for script, letters in scripts_in(text).items() if script not in at_home}
    return tuple(
        (script, letters)
        for script, letters in found.items()
        if script in _WHOLE or any(one in words for one in letters)
    )


def scripts_of(language: str) -> set[str]:
    """The scripts in which a language is written, Latin included."""
    return {"LATIN", *_OF_LANGUAGE.get(language.split("-")[0].lower(), "").split()}


def scripts_in(text: str) -> dict[str, str]:
    """Script to its letters in `text`, in the order in which they stand there."""
    found: dict[str, list[str]] = {}
    for letter in text if not text.isascii() else ():
        if script := _script(letter):
            found.setdefault(script, []).append(letter)
    if any(letter.isascii() and letter.isalpha() for letter in text):
        found.setdefault("LATIN", [])
    return {script: "".join(letters) for script, letters in found.items()}


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    if not unicodedata.category(letter).startswith("L"):
        return ""
    first = unicodedata.name(letter, "").split(" ")[0]
    return first if first in SCRIPTS else ""
