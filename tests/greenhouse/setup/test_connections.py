"""The card, the webhooks page, and what an admin does with a connection."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.core import clock
from goodword.greenhouse.models import Connection, Delivery, Permission, Webhook, WebhookSecret
from goodword.greenhouse.setup.connections import disconnect
from goodword.greenhouse.setup.permissions import connection_card
from goodword.greenhouse.setup.webhooks import REQUIRED
from greenhouse_sandbox.store.webhooks import PING
from greenhouse_sandbox.store.webhooks import Webhook as RemoteWebhook
from greenhouse_sandbox.webhooks.delivery import body_text, signature
from greenhouse_sandbox.webhooks.payloads import ping_payload
from tests.greenhouse.setup.desk import Desk
from tests.greenhouse.setup.test_access import delivery
from tests.support import factories
from tests.support.jobs import run_jobs, waiting
from tests.support.pages import signed_in
from tests.workspace.test_concurrent_edits import fields_of

WANTED = {
    "Goodword Candidate Stage Change": "Candidate has changed stage",
    "Goodword Candidate Hired": "Candidate has been hired",
    "Goodword Candidate Rejected": "Candidate or Prospect has been rejected",
    "Goodword Candidate Has Submitted Application": "Candidate has submitted application",
}


def copied(body: bytes) -> list[tuple[str, str]]:
    """Label and value of each field with a copy button, in order."""
    page = BeautifulSoup(body, "html.parser")
    return [
        (box.select_one(".copy__label").get_text(), box.select_one("[data-copy-value]").get_text())  # type: ignore[union-attr]  # always part of the component
        for box in page.select("[data-copy]")
    ]


def ping(desk: Desk, *, name: str, action: str) -> int:
    """Send the ping of a saved webhook. Returns the response's status."""
    store = desk.greenhouse.store
    now = desk.greenhouse.now()
    secret = WebhookSecret.objects.of(desk.organisation).order_by("-pk")[0].reveal()
    hook = RemoteWebhook(
        id=store.webhooks.new_id(),
        created_at=now,
        updated_at=now,
        name=name,
        action=action,
        endpoint_url="https://goodword.example/hooks",
        secret_key=secret,
        active=True,
    )
    body = body_text(PING, ping_payload(hook)).encode()
    response = Client().post(
        f"/hooks/greenhouse/{desk.connection().endpoint_key}/",
        data=body,
        content_type="application/json",
        headers={"Signature": signature(body, secret)},
    )
    run_jobs()
    return response.status_code


def webhooks_in_place(connection: Connection) -> None:
    for spec in REQUIRED:
        Webhook.objects.create(
            organisation=connection.organisation,
            connection=connection,
            action=spec.action,
            event=spec.when,
            name=spec.name,
            pinged_at=factories.NOW,
        )


def lines(body: bytes) -> dict[str, str]:
    """Each webhook with its status."""
    page = BeautifulSoup(body, "html.parser")
    rows = page.select("tr:has(.hook__state)")
    return {
        row.select_one("[data-copy-value]").get_text(): row.select_one(".hook__word").get_text()  # type: ignore[union-attr]  # as above
        for row in rows
    }


@pytest.mark.world
def test_the_page_shows_endpoint_secret_key_and_the_four_webhooks_exactly(desk: Desk) -> None:
    connection = desk.connect()
    secret = WebhookSecret.objects.of(desk.organisation).get().reveal()
    endpoint = f"http://localhost:8000/hooks/greenhouse/{connection.endpoint_key}/"
    expected = [("Endpoint URL", endpoint), ("Secret key", secret)]
    for name, when in WANTED.items():
        expected += [(f"Name: {name}", name), (f"When: {name}", when)]
    client = desk.client(desk.admin)
    values = copied(client.get(desk.own("greenhouse_webhooks")).content)
    assert (values[:10], len(values)) == (expected, 20)
    [link] = BeautifulSoup(client.get(desk.url("integrations")).content, "html.parser").select(
        ".help__button"
    )
    assert (link["href"], link["title"]) == (desk.own("greenhouse_webhooks"), "Endpoint URL and Secret key")


@pytest.mark.world
def test_the_secret_key_is_shown_only_soon_after_a_sign_in(desk: Desk) -> None:
    desk.connect()
    secret = WebhookSecret.objects.of(desk.organisation).get().reveal()
    client = signed_in(desk.admin, seconds_ago=901)
    webhooks, page = desk.own("greenhouse_webhooks"), client.get(desk.url("first_run")).content.decode()
    assert (secret in page, f'href="{webhooks}">Show the secret key' in page) == (False, True)
    assert client.get(webhooks)["Location"].startswith("/accounts/reauthenticate/")
    assert client.post(desk.own("greenhouse_end_old"))["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.world
def test_the_five_recommended_webhooks_say_what_is_missed_without_them(desk: Desk) -> None:
    desk.connect()
    page = BeautifulSoup(desk.client(desk.admin).get(desk.own("greenhouse_webhooks")).content, "html.parser")
    said = [" ".join(line.get_text().split()) for line in page.select(".hook__without")]
    assert len(said) == 5
    assert (
        said[0]
        == "Without it: Undone rejections show here only after the next sync; until then the steps stay closed."
    )


@pytest.mark.main_case
def test_a_line_turns_green_when_its_ping_arrives(desk: Desk) -> None:
    desk.connect()
    client = desk.client(desk.admin)
    pings = desk.own("greenhouse_pings")
    assert "0 of 4 live." in client.get(pings).content.decode()
    assert ping(desk, name="Goodword Candidate Hired", action="hire_candidate") == 200
    page = BeautifulSoup(client.get(pings).content, "html.parser")
    live = [line["id"] for line in page.select(".hook__state") if "Live" in line.get_text()]
    assert live == [f"hook-{desk.connection().pk}-hire_candidate"]
    assert "1 of 4 live." in page.get_text()
    found = lines(client.get(desk.own("greenhouse_webhooks")).content)
    assert len(found) == 9
    assert [name for name, word in found.items() if word == "Live"] == ["Goodword Candidate Hired"]


def test_a_connection_without_its_webhooks_is_not_simply_active(desk: Desk) -> None:
    connection = desk.connect()
    now = factories.NOW
    assert connection_card(connection, now=now).word == "Active, 0 of 4 webhooks"
    assert connection_card(connection, now=now).status == "incomplete"
    webhooks_in_place(connection)
    assert connection_card(connection, now=now).status == "active"


@pytest.mark.world
def test_an_unknown_webhook_is_listed_as_such(desk: Desk) -> None:
    connection = desk.connect()
    Webhook.objects.create(
        organisation=desk.organisation,
        connection=connection,
        event="Offer created",
        name="HR <robot>",
        pinged_at=factories.NOW,
    )
    page = BeautifulSoup(desk.client(desk.admin).get(desk.own("greenhouse_webhooks")).content, "html.parser")
    assert "Unknown webhook: “HR <robot>” for “Offer created” has no effect here." in page.get_text()


@pytest.mark.world
def test_checking_again_finds_newly_ticked_permissions(either: Desk) -> None:
    scopes = (
        either.greenhouse.row.permissions
        if either.greenhouse.version == "v1"
        else either.greenhouse.row.scopes
    )
    everything = list(scopes)
    either.greenhouse.tick("Applications", "Candidates", "Activity Feed", "Jobs", "Job Posts", "Job Stages")
    either.connect()
    assert either.connection().state == "incomplete"
    if either.greenhouse.version == "v1":
        either.greenhouse.row.permissions = everything
    else:
        either.greenhouse.row.scopes = everything
    response = either.client(either.admin).post(either.own("greenhouse_check"))
    assert response["Location"] == either.url("integrations")
    assert either.connection().state == "active"
    assert either.audited() == ["greenhouse.connected", "greenhouse.checked"]


def test_a_key_that_a_colleague_has_removed_meanwhile_is_not_said_to_be_checked(desk: Desk) -> None:
    connection = desk.connect()

    def removed(_: object) -> None:
        desk.line.after = lambda _: None
        disconnect(connection, member=desk.admin, now=clock.now())

    desk.line.after = removed
    page = desk.client(desk.admin).post(desk.own("greenhouse_check"), follow=True).content.decode()
    assert "Not checked: the key was changed or removed in the meantime." in page
    assert desk.connection().state == "disconnected"


@pytest.mark.world
def test_checking_during_an_outage_keeps_the_known_permissions(desk: Desk) -> None:
    desk.connect()
    known = list(Permission.objects.of(desk.organisation).values())
    desk.greenhouse.sandbox.faults.add({"kind": "fail", "path": "/", "status": 503, "times": 9})
    page = desk.client(desk.admin).post(desk.own("greenhouse_check"), follow=True).content.decode()
    assert "Greenhouse has an internal error at the moment. Try again in a few minutes." in page
    assert list(Permission.objects.of(desk.organisation).values()) == known
    assert desk.connection().state == "active"


@pytest.mark.world
def test_a_revoked_key_shows_as_not_working_with_the_reason(desk: Desk) -> None:
    desk.connect()
    desk.greenhouse.store.oauth_clients.delete(desk.greenhouse.row.id)
    page = desk.client(desk.admin).post(desk.own("greenhouse_check"), follow=True).content.decode()
    assert desk.connection().state == "broken"
    assert "Not working" in page
    assert "Greenhouse no longer accepts this key: it was revoked or expired." in page


@pytest.mark.world
def test_writing_is_called_untested_until_a_note_was_written(desk: Desk) -> None:
    connection = desk.connect()
    Permission.objects.of(desk.organisation).filter(name="Activity Feed").update(state="untested")
    webhooks_in_place(connection)
    client, url = desk.client(desk.admin), desk.url("integrations")
    assert "Active, writing untested" in client.get(url).content.decode()
    connection.writing_tested_at = factories.NOW
    connection.save()
    assert "untested" not in client.get(url).content.decode().lower()


@pytest.mark.world
def test_both_secret_keys_are_valid_for_the_chosen_time(desk: Desk) -> None:
    connection = desk.connect()
    [old] = [secret.reveal() for secret in WebhookSecret.objects.of(desk.organisation)]
    client = desk.client(desk.admin)
    client.post(desk.own("greenhouse_rotate"), {"keep_for": str(24 * 60)})
    now = clock.now()
    valid = [secret.reveal() for secret in WebhookSecret.valid(connection, now=now)]
    assert (len(valid), valid[1]) == (2, old)
    later = WebhookSecret.valid(connection, now=now + timedelta(days=1, minutes=1))
    assert [secret.reveal() for secret in later] == valid[:1]
    assert ("Secret key", valid[0]) in copied(client.get(desk.own("greenhouse_webhooks")).content)
    assert desk.audited()[-1] == "greenhouse.secret_rotated"


def rotated(desk: Desk) -> list[str]:
    """The secret keys that are accepted, newest first."""
    return [secret.reveal() for secret in WebhookSecret.valid(desk.connection(), now=clock.now())]


@pytest.mark.world
def test_a_second_click_or_a_colleague_rotates_the_secret_key_once(desk: Desk) -> None:
    connection = desk.connect()
    client, where = desk.client(desk.admin), desk.own("greenhouse_rotate")
    seen = fields_of(client.get(where).content.decode(), having="seen")["seen"]
    client.post(where, {"keep_for": "60", "seen": seen})
    first = rotated(desk)
    response = client.post(where, {"keep_for": "0", "seen": seen}, follow=True)
    assert (
        "No secret key was created, because another one was created after you opened this page."
        in response.content.decode()
    )
    assert rotated(desk) == first
    assert desk.audited().count("greenhouse.secret_rotated") == 1
    assert connection.pk == desk.connection().pk


@pytest.mark.world
def test_the_key_that_was_the_newest_on_the_page_is_still_accepted(desk: Desk) -> None:
    desk.connect()
    client, where = desk.client(desk.admin), desk.own("greenhouse_rotate")
    client.post(where, {"keep_for": "60"})
    in_use, _old = rotated(desk)
    page = client.get(desk.own("greenhouse_webhooks")).content.decode()
    seen = fields_of(page, having="seen")["seen"]
    client.post(where, {"keep_for": "60"})
    response = client.post(desk.own("greenhouse_end_old"), {"seen": seen}, follow=True)
    assert (
        "The older secret key is still accepted, because another one was created after you opened this page."
        in response.content.decode()
    )
    assert in_use in rotated(desk)
    client.post(
        desk.own("greenhouse_end_old"), {"seen": fields_of(response.content.decode(), having="seen")["seen"]}
    )
    assert len(rotated(desk)) == 1


def test_an_unknown_time_rotates_nothing(desk: Desk) -> None:
    desk.connect()
    response = desk.client(desk.admin).post(desk.own("greenhouse_rotate"), {"keep_for": "5"})
    assert response.status_code == 200
    assert WebhookSecret.objects.of(desk.organisation).count() == 1


@pytest.mark.world
def test_disconnecting_is_confirmed_and_deletes_the_key(desk: Desk) -> None:
    connection = desk.connect()
    role = factories.role(desk.organisation)
    factories.automation(
        role, connection_id=connection.pk, job_id=1, stages={"assessment": (2, "Assessment")}
    )
    client, url = desk.client(desk.admin), desk.own("greenhouse_disconnect")
    page = client.get(url).content.decode()
    assert "Automation stops for 1 linked role: moves in Greenhouse no longer invite candidates." in page
    client.post(url)
    ended = desk.connection()
    assert (ended.state, ended.credential, ended.token) == ("disconnected", "", "")
    assert role.automations.count() == 1
    assert desk.audited()[-1] == "greenhouse.disconnected"
    assert "Disconnected. Results are kept" in client.get(desk.url("integrations")).content.decode()


@pytest.mark.world
def test_reconnecting_keeps_endpoint_and_secret_key(desk: Desk) -> None:
    before = desk.connect()
    secret = WebhookSecret.objects.of(desk.organisation).get()
    desk.client(desk.admin).post(desk.own("greenhouse_disconnect"))
    desk.set_key(before.pk)
    job = ("greenhouse.activity_feed.queue_missed", {"connection_id": before.pk})
    assert [one for one in waiting() if one == job] == [job]
    after = desk.connection()
    assert (after.state, after.endpoint_key) == ("active", before.endpoint_key)
    assert WebhookSecret.objects.of(desk.organisation).get() == secret


@pytest.mark.world
def test_the_inbox_lists_failed_deliveries_and_shows_a_body_as_text(desk: Desk) -> None:
    desk.connect()
    event = delivery(desk)
    client = desk.client(desk.admin)
    assert "It failed." in client.get(desk.url("greenhouse_inbox"), {"state": "failed"}).content.decode()
    assert "It failed." not in client.get(desk.url("greenhouse_inbox"), {"state": "handled"}).content.decode()
    page = client.get(desk.url("greenhouse_delivery", event.pk)).content
    body = BeautifulSoup(page, "html.parser").select_one("pre")
    assert body is not None
    assert (
        body.get_text()
        == '{\n  "action": "hire_candidate",\n  "payload": {\n    "name": "<b>Zoë</b>"\n  }\n}'
    )


@pytest.mark.world
def test_a_body_that_is_not_text_is_shown_too(desk: Desk) -> None:
    connection = desk.connect()
    event = delivery(desk)
    Delivery.objects.of(desk.organisation).filter(connection=connection).update(body=b'{"a\xff')
    page = desk.client(desk.admin).get(desk.url("greenhouse_delivery", event.pk)).content
    body = BeautifulSoup(page, "html.parser").select_one("pre")
    assert body is not None
    assert body.get_text() == '{"a\\xff'


@pytest.mark.main_case
def test_a_replayed_delivery_is_processed_again(desk: Desk) -> None:
    desk.connect()
    event = delivery(desk)
    desk.client(desk.admin).post(desk.url("greenhouse_replay", event.pk))
    event.refresh_from_db()
    assert (event.state, event.attempts) == ("received", 0)
    run_jobs()
    event.refresh_from_db()
    assert event.state != "received"
    assert desk.audited()[-1] == "greenhouse.delivery_replayed"


@pytest.mark.world
def test_the_inbox_asks_the_same_number_of_queries_for_one_row_and_for_three(desk: Desk) -> None:
    desk.connect()
    client = desk.client(desk.admin)
    counts = []
    for extra in (1, 2):
        for _ in range(extra):
            delivery(desk)
        with CaptureQueriesContext(database) as asked:
            client.get(desk.url("greenhouse_inbox"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
