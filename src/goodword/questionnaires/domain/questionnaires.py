import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership
from goodword.drafts.models import OWN_PREFIX
from goodword.drafts.versions import NotEditable
from goodword.questionnaires.builtin import GENERAL_PROFESSIONAL
from goodword.questionnaires.domain.drafts import DRAFTS
from goodword.questionnaires.editor.entries import Entry
from goodword.questionnaires.editor.files import read_file
from goodword.questionnaires.models import Questionnaire

LONGEST_TITLE = 200


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
            key=f"{OWN_PREFIX}{secrets.token_hex(8)}",
            title=title,
            description=description,
            created_at=now,
            created_by=by,
        )
        DRAFTS.create_rows(made, languages, now=now)
        return made


def duplicate(*, questionnaire: Questionnaire, by: Membership, now: datetime) -> Questionnaire:
    """*Make a copy*: a draft with everything of the newest version, or else of the draft."""
    with transaction.atomic():
        row = DRAFTS.lock(questionnaire)
        rows = DRAFTS.to_copy(row, by=by)
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
    """At once, for all versions. Raises `NotEditable` if built in."""
    with transaction.atomic():
        row = DRAFTS.lock(questionnaire)
        if not row.is_own:
            raise NotEditable
        row.title, row.description = title, description
        row.save(update_fields=["title", "description"])


class UsedByDefault(Exception):
    """Roles that choose no questionnaire use this one, so it cannot be archived."""


def archive(*, questionnaire: Questionnaire, by: Membership, now: datetime) -> bool:
    """No longer offer it to roles; those that use it keep it. False if already archived. Raises `UsedByDefault`."""
    if questionnaire.key == GENERAL_PROFESSIONAL:
        raise UsedByDefault
    return DRAFTS.set_archived(questionnaire, archived=True, by=by, now=now)
