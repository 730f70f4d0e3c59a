"""Placing and lifting legal holds, and telling people why their data is kept."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.candidates.domain.holds import active, lock_role_holds_exclusively
from goodword.candidates.domain.people import lock_person
from goodword.candidates.models import Application, Candidate, Erasure, Hold, recruiter_of
from goodword.core.addresses import Correspondent
from goodword.notifications.domain.queue import queue
from goodword.roles.models import Role
from goodword.workflow.models import StepRequest

KIND = "workflow.kept"


def legal_hold_reason(hold: Hold) -> str:
    """Tell a person who requested erasure why their data is kept, without quoting what members wrote."""
    names = {"organisation": hold.organisation.name}
    if hold.ground == Hold.Ground.DUTY:
        return _("%(organisation)s is legally required to keep it.") % names
    return _("%(organisation)s needs it to establish, exercise or defend legal claims.") % names


class NothingToKeep(Exception):
    pass


def place_hold(*, on: Candidate | Role, ground: str, reason: str, by: Membership, now: datetime) -> Hold:
    """Place a hold. `ground`: shown to the people concerned. `reason`: shown to members. Idempotent. Raises
    NothingToKeep."""
    organisation = by.organisation
    with transaction.atomic():
        person = on if isinstance(on, Candidate) else None
        role = on if isinstance(on, Role) else None
        if person is not None and lock_person(person.pk)[0].erased_at is not None:
            raise NothingToKeep
        if role is not None:
            lock_role_holds_exclusively(organisation.pk)
        hold, fresh = Hold.objects.of(organisation).get_or_create(
            candidate=person,
            role=role,
            lifted_at=None,
            defaults={
                "organisation": organisation,
                "ground": ground,
                "reason": reason,
                "placed_by": by,
                "placed_at": now,
            },
        )
        if fresh:
            on_what = {"candidate": on.pk} if person is not None else {"role": on.pk}
            write_by(by, "hold.placed", now=now, details={"hold": hold.pk, "ground": ground, **on_what})
            for erasure in waiting_erasures(hold).filter(reason=Erasure.Reason.CANDIDATE):
                mail_data_kept(erasure, hold, now=now)
        return hold


def lift_hold(*, hold_id: int, by: Membership, now: datetime) -> bool:
    """Lift a hold. Erasures that are due then continue. Returns False if there was no hold."""
    with transaction.atomic():
        hold = active(by.organisation).select_for_update(of=("self",), no_key=True).filter(pk=hold_id).first()
        if hold is None:
            return False
        hold.lifted_at, hold.lifted_by = now, by
        hold.save(update_fields=["lifted_at", "lifted_by"])
        write_by(by, "hold.lifted", now=now, details={"hold": hold.pk})
        return True


def waiting_erasures(hold: Hold) -> QuerySet[Erasure]:
    rows = Erasure.objects.of(hold.organisation).filter(done_at=None, cancelled_at=None)
    if hold.candidate_id is not None:
        person = (hold.candidate and hold.candidate.merged_into_id) or hold.candidate_id
        return rows.filter(Q(candidate_id=person) | Q(application__candidate_id=person))
    here = Application.objects.of(hold.organisation).filter(role=hold.role)
    return rows.filter(Q(candidate__in=here.values("candidate_id")) | Q(application__in=here))


def known_application(candidate: Candidate) -> Application | None:
    """The application for mails about all of a person's data: the newest one for which they were invited. They may not
    know about others, such as a confidential search."""
    rows = Application.objects.of(candidate.organisation).filter(candidate=candidate, erased_at=None)
    invited = StepRequest.objects.of(candidate.organisation).filter(
        application=OuterRef("pk"), started_at__isnull=False
    )
    rows = rows.select_related("organisation", "role__owner__user", "candidate")
    return rows.order_by(Exists(invited).desc(), "-pk").first()


def mail_data_kept(erasure: Erasure, hold: Hold, *, now: datetime) -> None:
    candidate = erasure.candidate
    if candidate is None or not candidate.email:
        return
    application = known_application(candidate)
    if application is None:
        return
    language = candidate.chosen_language or candidate.language or hold.organisation.language
    with translation.override(language):
        why = legal_hold_reason(hold)
    queue(
        organisation=hold.organisation,
        kind=KIND,
        key=f"erasure:{erasure.pk}:kept:{hold.pk}",
        to=Correspondent(name=candidate.name, address=candidate.email),
        sender=recruiter_of(application),
        template="workflow/mail/kept",
        context={"why": why},
        application=application,
        quotes=candidate,
        language=language,
        now=now,
    )
