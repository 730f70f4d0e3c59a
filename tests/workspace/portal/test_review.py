"""Review links opened by members, and caching of members' pages."""

import pytest
from django.test import Client

from goodword.references.models import CheckFlag
from tests.references.story import (
    MANAGER,
    PEER,
    Story,
    answer,
    candidate_path,
    opened,
    post,
    press_send,
    referee_path,
)
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.kept import kept
from tests.support.pages import signed_in
from tests.workspace.applications import NOW, path, review

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


def test_members_are_redirected_to_the_candidates_page() -> None:
    application = factories.application(factories.role(factories.organisation()))
    member = factories.member(application.organisation)
    response = signed_in(member).get(review(application))
    assert (response.status_code, response["Location"]) == (
        302,
        f"/o/{application.organisation.slug}/candidates/{application.pk}/#results",
    )


@pytest.mark.world
def test_members_without_access_see_the_review() -> None:
    organisation = factories.organisation()
    private = factories.candidate(organisation, private=True)
    application = factories.application(factories.role(organisation), candidate=private)
    client = signed_in(factories.member(organisation))
    assert client.get(f"/o/{organisation.slug}/candidates/{application.pk}/").status_code == 404
    response = client.get(review(application))
    assert (response.status_code, response.context["application"]) == (200, application)
    expired = client.get(review(application, expires_at=NOW))
    page = expired.content.decode()
    assert (expired.status_code, "no longer have access" in page, "/candidates/" in page) == (
        410,
        True,
        False,
    )


@pytest.mark.matrix
@pytest.mark.parametrize("page", ["roles/", "candidates/", "results/", "help/", "settings/integrations/"])
def test_members_pages_are_not_cached(page: str) -> None:
    member = factories.member(factories.organisation(), kind="admin")
    response = signed_in(member).get(f"/o/{member.organisation.slug}/{page}")
    assert (response.status_code, "no-store" in response["Cache-Control"]) == (200, True)
    signed_out = Client().get(f"/o/{member.organisation.slug}/{page}")
    assert signed_out.status_code == 302


@kept
def answered_with_a_sign() -> Story:
    """Two referees, one at a disposable address; the other has answered."""
    story = opened()
    door = candidate_path(story)
    post(f"{door}1/", MANAGER)
    post(f"{door}2/", PEER | {"r-email": "paul@mailinator.com"})
    press_send(story)
    answer(referee_path(MANAGER["r-email"]))
    run_jobs()
    assert CheckFlag.objects.of(story.application.organisation).exists()
    return story


def visible_parts(page: str) -> tuple[bool, bool, bool]:
    """Whether a page shows the answers, a flag, and actions on the check."""
    return (
        "She thinks before she builds." in page,
        "Flags to review" in page or "disposable" in page.lower(),
        "/checks/" in page or "/flags/" in page,
    )


@pytest.mark.world
def test_the_review_shows_answers_without_flags_or_actions() -> None:
    story = answered_with_a_sign()
    assert visible_parts(Client().get(review(story.application)).content.decode()) == (True, False, False)


@pytest.mark.world
@pytest.mark.parametrize(
    ("kind", "expected"), [("recruiter", (True, True, True)), ("hiring_manager", (True, False, False))]
)
def test_hiring_managers_see_answers_without_flags_or_actions(
    kind: str, expected: tuple[bool, bool, bool]
) -> None:
    story = answered_with_a_sign()
    member = factories.member(story.application.organisation, kind=kind)
    assert story.application.role is not None
    story.application.role.viewers.add(member)
    page = signed_in(member).get(path("candidate", member.organisation, story.application.pk))
    assert visible_parts(page.content.decode()) == expected
