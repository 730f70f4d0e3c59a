"""Archive a test of the organisation, and bring it back."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership
from goodword.assessments.domain.library.packs import is_builtin, lock
from goodword.assessments.models import Test


class ComesWithGoodword(Exception):
    """Built-in tests stay: roles that name none are given one of them."""


def archive(*, test: Test, by: Membership, now: datetime) -> bool:
    """Offer it to no role any more; roles that use it go on with it. False if it was archived before.

    Raises `ComesWithGoodword`.
    """
    if is_builtin(test):
        raise ComesWithGoodword
    return _set(test, archived_at=now, action="test.archived", by=by, now=now)


def bring_back(*, test: Test, by: Membership, now: datetime) -> bool:
    """Offer it again. False if it was not archived."""
    return _set(test, archived_at=None, action="test.brought_back", by=by, now=now)


def _set(test: Test, *, archived_at: datetime | None, action: str, by: Membership, now: datetime) -> bool:
    with transaction.atomic():
        row = lock(test)
        if (row.archived_at is None) == (archived_at is None):
            return False
        row.archived_at = archived_at
        row.save(update_fields=["archived_at"])
        audit(organisation=row.organisation, action=action, member=by, now=now, details={"test": row.pk})
        return True
