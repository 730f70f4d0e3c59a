from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, assert_never

from django.utils.text import get_text_list
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from goodword.questionnaires import labels
from goodword.questionnaires.editor.entries import Entry, condition_of, index_of, texts_of
from goodword.questionnaires.questions import parse_question
from goodword.questionnaires.types import (
    OPTION_TEXTS,
    TEXTS,
    Adjectives,
    Agreement,
    Between,
    Date,
    DatesConfirm,
    LongText,
    MultipleChoice,
    Number,
    Period,
    Ranking,
    Rating,
    RelationshipConfirm,
    ShortText,
    SingleChoice,
    TitleConfirm,
    WouldWorkAgain,
    YesNoUnsure,
)

_SHORT = 70


def short(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= _SHORT:
        return line
    return f"{line[:_SHORT].rsplit(' ', 1)[0].rstrip('.,;:')} …"


def named(entry: Mapping[str, Any]) -> str:
    """“How reliably did …”."""
    return _("“%(text)s”") % {"text": short(str(entry["text"]))}


def numbered(entries: Sequence[Entry], question_id: str) -> str:
    place = index_of(entries, question_id)
    return _("%(number)s “%(text)s”") % {"number": place + 1, "text": short(str(entries[place]["text"]))}


def answers_of(entry: Mapping[str, Any]) -> dict[str, str]:
    """The answers that conditions can refer to, by value, with their labels."""
    question = parse_question(entry, whole="the question")
    match question:
        case YesNoUnsure():
            return dict(labels.yes_no_unsure())
        case WouldWorkAgain():
            return dict(labels.would_work_again())
        case SingleChoice() | MultipleChoice():
            return {choice.value: choice.label for choice in question.choices}
        case Rating():
            return {str(level.value): f"{level.value} {level.label}" for level in question.levels}
        case Agreement():
            return {str(level): f"{level} {label}" for level, label in labels.agreement().items()}
        case Between() | Adjectives() | Ranking() | LongText() | ShortText() | Number() | Date() | Period():
            return {}
        case RelationshipConfirm() | DatesConfirm() | TitleConfirm():
            return {}
        case _:
            assert_never(question)


def who(entry: Mapping[str, Any]) -> str:
    """For example "Manager or Client", or "" for everyone."""
    words = labels.relationships()
    return get_text_list([words[name] for name in entry.get("only_for", ())], _("or"))


def when(entries: Sequence[Entry], entry: Mapping[str, Any]) -> str:
    """For example "Only if 4 is answered “Yes” or “Not sure”", or "" if always asked."""
    question_id, values = condition_of(entry)
    if not question_id:
        return ""
    place = index_of(entries, question_id)
    words = answers_of(entries[place])
    quoted = [_("“%(text)s”") % {"text": words.get(value, value)} for value in values]
    answers = get_text_list(quoted, _("or"))
    return _("Only if %(number)s is answered %(answers)s") % {"number": place + 1, "answers": answers}


@dataclass(frozen=True, slots=True)
class QuestionType:
    name: str
    title: str
    what: str
    example: str


def groups() -> list[tuple[str, list[QuestionType]]]:
    return [
        (_("Rate"), _to_rate()),
        (_("Choose"), _to_choose()),
        (_("Write"), _to_write()),
        (_("Confirm what the candidate stated"), _to_confirm()),
    ]


def question_types() -> dict[str, QuestionType]:
    return {kind.name: kind for _heading, members in groups() for kind in members}


def _to_rate() -> list[QuestionType]:
    return [
        QuestionType(
            "rating",
            _("Rating"),
            _("Five levels, each with an example of behaviour. The fairest way to ask about a competency."),
            _("How reliably did {candidate} deliver what was agreed?"),
        ),
        QuestionType(
            "agreement",
            _("Agreement"),
            _("A statement to agree or disagree with."),
            _("{candidate} told others in good time when something would be late."),
        ),
        QuestionType(
            "between",
            _("Between two statements"),
            _("A position between two ways of working, neither of them better."),
            _("Plans ahead in detail … decides as things come up"),
        ),
    ]


def _to_choose() -> list[QuestionType]:
    return [
        QuestionType(
            "yes_no_unsure",
            _("Yes or no"),
            _("Yes, no or not sure, with an optional comment."),
            _("Did {candidate} lead people?"),
        ),
        QuestionType(
            "would_work_again",
            _("Would work together again"),
            _("Yes, yes with reservations, no, or prefer not to say. Not part of the self-assessment."),
            _("Would you work with {candidate} again?"),
        ),
        QuestionType(
            "single_choice",
            _("One of several answers"),
            _("Referees choose one of your answers."),
            _("How large was the team? Up to 5, 6 to 15, more"),
        ),
        QuestionType(
            "multiple_choice",
            _("Several answers"),
            _("Referees choose several of your answers."),
            _("Which of these did {candidate} do regularly?"),
        ),
        QuestionType(
            "adjectives",
            _("Pick words"),
            _("Referees pick an exact number of words from a list."),
            _("Pick the three words that describe {candidate} at work best."),
        ),
        QuestionType(
            "ranking",
            _("Ranking"),
            _("Referees put up to ten answers in order."),
            _("In what order would {candidate} do these on a busy day?"),
        ),
    ]


def _to_write() -> list[QuestionType]:
    return [
        QuestionType(
            "long_text",
            _("Long text"),
            _("A few sentences. Takes the most time, and is often the most informative."),
            _("What does {candidate} do especially well?"),
        ),
        QuestionType("short_text", _("Short text"), _("One line."), _("What was the name of the project?")),
        QuestionType(
            "number",
            _("Number"),
            _("A number, optionally with a unit and limits."),
            _("How many people reported to {candidate}?"),
        ),
        QuestionType("date", _("Date"), _("One day."), _("When did the project end?")),
        QuestionType(
            "period",
            _("Period"),
            _("First and last month, or ongoing."),
            _("When did {candidate} lead the team?"),
        ),
    ]


def _to_confirm() -> list[QuestionType]:
    return [
        QuestionType(
            "relationship_confirm",
            _("Relationship"),
            _("The referee confirms or corrects their relationship to the candidate."),
            _("What was your relationship to {candidate} when you worked together?"),
        ),
        QuestionType(
            "dates_confirm",
            _("Dates"),
            _("The referee confirms or corrects when they worked together."),
            _("When did you work together?"),
        ),
        QuestionType(
            "title_confirm",
            _("Job title"),
            _("The referee confirms or corrects the candidate's title."),
            _("What was {candidate}'s job title at the end of that time?"),
        ),
    ]


def language_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


type Languages = Mapping[str, Sequence[Entry]]


def changes(before: Languages, after: Languages) -> list[str]:
    """Describe the changes by language, the source first. For translations, only the number of changed texts."""
    language = next(iter(after))
    old = list(before.get(language) or next(iter(before.values())))
    new = list(after[language])
    return [*_gone(old, new), *_of_questions(old, new), *_moved(old, new), *_of_languages(before, after)]


def outdated_translations(before: Languages, after: Languages) -> list[str]:
    source = next(iter(after))
    if source not in before:
        return []
    changed = {
        (entry["id"], place)
        for entry in after[source]
        for place, text in texts_of(entry).items()
        if _text(before[source], entry["id"], place) not in {None, text}
    }
    return [
        language
        for language, questions in after.items()
        if language != source
        and language in before
        and any(
            _text(questions, question_id, place) == _text(before[language], question_id, place) is not None
            for question_id, place in changed
        )
    ]


def _text(entries: Sequence[Entry], question_id: str, place: str) -> str | None:
    return next((texts_of(entry).get(place) for entry in entries if entry["id"] == question_id), None)


def _gone(old: Sequence[Entry], new: Sequence[Entry]) -> Iterator[str]:
    there = {entry["id"] for entry in new}
    for entry in old:
        if entry["id"] not in there:
            yield _("%(question)s was removed.") % {"question": named(entry)}


def _of_questions(old: Sequence[Entry], new: Sequence[Entry]) -> Iterator[str]:
    before = {entry["id"]: entry for entry in old}
    for place, entry in enumerate(new, start=1):
        was = before.get(entry["id"])
        if was is None:
            yield _("%(question)s was added as question %(place)s.") % {
                "question": named(entry),
                "place": place,
            }
        elif was != entry:
            yield from _changed(was, entry, new)


def _changed(was: Mapping[str, Any], entry: Mapping[str, Any], new: Sequence[Entry]) -> Iterator[str]:
    names = {"question": named(entry)}
    if was["text"] != entry["text"]:
        yield _("%(before)s now reads %(after)s.") % {"before": named(was), "after": named(entry)}
    texts, texts_before = texts_of(entry), texts_of(was)
    other = {
        place
        for place in texts.keys() | texts_before.keys()
        if place != "text" and texts.get(place) != texts_before.get(place)
    }
    if other & {"help"}:
        yield _("The help of %(question)s has changed.") % names
    if other & {"self_text"}:
        yield _("The self-assessment text of %(question)s has changed.") % names
    options = {place for place in other if place.startswith(("levels.", "choices."))}
    if options:
        yield _("The answers of %(question)s have changed.") % names
    if other - options - {"help", "self_text"}:
        yield _("Other texts of %(question)s have changed.") % names
    if was["required"] != entry["required"]:
        yield (
            _("%(question)s is now required.") if entry["required"] else _("%(question)s is now optional.")
        ) % names
    if was.get("only_for", []) != entry.get("only_for", []):
        asked = who(entry)
        yield (
            _("%(question)s is now only for: %(who)s.") % {**names, "who": asked}
            if asked
            else _("%(question)s is now for everyone.") % names
        )
    if was.get("when") != entry.get("when"):
        condition = when(new, entry)
        yield (
            _("%(question)s now has a condition: %(when)s.") % {**names, "when": condition}
            if condition
            else _("%(question)s is now always asked.") % names
        )
    settings = _settings(entry)
    if settings != _settings(was):
        yield _("The settings of %(question)s have changed.") % names


def _settings(entry: Mapping[str, Any]) -> dict[str, Any]:
    handled = {"required", "only_for", "when", *TEXTS, *OPTION_TEXTS}
    return {name: value for name, value in entry.items() if name not in handled}


def _moved(old: Sequence[Entry], new: Sequence[Entry]) -> Iterator[str]:
    there = {entry["id"] for entry in new}
    was = [entry["id"] for entry in old if entry["id"] in there]
    known = set(was)
    now = [entry["id"] for entry in new if entry["id"] in known]
    blocks = SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
    stayed = {name for block in blocks for name in was[block.a : block.a + block.size]}
    before = {entry["id"]: place for place, entry in enumerate(old, start=1)}
    for place, entry in enumerate(new, start=1):
        if entry["id"] in known - stayed:
            yield _("%(question)s has moved from position %(before)s to %(after)s.") % {
                "question": named(entry),
                "before": before[entry["id"]],
                "after": place,
            }


def _of_languages(before: Languages, after: Languages) -> Iterator[str]:
    source = next(iter(after))
    for language in before:
        if language not in after:
            yield _("%(language)s was removed.") % {"language": language_name(language)}
    for language, questions in after.items():
        if language not in before:
            yield _("%(language)s was added.") % {"language": language_name(language)}
        elif language != source:
            old = {entry["id"]: texts_of(entry) for entry in before[language]}
            count = sum(
                old[entry["id"]].get(place) != text
                for entry in questions
                if entry["id"] in old
                for place, text in texts_of(entry).items()
            )
            if count:
                yield ngettext(
                    "%(count)s text in %(language)s has changed.",
                    "%(count)s texts in %(language)s have changed.",
                    count,
                ) % {"count": count, "language": language_name(language)}
