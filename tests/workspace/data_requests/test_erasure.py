"""Admins erase a person, or keep the data."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from goodword.accounts.models import AuditEntry
from goodword.assessments.models import Answer, Attempt
from goodword.candidates.domain.erasure_requests import Reason, carry_out_erasure, request_erasure
from goodword.candidates.models import Application, Candidate, Erasure
from goodword.core import clock
from goodword.core.personal_data import Subject, erasers
from goodword.notifications.models import Email
from goodword.references.models import Check
from goodword.roles.models import Role
from goodword.workflow.domain.legal_holds import place_hold
from goodword.workspace.data_requests import LABELS
from tests.references.answered import whole
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in
from tests.workspace.applications import NOW, invited, named, path, portal, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def role() -> Role:
    return factories.role(factories.organisation())


@pytest.fixture
def ada(role: Role) -> Application:
    return named(role, "Ada", "Lovelace", email="ada@people.example")


def asked(application: Application, reason: Reason = Reason.CANDIDATE_DELETED) -> Erasure:
    with transaction.atomic():
        erasure = request_erasure(of=application.candidate, reason=reason, now=clock.now(), by="greenhouse")
    run_jobs()
    return erasure


def page(role: Role, name: str, application: Application, *, kind: str = "admin") -> str:
    client = signed_in(factories.member(role.organisation, kind=kind))
    return client.get(path(name, role.organisation, application.pk)).content.decode()


def state(application: Application) -> tuple[str, bool, list[bool]]:
    """Name, whether erased, and whether each erasure is done."""
    row = Application.objects.of(application.organisation).select_related("candidate").get(pk=application.pk)
    done = [erasure.done_at is not None for erasure in Erasure.objects.of(row.organisation).order_by("pk")]
    return row.candidate.name, row.erased_at is not None, done


@pytest.mark.world
def test_the_page_lists_what_is_erased_and_changes_nothing(role: Role, ada: Application) -> None:
    reported(ada)
    text = page(role, "candidate_erase", ada)
    assert "Answers in assessments" in text
    assert "Data in Greenhouse." in text
    assert state(ada) == ("Ada Lovelace", False, [])
    assert Answer.objects.of(role.organisation).count() > 0


@pytest.mark.world
def test_erased_candidates_show_no_upcoming_step(role: Role, ada: Application) -> None:
    client = signed_in(factories.member(role.organisation, kind="admin"))
    here = path("candidate", role.organisation, ada.pk)
    starts = "Not invited yet."
    assert starts in client.get(here).content.decode()
    client.post(path("candidate_erase", role.organisation, ada.pk))
    page = client.get(here).content.decode()
    assert "Erased candidate" in page
    assert starts not in page


@pytest.mark.main_case
def test_an_admin_erases_a_person_immediately(role: Role, ada: Application) -> None:
    reported(ada)
    other = named(role, "Grace", "Hopper")
    admin = factories.member(role.organisation, kind="admin")
    answer = signed_in(admin).post(path("candidate_erase", role.organisation, ada.pk), follow=True)
    text = answer.content.decode()
    assert "Personal data erased." in text
    assert "Ada" not in text
    assert "Lovelace" not in text
    assert state(ada) == ("Erased candidate", True, [True])
    assert state(other)[:2] == ("Grace Hopper", False)
    [entry] = AuditEntry.objects.of(role.organisation).filter(action="person.erased")
    assert (entry.member, entry.details["applications"]) == (admin, [ada.pk])


@pytest.mark.world
def test_only_the_redacted_report_can_be_opened(role: Role, ada: Application) -> None:
    report = reported(ada)
    client = signed_in(factories.member(role.organisation, kind="admin"))
    client.post(path("candidate_erase", role.organisation, ada.pk))
    run_jobs()
    [fresh] = type(report).objects.of(role.organisation).filter(state="ready")
    assert client.get(path("report_pdf", role.organisation, fresh.pk)).status_code == 200
    assert client.get(path("report_pdf", role.organisation, report.pk)).status_code == 404


def test_everything_that_an_erasure_counts_has_a_label(ada: Application) -> None:
    subject = Subject(
        organisation_id=ada.organisation_id, candidate_id=ada.candidate_id, application_ids=(ada.pk,)
    )
    assert {name for eraser in erasers() for name in eraser.erase(subject, NOW)} <= LABELS.keys()


@pytest.mark.world
def test_erasing_twice_has_no_further_effect(role: Role, ada: Application) -> None:
    client = signed_in(factories.member(role.organisation, kind="admin"))
    for _ in range(2):
        answer = client.post(path("candidate_erase", role.organisation, ada.pk))
        assert answer.headers["Location"] == path("candidate", role.organisation, ada.pk)
    assert state(ada) == ("Erased candidate", True, [True])


@pytest.mark.world
def test_a_pending_erasure_shows_its_date(role: Role, ada: Application) -> None:
    invited(ada)
    asked(ada)
    text = page(role, "candidate", ada)
    assert "Deleted in Greenhouse." in text
    assert "Erase now or keep the data" in text
    assert "Erase now or keep the data" not in page(role, "candidate", ada, kind="recruiter")


@pytest.mark.world
def test_the_link_shows_the_closed_page_and_stops_working_after_erasure(role: Role, ada: Application) -> None:
    """This also applies to a candidate who has finished and would otherwise see the thank-you page."""
    there, client = portal(reported(ada).step_request), Client()

    def shown() -> tuple[int, bool]:
        answer = client.get(there, follow=True)
        return answer.status_code, "workflow/closed.html" in [template.name for template in answer.templates]

    assert shown() == (200, False)
    asked(ada)
    assert shown() == (200, True)
    signed_in(factories.member(role.organisation, kind="admin")).post(
        path("candidate_erase", role.organisation, ada.pk)
    )
    assert shown() == (404, False)


@pytest.mark.world
def test_keeping_the_data_reopens_steps_and_sends_nothing(role: Role, ada: Application) -> None:
    invited(ada)
    asked(ada)
    sent = Email.objects.of(role.organisation).count()
    admin = factories.member(role.organisation, kind="admin")
    signed_in(admin).post(
        path("candidate_keep", role.organisation, ada.pk), {"reason": "A court has asked for it."}
    )
    run_jobs()
    attempt = Attempt.objects.of(role.organisation).get()
    assert (attempt.closed_at, attempt.attention) == (None, "reopened")
    assert Email.objects.of(role.organisation).count() == sent
    [erasure] = Erasure.objects.of(role.organisation)
    assert (erasure.cancelled_because, erasure.cancelled_by) == ("A court has asked for it.", admin)
    assert "A court has asked for it." in page(role, "candidate", ada)
    assert AuditEntry.objects.of(role.organisation).filter(action="erasure.cancelled").count() == 1


@pytest.mark.world
def test_candidates_are_told_that_their_request_for_erasure_was_cancelled(
    role: Role, ada: Application
) -> None:
    asked(ada, Reason.CANDIDATE)
    Candidate.objects.of(role.organisation).filter(pk=ada.candidate_id).update(chosen_language="de")
    client = signed_in(factories.member(role.organisation, kind="admin"))
    target = path("candidate_erase", role.organisation, ada.pk)
    assert "The candidate gets an e-mail that their data is kept." in client.get(target).content.decode()
    answer = client.post(
        path("candidate_keep", role.organisation, ada.pk), {"reason": "Wants the job."}, follow=True
    )
    assert "The candidate gets an e-mail." in answer.content.decode()
    run_jobs()
    email = Email.objects.of(role.organisation).get(kind="workflow.erasure_cancelled")
    text = " ".join(email.text.split())
    assert (email.to_address, email.state) == ("ada@people.example", Email.State.SENT)
    assert "Die Löschung wurde dort abgebrochen; Ihre Daten bleiben gespeichert." in text
    assert "Wants the job." not in text


@pytest.mark.world
@pytest.mark.parametrize("how", ["cancelled", "held"])
def test_mails_about_a_request_for_erasure_reveal_no_search_that_the_candidate_does_not_know(
    role: Role, ada: Application, how: str
) -> None:
    invited(ada)
    secret = factories.application(
        factories.role(role.organisation), candidate=ada.candidate, recruiter_email="sam@acme.example"
    )
    erasure, admin = asked(ada, Reason.CANDIDATE), factories.member(role.organisation, kind="admin")
    if how == "cancelled":
        keep = path("candidate_keep", role.organisation, secret.pk)
        signed_in(admin).post(keep, {"reason": "Wants the job."})
    else:
        place_hold(on=ada.candidate, ground="claims", reason="Dispute", by=admin, now=clock.now())
    email = Email.objects.of(role.organisation).get(key__startswith=f"erasure:{erasure.pk}:")
    assert (email.application, email.reply_to) == (ada, ada.recruiter_email)
    assert secret.recruiter_email not in str(email.context)


@pytest.mark.world
def test_candidates_without_an_address_are_not_said_to_be_told(role: Role, ada: Application) -> None:
    asked(ada, Reason.CANDIDATE)
    Candidate.objects.of(role.organisation).filter(pk=ada.candidate_id).update(email="")
    client = signed_in(factories.member(role.organisation, kind="admin"))
    page = client.get(path("candidate_erase", role.organisation, ada.pk)).content.decode()
    assert "told by e-mail" not in page and "Nothing is sent automatically." in page
    answer = client.post(
        path("candidate_keep", role.organisation, ada.pk), {"reason": "Wants the job."}, follow=True
    )
    assert "nothing was sent." in answer.content.decode()


@pytest.mark.world
def test_keeping_the_data_needs_a_reason(role: Role, ada: Application) -> None:
    asked(ada)
    client = signed_in(factories.member(role.organisation, kind="admin"))
    answer = client.post(path("candidate_keep", role.organisation, ada.pk), {"reason": " "})
    assert (answer.status_code, "Enter a reason." in answer.content.decode()) == (422, True)
    assert state(ada) == ("Ada Lovelace", False, [False])


@pytest.mark.world
def test_keeping_the_data_fails_if_another_admin_is_faster(role: Role, ada: Application) -> None:
    erasure = asked(ada)
    admin = factories.member(role.organisation, kind="admin")
    client = signed_in(admin)
    done: list[bool] = []

    def erase_first(execute: Any, sql: str, *rest: Any) -> Any:
        if "FOR NO KEY UPDATE" in sql and not done:
            done.append(True)
            assert carry_out_erasure(erasure_id=erasure.pk, now=NOW, member=admin)
        return execute(sql, *rest)

    with connection.execute_wrapper(erase_first):
        answer = client.post(
            path("candidate_keep", role.organisation, ada.pk), {"reason": "A court asks."}, follow=True
        )
    text = answer.content.decode()
    assert ("no longer a pending erasure" in text, "Data kept" in text) == (True, False)
    assert state(ada) == ("Erased candidate", True, [True])


@pytest.mark.world
def test_keeping_without_a_pending_erasure_does_nothing(role: Role, ada: Application) -> None:
    client = signed_in(factories.member(role.organisation, kind="admin"))
    answer = client.post(path("candidate_keep", role.organisation, ada.pk), {"reason": "x"}, follow=True)
    assert "There is no pending erasure." in answer.content.decode()


@pytest.mark.world
@pytest.mark.parametrize("name", ["candidate_erase", "candidate_keep"])
@pytest.mark.parametrize(
    ("who", "status"), [("recruiter", 403), ("hiring_manager", 403), ("stranger", 404), ("nobody", 302)]
)
def test_erasure_needs_an_admin(role: Role, ada: Application, name: str, who: str, status: int) -> None:
    asked(ada)
    if who == "nobody":
        client = Client()
    elif who == "stranger":
        client = signed_in(factories.member(factories.organisation(), kind="admin"))
    else:
        client = signed_in(factories.member(role.organisation, kind=who))
    there = path(name, role.organisation, ada.pk)
    assert client.post(there, {"reason": "Because."}).status_code == status
    if name == "candidate_erase":
        assert client.get(there).status_code == status
    assert state(ada) == ("Ada Lovelace", False, [False])
    assert Candidate.objects.of(role.organisation).get(pk=ada.candidate_id).email == "ada@people.example"


@pytest.mark.world
def test_the_erasure_of_one_application_offers_only_that(role: Role, ada: Application) -> None:
    second = factories.application(
        factories.role(role.organisation, title="Gardener"), candidate=ada.candidate
    )
    with transaction.atomic():
        request_erasure(of=ada, reason=Reason.APPLICATION_DELETED, now=NOW, by="greenhouse")
    client = signed_in(factories.member(role.organisation, kind="admin"))
    assert (
        "Erase this application"
        in client.get(path("candidate_erase", role.organisation, ada.pk)).content.decode()
    )
    client.post(path("candidate_erase", role.organisation, ada.pk))
    assert state(ada)[:2] == ("Ada Lovelace", True)
    assert state(second)[:2] == ("Ada Lovelace", False)


@pytest.mark.world
def test_the_time_zone_of_an_erased_person_is_erased() -> None:
    check = whole()
    Check.objects.of(check.organisation).update(time_zone="America/New_York")
    with transaction.atomic():
        erasure = request_erasure(
            of=check.step_request.application.candidate, reason=Reason.MEMBER, now=NOW, by="x", due_at=NOW
        )
    assert carry_out_erasure(erasure_id=erasure.pk, now=NOW)
    assert Check.objects.of(check.organisation).get().time_zone == ""
