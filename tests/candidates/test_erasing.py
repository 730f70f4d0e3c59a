"""Erasures of a person or of one application: requested once, cancelled, carried out."""

from datetime import timedelta

import pytest
from django.db import transaction

from goodword.candidates.domain.erasure_requests import (
    WAIT,
    Reason,
    cancel_erasure,
    carry_out_erasure,
    request_erasure,
)
from goodword.candidates.models import Application, Candidate, Erasure
from goodword.candidates.personal_data import export
from goodword.core import outbox
from goodword.core.models import Event
from goodword.core.personal_data import ExportReader, ExportRequest
from goodword.notifications.domain.send import send
from goodword.notifications.models import Email
from tests.notifications.mails import NOW, queued
from tests.support import factories

pytestmark = pytest.mark.django_db


def two_applications() -> tuple[Application, Application]:
    organisation = factories.organisation()
    person = factories.candidate(organisation, first_name="Ada", last_name="Lovelace")
    first, second = (factories.application(factories.role(organisation), candidate=person) for _ in range(2))
    return first, second


def ask(of: Candidate | Application, reason: Reason = Reason.CANDIDATE_DELETED, **values: object) -> Erasure:
    with transaction.atomic():
        return request_erasure(of=of, reason=reason, now=NOW, by="greenhouse", **values)  # type: ignore[arg-type]  # a test's


def fresh(application: Application) -> Application:
    return Application.objects.of(application.organisation).select_related("candidate").get(pk=application.pk)


def events(name: str) -> list[int | None]:
    return list(Event.objects.filter(name=name).order_by("pk").values_list("application_id", flat=True))


def test_a_person_goes_with_all_applications_after_seven_days() -> None:
    first, second = two_applications()
    erasure = ask(first.candidate)
    assert erasure.due_at == NOW + WAIT == NOW + timedelta(days=7)
    assert [fresh(application).end for application in (first, second)] == ["erasure", "erasure"]
    assert events("erasure.requested") == [first.pk, second.pk]


def test_two_requests_make_one_erasure_due_at_the_earlier_time() -> None:
    first, _ = two_applications()
    erasure = ask(first.candidate)
    assert ask(first.candidate) == erasure
    assert ask(first.candidate, due_at=NOW).due_at == NOW
    assert ask(first.candidate, due_at=NOW + timedelta(days=30)).due_at == NOW
    assert len(events("erasure.requested")) == 2


def test_exports_list_erasures_of_one_application_and_of_merged_profiles() -> None:
    first, second = two_applications()
    loser = factories.candidate(first.organisation, merged_into=first.candidate)
    for of, reason in ((first, Reason.APPLICATION_DELETED), (loser, Reason.MEMBER)):
        cancel_erasure(ask(of, reason), because="Still needed", now=NOW, by="member:1")
    ask(factories.application(factories.role(first.organisation)).candidate)
    wanted = ExportRequest(
        reader=ExportReader.ORGANISATION,
        organisation=first.organisation,
        candidate_id=first.candidate_id,
        application_ids=(first.pk, second.pk),
    )
    assert [
        (erasure["reason"], erasure["kept because"]) for erasure in export.export(wanted)["erasures"]
    ] == [
        ("application_deleted", "Still needed"),
        ("member", "Still needed"),
    ]


def test_a_cancelled_erasure_cannot_be_carried_out() -> None:
    first, second = two_applications()
    erasure = ask(first.candidate)
    with transaction.atomic():
        assert cancel_erasure(erasure, because="Merged.", now=NOW, by="greenhouse")
        assert not cancel_erasure(erasure, because="Merged.", now=NOW, by="greenhouse")
    assert not carry_out_erasure(erasure_id=erasure.pk, now=NOW)
    assert [fresh(application).end for application in (first, second)] == ["", ""]
    assert fresh(first).candidate.name == "Ada Lovelace"


@pytest.mark.world
def test_an_applications_erasure_stays_due_when_that_of_the_person_is_cancelled() -> None:
    first, second = two_applications()
    ask(first, Reason.APPLICATION_DELETED)
    whole = ask(first.candidate)
    with transaction.atomic():
        cancel_erasure(whole, because="Back.", now=NOW, by="greenhouse")
    assert [fresh(application).end for application in (first, second)] == ["erasure", ""]


@pytest.mark.world
def test_erasing_a_person_settles_pending_erasures_of_their_applications() -> None:
    first, _ = two_applications()
    ask(first, Reason.APPLICATION_DELETED)
    assert carry_out_erasure(erasure_id=ask(first.candidate).pk, now=NOW)
    assert not Erasure.objects.of(first.organisation).filter(done_at=None).exists()


@pytest.mark.world
def test_an_erasure_carried_out_twice_has_one_effect() -> None:
    first, second = two_applications()
    erasure = ask(first.candidate)
    assert [carry_out_erasure(erasure_id=erasure.pk, now=NOW) for _ in range(2)] == [True, False]
    assert events("erasure.done") == [first.pk, second.pk]
    erasure.refresh_from_db(from_queryset=Erasure.objects.across_organisations())
    assert erasure.counts == {"people": 1, "applications": 2}


@pytest.mark.world
def test_a_mail_erased_while_a_worker_sends_it_is_not_saved_again() -> None:
    email = queued()
    assert email.application is not None
    claimed = outbox.claim(Email, email.pk, now=NOW)
    assert claimed is not None
    assert carry_out_erasure(erasure_id=ask(email.application.candidate).pk, now=NOW)
    Email.objects.across_organisations().update(state="queued")
    assert send(email_id=email.pk, now=NOW)
    assert not Email.objects.across_organisations().exists()


def test_a_request_of_the_person_replaces_a_deletion_in_greenhouse() -> None:
    first, _ = two_applications()
    ask(first.candidate)
    assert ask(first.candidate, Reason.CANDIDATE).reason == "candidate"
    assert ask(first.candidate).reason == "candidate"
