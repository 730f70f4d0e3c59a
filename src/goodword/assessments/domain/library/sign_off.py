"""Sign off what touches health: somebody answers for it with their name and a reason."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership
from goodword.assessments.domain.library.packs import lock_draft
from goodword.assessments.models import TestVersion

LONGEST_NAME, LONGEST_REASON = 150, 2000


def sign_off(*, version: TestVersion, name: str, why: str, by: Membership, now: datetime) -> TestVersion:
    """Write who has looked at the flagged items of a draft, and why they are needed. A later one takes its place.

    Raises `packs.NotADraft`.
    """
    with transaction.atomic():
        row = lock_draft(version)
        row.signed_off_by, row.signed_off_why, row.signed_off_at = name, why, now
        row.save(update_fields=["signed_off_by", "signed_off_why", "signed_off_at"])
        audit(
            organisation=row.organisation,
            action="test.signed_off",
            member=by,
            now=now,
            details={
                "test": row.test_id,
                "version": row.number,
                "language": row.language,
                "name": name,
                "why": why,
            },
        )
        return row
