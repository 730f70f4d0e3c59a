"""Candidates' questions to the recruiter."""

from datetime import timedelta

import pytest
import time_machine

from goodword.workflow.portal import ask_recruiter
from tests.references.story import NOW, Story, get, html_of, link_in, mails_to, opened, post
from tests.support.jobs import event_names, run_jobs

pytestmark = pytest.mark.django_db

RITA = "rita@acme.example"


def form_url(story: Story) -> str:
    return f"{link_in(mails_to(story.application.candidate.email)[0])}ask/"


@pytest.mark.main_case
def test_a_question_reaches_the_recruiter_and_replies_go_to_the_candidate() -> None:
    story = opened()
    candidate = story.application.candidate
    assert (
        post(form_url(story), {"a-question": "Why <b>three</b>\nreferees?"}).url
        == f"{form_url(story)}?sent=1"
    )
    run_jobs()
    (message,) = mails_to(RITA)
    assert message.reply_to == [candidate.email]
    assert message.subject == f"{candidate.name} has a question (Window Washer)"
    assert "> Why <b>three</b>\n> referees?" in str(message.body)
    assert "Why &lt;b&gt;three&lt;/b&gt;<br>" in html_of(message)
    assert candidate.email in get(f"{form_url(story)}?sent=1").content.decode()
    assert event_names().count("portal.question_asked") == 1


@pytest.mark.world
def test_an_empty_question_is_not_sent() -> None:
    story = opened()
    page = post(form_url(story), {"a-question": "  "})
    assert page.context["form"].errors == {"question": ["Write your question."]}
    run_jobs()
    assert mails_to(RITA) == []


def test_changing_the_language_keeps_the_question_and_sends_nothing() -> None:
    story = opened()
    html = post(form_url(story), {"a-question": "Why three?", "language": "de"}).content.decode()
    assert ('<html lang="de"' in html, "Why three?</textarea>" in html) == (True, True)
    assert story.check.language == "de"
    assert event_names().count("portal.question_asked") == 0


@pytest.mark.world
def test_the_language_of_a_closed_step_cannot_be_changed() -> None:
    story = opened()
    story.happens("application.rejected", reason="x")
    post(form_url(story), {"a-question": "Why?", "language": "de"})
    assert story.check.language == "en"


@pytest.mark.world
def test_five_questions_a_day_are_sent_and_the_sixth_is_kept_in_the_form() -> None:
    story = opened()
    for number in range(5):
        post(form_url(story), {"a-question": f"Question {number}"})
    with time_machine.travel(NOW + timedelta(hours=23), tick=False):  # the next morning
        page = post(form_url(story), {"a-question": "The sixth"}).content.decode()
    assert "You've already sent five questions in the last 24 hours" in page
    assert "The sixth" in page
    with time_machine.travel(NOW + timedelta(days=1, minutes=1), tick=False):
        assert post(form_url(story), {"a-question": "The next day"}).status_code == 302
        run_jobs()
    assert len(mails_to(RITA)) == 6


@pytest.mark.world
def test_the_daily_limit_counts_per_person() -> None:
    application = opened().application
    asked = [
        ask_recruiter(application=application, by=by, name="N", address="n@mail.example", text="?", now=NOW)
        for by in ["candidate"] * 6 + ["referee:1"]
    ]
    assert asked == [True] * 5 + [False, True]


@pytest.mark.world
def test_no_questions_can_be_sent_from_a_closed_step() -> None:
    story = opened()
    story.happens("application.rejected", reason="x")
    assert (
        b"There is nothing to do here at the moment" in post(form_url(story), {"a-question": "Why?"}).content
    )
    run_jobs()
    assert mails_to(RITA) == []


def test_unknown_links_cannot_send_questions() -> None:
    assert post(f"/p/{'x' * 43}/ask/", {"a-question": "Why?"}).status_code == 404


def test_a_question_is_sent_after_the_mail_of_an_earlier_one_was_erased() -> None:
    application = opened().application

    def ask(text: str, *, hours: int) -> bool:
        return ask_recruiter(
            application=application,
            by="candidate",
            name="N",
            address="n@mail.example",
            text=text,
            now=NOW + timedelta(hours=hours),
        )

    questions = application.emails.filter(kind="workflow.question")
    ask("Did Maria write?", hours=0)
    first = questions.get()
    ask("And when?", hours=1)
    first.delete()  # as by an erasure of Maria's data
    assert ask("And now?", hours=2)
    assert questions.count() == 2
