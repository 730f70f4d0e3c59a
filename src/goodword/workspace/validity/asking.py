"""Managers are asked by e-mail to rate people hired: who is asked when, reminders, answers, and ends.

A sweep begins requests (`begin_due`) and continues them (`go_on`) by their due time. Every act locks the application,
then the request, and checks `obstacle` again. Raters who have no login answer by a personal link.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Exists, ExpressionWrapper, F, Func, OuterRef, Q, QuerySet
from django.db.models.fields import DateTimeField, DurationField
from django.utils import translation
from django.utils.formats import date_format

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership, Organisation
from goodword.assessments.models import Attempt
from goodword.candidates.models import (
    Application,
    PerformanceRating,
    RatingImport,
    public_title,
    recruiter_of,
)
from goodword.candidates.performance.importing import is_rated, store
from goodword.candidates.performance.reading import Scale
from goodword.core.addresses import is_same, normalised
from goodword.core.events import record
from goodword.core.jobs import for_each
from goodword.core.models import Event
from goodword.core.text import written_weekday
from goodword.core.workdays import add_working_days, end_of_working_day, into_working_hours
from goodword.notifications.domain import links
from goodword.notifications.domain.bounces import mail_of
from goodword.notifications.domain.queue import Correspondent, LinkFor, cancel, queue
from goodword.notifications.models import Email, Link
from goodword.questionnaires.domain.versions import current_version
from goodword.questionnaires.questions import fill_placeholders, parse
from goodword.questionnaires.types import RATING_LEVELS, Rating
from goodword.references.domain.invitations import version_for
from goodword.references.domain.requests import address_hashes, has_opted_out
from goodword.roles.domain.role_changes import ask_for_ratings
from goodword.roles.models import Role, Step
from goodword.workflow.domain.eligibility import lock_application
from goodword.workspace.models import RatingRequest

State, Reason = RatingRequest.State, RatingRequest.Reason
MAIL_KIND: Final = "workspace.rating_request"
PURPOSE: Final = Link.Purpose.RATING
#: a request that nobody could be asked for in time, and hires found too late, are left out after so long
TOO_LATE: Final = timedelta(days=60)
REMINDERS: Final = 2
#: working days between the e-mails, and from the last one to the end
INTERVAL: Final = 5
#: begins the code instead of an erased rater
ERASED: Final = "erased-"
SCALE: Final = Scale(RATING_LEVELS[0], RATING_LEVELS[-1])
DAY_FORMATS: Final = {"de": "j. F Y", "fr": "j F Y"}


class NotOpen(Exception):
    """The request is over, was changed by somebody else, or no longer applies."""


# --- what is asked ----------------------------------------------------------------------


def questions_of(application: Application, *, now: datetime, language: str = "") -> tuple[Rating, ...]:
    """The ratings that everybody is asked for, once per competency, without comments. In the language if possible,
    else in the organisation's; empty if the role's questionnaire has none."""
    if application.role is None:
        return ()
    steps = Step.objects.of(application.organisation).select_related("organisation")
    version = version_for(steps.get(role=application.role, kind=Step.Kind.REFERENCE_CHECK), now=now)
    if language and version.language != language:
        translated = current_version(version.questionnaire, language=language)
        version = translated if translated and translated.number == version.number else version
    candidate = application.candidate.short_name
    asked = fill_placeholders(parse(version.questions), candidate=candidate, language=version.language)
    by_competency: dict[str, Rating] = {}
    for one in asked:
        if isinstance(one, Rating) and one.when is None and not one.only_for:
            by_competency.setdefault(one.competency, replace(one, comment=False))
    return tuple(by_competency.values())


def values_of(application: Application, answers: Mapping[str, object], *, now: datetime) -> dict[str, int]:
    """By competency in the organisation's language, so that ratings in several languages have the same criteria.
    Without "can't judge"."""
    return {
        question.competency: answer["level"]
        for question in questions_of(application, now=now)
        if isinstance(answer := answers.get(question.id), dict) and answer.get("level")
    }


# --- whom -------------------------------------------------------------------------------


def hiring_managers(role: Role) -> QuerySet[Membership]:
    rows = Membership.objects.of(role.organisation).select_related("user", "organisation")
    rows = rows.filter(viewed_roles=role, kind=Membership.Kind.HIRING_MANAGER, deactivated_at=None)
    return rows.order_by("pk")


def obstacle(application: Application) -> str:
    """Why nobody is asked (any more): a Reason, or empty."""
    role = application.role
    if application.is_being_erased:
        return Reason.ERASURE
    if application.status != Application.Status.HIRED or application.hired_at is None:
        return Reason.NOT_HIRED
    if role is None or role.asks_for_ratings_since is None:
        return Reason.SWITCHED_OFF
    return Reason.RATED if is_rated(application) else ""


def due_hires(*, now: datetime) -> QuerySet[Application]:
    """To ask about: hired long enough ago, and told of the rating, since they began the assessment after it was
    switched on. Those hired again after an undone hire are asked about again."""
    days = Func(
        F("role__rating_days"), function="make_interval", template="%(function)s(days => %(expressions)s)"
    )
    interval = ExpressionWrapper(days, output_field=DurationField())
    asked_at = ExpressionWrapper(F("hired_at") + interval, output_field=DateTimeField())
    rated = PerformanceRating.objects.across_organisations().filter(
        application=OuterRef("pk"), of__confirmed_at__isnull=False
    )
    rows = (
        Application.objects.across_organisations()
        .filter(
            role__asks_for_ratings_since__isnull=False,
            status=Application.Status.HIRED,
            deleted_at=None,
            erased_at=None,
            prospect=False,
        )
        .filter(
            Q(rating_request=None)
            | Q(rating_request__state=State.STOPPED, rating_request__reason=Reason.NOT_HIRED)
        )
    )
    rows = rows.alias(asked_at=asked_at).filter(asked_at__lte=now, asked_at__gt=now - TOO_LATE)
    return rows.filter(told()).exclude(Exists(rated))


def told() -> Exists:
    """Of applications: began and completed the role's assessment after it was switched on, and so were told."""
    return Exists(
        Attempt.objects.across_organisations().filter(
            step_request__application=OuterRef("pk"),
            assessment__step__role=OuterRef("role"),
            begun_at__gte=OuterRef("role__asks_for_ratings_since"),
            completed_at__isnull=False,
        )
    )


def has_declined(row: RatingRequest, address: str) -> bool:
    return not set(row.declined_hashes).isdisjoint(address_hashes(row.organisation, address))


def has_lost_access(organisation: Organisation, address: str) -> bool:
    """Whether it is the address of a deactivated member."""
    rows = Membership.objects.of(organisation).filter(deactivated_at__isnull=False)
    return bool(address) and rows.filter(user__email__same_address=address).exists()


def begin(application_id: int, *, now: datetime) -> bool:
    """Ask the role's hiring manager, or have a member name somebody. False if it has begun already."""
    with transaction.atomic():
        # the role first, as `switch` does, so that nothing begins after it was switched off
        roles = Role.objects.across_organisations().filter(applications=application_id)
        roles.select_for_update(of=("self",), no_key=True).first()
        application = lock_application(application_id)
        earlier = _locked(application_id)
        if obstacle(application) or (earlier and not earlier.is_of_undone_hire):
            return False
        assert application.role is not None  # otherwise there is an obstacle
        row = RatingRequest(
            organisation=application.organisation,
            application=application,
            language=application.organisation.language,
            state=State.NEEDS_RATER,
            created_at=now,
            next_at=now + TOO_LATE,
        )
        if earlier:
            _withdraw(earlier, now=now)
            row.pk, row.round, row.declined_hashes = earlier.pk, earlier.round, earlier.declined_hashes
        managers = [
            one
            for one in hiring_managers(application.role)
            if not is_same(one.user.email, application.candidate.email)
            and not has_opted_out(organisation=row.organisation, address=one.user.email)
            and not has_declined(row, one.user.email)
        ]
        if not questions_of(application, now=now):
            _settle(row, State.STOPPED, Reason.NO_QUESTIONS, now=now)
        elif len(managers) == 1:
            user = managers[0].user
            _ask(row, Correspondent(name=user.name, address=user.email), now=now)
        else:
            row.reason = Reason.SEVERAL if managers else Reason.NO_MANAGER
            row.save()
            _record("rating.needs_rater", row, by="goodword", now=now)
        return True


class OwnAddress(Exception):
    """The address is the candidate's."""


def name_rater(
    *, request: RatingRequest, name: str, email: str, language: str, seen: str, by: Membership, now: datetime
) -> None:
    """Ask this rater instead of the one asked before. Raises NotOpen and OwnAddress."""
    with transaction.atomic():
        row = _locked(request.application_id)
        if row is None or not row.is_open or row.version != seen or obstacle(row.application):
            raise NotOpen
        if is_same(email, row.application.candidate.email):
            raise OwnAddress
        _withdraw(row, now=now)
        row.named_by, row.language = by, language
        _ask(row, Correspondent(name=name, address=email), now=now)
        _audit(row, "rating.asked", now=now, by=by)


def may_be_stopped(application: Application, row: RatingRequest | None) -> bool:
    """Whether the request is open, or has yet to begin."""
    return row.is_open if row and not row.is_of_undone_hire else not obstacle(application)


def stop(*, application: Application, by: Membership, now: datetime) -> bool:
    """By a member, also before it begins, for example if the person objects. Returns whether anything changed."""
    with transaction.atomic():
        locked = lock_application(application.pk)
        row = _locked(application.pk)
        if not may_be_stopped(locked, row):
            return False
        if row is None:
            row = RatingRequest(
                organisation=locked.organisation,
                application=locked,
                language=locked.organisation.language,
                state=State.STOPPED,
                created_at=now,
            )
            row.save()
        _settle(row, State.STOPPED, Reason.MEMBER, by=f"member:{by.pk}", now=now)
        _audit(row, "rating.stopped", now=now, by=by)
        return True


def forget_rater(*, request: RatingRequest, by: Membership, now: datetime) -> bool:
    """Erase name and address of a settled request, with the e-mails to them. Their rating gets a random code instead,
    so that raters stay distinct."""
    with transaction.atomic():
        row = _locked(request.application_id)
        if row is None or row.is_open or not row.rater_email:
            return False
        forget([row])
        _ratings_of(row).update(rater=f"{ERASED}{secrets.token_hex(8)}")
        row.rater_name = row.rater_email = ""
        row.save(update_fields=["rater_name", "rater_email"])
        _audit(row, "rating.rater_erased", now=now, by=by)
        return True


def _ratings_of(row: RatingRequest) -> QuerySet[PerformanceRating]:
    """By the rater asked, also after their address was erased."""
    rows = PerformanceRating.objects.of(row.organisation).filter(application=row.application_id)
    if row.state != State.GIVEN:
        return rows.none()
    if row.rater_email:
        return rows.filter(rater__same_address=row.rater_email)
    return rows.filter(rater__startswith=ERASED)


def has_rating(row: RatingRequest) -> bool:
    return _ratings_of(row).exists()


def delete_rating(*, request: RatingRequest, by: Membership, now: datetime) -> bool:
    """Delete what the rater answered. Returns whether there was anything."""
    with transaction.atomic():
        row = _locked(request.application_id)
        if row is None:
            return False
        ratings = _ratings_of(row)
        imports = list(ratings.order_by("of").values_list("of", flat=True).distinct())
        if not ratings.delete()[0]:
            return False
        RatingImport.objects.of(row.organisation).filter(pk__in=imports, ratings=None).delete()
        _audit(row, "rating.deleted", now=now, by=by)
        return True


def forget(rows: Sequence[RatingRequest]) -> None:
    """Delete the e-mails and links of these requests."""
    mails = Email.objects.across_organisations().filter(subject_ref__in=[one.mail_ref for one in rows])
    links.forget(purpose=PURPOSE, subject_ids=[one.pk for one in rows])
    Link.objects.across_organisations().filter(email__in=mails).delete()
    mails.delete()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRequests:
    """How many requests of a role are in each state. `reminded`: of those asked."""

    role: Role
    needs_rater: int
    asked: int
    reminded: int
    given: int
    declined: int
    not_given: int
    stopped: int


def requests_by_role(organisation: Organisation) -> list[RoleRequests]:
    """By title."""
    rows = RatingRequest.objects.of(organisation).filter(application__role__isnull=False)
    states = {name: Count("pk", filter=Q(state=name)) for name in State.values}
    reminded = Count("pk", filter=Q(state=State.ASKED, reminders__gt=0))
    counted: dict[int, dict[str, Any]] = {}
    for row in rows.order_by().values("application__role").annotate(**states, reminded=reminded):
        of_role: dict[str, Any] = dict(row)
        counted[of_role.pop("application__role")] = of_role
    roles = Role.objects.of(organisation).filter(pk__in=counted).order_by("title", "pk")
    return [RoleRequests(role=role, **counted[role.pk]) for role in roles]


# --- the switch -------------------------------------------------------------------------


def switch(*, role: Role, on: bool, days: int, by: Membership, now: datetime) -> bool:
    """Returns whether anything changed. Open requests of the role end with it."""
    with transaction.atomic():
        changed = ask_for_ratings(role=role, on=on, days=days, by=by, now=now)
        if changed and not on:
            _end_all(RatingRequest.objects.of(role.organisation).filter(application__role=role), now=now)
        return changed


def switch_all_off(*, organisation: Organisation, by: Membership, now: datetime) -> None:
    """For all roles, when an admin stops ratings in Goodword."""
    for role in Role.objects.of(organisation).filter(asks_for_ratings_since__isnull=False).order_by("pk"):
        switch(role=role, on=False, days=role.rating_days, by=by, now=now)


def _end_all(rows: QuerySet[RatingRequest], *, now: datetime) -> None:
    opened = rows.filter(state__in=[State.NEEDS_RATER, State.ASKED])
    for application_id in list(opened.order_by("application_id").values_list("application_id", flat=True)):
        end_if_over(application_id, now=now)


# --- what follows by itself -------------------------------------------------------------


def due_requests(*, now: datetime) -> QuerySet[RatingRequest]:
    """With a reminder or an end that is due."""
    return RatingRequest.objects.across_organisations().filter(next_at__lte=now)


def sweep(*, now: datetime) -> None:
    hires = due_hires(now=now).order_by("pk").values_list("pk", flat=True)
    for_each(list(hires), lambda pk: begin(pk, now=now))
    requests = due_requests(now=now).order_by("next_at", "pk").values_list("application_id", flat=True)
    for_each(list(requests), lambda pk: go_on(pk, now=now))


def go_on(application_id: int, *, now: datetime) -> bool:
    """Remind the rater, or end a request that was reminded twice or that nobody was named for."""
    with transaction.atomic():
        row = _locked(application_id)
        if row is None or row.next_at is None or row.next_at > now:
            return False
        if end_if_over(application_id, now=now):
            return True
        if row.state == State.NEEDS_RATER or row.reminders >= REMINDERS or row.ends_at is None:
            _settle(row, State.NOT_GIVEN, row.reason, now=now)
            return True
        if row.ends_at <= now:  # no worker was running
            _settle(row, State.NOT_GIVEN, "", now=now)
            return True
        if has_lost_access(row.organisation, row.rater_email) or has_opted_out(
            organisation=row.organisation, address=row.rater_email
        ):
            _needs_rater(row, Reason.UNAVAILABLE, by="goodword", now=now)
            return True
        row.reminders += 1
        row.reminded_at = into_working_hours(now, calendar=row.organisation.calendar)
        row.next_at = (
            min(_later(row.reminded_at, row), row.ends_at) if row.reminders < REMINDERS else row.ends_at
        )
        row.save(update_fields=["reminders", "reminded_at", "next_at"])
        _mail(row, key=f"reminder:{row.reminders}", again=True, at=row.reminded_at, now=now)
        return True


def end_if_over(application_id: int, *, now: datetime) -> bool:
    """End an open request for which there is an obstacle; returns whether it did. Of an undone hire, one that nobody
    answered as well, so that the next hire is asked about."""
    with transaction.atomic():
        row = _locked(application_id)
        if row is None or not (why := obstacle(row.application)):
            return False
        of_itself = row.state == State.STOPPED and row.reason not in {Reason.NOT_HIRED, Reason.MEMBER}
        unanswered = row.state == State.NOT_GIVEN or of_itself
        if not row.is_open and not (unanswered and why == Reason.NOT_HIRED):
            return False
        _settle(row, State.STOPPED, why, now=now)
        return True


def on_application_changed(event: Event) -> None:
    """The hire was undone, or the person is to be erased: end the request."""
    end_if_over(event.application_id or 0, now=event.occurred_at)


def on_email_failed(event: Event) -> None:
    """The request or a reminder came back: a member has to enter another address."""
    email = mail_of(event)
    if email is None or email.kind != MAIL_KIND or email.application_id is None:
        return
    with transaction.atomic():
        row = _locked(email.application_id)
        if row is None or row.state != State.ASKED or not is_same(email.to_address, row.rater_email):
            return
        _needs_rater(row, Reason.BOUNCED, by="goodword", now=event.occurred_at)


def on_member_deactivated(event: Event) -> None:
    """Requests to a manager who has lost access need another rater, no matter who entered the address."""
    member = Membership.objects.across_organisations().select_related("user").get(pk=event.data["member_id"])
    if member.deactivated_at is None:  # reactivated in the meantime
        return
    rows = RatingRequest.objects.of(member.organisation).filter(state=State.ASKED)
    asked = rows.filter(rater_email__same_address=member.user.email).order_by("application_id")
    for application_id in list(asked.values_list("application_id", flat=True)):
        with transaction.atomic():
            row = _locked(application_id)
            if row is not None and row.state == State.ASKED:
                _needs_rater(row, Reason.UNAVAILABLE, by="goodword", now=event.occurred_at)


# --- the rater --------------------------------------------------------------------------


def give(*, request: RatingRequest, values: Mapping[str, int], now: datetime) -> None:
    """Store the rating once. Raises NotOpen."""
    with transaction.atomic():
        row = _locked(request.application_id)
        if row is None or row.state != State.ASKED or row.round != request.round or obstacle(row.application):
            raise NotOpen
        if has_lost_access(row.organisation, row.rater_email):
            raise NotOpen
        members = Membership.objects.of(row.organisation).filter(deactivated_at=None)
        member = members.filter(user__email__same_address=row.rater_email).first()
        rater = member.user.email if member else row.rater_email
        store(row.application, values=values, scale=SCALE, rater=rater, by=member, now=now)
        _settle(row, State.GIVEN, "", by="manager", now=now)
        _audit(row, "rating.given", now=now, actor="manager")


def decline(*, request: RatingRequest, reason: str, now: datetime) -> None:
    """`reason`: CANNOT, LEFT, or NOT_MINE, after which a member can name somebody else. Raises NotOpen."""
    with transaction.atomic():
        row = _locked(request.application_id)
        if row is None or row.state != State.ASKED or row.round != request.round:
            raise NotOpen
        row.declined_hashes = [*row.declined_hashes, next(address_hashes(row.organisation, row.rater_email))]
        if reason == Reason.NOT_MINE:
            _needs_rater(row, Reason.NOT_MINE, by="manager", now=now)
        else:
            _settle(row, State.DECLINED, reason, by="manager", now=now)
        _audit(row, "rating.declined", now=now, actor="manager")


def note_rated(application: Application, *, by: Membership, now: datetime) -> None:
    """A member has rated the person on the candidate's page: an open request to them has its rating."""
    row = _locked(application.pk)
    if row is None or not row.is_open:
        return
    theirs = is_same(row.rater_email, by.user.email)
    state = State.GIVEN if theirs else State.STOPPED
    _settle(row, state, "" if theirs else Reason.RATED, by=f"member:{by.pk}", now=now)


# --- steps of these ---------------------------------------------------------------------


def _locked(application_id: int) -> RatingRequest | None:
    """The application's request, both locked."""
    rows = RatingRequest.objects.across_organisations().filter(application=application_id)
    if not rows.exists():
        return None
    application = lock_application(application_id)
    row = rows.select_for_update(of=("self",)).first()
    if row is not None:
        row.application, row.organisation = application, application.organisation
    return row


def _ask(row: RatingRequest, rater: Correspondent, *, now: datetime) -> None:
    at = into_working_hours(now, calendar=row.organisation.calendar)
    row.state, row.reason = State.ASKED, ""
    row.rater_name, row.rater_email = rater.name[:150], normalised(rater.address)
    row.round, row.asked_at, row.reminders, row.reminded_at = row.round + 1, at, 0, None
    row.ends_at = end_of_working_day(at, INTERVAL * (REMINDERS + 1), calendar=row.organisation.calendar)
    row.next_at = _later(at, row)
    row.save()
    _mail(row, key="request", again=False, at=at, now=now)


def _later(at: datetime, row: RatingRequest) -> datetime:
    return add_working_days(at, INTERVAL, calendar=row.organisation.calendar)


def _needs_rater(row: RatingRequest, reason: str, *, by: str, now: datetime) -> None:
    """The rater's name and address stay until another is entered, for the members who have to find one."""
    _withdraw(row, now=now)
    row.state, row.reason, row.next_at, row.ends_at = State.NEEDS_RATER, reason, now + TOO_LATE, None
    row.save()
    _record("rating.needs_rater", row, by=by, now=now)


def _withdraw(row: RatingRequest, *, now: datetime) -> None:
    cancel(organisation=row.organisation, subject_ref=row.mail_ref, now=now)
    links.end(organisation=row.organisation, purpose=PURPOSE, subject_id=row.pk, now=now)


def _settle(row: RatingRequest, state: str, reason: str, *, now: datetime, by: str = "goodword") -> None:
    row.state, row.reason, row.settled_at, row.next_at = state, reason, now, None
    row.save()
    cancel(organisation=row.organisation, subject_ref=row.mail_ref, now=now)
    if state == State.GIVEN:
        _record("rating.given", row, by=by, now=now)
    elif state == State.DECLINED:
        _record("rating.declined", row, by=by, now=now)
    else:
        _record("rating.ended", row, by=by, now=now)


def _mail(row: RatingRequest, *, key: str, again: bool, at: datetime, now: datetime) -> None:
    application, organisation = row.application, row.organisation
    assert row.ends_at is not None and application.hired_at is not None  # it is asked
    recruiter = recruiter_of(application)
    with translation.override(row.language):
        deadline = written_weekday(row.ends_at.astimezone(organisation.zone))
        hired = date_format(
            application.hired_at.astimezone(organisation.zone), DAY_FORMATS.get(row.language, "j F Y")
        )
    queue(
        organisation=organisation,
        kind=MAIL_KIND,
        key=f"{row.mail_ref}:{row.round}:{key}",
        to=Correspondent(name=row.rater_name, address=row.rater_email),
        sender=Correspondent(name=recruiter.name, address=recruiter.address),
        template="workspace/mail/rating_request",
        context={
            "person": application.candidate.name,
            "role_title": public_title(application),
            "hired": hired,
            "deadline": deadline,
            "again": again,
        },
        link=LinkFor(purpose=PURPOSE, subject_id=row.pk),
        application=application,
        quotes=application.candidate,
        subject_ref=row.mail_ref,
        language=row.language,
        not_before=at,
        not_after=row.ends_at,
        now=now,
    )


def _record(name: str, row: RatingRequest, *, by: str, now: datetime) -> None:
    record(
        name,
        organisation_id=row.organisation_id,
        application_id=row.application_id,
        actor=by,
        at=now,
        data={"rating_request_id": row.pk, "reason": row.reason},
    )


def _audit(
    row: RatingRequest, action: str, *, now: datetime, by: Membership | None = None, actor: str = ""
) -> None:
    details = {"application": row.application_id}
    audit(organisation=row.organisation, action=action, member=by, actor=actor, now=now, details=details)
