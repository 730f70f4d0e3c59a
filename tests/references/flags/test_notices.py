"""Pages and mails mention devices if the organisation watches them."""

import pytest

from tests.references.flags.people import watched
from tests.references.story import (
    ANSWERS,
    candidate_path,
    get,
    html_of,
    mails_to,
    opened,
    post,
    press_send,
    referee_path,
)

pytestmark = pytest.mark.django_db

MARIA = "maria@globex.example"
ON_PAGES = "records your network address and type of device, to detect one person answering for another. Both"
IN_MAIL = "records your network address and type of device"


def says(path: str, words: str = ON_PAGES) -> bool:
    page = get(path)
    assert page.status_code == 200
    return words in " ".join(page.content.decode().split())


@pytest.mark.world
@pytest.mark.parametrize("watches", [True, False])
def test_notices_mention_devices_only_if_switched_on(watches: bool) -> None:
    story = watched(watches=watches)
    path = candidate_path(story)
    assert says(f"{path}review/") is watches
    press_send(story)
    (mail,) = mails_to(MARIA)
    assert (IN_MAIL in " ".join(str(mail.body).split())) is watches
    assert (IN_MAIL in " ".join(html_of(mail).split())) is watches
    referee = referee_path(MARIA)
    assert says(referee) is watches
    assert says(f"{referee}facts/") is watches
    for number, page in enumerate(ANSWERS, start=1):
        post(f"{referee}questions/{number}/", page)
    assert says(f"{referee}review/") is watches


@pytest.mark.parametrize("watches", [True, False])
def test_the_candidates_first_page_mentions_devices_only_if_switched_on(watches: bool) -> None:
    story = opened()
    story.application.organisation.watches_devices = watches
    story.application.organisation.save()
    assert says(candidate_path(story)) is watches


@pytest.mark.world
@pytest.mark.parametrize("watches", [True, False])
def test_the_self_reference_mentions_devices_only_if_switched_on(watches: bool) -> None:
    story = opened(step={"self_reference": "needed"})
    story.application.organisation.watches_devices = watches
    story.application.organisation.save()
    own = f"{candidate_path(story)}self-reference/"
    post(f"{own}begin/")
    assert says(f"{own}review/") is watches


@pytest.mark.world
def test_notices_name_the_checks_that_are_always_made_and_a_later_use() -> None:
    """`references.flags` compares addresses, times, texts, ratings, dates and titles, whatever the settings."""
    story = watched(watches=False)
    press_send(story)
    notice = f"{candidate_path(story)}notice/"
    for path in (notice, referee_path(MARIA), f"{referee_path(MARIA)}data/"):
        assert says(
            path,
            "Software checks for things that may need a second look: unusual e-mail addresses, very fast",
        )
        assert says(path, "The recruiting team at Acme and everyone who decides on")
        assert says(path, "People, not software, read the answers") is False
    assert says(
        notice, "or on another of your applications to Acme within a year. People decide, not software."
    )
    assert says(f"{referee_path(MARIA)}data/", "or on another of their applications within a year")


@pytest.mark.main_case
def test_pages_mention_devices_before_anything_is_recorded() -> None:
    story = watched(watches=False)
    press_send(story)
    referee = referee_path(MARIA)
    post(f"{referee}begin/")
    story.application.organisation.watches_devices = True
    story.application.organisation.save()
    assert says(f"{referee}review/")
