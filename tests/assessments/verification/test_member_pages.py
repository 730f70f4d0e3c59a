"""Members start, discard and read verifications."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.models import Attempt, Verification
from goodword.assessments.verification import begin, discard
from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from tests.assessments.plans import attempt_of
from tests.assessments.verification.support import (
    DAY,
    STANDARD,
    application_of,
    finished,
    opened,
    owner,
    taken,
)
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(DAY, tick=False)]

PAGES = ("candidate_verify", "candidate_verification_discard")


def where(name: str, attempt: Attempt) -> str:
    return path(name, attempt.organisation, attempt.step_request.application_id)


def words(response: object) -> str:
    page = response.content.decode()  # type: ignore[attr-defined]  # of the test client
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def hiring_manager(attempt: Attempt) -> Membership:
    """A member with access to the candidate's role."""
    found = factories.member(attempt.organisation, kind="hiring_manager")
    role = application_of(attempt).role
    assert role is not None
    role.viewers.add(found)
    return found


def rows(attempt: Attempt) -> list[object]:
    org = attempt.organisation
    entries = AuditEntry.objects.of(org).filter(action__startswith="verification.")
    return [
        list(Verification.objects.of(org).values()),
        Link.objects.of(org).filter(purpose="verification").count(),
        list(entries.order_by("pk").values_list("action", flat=True)),
        list(Event.objects.filter(name__contains="verification").values_list("name")),
    ]


def test_the_candidates_page_offers_it_once_a_reasoning_test_is_finished() -> None:
    begun, done = attempt_of(STANDARD), finished()
    for attempt, offered in ((begun, False), (done, True)):
        page = signed_in(owner(attempt)).get(where("candidate", attempt)).content.decode()
        assert (where("candidate_verify", attempt) in page) is offered


@pytest.mark.world
def test_the_button_opens_it_and_shows_a_link_once() -> None:
    attempt = finished()
    browser, here = signed_in(owner(attempt)), where("candidate_verify", attempt)
    assert "Start verification" in words(browser.get(here))
    assert rows(attempt)[0] == []
    page = browser.post(here)
    found = re.search(r"http[^\"]+(/t/[\w-]+/)", page.content.decode())
    assert found is not None
    assert page["Cache-Control"] == "no-store"
    assert "Short reasoning test" in words(Client().get(found[1]))
    said = words(page).replace("&#x27;", "'")
    assert "The supervisor shouldn't be involved in the hiring decision." in said
    assert "anyone who watches the screen can see the clock" in said
    again = words(browser.get(here))
    assert "Create new link" in again
    assert found[1] not in again
    assert "Not started yet." in words(browser.get(where("candidate", attempt)))
    Link.objects.of(attempt.organisation).filter(purpose="verification").update(expires_at=DAY)
    assert "Not started, and the link has expired." in words(browser.get(where("candidate", attempt)))


@pytest.mark.world
@pytest.mark.parametrize("change", ["rejected", "updated"])
def test_the_candidates_page_says_that_a_verification_can_no_longer_be_started(change: str) -> None:
    """`change`: "updated" means that an update of Goodword has changed the tasks since the link was created."""
    attempt = finished()
    browser = signed_in(owner(attempt))
    browser.post(where("candidate_verify", attempt))
    if change == "rejected":
        Application.objects.of(attempt.organisation).update(status="rejected")
    else:
        Verification.objects.of(attempt.organisation).update(version="0")
    said = words(browser.get(where("candidate", attempt)))
    assert "This verification can no longer be started:" in said
    assert ("Create new link" in said, "Discard verification" in said) == (False, True)


@pytest.mark.world
def test_a_reloaded_or_outdated_page_does_not_end_the_link_in_use() -> None:
    attempt = finished()
    browser, here = signed_in(owner(attempt)), where("candidate_verify", attempt)
    device = re.search(r"/t/[\w-]+/", browser.post(here, {"seen": "0"}).content.decode())
    assert device is not None
    before = rows(attempt)
    for data in ({"seen": "0"}, {}, {"seen": "x"}):
        page = browser.post(here, data)
        assert page.status_code == 409
        assert "There is already a link." in words(page)
    assert rows(attempt) == before
    assert "Short reasoning test" in words(Client().get(device[0]))
    seen = re.search(r'name="seen" value="(\d+)"', browser.get(here).content.decode())
    assert seen is not None
    assert browser.post(here, {"seen": seen[1]}).status_code == 200
    assert "Short reasoning test" not in words(Client().get(device[0]))


def test_it_is_refused_with_a_sentence_before_the_test_is_finished() -> None:
    attempt = attempt_of(STANDARD)
    browser, here = signed_in(owner(attempt)), where("candidate_verify", attempt)
    for response, status in ((browser.get(here), 200), (browser.post(here), 422)):
        assert response.status_code == status
        assert "hasn't finished a reasoning test" in words(response).replace("&#x27;", "'")
    assert rows(attempt) == [[], 0, [], []]


@pytest.mark.world
def test_strangers_managers_and_visitors_are_refused_and_change_nothing() -> None:
    attempt = finished()
    opened(attempt)
    before = rows(attempt)
    manager = hiring_manager(attempt)
    stranger: Membership = factories.member(factories.organisation(), kind="admin")
    for name in PAGES:
        for browser, statuses in (
            (signed_in(stranger), {404}),
            (signed_in(manager), {403}),
            (Client(), {302}),
        ):
            assert browser.post(where(name, attempt), {"reason": "x"}).status_code in statuses
            assert browser.get(where(name, attempt)).status_code in statuses
    assert rows(attempt) == before


@pytest.mark.world
def test_discarding_needs_a_reason_and_is_audited() -> None:
    attempt = finished()
    verification = opened(attempt)
    browser, here = signed_in(owner(attempt)), where("candidate_verification_discard", attempt)
    page = words(browser.get(here))
    assert "The candidate can read it in the copy of their data." in page
    assert "Not shown to the candidate" not in page
    seen = {"verification": str(verification.pk)}
    refused = browser.post(here, seen | {"reason": " "})
    assert refused.status_code == 422
    assert "Say why" in words(refused)
    assert browser.post(here, seen | {"reason": "Fire alarm"}).status_code == 302
    verification.refresh_from_db()
    assert verification.discard_reason == "Fire alarm"
    assert rows(attempt)[2] == ["verification.opened", "verification.discarded"]
    assert browser.get(here).status_code == 302


@pytest.mark.world
def test_an_outdated_page_does_not_discard_the_verification_that_a_colleague_has_started() -> None:
    attempt = finished()
    browser, here = signed_in(owner(attempt)), where("candidate_verification_discard", attempt)
    first = opened(attempt)
    seen = re.search(r'name="verification" value="(\d+)"', browser.get(here).content.decode())
    assert seen is not None
    discard(verification=first, reason="Wrong device", member=owner(attempt), now=DAY)
    second = begin(verification_id=opened(attempt).pk, device="computer", now=DAY)
    page = browser.post(here, {"verification": seen[1], "reason": "Fire alarm"}, follow=True)
    assert "Nothing was discarded: another verification has started since you opened that page." in words(
        page
    )
    second.refresh_from_db()
    first.refresh_from_db()
    assert (second.discarded_at, len(second.tasks), first.discard_reason) == (None, 12, "Wrong device")


@pytest.mark.world
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_link_is_offered_once_time_is_up(method: str) -> None:
    attempt = finished()
    begun = begin(verification_id=opened(attempt).pk, device="computer", now=DAY - timedelta(minutes=13))
    Verification.objects.of(begun.organisation).filter(pk=begun.pk).update(seen_at=DAY)
    page = words(getattr(signed_in(owner(attempt)), method)(where("candidate_verify", attempt)))
    page = page.replace("&#x27;", "'")
    assert "The verification is over. The comparison will be on the candidate's page within a minute." in page
    assert "Create new link" not in page


@pytest.mark.world
def test_a_lower_result_is_worded_without_accusation() -> None:
    attempt = finished(solved=17)
    taken(attempt, solved=5)
    page = words(signed_in(owner(attempt)).get(where("candidate", attempt)))
    assert "Lower than expected from the first result" in page
    assert (
        "On average across candidates who solved 17 on their own, at least 19 in 20 solve 6 or more, if"
        in page
    )
    assert "Chance: on average up to 1 in 20 honest candidates with this first result" in page
    assert "Tiredness, nerves" in page
    assert "standard errors below the prediction" in page
    assert "Talk to the candidate" in page
    assert not re.search(r"cheat|fraud|dishonest|suspic", page, re.IGNORECASE)


@pytest.mark.world
def test_other_results_say_what_they_do_not_prove() -> None:
    attempt = finished(solved=17)
    taken(attempt, solved=9)
    page = words(signed_in(owner(attempt)).get(where("candidate", attempt)))
    assert "Within the range of chance" in page
    assert "Possible explanations" not in page.split("Supervised verification")[1].split("Timeline")[0]
    assert "prove that the first result was the candidate" in page


@pytest.mark.world
def test_a_result_far_above_the_prediction_is_not_put_down_to_chance() -> None:
    attempt = finished(solved=4)
    taken(attempt, solved=12)
    page = words(signed_in(owner(attempt)).get(where("candidate", attempt)))
    assert "Not lower than expected from the first result" in page
    assert "Within the range of chance" not in page


@pytest.mark.world
def test_members_see_no_times_of_a_verification() -> None:
    attempt = finished()
    taken(attempt, solved=9)
    page = signed_in(owner(attempt)).get(where("candidate", attempt)).content.decode()
    section = page.split('id="verification"')[1].split("</section>")[0]
    assert "<time" not in section
    assert "minute" not in section
    assert "Took the supervised verification on" in page


@pytest.mark.world
def test_readers_by_link_and_hiring_managers_do_not_see_it() -> None:
    attempt = finished()
    taken(attempt, solved=5)
    url = links.mint(
        organisation=attempt.organisation,
        purpose=Link.Purpose.REVIEW,
        subject_id=attempt.step_request.application_id,
        now=DAY,
    )
    page = words(Client().get("/" + url.split("/", 3)[3]))
    assert "Results" in page
    assert "verification" not in page.lower()
    page = words(signed_in(hiring_manager(attempt)).get(where("candidate", attempt)))
    assert "Finished the assessment" in page
    assert "verification" not in page.lower()
