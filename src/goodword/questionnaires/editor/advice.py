"""Advice before a questionnaire is published. It never prevents publishing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.core.text import main_language
from goodword.questionnaires import labels
from goodword.questionnaires.editor.descriptions import numbered
from goodword.questionnaires.editor.entries import (
    ADVISED,
    REASON_ABOVE,
    Entry,
    competencies_of,
    condition_of,
    index_of,
    texts_of,
)
from goodword.questionnaires.types import RELATIONSHIPS

LONG_MINUTES = 10
_BRACES = re.compile(r"\{([^{}\n]{0,40})\}")
# Grounds in Article 1 of Directive 2000/78/EC and in Article 9(1) of the GDPR, and family and age. Starts of words by
# topic and language; a final "$" marks whole words. Words that usually mean something else at work ("old", "child
# process", "party") are left out.
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
class Advice:
    sentence: str
    question_id: str = ""


def advice(
    entries: Sequence[Entry], *, minutes: int, translated: Mapping[str, Sequence[Entry]], language: str
) -> list[Advice]:
    """`translated`: translations of `entries` by language."""
    if not entries:
        return []
    return [
        *_of_the_whole(entries, minutes=minutes),
        *_of_relationships(entries),
        *_of_names(entries),
        *_of_topics({language: entries, **translated}, entries),
    ]


def _of_the_whole(entries: Sequence[Entry], *, minutes: int) -> Iterator[Advice]:
    count = len(competencies_of(entries))
    if count > REASON_ABOVE:
        yield Advice(
            _(
                "This rates %(count)s competencies. Rating more than eight is tiring, and answers start to look alike. "
                "You'll be asked for a reason when you publish."
            )
            % {"count": count}
        )
    elif count > ADVISED:
        yield Advice(
            _(
                "This rates %(count)s competencies. With more than five, referees' answers start to look alike. Keep "
                "the ones the job needs most."
            )
            % {"count": count}
        )
    if minutes > LONG_MINUTES:
        yield Advice(
            ngettext(
                "It takes about %(count)s minute. Many referees stop after ten.",
                "It takes about %(count)s minutes. Many referees stop after ten.",
                minutes,
            )
            % {"count": minutes}
        )
    if not any(entry["required"] for entry in entries):
        yield Advice(_("All questions are optional, so a referee could send an empty reference."))
    seen: dict[str, str] = {}
    for entry in entries:
        same = seen.setdefault(" ".join(entry["text"].casefold().split()), entry["id"])
        if same != entry["id"] and entry["type"] != "between":
            yield Advice(
                _("%(this)s asks the same as %(other)s.")
                % {"this": numbered(entries, entry["id"]), "other": numbered(entries, same)},
                entry["id"],
            )


def _of_relationships(entries: Sequence[Entry]) -> Iterator[Advice]:
    words = labels.relationships()
    for relationship in RELATIONSHIPS:
        if not any(relationship in (entry.get("only_for") or RELATIONSHIPS) for entry in entries):
            yield Advice(
                _("Referees with the relationship “%(who)s” get no questions.") % {"who": words[relationship]}
            )
    for entry in entries:
        question_id, _values = condition_of(entry)
        if not question_id:
            continue
        source = entries[index_of(entries, question_id)]
        asked = set(entry.get("only_for") or RELATIONSHIPS)
        able = set(source.get("only_for") or RELATIONSHIPS)
        if not asked & able:
            yield Advice(
                _("%(this)s is never asked, because it depends on %(other)s, which those referees don't see.")
                % {"this": numbered(entries, entry["id"]), "other": numbered(entries, question_id)},
                entry["id"],
            )


def _of_names(entries: Sequence[Entry]) -> Iterator[Advice]:
    for entry in entries:
        for text in texts_of(entry).values():
            for found in _BRACES.finditer(text):
                if found[1] not in {"candidate", "company"}:
                    yield Advice(
                        _(
                            "%(this)s will show “%(braces)s” as it is. "
                            "Only {candidate} and {company} are filled in."
                        )
                        % {"this": numbered(entries, entry["id"]), "braces": found[0]},
                        entry["id"],
                    )


def _of_topics(by_language: Mapping[str, Sequence[Entry]], entries: Sequence[Entry]) -> Iterator[Advice]:
    words = topic_words()
    mentioned: set[tuple[str, str]] = set()
    for language, questions in by_language.items():
        for entry in questions:
            for text in texts_of(entry).values():
                found = sensitive_topic(text, language=language)
                if found is None or (entry["id"], found.topic) in mentioned:
                    continue
                mentioned.add((entry["id"], found.topic))
                yield Advice(
                    _(
                        "%(this)s may touch on %(topic)s (“%(word)s”). In many countries employers may not ask "
                        "about this. Ask it only if the job requires it."
                    )
                    % {
                        "this": numbered(entries, entry["id"]),
                        "topic": words[found.topic],
                        "word": found.word,
                    },
                    entry["id"],
                )


@dataclass(frozen=True, slots=True)
class SensitiveTopic:
    topic: str
    word: str


def sensitive_topic(text: str, *, language: str) -> SensitiveTopic | None:
    short = main_language(language)
    for topic, by_language in _WORDS.items():
        for word in by_language.get(short, ()):
            ending = r"\b" if word.endswith("$") else r"\w*"
            found = re.search(rf"\b{re.escape(word.rstrip('$'))}{ending}", text, re.IGNORECASE)
            if found:
                return SensitiveTopic(topic, found[0])
    return None


def topic_words() -> Mapping[str, str]:
    return {
        "health": _("health"),
        "family": _("family"),
        "age": _("age"),
        "origin": _("origin"),
        "belief": _("belief or politics"),
        "sexuality": _("sexuality"),
    }
