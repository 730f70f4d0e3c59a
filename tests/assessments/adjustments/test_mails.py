"""Mails about adjustments to the contact and the candidate."""

from copy import deepcopy
from datetime import timedelta

import pytest

from goodword.accounts.models import Organisation
from goodword.assessments.adjustments.mails import send_fresh_link
from goodword.assessments.adjustments.requests import answer_request
from goodword.assessments.models import Adjustment, Attempt
from goodword.assessments.queries import application_of
from goodword.core.addresses import Correspondent
from goodword.notifications.domain.mail_texts import Rendered, render
from goodword.notifications.models import Email
from tests.assessments.adjustments.support import HANNA, NOW, asked, timed
from tests.assessments.once import once
from tests.assessments.plans import REASONING
from tests.assessments.support import application

pytestmark = pytest.mark.django_db

LINK = "https://goodword.example/a/token/"
REAL = (
    "-- \n"
    "To verify this e-mail: contact Acme Bikes by a number or address you already know. We never ask for a "
    "password or for money.\n"
    "Acme Bikes\n"
)


def build() -> Attempt:
    of = application()
    of.candidate.first_name, of.candidate.last_name = "Ada", "Lovelace"
    of.candidate.email = "ada@mail.example"
    of.candidate.save()
    return timed(REASONING, of=of)


built = once(build)


@pytest.fixture
def attempt(db: None, built: Attempt) -> Attempt:
    return deepcopy(built)


def words(attempt: Attempt, kind: str) -> Rendered:
    return render(Email.objects.of(attempt.organisation).get(kind=f"assessment.{kind}"), link=LINK)


def answers(row: Adjustment, *, percent: int, sentence: str) -> None:
    hanna = Correspondent(name=HANNA[0], address=HANNA[1])
    answer_request(
        adjustment_id=row.pk,
        percent=percent,
        forms={},
        accessible=False,
        sentence=sentence,
        by=hanna,
        now=NOW,
    )


def test_the_contact_reads_the_request_and_is_asked_for_confidentiality(attempt: Attempt) -> None:
    asked(attempt, form=True, text="Large print.\n<b>Thanks</b>")
    mail = words(attempt, "adjustment_request")
    assert mail.subject == "Ada Lovelace has asked for an adjustment"
    assert mail.text == (
        "Hello Hanna Rehm,\n"
        "\n"
        "Ada Lovelace, who has applied for the Window Washer role at Acme Bikes, has asked for an adjustment to the "
        "assessment:\n"
        "\n"
        "- 50% extra time (Reasoning, 12 min)\n"
        "- an accessible version of a test\n"
        "\n"
        "In their own words:\n"
        "> Large print.\n"
        "> <b>Thanks</b>\n"
        "\n"
        "You're receiving this because you answer such requests for Acme Bikes and aren't hiring for this "
        "role. Please don't tell the hiring team about the request or your answer. The candidate's deadline is "
        "on hold until you answer.\n"
        "\n"
        "Read and answer:\n"
        f"{LINK}\n"
        "\n"
        "To ask something first, reply to this e-mail: your reply goes to Ada Lovelace.\n"
        "\n"
        "-- \n"
        "To verify this e-mail: contact Acme Bikes by a number or address you already know. We never ask for "
        "a password or for money.\n"
        "Acme Bikes\n"
    )
    assert mail.html.count("ada@mail.example") == 0
    assert mail.html.count(f'href="{LINK}"') == 1
    assert mail.html.count("&lt;b&gt;Thanks&lt;/b&gt;") == 1
    assert mail.html.count("50% extra time (Reasoning, 12 min)") == 1
    assert mail.html.count("Please don't tell the hiring team") == 1


@pytest.mark.world
def test_a_recruiter_reads_why_they_are_the_contact(attempt: Attempt) -> None:
    Organisation.objects.filter(pk=attempt.organisation_id).update(adjustments_name="", adjustments_email="")
    asked(attempt, percent=0, text="A quiet hour.")
    mail = words(attempt, "adjustment_request")
    assert mail.text.count("- something else (see below)\n\nIn their own words:\n> A quiet hour.\n") == 1
    assert (
        mail.text.count(
            "You're receiving this because Acme Bikes hasn't named anyone outside the hiring team."
        )
        == 1
    )
    assert mail.html.count("don't let it affect your decision about them") == 1


@pytest.mark.world
def test_a_new_link_says_to_a_recruiter_that_they_are_hiring_too(attempt: Attempt) -> None:
    Organisation.objects.filter(pk=attempt.organisation_id).update(adjustments_name="", adjustments_email="")
    row = asked(attempt, percent=0, text="A quiet hour.")
    rita = Correspondent(name="Rita Recruiter", address="rita@acme.example")
    assert send_fresh_link(row, application=application_of(attempt), to=rita, now=NOW + timedelta(hours=1))
    mails = Email.objects.of(attempt.organisation).filter(kind="assessment.adjustment_request")
    assert [mail.context["outside"] for mail in mails.order_by("pk")] == [False, False]


@pytest.mark.world
def test_an_answer_by_the_recruiter_does_not_promise_full_confidentiality(
    attempt: Attempt,
) -> None:
    Organisation.objects.filter(pk=attempt.organisation_id).update(adjustments_name="", adjustments_email="")
    row = asked(attempt, percent=50)
    answer_request(
        adjustment_id=row.pk,
        percent=50,
        forms={},
        accessible=False,
        sentence="",
        by=Correspondent(name="Rita Recruiter", address="rita@acme.example"),
        now=NOW,
    )
    mail = words(attempt, "adjustment_answered")
    for text in (mail.text, mail.html):
        assert (
            "Rita Recruiter is hiring for this role. Nobody else on the hiring team knows about this e-mail."
            in text
        )
        assert "The hiring team isn't told" not in text


@pytest.mark.world
def test_the_candidate_reads_the_grant_from_the_contact(attempt: Attempt) -> None:
    answers(asked(attempt), percent=50, sentence="Of course.\nGood luck.")
    mail = words(attempt, "adjustment_answered")
    assert mail.subject == "Your request about the assessment at Acme Bikes"
    assert mail.text == (
        "Hello Ada,\n"
        "\n"
        "You have 50% extra time in the timed parts you haven't started.\n"
        "\n"
        "> Of course.\n"
        "> Good luck.\n"
        "\n"
        "Your deadline is running again: please finish by Thursday 12 March, 23:59 (CET).\n"
        "\n"
        "Open the assessment:\n"
        f"{LINK}\n"
        "\n"
        "The hiring team doesn't know about this e-mail.\n"
        "\n"
        "Kind regards,\n"
        "Hanna Rehm\n"
        "Acme Bikes\n" + REAL
    )
    assert mail.html.count(f'href="{LINK}"') == 1
    assert mail.html.count("Of course.<br>Good luck.") == 1


def test_the_invitation_to_a_single_timed_part_promises_no_breaks(attempt: Attempt) -> None:
    assert (
        "Once you start the clock it keeps running, so choose a quiet time"
        in words(attempt, "invitation").text
    )


@pytest.mark.world
def test_a_refusal_says_what_to_do(attempt: Attempt) -> None:
    answers(asked(attempt), percent=0, sentence="There is no need.")
    mail = words(attempt, "adjustment_answered")
    assert (
        mail.text.count(
            "The adjustment you asked for in your assessment can't be granted.\n\n> There is no need.\n"
        )
        == 1
    )
    assert mail.text.count("If something is still stopping you, just reply to this e-mail.") == 1
    assert mail.html.count("just reply to this e-mail.") == 1
