"""New hires who took the assessment and whose manager is asked for a rating."""

from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse

from goodword.accounts.models import Membership
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.notifications.domain import links
from goodword.notifications.models import Email, Link
from goodword.roles.models import Role
from goodword.workspace.models import RatingRequest
from goodword.workspace.validity import asking, requests
from tests.assessments.plans import PlannedTest, asked_on
from tests.support import factories

#: a Tuesday, ten in the morning in Berlin
NOW: Final = factories.NOW
DAY: Final = timedelta(days=1)
HIRED: Final = NOW - 90 * DAY
SINCE: Final = NOW - 200 * DAY


def asking_role(**values: object) -> Role:
    """A role of Ann Admin's that asks for ratings since SINCE."""
    organisation = factories.organisation(name="Acme Bikes", rates_hires=True, **values)
    role = factories.role(organisation, owner=factories.member(organisation, kind="admin", name="Ann Admin"))
    role.asks_for_ratings_since = SINCE
    role.save()
    return role


def manager_of(role: Role, *, name: str = "Mo Manager") -> Membership:
    made = factories.member(role.organisation, kind="hiring_manager", name=name)
    role.viewers.add(made)
    return made


def hired(role: Role, *, begun_at: datetime = HIRED - 30 * DAY, hired_at: datetime = HIRED) -> Application:
    who = factories.candidate(role.organisation, first_name="Ada", last_name="Lovelace", preferred_name="")
    of = factories.application(role, candidate=who, status="hired", hired_at=hired_at)
    asked = asked_on(role, PlannedTest(test="work_style", form="short20"))
    Attempt.objects.create(
        organisation=role.organisation,
        step_request=factories.step_request(of, "assessment"),
        assessment=asked,
        language="en",
        progress=Attempt.Progress.COMPLETED,
        opened_at=begun_at,
        begun_at=begun_at,
        completed_at=begun_at,
        deadline_at=begun_at + 7 * DAY,
    )
    return of


def sweep(now: datetime = NOW) -> None:
    asking.sweep(now=now)


def request_of(application: Application) -> RatingRequest:
    rows = RatingRequest.objects.of(application.organisation).select_related("organisation")
    return rows.get(application=application)


def state_of(application: Application) -> tuple[str, str]:
    row = request_of(application)
    return row.state, row.reason


def mails(application: Application) -> list[Email]:
    return list(
        Email.objects.of(application.organisation)
        .filter(kind=requests.MAIL_KIND)
        .order_by("not_before", "pk")
    )


def address(application: Application, name: str = "rater", *, now: datetime = NOW) -> str:
    url = links.mint(
        organisation=application.organisation,
        purpose=Link.Purpose.RATING,
        subject_id=request_of(application).pk,
        now=now,
    )
    return reverse(name, args=[url.rstrip("/").rsplit("/", 1)[-1]])
