"""The sync pages: access, content, and the effect of each click."""

from datetime import timedelta
from functools import partial

import httpx2
import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from goodword.accounts.models import AuditEntry, Membership
from goodword.candidates.models import Candidate
from goodword.core import clock
from goodword.greenhouse.models import Connection, Finding, Reconciliation
from goodword.greenhouse.reconciliation import passes
from goodword.greenhouse.reconciliation import run as reconciliation_jobs
from goodword.greenhouse.reconciliation.missed_invitations import NOT_INVITED, TOO_OLD
from goodword.roles.models import Automation
from goodword.workflow.models import StepRequest
from tests.greenhouse.reconciliation.passes import SOON, backdate, reconcile, settled
from tests.greenhouse.shared_world import after
from tests.greenhouse.world import ASSESSMENT, World
from tests.support import factories
from tests.support.jobs import run_jobs, waiting
from tests.support.pages import comparable, signed_in

LOOKS = ("greenhouse_sync", "greenhouse_sync_progress", "greenhouse_missed_invitations")
ASKS = ("greenhouse_missed_invite", "greenhouse_missed_dismiss")
ACTS = ("greenhouse_sync_now", *ASKS)


def url(world: World, name: str) -> str:
    return reverse(name, args=[world.organisation.slug, world.connection.pk])


def listed(world: World, count: int = 1) -> list[Finding]:
    """Missed invitations that wait because the stage was entered three days ago."""
    remotes = [world.apply(first_name=f"Ada {n}", email=f"p{n}@people.example") for n in range(count)]
    settled(world)
    for remote in remotes:
        world.move(remote, ASSESSMENT)
        backdate(world, remote, by=timedelta(days=3))
    world.outgoing()
    reconcile(world)
    return list(Finding.objects.of(world.organisation).filter(state="waiting").order_by("pk"))


@pytest.fixture
def admin(world: World) -> Membership:
    return factories.member(world.organisation, kind="admin")


one_listed = after(listed)
two_listed = after(partial(listed, count=2))
one_settled = after(settled)


@pytest.mark.matrix
@one_listed
@pytest.mark.parametrize("kind", ["admin", "recruiter"])
@pytest.mark.parametrize("name", LOOKS)
def test_recruiters_and_admins_see_the_pages(world: World, kind: str, name: str) -> None:
    member = factories.member(world.organisation, kind=kind)
    assert signed_in(member).get(url(world, name)).status_code == 200


@one_listed
@pytest.mark.parametrize("name", [*LOOKS, *ASKS])
def test_nobody_else_sees_them(world: World, name: str) -> None:
    address = url(world, name)
    assert Client().get(address).status_code == 302
    manager = factories.member(world.organisation, kind="hiring_manager")
    assert signed_in(manager).get(address).status_code == 403
    stranger = factories.member(factories.organisation(), kind="admin")
    assert signed_in(stranger).get(address).status_code == 404
    # nor through the URL of their own organisation
    theirs = reverse(name, args=[stranger.organisation.slug, world.connection.pk])
    assert signed_in(stranger).get(theirs).status_code == 404


@one_listed
@pytest.mark.parametrize("name", ACTS)
def test_a_refusal_changes_nothing(world: World, made: list[Finding], name: str) -> None:
    [finding] = made
    data = {"ids": [finding.pk]}
    before = [Reconciliation.objects.count(), waiting(), AuditEntry.objects.count()]
    stranger = factories.member(factories.organisation(), kind="admin")
    manager = factories.member(world.organisation, kind="hiring_manager")
    before[2] = AuditEntry.objects.count()
    for client, status in ((Client(), 302), (signed_in(manager), 403), (signed_in(stranger), 404)):
        assert client.post(url(world, name), data).status_code == status
    finding.refresh_from_db()
    assert (finding.state, finding.invite_requested_at) == ("waiting", None)
    assert before == [Reconciliation.objects.count(), waiting(), AuditEntry.objects.count()]


@one_listed
def test_the_list_shows_candidate_stage_time_and_reason(
    world: World, made: list[Finding], admin: Membership
) -> None:
    [finding] = made
    page = signed_in(admin).get(url(world, "greenhouse_missed_invitations")).content.decode()
    for said in ("Ada 0 Doe", "Window Washer", "Assessment", TOO_OLD, "Invite 1"):
        assert said in page
    assert f'value="{finding.pk}"' in page


@pytest.mark.world
@one_listed
def test_an_invitation_waits_during_an_outage_and_the_page_says_so(
    world: World, made: list[Finding], admin: Membership
) -> None:
    [finding] = made
    client = signed_in(admin)
    client.post(url(world, "greenhouse_missed_invite"), {"ids": [finding.pk]})
    world.fail(kind="fail", path="/v3", status=503, times=99)
    run_jobs(but_not=["email.send"])
    page = client.get(url(world, "greenhouse_missed_invitations")).content.decode()
    assert "Waiting for Greenhouse: Greenhouse has an internal error at the moment." in page
    world.greenhouse.sandbox.faults.clear()
    reconciliation_jobs.sweep.run()  # retried automatically
    run_jobs(but_not=["email.send"])
    finding.refresh_from_db()
    assert finding.state == "synced"


@pytest.mark.world
@one_listed
def test_an_invitation_that_fails_for_good_returns_to_the_list_and_to_home(
    world: World, made: list[Finding], admin: Membership
) -> None:
    [finding] = made
    client = signed_in(admin)
    client.post(url(world, "greenhouse_missed_invite"), {"ids": [finding.pk]})

    def garbage(request: httpx2.Request) -> None:
        if "applications" in request.url.path:
            raise ValueError("garbage")

    world.line.after = garbage
    run_jobs(but_not=["email.send"])
    finding.refresh_from_db()
    assert (finding.state, finding.invite_requested_at, finding.sentence) == ("waiting", None, NOT_INVITED)
    polled = client.get(url(world, "greenhouse_missed_invitations"), {"polled": "1"}).content.decode()
    assert "1 candidate could not be invited" in polled
    assert "All invitations sent" not in polled
    assert NOT_INVITED in polled
    home = client.get(reverse("needs_you", args=[world.organisation.slug]), {"roles": "all"}).content.decode()
    assert "1 invitation failed; try again" in home
    world.line.after = lambda _: None
    client.post(url(world, "greenhouse_missed_invite"), {"ids": [finding.pk]})
    run_jobs(but_not=["email.send"])
    finding.refresh_from_db()
    assert finding.state == "synced"


@one_listed
def test_another_connection_of_the_organisation_shows_its_own_only(
    world: World, made: list[Finding], admin: Membership
) -> None:
    [finding] = made
    other = Connection(
        organisation=world.organisation, endpoint_key="j" * 43, connected_at=factories.NOW, state="active"
    )
    other.set_credentials(world.greenhouse.credentials)
    other.save()
    address = reverse("greenhouse_missed_invite", args=[world.organisation.slug, other.pk])
    signed_in(admin).post(address, {"ids": [finding.pk]})
    finding.refresh_from_db()
    assert finding.invite_requested_at is None


@pytest.mark.world
@one_listed
def test_looking_changes_nothing(world: World, admin: Membership) -> None:
    client = signed_in(admin)
    first = comparable(client.get(url(world, "greenhouse_missed_invitations")))
    assert comparable(client.get(url(world, "greenhouse_missed_invitations"))) == first


@pytest.mark.world
@two_listed
def test_chosen_candidates_are_invited_after_a_confirmation_page(
    world: World, made: list[Finding], admin: Membership
) -> None:
    one, other = made
    client = signed_in(admin)
    ask = client.get(url(world, "greenhouse_missed_invite"), {"ids": [one.pk]}).content.decode()
    assert "Invite 1 candidate" in ask
    assert Finding.objects.get(pk=one.pk).invite_requested_at is None  # GET changes nothing
    done = client.post(url(world, "greenhouse_missed_invite"), {"ids": [one.pk]}, follow=True)
    assert "1 invitation is being sent." in done.content.decode()
    assert "Sending 1 invitation" in done.content.decode()
    again = client.post(url(world, "greenhouse_missed_invite"), {"ids": [one.pk]}, follow=True)
    assert "Nothing to do" in again.content.decode()
    run_jobs(but_not=["email.send"])
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.state, one.settled_by, other.state) == ("synced", admin, "waiting")
    assert StepRequest.objects.of(world.organisation).count() == 1


@pytest.mark.world
@two_listed
def test_the_message_counts_those_who_were_left_out(
    world: World, made: list[Finding], admin: Membership
) -> None:
    one, other = made
    client, ids = signed_in(admin), [one.pk, other.pk]
    Finding.objects.of(world.organisation).filter(pk=other.pk).update(invite_requested_at=factories.NOW)
    page = client.get(url(world, "greenhouse_sync")).content.decode()
    assert "1 missed invitation is waiting for a decision" in page
    done = client.post(url(world, "greenhouse_missed_dismiss"), {"ids": ids}, follow=True)
    assert "1 dismissed. 1 left out: someone else has decided" in done.content.decode()


@pytest.mark.world
@two_listed
def test_invite_all_stops_at_the_last_one_that_the_page_showed(
    world: World, made: list[Finding], admin: Membership
) -> None:
    one, other = made
    client = signed_in(admin)
    ask = client.get(url(world, "greenhouse_missed_invite"), {"all": "1"}).content.decode()
    assert "Invite 2 candidates" in ask
    assert f'name="upto" value="{other.pk}"' in ask
    client.post(url(world, "greenhouse_missed_invite"), {"all": "1", "upto": str(one.pk)})
    asked = Finding.objects.of(world.organisation).filter(invite_requested_at__isnull=False)
    assert list(asked) == [one]


@pytest.mark.world
@two_listed
def test_dismissed_ones_leave_the_list(world: World, made: list[Finding], admin: Membership) -> None:
    one, other = made
    client = signed_in(admin)
    ask = client.get(url(world, "greenhouse_missed_dismiss"), {"ids": [one.pk]}).content.decode()
    assert "Dismiss 1 missed invitation" in ask
    done = client.post(url(world, "greenhouse_missed_dismiss"), {"ids": [one.pk]}, follow=True)
    assert "1 dismissed." in done.content.decode()
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.state, one.settled_by, other.state) == ("dismissed", admin, "waiting")
    assert not StepRequest.objects.of(world.organisation).exists()


@pytest.mark.world
@two_listed
def test_private_candidates_and_confidential_roles_are_hidden_from_those_who_may_not_see_them(
    world: World, admin: Membership
) -> None:
    private = Finding.objects.of(world.organisation).get(application__candidate__first_name="Ada 0")
    assert private.application is not None
    recruiter = factories.member(world.organisation)
    Candidate.objects.of(world.organisation).filter(pk=private.application.candidate_id).update(private=True)

    def seen(by: Membership) -> list[bool]:
        page = signed_in(by).get(url(world, "greenhouse_missed_invitations")).content.decode()
        return [name in page for name in ("Ada 0 Doe", "Ada 1 Doe")]

    assert (seen(admin), seen(recruiter)) == ([True, True], [False, True])
    page = signed_in(recruiter).get(url(world, "greenhouse_sync")).content.decode()
    assert "1 missed invitation is waiting for a decision" in page  # nor are they counted
    signed_in(recruiter).post(url(world, "greenhouse_missed_invite"), {"ids": [private.pk]})
    signed_in(recruiter).post(url(world, "greenhouse_missed_invite"), {"all": "1"})
    private.refresh_from_db()
    assert private.invite_requested_at is None

    assert "1 invitation is waiting for a decision." in page
    assert "2 missed invitations wait" not in page

    Automation.objects.of(world.organisation).update(confidential=True)
    assert (seen(admin), seen(recruiter)) == ([True, True], [False, False])


@pytest.mark.main_case
@one_settled
def test_sync_now_begins_a_full_pass_and_shows_how_far_it_is(world: World, admin: Membership) -> None:
    client = signed_in(admin)
    assert client.post(url(world, "greenhouse_sync_now")).status_code == 302
    row = Reconciliation.objects.of(world.organisation).latest("pk")
    assert (row.state, row.full, row.requested_by) == ("running", True, admin)
    assert waiting()[-1] == ("greenhouse.reconciliation.run", {"pass_id": row.pk})
    shown = client.get(url(world, "greenhouse_sync_progress")).content.decode()
    assert "Starts when a worker is free." in shown
    assert f'hx-get="{url(world, "greenhouse_sync_progress")}"' in shown
    assert "Sync finished" not in shown
    Reconciliation.objects.of(world.organisation).filter(pk=row.pk).update(total=2000, done=750)
    page = client.get(url(world, "greenhouse_sync")).content.decode()
    assert "750 of 2,000" in page or "750 of 2000" in page
    assert f"Requested by {escape(admin.user.name)}." in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    # pressing again only changes who requested it
    assert client.post(url(world, "greenhouse_sync_now")).status_code == 302
    assert Reconciliation.objects.of(world.organisation).filter(state="running").count() == 1

    run_jobs(but_not=["email.send"])
    row.refresh_from_db()
    assert (row.state, row.error) == ("done", "")
    shown = client.get(url(world, "greenhouse_sync_progress")).content.decode()
    assert "No missed changes." in shown
    assert "Sync finished" in shown  # announced, unlike on a page that shows an earlier sync
    assert "Sync finished" not in client.get(url(world, "greenhouse_sync")).content.decode()
    assert "hx-get" not in shown
    actions = AuditEntry.objects.of(world.organisation).filter(action="reconciliation.requested")
    assert actions.count() == 2


@one_settled
def test_a_failed_pass_shows_its_error(world: World, admin: Membership) -> None:
    row = passes.begin(world.connection, now=clock.now(), full=False)
    assert row is not None
    passes.fail(row, "Greenhouse cannot be reached at the moment.", now=clock.now())
    page = signed_in(admin).get(url(world, "greenhouse_sync")).content.decode()
    assert "The last sync failed" in page
    assert "Greenhouse cannot be reached at the moment." in page


@pytest.mark.world
@pytest.mark.matrix
@one_settled
@pytest.mark.parametrize("data", [{}, {"ids": "x"}, {"ids": "9" * 30}, {"all": "1", "upto": "9" * 30}])
@pytest.mark.parametrize("name", ASKS)
def test_invalid_choices_end_in_a_message(
    world: World, admin: Membership, name: str, data: dict[str, str]
) -> None:
    client = signed_in(admin)
    assert "Choose candidates first" in client.get(url(world, name), data, follow=True).content.decode()
    assert "Nothing to do" in client.post(url(world, name), data, follow=True).content.decode()


@pytest.mark.world
def test_the_page_says_what_was_found_and_why_no_webhook_reported_it(world: World, admin: Membership) -> None:
    remotes = [world.apply(email=f"p{n}@people.example") for n in range(3)]
    settled(world)
    world.reject(remotes[0])
    world.move(remotes[1], ASSESSMENT)
    world.outgoing()
    reconcile(world)
    page = signed_in(admin).get(url(world, "greenhouse_sync")).content.decode()
    assert "1 move into a mapped stage" in page
    assert "1 rejection or hire" in page
    assert "No webhook reported" in page
    assert "Webhooks seem to be off" in page
    assert "Sync found 2 changes in the last day that no webhook reported." in page


@pytest.mark.world
def test_a_delivery_since_then_removes_the_notice(world: World, admin: Membership) -> None:
    remote = world.apply()
    settled(world)
    world.move(remote, ASSESSMENT)
    world.outgoing()
    reconcile(world, after=timedelta(minutes=2))
    Connection.objects.of(world.organisation).update(last_event_at=clock.now() + SOON)
    page = signed_in(admin).get(url(world, "greenhouse_sync")).content.decode()
    assert "Webhooks seem to be off" not in page


@pytest.mark.world
def test_the_list_needs_no_more_queries_for_three_than_for_one(world: World, admin: Membership) -> None:
    listed(world, 3)
    client = signed_in(admin)
    all_three = list(Finding.objects.of(world.organisation))
    with CaptureQueriesContext(database) as three:
        client.get(url(world, "greenhouse_missed_invitations"))
    Finding.objects.filter(pk__in=[finding.pk for finding in all_three[1:]]).delete()
    with CaptureQueriesContext(database) as one:
        client.get(url(world, "greenhouse_missed_invitations"))
    assert len(three) == len(one)
