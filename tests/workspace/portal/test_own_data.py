"""A candidate's own data: notice, download, erasure."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.test import Client

from goodword.accounts.models import Organisation
from goodword.assessments.models import Answer, Calibration
from goodword.candidates.domain.erasure_requests import Reason, carry_out_erasure, request_erasure
from goodword.candidates.models import Application, Candidate, Erasure
from goodword.greenhouse.sync.due_erasures import erase_due
from goodword.notifications.domain import links
from goodword.notifications.models import Email, Link
from goodword.references.models import Check, CheckFlag
from goodword.workflow.domain.own_erasure import request_own_erasure
from goodword.workflow.portal import ask_recruiter
from tests.assessments.all_kinds import assessment_of_all, taken
from tests.assessments.support import answer_all, assigned, part_of
from tests.references.answered import NOW, data_path, named, whole
from tests.references.test_erase_referee import mail_to
from tests.support import factories
from tests.support.jobs import event_names, run_jobs
from tests.workspace.applications import portal

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@pytest.fixture
def check() -> Check:
    return whole(title="Engineer at heart", company="Globex")


def data_page(check: Check, **values: Any) -> str:
    """The portal's *Your data*."""
    return f"{portal(check.step_request, **values)}data/"


def own_path(check: Check, *, address: str = "") -> str:
    """The page with the buttons, opened by a new mailed link."""
    who = check.step_request.application.candidate
    return data_path(Link.Purpose.CANDIDATE_DATA, check, check.step_request_id, address or who.email)


def downloaded(path: str) -> tuple[dict[str, Any], str]:
    text = Client().get(f"{path}download/").content.decode()
    return json.loads(text), text


def test_the_notice_covers_data_purpose_readers_and_retention(check: Check) -> None:
    page = " ".join(Client().get(data_page(check)).content.decode().split())
    for said in (
        "the referees you named and their answers",
        "Acme has not set a date for automatic erasure.",
        "Contact: Rita Recruiter (rita@acme.example).",
        "Your referees' answers, unless they were told that you may read them",
        # Settings > Fairness
        "Acme may also compare how often applicants of different groups are hired, to check that its hiring is fair;",
    ):
        assert said in page
    assert "network address" not in page


def test_the_notice_mentions_devices_only_if_compared(check: Check) -> None:
    Organisation.objects.filter(pk=check.organisation_id).update(watches_devices=True)
    assert "network address" in Client().get(data_page(check)).content.decode()


@pytest.mark.world
def test_the_file_omits_confidential_answers_of_others(check: Check) -> None:
    request = check.requests.order_by("pk")[0]
    request.decline_reason = "secret-reason"
    request.save()
    CheckFlag.objects.create(
        organisation=check.organisation,
        check_run=check,
        code="alike",
        key="x",
        grade="low",
        facts={"said": "secret-sign"},
        found_at=NOW,
    )
    application = check.step_request.application
    application.status, application.rejection_reason = "rejected", "secret-rejection"
    application.stage_name = "secret-stage"
    application.save()
    mail_to(check, application.candidate.email, hello="Ada")
    mail_to(check, "rita@acme.example", hello="secret-mail")
    told, text = downloaded(own_path(check))
    assert told["person"]["job title"] == "Engineer at heart"
    [one] = told["reference checks"]
    assert [(who["name"], who["state"]) for who in one["referees"]] == [
        ("Maria Schmidt", "answered"),
        ("Omar Haddad", "answered"),
        ("Paul Meier", "answered"),
    ]
    own = {answer["question"]: answer["answer"] for answer in one["own answers"]["answers"]}
    assert own["I keep promises."] == "Agree"
    assert [mail["to"] for mail in told["mails"]] == [application.candidate.email]
    for hidden in ("secret", "rejected", "She thinks before she builds.", "Umbrella"):
        assert hidden not in text


def test_the_file_includes_references_if_permitted(check: Check) -> None:
    check.candidate_may_see = True
    check.save()
    told, _ = downloaded(own_path(check))
    answers = told["reference checks"][0]["referees"][1]["reference"]["answers"]
    assert {"question": "What is Ada Lovelace best at?", "answer": "She is quick."} in answers


@pytest.mark.world
def test_the_file_omits_applications_unknown_to_the_candidate(check: Check) -> None:
    secret = factories.role(check.organisation, title="Secret successor")
    factories.application(secret, candidate=check.step_request.application.candidate)
    told, text = downloaded(own_path(check))
    assert len(told["applications"]) == 1
    assert "Secret successor" not in text


def test_the_file_contains_the_candidates_questions(check: Check) -> None:
    application = check.step_request.application
    for by, text in (("candidate", "When do I hear from you?"), ("referee:1", "Which year?")):
        assert ask_recruiter(
            application=application, by=by, name="N", address="n@mail.example", text=text, now=NOW
        )
    file, everything = downloaded(own_path(check))
    assert [question["question"] for question in file["questions"]] == ["When do I hear from you?"]
    assert "Which year?" not in everything


@pytest.mark.world
def test_the_file_contains_no_other_people(check: Check) -> None:
    other = whole(email="other@mail.example", first_name="Grace", last_name="Hopper")
    named(other, 5, name="Hedy Lamarr")
    _, text = downloaded(own_path(check))
    assert "Hopper" not in text and "Hedy" not in text


def test_opening_the_erasure_page_changes_nothing(check: Check) -> None:
    page = Client().get(f"{own_path(check)}erase/")
    assert page.status_code == 200
    assert "In seven days" in page.content.decode()
    assert not Erasure.objects.of(check.organisation).exists()


@pytest.mark.world
def test_a_deletion_in_greenhouse_does_not_shorten_the_day_that_the_candidate_is_told(check: Check) -> None:
    candidate = check.step_request.application.candidate
    with transaction.atomic():
        request_erasure(
            of=candidate, reason=Reason.CANDIDATE_DELETED, now=NOW - timedelta(days=3), by="greenhouse"
        )
    erasure = request_own_erasure(application=check.step_request.application, now=NOW)
    assert erasure.due_at == datetime(2026, 3, 7, 22, 59, tzinfo=UTC)
    confirmation = Email.objects.of(check.organisation).get(kind="workflow.erasure_confirmed")
    assert confirmation.context["due"] == "7 March 2026"


@pytest.mark.main_case
def test_requesting_erasure_closes_steps_and_schedules_it_in_seven_days(check: Check) -> None:
    check.progress, check.completed_at = "in_progress", None
    check.save()
    path = own_path(check)
    response = Client().post(f"{path}erase/")
    assert (response.status_code, response["Location"]) == (302, path)
    run_jobs()
    Client().post(f"{path}erase/")
    run_jobs()
    erasure = Erasure.objects.of(check.organisation).get()
    # the mail says "until 10 March": the end of that day in Berlin
    assert (erasure.reason, erasure.due_at) == ("candidate", datetime(2026, 3, 10, 22, 59, tzinfo=UTC))
    assert Check.objects.of(check.organisation).get().closed_at == NOW
    message, confirmation = mail.outbox
    assert message.to == ["Rita Recruiter <rita@acme.example>"]
    assert message.subject == "Ada Lovelace has asked for their data to be erased"
    said = "The data will be erased on 10 March 2026. Data in other systems, such as Greenhouse, is not affected."
    assert said in " ".join(str(message.body).split())
    assert check.step_request.application.candidate.email in confirmation.to[0]
    assert isinstance(confirmation, EmailMultiAlternatives)
    for part in (confirmation.body, confirmation.alternatives[0][0]):
        said = " ".join(str(part).split())
        assert "It will be erased on 10 March 2026." in said
        assert "You can change your mind until 10 March 2026: write to Rita Recruiter" in said
    page = " ".join(Client().get(path).content.decode().split())
    assert "It will be erased on Tuesday 10 March 2026." in page
    assert "You can change your mind until Tuesday 10 March 2026: write to Rita Recruiter" in page
    assert "Erase my data" not in page
    file = json.loads(Client().get(f"{path}download/").content)
    assert file["organisation"] == "Acme"
    with time_machine.travel(NOW + timedelta(days=8), tick=False):
        # being visible in Greenhouse does not cancel the candidate's own request
        assert erase_due(now=NOW + timedelta(days=8)) == 1
        run_jobs()
        assert Candidate.objects.of(check.organisation).get().erased_at is not None
        assert Client().get(path).status_code == 404
    assert event_names(check.step_request.application_id).count("erasure.done") == 1


@pytest.mark.world
def test_your_data_works_after_a_rejection_without_mentioning_it(check: Check) -> None:
    Application.objects.of(check.organisation).update(status="rejected", rejection_reason="Too tall")
    check.closed_at, check.closed_by, check.close_reason = NOW, "greenhouse", "rejected"
    check.progress = "in_progress"
    check.save()
    path = own_path(check)
    for page in (data_page(check), path, f"{path}download/", f"{path}erase/"):
        response = Client().get(page)
        assert response.status_code == 200
        assert "rejected" not in response.content.decode().lower().replace("rejected-", "")


def asked_for_link(path: str) -> list[EmailMultiAlternatives]:
    """The mail sent when the page's button is pressed."""
    before = len(mail.outbox)
    response = Client().post(f"{path}link/")
    run_jobs()
    assert (response.status_code, response["Location"]) == (302, f"{path}?sent=1")
    return [one for one in mail.outbox[before:] if isinstance(one, EmailMultiAlternatives)]


def link_in(message: EmailMultiAlternatives) -> str:
    [link] = re.findall(r"http://localhost:8000(/d/[\w-]{43}/)", str(message.body))
    return str(link)


@pytest.mark.world
@pytest.mark.parametrize("age", [timedelta(days=1), timedelta(days=365)])
def test_old_portal_links_can_request_the_data_link(check: Check, age: timedelta) -> None:
    Application.objects.of(check.organisation).update(status="rejected")
    path = data_page(check, now=NOW - age)
    page = Client().get(path).content.decode()
    for hidden in ("Download my data", "Erase my data", check.step_request.application.candidate.email):
        assert hidden not in page
    assert Client().get(f"{path}download/").status_code == 404
    assert Client().post(f"{path}erase/").status_code == 404
    [message] = asked_for_link(path)
    assert message.to == [f"Ada Lovelace <{check.step_request.application.candidate.email}>"]
    assert "Link sent" in Client().get(f"{path}?sent=1").content.decode()
    own_page = link_in(message)
    told, _ = downloaded(own_page)
    assert told["person"]["job title"] == "Engineer at heart"
    token = own_page.split("/")[2]
    for purpose in ("/p/", "/r/", "/dr/", "/v/", "/s/", "/a/"):
        assert Client().get(f"{purpose}{token}/").status_code == 404
    with time_machine.travel(NOW + timedelta(minutes=61), tick=False):
        assert Client().get(f"{own_page}download/")["Location"] == own_page
        assert Client().post(f"{own_page}erase/")["Location"] == own_page
        assert "This link has expired" in Client().get(own_page).content.decode()
        assert len(asked_for_link(own_page)) == 1
    assert not Erasure.objects.of(check.organisation).exists()


@pytest.mark.world
def test_data_links_are_rate_limited(check: Check) -> None:
    path, sent = data_page(check), []
    for minutes in (0, 9, 11, 22, 33, 44, 55):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            sent.append(len(asked_for_link(path)))
    assert sent == [1, 0, 1, 1, 1, 1, 0]


@pytest.mark.world
def test_data_links_are_sent_even_to_people_not_to_be_mailed(check: Check) -> None:
    candidate = check.step_request.application.candidate
    mail_to(check, candidate.email, hello="Ada")
    Email.objects.of(check.organisation).update(
        link_purpose="candidate", complained_at=NOW, complained_address=candidate.email
    )
    Candidate.objects.of(check.organisation).update(can_email=False)
    assert len(asked_for_link(data_page(check))) == 1


def test_a_data_link_stops_working_when_the_address_changes(check: Check) -> None:
    path = own_path(check, address="old@mail.example")
    assert Client().get(f"{path}download/")["Location"] == path
    assert "This link has expired" in Client().get(path).content.decode()


@pytest.mark.world
def test_without_an_address_the_page_names_a_contact(check: Check) -> None:
    Candidate.objects.of(check.organisation).update(email="")
    path = data_page(check)
    assert "We have no e-mail address for you." in Client().get(path).content.decode()
    assert asked_for_link(path) == []


@pytest.mark.world
def test_revoked_and_unknown_links_do_nothing(check: Check) -> None:
    revoked, revoked_own = data_page(check), own_path(check)
    links.end(
        organisation=check.organisation,
        purpose=Link.Purpose.CANDIDATE,
        subject_id=check.step_request_id,
        now=NOW,
    )
    before = Email.objects.of(check.organisation).count()
    for path in (revoked, revoked_own):
        assert "There is nothing to do here" in Client().get(path).content.decode()
    for path in ("/p/nonsense/data/", "/d/nonsense/"):
        assert Client().get(path).status_code == 404
    for path in (revoked, revoked_own, "/p/nonsense/data/", "/d/nonsense/"):
        for more in ("erase/", "link/"):
            Client().post(f"{path}{more}")
        assert not Client().get(f"{path}download/")["Content-Type"].startswith("application/json")
    assert not Erasure.objects.of(check.organisation).exists()
    assert Email.objects.of(check.organisation).count() == before


def test_closed_pages_link_to_your_data(check: Check) -> None:
    check.closed_at, check.closed_by, check.close_reason = NOW, "greenhouse", "rejected"
    check.progress = "in_progress"
    check.save()
    path = data_page(check)
    assert f'href="{path}"' in Client().get(path.removesuffix("data/")).content.decode()


@pytest.mark.world
def test_the_pages_are_kept_out_of_caches_and_search_engines(check: Check) -> None:
    path = own_path(check)
    for page in (data_page(check), path, f"{path}download/", f"{path}erase/"):
        response = Client().get(page)
        assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("no-store", "noindex")


@pytest.mark.world
def test_the_notice_about_use_of_answers_is_true(check: Check) -> None:
    norms = "These figures say nothing about any one person and remain after your data is erased."
    assert norms not in text_of(data_page(check))
    candidate = check.step_request.application.candidate
    attempt = assigned(factories.application(factories.role(check.organisation), candidate=candidate))
    answer_all(attempt)
    page = text_of(data_page(check))
    # reused results and the correlations of Settings > Validity, in which all applicants' scores count
    for said in (
        norms,
        "or on another of your applications within a year, and account for the decision",
        "to compute norms and task difficulty and to check whether the tests predict job performance",
        "The recruiting team at Acme and everyone who decides on your application.",
        # personal_data.export: marks with comments are in the file, other notes aren't
        "and colleagues, except comments on answers that they marked; anything that",
        "a timeline of events; anything that automatic checks flag for review; and notes by people at Acme.",
        "how long each timed answer took; what is recorded while you take a test; and your requests for adjustments.",
    ):
        assert said in page, said
    made = Calibration.objects.create(
        organisation=check.organisation,
        test=part_of(attempt).version.test,
        version="1",
        number=1,
        content={"n": 200},
        n=200,
        created_at=NOW,
    )
    with transaction.atomic():
        erasure = request_erasure(
            of=check.step_request.application.candidate, reason=Reason.MEMBER, now=NOW, by="x", due_at=NOW
        )
    assert carry_out_erasure(erasure_id=erasure.pk, now=NOW)
    assert not Answer.objects.of(check.organisation).exists()
    assert list(Calibration.objects.of(check.organisation).values_list("pk", "content")) == [
        (made.pk, {"n": 200})
    ]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "Acme has not set a date for automatic erasure. You can have it erased at any time"),
        (
            {"erases_old": True, "keep_months": 6},
            "require it to be kept. It is kept while you wait for an answer to a request for a human review.",
        ),
        (
            {"erases_old": True, "keep_months": 24},
            "It is erased 2 years after your last application at Acme ends, or after the last answer",
        ),
        (
            {"erases_hidden": True, "hidden_months": 1},
            "It is erased 1 month after your applications are removed from the recruiting software of Acme. You can",
        ),
    ],
    ids=["off", "review", "old", "hidden"],
)
def test_the_notice_states_the_retention_settings(check: Check, values: dict[str, Any], says: str) -> None:
    Organisation.objects.filter(pk=check.organisation_id).update(**values)
    page = text_of(data_page(check))
    assert says in page
    assert page.count("It is erased ") == len([name for name in values if name.startswith("erases")])


def text_of(path: str) -> str:
    return " ".join(Client().get(path).content.decode().split())


@pytest.mark.world
def test_the_file_is_in_the_language_of_the_page(check: Check) -> None:
    Check.objects.of(check.organisation).filter(pk=check.pk).update(languages=["en", "de"])
    candidate = check.step_request.application.candidate
    role = factories.role(check.organisation)
    assessment_of_all(role, kinds=("reasoning",))
    taken(factories.application(role, candidate=candidate))
    page = Client().get(own_path(check), {"language": "de"}).content.decode()
    [path] = re.findall(r'href="([^"]*download/[^"]*)"', page)
    assert path.endswith("?language=de")
    text = Client().get(path).content.decode()
    assert re.search(r'"Antwort \d von \d+"', text)
