"""Adjustment pages of the candidate and of the contact."""

from copy import deepcopy
from dataclasses import replace

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from goodword.accounts.models import Organisation
from goodword.assessments.adjustments.requests import withdraw_request
from goodword.assessments.attempts.parts import begin_part
from goodword.assessments.models import Adjustment, Attempt
from goodword.notifications.domain.bounces import note_bounced
from goodword.notifications.models import Email, Link
from goodword.workflow.models import lock, move
from tests.assessments.adjustments.support import (
    HANNA,
    NOW,
    TIMED,
    answer_path,
    asked,
    clocks,
    everything,
    fresh,
    requests,
    timed,
)
from tests.assessments.once import once
from tests.assessments.plans import JUDGEMENT, REASONING
from tests.assessments.support import application, part_of, token_of
from tests.support.jobs import run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

PAGES = {
    "portal_assessment_adjustment": ((), {"a-percent": "50"}),
    "portal_assessment_adjustment_withdraw": ((), {}),
    "portal_assessment_form": ((1,), {"form": "figureless_20"}),
}
WRITE = "If something is stopping you, write to Hanna Rehm"
GRANT = {"a-percent": "50", "a-sentence": ""}


made = once(time_machine.travel(NOW, tick=False)(lambda: timed(REASONING, JUDGEMENT)))


@pytest.fixture
def attempt(db: None, made: Attempt) -> Attempt:
    return deepcopy(made)


def url(attempt: Attempt, name: str = "portal_assessment_adjustment", *args: int) -> str:
    return reverse(name, args=[token_of(attempt), *args])


def page(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def close(attempt: Attempt) -> None:
    with transaction.atomic():
        move(lock(Attempt, attempt.pk), "close", at=NOW, by="greenhouse", reason="rejected")


# --- every page of the candidate ---------------------------------------------------------------------------------


@pytest.mark.matrix
@pytest.mark.parametrize("name", PAGES)
def test_an_unknown_link_opens_nothing(client: Client, attempt: Attempt, name: str) -> None:
    args, typed = PAGES[name]
    before = everything(attempt)
    for response in (
        client.get(reverse(name, args=["x" * 43, *args])),
        client.post(reverse(name, args=["x" * 43, *args]), typed),
    ):
        assert response.status_code == 404
    assert everything(attempt) == before


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("name", PAGES)
def test_the_link_of_another_candidate_changes_nothing_here(
    client: Client, attempt: Attempt, name: str
) -> None:
    args, typed = PAGES[name]
    mine = {key: value for key, value in everything(attempt).items() if key != "events"}
    assert client.post(url(timed(REASONING), name, *args), typed).status_code == 302
    assert {key: value for key, value in everything(attempt).items() if key != "events"} == mine


@pytest.mark.matrix
@pytest.mark.parametrize("name", PAGES)
def test_a_closed_step_shows_the_neutral_page_and_takes_nothing(
    client: Client, attempt: Attempt, name: str
) -> None:
    args, typed = PAGES[name]
    close(attempt)
    before, path = everything(attempt), url(attempt, name, *args)
    assert "There is nothing to do here at the moment" in page(client, path)
    assert client.post(path, typed).status_code == 302
    assert everything(attempt) == before


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("name", PAGES)
def test_opening_changes_nothing(client: Client, attempt: Attempt, name: str) -> None:
    asked(attempt)
    before = everything(attempt)
    client.get(url(attempt, name, *PAGES[name][0]), follow=True)
    assert everything(attempt) == before


# --- asking ------------------------------------------------------------------------------------------------------


def test_the_request_form_says_who_reads_it_and_what_happens(client: Client, attempt: Attempt) -> None:
    text = page(client, url(attempt))
    for words in (
        "Hanna Rehm, who isn't hiring for this role.",
        "Nothing, unless you tick the box. Neither your request",
        "Please don&#x27;t mention a diagnosis",
        "Applies to: Reasoning (now 12 minutes)",
    ):
        assert words in text, words
    assert "rita@acme.example" not in text
    assert 'name="a-may_disclose" id="id_a-may_disclose" checked' not in text
    assert "Everyone who asks for up to" not in text


@pytest.mark.world
def test_the_form_says_if_only_the_hiring_team_can_read_requests(client: Client) -> None:
    attempt = timed()
    Organisation.objects.filter(pk=attempt.organisation_id).update(adjustments_name="", adjustments_email="")
    text = page(client, url(attempt))
    assert (
        "Rita Recruiter, who is hiring for this role: Acme Bikes hasn't named anyone outside the hiring team."
        in text
    )
    assert "If you'd rather they didn't know, don't send this." in text
    assert "Nothing, unless you tick the box" not in text


@pytest.mark.world
def test_a_sent_request_is_shown_and_can_be_withdrawn(client: Client, attempt: Attempt) -> None:
    path = url(attempt)
    sent = client.post(path, {"a-percent": "100", "a-form": "on", "a-text": " Pauses.\x07 "})
    assert (sent.status_code, requests(attempt)) == (302, [("asked", 100, True, 0, False)])
    assert Adjustment.objects.of(attempt.organisation).get().text == "Pauses."
    text = page(client, path)
    assert "Your request is with Hanna Rehm" in text
    assert "Send request" not in text
    # its only part is timed
    assert "In the meantime, you can do everything before the next timed part." not in text
    first = page(client, url(attempt, "portal_assessment"))
    assert "Your adjustment request hasn't been answered yet." in first
    assert "Please finish by" not in first
    part = page(client, url(attempt, "portal_assessment_part", 1))
    assert ("Start the clock" in part, "so you can't start this part yet" in part) == (False, True)
    assert client.post(url(attempt, "portal_assessment_part", 1))["Location"].endswith("/assessment/")
    assert part_of(attempt).begun_at is None
    client.post(url(attempt, "portal_assessment_adjustment_withdraw"))
    assert requests(attempt) == [("withdrawn", 100, True, 0, False)]
    assert "Send request" in page(client, path)
    assert "You withdrew a request" in page(client, path)


def test_a_text_is_kept_if_another_window_was_sent_first(client: Client, attempt: Attempt) -> None:
    path = url(attempt)
    client.post(path, {"a-percent": "50", "a-text": "Pauses."})
    later = client.post(path, {"a-percent": "50", "a-text": "Large print,\nplease."})
    assert (later.status_code, requests(attempt)) == (409, [("asked", 50, False, 0, False)])
    text = " ".join(later.content.decode().split())
    assert "This text was not sent." in text and "Large print,<br>please." in text
    again = client.post(path, {"a-percent": "50", "a-text": "Pauses."})
    assert (again.status_code, again["Location"]) == (302, path)


@pytest.mark.world
def test_a_request_that_reached_nobody_is_not_called_withdrawn(client: Client, attempt: Attempt) -> None:
    asked(attempt)
    run_jobs()
    while mail := (
        Email.objects.of(attempt.organisation)
        .filter(kind="assessment.adjustment_request", bounced_at=None)
        .first()
    ):
        note_bounced(email_id=mail.pk, reason="No such user", now=NOW)
        run_jobs()
    assert requests(attempt)[0][0] == "withdrawn"
    text = page(client, url(attempt))
    assert "One of your requests couldn't be delivered" in text
    assert "You withdrew a request" not in text


@pytest.mark.world
def test_while_waiting_candidates_can_do_untimed_parts(client: Client) -> None:
    attempt = timed(JUDGEMENT, REASONING)
    client.post(url(attempt), {"a-percent": "100"})
    assert "In the meantime, you can do everything before the next timed part." in page(client, url(attempt))


@pytest.mark.world
def test_extra_time_for_everybody_is_granted_immediately(client: Client) -> None:
    attempt = timed(more_time=50)
    path = url(attempt)
    assert "Everyone who asks for up to 50% extra time gets it immediately:" in page(client, path)
    client.post(path, {"a-percent": "50", "a-text": "I read slowly."})
    assert (clocks(attempt), requests(attempt)) == ([1380], [("granted", 50, False, 50, False)])
    assert "You have 50% extra time in the timed parts" in page(client, path)
    assert "23 minutes, timed" in page(client, url(attempt, "portal_assessment"))


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            {"a-percent": "0"},
            "Say what you need: extra time, an accessible version, or something in your own words.",
        ),
        ({"a-percent": "70"}, "Choose how much extra time you need, or none."),
        (
            {"a-percent": "0", "a-text": "x" * 2001},
            "This is 1 character over the limit of 2,000. Please shorten it.",
        ),
    ],
)
def test_errors_are_shown_and_input_is_kept(
    client: Client, attempt: Attempt, typed: dict[str, str], sentence: str
) -> None:
    before = everything(attempt)
    response = client.post(url(attempt), typed)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert typed.get("a-text", "") in response.content.decode()
    assert everything(attempt) == before


@pytest.mark.world
def test_after_every_part_has_started_the_page_names_the_contact(client: Client) -> None:
    attempt = timed()
    begin_part(attempt_id=attempt.pk, order=1, device="", now=NOW)
    text = page(client, url(attempt))
    assert f"Every part has started and can no longer be adjusted. {WRITE}: {HANNA[1]}" in text
    before = everything(attempt)
    assert client.post(url(attempt), {"a-percent": "50"}).status_code == 302
    assert everything(attempt) == before


@pytest.mark.world
def test_after_timed_parts_have_started_an_accessible_version_can_be_requested(client: Client) -> None:
    attempt = timed(TIMED, JUDGEMENT)
    begin_part(attempt_id=attempt.pk, order=1, device="", now=NOW)
    text = page(client, url(attempt))
    assert "All timed parts have started, so you can't ask for extra time." in text
    assert "a-percent" not in text
    client.post(url(attempt), {"a-form": "on"})
    assert requests(attempt) == [("asked", 0, True, 0, False)]


# --- the form open to everybody --------------------------------------------------------------------------


@pytest.mark.world
def test_everybody_may_take_a_part_without_figures_before_it_starts(client: Client, attempt: Attempt) -> None:
    assert "Use tasks without figures instead" in page(client, url(attempt, "portal_assessment_part", 1))
    client.post(url(attempt, "portal_assessment_form", 1), {"form": "figureless_20"})
    assert (part_of(attempt).form, requests(attempt)) == ("figureless_20", [])
    assert "Use tasks with figures again" in page(client, url(attempt, "portal_assessment_part", 1))
    client.post(url(attempt, "portal_assessment_form", 1), {"form": "short_12"})
    assert part_of(attempt).form == "short_12"


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("form", ["standard_20", "nonsense", ""])
def test_a_form_that_is_not_open_to_everybody_is_refused(client: Client, attempt: Attempt, form: str) -> None:
    before = everything(attempt)
    assert client.post(url(attempt, "portal_assessment_form", 1), {"form": form}).status_code == 302
    assert client.post(url(attempt, "portal_assessment_form", 2), {"form": form}).status_code == 302
    assert client.post(url(attempt, "portal_assessment_form", 7), {"form": form}).status_code == 404
    assert everything(attempt) == before


# --- access to the answer page ----------------------------------------------------------------------------------------


@pytest.mark.world
def test_the_contact_reads_the_request_without_a_login(client: Client, attempt: Attempt) -> None:
    row = asked(attempt, percent=100, form=True, text="Large print, please.\n<b>Thanks</b>")
    before = everything(attempt)
    path = answer_path(row)
    response = client.get(path)
    text = " ".join(response.content.decode().split())
    assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("no-store", "noindex")
    for words in (
        f"{attempt.step_request.application.candidate.name} has asked for an adjustment",
        "has applied for the Window Washer role at Acme Bikes",
        "Please don't tell the hiring team",
        "Large print, please.<br>&lt;b&gt;Thanks&lt;/b&gt;",
        "Reasoning: 12 minutes",
        "Tasks without figures",
    ):
        assert words in text, words
    assert everything(attempt) == before


@pytest.mark.world
def test_after_answering_the_link_shows_no_name(client: Client, attempt: Attempt) -> None:
    path = answer_path(asked(attempt))
    typed = {"a-percent": "other", "a-other_percent": "75", "a-figureless": "1", "a-sentence": "Of course."}
    assert client.post(path, typed).status_code == 302
    assert (part_of(attempt).form, clocks(attempt)) == ("figureless_20", [35 * 60, None])
    assert requests(attempt) == [("granted", 50, False, 75, True)]
    text = page(client, path)
    assert "75% extra time and an accessible version were granted." in text
    assert attempt.step_request.application.candidate.last_name not in text
    before = everything(attempt)
    client.post(path, GRANT)
    assert everything(attempt) == before
    theirs = page(client, url(attempt))
    assert "You have 75% extra time" in theirs
    assert "Hanna Rehm" in theirs
    assert "Of course." in theirs


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Choose how much extra time they get, or none."),
        ({"a-percent": "other"}, "Enter a number from 1 to 200."),
        ({"a-percent": "other", "a-other_percent": "201"}, "Enter a number from 1 to 200."),
        ({"a-percent": "0"}, "granting nothing."),
        ({"a-percent": "0", "a-accessible": "on"}, "Explain the next step."),
        ({"a-percent": "25", "a-figureless": "9"}, "Choose from the parts listed."),
        ({"a-percent": "25", "a-sentence": "x" * 1001}, "This is 1 character over the limit of 1,000."),
    ],
)
def test_an_incomplete_answer_is_not_sent(
    client: Client, attempt: Attempt, typed: dict[str, str], sentence: str
) -> None:
    path = answer_path(asked(attempt))
    before = everything(attempt)
    response = client.post(path, typed)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert everything(attempt) == before


@pytest.mark.world
def test_an_answer_about_a_part_that_has_started_meanwhile_is_not_sent(client: Client) -> None:
    attempt = timed(replace(REASONING, minutes=None), TIMED)
    path = answer_path(asked(attempt, percent=0, form=True))
    assert "Tasks without figures" in page(client, path)
    begin_part(attempt_id=attempt.pk, order=1, device="phone", now=NOW)
    before = everything(attempt)
    typed = {"a-percent": "0", "a-figureless": "1", "a-sentence": "You get tasks without figures."}
    response = client.post(path, typed)
    sentence = "A part that you wanted to change has started. Read your answer again, then send it."
    assert (response.status_code, sentence in response.content.decode()) == (422, True)
    assert everything(attempt) == before
    assert client.post(path, {"a-percent": "0", "a-sentence": "Please write to me."}).status_code == 302
    assert requests(attempt) == [("refused", 0, True, 0, False)]


@pytest.mark.world
def test_a_refusal_with_a_message_reaches_the_candidate(client: Client, attempt: Attempt) -> None:
    client.post(
        answer_path(asked(attempt)), {"a-percent": "0", "a-sentence": "There is no clock that counts."}
    )
    assert requests(attempt) == [("refused", 50, False, 0, False)]
    text = page(client, url(attempt))
    assert "There is no clock that counts." in text
    assert "You can ask once more." in text


@pytest.mark.world
def test_an_accessible_version_arranged_manually_is_granted(client: Client) -> None:
    attempt = timed()
    typed = {"a-percent": "0", "a-accessible": "on", "a-sentence": "We meet on Monday, on paper."}
    client.post(answer_path(asked(attempt, percent=0, form=True)), typed)
    assert requests(attempt) == [("granted", 0, True, 0, True)]


@pytest.mark.matrix
@pytest.mark.parametrize("why", ["taken back", "closed", "going", "ended"])
def test_a_link_to_a_settled_request_accepts_no_answer(client: Client, attempt: Attempt, why: str) -> None:
    row = asked(attempt)
    path = answer_path(row)
    match why:
        case "taken back":
            withdraw_request(attempt_id=attempt.pk, now=NOW)
        case "closed":
            close(attempt)
        case "going":
            of = attempt.step_request.application
            of.erasure_requested_at = NOW
            of.save()
        case "ended":
            Link.objects.of(attempt.organisation).filter(purpose="adjustment").update(ended_at=NOW)
    before = everything(attempt)
    text = page(client, path)
    assert "There is nothing to do here at the moment" in text
    assert attempt.step_request.application.candidate.last_name not in text
    client.post(path, GRANT)
    assert everything(attempt) == before


@pytest.mark.world
def test_no_other_link_opens_the_page(client: Client, attempt: Attempt) -> None:
    row = asked(attempt)
    before = everything(attempt)
    for token in ("x" * 43, token_of(attempt)):
        path = reverse("adjustment_answer", args=[token])
        assert client.get(path).status_code == 404
        assert client.post(path, GRANT).status_code == 404
    portal = reverse("portal", args=[answer_path(row).strip("/").split("/")[-1]])
    assert client.get(portal).status_code == 404
    assert everything(attempt) == before


@pytest.mark.world
def test_answering_one_request_does_not_change_others(client: Client, attempt: Attempt) -> None:
    other = timed()
    row = asked(other)
    asked(attempt)
    mine = {key: value for key, value in everything(attempt).items() if key != "events"}
    client.post(answer_path(row), GRANT)
    assert (clocks(other), fresh(other).clock_stopped_at) == ([1380], None)
    assert {key: value for key, value in everything(attempt).items() if key != "events"} == mine


@pytest.mark.world
def test_the_overview_and_timed_parts_link_to_the_request_form(client: Client) -> None:
    attempt = timed()
    for name, args in (("portal_assessment", ()), ("portal_assessment_part", (1,))):
        assert "Need extra time or an accessible version?" in page(client, url(attempt, name, *args))
    untimed = timed(JUDGEMENT, of=application())
    assert "Need extra time" in page(client, url(untimed, "portal_assessment"))
    assert "Need extra time" not in page(client, url(untimed, "portal_assessment_part", 1))


RITA_READS = (
    "Rita Recruiter, who is hiring for this role, reads your request: "
    "Acme Bikes hasn't named anyone outside the hiring team."
)


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("named", "says"),
    [
        (HANNA, "Hanna Rehm, who isn't hiring for this role, reads your request."),
        (
            ("", ""),
            RITA_READS,
        ),
        (
            ("Rita Recruiter", "RITA@acme.example"),
            RITA_READS,
        ),
    ],
)
def test_the_decline_page_says_who_would_read_a_request(
    client: Client, attempt: Attempt, named: tuple[str, str], says: str
) -> None:
    Organisation.objects.filter(pk=attempt.organisation_id).update(
        adjustments_name=named[0], adjustments_email=named[1]
    )
    text = page(client, reverse("portal_assessment_decline", args=[token_of(attempt)]))
    assert says in " ".join(text.split())
    assert "isn't told" not in text


@pytest.mark.world
def test_if_the_reader_is_hiring_the_checkbox_names_the_others(client: Client, attempt: Attempt) -> None:
    box = "The others on the hiring team may know about this"
    assert box not in page(client, url(attempt))
    Organisation.objects.filter(pk=attempt.organisation_id).update(adjustments_name="", adjustments_email="")
    assert box in page(client, url(attempt))
