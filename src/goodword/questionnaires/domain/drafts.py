from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from goodword.accounts.models import Membership
from goodword.drafts.versions import LanguagesDraft, LibraryDrafts, Publication, check_revision
from goodword.questionnaires.domain.versions import versions_in_all_languages
from goodword.questionnaires.editor.entries import (
    REASON_ABOVE,
    Entry,
    competencies_of,
    follow_source,
    gaps,
    texts_of,
    with_texts,
)
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion
from goodword.questionnaires.parse import parse, to_json

LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionnaireDraft(LanguagesDraft[Questionnaire, QuestionnaireVersion]):
    @property
    def questionnaire(self) -> Questionnaire:
        return self.owner

    @property
    def entries(self) -> list[Entry]:
        return list(self.source.questions)


class QuestionnaireDrafts(
    LibraryDrafts[Questionnaire, QuestionnaireVersion, QuestionnaireDraft, Sequence[Entry]]
):
    name = "questionnaire"

    def lock(self, owner: Questionnaire) -> Questionnaire:
        return Questionnaire.objects.of(owner.organisation).select_for_update().get(pk=owner.pk)

    def versions(self, owner: Questionnaire) -> QuerySet[QuestionnaireVersion]:
        return QuestionnaireVersion.objects.of(owner.organisation).filter(questionnaire=owner)

    def newest(self, owner: Questionnaire) -> list[QuestionnaireVersion]:
        return versions_in_all_languages(owner)

    def content(self, row: QuestionnaireVersion) -> Sequence[Entry]:
        return list(row.questions)

    def draft(
        self,
        owner: Questionnaire,
        source: QuestionnaireVersion,
        translations: tuple[QuestionnaireVersion, ...],
    ) -> QuestionnaireDraft:
        return QuestionnaireDraft(owner=owner, source=source, translations=translations)

    def create_rows(
        self, owner: Questionnaire, contents: Mapping[str, Sequence[Entry]], *, now: datetime
    ) -> None:
        newest = self.versions(owner).order_by("-number").values_list("number", flat=True).first()
        for language, questions in contents.items():
            _create_row(owner, number=(newest or 0) + 1, language=language, questions=questions, now=now)

    def details(self, draft: QuestionnaireDraft) -> dict[str, Any]:
        return {"questionnaire": draft.owner.pk, "version": draft.source.number}


DRAFTS = QuestionnaireDrafts()


def _create_row(
    questionnaire: Questionnaire, *, number: int, language: str, questions: Sequence[Entry], now: datetime
) -> QuestionnaireVersion:
    return QuestionnaireVersion.objects.create(
        organisation=questionnaire.organisation,
        questionnaire=questionnaire,
        number=number,
        language=language,
        questions=list(questions),
        created_at=now,
    )


def write(
    draft: QuestionnaireDraft, entries: Sequence[Entry], *, translated: Mapping[str, Entry] | None = None
) -> None:
    """Also updates translations; `translated` has those of a new question. Raises `parse.QuestionError`."""
    more = translated or {}
    draft.source.questions = to_json(parse(entries)) if entries else []
    draft.source.revision += 1
    draft.source.save(update_fields=["questions", "revision"])
    for row in draft.translations:
        known = [*row.questions, *([more[row.language]] if row.language in more else [])]
        questions = follow_source(draft.source.questions, known)
        if questions != row.questions:
            row.questions = questions
            row.revision += 1
            row.save(update_fields=["questions", "revision"])


class NoQuestions(Exception):
    pass


class NeedsReason(Exception):
    """It rates more than eight competencies without a reason."""


class NotTranslated(Exception):
    def __init__(self, languages: Collection[str]) -> None:
        super().__init__(", ".join(languages))
        self.languages = tuple(languages)


def publish(
    *,
    questionnaire: Questionnaire,
    revision: int,
    reason: str,
    without: Collection[str],
    by: Membership,
    now: datetime,
) -> int:
    def check(draft: QuestionnaireDraft) -> Publication:
        if not draft.entries:
            raise NoQuestions
        needed = len(competencies_of(draft.entries)) > REASON_ABOVE
        if needed and not reason.strip():
            raise NeedsReason
        incomplete = [row for row in draft.translations if gaps(draft.entries, row.questions)]
        missing = [row.language for row in incomplete if row.language not in without]
        if missing:
            raise NotTranslated(missing)
        complete = [row for row in draft.rows if row not in incomplete]
        for row in complete:
            parse(row.questions)
            row.reason = reason.strip() if needed else ""
        return Publication(rows=complete, details={"languages": [row.language for row in complete]})

    draft = DRAFTS.publish(questionnaire, revision=revision, check=check, by=by, now=now)
    return draft.source.number


def add_language(*, questionnaire: Questionnaire, language: str, now: datetime) -> QuestionnaireVersion:
    """The draft in a language, with empty texts if new. Raises `NoDraft`."""
    with DRAFTS.locked_draft(questionnaire) as draft:
        there = draft.row(language)
        if there is not None:
            return there
        empty = [with_texts(entry, {}) for entry in draft.entries]
        return _create_row(
            draft.owner, number=draft.source.number, language=language, questions=empty, now=now
        )


def save_texts(
    *,
    questionnaire: Questionnaire,
    language: str,
    texts: Mapping[str, Mapping[str, str]],
    revision: int,
) -> None:
    """Save texts by question id and place (`editor.entries.texts_of`). `revision`: of the translation. Raises
    `NoDraft`, `StaleDraft` and `NoLanguage`."""
    with DRAFTS.locked_draft(questionnaire) as draft:
        row = draft.translation(language)
        check_revision(row, revision)
        before = {entry["id"]: texts_of(entry) for entry in row.questions}
        row.questions = [
            with_texts(entry, {**before.get(entry["id"], {}), **texts.get(entry["id"], {})})
            for entry in draft.entries
        ]
        row.revision += 1
        row.save(update_fields=["questions", "revision"])


def remove_language(*, questionnaire: Questionnaire, language: str, revision: int) -> None:
    with DRAFTS.locked_draft(questionnaire) as draft:
        row = draft.translation(language)
        check_revision(row, revision)
        row.delete()
