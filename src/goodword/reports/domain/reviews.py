"""Results to review: the mail to the recruiter, the newest result of each step, and who reviews it. A new version needs
another review."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership, Organisation, User
from goodword.candidates.models import Application, visible_applications
from goodword.core.addresses import Correspondent, normalised
from goodword.core.compiled_queries import compiled
from goodword.core.models import Event, HasPk
from goodword.core.text import WithoutAccents
from goodword.notifications.domain.links import LIFETIMES
from goodword.notifications.domain.queue import (
    LinkFor,
    candidate_page_url,
    queue,
    queue_for_recruiter,
    updated_when_sent,
)
from goodword.notifications.models import Email, Link
from goodword.references.models import Check
from goodword.reports.domain.versions import is_superseded
from goodword.reports.models import Report, ResultReview
from goodword.roles.models import Automation, Role
from goodword.workflow.models import StepRequest, lock_application

#: days for which the recruiter's link opens the result without signing in
REVIEW_DAYS = LIFETIMES[Link.Purpose.REVIEW].days
ASSIGNED: Final = "reports.assigned"
ASSIGNED_SEVERAL: Final = "reports.assigned_several"
#: maximum roles to list in the mail about several results
ROLES: Final = 10


#: whether a note is posted in Greenhouse about the reports of an application
_note_conditions: list[Callable[[Application], bool]] = []


def mention_note_if(condition: Callable[[Application], bool]) -> None:
    """Register a condition. Mails mention a note if the application meets one."""
    _note_conditions.append(condition)


class CannotAssign(Exception):
    pass


def mail_recruiter_on_report(event: Event) -> None:
    """Mail the recruiter once per version. Skips reused results, erased candidates and superseded runs."""
    assert event.application_id is not None
    if lock_application(event.application_id).erased_at is not None:
        return
    report = (
        Report.objects.across_organisations()
        .select_related(
            "organisation",
            "step_request__step",
            "step_request__application__candidate",
            "step_request__application__role__owner__user",
        )
        .get(pk=event.data["report_id"])
    )
    if "reused" in report.snapshot or is_superseded(report):
        return
    application = report.step_request.application
    queue_for_recruiter(
        application,
        kind="reports.completed",
        key=f"report:{report.pk}:completed",
        template="reports/mail/completed",
        context={
            "candidate_name": application.candidate.name,
            "role_title": application.role.title if application.role else "",
            "step": report.step_request.step.kind,
            "version": report.version,
            "code": report.code,
            "review_days": REVIEW_DAYS,
            "in_greenhouse": any(is_posted_for(application) for is_posted_for in _note_conditions),
        },
        subject_ref=f"report:{report.pk}",
        link=LinkFor(purpose=Link.Purpose.REVIEW, subject_id=application.pk),
        now=event.occurred_at,
    )


def on_report_ready(event: Event) -> None:
    """Add a result to review. Skips reused results, erased candidates and superseded runs."""
    report = (
        Report.objects.across_organisations().select_related("organisation").get(pk=event.data["report_id"])
    )
    if "reused" not in report.snapshot and not is_superseded(report):
        _is_new(event, report=report)


def on_reference_received(event: Event) -> None:
    """Add the first reference of a check to the results to review, before the others arrive."""
    if event.data["first"]:
        check = Check.objects.across_organisations().get(pk=event.data["check_id"])
        _is_new(event, wanted=check.wanted)


def _is_new(event: Event, *, report: Report | None = None, wanted: int = 0) -> None:
    """Store the result as the newest of its step. Handlers run in no particular order, so an older result must not
    replace a newer one."""
    assert event.application_id is not None
    application = lock_application(event.application_id)
    if application.erased_at is not None:
        return
    rows = ResultReview.objects.of(application.organisation).select_for_update(of=("self",), no_key=True)
    rows = rows.select_related("report").defer("report__snapshot")
    review, is_first = rows.get_or_create(
        step_request_id=event.data["step_request_id"],
        defaults={
            "organisation": application.organisation,
            "report": report,
            "wanted": wanted,
            "since": event.occurred_at,
        },
    )
    if is_first or not _is_newer(report, event.occurred_at, than=review):
        return
    review.report, review.wanted, review.since = report, wanted, event.occurred_at
    review.reviewed_at, review.reviewed_by = None, None
    review.save()


def _is_newer(report: Report | None, at: datetime, *, than: ResultReview) -> bool:
    """Whether the result is newer. Versions are compared by number, since an older one can be rendered later."""
    if report is not None and than.report is not None:
        return report.version > than.report.version
    return (at, report is not None) > (than.since, than.report is not None)


def visible_reviews(member: Membership) -> QuerySet[ResultReview]:
    return ResultReview.objects.of(member.organisation).filter(
        step_request__application__in=visible_applications(member).filter(erased_at=None).values("pk")
    )


def to_review(member: Membership, *, mine: bool) -> QuerySet[ResultReview]:
    """`mine`: only results for this member to review."""
    rows = visible_reviews(member).filter(reviewed_at=None)
    return rows.filter(_is_for(member)) if mine else rows


def count_to_review(member: Membership) -> int:
    """The number of results for this recruiter or admin to review. Every page shows it."""
    found = _counting(member.kind)(member.organisation, member.pk, normalised(member.user.email))
    return sum(count for _, count in found)


@cache
def _counting(kind: str) -> Callable[[Organisation, int, str], list[tuple[int, int]]]:
    @compiled
    def counted(organisation: HasPk, member_id: int, email: str) -> QuerySet[ResultReview, tuple[int, int]]:
        member = Membership(
            pk=member_id, kind=kind, organisation=Organisation(pk=organisation.pk), user=User(email=email)
        )
        rows = to_review(member, mine=True).values("organisation_id").annotate(n=Count("pk"))
        return rows.values_list("organisation_id", "n")

    return counted


def _is_for(member: Membership) -> Q:
    # if the colleague has been deactivated or can no longer see the result, it goes back to the owners
    unassigned = (
        Q(assigned_to=None)
        | Q(assigned_to__kind=Membership.Kind.HIRING_MANAGER)
        | Q(assigned_to__deactivated_at__isnull=False)
        | _is_hidden_from_colleague(member.organisation)
    )
    if not member.may_work:
        return Q(assigned_to=member) | unassigned
    applications = Application.objects.of(member.organisation)
    # two subqueries instead of one with OR, so that PostgreSQL uses the index of each
    of_role = applications.filter(role__owner=member)
    as_recruiter = applications.filter(recruiter_email__same_address=member.user.email)
    own = Q(step_request__application__in=of_role.values("pk")) | Q(
        step_request__application__in=as_recruiter.values("pk")
    )
    return Q(assigned_to=member) | unassigned & own


def _is_hidden_from_colleague(organisation: Organisation) -> Q:
    """Results whose assignee can no longer see the candidate, who is private or on a confidential role. The rule is
    that of `candidates.models.is_visible`."""
    application = "step_request__application"
    jobs = Automation.objects.of(organisation).filter(confidential=True)
    closed = (
        Q(**{f"{application}__candidate__private": True})
        | Q(**{f"{application}__role__confidential": True})
        | Q(**{f"{application}__role__in": jobs.values("role_id")})
    )
    is_owner = Q(**{f"{application}__role__owner": F("assigned_to")})
    is_added = Exists(
        Role.objects.of(organisation).filter(
            pk=OuterRef(f"{application}__role"), viewers=OuterRef("assigned_to")
        )
    )
    return closed & ~Q(assigned_to__kind=Membership.Kind.ADMIN) & ~is_owner & ~Q(is_added)


def mark_reviewed(review: ResultReview, *, member: Membership, now: datetime) -> bool:
    """Mark a result as reviewed. Returns False if already reviewed, or if a newer result has arrived since `review` was
    read."""
    with transaction.atomic():
        rows = ResultReview.objects.of(member.organisation).filter(
            pk=review.pk, since=review.since, reviewed_at=None
        )
        if not rows.update(reviewed_at=now, reviewed_by=member):
            return False
        _audit("result.reviewed", review, member=member, now=now)
        return True


def undo_review(review: ResultReview, *, member: Membership, now: datetime) -> bool:
    with transaction.atomic():
        rows = ResultReview.objects.of(member.organisation).filter(pk=review.pk, reviewed_at__isnull=False)
        if not rows.update(reviewed_at=None, reviewed_by=None):
            return False
        _audit("result.review_undone", review, member=member, now=now)
        return True


def colleagues(applications: Sequence[Application]) -> list[Membership]:
    """Members who may review the results of all these applications of one organisation."""
    members = (
        Membership.objects.of(applications[0].organisation)
        .select_related("user", "organisation")
        .filter(kind__in=(Membership.Kind.ADMIN, Membership.Kind.RECRUITER), deactivated_at=None)
        .order_by(WithoutAccents("user__name"), "pk")
    )
    return [member for member in members if _sees(member, applications)]


def assign(review: ResultReview, *, to: Membership, by: Membership, now: datetime) -> None:
    """Assign a result to a colleague, and e-mail them. Idempotent. Raises CannotAssign."""
    with transaction.atomic():
        review = (
            ResultReview.objects.of(by.organisation)
            .select_for_update(of=("self",), no_key=True)
            .select_related("step_request__step", "step_request__application__candidate", "organisation")
            .get(pk=review.pk)
        )
        application = review.step_request.application
        if not to.may_work or not _sees(to, [application]):
            raise CannotAssign
        if review.assigned_to_id == to.pk and review.reviewed_at is None:
            return
        _assign(review, to=to, by=by, now=now)
        if to.pk != by.pk:
            _mail(review, to=to, by=by, now=now)


def assign_several(
    reviews: Collection[ResultReview], *, to: Membership, by: Membership, now: datetime
) -> int:
    """Assign the results that are still to be reviewed, with one mail. Returns how many these are. Raises CannotAssign
    if the colleague may not see them all; then none is assigned."""
    with transaction.atomic():
        rows = (
            to_review(by, mine=False)
            .select_for_update(of=("self",), no_key=True)
            .select_related(
                "step_request__step",
                "step_request__application__candidate",
                "step_request__application__role",
                "organisation",
            )
            .filter(pk__in=[review.pk for review in reviews])
        )
        found = list(rows.order_by("pk"))
        if not to.may_work or not _sees(
            to, [result_review.step_request.application for result_review in found]
        ):
            raise CannotAssign
        new = [result_review for result_review in found if result_review.assigned_to_id != to.pk]
        for review in new:
            _assign(review, to=to, by=by, now=now)
        if to.pk != by.pk and len(new) == 1:
            _mail(new[0], to=to, by=by, now=now)
        elif to.pk != by.pk and new:
            _mail_about_several(new, to=to, by=by, now=now)
        return len(found)


def _assign(review: ResultReview, *, to: Membership, by: Membership, now: datetime) -> None:
    review.assigned_to, review.assigned_by, review.assigned_at = to, by, now
    review.reviewed_at, review.reviewed_by = None, None
    review.save()
    _audit("result.assigned", review, member=by, now=now, to=to.pk)


def _sees(member: Membership, applications: Sequence[Application]) -> bool:
    wanted = {application.pk for application in applications}
    return visible_applications(member).filter(pk__in=wanted).count() == len(wanted)


def _mail(review: ResultReview, *, to: Membership, by: Membership, now: datetime) -> None:
    step_request: StepRequest = review.step_request
    application = step_request.application
    queue(
        organisation=review.organisation,
        kind=ASSIGNED,
        key=f"review:{review.pk}:assigned:{to.pk}:{now.isoformat()}",
        to=Correspondent(name=to.user.name, address=to.user.email),
        sender=Correspondent(name=by.user.name, address=by.user.email),
        template="reports/mail/assigned",
        context={
            "candidate_name": application.candidate.name,
            "role_title": application.role.title if application.role else "",
            "step": step_request.step.kind,
            "page_url": f"{candidate_page_url(application)}#{step_request.step.kind}",
        },
        application=application,
        member=to,
        now=now,
    )


def _mail_about_several(
    reviews: Sequence[ResultReview], *, to: Membership, by: Membership, now: datetime
) -> None:
    """Mail the colleague without the candidates' names, since a mail about several applications isn't erased with a
    person."""
    organisation = reviews[0].organisation
    roles = [review.step_request.application.role for review in reviews]
    path = reverse("results", args=[organisation.slug])
    queue(
        organisation=organisation,
        kind=ASSIGNED_SEVERAL,
        key=f"reviews:{reviews[0].pk}:{len(reviews)}:assigned:{to.pk}:{now.isoformat()}",
        to=Correspondent(name=to.user.name, address=to.user.email),
        sender=Correspondent(name=by.user.name, address=by.user.email),
        template="reports/mail/assigned_several",
        context={
            **_counted(role.title if role is not None else "" for role in roles),
            "page_url": f"{settings.GOODWORD_BASE_URL}{path}?show=mine",
            "reviews": [review.pk for review in reviews],
        },
        member=to,
        now=now,
    )


@updated_when_sent(ASSIGNED_SEVERAL)
def update_mail_about_several(email: Email, member: Membership) -> bool:
    """Count the results that are still assigned to the colleague, who may no longer see all of them."""
    rows = visible_reviews(member).filter(
        pk__in=email.context["reviews"], assigned_to=member, reviewed_at=None
    )
    titles = rows.values_list("step_request__application__role__title", flat=True)
    email.context = {**email.context, **_counted(titles)}
    return bool(email.context["n"])


def _counted(titles: Iterable[str]) -> dict[str, Any]:
    """The number of results, by role."""
    found = list(titles)
    roles = Counter(title for title in found if title)
    return {
        "n": len(found),
        "roles": [{"title": title, "n": n} for title, n in roles.most_common(ROLES)],
        "more": max(0, len(roles) - ROLES),
    }


def _audit(action: str, review: ResultReview, *, member: Membership, now: datetime, **more: int) -> None:
    write_by(member, action, now=now, details={"step_request": review.step_request_id, **more})
