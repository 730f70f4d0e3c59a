import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from goodword.accounts.models import Membership
from goodword.assessments.catalogue.drafts import DRAFTS, TestDraft, create, create_row, publication, save
from goodword.assessments.kinds.content import Criterion
from goodword.assessments.kinds.custom_questions.content import read_custom_questions
from goodword.assessments.kinds.custom_questions.editor import (
    FILE,
    Content,
    Entry,
    FileSettings,
    count_missing_texts,
    has_choices,
    is_written_here,
    new_contents,
    place_of,
    refusals,
    with_questions,
    without_texts,
)
from goodword.assessments.models import Test
from goodword.drafts.versions import Publication
from goodword.questionnaires.domain.versions import versions_in_all_languages
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion

UP, DOWN = -1, 1


class NotPublished(Exception):
    pass


class LanguageGone(Exception):
    """The questionnaire no longer has the draft's source language."""


class CannotAsk(Exception):
    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def create_test(*, questionnaire: Questionnaire, name: str, by: Membership, now: datetime) -> Test:
    rows = _askable(questionnaire)
    return create(
        kind=Test.Kind.CUSTOM_QUESTIONS,
        description=questionnaire.description,
        contents=new_contents(
            name=name,
            languages={row.language: row.questions for row in rows},
            questionnaire=questionnaire.pk,
            number=rows[0].number,
        ),
        by=by,
        now=now,
    )


def update_questions(*, test: Test, questionnaire: Questionnaire, revision: int) -> int:
    """Copy the newest version's questions and languages into the draft. Returns that version's number. Raises
    NotPublished, CannotAsk, LanguageGone, `NoDraft` and `StaleDraft`."""
    rows = {row.language: row.questions for row in _askable(questionnaire)}
    number = versions_in_all_languages(questionnaire)[0].number
    with DRAFTS.locked_draft(test, revision=revision) as draft:
        if draft.source.language not in rows:
            raise LanguageGone
        there = {row.language: row.content for row in draft.rows}
        contents = {
            language: with_questions(
                there.get(language) or without_texts(draft.content, language=language),
                questions,
                questionnaire=questionnaire.pk,
                number=number,
            )
            for language, questions in rows.items()
        }
        for row in draft.translations:
            if row.language not in contents:
                row.delete()
        kept = tuple(row for row in draft.translations if row.language in contents)
        save(replace(draft, translations=kept), contents)
        for language, content in contents.items():
            if language not in there:
                create_row(
                    draft.test,
                    number=draft.source.number,
                    language=language,
                    content=content,
                    now=draft.source.created_at,
                )
    return number


def _askable(questionnaire: Questionnaire) -> list[QuestionnaireVersion]:
    rows = versions_in_all_languages(questionnaire)
    if not rows:
        raise NotPublished
    if found := refusals(rows[0].questions):
        raise CannotAsk(found)
    return rows


class NotWrittenHere(Exception):
    """The question comes from a questionnaire and can only be changed there."""


class LastQuestion(Exception): ...


MOST_QUESTIONS: Final = 60


class TooManyQuestions(Exception):
    pass


class NoChoices(Exception):
    """Only questions with choices can have right answers, and only others can have rubrics."""


def change_details(*, test: Test, words: Mapping[str, tuple[str, str]], revision: int) -> None:
    def change(content: Content) -> Content:
        name, instructions = words[content["language"]]
        return content | {"name": name, "instructions": instructions}

    with DRAFTS.locked_draft(test, revision=revision) as draft:
        _change_all(draft, change)


def add_file(*, test: Test, file: FileSettings, revision: int) -> str:
    made = f"file_{secrets.token_hex(4)}"
    with DRAFTS.locked_draft(test, revision=revision) as draft:
        _change_all(
            draft,
            lambda content: (
                content | {"questions": [*content["questions"], _file(made, file, content["language"])]}
            ),
        )
    return made


def change_file(*, test: Test, question_id: str, file: FileSettings, revision: int) -> None:
    """Change a file question. Raises the same as `change_details`, KeyError for a question removed since, and
    NotWrittenHere for one that isn't a file."""

    def change(content: Content) -> Content:
        questions = list(content["questions"])
        questions[place_of(content, question_id)] = _file(question_id, file, content["language"])
        return content | {"questions": questions}

    with DRAFTS.locked_draft(test, revision=revision) as draft:
        if draft.content["questions"][place_of(draft.content, question_id)]["type"] != FILE:
            raise NotWrittenHere
        _change_all(draft, change)


def add_question(*, test: Test, words: Mapping[str, tuple[str, str]], revision: int) -> str:
    """Add a question with a text answer. Raises the same as `change_details`, NotWrittenHere for a test taken from a
    questionnaire, and TooManyQuestions."""
    made = f"q{secrets.token_hex(4)}"

    def change(content: Content) -> Content:
        text, help_ = words[content["language"]]
        asked = {"type": "long_text", "id": made, "text": text, "help": help_}
        return content | {"questions": [*content["questions"], asked]}

    with DRAFTS.locked_draft(test, revision=revision) as draft:
        if draft.content.get("taken_from"):
            raise NotWrittenHere
        if len(draft.content["questions"]) >= MOST_QUESTIONS:
            raise TooManyQuestions
        _change_all(draft, change)
    return made


def change_question(
    *, test: Test, question_id: str, words: Mapping[str, tuple[str, str]], revision: int
) -> None:
    """Change a question, keeping its rubric. Raises the same as `change_details`, KeyError for a question removed
    since, and NotWrittenHere."""

    def change(content: Content) -> Content:
        text, help_ = words[content["language"]]
        questions = list(content["questions"])
        place = place_of(content, question_id)
        questions[place] = questions[place] | {"text": text, "help": help_}
        return content | {"questions": questions}

    with DRAFTS.locked_draft(test, revision=revision) as draft:
        _own_place(draft, question_id)
        _change_all(draft, change)


def move_question(*, test: Test, question_id: str, by: int, revision: int) -> int:
    """Move a question `UP` or `DOWN`. Returns its place, from 1. Raises the same as `change_question`."""
    with DRAFTS.locked_draft(test, revision=revision) as draft:
        place = _own_place(draft, question_id)
        other = place + by
        if not 0 <= other < len(draft.content["questions"]):
            return place + 1

        def change(content: Content) -> Content:
            questions = list(content["questions"])
            questions[place], questions[other] = questions[other], questions[place]
            return content | {"questions": questions}

        _change_all(draft, change)
        return other + 1


def remove_question(*, test: Test, question_id: str, revision: int) -> None:
    """Remove a question. Raises the same as `change_question`, and LastQuestion."""

    def change(content: Content) -> Content:
        return content | {
            "questions": [question for question in content["questions"] if question["id"] != question_id],
            "rubrics": [rubric for rubric in content["rubrics"] if rubric["question"] != question_id],
        }

    with DRAFTS.locked_draft(test, revision=revision) as draft:
        _own_place(draft, question_id)
        if len(draft.content["questions"]) == 1:
            raise LastQuestion
        _change_all(draft, change)


def set_right_answers(*, test: Test, question_id: str, values: Sequence[str], revision: int) -> None:
    """Set the right choices, or remove them if `values` is empty. Raises the same as `change_details`, KeyError and
    NoChoices."""

    def change(content: Content) -> Content:
        right = {other: there for other, there in content["right"].items() if other != question_id}
        return content | {"right": right | ({question_id: list(values)} if values else {})}

    with DRAFTS.locked_draft(test, revision=revision) as draft:
        entry = draft.content["questions"][place_of(draft.content, question_id)]
        if not has_choices(entry) or not set(values) <= {choice["value"] for choice in entry["choices"]}:
            raise NoChoices
        _change_all(draft, change)


def set_rubric(*, test: Test, question_id: str, criteria: Sequence[Criterion], revision: int) -> None:
    """Set the rubric, or remove it if there are no criteria. Criteria without an id are new. Raises the same as
    `set_right_answers`."""
    rubric = [
        {
            "id": criterion.id or f"c{secrets.token_hex(4)}",
            "text": criterion.text,
            "points": criterion.points,
            "anchors": criterion.anchors,
        }
        for criterion in criteria
    ]

    def change(content: Content) -> Content:
        others = [other for other in content["rubrics"] if other["question"] != question_id]
        mine = [{"question": question_id, "criteria": rubric}] if rubric else []
        return content | {"rubrics": [*others, *mine]}

    with DRAFTS.locked_draft(test, revision=revision) as draft:
        if has_choices(draft.content["questions"][place_of(draft.content, question_id)]):
            raise NoChoices
        _change_all(draft, change)


def _change_all(draft: TestDraft, change: Callable[[Content], Content]) -> None:
    save(draft, {row.language: change(row.content) for row in draft.rows})


def _own_place(draft: TestDraft, question_id: str) -> int:
    place = place_of(draft.content, question_id)
    if not is_written_here(draft.content, draft.content["questions"][place]):
        raise NotWrittenHere
    return place


def _file(question_id: str, file: FileSettings, language: str) -> Entry:
    text, help_ = file.words[language]
    return {
        "type": FILE,
        "id": question_id,
        "text": text,
        "help": help_,
        "required": file.required,
        "types": list(file.types),
        "megabytes": file.megabytes,
    }


class SourceIncomplete(Exception):
    pass


def publish_test(*, test: Test, revision: int, by: Membership | None, now: datetime) -> str:
    """Publish the draft. Returns the version's number. Incomplete languages stay in a new draft. Raises
    SourceIncomplete, `NoDraft`, `StaleDraft` and `ReadingError`."""

    def check(draft: TestDraft) -> Publication:
        if count_missing_texts(draft.content):
            raise SourceIncomplete
        complete = [row for row in draft.rows if not count_missing_texts(row.content)]
        for row in complete:
            read_custom_questions(row.content)
        return publication(draft, complete)

    return DRAFTS.publish(test, revision=revision, check=check, by=by, now=now).source.number
