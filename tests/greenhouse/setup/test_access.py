"""Access to each URL of the integrations; a refusal changes nothing."""

import pytest
from django.test import Client

from goodword.greenhouse.models import Connection, Delivery, WebhookSecret
from tests.greenhouse.setup.desk import Desk
from tests.support import factories

OF_ONE = {
    "greenhouse_replace_key",
    "greenhouse_webhooks",
    "greenhouse_pings",
    "greenhouse_rotate",
    "greenhouse_end_old",
    "greenhouse_rename",
    "greenhouse_author",
    "greenhouse_check",
    "greenhouse_disconnect",
    "greenhouse_health",
    "greenhouse_test",
    "greenhouse_retry_failed",
    "greenhouse_test_note",
    "greenhouse_test_note_write",
}
READS = {"integrations": "recruiter", "greenhouse_health": "recruiter"} | dict.fromkeys(
    [
        "greenhouse_connect",
        "greenhouse_replace_key",
        "greenhouse_rename",
        "greenhouse_test_note",
        "greenhouse_webhooks",
        "greenhouse_pings",
        "greenhouse_rotate",
        "greenhouse_author",
        "greenhouse_disconnect",
        "greenhouse_inbox",
        "greenhouse_delivery",
    ],
    "admin",
)
ACTS = {
    "greenhouse_connect": {"api_key": "k"},
    "greenhouse_replace_key": {"api_key": "k"},
    "greenhouse_check": {},
    "greenhouse_rename": {"name": "North"},
    "greenhouse_rotate": {"keep_for": "60"},
    "greenhouse_end_old": {},
    "greenhouse_test": {},
    "greenhouse_retry_failed": {},
    "greenhouse_test_note_write": {"candidate": "7"},
    "greenhouse_author": {"user": ""},
    "greenhouse_disconnect": {},
    "greenhouse_replay": {},
}


def delivery(desk: Desk) -> Delivery:
    return Delivery.objects.create(
        organisation=desk.organisation,
        connection=desk.connection(),
        action="hire_candidate",
        body=b'{"action": "hire_candidate", "payload": {"name": "<b>Zo\\u00eb</b>"}}',
        state=Delivery.State.FAILED,
        outcome="It failed.",
        received_at=factories.NOW,
        not_before=factories.NOW,
    )


def address(desk: Desk, name: str, event: Delivery) -> str:
    if name in OF_ONE:
        return desk.own(name)
    return desk.url(name, *([event.pk] if name in {"greenhouse_delivery", "greenhouse_replay"} else []))


def rows(desk: Desk) -> list[object]:
    connection = Connection.objects.of(desk.organisation).values().get()
    return [
        connection,
        list(WebhookSecret.objects.of(desk.organisation).order_by("pk").values()),
        list(Delivery.objects.of(desk.organisation).values("state", "attempts", "outcome")),
    ]


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "least"), READS.items())
def test_pages_open_for_the_members_they_are_for(desk: Desk, name: str, least: str) -> None:
    desk.connect()
    event = delivery(desk)
    member = desk.admin if least == "admin" else desk.recruiter
    response = desk.client(member).get(address(desk, name, event))
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("name", sorted({*READS, *ACTS}))
def test_nobody_else_has_access_and_nothing_changes(desk: Desk, name: str) -> None:
    desk.connect()
    event = delivery(desk)
    url, data, before = address(desk, name, event), ACTS.get(name), rows(desk)
    stranger = factories.member(factories.organisation(), kind="admin")
    lower = factories.member(
        desk.organisation, kind="hiring_manager" if READS.get(name) == "recruiter" else "recruiter"
    )
    expected = {stranger: 404, lower: 403}
    for member, status in expected.items():
        client = desk.client(member)
        response = client.get(url) if data is None else client.post(url, data)
        assert (response.status_code, rows(desk)) == (status, before)
    signed_out = Client().get(url) if data is None else Client().post(url, data)
    then = url if data is None else "/"
    assert (signed_out.status_code, signed_out["Location"]) == (302, f"/accounts/login/?next={then}")
    assert rows(desk) == before


@pytest.mark.world
def test_a_recruiter_sees_the_card_but_neither_secrets_nor_actions(desk: Desk) -> None:
    desk.connect()
    secret = WebhookSecret.objects.of(desk.organisation).get().reveal()
    page = desk.client(desk.recruiter).get(desk.url("integrations")).content.decode()
    shown = [
        word for word in ("Active", secret, "Endpoint URL", "Disconnect", "Check permissions") if word in page
    ]
    assert shown == ["Active"]


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("name", sorted(OF_ONE))
def test_a_disconnected_connection_or_another_organisations_is_not_found(desk: Desk, name: str) -> None:
    connection = desk.connect()
    url = desk.own(name)
    stranger = factories.member(factories.organisation(), kind="admin")
    anothers = url.replace(desk.organisation.slug, stranger.organisation.slug)
    before = rows(desk)
    client = desk.client(stranger)
    assert [client.post(anothers, ACTS.get(name)).status_code, rows(desk)] in ([404, before], [405, before])
    Connection.objects.of(desk.organisation).update(state="disconnected")
    again = desk.client(desk.admin).post(url, ACTS.get(name))
    assert again.status_code in ({200} if name == "greenhouse_replace_key" else {404, 405})
    assert WebhookSecret.objects.of(desk.organisation).filter(connection=connection).count() == 1
