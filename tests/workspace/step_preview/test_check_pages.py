"""The preview of a reference check: the portals' own pages; nothing is stored."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.apps import apps

from goodword.roles.models import Step
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db

#: not in the banner
OTHERS = ("notice", "decline", "cannot", "facts", "no", "self-1", "self-review")


@pytest.fixture
def step() -> Step:
    role = factories.role(factories.organisation(name="Acme"), title="Baker")
    found = factories.step(role, Step.Kind.REFERENCE_CHECK)
    found.self_reference = Step.SelfReference.ASKED
    found.slots = [{"relationship": "manager", "count": 1}, {"relationship": "client", "count": 2}]
    found.save()
    return found


def address(step: Step, name: str) -> str:
    return f"{path('role_check_preview', step.organisation, step.role_id, step.pk)}{name}/"


def read(response: Any) -> BeautifulSoup:
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def rows() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


@pytest.mark.slow
def test_all_pages_are_shown_and_nothing_is_stored(step: Step) -> None:
    client = signed_in(step.role.owner)
    before = rows()
    start = read(
        client.get(path("role_check_preview", step.organisation, step.role_id, step.pk), follow=True)
    )
    headings = {}
    for link in start.select("nav[aria-label='Preview pages'] a"):
        page = read(client.get(str(link["href"])))
        headings[link.get_text()] = " ".join(page.h1.get_text().split()) if page.h1 else ""
        assert [tag.get_text() for tag in page.select("[aria-current=step]")] == [link.get_text()]
    assert headings == {
        "Candidate: start": "Your references",
        "Name a referee": "A manager of yours",
        "Check and send": "This is what we'll send",
        "Self-assessment": "Self-assessment",
        "Waiting": "Thank you, you've done your part",
        "Done": "Thank you, you're done",
        "Referee: start": "Alex Example has asked you for a reference",
        **{f"Page {n}": f"About Alex Example, page {n} of 6" for n in range(1, 7)},
        "Review": "Review your answers",
        "Thanks": "Thank you",
    }
    for name in OTHERS:
        assert read(client.get(address(step, name))).h1, name
    assert rows() == before


@pytest.mark.world
def test_links_stay_in_the_preview_and_buttons_do_nothing(step: Step) -> None:
    client = signed_in(step.role.owner)
    page = read(client.get(address(step, "start")))
    links = {str(link["href"]).partition("?")[0] for link in page.select(".portal__column a[href]")}
    assert address(step, "referee") in links
    assert {link.rpartition("/preview/")[0] for link in links} == {
        address(step, "start").rpartition("/preview/")[0]
    }
    page = read(client.get(address(step, "questions-2")))
    assert {str(button["type"]) for button in page.select("button")} == {"button"}
    assert not page.select("script, form[action]")


@pytest.mark.world
def test_it_is_shown_in_each_language_offered(step: Step) -> None:
    client = signed_in(step.role.owner)
    for language, heading in (("de", "Ihre Referenzen"), ("fr", "Vos références"), ("xx", "Your references")):
        page = read(client.get(address(step, "start") + f"?language={language}"))
        assert page.h1 is not None
        assert page.h1.get_text() == heading


@pytest.mark.world
def test_it_is_refused_to_others(step: Step) -> None:
    hiring = factories.member(step.organisation, kind="hiring_manager")
    hiring.viewed_roles.add(step.role)
    stranger = factories.member(factories.organisation(), kind="admin")
    assert signed_in(hiring).get(address(step, "start")).status_code == 403
    assert signed_in(stranger).get(address(step, "start")).status_code == 404
    client = signed_in(step.role.owner)
    assert client.get(address(step, "nonsense")).status_code == 404
    assert client.post(address(step, "start")).status_code == 405
    assessment = factories.step(step.role, Step.Kind.ASSESSMENT)
    assert client.get(address(assessment, "start")).status_code == 404
    elsewhere = factories.step(factories.role(step.organisation), Step.Kind.REFERENCE_CHECK)
    elsewhere.role_id = step.role_id
    assert client.get(address(elsewhere, "start")).status_code == 404
