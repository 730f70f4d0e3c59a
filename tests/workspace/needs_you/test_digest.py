"""The daily digest: recipients, time, once a day, content."""

from datetime import UTC, datetime

import pytest
import time_machine

from goodword.accounts.models import Membership
from goodword.core.workdays import into_working_hours
from goodword.notifications.domain.send import send
from goodword.notifications.models import Email
from goodword.roles.models import Role
from goodword.workspace.comments import write_comment
from goodword.workspace.needs_you import needs
from goodword.workspace.needs_you.digest import send_digest, send_digests
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in
from tests.workspace.applications import reported
from tests.workspace.needs_you.world import DAY, NOW, WaitingReason, World, waits, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> World:
    return world("Senior Account Manager")


def digests(member: Membership) -> list[Email]:
    return list(
        Email.objects.of(member.organisation)
        .filter(kind="workspace.digest", to_address=member.user.email)
        .order_by("pk")
    )


def test_a_member_with_something_to_do_is_mailed_once_a_day(here: World) -> None:
    waits(here.named("Ada"), WaitingReason.NO_ADDRESS)
    assert [send_digests(now=NOW), send_digests(now=NOW), send_digest(member_id=here.rita.pk, now=NOW)] == [
        1,
        0,
        False,
    ]
    assert send_digests(now=NOW + DAY) == 1
    assert [email.key for email in digests(here.rita)] == [
        f"member:{here.rita.pk}:digest:2026-03-03",
        f"member:{here.rita.pk}:digest:2026-03-04",
    ]


@pytest.mark.world
@pytest.mark.parametrize("change", ["switched off", "handed over and confidential", "hiring manager"])
def test_a_waiting_mail_is_not_sent_if_the_member_may_not_read_it_any_more(here: World, change: str) -> None:
    waits(here.named("Ada"), WaitingReason.NO_ADDRESS)
    send_digests(now=NOW)
    [email] = digests(here.rita)
    members, roles = Membership.objects.of(here.role.organisation), Role.objects.of(here.role.organisation)
    if change == "switched off":
        members.filter(pk=here.rita.pk).update(daily_digest=False)
    elif change == "hiring manager":
        members.filter(pk=here.rita.pk).update(kind="hiring_manager")
    else:
        admin = factories.member(here.role.organisation, kind="admin")
        roles.filter(pk=here.role.pk).update(owner=admin, confidential=True)
    send(email_id=email.pk, now=NOW)
    email.refresh_from_db()
    assert (email.state, email.last_error) == ("cancelled", "This mail was no longer valid.")


@pytest.mark.world
def test_it_is_sent_again_after_the_clock_was_ahead(here: World) -> None:
    waits(here.named("Ada"), WaitingReason.NO_ADDRESS)
    assert [send_digests(now=NOW + 364 * DAY), send_digests(now=NOW), send_digests(now=NOW)] == [1, 1, 0]


@pytest.mark.world
def test_without_anything_to_do_there_is_no_mail(here: World) -> None:
    request = waits(here.named("Ada"), WaitingReason.NO_ADDRESS)
    needs.hide_need(member=here.rita, source="waiting", need_id=request.pk, now=NOW)
    assert (send_digests(now=NOW), digests(here.rita)) == (0, [])
    here.rita.refresh_from_db()
    assert str(here.rita.digest_on) == "2026-03-03"


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 3, 7, 59, tzinfo=UTC),  # 8:59 in Berlin
        datetime(2026, 3, 3, 16, 0, tzinfo=UTC),
        datetime(2026, 3, 7, 9, 0, tzinfo=UTC),  # a Saturday
    ],
)
def test_it_is_sent_in_working_hours_only(here: World, moment: datetime) -> None:
    waits(here.named("Ada"), WaitingReason.NO_ADDRESS, requested_at=moment)
    assert send_digests(now=moment) == 0
    assert send_digests(now=into_working_hours(moment, calendar=here.role.organisation.calendar)) == 1


@pytest.mark.matrix
@pytest.mark.parametrize(
    "values",
    [{"daily_digest": False}, {"deactivated_at": NOW}, {"kind": Membership.Kind.HIRING_MANAGER}],
)
def test_some_members_get_no_digest(here: World, values: dict[str, object]) -> None:
    waits(here.named("Ada"), WaitingReason.NO_ADDRESS)
    Membership.objects.of(here.rita.organisation).filter(pk=here.rita.pk).update(**values)
    assert (send_digests(now=NOW), digests(here.rita)) == (0, [])


@pytest.mark.world
def test_its_link_opens_the_rows_that_it_counts(here: World) -> None:
    jonas = factories.member(here.role.organisation)  # owns no role, so Home starts with all roles
    waits(here.named("Ada", recruiter_email=jonas.user.email), WaitingReason.NO_ADDRESS)
    waits(here.named("Bob"), WaitingReason.NO_ADDRESS)
    assert send_digest(member_id=jonas.pk, now=NOW)
    [email] = digests(jonas)
    assert [one["n"] for one in email.context["counts"]] == [1]
    page_url = str(email.context["page_url"])
    page = signed_in(jonas).get(page_url.removeprefix("http://localhost:8000"))
    assert page.context["needs"].total == 1


@pytest.mark.world
def test_others_roles_are_not_in_it(here: World) -> None:
    waits(here.named("Ada"), WaitingReason.NO_ADDRESS)
    jonas = factories.member(here.role.organisation)
    send_digests(now=NOW)
    assert (len(digests(here.rita)), digests(jonas)) == (1, [])


@pytest.mark.world
def test_it_counts_by_role_and_names_no_candidate(here: World) -> None:
    waits(here.named("Ada"), WaitingReason.NO_ADDRESS)
    waits(here.named("Bob"), WaitingReason.NO_ADDRESS)
    reported(here.named("Cleo"))
    with time_machine.travel(NOW, tick=False):
        send_digests(now=NOW)
        run_jobs()
    (email,) = digests(here.rita)
    assert email.subject == "Today: 2 stuck, 1 result to review"
    assert email.not_after == datetime(2026, 3, 3, 23, tzinfo=UTC)
    for body in (email.text, email.html):
        words = " ".join(body.replace("<strong>", "").replace("</strong>", "").split())
        assert "Senior Account Manager: 2 stuck, 1 result to review" in words
        assert f"/o/{here.role.organisation.slug}/home/" in body
        assert not {"Ada", "Bob", "Cleo", "Zorn"} & set(words.replace(",", " ").split())


@pytest.mark.world
def test_the_subject_names_only_what_there_is(here: World) -> None:
    for first in ("Ada", "Bob"):
        reported(here.named(first))
    tom = factories.member(here.role.organisation, name="Tom Berg")
    write_comment(application_id=here.named("Cleo").pk, text=f"@{here.rita.user.name}?", author=tom, now=NOW)
    with time_machine.travel(NOW, tick=False):
        send_digests(now=NOW)
        run_jobs()
    (email,) = digests(here.rita)
    assert email.subject == "Today: 1 mention, 2 results to review"
