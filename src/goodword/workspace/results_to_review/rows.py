from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.reports.domain.reviews import visible_reviews
from goodword.reports.models import ResultReview
from goodword.roles.models import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    review: ResultReview
    application: Application
    #: what there is to review, for example "First reference, 1 of 4"
    news: str
    #: of the candidate's page that has the result
    anchor: str


def with_relations(rows: QuerySet[ResultReview]) -> QuerySet[ResultReview]:
    return rows.select_related(
        "step_request__application__candidate",
        "step_request__application__role",
        "step_request__step",
        "report",
        "assigned_to__user",
        "reviewed_by__user",
    ).defer("report__snapshot")


def rows_of(reviews: Iterable[ResultReview]) -> list[ReviewRow]:
    """`reviews` come with their relations."""
    return [
        ReviewRow(
            review=review,
            application=review.step_request.application,
            news=_news(review),
            anchor=review.step_request.step.kind,
        )
        for review in reviews
    ]


def _news(review: ResultReview) -> str:
    is_check = review.step_request.step.kind == Step.Kind.REFERENCE_CHECK
    if review.report is None:
        return _("First reference, 1 of %(n)s") % {"n": review.wanted} if review.wanted else _("Result")
    if review.report.version > 1:
        what = _("Reference check, version %(n)s") if is_check else _("Assessment, version %(n)s")
        return what % {"n": review.report.version}
    return _("Reference check complete") if is_check else _("Assessment complete")


def reviewed(member: Membership) -> QuerySet[ResultReview]:
    return visible_reviews(member).filter(reviewed_at__isnull=False)


def monday(member: Membership, *, now: datetime) -> datetime:
    """When this week began in the organisation's time zone."""
    zone = member.organisation.zone
    today = now.astimezone(zone).date()
    return datetime.combine(today - timedelta(days=today.weekday()), time(), tzinfo=zone)
