"""An expired link offers a fresh one, to the known address only."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from goodword.notifications.domain.queue import masked
from goodword.notifications.models import Link
from tests.references.story import (
    NOW,
    Story,
    candidate_path,
    get,
    link_in,
    mails_to,
    opened,
    post,
    referee_path,
    sent,
)
from tests.support.jobs import run_jobs
from tests.support.kept import kept

pytestmark = pytest.mark.django_db

MARIA = "maria@globex.example"
LATER = NOW + timedelta(days=31)


@pytest.fixture
@kept
def story() -> Story:
    """A check with a long deadline, so that links expire first."""
    return sent(opened(step={"deadline_days": 40, "referee_deadline_days": 40}))


@pytest.fixture
def later(story: Story) -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


def portal(story: Story) -> str:
    return link_in(mails_to(story.application.candidate.email)[0])


@pytest.mark.world
@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("who", ["candidate", "referee"])
def test_a_fresh_link_goes_to_the_known_address(story: Story, who: str) -> None:
    address = story.application.candidate.email if who == "candidate" else MARIA
    old = portal(story) if who == "candidate" else referee_path(MARIA)
    assert get(old).url == f"{old}fresh/"
    page = get(f"{old}fresh/").content.decode()
    assert (masked(address) in page, address in page) == (True, False)
    before = len(mails_to(address))
    assert post(f"{old}fresh/").url == f"{old}fresh/?sent=1"
    run_jobs()
    (fresh,) = mails_to(address)[before:]
    assert str(fresh.subject).startswith("Your new link")
    assert get(link_in(fresh)).status_code in {200, 302}
    assert b"expired" not in get(link_in(fresh)).content
    assert b"New link sent" in get(f"{old}fresh/?sent=1").content


@pytest.mark.main_case
@pytest.mark.usefixtures("later")
def test_a_fresh_link_is_sent_at_most_every_ten_minutes(story: Story) -> None:
    path = portal(story)
    for minutes, mails in ((0, 2), (9, 2), (11, 3)):
        with time_machine.travel(LATER + timedelta(minutes=minutes), tick=False):
            post(f"{path}fresh/")
            run_jobs()
        assert len(mails_to(story.application.candidate.email)) == mails


@pytest.mark.world
@pytest.mark.usefixtures("later")
def test_opening_the_page_of_an_expired_link_sends_nothing(story: Story) -> None:
    get(f"{portal(story)}fresh/")
    run_jobs()
    assert len(mails_to(story.application.candidate.email)) == 1


@pytest.mark.world
@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("why", ["closed", "revoked"])
def test_no_fresh_link_is_sent_if_there_is_nothing_to_open(story: Story, why: str) -> None:
    path = portal(story)
    if why == "closed":
        story.happens("application.rejected", at=LATER, reason="x")
    else:
        Link.objects.of(story.application.organisation).update(ended_at=NOW)
    for page in (get(f"{path}fresh/"), post(f"{path}fresh/")):
        assert b"There is nothing to do here at the moment" in page.content
    run_jobs()
    assert len(mails_to(story.application.candidate.email)) == 1


@pytest.mark.world
def test_a_valid_link_opens_the_portal(story: Story) -> None:
    path = portal(story)
    assert post(f"{path}fresh/").url == path
    run_jobs()
    assert len(mails_to(story.application.candidate.email)) == 1


@pytest.mark.parametrize("letter", ["p", "r"])
def test_unknown_links_get_no_fresh_link(letter: str) -> None:
    responses: list[Any] = [get(f"/{letter}/{'x' * 43}/fresh/"), post(f"/{letter}/{'x' * 43}/fresh/")]
    assert [response.status_code for response in responses] == [404, 404]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("address", "shown"),
    [("maria@globex.example", "m…@g….example"), ("a@b.co.uk", "a…@b….uk"), ("x@localhost", "x…@…localhost")],
)
def test_addresses_are_masked(address: str, shown: str) -> None:
    assert masked(address) == shown


@pytest.mark.world
def test_all_pages_of_an_expired_link_redirect(story: Story) -> None:
    door = candidate_path(story)
    with time_machine.travel(LATER, tick=False):
        for path in ("", "1/", "review/", "notice/"):
            assert get(f"{door}{path}").url == f"{portal(story)}fresh/"
        assert post(f"{door}decline/", {"d-reason": "x"}).url == f"{portal(story)}fresh/"
    assert story.check.progress == "in_progress"
