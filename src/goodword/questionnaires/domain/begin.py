"""Open a draft, made from the newest version; or a questionnaire of one's own, empty or from another one."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.questionnaires.domain.drafts import OWN, Draft, NotEditable, draft_of, is_own, lock, new_row
from goodword.questionnaires.domain.published import languages_rows
from goodword.questionnaires.editor.entries import Entry
from goodword.questionnaires.models import Questionnaire

LONGEST_TITLE = 200


def begin_draft(*, questionnaire: Questionnaire, now: datetime) -> Draft:
    """The open draft, else a new one with the questions and languages of the newest version.

    Raises `NotEditable` for one that came with the product or is archived.
    """
    with transaction.atomic():
        row = lock(questionnaire)
        if not is_own(row) or row.archived_at is not None:
            raise NotEditable
        draft = draft_of(row)
        if draft is not None:
            return draft
        newest = languages_rows(row)
        made = [
            new_row(
                row,
                number=version.number + 1,
                language=version.language,
                questions=version.questions,
                now=now,
            )
            for version in newest
        ]
        return Draft(questionnaire=row, source=made[0], translations=tuple(made[1:]))


def create(
    *,
    title: str,
    description: str,
    languages: Mapping[str, Sequence[Entry]],
    by: Membership,
    now: datetime,
) -> Questionnaire:
    """A questionnaire of the organisation's own: a draft with these questions by language, the source first."""
    with transaction.atomic():
        made = Questionnaire.objects.create(
            organisation=by.organisation,
            key=f"{OWN}{secrets.token_hex(8)}",
            title=title,
            description=description,
            created_at=now,
            created_by=by,
        )
        for language, questions in languages.items():
            new_row(made, number=1, language=language, questions=questions, now=now)
        return made


def duplicate(*, questionnaire: Questionnaire, by: Membership, now: datetime) -> Questionnaire:
    """*Use as a start*: a draft of one's own with everything of its newest version, or of its draft if there is none.

    The organisation's own language leads if the questions are in it, else English, else the one that led before.
    """
    with transaction.atomic():
        row = lock(questionnaire)
        draft = draft_of(row)
        rows = languages_rows(row) or (list(draft.rows) if draft else [])
        wishes = (by.organisation.language, "en")

        def rank(language: str) -> int:
            return wishes.index(language) if language in wishes else len(wishes)

        rows.sort(key=lambda version: rank(version.language))
        title = _("%(title)s (copy)") % {"title": row.title[: LONGEST_TITLE - 12]}
        return create(
            title=title,
            description=row.description,
            languages={version.language: version.questions for version in rows},
            by=by,
            now=now,
        )
