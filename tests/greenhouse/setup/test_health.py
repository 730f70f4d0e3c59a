"""The health page, *Test now*, and retrying failed work."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.assessments.models import Test
from goodword.core import clock, crypto
from goodword.core.models import Event, Reaction
from goodword.greenhouse.models import Connection, Delivery, Finding, RateWindow, Webhook, WebhookSecret
from goodword.greenhouse.setup.self_check import CheckResult, check_connection, check_endpoint
from goodword.greenhouse.setup.webhooks import webhook_activity, webhook_setup
from goodword.notifications.models import Email, MailService
from goodword.roles.models import Automation
from tests.contract import wires
from tests.contract.greenhouse import ALL
from tests.greenhouse.setup.desk import Desk, open_desk, point
from tests.greenhouse.setup.test_access import delivery
from tests.support import factories
from tests.support.jobs import failed_job, waiting


def text(body: bytes, selector: str = "main") -> str:
    found = BeautifulSoup(body, "html.parser").select_one(selector)
    return " ".join(found.get_text(" ").split()) if found else ""


def test_the_page_shows_both_directions(either: Desk) -> None:
    connection = either.connect()
    event = delivery(either)
    Connection.objects.of(either.organisation).update(refused_count=3, refused_at=clock.now())
    RateWindow.objects.update_or_create(
        connection=connection,
        defaults={"organisation": either.organisation, "limit": 150, "remaining": 147, "number": 2**40},
    )
    client, url = either.client(either.admin), either.own("greenhouse_health")
    client.post(either.own("greenhouse_check"))
    page = client.get(url).content
    incoming = text(page, "#in, [aria-labelledby=in]") or text(page)
    for words in (
        "Recent failures",
        "hire_candidate",
        "It failed.",
        "3 , last",
        "No valid delivery since",
    ):
        assert words in incoming
    assert either.url("greenhouse_delivery", event.pk).encode() in page
    whole = text(page)
    for words in (
        "Notes waiting",
        "Calls",
        "Answered",
        "of 150 calls left in this",
        "Permissions",
    ):
        assert words in whole
    assert "Sync with Greenhouse" in whole
    assert connection.name in whole


@pytest.mark.world
def test_it_needs_the_same_number_of_queries_for_one_row_and_for_three(desk: Desk) -> None:
    desk.connect()
    client, counts = desk.client(desk.admin), []
    for extra in (1, 2):
        for _ in range(extra):
            delivery(desk)
            missed(desk, "missed_invitation", at=clock.now())
        with CaptureQueriesContext(database) as asked:
            client.get(desk.own("greenhouse_health"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- webhooks that have fallen silent ---


def missed(desk: Desk, kind: str, *, at: datetime) -> None:
    Finding.objects.create(
        organisation=desk.organisation,
        connection=desk.connection(),
        kind=kind,
        state="synced",
        sentence="x",
        found_at=at,
    )


def pinged(desk: Desk, action: str, *, days: int) -> None:
    Webhook.objects.create(
        organisation=desk.organisation,
        connection=desk.connection(),
        action=action,
        event=action,
        name=action,
        pinged_at=clock.now() - timedelta(days=days),
    )


def silent(desk: Desk) -> list[str]:
    connection = desk.connection()
    lines = webhook_activity(connection, webhook_setup(connection), now=clock.now())
    return [line.name for line in lines if line.silent]


@pytest.mark.world
def test_a_webhook_is_silent_if_reconciliation_found_what_it_should_have_reported(desk: Desk) -> None:
    desk.connect()
    pinged(desk, "candidate_stage_change", days=9)
    pinged(desk, "hire_candidate", days=9)
    assert silent(desk) == []
    missed(desk, "missed_invitation", at=clock.now() - timedelta(days=1))
    assert silent(desk) == ["Goodword Candidate Stage Change"]
    page = desk.client(desk.recruiter).get(desk.own("greenhouse_health")).content
    assert "It missed 1 change since then. Check in Greenhouse that it is enabled." in text(page)


def test_a_webhook_with_a_later_delivery_or_a_short_silence_is_not_silent(desk: Desk) -> None:
    connection = desk.connect()
    pinged(desk, "candidate_stage_change", days=9)
    pinged(desk, "reject_candidate", days=1)
    missed(desk, "missed_invitation", at=clock.now() - timedelta(days=3))
    missed(desk, "missed_end", at=clock.now())
    assert silent(desk) == ["Goodword Candidate Stage Change"]
    Delivery.objects.create(
        organisation=desk.organisation,
        connection=connection,
        action="candidate_stage_change",
        body=b"{}",
        received_at=clock.now() - timedelta(days=2, minutes=1),
        not_before=clock.now(),
    )
    assert silent(desk) == []


def test_an_undone_rejection_does_not_make_the_webhook_of_rejections_silent(desk: Desk) -> None:
    desk.connect()
    pinged(desk, "reject_candidate", days=9)
    pinged(desk, "hire_candidate", days=9)
    missed(desk, "not_reported", at=clock.now() - timedelta(days=1))
    assert silent(desk) == []


# --- reactions that failed for good ---


HANDLER = "workflow.domain.step_requests.on_candidate_changed"


def failed_reaction(organisation_id: int, application_id: int | None = None) -> Event:
    event = Event.objects.create(
        name="candidate.changed",
        organisation_id=organisation_id,
        application_id=application_id,
        actor="x",
        occurred_at=factories.NOW,
    )
    Reaction.objects.create(event=event, handler=HANDLER, state="failed", attempts=8, error="KeyError")
    return event


@pytest.mark.world
def test_a_failed_reaction_is_shown_and_retried(desk: Desk) -> None:
    desk.connect()
    event = failed_reaction(desk.organisation.pk)
    other = failed_reaction(factories.organisation().pk)
    client, url = desk.client(desk.admin), desk.own("greenhouse_health")
    page = text(client.get(url).content)
    assert "1 follow-up action failed 8 times and is no longer retried." in page
    assert (page.count("on_candidate_changed"), page.count("KeyError")) == (1, 1)
    client.post(desk.own("greenhouse_retry_failed"))
    assert ("event.react", {"event_id": event.pk, "handler": HANDLER}) in waiting()
    assert "no longer retried" not in text(client.get(url).content)
    assert Reaction.objects.get(event=other).state == "failed"
    assert desk.audited()[-1] == "reactions.tried_again"
    client.post(desk.own("greenhouse_retry_failed"))
    assert desk.audited().count("reactions.tried_again") == 1


@pytest.mark.world
def test_a_failed_reaction_names_the_candidate_to_those_who_may_see_them(desk: Desk) -> None:
    desk.connect()
    application = factories.application(factories.role(desk.organisation))
    application.candidate.private = True
    application.candidate.save()
    failed_reaction(desk.organisation.pk, application.pk)
    for member, seen in ((desk.admin, True), (desk.recruiter, False)):
        page = text(desk.client(member).get(desk.own("greenhouse_health")).content)
        assert ("Failed actions" in page, application.candidate.name in page) == (True, seen)


@pytest.mark.world
def test_only_admins_can_retry_failed_reactions(desk: Desk) -> None:
    desk.connect()
    event = failed_reaction(desk.organisation.pk)
    client = desk.client(desk.recruiter)
    page = client.get(desk.own("greenhouse_health")).content.decode()
    assert "An admin can retry them." in page
    assert desk.own("greenhouse_retry_failed") not in page
    stranger = Client()
    outsider = desk.client(factories.member(factories.organisation(), kind="admin"))
    for one, status in ((client, 403), (stranger, 302), (outsider, 404)):
        assert one.post(desk.own("greenhouse_retry_failed")).status_code == status
    assert Reaction.objects.get(event=event).state == "failed"
    assert "event.react" not in dict(waiting())


# --- jobs that failed for good ---


def failed_jobs_of(organisation: Organisation, member: Membership) -> list[int]:
    """One failed task of each kind, for the role "Pilot" and the test "Sums"."""
    automation = factories.automation(
        factories.role(organisation, title="Pilot"), connection_id=1, job_id=organisation.pk, stages={}
    )
    test = Test.objects.create(
        organisation=organisation, key="own", title="Sums", kind="questions", created_at=factories.NOW
    )
    return [
        failed_job(
            "automation.invite_there",
            automation_id=automation.pk,
            remote_application_id=7,
            member_id=member.pk,
        ),
        failed_job("automation.sync_there", automation_id=automation.pk, after=0),
        failed_job("assessments.norms", test_id=test.pk, version="1", form="full", member_id=member.pk),
        failed_job("assessments.calibration", test_id=test.pk, version="1", member_id=member.pk),
        failed_job("accounts.mail_reset_link", user_id=member.user_id, asked_at=clock.now().isoformat()),
    ]


def status_of(jobs: list[int]) -> set[tuple[str, int]]:
    return set(ProcrastinateJob.objects.filter(pk__in=jobs).values_list("status", "attempts"))


@pytest.mark.world
def test_failed_jobs_are_shown_and_retried(desk: Desk) -> None:
    desk.connect()
    mine = failed_jobs_of(desk.organisation, desk.recruiter)
    other = factories.organisation()
    others = failed_jobs_of(other, factories.member(other))
    client, url = desk.client(desk.admin), desk.own("greenhouse_health")
    page = BeautifulSoup(client.get(url).content, "html.parser").select_one("#failed")
    assert page is not None
    assert [" ".join(line.get_text().split()) for line in page.select("li")] == [
        f"E-mail a password reset link to {desk.recruiter.user.name} (job:{mine[4]})",
        f"Calibrate Sums (job:{mine[3]})",
        f"Compute norms for Sums (job:{mine[2]})",
        f"Copy candidates who were already in the mapped stages of Pilot (job:{mine[1]})",
        f"Invite a candidate who was already in a mapped stage of Pilot (job:{mine[0]})",
    ]
    assert "5 tasks failed and are no longer retried." in text(client.get(url).content)
    client.post(desk.own("greenhouse_retry_failed"))
    assert (status_of(mine), status_of(others)) == ({("todo", 0)}, {("failed", 8)})
    assert "no longer retried" not in text(client.get(url).content)
    assert desk.audited()[-1] == "reactions.tried_again"


@pytest.mark.world
def test_only_admins_can_retry_failed_jobs(desk: Desk) -> None:
    desk.connect()
    jobs = failed_jobs_of(desk.organisation, desk.recruiter)
    Automation.objects.across_organisations().update(confidential=True)
    client = desk.client(desk.recruiter)
    page = text(client.get(desk.own("greenhouse_health")).content)
    assert ("already in the mapped stages of a role" in page, "Pilot" in page) == (True, False)
    assert "E-mail a password reset link to a member (" in page
    assert "An admin can retry them." in page
    outsider = desk.client(factories.member(factories.organisation(), kind="admin"))
    for one, status in ((client, 403), (Client(), 302), (outsider, 404)):
        assert one.post(desk.own("greenhouse_retry_failed")).status_code == status
    assert status_of(jobs) == {("failed", 8)}


@pytest.mark.world
def test_an_hour_after_its_request_a_failed_reset_mail_is_neither_shown_nor_retried(desk: Desk) -> None:
    desk.connect()
    asked_at, user = clock.now() - timedelta(hours=1), desk.recruiter.user_id
    old = failed_job("accounts.mail_reset_link", user_id=user, asked_at=asked_at.isoformat())
    client, url = desk.client(desk.admin), desk.own("greenhouse_health")
    assert "no longer retried" not in text(client.get(url).content)
    assert "There is nothing left to retry." in text(
        client.post(desk.own("greenhouse_retry_failed"), follow=True).content, "body"
    )
    assert status_of([old]) == {("failed", 8)}


# --- the worker ---


@pytest.mark.world
def test_a_missing_worker_is_shown_with_its_duration(desk: Desk) -> None:
    desk.connect()
    client, url = desk.client(desk.recruiter), desk.own("greenhouse_health")
    assert "No worker has run yet" in text(client.get(url).content)
    for seconds, said in (
        (5, None),
        (100, "No worker for 1 minute. "),
        (60 * 60 + 5, "No worker for 1 hour. "),
    ):
        with database.cursor() as cursor:
            cursor.execute(
                "INSERT INTO core_heartbeat VALUES ('worker', now() - %s * interval '1 second') "
                "ON CONFLICT (program) DO UPDATE SET seen_at = EXCLUDED.seen_at",
                [seconds],
            )
        page = text(client.get(url).content)
        assert (said in page) if said else ("No worker" not in page)


# --- test now ---


@pytest.fixture
def live(transactional_db: None, settings: Settings, live_server: LiveServer) -> Iterator[Desk]:
    """A desk whose endpoint can be reached over HTTP."""
    point(settings)
    settings.GOODWORD_BASE_URL = live_server.url
    desk = open_desk("v3")
    yield desk
    desk.greenhouse.sandbox.close()


PRIVATE = [
    CheckResult(
        tone="attention",
        sentence="The Endpoint URL begins with http://, but Greenhouse only delivers to https://.",
    ),
    CheckResult(
        tone="attention",
        sentence="localhost is a private address: it works from here, but Greenhouse cannot reach it from the "
        "internet.",
    ),
]


def test_a_signed_test_reaches_the_endpoint_over_http_and_leaves_nothing(live: Desk) -> None:
    connection = live.connect()
    assert check_endpoint(connection, now=clock.now()) == [
        CheckResult(tone="success", sentence="A signed test delivery to the Endpoint URL was accepted."),
        *PRIVATE,
    ]
    row = live.connection()
    assert (row.last_event_at, row.refused_count) == (None, 0)
    assert Delivery.objects.of(live.organisation).count() == 0


@pytest.mark.world
def test_test_now_shows_all_results_once(live: Desk) -> None:
    live.connect()
    client = live.client(live.admin)
    response = client.post(live.own("greenhouse_test"), follow=True)
    found = [
        " ".join(tag.get_text(" ").split())
        for tag in BeautifulSoup(response.content, "html.parser").select(
            "[aria-labelledby=results] .notice, #results .notice"
        )
    ] or text(response.content)
    assert "Reading works: Applications, Candidates, Activity Feed," in str(found)
    assert "A signed test delivery to the Endpoint URL was accepted." in str(found)
    assert live.audited()[-2:] == ["greenhouse.checked", "greenhouse.tested"]
    assert "A signed test" not in client.get(live.own("greenhouse_health")).content.decode()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (
            "/elsewhere",
            "There is nothing at the Endpoint URL (404): the proxy does not forward /hooks/.",
        ),
        (
            "/healthz?",
            "The Endpoint URL answered 403. The operator should check GOODWORD_BASE_URL, DNS and ",
        ),
    ],
)
def test_a_base_url_that_leads_elsewhere_is_reported(
    live: Desk, settings: Settings, address: str, sentence: str
) -> None:
    connection = live.connect()
    settings.GOODWORD_BASE_URL += address
    [found] = check_endpoint(connection, now=clock.now())
    assert (found.tone, found.sentence[: len(sentence)]) == ("error", sentence)


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        (
            wires.answers(b"It works!"),
            (
                "Something other than Goodword answered the Endpoint URL. Check that GOODWORD_BASE_URL and the proxy "
                "lead to this installation."
            ),
        ),
        (
            wires.answers(status=401),
            "The test arrived, but its signature no longer matched: something on the way changes the body.",
        ),
        (
            wires.answers(status=301, Location="https://elsewhere.example/hooks/"),
            (
                "The Endpoint URL redirects to elsewhere.example, and Greenhouse follows no redirects. The operator "
                "should check GOODWORD_BASE_URL, DNS and the proxy."
            ),
        ),
        (
            wires.answers(status=302, Location="/login"),
            (
                "The Endpoint URL redirects to another page, and Greenhouse follows no redirects. The operator should "
                "check GOODWORD_BASE_URL, DNS and the proxy."
            ),
        ),
    ],
)
def test_another_server_at_the_endpoint_is_reported(
    desk: Desk, settings: Settings, behaviour: wires.Behaviour, sentence: str
) -> None:
    connection = desk.connect()
    with wires.serving(behaviour) as wire:
        settings.GOODWORD_BASE_URL = f"http://127.0.0.1:{wire.port}"
        found = check_endpoint(connection, now=clock.now())
    assert found == [CheckResult(tone="error", sentence=sentence)]


def test_an_invalid_certificate_of_the_endpoint_is_reported(
    desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    connection = desk.connect()
    with wires.serving(wires.answers(), certificate=wires.self_signed(tmp_path)) as wire:
        settings.GOODWORD_BASE_URL = f"https://127.0.0.1:{wire.port}"
        [found] = check_endpoint(connection, now=clock.now())
    assert found.sentence == (
        "The certificate of the Endpoint URL is invalid. Greenhouse would refuse it too: renew it."
    )


def read(desk: Desk) -> list[tuple[str, str]]:
    """What *Test now* reports about the key; the endpoint is not tested."""
    *found, _endpoint = check_connection(desk.connection(), member=desk.admin, now=clock.now())
    return [(result.tone, result.sentence) for result in found]


def test_a_key_that_no_longer_works_is_reported(desk: Desk, settings: Settings) -> None:
    desk.connect()
    settings.GOODWORD_BASE_URL = "http://127.0.0.1:9"
    desk.greenhouse.row.revoked = True
    [(tone, sentence)] = read(desk)
    assert (tone, sentence.startswith("Greenhouse no longer accepts this key")) == ("error", True)
    assert AuditEntry.objects.of(desk.organisation).get(action="greenhouse.tested").details["failed"] == 2


def test_missing_permissions_are_reported(desk: Desk, settings: Settings) -> None:
    desk.connect()
    settings.GOODWORD_BASE_URL = "http://127.0.0.1:9"
    desk.greenhouse.tick(*ALL - {"Jobs"})
    assert read(desk)[1:] == [
        ("error", "Missing in Greenhouse: Jobs. Edit the credential there and tick them."),
    ]


@pytest.mark.slow
def test_an_unreachable_endpoint_is_reported(desk: Desk, settings: Settings) -> None:
    connection = desk.connect()
    settings.GOODWORD_BASE_URL = "http://127.0.0.1:9"
    [found] = check_endpoint(connection, now=clock.now())
    assert found.sentence.startswith("The Endpoint URL cannot be reached from this server.")


def test_a_secret_key_that_cannot_be_decrypted_is_reported(desk: Desk) -> None:
    connection = desk.connect()
    WebhookSecret.objects.of(desk.organisation).update(secret="k0:AAAA")
    [found] = check_endpoint(connection, now=clock.now())
    assert found.sentence.startswith("The secret key can no longer be decrypted.")


def test_an_unsigned_test_is_refused_like_any_delivery(desk: Desk) -> None:
    connection = desk.connect()
    response = desk.client(desk.admin).post(
        f"/hooks/greenhouse/{connection.endpoint_key}/",
        data=b'{"action": "goodword_test", "payload": {"nonce": "x"}}',
        content_type="application/json",
    )
    assert (response.status_code, desk.connection().refused_count) == (401, 1)


# --- the installation ---


@pytest.mark.world
def test_faults_of_the_installation_are_shown_with_their_remedies(
    desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.connect()
    client, url = desk.client(desk.recruiter), desk.own("greenhouse_health")
    crypto.check_field_keys()
    MailService.objects.create(pk=1, down_since=clock.now(), last_error="535 Authentication failed")
    Email.objects.create(
        organisation=desk.organisation,
        key="mail:1",
        to_address="ada@mail.example",
        reply_to="rita@acme.example",
        not_before=clock.now() + timedelta(seconds=15),
        created_at=clock.now(),
        excused=1,
    )
    calm = text(client.get(url).content)
    assert "Mail has not been going out for 0 seconds: 535 Authentication failed." in calm
    assert "Correct the user and the password in GOODWORD_SMTP_URL." in calm
    assert "clock" not in calm

    settings.GOODWORD_FIELD_KEYS = {"k2": b"2" * 32}
    monkeypatch.setattr("goodword.core.doctor.machine.NO_SPACE", 10**18)
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=5)):
        page = text(client.get(url).content)
    for words in (
        "This host's clock is 10 minutes ahead of the database's. Synchronise the clocks",
        "GOODWORD_FIELD_KEYS lacks the key",
        "Free space on the file system of",
    ):
        assert words in page


@pytest.mark.world
def test_a_full_disk_of_the_database_is_shown(desk: Desk) -> None:
    desk.connect()
    client, url = desk.client(desk.recruiter), desk.own("greenhouse_health")
    with database.cursor() as cursor:
        cursor.execute("SET LOCAL temp_file_limit = 100")
    assert "PostgreSQL's disk is full" in text(client.get(url).content)
