"""A key that is set while workers write candidates."""

import threading
import time

import pytest
from django.db import DatabaseError, connection, transaction

from goodword.accounts.models import Membership
from goodword.candidates.models import Candidate
from goodword.greenhouse.client import V1Credentials
from goodword.greenhouse.models import Connection, Finding, Reconciliation
from goodword.greenhouse.setup.keys import KeyCheck, connect, resume
from tests.support import factories
from tests.workspace.needs_you.world import connection as connected

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]

NOW = factories.NOW


def test_work_resumes_with_a_new_key_while_a_candidate_whose_id_was_taken_is_written() -> None:
    admin = factories.member(factories.organisation(), kind="admin")
    application = factories.application(factories.role(admin.organisation), connection_id=1, remote_id=7)
    row = connected(application)
    people = Candidate.objects.of(admin.organisation)
    people.update(connection_id=row.pk, id_taken_at=NOW)
    failures: list[DatabaseError] = []
    set_key(row, admin, failures)
    other = threading.Thread(target=resume_after_key, args=[row, admin, failures])
    with transaction.atomic():
        list(people.select_for_update())
        other.start()
        _until_somebody_waits()
        # as a sync does: its reference to the organisation locks that, too
        found_in = Reconciliation.objects.create(
            organisation=admin.organisation, connection=row, started_at=NOW, lease_until=NOW
        )
        Finding.objects.create(
            organisation=admin.organisation,
            connection=row,
            found_in=found_in,
            kind="other_person",
            found_at=NOW,
        )
    other.join(60)
    assert failures == []
    assert Connection.objects.of(admin.organisation).get().api == "v1"
    assert not people.exclude(id_taken_at=None).exists()


def test_a_key_is_set_while_a_sync_that_refers_to_the_connection_is_about_to_commit() -> None:
    admin = factories.member(factories.organisation(), kind="admin")
    row = connected(factories.application(factories.role(admin.organisation), connection_id=1, remote_id=7))
    failures: list[DatabaseError] = []
    other = threading.Thread(target=set_key, args=[row, admin, failures])
    with transaction.atomic():
        Reconciliation.objects.create(
            organisation=admin.organisation, connection=row, started_at=NOW, lease_until=NOW
        )
        with connection.cursor() as cursor:
            # as the commit does: locks what the row refers to
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        other.start()
        other.join(60)
        assert not other.is_alive()
    assert failures == []
    assert Connection.objects.of(admin.organisation).get().api == "v1"


def set_key(row: Connection, admin: Membership, failures: list[DatabaseError]) -> None:
    try:
        check = KeyCheck(credentials=V1Credentials(api_key="new"))
        connect(organisation=admin.organisation, check=check, member=admin, now=NOW, connection=row)
    except DatabaseError as error:
        failures.append(error)
    finally:
        connection.close()


def resume_after_key(row: Connection, admin: Membership, failures: list[DatabaseError]) -> None:
    try:
        resume(row, key_set_by=admin, now=NOW)
    except DatabaseError as error:
        failures.append(error)
    finally:
        connection.close()


def _until_somebody_waits() -> None:
    for _ in range(3_000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
