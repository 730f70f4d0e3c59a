"""The webhook endpoint: signatures, answers, and what is stored."""

import json
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from goodword.core import clock
from goodword.greenhouse.models import Connection, Delivery, WebhookSecret
from greenhouse_sandbox.webhooks.delivery import signature
from tests.greenhouse.world import CLIENT, SECRET, World
from tests.support import factories
from tests.support.jobs import event_names, waiting

BODY = json.dumps({"action": "job_deleted", "payload": {"id": 5}}).encode()


def address(world: World) -> str:
    return reverse("greenhouse_hook", args=[world.connection.endpoint_key])


def kept(world: World) -> list[tuple[str, str | None]]:
    rows = Delivery.objects.of(world.organisation).order_by("pk")
    return [(row.action, row.event_id) for row in rows]


def fresh(world: World) -> Connection:
    return Connection.objects.of(world.organisation).get()


def test_a_signed_delivery_is_stored_unchanged_and_wakes_the_inbox_without_a_job(world: World) -> None:
    assert announcements(world, "event-1") == 1
    event = Delivery.objects.of(world.organisation).get()
    assert (event.state, event.action, event.event_id, bytes(event.body)) == (
        "received",
        "job_deleted",
        "event-1",
        BODY,
    )
    assert waiting() == []
    assert fresh(world).last_event_at == event.received_at


def test_nothing_is_processed_in_the_request(world: World) -> None:
    world.apply()
    [(body, event_id)] = world.outgoing()
    assert world.post(body, event_id) == 200
    assert world.line.calls == []
    assert event_names() == []


def announcements(world: World, event_id: str) -> int:
    with CaptureQueriesContext(database) as queries:
        assert world.post(BODY, event_id) == 200
    return sum("pg_notify" in query["sql"] for query in queries.captured_queries)


def test_a_repeated_event_id_is_answered_and_changes_nothing(world: World) -> None:
    assert [announcements(world, "event-1") for _ in range(3)] == [1, 0, 0]
    assert kept(world) == [("job_deleted", "event-1")]


def test_deliveries_without_an_event_id_are_each_stored(world: World) -> None:
    for _ in range(2):
        assert world.post(BODY) == 200
    assert kept(world) == [("job_deleted", None)] * 2


def test_an_event_id_is_unique_per_organisation(world: World) -> None:
    other = Connection(
        organisation=factories.organisation(), endpoint_key="o" * 43, connected_at=factories.NOW
    )
    other.set_credentials(world.greenhouse.credentials)
    other.save()
    WebhookSecret.add(other, SECRET, now=factories.NOW)
    assert world.post(BODY, "event-1") == 200
    answer = CLIENT.post(
        reverse("greenhouse_hook", args=[other.endpoint_key]),
        data=BODY,
        content_type="application/json",
        headers={"Signature": signature(BODY, SECRET), "Greenhouse-Event-ID": "event-1"},
    )
    assert answer.status_code == 200
    assert Delivery.objects.of(other.organisation).count() == 1
    assert kept(world) == [("job_deleted", "event-1")]


@pytest.mark.matrix
@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256",
        "sha256 ",
        f"sha256={signature(BODY, SECRET).split()[1]}",
        f"sha256  {signature(BODY, SECRET).split()[1]}",
        f"sha1 {signature(BODY, SECRET).split()[1]}",
        signature(BODY, SECRET).split()[1],
        signature(BODY, SECRET)[:-1],
        signature(BODY, SECRET) + "0",
        signature(BODY, "another secret"),
        signature(BODY + b" ", SECRET),
        "sha256 ü" + "0" * 62,
    ],
)
def test_a_wrong_signature_is_refused_and_only_counted(world: World, header: str) -> None:
    assert world.post(BODY, "event-1", Signature=header) == 401
    assert kept(world) == []
    assert waiting() == []
    connection = fresh(world)
    assert connection.refused_count == 1
    assert connection.refused_at is not None
    assert connection.last_event_at is None


def test_a_missing_signature_is_refused(world: World) -> None:
    answer = CLIENT.post(address(world), data=BODY, content_type="application/json")
    assert answer.status_code == 401
    assert kept(world) == []


def test_the_signature_covers_the_raw_body(world: World) -> None:
    body = b'{"action": "job_deleted",  "payload": {"name": "\\u003cB\\u00fcro\\u003e \\u0026 Co"}}'
    assert world.post(body) == 200
    again = json.dumps(json.loads(body)).encode()
    assert world.post(again, Signature=signature(body, SECRET)) == 401


def test_both_secrets_are_valid_during_a_rotation(world: World) -> None:
    old = WebhookSecret.objects.of(world.organisation).get()
    WebhookSecret.add(world.connection, "the new one", now=clock.now())
    old.valid_until = clock.now() + timedelta(hours=1)
    old.save()
    assert world.post(BODY, Signature=signature(BODY, SECRET)) == 200
    assert world.post(BODY, Signature=signature(BODY, "the new one")) == 200
    old.valid_until = clock.now() - timedelta(seconds=1)
    old.save()
    assert world.post(BODY, Signature=signature(BODY, SECRET)) == 401
    assert world.post(BODY, Signature=signature(BODY, "the new one")) == 200


def test_an_unknown_endpoint_is_not_found(world: World) -> None:
    answer = CLIENT.post("/hooks/greenhouse/nobody/", data=BODY, content_type="application/json")
    assert answer.status_code == 404
    assert kept(world) == []


def test_without_a_valid_secret_the_endpoint_is_not_found(world: World) -> None:
    WebhookSecret.objects.of(world.organisation).update(valid_until=factories.NOW)
    assert world.post(BODY) == 404
    assert fresh(world).refused_count == 0


def test_a_secret_of_another_connection_is_not_accepted(world: World) -> None:
    Connection.objects.of(world.organisation).update(uid="00000000-0000-0000-0000-000000000001")
    assert world.post(BODY) == 503


def test_a_disconnected_organisation_has_no_endpoint(world: World) -> None:
    Connection.objects.of(world.organisation).update(state=Connection.State.DISCONNECTED)
    assert world.post(BODY) == 404


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_only_post_is_allowed(world: World, method: str) -> None:
    assert getattr(CLIENT, method)(address(world)).status_code == 405


def test_the_address_works_without_the_final_slash(world: World) -> None:
    answer = CLIENT.post(
        address(world).rstrip("/"),
        data=BODY,
        content_type="application/json",
        headers={"Signature": signature(BODY, SECRET)},
    )
    assert answer.status_code == 200


@pytest.mark.world
def test_a_body_over_two_mebibytes_is_refused(world: World) -> None:
    assert world.post(b" " * (2 * 1024 * 1024 + 1)) == 413
    assert world.post(BODY + b" " * (2 * 1024 * 1024 - len(BODY))) == 200
    assert len(kept(world)) == 1


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "The body is not JSON."),
        (b"{", "The body is not JSON."),
        (b"\xff\xfe\xfd", "The body is not JSON."),
        (b"[" * 100_000, "The body is not JSON."),
        (b'{"action": ' + b"1" * 5000 + b"}", "The body is not JSON."),
        (b"[]", "The body is not a JSON object."),
        (b"{}", "The body names no action."),
        (b'{"action": 5, "payload": {}}', "The body names no action."),
        (b'{"action": "\\u0000", "payload": {}}', "The body names no action."),
        (b'{"action": "ping"}', "The body has no payload."),
        (b'{"action": "hire_candidate", "payload": []}', "The body has no payload."),
        (b'{"action": "hire_candidate", "payload": {}}', "The body names no application."),
        (
            b'{"action": "hire_candidate", "payload": {"application": {"id": 99999999999999999999}}}',
            "The body names no application.",
        ),
        (b'{"action": "delete_candidate", "payload": {"person": null}}', "The body names no candidate."),
    ],
)
def test_a_malformed_signed_body_is_stored_as_failed_with_the_reason(
    world: World, body: bytes, reason: str
) -> None:
    assert world.post(body) == 200
    assert world.inbox() == [("failed", reason)]
    assert waiting() == []


def test_any_action_is_stored(world: World) -> None:
    assert world.post(json.dumps({"action": "ü" * 500, "payload": {}}).encode(), "e" * 500) == 200
    assert kept(world) == [("ü" * 60, "e" * 200)]


@pytest.mark.world
def test_the_endpoint_needs_no_more_queries_with_many_deliveries(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # endpoint with its secrets, insert, last event, the wake-up
    with django_assert_num_queries(4):
        assert world.post(BODY, "event-1") == 200
    for number in range(2, 5):
        world.post(BODY, f"event-{number}")
    with django_assert_num_queries(3):  # no last event
        assert world.post(BODY, "event-5") == 200
    with django_assert_num_queries(2):
        assert world.post(BODY, "event-5") == 200
    with django_assert_num_queries(2):
        assert world.post(BODY, Signature="sha256 0") == 401
    with django_assert_num_queries(1):
        assert CLIENT.post("/hooks/greenhouse/nobody/", data=BODY, content_type="application/json")


def test_the_wake_up_follows_the_commit_of_the_row(
    world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(20) as queries:
        world.post(BODY, "event-1")
    statements = [query["sql"] for query in queries.captured_queries]
    insert = next(i for i, sql in enumerate(statements) if 'INSERT INTO "greenhouse_delivery"' in sql)
    wake_up = next(i for i, sql in enumerate(statements) if "pg_notify" in sql)
    opened = sum("SAVEPOINT" in sql and "RELEASE" not in sql for sql in statements[:wake_up])
    closed = sum("RELEASE" in sql for sql in statements[:wake_up])
    assert insert < wake_up
    assert opened == closed


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/octet-stream",
    ],
)
def test_the_content_type_is_ignored(world: World, kind: str) -> None:
    sent = {"Signature": signature(BODY, SECRET)}
    assert CLIENT.post(address(world), data=BODY, content_type=kind, headers=sent).status_code == 200
    assert [bytes(row.body) for row in Delivery.objects.of(world.organisation)] == [BODY]


@pytest.mark.matrix
@pytest.mark.parametrize(
    "action", ["candidate_stage_change", "merge_candidate", "job_updated", "something_new"]
)
@pytest.mark.parametrize(
    "odd",
    [
        '"\\u0000"',
        '"\\ud800"',
        '"x\\udfff\\u0000"',
        "1e999",
        "NaN",
        "-5",
        "0",
        "true",
        "9223372036854775808",
        "123456789012345678901234567890",
        "[[[[[[[[{}]]]]]]]]",
        '{"id": {"id": []}}',
        "null",
        '"5"',
    ],
)
def test_odd_values_in_a_body_never_cause_an_error(world: World, action: str, odd: str) -> None:
    payload = ", ".join(
        f'"{name}": {{"id": {odd}, "candidate_id": {odd}, "new_candidate_id": {odd}, "job_id": {odd}, '
        f'"jobs": [{odd}], "job": {odd}, "current_stage": {odd}, "rejection_reason": {{"name": {odd}}}, '
        f'"candidate": {{"id": {odd}, "recruiter": {{"id": 5, "name": {odd}, "email": {odd}}}}}}}'
        for name in ("application", "person", "job", "job_post", "job_interview_stage")
    )
    body = f'{{"action": "{action}", "payload": {{{payload}, "candidate_id": {odd}}}}}'.encode()
    assert world.post(body) == 200
    world.work()
    [(state, outcome)] = world.inbox()
    assert state in {"handled", "failed"}
    assert outcome


def test_a_stored_delivery_is_answered_200_even_if_the_wake_up_fails(world: World) -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_jobs() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no jobs today'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER no_jobs BEFORE INSERT ON procrastinate_jobs EXECUTE FUNCTION no_jobs()"
        )
    assert world.post(BODY, "event-1") == 200
    assert [state for state, _ in world.inbox()] == ["received"]
