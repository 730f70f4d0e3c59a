"""`goodword doctor` on Greenhouse."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection as database
from pytest_django.fixtures import Settings

from goodword.core import clock
from goodword.core.doctor.findings import DoctorFinding
from goodword.greenhouse.client import V3_RATE, LocalPacer, RateReport
from goodword.greenhouse.models import Connection, Delivery, Permission
from goodword.greenhouse.setup import doctor
from goodword.greenhouse.setup.permissions import check_again
from tests.greenhouse.setup.desk import Desk
from tests.greenhouse.setup.test_access import delivery
from tests.support import factories


def found(**options: float) -> list[DoctorFinding]:
    return list(doctor.connections(now=clock.now(), **options))


def row(connection: Connection) -> dict[str, object]:
    return {**Connection.objects.filter(pk=connection.pk).values().get()}


def test_a_working_connection_is_good_and_nothing_about_it_changes(either: Desk) -> None:
    connection = either.connect()
    before = row(connection)
    assert [(finding.area, finding.state) for finding in found()] == [("greenhouse", "good")]
    after = row(connection)
    assert {name for name in after if after[name] != before[name]} <= {"token", "token_lease_until"}


def test_without_connections_there_is_nothing_to_try(desk: Desk) -> None:
    assert [(finding.area, finding.state) for finding in found()] == [("greenhouse", "good")]
    Connection.objects.filter(pk=desk.connect().pk).update(state=Connection.State.DISCONNECTED)
    assert [(finding.area, finding.state) for finding in found()] == [("greenhouse", "good")]


def test_a_revoked_key_is_broken(old_desk: Desk) -> None:
    connection = old_desk.connect()
    old_desk.greenhouse.row.revoked = True
    (one, *_) = found()
    assert (one.state, one.sentence.startswith(f"Connection {connection.pk} of ")) == ("broken", True)
    assert one.remedy.startswith("Create a new credential")
    assert Connection.objects.get(pk=connection.pk).state != Connection.State.BROKEN


def test_a_key_that_cannot_be_decrypted_is_broken(desk: Desk, settings: Settings) -> None:
    desk.connect()
    settings.GOODWORD_FIELD_KEYS = {"k2": b"2" * 32}
    (one,) = found()
    assert (one.state, "can no longer be decrypted" in one.sentence) == ("broken", True)


def test_a_used_up_rate_limit_needs_attention(desk: Desk) -> None:
    desk.connect()
    desk.greenhouse.sandbox.faults.add(
        {"kind": "fail", "path": "/v3", "status": 429, "seconds": 600, "times": 9}
    )
    (one,) = found()
    assert (one.state, one.remedy) == ("attention", "Goodword tries again after that.")


def test_a_user_who_is_no_site_admin_needs_attention(desk: Desk) -> None:
    desk.connect()
    desk.greenhouse.store.switches["service_user_site_admin"] = False
    check_again(desk.connection(), member=desk.admin, now=clock.now())
    one = found()[0]
    assert (one.state, one.sentence.endswith("it answers, but not in full.")) == ("attention", True)


def test_missing_permissions_need_attention(desk: Desk) -> None:
    connection = desk.connect()
    Permission.objects.filter(connection=connection, name="Jobs").update(state="missing", required=True)
    one = found()[0]
    assert (one.state, "permissions are missing (Jobs)" in one.sentence) == ("attention", True)


def test_refused_signatures_need_attention(desk: Desk) -> None:
    connection = desk.connect()
    Connection.objects.filter(pk=connection.pk).update(refused_at=clock.now(), last_event_at=None)
    one = found()[0]
    assert (one.state, "wrong signature" in one.sentence) == ("attention", True)


def test_candidates_whose_ids_are_other_peoples_need_attention(desk: Desk) -> None:
    connection = desk.connect()
    factories.candidate(desk.organisation, connection_id=connection.pk, id_taken_at=clock.now())
    one = found()[0]
    assert (one.state, "belong to other people in Greenhouse (1)" in one.sentence) == ("attention", True)


def test_connections_beyond_the_time_are_named(desk: Desk) -> None:
    desk.connect()
    (one,) = found(seconds=-1)
    assert (one.state, "for lack of time" in one.sentence) == ("attention", True)


@pytest.mark.parametrize(("seconds", "state"), [(3, "good"), (-30, "attention"), (600, "broken")])
def test_greenhouse_s_clock_is_compared_by_the_dates_of_its_answers(seconds: int, state: str) -> None:
    watch = doctor._DateWatch(LocalPacer(V3_RATE))
    sent = factories.NOW
    for date in (sent - timedelta(seconds=seconds), None):
        watch.observe(RateReport(sent, sent + timedelta(seconds=0.5), date, None))
    one = doctor._clock(watch.offsets[0])
    assert (one.area, one.state, bool(one.remedy)) == ("clock", state, state != "good")


@pytest.mark.parametrize(
    ("minutes", "kind", "state"),
    [
        (1, "received", "good"),
        (6, "received", "attention"),
        (16, "received", "broken"),
        (16, "failed", "attention"),
        (16, "handled", "good"),
    ],
)
def test_the_age_of_deliveries(desk: Desk, minutes: int, kind: str, state: str) -> None:
    desk.connect()
    at = clock.now() - timedelta(minutes=minutes)
    Delivery.objects.filter(pk=delivery(desk).pk).update(state=kind, received_at=at)
    line = database.connection
    assert isinstance(line, psycopg.Connection)
    assert doctor.deliveries(line, clock.now()).state == state
    assert doctor.notes(line, clock.now()).state == "good"
