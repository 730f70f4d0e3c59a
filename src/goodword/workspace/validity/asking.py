"""Asks managers by e-mail to rate new hires: who to ask and when, reminders, and the end of requests.

A sweep starts requests (`begin`) and continues them (`go_on`) when due. Raters need no login: they answer by a
personal link (`answering.py`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, ExpressionWrapper, F, Func, OuterRef, Q, QuerySet
from django.db.models.fields import DateTimeField, DurationField

from goodword.accounts.models import Membership, Organisation
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application, PerformanceRating, RatingImport
from goodword.core.addresses import Correspondent, is_same
from goodword.core.jobs import for_each
from goodword.core.models import Event
from goodword.core.workdays import into_working_hours
from goodword.notifications.domain.bounces import mail_of
from goodword.references.domain.requests import has_opted_out
from goodword.roles.domain.role_changes import ask_for_ratings
from goodword.roles.models import Role
from goodword.workflow.models import DONE, lock_application
from goodword.workspace.models import RatingRequest
from goodword.workspace.validity.answering import questions_of
from goodword.workspace.validity.requests import (
    MAIL_KIND,
    REMINDERS,
    TOO_LATE,
    RatingRequestClosed,
    Reason,
    State,
    ask,
    audit,
    has_declined,
    has_lost_access,
    later,
    locked,
    mail,
    needs_rater,
    reason_not_to_ask,
    record,
    settle,
    withdraw,
)


def hiring_managers(role: Role) -> QuerySet[Membership]:
    rows = Membership.objects.of(role.organisation).select_related("user", "organisation")
    return rows.filter(viewed_roles=role, kind=Membership.Kind.HIRING_MANAGER, deactivated_at=None).order_by(
        "pk"
    )


def due_hires(*, now: datetime) -> QuerySet[Application]:
    """Hires to ask about: long enough ago, and informed about ratings, because they started the assessment after
    ratings were switched on. People hired again after an undone hire, or whose erasure was cancelled, are asked about
    again."""
    days = Func(
        F("role__rating_days"), function="make_interval", template="%(function)s(days => %(expressions)s)"
    )
    asked_at = ExpressionWrapper(
        F("hired_at") + ExpressionWrapper(days, output_field=DurationField()), output_field=DateTimeField()
    )
    rated = PerformanceRating.objects.across_organisations().filter(
        application=OuterRef("pk"), of__confirmed_at__isnull=False
    )
    rows = (
        Application.objects.across_organisations()
        .filter(
            role__asks_for_ratings_since__isnull=False,
            status=Application.Status.HIRED,
            erasure_requested_at=None,
            erased_at=None,
            prospect=False,
        )
        .filter(
            Q(rating_request=None)
            | Q(rating_request__state=State.STOPPED, rating_request__reason__in=RatingRequest.BEGINS_AGAIN)
        )
    )
    rows = rows.alias(asked_at=asked_at).filter(asked_at__lte=now, asked_at__gt=now - TOO_LATE)
    return rows.filter(was_informed()).exclude(Exists(rated))


def was_informed() -> Exists:
    """A condition on applications: the role's assessment was started and completed after ratings were switched on, so
    the candidate was informed."""
    return Exists(
        Attempt.objects.across_organisations().filter(
            step_request__application=OuterRef("pk"),
            assessment__step__role=OuterRef("role"),
            begun_at__gte=OuterRef("role__asks_for_ratings_since"),
            progress__in=DONE,
        )
    )


def begin(application_id: int, *, now: datetime) -> bool:
    """Ask the role's hiring manager, or have a member name somebody. Returns False if already started."""
    with transaction.atomic():
        # lock the role first, like `switch`, so nothing starts after it was switched off
        roles = Role.objects.across_organisations().filter(applications=application_id)
        roles.select_for_update(of=("self",), no_key=True).first()
        application = lock_application(application_id)
        earlier = locked(application_id)
        if reason_not_to_ask(application) or (earlier and not earlier.may_begin_again):
            return False
        assert application.role is not None  # otherwise there is a reason not to ask
        row = RatingRequest(
            organisation=application.organisation,
            application=application,
            language=application.organisation.language,
            state=State.NEEDS_RATER,
            created_at=now,
            next_at=now + TOO_LATE,
        )
        if earlier:
            withdraw(earlier, now=now)
            row.pk, row.round, row.declined_hashes = earlier.pk, earlier.round, earlier.declined_hashes
        managers = [
            hiring_manager
            for hiring_manager in hiring_managers(application.role)
            if not is_same(hiring_manager.user.email, application.candidate.email)
            and not has_opted_out(organisation=row.organisation, address=hiring_manager.user.email)
            and not has_declined(row, hiring_manager.user.email)
        ]
        known = _rater_before_erasure(earlier) if earlier else None
        if not questions_of(application, now=now):
            settle(row, State.STOPPED, Reason.NO_QUESTIONS, now=now)
        elif earlier and known:
            row.language, row.named_by = earlier.language, earlier.named_by
            ask(row, known, now=now)
        elif len(managers) == 1:
            user = managers[0].user
            ask(row, Correspondent(name=user.name, address=user.email), now=now)
        else:
            row.reason = Reason.SEVERAL if managers else Reason.NO_MANAGER
            row.save()
            record("rating.needs_rater", row, by="goodword", now=now)
        return True


class OwnAddress(Exception):
    """The address is the candidate's."""


def name_rater(
    *, request: RatingRequest, name: str, email: str, language: str, seen: str, by: Membership, now: datetime
) -> None:
    """Ask this rater instead of the previous one. Raises RatingRequestClosed, OwnAddress."""
    with transaction.atomic():
        row = locked(request.application_id)
        if row is None or not row.is_open or row.version != seen or reason_not_to_ask(row.application):
            raise RatingRequestClosed
        if is_same(email, row.application.candidate.email):
            raise OwnAddress
        withdraw(row, now=now)
        row.named_by, row.language = by, language
        ask(row, Correspondent(name=name, address=email), now=now)
        audit(row, "rating.asked", now=now, by=by)


def _rater_before_erasure(row: RatingRequest) -> Correspondent | None:
    """The rater asked before the person was to be erased, if they may still be asked."""
    lost = has_lost_access(row.organisation, row.rater_email)
    if row.reason != Reason.ERASURE or not row.rater_email or lost or has_declined(row, row.rater_email):
        return None
    if has_opted_out(organisation=row.organisation, address=row.rater_email):
        return None
    return Correspondent(name=row.rater_name, address=row.rater_email)


def may_be_stopped(application: Application, row: RatingRequest | None) -> bool:
    """Whether the request is open or not yet started, or the person can be rated without one: by members, or from
    imported files."""
    if row and (row.is_open or row.state in {State.GIVEN, State.DECLINED} or row.reason == Reason.MEMBER):
        return row.is_open
    why = reason_not_to_ask(application)
    if why != Reason.SWITCHED_OFF:
        return not why
    organisation = application.organisation
    by_members = application.role is not None and organisation.rates_hires
    return by_members or RatingImport.objects.of(organisation).exists()


def stop(*, application: Application, by: Membership, now: datetime) -> bool:
    """Stop a request as a member, even before it starts, for example if the person objects. Returns whether anything
    changed."""
    with transaction.atomic():
        current = lock_application(application.pk)
        row = locked(application.pk)
        if not may_be_stopped(current, row):
            return False
        if row is None:
            row = RatingRequest(
                organisation=current.organisation,
                application=current,
                language=current.organisation.language,
                state=State.STOPPED,
                created_at=now,
            )
            row.save()
        settle(row, State.STOPPED, Reason.MEMBER, by=f"member:{by.pk}", now=now)
        audit(row, "rating.stopped", now=now, by=by)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRequests:
    """The number of a role's requests in each state. `reminded`: how many of those asked have been reminded."""

    role: Role
    needs_rater: int
    asked: int
    reminded: int
    given: int
    declined: int
    not_given: int
    stopped: int


def requests_by_role(organisation: Organisation) -> list[RoleRequests]:
    rows = RatingRequest.objects.of(organisation).filter(application__role__isnull=False)
    states = {name: Count("pk", filter=Q(state=name)) for name in State.values}
    reminded = Count("pk", filter=Q(state=State.ASKED, reminders__gt=0))
    counted: dict[int, dict[str, Any]] = {}
    for row in rows.order_by().values("application__role").annotate(**states, reminded=reminded):
        of_role: dict[str, Any] = dict(row)
        counted[of_role.pop("application__role")] = of_role
    roles = Role.objects.of(organisation).filter(pk__in=counted).order_by("plain_title", "pk")
    return [RoleRequests(role=role, **counted[role.pk]) for role in roles]


def switch(*, role: Role, on: bool, days: int, by: Membership, now: datetime) -> bool:
    """Switch requests on or off; switching off ends open ones. Returns whether anything changed."""
    with transaction.atomic():
        changed = ask_for_ratings(role=role, on=on, days=days, by=by, now=now)
        if changed and not on:
            _end_all(RatingRequest.objects.of(role.organisation).filter(application__role=role), now=now)
        return changed


def switch_all_off(*, organisation: Organisation, by: Membership, now: datetime) -> None:
    for role in Role.objects.of(organisation).filter(asks_for_ratings_since__isnull=False).order_by("pk"):
        switch(role=role, on=False, days=role.rating_days, by=by, now=now)


def end_rated(of: RatingImport, *, now: datetime) -> None:
    """End requests about people with ratings in a confirmed file. No more mails are sent about them."""
    _end_all(RatingRequest.objects.of(of.organisation).filter(application__ratings__of=of), now=now)


def _end_all(rows: QuerySet[RatingRequest], *, now: datetime) -> None:
    opened = rows.filter(state__in=[State.NEEDS_RATER, State.ASKED])
    ids = opened.order_by("application_id").values_list("application_id", flat=True).distinct()
    for application_id in list(ids):
        end_if_over(application_id, now=now)


def due_requests(*, now: datetime) -> QuerySet[RatingRequest]:
    return RatingRequest.objects.across_organisations().filter(next_at__lte=now)


def sweep(*, now: datetime) -> None:
    hires = due_hires(now=now).order_by("pk").values_list("pk", flat=True)
    for_each(list(hires), lambda pk: begin(pk, now=now))
    requests = due_requests(now=now).order_by("next_at", "pk").values_list("application_id", flat=True)
    for_each(list(requests), lambda pk: go_on(pk, now=now))


def go_on(application_id: int, *, now: datetime) -> bool:
    """Remind the rater, or end a request after two reminders or without a rater."""
    with transaction.atomic():
        row = locked(application_id)
        if row is None or row.next_at is None or row.next_at > now:
            return False
        if end_if_over(application_id, now=now):
            return True
        if row.state == State.NEEDS_RATER or row.reminders >= REMINDERS or row.ends_at is None:
            settle(row, State.NOT_GIVEN, row.reason, now=now)
            return True
        if row.ends_at <= now:  # no worker was running
            settle(row, State.NOT_GIVEN, "", now=now)
            return True
        if has_lost_access(row.organisation, row.rater_email) or has_opted_out(
            organisation=row.organisation, address=row.rater_email
        ):
            needs_rater(row, Reason.UNAVAILABLE, by="goodword", now=now)
            return True
        row.reminders += 1
        row.reminded_at = into_working_hours(now, calendar=row.organisation.calendar)
        row.next_at = (
            min(later(row.reminded_at, row), row.ends_at) if row.reminders < REMINDERS else row.ends_at
        )
        row.save(update_fields=["reminders", "reminded_at", "next_at"])
        mail(row, key=f"reminder:{row.reminders}", again=True, at=row.reminded_at, now=now)
        return True


def end_if_over(application_id: int, *, now: datetime) -> bool:
    """End an open request if it no longer applies; for an undone hire, also an unanswered one, so the next hire is
    asked about. Returns whether it was ended."""
    with transaction.atomic():
        row = locked(application_id)
        if row is None or not (why := reason_not_to_ask(row.application)):
            return False
        of_itself = row.state == State.STOPPED and row.reason not in {Reason.NOT_HIRED, Reason.MEMBER}
        unanswered = row.state == State.NOT_GIVEN or of_itself
        if not row.is_open and not (unanswered and why == Reason.NOT_HIRED):
            return False
        settle(row, State.STOPPED, why, now=now)
        return True


def on_application_changed(event: Event) -> None:
    """End the request if the hire was undone or the person is to be erased."""
    end_if_over(event.application_id or 0, now=event.occurred_at)


def on_email_failed(event: Event) -> None:
    """Ask a member for another address after a bounce."""
    email = mail_of(event)
    if email is None or email.kind != MAIL_KIND or email.application_id is None:
        return
    with transaction.atomic():
        row = locked(email.application_id)
        if row is None or row.state != State.ASKED or not is_same(email.to_address, row.rater_email):
            return
        needs_rater(row, Reason.BOUNCED, by="goodword", now=event.occurred_at)


def on_member_deactivated(event: Event) -> None:
    """Find another rater for requests to a manager who has lost access, no matter who entered the address."""
    member = Membership.objects.across_organisations().select_related("user").get(pk=event.data["member_id"])
    if member.deactivated_at is None:  # reactivated in the meantime
        return
    rows = RatingRequest.objects.of(member.organisation).filter(state=State.ASKED)
    asked = rows.filter(rater_email__same_address=member.user.email).order_by("application_id")
    for application_id in list(asked.values_list("application_id", flat=True)):
        with transaction.atomic():
            row = locked(application_id)
            if row is not None and row.state == State.ASKED:
                needs_rater(row, Reason.UNAVAILABLE, by="goodword", now=event.occurred_at)
