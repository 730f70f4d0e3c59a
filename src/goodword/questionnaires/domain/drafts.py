from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership
from goodword.core.versioned_drafts import LanguagesDraft, changed, check_revision
from goodword.questionnaires.domain.versions import numbers
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

#: prefix of the keys of an organisation's own questionnaires
OWN = "own_"
LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(LanguagesDraft[QuestionnaireVersion]):
    questionnaire: Questionnaire

    @property
    def entries(self) -> list[Entry]:
        return list(self.source.questions)


def is_own(questionnaire: Questionnaire) -> bool:
    return questionnaire.key.startswith(OWN)


def draft_of(questionnaire: Questionnaire) -> Draft | None:
    """The current draft. Its oldest language is the source."""
    rows = list(
        QuestionnaireVersion.objects.of(questionnaire.organisation)
        .filter(questionnaire=questionnaire, published_at=None)
        .order_by("pk")
    )
    if not rows:
        return None
    return Draft(questionnaire=questionnaire, source=rows[0], translations=tuple(rows[1:]))


def lock(questionnaire: Questionnaire) -> Questionnaire:
    rows = Questionnaire.objects.of(questionnaire.organisation)
    return rows.select_for_update().get(pk=questionnaire.pk)


def locked_draft(
    questionnaire: Questionnaire, *, revision: int | None = None
) -> AbstractContextManager[Draft]:
    return changed(lambda: lock(questionnaire), draft_of, revision=revision)


def write(draft: Draft, entries: Sequence[Entry], *, translated: Mapping[str, Entry] | None = None) -> None:
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


def new_row(
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


class NoQuestions(Exception):
    """A questionnaire without a question cannot be published."""


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
    with locked_draft(questionnaire, revision=revision) as draft:
        if not draft.entries:
            raise NoQuestions
        reason = reason.strip() if len(competencies_of(draft.entries)) > REASON_ABOVE else ""
        if len(competencies_of(draft.entries)) > REASON_ABOVE and not reason:
            raise NeedsReason
        open_rows = [row for row in draft.translations if gaps(draft.entries, row.questions)]
        missing = [row.language for row in open_rows if row.language not in without]
        if missing:
            raise NotTranslated(missing)
        whole = [row for row in draft.rows if row not in open_rows]
        for row in whole:
            parse(row.questions)
            row.published_at, row.published_by, row.reason = now, by, reason
            row.save(update_fields=["published_at", "published_by", "reason"])
        number = draft.source.number
        if open_rows:
            kept = [(row.language, row.questions) for row in (*whole, *open_rows)]
            for row in open_rows:
                row.delete()
            for language, questions in kept:
                new_row(
                    draft.questionnaire, number=number + 1, language=language, questions=questions, now=now
                )
        audit(
            organisation=questionnaire.organisation,
            action="questionnaire.published",
            member=by,
            now=now,
            details={
                "questionnaire": questionnaire.pk,
                "version": number,
                "languages": [row.language for row in whole],
            },
        )
        return number


def discard(*, questionnaire: Questionnaire, revision: int, by: Membership, now: datetime) -> bool:
    """Delete the draft, or all if never published. Returns whether it still exists. Raises `NoDraft`, `StaleDraft`."""
    with locked_draft(questionnaire, revision=revision) as draft:
        stays = bool(numbers(draft.questionnaire))
        audit(
            organisation=questionnaire.organisation,
            action="questionnaire.draft_discarded",
            member=by,
            now=now,
            details={"questionnaire": questionnaire.pk, "version": draft.source.number},
        )
        if stays:
            for row in draft.rows:
                row.delete()
        else:
            draft.questionnaire.delete()
        return stays


class NoLanguage(Exception):
    """The draft has no translation into this language."""


def add_language(*, questionnaire: Questionnaire, language: str, now: datetime) -> QuestionnaireVersion:
    """The draft in a language, with empty texts if new. Raises `NoDraft`."""
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
    """By question id and place (`editor.entries.texts_of`), ignoring texts the source lacks.

    `revision` is that of the translation. Raises `NoDraft`, `StaleDraft` and `NoLanguage`.
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
    with locked_draft(questionnaire) as draft:
        row = _translation(draft.translations, language)
        check_revision(row, revision)
        row.delete()


def _translation(rows: tuple[QuestionnaireVersion, ...], language: str) -> QuestionnaireVersion:
    for row in rows:
        if row.language == language:
            return row
    raise NoLanguage
