"""Referees see the candidate's name, the role, and the statements about themselves, nothing else."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from goodword.references.domain.responses import send_copy
from goodword.references.models import Check
from tests.references.story import (
    NOW,
    PEER,
    Story,
    answer,
    get,
    html_of,
    mails_to,
    opened,
    post,
    referee_path,
    sent,
)
from tests.support.jobs import run_jobs
from tests.support.kept import kept

pytestmark = pytest.mark.django_db

MARIA, PAUL = "maria@globex.example", "paul@globex.example"
PATHS = (
    "",
    "questions/1/",
    "questions/2/",
    "questions/9/",
    "review/",
    "facts/",
    "no/",
    "ask/",
    "fresh/",
    "data/",
)


@kept
def marked() -> tuple[Story, list[str]]:
    """A candidate with marked data, and the marks that a referee must not see."""
    story = opened(stage_name="Final interview", rejection_reason="Too loud")
    candidate = story.application.candidate
    candidate.company, candidate.title = "Secret Employer", "Secret Title"
    candidate.save()
    sent(story)
    Check.objects.of(story.application.organisation).update(
        decline_reason="Secret reason", attention="secret_attention"
    )
    return story, [
        candidate.email,
        "Secret",
        "Final interview",
        "Too loud",
        PEER["r-name"],
        PAUL,
        "secret_attention",
    ]


@pytest.mark.world
def test_referee_pages_reveal_nothing_else_about_the_candidate() -> None:
    story, hidden = marked()
    door = referee_path(MARIA)
    read = [get(f"{door}{path}").content.decode() for path in PATHS]
    answer(door)
    read += [get(f"{door}{path}").content.decode() for path in PATHS]
    post(f"{referee_path(PAUL)}no/", {"d-why": "not_me", "d-reason": "Secret reason of Paul"})
    run_jobs()
    read += [get(door).content.decode()]
    assert story.application.candidate.name in read[0]
    assert [words for text in read for words in hidden if words in text] == []


@pytest.mark.main_case
def test_referee_mails_reveal_nothing_else_about_the_candidate() -> None:
    story, hidden = marked()
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        run_jobs()
    path = referee_path(MARIA)
    answer(path)
    send_copy(request_id=story.requests[0].pk, now=NOW)
    run_jobs()
    mails = mails_to(MARIA)
    assert len(mails) >= 2
    for message in mails:
        for text in (message.subject, str(message.body), html_of(message)):
            assert [words for words in hidden if words in text] == []


@pytest.mark.main_case
def test_no_page_reveals_a_rejection() -> None:
    story, _ = marked()
    door = referee_path(MARIA)
    story.happens("application.rejected", reason="Too loud")
    for path in PATHS:
        text = get(f"{door}{path}").content.decode()
        assert "Too loud" not in text
        assert "reject" not in text.lower()


@pytest.mark.parametrize("may_see", [True, False])
def test_the_notice_says_whether_the_candidate_may_see_the_answers(may_see: bool) -> None:
    story = sent()
    check = story.check
    check.candidate_may_see = may_see
    check.save()
    organisation = story.application.organisation
    organisation.erases_old, organisation.keep_months = True, 18
    organisation.save()
    text: Any = " ".join(get(referee_path(MARIA)).content.decode().split())
    assert ("will show them your answers if they ask" in text) is may_see
    assert ("They see that you've answered, but not what you said" in text) is not may_see
    assert f"18 months after their last application at {organisation.name} ends" in text
    # a result can be reused for another application (workflow.domain.step_requests.offer_earlier)
    assert "or on another of their applications within a year, and account for the decision." in text
