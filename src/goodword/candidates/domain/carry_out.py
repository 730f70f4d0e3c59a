"""Erase what is due, in one transaction: all of it, or nothing."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.candidates.domain.erasure import person_of
from goodword.candidates.domain.holds import hold_against_erasure
from goodword.candidates.domain.person import hold_person
from goodword.candidates.models import Application, Candidate, Erasure
from goodword.core import erasure as holders
from goodword.core.events import record


def carry_out(*, erasure_id: int, now: datetime, member: Membership | None = None) -> bool:
    """Erase the data in every app, with an entry on the timeline and in the audit log.

    The caller checks that it is due, also with Greenhouse. False if it is done, cancelled, or stopped by a legal hold.
    """
    with transaction.atomic():
        erasure = (
            Erasure.objects.across_organisations().select_related("application").filter(pk=erasure_id).first()
        )
        if erasure is None:
            return False
        candidate, applications = hold_person(person_of(erasure))
        if hold_against_erasure(erasure.application or candidate) is not None:
            return False
        # everybody who writes an erasure holds the person
        erasure.refresh_from_db(from_queryset=Erasure.objects.across_organisations())
        if erasure.done_at is not None or erasure.cancelled_at is not None:
            return False
        whole = erasure.application_id is None
        going = [one for one in applications if whole or one.pk == erasure.application_id]
        counts = holders.erase(subject(candidate, going, whole=whole), now=now)
        _done(erasure, going, counts=counts, now=now)
        by = f"member:{member.pk}" if member else "goodword"
        for application in going:
            record(
                "erasure.done",
                organisation_id=erasure.organisation_id,
                application_id=application.pk,
                actor=by,
                at=now,
                data={"erasure_id": erasure.pk, "reason": erasure.reason},
            )
        write(
            organisation=candidate.organisation,
            action="person.erased" if whole else "application.erased",
            member=member,
            now=now,
            details={
                "candidate": candidate.pk,
                "applications": [one.pk for one in going],
                "erasure": erasure.pk,
                "counts": counts,
            },
        )
        return True


def subject(candidate: Candidate, applications: list[Application], *, whole: bool) -> holders.Subject:
    """What the holders go by."""
    remote = {candidate.remote_id, *candidate.merged.values_list("remote_id", flat=True)} if whole else set()
    return holders.Subject(
        organisation_id=candidate.organisation_id,
        application_ids=tuple(one.pk for one in applications),
        candidate_id=candidate.pk if whole else None,
        connection_id=candidate.connection_id,
        remote_application_ids=tuple(sorted(one.remote_id for one in applications if one.remote_id)),
        remote_candidate_ids=tuple(sorted(one for one in remote if one)),
    )


def _done(
    erasure: Erasure, applications: list[Application], *, counts: Mapping[str, int], now: datetime
) -> None:
    """This one, and what else waited for any of it."""
    erasure.counts = dict(counts)
    erasure.save(update_fields=["counts"])
    rows = Erasure.objects.across_organisations().filter(done_at=None, cancelled_at=None)
    rows.filter(pk=erasure.pk).update(done_at=now)
    rows.filter(application__in=applications).update(done_at=now)
