"""Reactions to one application in two workers at once."""

import threading

import pytest
from django.db import connection, transaction

from goodword.candidates.models import Application, Candidate
from goodword.core import events
from goodword.core.events import record
from goodword.core.models import Reaction
from goodword.references.models import Check
from goodword.reports.models import Report
from goodword.workflow.models import lock, lock_application
from tests.references.story import sent
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.overlap import before_commit
from tests.workflow.test_automation import application, arrive, starts

__all__ = ["application"]


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction would not see new activity
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_an_address_that_arrives_during_a_request_starts_the_step(application: Application) -> None:
    """The event concerns all applications of the person, but only the delivered one is locked."""
    people = Candidate.objects.of(application.organisation).filter(pk=application.candidate_id)
    address = application.candidate.email
    people.update(email="")
    arrive(application)

    def the_address_comes() -> None:
        try:
            with transaction.atomic():
                people.update(email=address)
                record(
                    "candidate.changed",
                    organisation_id=application.organisation_id,
                    application_id=application.pk,
                    actor="greenhouse",
                    at=factories.NOW,
                )
            events.react.run()
        finally:
            connection.close()

    with transaction.atomic():
        events.run_reaction(Reaction.objects.select_related("event").get(state="waiting"))
        assert starts(application) == [("assessment", "waiting", "no_address")]  # not committed yet
        other = threading.Thread(target=the_address_comes)
        other.start()
        while other.is_alive() and not somebody_waits_for_a_lock():
            other.join(0.01)
    other.join()
    run_jobs()
    assert starts(application) == [("assessment", "started", "")]


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_an_application_is_locked_with_its_new_candidate_and_role(application: Application) -> None:
    """The person is merged, and the application moved to another role, while a request waits for the lock."""
    other = factories.application(factories.role(application.organisation, title="Rigger"))
    assert application.role is not None

    def locked() -> tuple[str, str]:
        with transaction.atomic():
            found = lock_application(application.pk)
            return found.candidate.name, found.role.title if found.role else "none"

    rows = Application.objects.of(application.organisation).filter(pk=application.pk)
    with before_commit(locked) as found:
        rows.update(candidate=other.candidate)
    assert found == [(other.candidate.name, application.role.title)]
    with before_commit(locked) as found:
        rows.update(role=other.role)
    assert found == [(other.candidate.name, "Rigger")]


@pytest.mark.world
@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_an_answer_need_not_wait_for_a_report_that_is_about_to_be_committed() -> None:
    check = sent().check
    locked: list[Check] = []

    def answer() -> None:
        try:
            with transaction.atomic():
                locked.append(lock(Check, check.pk))
        finally:
            connection.close()

    other = threading.Thread(target=answer)
    with transaction.atomic():
        Report.objects.create(
            organisation=check.organisation,
            step_request=check.step_request,
            check_run=check,
            version=1,
            code="GW-7F3K-Q2MX",
            snapshot={},
            created_at=factories.NOW,
        )
        with connection.cursor() as cursor:
            # as the commit does: locks what the row refers to
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        other.start()
        other.join(60)
        assert locked == [check]
    other.join()
