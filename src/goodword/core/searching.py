"""Finds texts that contain each word of a query, in any order: names, addresses, titles. `without_accents` has folded
the texts."""

import re
from functools import reduce
from operator import and_, or_
from typing import Final
from unicodedata import normalize

from django.db.models import Q

from goodword.core.text import without_accents

#: shorter words match only the start of words
TRIGRAM: Final = 3
#: further words are ignored
_WORDS: Final = 20
#: punctuation around words, as in "Doe, Jane (Janie)"
_AROUND: Final = ';:()[]<>"“”„«»'
#: People type any of these, or none. Without accents, "´" is a space.
_APOSTROPHES: Final = "'’‘ʼ`′"
_HYPHENS: Final = "\\-‐‑–"
_SIGNS: Final = re.compile(f"[{_APOSTROPHES}{_HYPHENS}]")
#: people type "ue" for "ü" and "aa" for "å", which `without_accents` folds into "u" and "a"
_SPELLED_OUT: Final = str.maketrans(dict(zip("äöüøåÄÖÜØÅ", ("ae", "oe", "ue", "oe", "aa") * 2, strict=True)))
#: what folding leaves out
_LEFT_OUT: Final = re.compile("(?<=[aou])e|(?<=a)a")
#: a full name written without a space, family name first, which Greenhouse stores in two fields
_UNSPACED: Final = re.compile("[\u3400-\u9fff]{2,4}|[\uac00-\ud7a3]{2,4}")


def words_of(query: str) -> list[str]:
    """Return the words of a query, without accents, commas and surrounding punctuation. Chinese and Korean names are
    split into characters. Signs alone, such as the "&" of "Sales & Marketing", count only if there are no words."""
    every = [word.strip(_AROUND) or word for word in without_accents(query).replace(",", " ").split()]
    words = [word for word in every if any(map(str.isalnum, word))] or every
    return [part for word in words for part in _parts(word)][:_WORDS]


def _parts(word: str) -> list[str]:
    whole = normalize("NFC", word)  # without accents, Korean syllables are letters
    return [normalize("NFD", character) for character in whole] if _UNSPACED.fullmatch(whole) else [word]


def contains_words(query: str, field: str) -> Q:
    """`field`: without accents. "Mueller" and "Müller" find each other, "Aase" and "Åse" too. Finds nothing without a
    word."""
    words = words_of(query)
    if not words:
        return Q(pk__in=[])
    spelled_out = words_of(" ".join(map(_spelled_out, query.split())))
    return reduce(and_, (_contains(*both, field) for both in zip(words, spelled_out, strict=True)))


def _spelled_out(word: str) -> str:
    whole = normalize("NFC", word)
    return word if "@" in word or len(whole) < TRIGRAM else whole.translate(_SPELLED_OUT)


def _contains(word: str, spelled_out: str, field: str) -> Q:
    if len(word) < TRIGRAM and word.isascii() and word.isalnum():
        starts = (Q(**{f"{field}__contains": before + word}) for before in " \n-'’(/")
        return reduce(or_, starts, Q(**{f"{field}__startswith": word}))
    signs_alone = not any(map(str.isalnum, word))  # as a pattern they would match every text
    if "@" not in word and not signs_alone and _SIGNS.search(word.strip(_APOSTROPHES + "-")):
        return Q(**{f"{field}__regex": _pattern(spelled_out)})
    found = reduce(or_, (Q(**{f"{field}__contains": spelling}) for spelling in sorted({word, spelled_out})))
    folded = _LEFT_OUT.sub("", spelled_out)
    if "@" in word or folded == spelled_out or len(folded) < TRIGRAM:
        return found
    pattern = _umlauts_in(re.escape(spelled_out))
    # short ones as a whole word: "Loew" is also "Löw", but "Noel" must not find "Arnold", nor "Aaron" find "Sharon"
    if len(folded) == TRIGRAM:
        pattern = rf"\m{pattern}\M"
    elif spelled_out.startswith("aa"):
        pattern = rf"\m{pattern}"
    return found | Q(**{f"{field}__regex": pattern})


def _umlauts_in(pattern: str) -> str:
    return _LEFT_OUT.sub(r"\g<0>?", pattern)


def _pattern(word: str) -> str:
    """A pattern in which any apostrophe, a space or nothing can replace an apostrophe, and likewise for hyphens."""
    parts = (
        f"[ {_APOSTROPHES}]?"
        if character in _APOSTROPHES
        else f"[ {_HYPHENS}]?"
        if _SIGNS.match(character)
        else re.escape(character)
        for character in word
    )
    return _umlauts_in("".join(parts))
