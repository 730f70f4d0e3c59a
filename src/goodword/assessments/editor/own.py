"""Own questions as their editor holds them: what is taken from a questionnaire, and what is added here.

Questions of a questionnaire are changed there. Here come files to hand in, right answers, rubrics and instructions.
Rubrics are for raters and the same in all languages; what candidates read has each language's own words.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from goodword.assessments.kinds.custom.content import KIND
from goodword.questionnaires.editor.descriptions import short

type Content = dict[str, Any]
type Entry = dict[str, Any]

FILE: Final = "file"
#: questions that only somebody else than the candidate can answer
_OF_OTHERS: Final = {"relationship_confirm", "dates_confirm", "title_confirm", "would_work_again"}
_CHOICES: Final = {"single_choice", "multiple_choice"}
_BLANKS: Final = ("{candidate}", "{company}")


def refusals(questions: Sequence[Entry]) -> list[str]:
    """Why these questions of a questionnaire cannot be asked in a test, a sentence each; [] if they can."""
    found = []
    for place, entry in enumerate(questions, start=1):
        named = {"place": place, "text": short(_for_self(entry)["text"])}
        if entry["type"] in _OF_OTHERS:
            found.append(
                _(
                    "Question %(place)s, “%(text)s”, is for referees: candidates cannot answer it about themselves."
                )
                % named
            )
        elif any(blank in _for_self(entry)[name] for blank in _BLANKS for name in ("text", "help")):
            found.append(
                _(
                    "Question %(place)s, “%(text)s”, speaks of the candidate as of somebody else. In the "
                    "questionnaire, write how candidates are asked it about themselves."
                )
                % named
            )
    return found


def begun(
    *, name: str, languages: Mapping[str, Sequence[Entry]], questionnaire: int, number: int
) -> dict[str, Content]:
    """The contents of a new draft by language, with the questions of a version of a questionnaire."""
    one = f"own_{secrets.token_hex(6)}"
    return {
        language: {
            "kind": KIND,
            "id": one,
            "version": "1",
            "language": language,
            "name": name,
            "instructions": "",
            "questions": [_for_self(entry) for entry in questions],
            "rubrics": [],
            "right": {},
            "taken_from": {"questionnaire": questionnaire, "number": number},
        }
        for language, questions in languages.items()
    }


def taken_over(content: Content, questions: Sequence[Entry], *, questionnaire: int, number: int) -> Content:
    """The content with the questions of another version: files stay behind the question that they stood behind,
    rubrics and right answers stay where their question and choices are still there."""
    made = [_for_self(entry) for entry in questions]
    for place, entry in enumerate(content["questions"]):
        if entry["type"] == FILE:
            before = [one["id"] for one in content["questions"][:place]]
            there = [n for n, one in enumerate(made, start=1) if one["id"] in before]
            made.insert(max(there, default=0), entry)
    by_id = {entry["id"]: entry for entry in made}
    right = {
        one: values
        for one, values in content["right"].items()
        if one in by_id
        and by_id[one]["type"] in _CHOICES
        and set(values) <= {choice["value"] for choice in by_id[one]["choices"]}
    }
    return content | {
        "questions": made,
        "rubrics": [one for one in content["rubrics"] if one["question"] in by_id],
        "right": right,
        "taken_from": {"questionnaire": questionnaire, "number": number},
    }


def without_words(content: Content, *, language: str) -> Content:
    """The same in another language, what is added here without words."""
    questions = [
        entry | {"text": "", "help": ""} if entry["type"] == FILE else entry for entry in content["questions"]
    ]
    return content | {"language": language, "name": "", "instructions": "", "questions": questions}


def has_choices(entry: Entry) -> bool:
    """Whether a right answer can be named for it."""
    return entry["type"] in _CHOICES


def place_of(content: Content, question_id: str) -> int:
    """Where a question stands, from 0. Raises `KeyError` if it is not there."""
    for place, entry in enumerate(content["questions"]):
        if entry["id"] == question_id:
            return place
    raise KeyError(question_id)


def rubric_of(content: Content, question_id: str) -> list[dict[str, Any]]:
    """The criteria of a question's rubric; [] without one."""
    found = next((one for one in content["rubrics"] if one["question"] == question_id), None)
    return list(found["criteria"]) if found else []


def open_texts(content: Content) -> int:
    """How many texts that candidates read are empty: the name, and those of files."""
    files = [entry for entry in content["questions"] if entry["type"] == FILE]
    return (not content["name"]) + sum(not entry["text"] for entry in files)


def _for_self(entry: Entry) -> Entry:
    """The question as put to candidates about themselves, without conditions on the relationship."""
    made = {key: value for key, value in entry.items() if key not in {"self_text", "only_for"}}
    return made | {"text": entry.get("self_text") or entry["text"], "help": entry.get("help", "")}
