"""Publish a draft: it becomes the next version, which never changes."""

from collections.abc import Collection
from datetime import datetime

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership
from goodword.questionnaires.domain.drafts import held, new_row
from goodword.questionnaires.editor.competencies import REASON_ABOVE, competencies_of
from goodword.questionnaires.editor.entries import gaps
from goodword.questionnaires.models import Questionnaire
from goodword.questionnaires.parse import parse

LONGEST_REASON = 2000


class NothingAsked(Exception):
    """A questionnaire without a question cannot be published."""


class NeedsReason(Exception):
    """It rates more than eight competencies, and nobody says why."""


class NotTranslated(Exception):
    """Languages with texts that are still empty, and nobody said to publish without them."""

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
    """Freeze the draft as the next version. Returns its number.

    Languages in `without` are left out if texts of theirs are empty: they stay, with what was translated, in a
    draft of the version after this one. Raises `NothingAsked`, `NeedsReason`, `NotTranslated`, `drafts.NoDraft`,
    `drafts.Stale`, and `parse.QuestionError` if a language is not whole.
    """
    with held(questionnaire, revision=revision) as draft:
        if not draft.entries:
            raise NothingAsked
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
