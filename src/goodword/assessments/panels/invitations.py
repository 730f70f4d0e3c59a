"""Inviting experts to a panel: mails with personal links, reminders by hand, declining, and erasure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership
from goodword.assessments.models import Panelist, PanelRating, Test
from goodword.core.addresses import normalised
from goodword.notifications.domain import links
from goodword.notifications.domain.queue import Correspondent, LinkFor, cancel, queue
from goodword.notifications.models import Email, Link

MAIL_KIND: Final = "panel.invitation"
PURPOSE: Final = Link.Purpose.PANEL
#: experts on one panel
MOST_EXPERTS: Final = 30
#: minimum time between two mails to an expert
INTERVAL: Final = timedelta(days=1)
FRESH_LINK_INTERVAL: Final = timedelta(minutes=10)


def subject_ref_of(row: Panelist) -> str:
    return f"panelist:{row.pk}"


class AlreadyInvited(Exception):
    pass


class TooManyExperts(Exception):
    pass


def invite(
    *, test: Test, name: str, email: str, position: str, language: str, by: Membership, now: datetime
) -> Panelist:
    """Raises `AlreadyInvited` and `TooManyExperts`."""
    with transaction.atomic():
        test = Test.objects.of(by.organisation).select_for_update().get(pk=test.pk)
        rows = Panelist.objects.of(by.organisation).filter(test=test)
        if rows.filter(email=normalised(email)).exists():
            raise AlreadyInvited
        if rows.count() >= MOST_EXPERTS:
            raise TooManyExperts
        made = Panelist.objects.create(
            organisation=by.organisation,
            test=test,
            name=name,
            email=normalised(email),
            position=position,
            language=language,
            invited_at=now,
            invited_by=by,
        )
        _mail(made, sender=_correspondent(by), key="invited", now=now)
        _audit(made, "panel.invited", by=by, now=now)
        return made


class TooSoon(Exception):
    """The expert got a mail within the last day."""


def remind(*, panelist: Panelist, by: Membership, now: datetime) -> None:
    """Mail a new link. Raises `TooSoon`."""
    with transaction.atomic():
        row = Panelist.objects.of(by.organisation).select_for_update().get(pk=panelist.pk)
        if (row.reminded_at or row.invited_at) > now - INTERVAL:
            raise TooSoon
        row.reminded_at, row.reminders = now, row.reminders + 1
        row.save(update_fields=["reminded_at", "reminders"])
        _mail(row, sender=_correspondent(by), key=f"reminder:{row.reminders}", now=now)
        _audit(row, "panel.reminded", by=by, now=now)


def send_fresh_link(*, panelist: Panelist, sender: Correspondent, now: datetime) -> bool:
    """After the expert's link has expired. False, without a mail, within ten minutes of the last one."""
    with transaction.atomic():
        row = Panelist.objects.of(panelist.organisation).select_for_update().get(pk=panelist.pk)
        sent = Email.objects.of(row.organisation).filter(subject_ref=subject_ref_of(row))
        if sent.filter(created_at__gt=now - FRESH_LINK_INTERVAL).exists():
            return False
        _mail(row, sender=sender, key=f"fresh:{sent.count() + 1}", now=now)
        return True


def decline(*, panelist_id: int, now: datetime) -> None:
    """Ends the invitation and deletes the expert's ratings."""
    with transaction.atomic():
        row = Panelist.objects.across_organisations().select_for_update().filter(pk=panelist_id).first()
        if row is None or row.declined_at is not None:
            return
        row.declined_at, row.finished_at = now, None
        row.save(update_fields=["declined_at", "finished_at"])
        PanelRating.objects.of(row.organisation).filter(panelist=row).delete()
        cancel(organisation=row.organisation, subject_ref=subject_ref_of(row), now=now)
        _audit_own(row, "panel.declined", now=now)


def remove(*, panelist: Panelist, by: Membership, now: datetime) -> None:
    """Erase an expert with their ratings, mails and links. Published versions keep their key."""
    with transaction.atomic():
        _audit(panelist, "panel.removed", by=by, now=now)
        forget([panelist])


def erase_own(*, panelist_id: int, now: datetime) -> None:
    """The same, by the expert."""
    with transaction.atomic():
        rows = Panelist.objects.across_organisations().select_for_update()
        row = rows.filter(pk=panelist_id).first()
        if row is None:
            return
        _audit_own(row, "panel.erased", now=now)
        forget([row])


def forget(rows: Iterable[Panelist]) -> int:
    """Delete experts with everything about them. Returns how many."""
    found = list(rows)
    mails = Email.objects.across_organisations().filter(
        subject_ref__in=[subject_ref_of(one) for one in found]
    )
    links.forget(purpose=PURPOSE, subject_ids=[one.pk for one in found])
    Link.objects.across_organisations().filter(email__in=mails).delete()
    mails.delete()
    Panelist.objects.across_organisations().filter(pk__in=[one.pk for one in found]).delete()
    return len(found)


def _mail(row: Panelist, *, sender: Correspondent, key: str, now: datetime) -> None:
    queue(
        organisation=row.organisation,
        kind=MAIL_KIND,
        key=f"{subject_ref_of(row)}:{key}",
        to=Correspondent(name=row.name, address=row.email),
        sender=sender,
        template="assessments/mail/panel",
        context={"title": row.test.title, "again": key != "invited"},
        link=LinkFor(purpose=PURPOSE, subject_id=row.pk),
        subject_ref=subject_ref_of(row),
        language=row.language,
        now=now,
    )


def _correspondent(member: Membership) -> Correspondent:
    return Correspondent(name=member.user.name, address=member.user.email)


def _audit(row: Panelist, action: str, *, by: Membership, now: datetime) -> None:
    details = {"test": row.test_id, "expert": row.pk}
    audit(organisation=row.organisation, action=action, member=by, now=now, details=details)


def _audit_own(row: Panelist, action: str, *, now: datetime) -> None:
    details = {"test": row.test_id, "expert": row.pk}
    audit(organisation=row.organisation, action=action, actor="expert", now=now, details=details)
