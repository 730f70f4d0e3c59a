"""The candidate's pages of a verification."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.test import Client

from goodword.assessments.models import Attempt, Verification
from goodword.assessments.verification import VerificationClosed, begin, discard, heartbeat, task_on_screen
from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.core.telemetry import redacted
from tests.assessments.support import token_of
from tests.assessments.verification.support import (
    DAY,
    finished,
    link_to,
    opened,
    option_of,
    owner,
)

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(DAY, tick=False)]

SCRIPT = {"X-Goodword": "script"}


def text(browser: Client, path: str) -> str:
    return browser.get(path).content.decode()


def page_text(page: str) -> str:
    """The text of the main element."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<main")[1].split("</main>", 1)[0]).split())


def row_of(verification: Verification) -> Verification:
    return Verification.objects.of(verification.organisation).get(pk=verification.pk)


def test_the_first_page_is_the_same_whatever_adjustments_the_candidate_has() -> None:
    pages = set()
    for minutes in (20, 30, None):
        verification = opened(finished(minutes=minutes))
        path, before = link_to(verification), list(Event.objects.values_list("pk"))
        browser = Client()
        name = verification.part.attempt.step_request.application.candidate.name
        said = page_text(text(browser, path))
        assert f"Please hand this device to {name}." in said
        assert f"I am {name}, and I have the device" in said
        assert not re.search(r"minute|clock|timed|practi[cs]e|adjust", said, re.IGNORECASE)
        pages.add(said.replace(name, ""))
        assert list(Event.objects.values_list("pk")) == before
        assert browser.post(path)["Location"] == path
        assert row_of(verification).begun_at is None
        browser.post(f"{path}start/")
        assert page_text(text(browser, path)) == said
    assert len(pages) == 1


@pytest.mark.world
def test_the_candidates_first_page_says_why_and_opening_it_changes_nothing() -> None:
    verification = opened(finished())
    path, before = link_to(verification), list(Event.objects.values_list("pk"))
    page = text(Client(), f"{path}start/")
    assert "Short reasoning test" in page
    assert "asks some candidates to solve new tasks" in page
    assert "It doesn't mean anyone doubts yours." in page
    assert "hiring managers see only the first result" in page
    assert "12 minutes for 12 tasks." in page
    assert row_of(verification).begun_at is None
    assert list(Event.objects.values_list("pk")) == before


@pytest.mark.world
@pytest.mark.parametrize(
    ("language", "sentence"),
    [("de", "Schlussfolgerndes Denken: Kurztest"), ("fr", "test court")],
)
def test_it_speaks_the_language_of_the_first_test(language: str, sentence: str) -> None:
    attempt = finished()
    Attempt.objects.of(attempt.organisation).update(language=language)
    page = text(Client(), f"{link_to(opened(attempt))}start/")
    assert f'lang="{language}"' in page
    assert sentence in page


@pytest.mark.world
def test_a_candidate_takes_the_form_without_a_script() -> None:
    verification, browser = opened(finished()), Client()
    path = link_to(verification)
    assert browser.post(f"{path}start/")["Location"] == f"{path}task/1/"
    for number in range(1, 13):
        here = f"{path}task/{number}/"
        task = task_on_screen(row_of(verification))
        assert f"{number} of 12" in text(browser, here)
        said = {"item": task.id, "answer": option_of(task, right=True)}
        response = browser.post(here, {"item": task.id, "skip": "yes"} if number == 12 else said)
        assert response["Location"] == (path if number == 12 else f"{path}task/{number + 1}/")
    page = text(browser, path)
    assert "You can hand the device back." in page
    assert "hiring team" not in page
    assert "hiring managers don't" in page
    assert row_of(verification).comparison["solved"] == 11


@pytest.mark.world
def test_missing_and_invalid_answers_are_refused() -> None:
    verification, browser = opened(finished()), Client()
    path = link_to(verification)
    browser.post(f"{path}start/")
    response = browser.post(f"{path}task/1/", {"item": "1"})
    assert response.status_code == 422
    assert "Choose an answer, or skip this task." in response.content.decode()
    response = browser.post(f"{path}task/1/", {"item": "1", "answer": "z"})
    assert (response.status_code, row_of(verification).answers) == (422, {})


@pytest.mark.world
def test_an_old_page_leads_to_the_task_on_screen() -> None:
    verification, browser = opened(finished()), Client()
    path = link_to(verification)
    browser.post(f"{path}start/")
    browser.post(f"{path}task/1/", {"item": "1", "skip": "yes"})
    task = task_on_screen(row_of(verification))
    for number, item in ((1, "1"), (2, "1"), (7, "7")):
        response = browser.post(f"{path}task/{number}/", {"item": item, "answer": task.drawn.key})
        assert response["Location"] == f"{path}task/2/?elsewhere=yes"
    assert browser.get(f"{path}task/5/")["Location"] == f"{path}task/2/"
    assert browser.get(f"{path}start/")["Location"] == f"{path}task/2/"
    assert row_of(verification).answers == {}


@pytest.mark.world
def test_a_script_saves_and_hears_the_time_left() -> None:
    verification, browser = opened(finished()), Client()
    path = link_to(verification)
    browser.post(f"{path}start/")
    task = task_on_screen(row_of(verification))
    said = {"item": task.id, "answer": task.drawn.key}
    assert browser.post(f"{path}task/1/", said, headers=SCRIPT).json() == {"saved": True, "left": 720}
    assert browser.post(f"{path}ping/", headers=SCRIPT).json() == {"broken": False, "left": 720, "at": 1}
    response = browser.post(f"{path}task/2/", said, headers=SCRIPT)
    assert (response.status_code, response.json()["elsewhere"]) == (409, True)


@pytest.mark.world
def test_a_task_has_all_sentences_that_its_script_shows() -> None:
    verification, browser = opened(finished()), Client()
    path = link_to(verification)
    browser.post(f"{path}start/")
    script = Path(str(finders.find("assessments/clock.js"))).read_text()
    words = {
        re.sub("[A-Z]", lambda match: f"-{match[0].lower()}", name)
        for name in re.findall(r"part\.dataset\.(\w+)", script)
    }
    (part,) = BeautifulSoup(text(browser, f"{path}task/1/"), "html.parser").select("[data-part]")
    missing = {name for name in words if f"data-{name}" not in part.attrs}
    assert missing == {"conflict-words"}  # answers of two tabs can't conflict


@pytest.mark.world
def test_after_a_lost_connection_a_page_explains_and_a_click_continues() -> None:
    verification, browser = opened(finished()), Client()
    path = link_to(verification)
    browser.post(f"{path}start/")
    with time_machine.travel(DAY + timedelta(minutes=3), tick=False):
        assert browser.post(f"{path}ping/", headers=SCRIPT).json()["broken"] is True
        assert browser.get(f"{path}task/1/")["Location"] == f"{path}reconnect/"
        assert "is replaced by another" in text(browser, f"{path}reconnect/")
        assert row_of(verification).breaks == 0
        assert browser.post(f"{path}reconnect/")["Location"] == f"{path}task/1/"
        assert row_of(verification).breaks == 1
        assert browser.get(f"{path}reconnect/")["Location"] == f"{path}task/1/"


@pytest.mark.world
def test_after_a_break_a_saved_answer_counts_and_later_ones_do_not() -> None:
    verification, browser = opened(finished()), Client()
    path = link_to(verification)
    browser.post(f"{path}start/")
    first, other = [option.id for option in task_on_screen(row_of(verification)).drawn.options[:2]]
    answer = {"item": "1", "answer": first}
    assert browser.post(f"{path}task/1/", answer, headers=SCRIPT).json()["saved"] is True
    with time_machine.travel(DAY + timedelta(minutes=3), tick=False):
        late = browser.post(f"{path}task/1/", answer | {"answer": other}, headers=SCRIPT)
        assert (late.status_code, late.json()) == (409, {"saved": False, "go": f"{path}reconnect/"})
        assert "Your answer to the task on screen is saved. The next task follows" in text(
            browser, f"{path}reconnect/"
        )
        resumed = browser.post(f"{path}reconnect/", headers=SCRIPT)
        assert resumed.json() == {"go": f"{path}task/2/"}
        assert row_of(verification).answers == {"1": first}


@pytest.mark.world
def test_practice_saves_nothing() -> None:
    verification, browser = opened(finished()), Client()
    path = link_to(verification)
    page = text(browser, f"{path}practice/1/")
    assert "Example 1 of 4" in page
    assert browser.post(f"{path}practice/1/", {"answer": "a"}).status_code == 200
    assert browser.get(f"{path}practice/9/").status_code == 404
    assert row_of(verification).begun_at is None


@pytest.mark.world
def test_only_the_newest_link_works_for_twelve_hours() -> None:
    verification, browser = opened(finished()), Client()
    old, new = link_to(verification), link_to(verification)
    closed = "There is nothing to do here at the moment"
    assert closed in text(browser, old)
    browser.post(f"{old}start/")
    assert row_of(verification).begun_at is None
    assert "Short reasoning test" in text(browser, new)
    with time_machine.travel(DAY + timedelta(hours=12), tick=False):
        assert closed in text(browser, new)
        browser.post(f"{new}start/")
    assert row_of(verification).begun_at is None


@pytest.mark.world
def test_a_form_begun_in_time_can_be_finished() -> None:
    verification, browser = opened(finished()), Client()
    path = link_to(verification)
    with time_machine.travel(DAY + timedelta(hours=11, minutes=59, seconds=50), tick=False):
        browser.post(f"{path}start/")
    with time_machine.travel(DAY + timedelta(hours=12, seconds=9), tick=False):
        assert "1 of 12" in text(browser, f"{path}task/1/")


@pytest.mark.world
def test_a_discarded_form_and_unknown_links_open_nothing() -> None:
    attempt, browser = finished(), Client()
    verification = opened(attempt)
    path = link_to(verification)
    discard(verification=verification, reason="Moved", member=owner(attempt), now=DAY)
    assert "There is nothing to do here at the moment" in text(browser, path)
    assert browser.get(f"/t/{'x' * 43}/").status_code == 404
    candidate_token = token_of(attempt)
    assert browser.get(f"/t/{candidate_token}/").status_code == 404


@pytest.mark.world
def test_nothing_is_accepted_from_somebody_being_erased() -> None:
    attempt, browser = finished(), Client()
    path = link_to(verification := opened(attempt))
    browser.post(f"{path}start/")
    Application.objects.of(attempt.organisation).update(erasure_requested_at=DAY)
    response = browser.post(f"{path}task/1/", {"item": "1", "answer": "a"}, headers=SCRIPT)
    assert response.status_code == 410
    with pytest.raises(VerificationClosed):
        heartbeat(verification_id=verification.pk, now=DAY)
    assert row_of(verification).answers == {}


@pytest.mark.world
@pytest.mark.parametrize("change", ["rejected", "updated"])
def test_a_form_that_can_no_longer_be_started_is_closed(change: str) -> None:
    """`change`: "updated" means that an update of Goodword has changed the tasks since the link was created."""
    attempt, browser = finished(), Client()
    path = link_to(verification := opened(attempt))
    if change == "rejected":
        Application.objects.of(attempt.organisation).update(status="rejected")
    else:
        Verification.objects.of(attempt.organisation).update(version="0")
    for response in (browser.get(path), browser.get(f"{path}start/"), browser.post(f"{path}start/")):
        assert "There is nothing to do here at the moment" in response.content.decode()
    assert row_of(verification).begun_at is None


@pytest.mark.world
def test_a_form_begun_before_a_rejection_can_be_finished() -> None:
    attempt, browser = finished(), Client()
    path = link_to(verification := opened(attempt))
    browser.post(f"{path}start/")
    Application.objects.of(attempt.organisation).update(status="rejected")
    browser.post(f"{path}task/1/", {"item": "1", "skip": "yes"})
    assert row_of(verification).at == 2


@pytest.mark.world
def test_the_candidates_own_page_announces_an_open_verification() -> None:
    attempt, browser = finished(), Client()
    portal = f"/p/{token_of(attempt)}/assessment/"
    assert "A short test in person" not in text(browser, portal)
    verification = opened(attempt)
    assert "A short test in person" in text(browser, portal)
    Application.objects.of(attempt.organisation).update(status="rejected")
    assert "A short test in person" not in text(browser, portal)
    Application.objects.of(attempt.organisation).update(status="active")
    begin(verification_id=verification.pk, device="computer", now=DAY)
    assert "A short test in person" not in text(browser, portal)


def test_its_links_stay_out_of_logs() -> None:
    assert redacted(f"GET /t/{'a' * 43}/task/1/") == "GET /t/[redacted]/task/1/"
