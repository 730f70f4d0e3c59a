"""A gentle hint where a text touches what is better not asked of anybody: a word list, which never blocks.

What may not be asked differs by country; these are the grounds of Article 1 of Directive 2000/78/EC and of
Article 9(1) of the GDPR, with family and age. Words that mean something else at work more often than not
("old", "child process", "party") are left out: a hint that is mostly wrong is soon not read any more.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

#: word beginnings by topic and language; matched at the beginning of words, or whole where they end in "$"
_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "health": {
        "en": (
            "health$",
            "illness",
            "ill$",
            "sick",
            "disab",
            "disease",
            "diagnos",
            "medical",
            "medicat",
            "mental health",
            "burnout",
            "therap",
            "alcohol",
            "drug",
            "handicap",
            "depress",
        ),
        "de": (
            "gesundheit",
            "krank",
            "behinder",
            "diagnos",
            "medikament",
            "psychisch",
            "burnout",
            "therap",
            "alkohol",
            "drogen",
            "fehlzeit",
            "depress",
        ),
        "fr": (
            "santé",
            "maladi",
            "malade",
            "handicap",
            "diagnosti",
            "médica",
            "psychique",
            "burnout",
            "thérap",
            "alcool",
            "drogue",
            "dépress",
            "arrêt maladie",
            "arrêts maladie",
        ),
    },
    "family": {
        "en": (
            "pregnan",
            "maternity",
            "paternity",
            "parental leave",
            "children",
            "kids",
            "marri",
            "spouse",
            "husband",
            "wife$",
            "divorc",
            "family plan",
            "childcare",
        ),
        "de": (
            "schwanger",
            "mutterschutz",
            "elternzeit",
            "kinder$",
            "kindern$",
            "kinderwunsch",
            "kinderbetreu",
            "verheirat",
            "ehefrau",
            "ehemann",
            "ehepartner",
            "geschieden",
            "familienstand",
            "familienplan",
        ),
        "fr": (
            "enceinte",
            "grossesse",
            "congé maternité",
            "congé paternité",
            "congé parental",
            "enfant",
            "marié",
            "époux",
            "épouse",
            "divorc",
            "situation familiale",
        ),
    },
    "age": {
        "en": ("age$", "how old", "birth", "date of birth", "retire", "too young", "too old"),
        "de": ("alter$", "wie alt", "geburt", "rente$", "ruhestand", "zu jung", "zu alt"),
        "fr": ("âge$", "quel âge", "naissance", "retraite", "trop jeune", "trop âgé"),
    },
    "origin": {
        "en": (
            "nationalit",
            "ethnic",
            "race$",
            "racial",
            "native country",
            "country of origin",
            "immigra",
            "mother tongue",
            "native language",
            "skin colour",
            "skin color",
            "accent$",
        ),
        "de": (
            "nationalität",
            "staatsangehörig",
            "ethni",
            "herkunft",
            "hautfarbe",
            "muttersprach",
            "migration",
            "akzent$",
            "rasse$",
        ),
        "fr": (
            "nationalité",
            "ethni",
            "race$",
            "origine",
            "couleur de peau",
            "langue maternelle",
            "immigr",
            "accent$",
        ),
    },
    "belief": {
        "en": (
            "religio",
            "church",
            "belief",
            "politic",
            "trade union",
            "union member",
            "worship",
            "muslim",
            "christian$",
            "jewish",
        ),
        "de": (
            "religi",
            "kirche",
            "konfession",
            "weltanschau",
            "politisch",
            "partei$",
            "gewerkschaft",
            "muslim",
            "christlich",
            "jüdisch",
        ),
        "fr": (
            "religi",
            "église",
            "confession",
            "croyance",
            "politique",
            "syndica",
            "musulman",
            "chrétien",
            "juif",
            "juive",
        ),
    },
    "sexuality": {
        "en": ("sexual", "gay$", "lesbian", "transgender", "gender identity"),
        "de": ("sexuell", "schwul", "lesbisch", "transgender", "geschlechtsidentität"),
        "fr": ("orientation sexuelle", "homosexu", "lesbien", "transgenre", "identité de genre"),
    },
}


@dataclass(frozen=True, slots=True)
class Touched:
    """A topic and the word that made us think of it."""

    topic: str
    word: str


def touched(text: str, *, language: str) -> Touched | None:
    """The first topic that a text may touch, None if none; languages without a list are not looked at."""
    short = language.lower().replace("_", "-").split("-")[0]
    for topic, by_language in _WORDS.items():
        for word in by_language.get(short, ()):
            ending = r"\b" if word.endswith("$") else r"\w*"
            found = re.search(rf"\b{re.escape(word.rstrip('$'))}{ending}", text, re.IGNORECASE)
            if found:
                return Touched(topic, found[0])
    return None


def topic_words() -> Mapping[str, str]:
    """What each topic is called in a sentence."""
    return {
        "health": _("health"),
        "family": _("family"),
        "age": _("age"),
        "origin": _("origin"),
        "belief": _("belief or politics"),
        "sexuality": _("sexuality"),
    }
