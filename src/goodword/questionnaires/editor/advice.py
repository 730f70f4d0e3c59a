"""What is worth a second look before a questionnaire is published. It advises, and never blocks."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.questionnaires import labels
from goodword.questionnaires.editor.competencies import ADVISED, REASON_ABOVE, competencies_of
from goodword.questionnaires.editor.entries import Entry, place_of, texts_of
from goodword.questionnaires.editor.hangs import condition_of
from goodword.questionnaires.editor.topics import topic_words, touched
from goodword.questionnaires.editor.words import numbered
from goodword.questionnaires.types import RELATIONSHIPS

LONG_MINUTES = 10
_BRACES = re.compile(r"\{([^{}\n]{0,40})\}")


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence, and the question that it is about ("" for the whole)."""

    sentence: str
    question_id: str = ""


def advice(
    entries: Sequence[Entry], *, minutes: int, translated: Mapping[str, Sequence[Entry]], language: str
) -> list[Advice]:
    """All there is to say, the whole first, then question by question.

    `minutes` is the time needed; `language` that of `entries`, `translated` the other languages.
    """
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
                "This rates %(count)s competencies. More than eight tire referees, and their answers become alike; "
                "publishing asks you for the reason."
            )
            % {"count": count}
        )
    elif count > ADVISED:
        yield Advice(
            _(
                "This rates %(count)s competencies. With more than five, referees' answers become alike. Keep "
                "those that the job needs most."
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
        yield Advice(_("No question must be answered, so a referee can send an empty reference."))
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
                _("A referee of the kind “%(who)s” is asked nothing at all.") % {"who": words[relationship]}
            )
    for entry in entries:
        question_id, _values = condition_of(entry)
        if not question_id:
            continue
        source = entries[place_of(entries, question_id)]
        asked = set(entry.get("only_for") or RELATIONSHIPS)
        able = set(source.get("only_for") or RELATIONSHIPS)
        if not asked & able:
            yield Advice(
                _("%(this)s is never asked: it hangs on %(other)s, which these referees do not see.")
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
                            "%(this)s shows “%(braces)s” as it stands. "
                            "The names that are filled in are {candidate} and {company}."
                        )
                        % {"this": numbered(entries, entry["id"]), "braces": found[0]},
                        entry["id"],
                    )


def _of_topics(by_language: Mapping[str, Sequence[Entry]], entries: Sequence[Entry]) -> Iterator[Advice]:
    words = topic_words()
    told: set[tuple[str, str]] = set()
    for language, questions in by_language.items():
        for entry in questions:
            for text in texts_of(entry).values():
                found = touched(text, language=language)
                if found is None or (entry["id"], found.topic) in told:
                    continue
                told.add((entry["id"], found.topic))
                yield Advice(
                    _(
                        "%(this)s may touch %(topic)s (“%(word)s”). In many countries this must not be asked about "
                        "a person. Ask it only if the job itself needs it."
                    )
                    % {
                        "this": numbered(entries, entry["id"]),
                        "topic": words[found.topic],
                        "word": found.word,
                    },
                    entry["id"],
                )
