"""A field key that doesn't match the database is detected at start, and no webhook is refused because of it."""

import base64
import os
import subprocess
import threading

import psycopg
import pytest
from django.db import connection
from django.urls import reverse
from pytest_django.fixtures import Settings

from goodword.core import crypto
from goodword.core.environment import SettingError
from goodword.core.models import FieldKeyCanary
from goodword.core.supervise import goodword
from goodword.greenhouse.client import V1Credentials
from goodword.greenhouse.models import Connection, Delivery, WebhookSecret
from greenhouse_sandbox.webhooks.delivery import signature
from tests.core.test_killed_worker import here, until
from tests.greenhouse.world import CLIENT, SECRET
from tests.support import factories
from tests.support.pages import signed_in
from tests.support.ports import free_port

K1, K2, OTHER = b"1" * 32, b"2" * 32, b"x" * 32
LACKS = (
    "GOODWORD_FIELD_KEYS lacks the key 'k1', which encrypted secrets in this database. Add it after the current "
    "one; if it is lost for good, run `goodword forget-field-key k1`."
)
ANOTHER = (
    "The key 'k1' in GOODWORD_FIELD_KEYS is not the one that encrypted the secrets in this database. Put that one "
    "back; if it is lost for good, run `goodword forget-field-key k1`."
)


@pytest.fixture(autouse=True)
def one_key(settings: Settings) -> None:
    settings.GOODWORD_FIELD_KEYS = {"k1": K1}


def canaries() -> list[str]:
    return list(FieldKeyCanary.objects.order_by("pk").values_list("key_id", flat=True))


def connected() -> Connection:
    """A connection with secrets sealed with the current key, in a database without canaries."""
    connection = Connection(
        organisation=factories.organisation(slug="acme"),
        endpoint_key="e" * 43,
        connected_at=factories.NOW,
        state=Connection.State.ACTIVE,
    )
    connection.set_credentials(V1Credentials("a-key"))
    connection.save()
    WebhookSecret.add(connection, SECRET, now=factories.NOW)
    FieldKeyCanary.objects.all().delete()
    return connection


def delivered(connection: Connection, secret: str = SECRET) -> int:
    body = b'{"action": "office_deleted", "payload": {"id": 5}}'
    return CLIENT.post(
        reverse("greenhouse_hook", args=[connection.endpoint_key]),
        data=body,
        content_type="application/json",
        headers={"Signature": signature(body, secret)},
    ).status_code


@pytest.mark.django_db
def test_a_canary_is_written_at_first_start_only() -> None:
    for _ in range(3):
        crypto.check_field_keys()
    assert canaries() == ["k1"]


@pytest.mark.matrix
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("keys", "said"), [({"k2": K2}, LACKS), ({"k1": OTHER}, ANOTHER), ({"k2": K2, "k1": OTHER}, ANOTHER)]
)
def test_mismatched_keys_are_refused_with_a_remedy(
    settings: Settings, keys: dict[str, bytes], said: str
) -> None:
    crypto.check_field_keys()
    settings.GOODWORD_FIELD_KEYS = keys
    with pytest.raises(SettingError) as refused:
        crypto.check_field_keys()
    assert str(refused.value) == str(crypto.field_key_problem()) == said
    assert canaries() == ["k1"]


@pytest.mark.django_db
def test_after_a_rotation_both_keys_are_required(settings: Settings) -> None:
    crypto.check_field_keys()
    settings.GOODWORD_FIELD_KEYS = {"k2": K2, "k1": K1}
    crypto.check_field_keys()
    assert canaries() == ["k1", "k2"]
    settings.GOODWORD_FIELD_KEYS = {"k1": K1}
    assert str(crypto.field_key_problem()).startswith("GOODWORD_FIELD_KEYS lacks the key 'k2'")


@pytest.mark.django_db
@pytest.mark.parametrize(("keys", "said"), [({"k2": K2}, LACKS), ({"k1": OTHER}, ANOTHER)])
def test_a_database_without_canaries_is_checked_against_its_secrets(
    settings: Settings, keys: dict[str, bytes], said: str
) -> None:
    connected()
    settings.GOODWORD_FIELD_KEYS = keys
    with pytest.raises(SettingError) as refused:
        crypto.check_field_keys()
    assert (str(refused.value), canaries()) == (said, [])


@pytest.mark.django_db
def test_an_old_key_gets_a_canary_if_it_sealed_any_secret(settings: Settings) -> None:
    connected()
    settings.GOODWORD_FIELD_KEYS = {"k2": K2, "k1": K1}
    crypto.check_field_keys()
    assert canaries() == ["k1", "k2"]


@pytest.mark.django_db
def test_a_lost_key_can_be_forgotten(settings: Settings) -> None:
    connected()
    crypto.check_field_keys()
    settings.GOODWORD_FIELD_KEYS = {"k2": K2}
    assert crypto.forget_field_key("k1") == 2  # the credential and the secret key
    crypto.check_field_keys()
    assert canaries() == ["k2"]


@pytest.mark.django_db
def test_a_key_replaced_under_the_same_id_can_be_forgotten(settings: Settings) -> None:
    crypto.check_field_keys()
    settings.GOODWORD_FIELD_KEYS = {"k1": OTHER}
    assert crypto.forget_field_key("k1") == 0
    crypto.check_field_keys()
    assert canaries() == ["k1"]


@pytest.mark.django_db
@pytest.mark.parametrize("key_id", ["k1", "k9"])
def test_matching_and_unknown_keys_cannot_be_forgotten(key_id: str) -> None:
    crypto.check_field_keys()
    with pytest.raises(SettingError):
        crypto.forget_field_key(key_id)
    assert canaries() == ["k1"]


@pytest.mark.django_db(transaction=True)
def test_of_two_concurrent_first_starts_with_different_keys_the_second_is_refused() -> None:
    """The process that waited for the lock sees what the first one wrote."""
    refused: list[str] = []

    def start() -> None:
        try:
            crypto.check_field_keys()
        except SettingError as error:
            refused.append(str(error))
        finally:
            connection.close()

    def waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
                "AND %s = ANY(pg_blocking_pids(pid))",
                [first.info.backend_pid],
            )
            return cursor.fetchone() is not None

    with psycopg.connect(here()["DATABASE_URL"]) as first:
        first.execute("SELECT pg_advisory_xact_lock(%s)", [crypto._LOCK])
        first.execute("INSERT INTO core_fieldkeycanary (key_id, sealed) VALUES ('k0', 'k0:AAAA')")
        second = threading.Thread(target=start)
        second.start()
        until(lambda: waits() or not second.is_alive())
    second.join(60)
    assert refused == [LACKS.replace("k1", "k0")]
    assert canaries() == ["k0"]


@pytest.mark.django_db
@pytest.mark.parametrize("keys", [{"k2": K2}, {"k1": OTHER}])
def test_webhooks_get_503_while_the_key_is_missing(settings: Settings, keys: dict[str, bytes]) -> None:
    connection = connected()
    settings.GOODWORD_FIELD_KEYS = keys
    assert (delivered(connection), Delivery.objects.of(connection.organisation).count()) == (503, 0)
    connection.refresh_from_db()
    assert connection.refused_count == 0
    settings.GOODWORD_FIELD_KEYS = {"k2": K2, "k1": K1}
    assert delivered(connection) == 200


@pytest.mark.django_db
def test_webhooks_verify_with_any_secret_that_can_be_decrypted(settings: Settings) -> None:
    connection = connected()
    settings.GOODWORD_FIELD_KEYS = {"k2": K2, "k1": K1}
    WebhookSecret.add(connection, "a newer secret key", now=factories.NOW)
    settings.GOODWORD_FIELD_KEYS = {"k1": K1}
    assert delivered(connection) == 200
    assert delivered(connection, "a newer secret key") == 503


@pytest.mark.django_db
def test_unknown_and_disconnected_endpoints_still_get_404(settings: Settings) -> None:
    connection = connected()
    settings.GOODWORD_FIELD_KEYS = {"k2": K2}
    Connection.objects.of(connection.organisation).update(state=Connection.State.DISCONNECTED)
    assert delivered(connection) == 404


@pytest.mark.world
@pytest.mark.django_db
def test_health_and_integrations_pages_warn_about_undecryptable_secrets(settings: Settings) -> None:
    connection = connected()
    admin = signed_in(factories.member(connection.organisation, kind="admin"))
    pages = [
        reverse("greenhouse_health", args=["acme", connection.pk]),
        reverse("integrations", args=["acme"]),
    ]
    for keys, warned in (({"k1": K1}, False), ({"k2": K2}, True)):
        settings.GOODWORD_FIELD_KEYS = keys
        for page in pages:
            html = admin.get(page).content.decode()
            assert ("The stored secrets cannot be decrypted" in html) is warned
            assert ("Not working" in html) is warned


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("command", [["serve"], ["serve", "--processes", "2"], ["worker"], ["migrate"]])
def test_programs_refuse_to_start_with_a_one_line_error(command: list[str]) -> None:
    crypto.check_field_keys()
    port = {"GOODWORD_PORT": str(free_port())}
    ended = subprocess.run(
        goodword(*command),
        env={**os.environ, **here(), **port, "GOODWORD_FIELD_KEYS": f"k2:{base64.b64encode(K2).decode()}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (2, f"goodword: {LACKS}")
