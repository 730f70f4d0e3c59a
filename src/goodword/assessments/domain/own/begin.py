"""A test of own questions, with those of a published questionnaire; and the newer version of one taken over."""

from dataclasses import replace
from datetime import datetime

from goodword.accounts.models import Membership
from goodword.assessments.domain.drafts import create, held, new_rows, save
from goodword.assessments.editor.own import begun, refusals, taken_over, without_words
from goodword.assessments.models import Test
from goodword.questionnaires.domain.published import languages_rows
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion


class NotPublished(Exception):
    """The questionnaire has no published version."""


class LanguageGone(Exception):
    """The questionnaire is no longer in the language that leads the draft."""


class CannotAsk(Exception):
    """Questions that no test can ask; `sentences` names each."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def begin(*, questionnaire: Questionnaire, name: str, by: Membership, now: datetime) -> Test:
    """A draft with the questions of its newest version, in all its languages. Raises NotPublished and CannotAsk."""
    rows = _askable(questionnaire)
    return create(
        kind=Test.Kind.QUESTIONS,
        description=questionnaire.description,
        contents=begun(
            name=name,
            languages={row.language: row.questions for row in rows},
            questionnaire=questionnaire.pk,
            number=rows[0].number,
        ),
        by=by,
        now=now,
    )


def take_over(*, test: Test, questionnaire: Questionnaire, revision: int) -> int:
    """Put the questions of the newest version into the draft. Returns that version's number.

    Languages that the questionnaire no longer has leave the draft; one that came begins with what is added here
    empty. Raises NotPublished, CannotAsk, LanguageGone, `drafts.NoDraft` and `drafts.Stale`.
    """
    rows = {row.language: row.questions for row in _askable(questionnaire)}
    number = languages_rows(questionnaire)[0].number
    with held(test, revision=revision) as draft:
        if draft.source.language not in rows:
            raise LanguageGone
        there = {row.language: row.content for row in draft.rows}
        contents = {
            language: taken_over(
                there.get(language) or without_words(draft.content, language=language),
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
        came = {language: content for language, content in contents.items() if language not in there}
        new_rows(draft.test, number=draft.source.number, contents=came, now=draft.source.created_at)
    return number


def _askable(questionnaire: Questionnaire) -> list[QuestionnaireVersion]:
    rows = languages_rows(questionnaire)
    if not rows:
        raise NotPublished
    if found := refusals(rows[0].questions):
        raise CannotAsk(found)
    return rows
