"""Mails to candidates, as text and HTML."""

import pytest

from goodword.assessments.models import Attempt
from goodword.notifications.domain.mail_texts import about_minutes, render
from goodword.notifications.models import Email
from goodword.roles.models import Step
from tests.assessments.support import application, assigned

pytestmark = pytest.mark.django_db

LINK = "https://goodword.example/p/token/"


def invitation(attempt: Attempt) -> Email:
    return Email.objects.of(attempt.organisation).get(kind="assessment.invitation")


def test_one_minute_is_singular() -> None:
    mail = invitation(assigned(application()))
    overview = mail.context["overview"]
    overview["minutes"] = overview["parts"][0]["minutes"] = 1
    mail.context["duration"] = about_minutes(1)
    words = render(mail, link=LINK)
    for part in (words.text, words.html):
        assert "It takes about 1 minute:" in part
        assert "about 1 minute, no right or wrong answers" in part
        assert "1 minutes" not in part


def test_the_invitation_says_what_to_do_how_long_it_takes_and_by_when() -> None:
    of = application()
    of.candidate.preferred_name = "Ada & Co"
    of.candidate.save()
    words = render(invitation(assigned(of)), link=LINK)
    assert words.subject == "Your assessment for Window Washer at Acme Bikes"
    assert words.text == (
        "Hello Ada & Co,\n"
        "\n"
        "Thank you for applying for the Window Washer role at Acme Bikes. The next step is a short "
        "assessment. It takes about 2 minutes:\n"
        "\n"
        "- Work style: 16 statements, about 2 minutes, no right or wrong answers\n"
        "\n"
        "Take a break at any time. Every answer is saved immediately.\n"
        "\n"
        "Please complete it by Thursday 12 March, 23:59 (CET).\n"
        "\n"
        "The hiring team at Acme Bikes sees the result with your application. No decision is based on it alone.\n"
        "\n"
        "Open the assessment:\n"
        f"{LINK}\n"
        "\n"
        "You'll get two reminders at most, and none once you've finished.\n"
        "\n"
        "Any questions? Just reply to this e-mail.\n"
        "\n"
        "Kind regards,\n"
        "Rita Recruiter\n"
        "Acme Bikes\n"
        "-- \n"
        "To verify this e-mail: contact Acme Bikes by a number or address you already know. We never ask for "
        "a password or for money.\n"
        "Acme Bikes\n"
    )
    assert words.html.count(f'href="{LINK}"') == 1
    assert words.html.count("Ada &amp; Co") == 1
    assert words.html.count("<img") == 0


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ([], "You won't get any reminders."),
        ([2], "You'll get one reminder at most, and none once you've finished."),
        ([2, 4, 6], "You'll get 3 reminders at most, and none once you've finished."),
    ],
)
def test_the_invitation_states_the_maximum_of_reminders(days: list[int], sentence: str) -> None:
    of = application()
    Step.objects.of(of.organisation).update(reminder_days=days)
    attempt = assigned(of)
    assert attempt.reminders_promised == len(days)
    assert (attempt.next_reminder_at is None) is (days == [])
    words = render(invitation(attempt), link=LINK)
    assert words.text.count(sentence) == 1
    assert words.html.count(sentence) == 1


@pytest.mark.world
def test_mails_use_the_language_of_the_attempt() -> None:
    of = application()
    of.candidate.language = "fr-CA"
    of.candidate.save()
    attempt = assigned(of)
    assert (attempt.language, invitation(attempt).language) == ("fr", "fr")
    assert (
        invitation(attempt).context["deadline"]
        == "jeudi 12 mars à 23\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}59 (CET)"
    )


def test_unsupported_languages_fall_back_to_english() -> None:
    of = application()
    of.candidate.language = "nl"
    of.candidate.save()
    attempt = assigned(of)
    assert (attempt.language, invitation(attempt).language) == ("en", "en")
