"""The languages of a draft: add one, save its texts, remove it."""

from collections.abc import Mapping
from datetime import datetime

from goodword.core.versioned_drafts import check_revision
from goodword.questionnaires.domain.drafts import locked_draft, new_row
from goodword.questionnaires.editor.entries import texts_of, with_texts
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion


class NoLanguage(Exception):
    """The draft is not in this language, or it is the one that the others follow."""


def add_language(*, questionnaire: Questionnaire, language: str, now: datetime) -> QuestionnaireVersion:
    """The draft's row in a language, its texts empty if it is new. Raises `drafts.NoDraft`."""
    with locked_draft(questionnaire) as draft:
        there = draft.row(language)
        if there is not None:
            return there
        empty = [with_texts(entry, {}) for entry in draft.entries]
        return new_row(
            draft.questionnaire, number=draft.source.number, language=language, questions=empty, now=now
        )


def save_texts(
    *,
    questionnaire: Questionnaire,
    language: str,
    texts: Mapping[str, Mapping[str, str]],
    revision: int,
) -> None:
    """Put translated texts in, by question id and place (`editor.entries.texts_of`); "" leaves a text open.

    What the source has not (any more) is left out. `revision` is the translation's own. Raises `drafts.NoDraft`,
    `drafts.StaleDraft` and `NoLanguage`.
    """
    with locked_draft(questionnaire) as draft:
        row = _translation(draft.translations, language)
        check_revision(row, revision)
        before = {entry["id"]: texts_of(entry) for entry in row.questions}
        row.questions = [
            with_texts(entry, {**before.get(entry["id"], {}), **texts.get(entry["id"], {})})
            for entry in draft.entries
        ]
        row.revision += 1
        row.save(update_fields=["questions", "revision"])


def remove_language(*, questionnaire: Questionnaire, language: str, revision: int) -> None:
    """Take a language out of the draft; published versions keep it. Raises as `save_texts`."""
    with locked_draft(questionnaire) as draft:
        row = _translation(draft.translations, language)
        check_revision(row, revision)
        row.delete()


def _translation(rows: tuple[QuestionnaireVersion, ...], language: str) -> QuestionnaireVersion:
    for row in rows:
        if row.language == language:
            return row
    raise NoLanguage
