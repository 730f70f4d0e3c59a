"""Throw the draft of an imported version away."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership
from goodword.assessments.domain.library.packs import lock_draft
from goodword.assessments.models import TestVersion


def discard_pack(*, version: TestVersion, by: Membership, now: datetime) -> bool:
    """Delete a draft; a test without any other version goes with it. Whether the test is still there.

    Raises `packs.NotADraft`.
    """
    with transaction.atomic():
        row = lock_draft(version)
        test = row.test
        audit(
            organisation=row.organisation,
            action="test.draft_discarded",
            member=by,
            now=now,
            details={"test": test.pk, "version": row.number, "language": row.language},
        )
        row.delete()
        if TestVersion.objects.of(test.organisation).filter(test=test).exists():
            return True
        test.delete()
        return False
