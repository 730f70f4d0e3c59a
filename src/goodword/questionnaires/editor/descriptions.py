from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.text import get_text_list
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from goodword.questionnaires import labels
from goodword.questionnaires.editor.entries import Entry, condition_of, index_of

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
    """Values and labels of the answers that conditions can name."""
    match entry["type"]:
        case "yes_no_unsure":
            return dict(labels.yes_no_unsure())
        case "would_work_again":
            return dict(labels.would_work_again())
        case "single_choice" | "multiple_choice":
            return {choice["value"]: choice["label"] for choice in entry["choices"]}
        case "rating":
            return {str(level["value"]): f"{level['value']} {level['label']}" for level in entry["levels"]}
        case "agreement":
            return {str(level): f"{level} {label}" for level, label in labels.agreement().items()}
    return {}


def who(entry: Mapping[str, Any]) -> str:
    """ "Manager or Client", or "" if everyone is asked."""
    words = labels.relationships()
    return get_text_list([words[name] for name in entry.get("only_for", ())], _("or"))


def when(entries: Sequence[Entry], entry: Mapping[str, Any]) -> str:
    """ "Only if 4 is answered “Yes” or “Not sure”", or "" if always asked."""
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
            _("{candidate} told others in time when something was late."),
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
            _("In which order would you take these tasks on a full day?"),
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
            _("What were you to {candidate} when you worked together?"),
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


def language_codes() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


def language_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
