"""Publish an imported version: from then on it never changes."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership
from goodword.assessments.content import content_of
from goodword.assessments.domain.library.packs import lock_draft
from goodword.assessments.kinds.health import flags_of
from goodword.assessments.kinds.reasoning.content import Forms
from goodword.assessments.models import TestVersion


class NeedsSignOff(Exception):
    """Something in it touches health, and nobody has signed it off."""


def needs_sign_off(version: TestVersion) -> bool:
    """Whether something in it touches health that nobody has signed off."""
    content = content_of(version)
    return version.signed_off_at is None and not isinstance(content, Forms) and bool(flags_of(content))


def publish_pack(*, version: TestVersion, by: Membership, now: datetime) -> TestVersion:
    """Freeze a draft and offer it to roles. Raises `NeedsSignOff` and `packs.NotADraft`."""
    with transaction.atomic():
        row = lock_draft(version)
        if needs_sign_off(row):
            raise NeedsSignOff
        row.published_at, row.published_by = now, by
        row.save(update_fields=["published_at", "published_by"])
        if row.language == "en" and row.test.title != row.content["name"]:
            row.test.title = row.content["name"]
            row.test.save(update_fields=["title"])
        audit(
            organisation=row.organisation,
            action="test.published",
            member=by,
            now=now,
            details={"test": row.test_id, "version": row.number, "languages": [row.language]},
        )
        return row
