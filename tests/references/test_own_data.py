"""A referee's own data: notice, export and erasure."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from goodword.core.personal_data import ExportReader, ExportRequest
from goodword.notifications.domain import links
from goodword.notifications.models import Email, Link
from goodword.references.domain.requests import has_opted_out, revoke_links
from goodword.references.domain.responses import DraftAnswers
from goodword.references.models import Check, CheckFlag, Referee, ReferenceRequest, SelfReference
from goodword.references.personal_data import export as references_export
from goodword.workflow.portal import ask_recruiter
from tests.references.answered import NOW, asked, checked, data_path, whole
from tests.references.test_erase_referee import mail_to
from tests.support.pages import comparable

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


def data_page(request: ReferenceRequest, **values: Any) -> str:
    """The path of the data page."""
    url = links.mint(
        organisation=request.organisation,
        purpose=Link.Purpose.REFEREE,
        subject_id=request.pk,
        **{"now": NOW} | values,
    )
    return f"{url.removeprefix('http://localhost:8000')}data/"


def own_path(request: ReferenceRequest, *, address: str = "") -> str:
    """The path of the page with the buttons, mailed to the referee."""
    return data_path(
        Link.Purpose.REFEREE_DATA, request.check_run, request.pk, address or request.referee.email
    )


@pytest.fixture
def check() -> Check:
    return whole()


@pytest.fixture
def request_(check: Check) -> ReferenceRequest:
    return check.requests.order_by("pk")[0]


def test_the_notice_states_data_purpose_readers_and_retention(
    request_: ReferenceRequest,
) -> None:
    page = " ".join(Client().get(data_page(request_)).content.decode().split())
    for said in (
        "Your name and address from Ada Lovelace, the rest from you.",
        "Acme has not set a date for automatic erasure.",
        "Contact: Rita Recruiter (rita@acme.example).",
        "Ada Lovelace sees that you've answered, but not what you said.",
        "when you started, answered or declined; and what automatic checks find.",
        "What automatic checks find, and notes by Rita Recruiter and colleagues. Ask Rita Recruiter",
    ):
        assert said in page
    assert "network address" not in page


def test_the_notice_reflects_device_flags_and_the_candidates_access(
    check: Check, request_: ReferenceRequest
) -> None:
    check.organisation.watches_devices = True
    check.organisation.save()
    check.candidate_may_see = True
    check.save()
    page = Client().get(data_page(request_)).content.decode()
    assert "network address" in page
    assert "Ada Lovelace may read your answers too." in page


@pytest.mark.world
def test_the_export_contains_the_referees_own_answers_only(check: Check, request_: ReferenceRequest) -> None:
    mail_to(check, "maria@globex.example", ref=f"request:{request_.pk}", hello="Maria")
    CheckFlag.objects.create(
        organisation=check.organisation,
        check_run=check,
        referee=request_.referee,
        code="free_mail",
        key="x",
        grade="low",
        facts={"domain": "secret-sign"},
        found_at=NOW,
    )
    response = Client().get(f"{own_path(request_)}download/")
    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'
    text = response.content.decode()
    exported_text = json.loads(text)
    assert sorted(exported_text) == ["exported", "mails", "organisation", "you"]
    assert exported_text["you"]["e-mail address"] == "maria@globex.example"
    answers = {
        answer["question"]: answer["answer"] for answer in exported_text["you"]["reference"]["answers"]
    }
    assert answers["How many people were in the team?"] == "12 people"
    assert answers["What is Ada Lovelace best at?"] == "She thinks before she builds."
    assert [mail["to"] for mail in exported_text["mails"]] == ["maria@globex.example"]
    for hidden in ("Omar", "Paul Meier", "secret-sign", "I ask before I build.", "hash"):
        assert hidden not in text


def test_the_export_contains_the_referees_questions_only(check: Check, request_: ReferenceRequest) -> None:
    application, other = check.step_request.application, check.requests.order_by("pk")[1]
    for by, text in (
        (f"referee:{request_.pk}", "Which crane?\nThe red one?"),
        (f"referee:{other.pk}", "Which year?"),
        ("candidate", "Has she answered?"),
    ):
        assert ask_recruiter(
            application=application, by=by, name="N", address="n@mail.example", text=text, now=NOW
        )
    file = Client().get(f"{own_path(request_)}download/").json()
    assert [(question["to"], question["question"]) for question in file["questions"]] == [
        ("Rita Recruiter", "Which crane?\nThe red one?")
    ]


def test_a_question_asked_on_the_page_is_in_the_export_of_this_referee(db: None) -> None:
    with connection.cursor() as cursor:  # otherwise referee and request might have the same id
        cursor.execute("SELECT setval(pg_get_serial_sequence('references_referee', 'id'), 100000)")
    request = asked(checked(), 1)
    where = data_page(request).replace("/data/", "/ask/")
    assert Client().post(where, {"a-question": "Which crane?"}).status_code == 302
    file = Client().get(f"{own_path(request)}download/").json()
    assert [question["question"] for question in file["questions"]] == ["Which crane?"]


def test_opening_the_erase_page_changes_nothing(request_: ReferenceRequest) -> None:
    page = Client().get(f"{own_path(request_)}erase/")
    assert page.status_code == 200
    assert "Your reference no longer counts." in page.content.decode()
    assert Referee.objects.of(request_.organisation).filter(erased_at=None).count() == 3


@pytest.mark.world
def test_erasing_deletes_data_and_link(check: Check, request_: ReferenceRequest) -> None:
    path, portal = own_path(request_), data_page(request_)
    response = Client().post(f"{path}erase/", {"opt_out": "on"})
    assert response.status_code == 200
    page = " ".join(response.content.decode().split())
    assert "Your data is erased" in page
    assert (
        "keeps only the fact that a referee was asked, when, their relationship to the candidate, and" in page
    )
    assert "Nothing of you is kept" not in page
    assert "won't write to you again" in response.content.decode()
    assert has_opted_out(organisation=check.organisation, address="maria@globex.example")
    assert Referee.objects.of(check.organisation).get(pk=request_.referee_id).email == ""
    assert [Client().get(f"{path}{more}").status_code for more in ("", "download/", "erase/")] == [404] * 3
    assert Client().post(f"{path}erase/").status_code == 404
    assert Client().get(portal).status_code == 404


@pytest.mark.world
def test_without_an_opt_out_no_hash_is_kept(check: Check, request_: ReferenceRequest) -> None:
    Client().post(f"{own_path(request_)}erase/")
    assert not has_opted_out(organisation=check.organisation, address="maria@globex.example")


@pytest.mark.world
def test_data_pages_work_after_closing_and_declining() -> None:
    check = checked(done=False)
    declined = asked(check, 1, state="declined")
    check.closed_at, check.closed_by, check.close_reason = NOW, "greenhouse", "rejected"
    check.save()
    path = own_path(declined)
    assert Client().get(data_page(declined)).status_code == 200
    assert [Client().get(f"{path}{more}").status_code for more in ("", "download/", "erase/")] == [200] * 3


@pytest.mark.world
@pytest.mark.parametrize("age", [timedelta(0), timedelta(days=365)])
def test_an_expired_link_can_still_request_the_data_link(
    check: Check, request_: ReferenceRequest, age: timedelta
) -> None:
    path = data_page(request_, expires_at=NOW + timedelta(days=1) - age)
    page = Client().get(path).content.decode()
    for hidden in ("Download my data", "Erase my data", "maria@globex.example"):
        assert hidden not in page
    for more in ("download/", "erase/"):
        assert Client().get(f"{path}{more}").status_code == 404
    assert Client().post(f"{path}link/")["Location"] == f"{path}?sent=1"
    Client().post(f"{path}link/")  # limited to one in ten minutes
    email = Email.objects.of(check.organisation).get()
    assert (email.kind, email.to_address, email.link_purpose, email.link_subject_id) == (
        "workflow.own_data",
        "maria@globex.example",
        "referee_data",
        request_.pk,
    )
    assert "Link sent" in Client().get(f"{path}?sent=1").content.decode()


@pytest.mark.world
def test_a_revoked_link_shows_the_neutral_page(request_: ReferenceRequest) -> None:
    revoked, revoked_own = data_page(request_), own_path(request_)
    revoke_links(request_, now=NOW)
    before = list(Referee.objects.of(request_.organisation).values())
    mails = Email.objects.of(request_.organisation).count()
    for path in (revoked, revoked_own, f"{revoked_own}download/", f"{revoked_own}erase/"):
        assert "There is nothing to do here" in Client().get(path).content.decode()
    for path in (f"{revoked}link/", f"{revoked_own}link/", f"{revoked_own}erase/"):
        Client().post(path)
    assert list(Referee.objects.of(request_.organisation).values()) == before
    assert Email.objects.of(request_.organisation).count() == mails


def test_a_data_link_mailed_to_an_old_address_is_refused(request_: ReferenceRequest) -> None:
    path = own_path(request_, address="somebody@else.example")
    assert Client().get(f"{path}download/")["Location"] == path
    assert Client().post(f"{path}erase/")["Location"] == path
    assert Referee.objects.of(request_.organisation).filter(erased_at=None).count() == 3


def test_a_candidates_link_does_not_open_referee_pages(request_: ReferenceRequest) -> None:
    url = links.mint(
        organisation=request_.organisation,
        purpose=Link.Purpose.CANDIDATE,
        subject_id=request_.pk,
        now=NOW,
    )
    path = url.removeprefix("http://localhost:8000").replace("/p/", "/r/")
    unknown = Client().get("/r/nonsense/data/")
    assert unknown.status_code == 404
    assert comparable(Client().get(f"{path}data/")) == comparable(unknown)


@pytest.mark.world
def test_data_pages_are_neither_cached_nor_indexed(request_: ReferenceRequest) -> None:
    path = own_path(request_)
    for page in (data_page(request_), path, f"{path}download/", f"{path}erase/"):
        response = Client().get(page)
        assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("no-store", "noindex")


@pytest.mark.world
def test_mails_of_other_referees_are_kept(check: Check, request_: ReferenceRequest) -> None:
    mail_to(check, "omar@globex.example", hello="Omar")
    Client().post(f"{own_path(request_)}erase/")
    assert [
        mail.to_address
        for mail in Email.objects.of(check.organisation).exclude(
            kind__in=["workflow.own_data", "references.withdrawn"]
        )
    ] == ["omar@globex.example"]


def test_drafts_are_exported_to_their_author_only() -> None:
    check = checked(done=False)
    waiting = asked(check, 1, state="begun")
    waiting.draft = {"strengths": "A sentence that is not finished"}
    waiting.save()
    SelfReference.objects.create(
        organisation=check.organisation,
        check_run=check,
        version=check.version,
        draft={"strengths": "A thought that is not finished"},
        begun_at=NOW,
    )

    def exported_text(reader: ExportReader, **whom: Any) -> str:
        return json.dumps(
            references_export.export(ExportRequest(reader=reader, organisation=check.organisation, **whom)),
            default=str,
        )

    candidate = {"candidate_id": 1, "application_ids": (check.step_request.application_id,)}
    files = [
        exported_text(ExportReader.ORGANISATION, **candidate),
        exported_text(ExportReader.CANDIDATE, **candidate),
        exported_text(ExportReader.REFEREE, referee_id=waiting.referee_id),
    ]
    assert ["A sentence" in file for file in files] == [False, False, True]
    assert ["A thought" in file for file in files] == [False, True, False]


def test_an_exported_draft_contains_what_was_entered_and_no_internal_marks() -> None:
    check = checked(done=False)
    waiting = asked(check, 1, state="begun")
    draft = DraftAnswers(
        answers={"strengths": "She thinks."},
        typed={"growth": {"growth": ["She cou"]}},
        saved_at=NOW,
        left=True,
        saved_by={"strengths": "k3f9"},
        last_saves=(("k3f9", 7),),
        quote="She thinks.",
    )
    waiting.draft = draft.stored()
    waiting.save()
    wanted = ExportRequest(
        reader=ExportReader.REFEREE, organisation=check.organisation, referee_id=waiting.referee_id
    )
    assert references_export.export(wanted)["you"]["not submitted yet"] == {
        "strengths": "She thinks.",
        "unfinished answers": {"growth": {"growth": ["She cou"]}},
        "sentence chosen for the first page of the report": "She thinks.",
        "saved": NOW,
    }


@pytest.mark.world
def test_the_erase_page_says_what_the_candidate_will_see(request_: ReferenceRequest) -> None:
    checks = Check.objects.of(request_.organisation)
    checks.update(languages=["en", "de", "fr"])
    path = f"{own_path(request_)}erase/"
    page = " ".join(Client().get(path).content.decode().split())
    assert "Ada Lovelace and Acme see that a referee withdrew their reference." in page
    assert "Ada Lovelace named you and can tell that it was you." in page
    german = Client().get(path, {"language": "de"}).content.decode()
    assert "dass eine Referenz zurückgezogen wurde" in german
    french = Client().get(path, {"language": "fr"}).content.decode()
    assert "qu’une référence a été retirée" in french


@pytest.mark.parametrize("is_open", [True, False])
def test_another_referee_is_requested_only_while_the_check_is_open(is_open: bool) -> None:
    check = checked(done=not is_open)
    page = Client().get(f"{own_path(asked(check, 1))}erase/").content.decode()
    assert "We won't ask you for this reference any more" in page
    assert ("can name somebody else" in page) is is_open


def test_the_download_is_in_the_language_of_the_page(request_: ReferenceRequest) -> None:
    Check.objects.of(request_.organisation).update(languages=["en", "de"])
    page = Client().get(own_path(request_), {"language": "de"}).content.decode()
    [path] = re.findall(r'href="([^"]*download/[^"]*)"', page)
    assert path.endswith("?language=de")
    assert Client().get(path).status_code == 200
