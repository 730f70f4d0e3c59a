"""Holds and erasures in concurrent transactions."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from goodword.accounts.models import Membership, Organisation
from goodword.candidates.domain.erasure_requests import Reason, carry_out_erasure, request_erasure
from goodword.candidates.models import Application, Candidate, Erasure, Hold
from goodword.notifications.models import Email
from goodword.references.domain.referee_erasure import erase_referee
from goodword.references.models import Check, Referee
from goodword.workflow.domain.legal_holds import place_hold
from goodword.workflow.domain.own_erasure import request_own_erasure
from goodword.workspace.retention.rules import erase_if_due
from tests.references.answered import whole
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]

NOW = factories.NOW


@pytest.fixture(autouse=True)
def now(transactional_db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def check() -> Check:
    return whole()


@pytest.fixture
def admin(check: Check) -> Membership:
    return factories.member(check.organisation, kind="admin")


def place(check: Check, admin: Membership) -> Hold:
    role = check.step_request.application.role
    assert role is not None
    return place_hold(on=role, ground="claims", reason="7 Ca 12/26", by=admin, now=NOW)


def due(check: Check) -> Erasure:
    with transaction.atomic():
        return request_erasure(
            of=check.step_request.application.candidate, reason=Reason.MEMBER, now=NOW, by="x", due_at=NOW
        )


def person(check: Check) -> Candidate:
    return Candidate.objects.of(check.organisation).get(pk=check.step_request.application.candidate_id)


def while_open[T](first: Callable[[], object], second: Callable[[], T]) -> T:
    """Run `second` on another connection before the transaction of `first` ends: it has to wait."""
    found: list[T] = []

    def run() -> None:
        try:
            found.append(second())
        finally:
            connection.close()

    other = threading.Thread(target=run)
    with transaction.atomic():
        first()
        other.start()
        _until_somebody_waits()
    other.join(60)
    return found[0]


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


def test_a_hold_placed_during_an_erasure_waits_for_it(check: Check, admin: Membership) -> None:
    erasure = due(check)
    client = signed_in(admin)
    page = path("role_hold", check.organisation, check.step_request.step.role_id)
    sent = {"ground": "claims", "reason": "7 Ca 12/26"}
    response = while_open(
        lambda: carry_out_erasure(erasure_id=erasure.pk, now=NOW),
        lambda: client.post(page, sent, follow=True),
    )
    said = "1 person who applied for this role had already been erased."
    assert said in " ".join(response.content.decode().split())
    assert person(check).erased_at == NOW
    assert Hold.objects.of(check.organisation).filter(lifted_at=None).count() == 1
    assert "People erased before the hold" in client.get(page).content.decode()


@pytest.mark.parametrize("way", ["carried out", "retention", "referee"])
def test_an_erasure_requested_while_a_hold_is_placed_respects_it(
    check: Check, admin: Membership, way: str
) -> None:
    referee = Referee.objects.of(check.organisation).order_by("pk")[0]
    Organisation.objects.filter(pk=check.organisation_id).update(erases_old=True)
    Application.objects.of(check.organisation).update(
        status="rejected", rejected_at=NOW - timedelta(days=9000)
    )
    erasure = due(check) if way == "carried out" else None
    ways: dict[str, Callable[[], Any]] = {
        "carried out": lambda: carry_out_erasure(erasure_id=erasure.pk if erasure else 0, now=NOW),
        "retention": lambda: erase_if_due(
            candidate_id=person(check).pk, organisation_id=check.organisation_id, now=NOW
        ),
        "referee": lambda: erase_referee(referee_id=referee.pk, by="referee", now=NOW),
    }
    assert while_open(lambda: place(check, admin), ways[way]) is False
    assert person(check).erased_at is None
    referee.refresh_from_db(from_queryset=Referee.objects.of(check.organisation))
    assert referee.erased_at is None
    waiting = Erasure.objects.of(check.organisation).filter(done_at=None)
    assert [one.reason for one in waiting] == (["member"] if way == "carried out" else [])


def test_a_candidate_requesting_erasure_during_a_hold_is_informed(check: Check, admin: Membership) -> None:
    application = check.step_request.application
    while_open(lambda: place(check, admin), lambda: request_own_erasure(application=application, now=NOW))
    kinds = Email.objects.of(check.organisation).filter(
        kind__in=["workflow.kept", "workflow.erasure_confirmed"]
    )
    assert [kind.kind for kind in kinds] == ["workflow.kept"]
