import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership
from goodword.core.versioned_drafts import NotEditable
from goodword.questionnaires.builtin import GENERAL_PROFESSIONAL
from goodword.questionnaires.domain.drafts import OWN, Draft, draft_of, is_own, lock, new_row
from goodword.questionnaires.domain.versions import versions_in_all_languages
from goodword.questionnaires.editor.entries import Entry
from goodword.questionnaires.editor.files import read_file
from goodword.questionnaires.models import Questionnaire

LONGEST_TITLE = 200


def begin_draft(*, questionnaire: Questionnaire, now: datetime) -> Draft:
    with transaction.atomic():
        row = lock(questionnaire)
        if not is_own(row) or row.archived_at is not None:
            raise NotEditable
        draft = draft_of(row)
        if draft is not None:
            return draft
        newest = versions_in_all_languages(row)
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
    """A draft with everything of the newest version, or else of the draft; the organisation's language leads."""
    with transaction.atomic():
        row = lock(questionnaire)
        draft = draft_of(row)
        rows = versions_in_all_languages(row) or (list(draft.rows) if draft else [])
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


def import_file(*, raw: bytes, by: Membership, now: datetime) -> Questionnaire:
    """A new questionnaire from a file, as a draft. Raises `editor.files.InvalidFile`."""
    contents = read_file(raw)
    with transaction.atomic():
        made = create(
            title=contents.title,
            description=contents.description,
            languages=contents.languages,
            by=by,
            now=now,
        )
        audit(
            organisation=by.organisation,
            action="questionnaire.imported",
            member=by,
            now=now,
            details={"questionnaire": made.pk, "languages": list(contents.languages)},
        )
        return made


def describe(*, questionnaire: Questionnaire, title: str, description: str) -> None:
    """Change title and description at once, for all versions. Raises `NotEditable` if built in."""
    with transaction.atomic():
        row = lock(questionnaire)
        if not is_own(row):
            raise NotEditable
        row.title, row.description = title, description
        row.save(update_fields=["title", "description"])


class UsedByDefault(Exception):
    """Roles that choose no questionnaire use this one, so it cannot be archived."""


def archive(*, questionnaire: Questionnaire, by: Membership, now: datetime) -> bool:
    """No longer offer it to roles; those that use it keep it. False if already archived. Raises `UsedByDefault`."""
    if questionnaire.key == GENERAL_PROFESSIONAL:
        raise UsedByDefault
    return _set(questionnaire, archived_at=now, action="questionnaire.archived", by=by, now=now)


def restore(*, questionnaire: Questionnaire, by: Membership, now: datetime) -> bool:
    return _set(questionnaire, archived_at=None, action="questionnaire.brought_back", by=by, now=now)


def _set(
    questionnaire: Questionnaire, *, archived_at: datetime | None, action: str, by: Membership, now: datetime
) -> bool:
    with transaction.atomic():
        row = lock(questionnaire)
        if (row.archived_at is None) == (archived_at is None):
            return False
        row.archived_at = archived_at
        row.save(update_fields=["archived_at"])
        audit(
            organisation=row.organisation,
            action=action,
            member=by,
            now=now,
            details={"questionnaire": row.pk},
        )
        return True
