"""Deferring requests until an offer, and releasing them."""

from datetime import timedelta

import pytest
import time_machine

from goodword.accounts.models import Membership
from goodword.notifications.models import Email, MailText
from goodword.references.domain import checks
from goodword.references.domain.requests import store_opt_out
from goodword.references.domain.sending import release_referee
from goodword.references.models import Referee
from tests.references.story import (
    MANAGER,
    NOW,
    PEER,
    Story,
    answer,
    candidate_path,
    get,
    mails_to,
    opened,
    post,
    press_send,
    referee_path,
)
from tests.support import factories
from tests.support.jobs import event_names, run_jobs
from tests.support.kept import kept

pytestmark = pytest.mark.django_db

MARIA, PAUL = "maria@globex.example", "paul@globex.example"


@kept
def deferred_check(*, both: bool = False) -> Story:
    """Maria is deferred; Paul has his mail, or is deferred too (`both`)."""
    story = opened()
    post(f"{candidate_path(story)}1/", MANAGER | {"r-after_offer": "on"})
    post(f"{candidate_path(story)}2/", PEER | ({"r-after_offer": "on"} if both else {}))
    press_send(story)
    return story


def referee(story: Story) -> Referee:
    return story.check.referees.get(email=MARIA)


def member(story: Story) -> Membership:
    return factories.member(story.application.organisation)


@pytest.mark.world
def test_a_released_request_has_the_text_that_the_candidate_saw() -> None:
    story = opened()
    organisation, name = story.check.organisation, story.application.candidate.name
    texts = MailText.objects.create(
        organisation=organisation,
        kind="references.request",
        language="en",
        texts={"subject": "A word about {candidate}?"},
        changed_at=NOW,
    )
    post(f"{candidate_path(story)}1/", MANAGER | {"r-after_offer": "on"})
    post(f"{candidate_path(story)}2/", PEER)
    press_send(story)
    texts.texts = {"subject": "Pay for {candidate}?"}
    texts.save()
    release_referee(referee_id=referee(story).pk, member=member(story), now=NOW)
    run_jobs()
    assert mails_to(MARIA)[0].subject == mails_to(PAUL)[0].subject == f"A word about {name}?"


@pytest.mark.main_case
def test_send_defers_a_request_until_an_offer() -> None:
    story = opened()
    post(f"{candidate_path(story)}1/", MANAGER | {"r-after_offer": "on"})
    page = get(f"{candidate_path(story)}review/").content.decode()
    assert "Not before an offer: once you press Send, we'll hold this e-mail" in page
    assert "(7 working days after we send this)" in page
    press_send(story)
    assert (story.requests, mails_to(MARIA)) == ([], [])
    assert (referee(story).deferred_at, referee(story).released_at) == (NOW, None)


@pytest.mark.world
def test_a_member_releases_a_deferred_request_once() -> None:
    story = deferred_check()
    who = member(story)
    first = release_referee(referee_id=referee(story).pk, member=who, now=NOW)
    second = release_referee(referee_id=referee(story).pk, member=who, now=NOW)
    run_jobs()
    assert (first in story.requests, second) == (True, None)
    assert [request.referee.email for request in story.requests] == [PAUL, MARIA]
    assert (len(mails_to(MARIA)), referee(story).released_by) == (1, f"member:{who.pk}")
    assert event_names().count("request.released") == 1


@pytest.mark.world
def test_members_of_another_organisation_cannot_release() -> None:
    story = deferred_check()
    stranger = factories.member(factories.organisation())
    with pytest.raises(Referee.DoesNotExist):
        release_referee(referee_id=referee(story).pk, member=stranger, now=NOW)
    assert referee(story).released_at is None


@pytest.mark.world
def test_a_hire_releases_all_deferred_requests_with_full_deadlines() -> None:
    story = deferred_check(both=True)
    assert story.check.clock_stopped_at == NOW
    later = NOW + timedelta(days=6)
    with time_machine.travel(later, tick=False):
        story.happens("application.hired", at=later)
    assert [request.referee.email for request in story.requests] == [MARIA, PAUL]
    # seven working days from Monday 9 March; the check keeps its ten
    assert [f"{request.deadline_at:%d %B}" for request in story.requests] == ["18 March", "18 March"]
    assert f"{story.check.deadline_at:%d %B}" == "23 March"
    check = story.check
    assert (check.clock_stopped_at, referee(story).released_by) == (None, "greenhouse")
    assert len(mails_to(MARIA)) == 1


@pytest.mark.world
def test_a_hire_that_closes_the_check_releases_nothing() -> None:
    story = deferred_check()
    step = story.check.step_request.step
    step.on_hire = "close"
    step.save()
    story.happens("application.hired")
    assert [request.referee.email for request in story.requests] == [PAUL]
    assert mails_to(MARIA) == []
    with pytest.raises(checks.CheckClosed):
        release_referee(referee_id=referee(story).pk, member=member(story), now=NOW)


@pytest.mark.world
def test_a_hire_releases_nothing_of_a_check_that_waits_for_a_click() -> None:
    story = deferred_check()
    story.happens("application.rejected", reason="")
    story.happens("application.unrejected")
    assert story.check.attention == "reopened"
    story.happens("application.hired")
    assert [request.referee.email for request in story.requests] == [PAUL]
    assert mails_to(MARIA) == []
    release_referee(referee_id=referee(story).pk, member=member(story), now=NOW)
    run_jobs()
    assert len(mails_to(MARIA)) == 1


@pytest.mark.world
def test_an_undone_hire_defers_unsent_requests_again() -> None:
    story = deferred_check()
    story.happens("application.hired")
    Email.objects.of(story.application.organisation).filter(to_address=MARIA).update(state="queued")
    story.happens("application.unhired")
    assert [request.referee.email for request in story.requests] == [PAUL]
    assert (referee(story).released_at, referee(story).deferred_at) == (None, NOW)
    story.happens("application.hired")
    assert [request.referee.email for request in story.requests] == [PAUL, MARIA]


@pytest.mark.world
def test_an_undone_hire_does_not_affect_sent_requests() -> None:
    story = deferred_check()
    story.happens("application.hired")
    story.happens("application.unhired")
    assert [request.referee.email for request in story.requests] == [PAUL, MARIA]


@pytest.mark.world
def test_referees_who_opt_out_before_release_are_not_contacted() -> None:
    story = deferred_check()
    store_opt_out(organisation=story.application.organisation, address=MARIA, now=NOW)
    assert release_referee(referee_id=referee(story).pk, member=member(story), now=NOW) is None
    run_jobs()
    assert mails_to(MARIA) == []
    assert mails_to(story.application.candidate.email)[-1].subject == "Please name another referee"


@pytest.mark.world
def test_the_deadline_is_on_hold_while_only_an_offer_is_missing() -> None:
    story = deferred_check()
    assert story.check.clock_stopped_at is None
    answer(referee_path(PAUL))
    assert story.check.clock_stopped_at == NOW
    assert (
        "Once you have an offer, Acme releases the e-mails to your referees"
        in get(candidate_path(story)).content.decode()
    )


@pytest.mark.world
def test_a_deferred_referee_can_be_changed_and_sent_again() -> None:
    story = deferred_check()
    post(f"{candidate_path(story)}1/", MANAGER)
    assert referee(story).deferred_at is None
    press_send(story)
    assert len(mails_to(MARIA)) == 1


@pytest.mark.world
def test_an_undone_hire_keeps_a_request_that_may_have_arrived() -> None:
    story = deferred_check()
    story.happens("application.hired")
    unanswered = Email.objects.of(story.application.organisation).filter(to_address=MARIA)
    unanswered.update(state="queued", unanswered=1)
    story.happens("application.unhired")
    assert [request.referee.email for request in story.requests] == [PAUL, MARIA]


@pytest.mark.world
def test_pages_do_not_say_that_an_answer_is_missing_if_only_an_offer_is() -> None:
    story = deferred_check(both=True)
    check = story.check
    check.self_reference = "asked"
    check.save()
    page = " ".join(get(f"{candidate_path(story)}self-reference/").content.decode().split())
    assert "until Acme answers" not in page
    assert (
        "Your deadline is on hold: the remaining referees aren't contacted before you have an offer."
        in page.replace("&#x27;", "'")
    )


@pytest.mark.world
def test_no_page_promises_an_e_mail_that_a_hire_would_not_send() -> None:
    story = opened()
    form = f"{candidate_path(story)}1/"
    home = candidate_path(story)
    promise = "send this e-mail once you have an offer"
    assert promise in get(form).content.decode()
    step = story.check.step_request.step
    step.on_hire = "close"
    step.save()
    post(form, MANAGER | {"r-after_offer": "on"})
    post(f"{home}2/", PEER | {"r-after_offer": "on"})
    asked = get(form).content.decode()
    press_send(story)
    shown = get(home).content.decode()
    for page in (asked, shown):
        assert promise not in page
        assert "Acme then decides whether to send it." in page
    assert "releases the e-mails" not in shown
    assert "Acme then decides whether to contact them." in shown
