"""Archive a questionnaire, and bring it back."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership
from goodword.questionnaires.builtin import GENERAL_PROFESSIONAL
from goodword.questionnaires.domain.drafts import lock
from goodword.questionnaires.models import Questionnaire


class AskedByDefault(Exception):
    """The one that is asked wherever a role names none: it cannot be archived."""


def archive(*, questionnaire: Questionnaire, by: Membership, now: datetime) -> bool:
    """Offer it to no role any more; roles and checks that use it go on with it. False if it was archived before.

    Raises `AskedByDefault` for the one that roles ask which name none.
    """
    if questionnaire.key == GENERAL_PROFESSIONAL:
        raise AskedByDefault
    return _set(questionnaire, archived_at=now, action="questionnaire.archived", by=by, now=now)


def bring_back(*, questionnaire: Questionnaire, by: Membership, now: datetime) -> bool:
    """Offer it again. False if it was not archived."""
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
