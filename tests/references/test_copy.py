"""Referees can get a copy of their answers."""

from datetime import timedelta

import pytest
import time_machine

from tests.references.story import (
    ANSWERS,
    NOW,
    Story,
    answer,
    get,
    html_of,
    mails_to,
    post,
    referee_path,
    sent,
)
from tests.support.jobs import run_jobs
from tests.support.kept import kept

pytestmark = pytest.mark.django_db

MARIA = "maria@globex.example"


def copies() -> list[str]:
    return [str(mail.body) for mail in mails_to(MARIA) if mail.subject.startswith("Your answers about")]


def request_copy(path: str) -> None:
    assert post(f"{path}copy/", {"address": "evil@mail.example"}).url == path
    run_jobs()


@kept
def answered() -> tuple[Story, str]:
    story = sent()
    path = referee_path(MARIA)
    strengths = {"q-strengths": "She thinks <b>before</b> she builds.\nAlways."}
    answer(path, [page | strengths if "q-strengths" in page else page for page in ANSWERS])
    return story, path


@pytest.mark.main_case
def test_the_copy_contains_questions_and_answers_and_goes_to_the_known_address() -> None:
    _, path = answered()
    request_copy(path)
    (text,) = copies()
    for words in ("She thinks <b>before</b> she builds.\nAlways.", "May 2021 to August 2023", "Any day."):
        assert words in text
    html = html_of(mails_to(MARIA)[-1])
    assert "She thinks &lt;b&gt;before&lt;/b&gt; she builds.<br>Always." in html
    assert mails_to("evil@mail.example") == []


@pytest.mark.world
def test_a_copy_contains_no_link_and_replies_go_to_the_recruiter() -> None:
    _, path = answered()
    request_copy(path)
    message = mails_to(MARIA)[-1]
    assert "/r/" not in str(message.body)
    assert message.reply_to == ["rita@acme.example"]


@pytest.mark.world
def test_a_copy_is_sent_at_most_every_ten_minutes() -> None:
    _, path = answered()
    for minutes in (0, 9, 11):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            request_copy(path)
    assert len(copies()) == 2


@pytest.mark.world
def test_no_copy_is_sent_before_submission() -> None:
    sent()
    path = referee_path(MARIA)
    request_copy(path)
    assert copies() == []
    assert get(f"{path}copy/").status_code == 405


@pytest.mark.world
def test_a_copy_is_in_the_language_of_the_answers() -> None:
    story = sent()
    check = story.check
    check.languages = ["en", "de"]
    check.save()
    path = referee_path(MARIA)
    post(f"{path}language/", {"language": "de"})
    answer(path)
    request_copy(path)
    (reference,) = story.references
    (asked,) = (question["text"] for question in reference.version.questions if question["id"] == "strengths")
    html = html_of(mails_to(MARIA)[-1])
    assert (reference.version.language, '<html lang="de"' in html) == ("de", True)
    assert asked.replace("{candidate}", story.application.candidate.name) in html
