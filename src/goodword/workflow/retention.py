"""What we tell people about retention, and legal holds that keep data longer."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation
from goodword.candidates.domain.holds import active, lock_role_holds_exclusively
from goodword.candidates.domain.people import lock_person
from goodword.candidates.models import Application, Candidate, Erasure, Hold, recruiter_of
from goodword.notifications.domain.queue import Correspondent, queue
from goodword.roles.models import Role


def period(months: int) -> str:
    years, rest = divmod(months, 12)
    if rest:
        return ngettext("%(count)s month", "%(count)s months", months) % {"count": months}
    return ngettext("%(count)s year", "%(count)s years", years) % {"count": years}


def retention_for_candidate(organisation: Organisation) -> str:
    return _retention(
        organisation,
        old=_(
            "It is erased %(period)s after your last application at %(organisation)s ends, or after "
            "the last answer by you or your referees if later."
        ),
        hidden=_(
            "It is erased %(period)s after your applications are removed from the recruiting software "
            "of %(organisation)s."
        ),
    )


def retention_for_referee(organisation: Organisation, *, candidate: str) -> str:
    return _retention(
        organisation,
        old=_(
            "It is erased with the data of %(candidate)s, %(period)s after their last application at "
            "%(organisation)s ends, or after the last answer by them or their referees if later."
        ),
        hidden=_(
            "It is erased %(period)s after the applications of %(candidate)s are removed from the "
            "recruiting software of %(organisation)s."
        ),
        candidate=candidate,
    )


def retention_for_expert(organisation: Organisation) -> str:
    if not organisation.erases_old:
        return _("%(organisation)s has set no date for automatic erasure. You can erase it at any time.") % {
            "organisation": organisation.name
        }
    return _(
        "It is erased %(period)s after our last e-mail to you or your last rating. You can erase it at any time."
    ) % {"period": period(organisation.keep_months)}


def retention_for_rater(organisation: Organisation, *, candidate: str) -> str:
    """Ratings are erased with the person rated. For earlier erasure, raters have to write to the organisation."""
    names = {"organisation": organisation.name, "candidate": candidate}
    if not organisation.erases_old:
        return (
            _(
                "It is erased together with the data of %(candidate)s. %(organisation)s has set no date for that."
            )
            % names
        )
    return _(
        "It is erased with the data of %(candidate)s, %(period)s after their last application at "
        "%(organisation)s ended (for example, because they were hired), or after the last answer by them or "
        "their referees if later."
    ) % {**names, "period": period(organisation.keep_months)}


def may_be_rated_later(application: Application, *, begun_at: datetime | None) -> bool:
    """`begun_at`: when the assessment was started, or None. Keep in line with workspace.validity.asking."""
    role = application.role
    if role is None or role.asks_for_ratings_since is None:
        return False
    return begun_at is None or begun_at >= role.asks_for_ratings_since


def _retention(organisation: Organisation, *, old: str, hidden: str, **names: str) -> str:
    names["organisation"] = organisation.name
    sentences = []
    if organisation.erases_old:
        sentences.append(old % {**names, "period": period(organisation.keep_months)})
    if organisation.erases_hidden:
        sentences.append(hidden % {**names, "period": period(organisation.hidden_months)})
    if not sentences:
        sentences.append(_("%(organisation)s has set no date for automatic erasure.") % names)
    sentences.append(_("You can have it erased at any time, unless legal reasons require it to be kept."))
    return " ".join(sentences)


def legal_hold_reason(hold: Hold) -> str:
    """Tell a person who requested erasure why their data is kept, without quoting what members wrote."""
    names = {"organisation": hold.organisation.name}
    if hold.ground == Hold.Ground.DUTY:
        return _("%(organisation)s is legally required to keep it.") % names
    return _("%(organisation)s needs it to establish, exercise or defend legal claims.") % names


KIND = "workflow.kept"


class NothingToKeep(Exception):
    pass


def place_hold(*, on: Candidate | Role, ground: str, reason: str, by: Membership, now: datetime) -> Hold:
    """`ground`: shown to the people concerned. `reason`: shown to members. Idempotent. Raises NothingToKeep."""
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
            write(
                organisation=organisation,
                action="hold.placed",
                member=by,
                now=now,
                details={"hold": hold.pk, "ground": ground, **on_what},
            )
            for erasure in waiting(hold).filter(reason=Erasure.Reason.CANDIDATE):
                mail_data_kept(erasure, hold, now=now)
        return hold


def lift_hold(*, hold_id: int, by: Membership, now: datetime) -> bool:
    """Erasures that are due then continue. Returns False if there was no hold."""
    with transaction.atomic():
        hold = active(by.organisation).select_for_update(of=("self",)).filter(pk=hold_id).first()
        if hold is None:
            return False
        hold.lifted_at, hold.lifted_by = now, by
        hold.save(update_fields=["lifted_at", "lifted_by"])
        write(
            organisation=by.organisation, action="hold.lifted", member=by, now=now, details={"hold": hold.pk}
        )
        return True


def waiting(hold: Hold) -> QuerySet[Erasure]:
    rows = Erasure.objects.of(hold.organisation).filter(done_at=None, cancelled_at=None)
    if hold.candidate_id is not None:
        person = (hold.candidate and hold.candidate.merged_into_id) or hold.candidate_id
        return rows.filter(Q(candidate_id=person) | Q(application__candidate_id=person))
    here = Application.objects.of(hold.organisation).filter(role=hold.role)
    return rows.filter(Q(candidate__in=here.values("candidate_id")) | Q(application__in=here))


def mail_data_kept(erasure: Erasure, hold: Hold, *, now: datetime) -> None:
    candidate = erasure.candidate
    if candidate is None or not candidate.email:
        return
    applications = Application.objects.of(hold.organisation).filter(candidate=candidate, erased_at=None)
    application = applications.select_related("organisation", "role__owner__user").order_by("-pk").first()
    if application is None:
        return
    recruiter = recruiter_of(application)
    language = candidate.language or hold.organisation.language
    with translation.override(language):
        why = legal_hold_reason(hold)
    queue(
        organisation=hold.organisation,
        kind=KIND,
        key=f"erasure:{erasure.pk}:kept:{hold.pk}",
        to=Correspondent(name=candidate.name, address=candidate.email),
        sender=Correspondent(name=recruiter.name, address=recruiter.address),
        template="workflow/mail/kept",
        context={"why": why},
        application=application,
        quotes=candidate,
        language=language,
        now=now,
    )
