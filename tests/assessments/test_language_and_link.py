"""Before starting, candidates can choose the language and have the link e-mailed again."""

from copy import deepcopy
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from goodword.assessments.attempts.answers import save_answer
from goodword.assessments.attempts.parts import (
    AttemptClosed,
    NotOffered,
    TooLate,
    choose_language,
    offered_languages,
)
from goodword.assessments.models import Attempt, TestVersion
from goodword.notifications.domain.mail_texts import render
from goodword.notifications.models import Email
from goodword.workflow.models import lock, move
from tests.assessments.once import once
from tests.assessments.plans import JUDGEMENT, REASONING, WORK_STYLE, attempt_of
from tests.assessments.support import application, part_of, rows, token_of
from tests.support import factories

NOW = factories.NOW
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"}


@time_machine.travel(NOW, tick=False)
def build() -> Attempt:
    return attempt_of(WORK_STYLE, REASONING, JUDGEMENT)


built = once(build)


@pytest.fixture
def attempt(db: None, built: Attempt) -> Attempt:
    return deepcopy(built)


def url(attempt: Attempt, name: str, *args: int) -> str:
    return reverse(name, args=[token_of(attempt), *args])


def close(attempt: Attempt) -> None:
    from django.db import transaction

    with transaction.atomic():
        move(lock(Attempt, attempt.pk), "close", at=NOW, by="greenhouse", reason="rejected")


def test_choosing_a_language_switches_every_part(attempt: Attempt) -> None:
    assert offered_languages(attempt) == ("de", "en", "fr")
    choose_language(attempt_id=attempt.pk, language="fr", now=NOW)
    attempt.refresh_from_db()
    assert attempt.language == "fr"
    assert [part_of(attempt, order).version.language for order in (1, 2, 3)] == ["fr", "", "fr"]


@pytest.mark.world
def test_the_page_offers_languages_and_uses_the_chosen_one(client: Client, attempt: Attempt) -> None:
    first = url(attempt, "portal_assessment")
    assert client.get(first).content.decode().count('name="language"') == 2
    response = client.post(url(attempt, "portal_assessment_language"), {"language": "de"})
    assert response.status_code == 302
    text = client.get(first).content.decode()
    assert (text.count('<html lang="de"'), text.count("Situationen mit Kundschaft")) == (1, 1)
    assert text.count("Reasoning") == 0


@pytest.mark.matrix
@pytest.mark.parametrize("language", ["it", "", "de-AT"])
def test_a_language_that_is_not_offered_changes_nothing(
    client: Client, attempt: Attempt, language: str
) -> None:
    before = rows(attempt)
    with pytest.raises(NotOffered):
        choose_language(attempt_id=attempt.pk, language=language, now=NOW)
    assert client.post(url(attempt, "portal_assessment_language"), {"language": language}).status_code == 302
    assert rows(attempt) == before


def test_the_language_is_fixed_after_the_first_answer(client: Client, attempt: Attempt) -> None:
    save_answer(attempt_id=attempt.pk, order=1, item_id="ws116", value=3, now=NOW)
    before = rows(attempt)
    with pytest.raises(TooLate):
        choose_language(attempt_id=attempt.pk, language="de", now=NOW)
    client.post(url(attempt, "portal_assessment_language"), {"language": "de"})
    assert client.get(url(attempt, "portal_assessment")).content.decode().count('name="language"') == 0
    assert rows(attempt) == before


def test_closed_attempts_have_no_language_choice_or_mail(client: Client, attempt: Attempt) -> None:
    close(attempt)
    before, mails = rows(attempt), Email.objects.of(attempt.organisation).count()
    with pytest.raises(AttemptClosed):
        choose_language(attempt_id=attempt.pk, language="de", now=NOW)
    assert client.post(url(attempt, "portal_assessment_language"), {"language": "de"}).status_code == 302
    assert client.post(url(attempt, "portal_assessment_link")).status_code == 302
    assert (rows(attempt), Email.objects.of(attempt.organisation).count()) == (before, mails)


@pytest.mark.world
def test_a_computer_is_offered_on_a_phone_before_the_clock_starts(client: Client) -> None:
    made = attempt_of(REASONING)
    start = url(made, "portal_assessment_part", 1)
    assert client.get(start, headers=PHONE).content.decode().count("E-mail me the link") == 1
    assert client.get(start).content.decode().count("E-mail me the link") == 0


@pytest.mark.world
def test_the_link_is_mailed_three_times_a_day_at_most(client: Client) -> None:
    made = attempt_of(REASONING)
    link = url(made, "portal_assessment_link")
    for n in range(4):
        assert client.post(link)["Location"].endswith("/assessment/1/")
        assert _links(made) == min(n + 1, 3)
    text = client.get(url(made, "portal_assessment_part", 1)).content.decode()
    assert text.count("We can&#x27;t send another e-mail at the moment.") == 1
    with time_machine.travel(NOW + timedelta(days=1, seconds=1), tick=False):
        client.post(link)
    assert _links(made) == 4
    latest = Email.objects.of(made.organisation).filter(kind="assessment.link").latest("pk")
    words = render(latest, link="https://x/p/t/")
    assert words.subject == "Your link to the assessment for Window Washer at Acme Bikes"
    assert words.text.count("Open it on the device you want to use") == 1
    assert words.html.count('href="https://x/p/t/"') == 1


@pytest.mark.world
def test_a_blocked_candidate_gets_no_mail(client: Client) -> None:
    of = application()
    made = attempt_of(REASONING, of=of)
    of.candidate.can_email = False
    of.candidate.save()
    before = rows(made)
    client.post(url(made, "portal_assessment_link"))
    assert (_links(made), rows(made)) == (0, before)


@pytest.mark.parametrize("name", ["portal_assessment_language", "portal_assessment_link"])
def test_opening_these_urls_changes_nothing(client: Client, attempt: Attempt, name: str) -> None:
    before = rows(attempt)
    assert client.get(url(attempt, name)).status_code == 302
    assert client.get(reverse(name, args=["x" * 43])).status_code == 404
    assert client.post(reverse(name, args=["x" * 43]), {"language": "de"}).status_code == 404
    assert rows(attempt) == before


def _links(attempt: Attempt) -> int:
    return Email.objects.of(attempt.organisation).filter(kind="assessment.link").count()


@pytest.mark.world
def test_items_in_another_language_are_marked_with_lang(client: Client) -> None:
    """For screen readers."""
    made = attempt_of(JUDGEMENT)
    part = part_of(made)
    part.version = TestVersion.objects.of(made.organisation).get(test=part.version.test, language="fr")
    part.save()
    text = client.get(url(made, "portal_assessment_item", 1, 1)).content.decode()
    assert (text.count('<html lang="en"'), text.count('<div lang="fr">')) == (1, 1)


@pytest.mark.world
def test_texts_by_members_are_marked_with_the_organisations_language(client: Client) -> None:
    made = attempt_of(WORK_STYLE)
    row = part_of(made).part
    row.requirement = "Keeps promises"
    row.save()
    marked = '<span lang="en">Keeps promises</span>'
    pages = [url(made, "portal_assessment"), url(made, "portal_assessment_part", 1)]
    for page in pages:
        text = client.get(page).content.decode()
        assert "Keeps promises" in text
        assert marked not in text
    choose_language(attempt_id=made.pk, language="de", now=NOW)
    for page in pages:
        assert client.get(page).content.decode().count(marked) == 1
