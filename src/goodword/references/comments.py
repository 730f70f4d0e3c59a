"""Topics in comments that must not influence a hiring decision, and the sentence quoted in the report. English, German
and French words are searched together, since people don't always write in the page's language. Only words and phrases
that usually concern a person are listed: "in hospital", but not "hospital", which may be an employer. A match is a
reason to reread a text, never to change or withhold it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from goodword.core.text import clipped

#: in the order in which sentences list them
TOPICS: Final[Mapping[str, Promise]] = {
    "health": gettext_lazy("health"),
    "family": gettext_lazy("family"),
    "age": gettext_lazy("age"),
    "belief": gettext_lazy("belief"),
    "origin": gettext_lazy("origin"),
}

#: comma-separated; * matches any ending
_WORDS: Final[Mapping[str, str]] = {
    "health": """
        ill, illness*, sick, sickness, sick leave, disease*, disabled, disabilit*, handicap*, depression,
        depressed, anxiety, adhd, autis*, dyslexi*, cancer, diabet*, epilep*, hospitali*, in hospital, in
        therapy, burnout, burned out, medication, stammer*, stutter*, wheelchair, mental health, her health, his
        health, their health, health issue*, health problem*, health condition*, krank, kranke*, krankheit*,
        krankgeschrieben, erkrank*, behinder*, schwerbehinder*, depressiv, depression*, angststörung*, autist*,
        legasthen*, krebs, im krankenhaus, in therapie, psychisch*, gesundheitlich*, stotter*, rollstuhl,
        medikament*, malade, malades, maladie*, handicap*, dépressi*, anxiété, autis*, dyslexi*, cancer,
        diabét*, hospitalisé*, arrêt maladie, arrêts maladie, burn-out, bégaie*, bégaiement, fauteuil roulant,
        sa santé, problèmes de santé
    """,
    "family": """
        pregnan*, maternity, paternity, parental leave, childcare, her children, his children, their children,
        her kids, his kids, their kids, single mother, single father, single parent, husband, wife, spouse,
        married, marriage, divorce*, family reasons, family situation, family commitments, family life, young
        family, schwanger*, mutterschutz, elternzeit, kinderbetreuung, ihre kinder, seine kinder, ihrer kinder,
        seiner kinder, alleinerziehend*, ehemann, ehefrau, verheiratet*, geschieden*, scheidung, familiär*,
        familienplanung, enceinte, grossesse*, congé maternité, congé parental, congé paternité, ses enfants,
        garde d'enfants, son mari, épouse, époux, mariée, divorc*, raisons familiales, situation familiale, vie
        de famille, mère célibataire
    """,
    "age": """
        too old, too young, her age, his age, their age, years old, elderly, youthful, retirement, close to
        retiring, young for, old for, zu alt, zu jung, ihr alter, sein alter, ihres alters, seines alters, in
        ihrem alter, in seinem alter, jahre alt, rente, ruhestand, für ihr alter, für sein alter, trop vieux,
        trop vieille, trop jeune, son âge, retraite, âgé, âgée
    """,
    "belief": """
        religio*, her faith, his faith, their faith, muslim*, islam*, a christian, catholic*, protestant*,
        jewish, hindu*, buddhis*, atheis*, ramadan, headscarf, hijab, prays, praying, mosque, synagogue,
        political views, trade union member, religiös*, religion*, muslim*, moslem*, gläubig*, katholi*,
        evangelisch*, jüdisch*, atheist*, kopftuch, betet, moschee, synagoge, politische ansichten,
        gewerkschaftsmitglied, religieu*, musulman*, chrétien*, catholique*, juif, juive, athée*, voile
        islamique, ses prières, mosquée, opinions politiques, syndiqué, syndiquée
    """,
    "origin": """
        ethnic*, nationality, immigra*, migrant*, foreigner*, her accent, his accent, their accent, strong
        accent, foreign accent, mother tongue, native speaker*, country of origin, racial*, skin colour, skin
        color, work permit, visa status, ethni*, herkunft, staatsangehörigkeit, migrationshintergrund,
        ausländer*, ihr akzent, sein akzent, mit akzent, muttersprach*, hautfarbe, arbeitserlaubnis,
        aufenthaltstitel, ethni*, nationalité, immigré*, étranger d'origine, pays d'origine, son origine, ses
        origines, son accent, langue maternelle, couleur de peau, titre de séjour
    """,
}


def comments_of(answer: object) -> list[str]:
    """The free text of a stored answer (format: questionnaires.answers)."""
    match answer:
        case str():
            return [answer]
        case {"comment": str(comment)}:
            return [comment]
    return []


def topics_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The keys of `TOPICS` that the texts may touch on."""
    together = "\n".join(texts).casefold().replace("’", "'")
    return tuple(topic for topic in TOPICS if _pattern(topic).search(together))


def named(topics: Iterable[str]) -> str:
    """The topics in the active language: "health, family and age"."""
    names = [str(TOPICS[topic]) for topic in topics]
    if len(names) < 2:
        return "".join(names)
    return gettext("%(some)s and %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}


@cache
def _pattern(topic: str) -> re.Pattern[str]:
    phrases = (" ".join(phrase.split()).casefold() for phrase in _WORDS[topic].split(","))
    parts = (
        re.escape(phrase).replace(r"\*", r"\w*").replace(r"\ ", r"[\s-]+") for phrase in phrases if phrase
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?![\w-])")


#: an earlier full stop may end an abbreviation such as "Dr."
SHORTEST_QUOTE: Final = 20
#: longer sentences are clipped; the comments contain them in full
LONGEST_QUOTE: Final = 400
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…。！？؟।])[\"”’»)]*(?=\s+[^\W\d_a-zß-ÿ])|(?<=[。！？])|\n")


def sentences(text: str) -> list[str]:
    """Split a comment into sentences. Only the last may be shorter than `SHORTEST_QUOTE`."""
    found = (clipped(" ".join(part.split()), LONGEST_QUOTE) for part in _parts(text.strip()))
    return [sentence for sentence in found if sentence]


def first_sentence(text: str) -> str:
    return next(iter(sentences(text)), "")


def _parts(text: str) -> Iterator[str]:
    start = 0
    for end in (found.end() for found in _SENTENCE_END.finditer(text)):
        if len(text[start:end].lstrip()) >= SHORTEST_QUOTE:
            yield text[start:end]
            start = end
    yield text[start:]


def quote_order(*, work_again: bool, long_text: bool) -> tuple[bool, bool]:
    """Sort key for the questions to quote from: working together again first, then long texts."""
    return not work_again, not long_text
