"""Referees' questions to the recruiter."""

from collections.abc import Callable

import pytest

from tests.references.story import answer, get, mails_to, post, referee_path, sent
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db

MARIA = "maria@globex.example"


def asked() -> list[str]:
    return [str(mail.body) for mail in mails_to("rita@acme.example") if mail.reply_to == [MARIA]]


@pytest.mark.main_case
def test_a_referees_question_reaches_the_recruiter_and_replies_go_to_the_referee() -> None:
    sent()
    path = referee_path(MARIA)
    sending = post(f"{path}ask/", {"a-question": "Is this about <b>the crane</b>?"})
    run_jobs()
    assert sending.url == f"{path}ask/?sent=1"
    assert "We've sent your question" in get(sending.url).content.decode()
    (text,) = asked()
    assert "Is this about <b>the crane</b>?" in text
    assert "Maria Schmidt" in text


@pytest.mark.world
def test_changing_the_language_keeps_the_question_and_sends_nothing() -> None:
    sent()
    path = referee_path(MARIA)
    html = post(f"{path}ask/", {"a-question": "About the crane?", "language": "de"}).content.decode()
    assert ('<html lang="de"' in html, "About the crane?</textarea>" in html) == (True, True)
    run_jobs()
    assert asked() == []


@pytest.mark.world
@pytest.mark.parametrize("settle", [answer, lambda path: post(f"{path}no/", {"d-why": "not_me"})])
def test_referees_can_ask_questions_after_answering_or_declining(settle: Callable[[str], object]) -> None:
    sent()
    path = referee_path(MARIA)
    settle(path)
    post(f"{path}ask/", {"a-question": "Can I still change it?"})
    run_jobs()
    assert len(asked()) == 1


@pytest.mark.world
def test_empty_and_excess_questions_show_errors_and_send_nothing() -> None:
    sent()
    path = referee_path(MARIA)
    assert "Write your question." in post(f"{path}ask/", {}).content.decode()
    for number in range(6):
        page = post(f"{path}ask/", {"a-question": f"Question {number}"})
    run_jobs()
    assert "You've already sent five questions in the last 24 hours" in page.content.decode()
    assert "Question 5" in page.content.decode()
    assert len(asked()) == 5
    assert "Send question" in get(f"{path}ask/").content.decode()
