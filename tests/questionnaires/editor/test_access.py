"""Only recruiters and admins of the organisation may edit questionnaires."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_django
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership
from goodword.questionnaires.domain.drafts import DRAFTS, add_language, publish
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion
from tests.questionnaires.editor.support import LED, NOW, SIZE, STRENGTHS, made, url
from tests.support import factories
from tests.support.pages import signed_in
from tests.support.shared import shared_world
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db

#: URL name, extra arguments, and the statuses of GET and POST with permission
PAGES: list[tuple[str, list[str], int, int]] = [
    ("questionnaire", [], 200, 405),
    ("questionnaire_duplicate", [], 405, 302),
    ("questionnaire_begin", [], 405, 302),
    ("questionnaire_archive", [], 405, 302),
    ("questionnaire_restore", [], 405, 302),
    ("questionnaire_export", [], 200, 405),
    ("questionnaire_preview", [], 200, 200),
    ("questionnaire_edit", [], 200, 405),
    ("questionnaire_details", [], 200, 200),
    ("questionnaire_add", [], 200, 405),
    ("questionnaire_competency", [], 405, 404),
    ("questionnaire_question_new", ["rating"], 200, 200),
    ("questionnaire_question", ["led"], 200, 200),
    ("questionnaire_question_move", ["led"], 405, 302),
    ("questionnaire_question_duplicate", ["led"], 405, 302),
    ("questionnaire_question_delete", ["led"], 200, 302),
    ("questionnaire_language_add", [], 405, 404),
    ("questionnaire_language", ["de"], 200, 200),
    ("questionnaire_language_remove", ["de"], 405, 302),
    ("questionnaire_publish", [], 200, 200),
    ("questionnaire_discard", [], 200, 302),
]


@dataclass
class World:
    """`ours` has a published version and a partly translated draft."""

    ours: Questionnaire
    works: Client
    refused: dict[int, Client]


def build() -> World:
    rita = factories.member(factories.organisation())
    questionnaire = made(rita, LED, SIZE, STRENGTHS)
    publish(questionnaire=questionnaire, revision=0, reason="", without=[], by=rita, now=NOW)
    DRAFTS.begin(questionnaire, now=NOW)
    add_language(questionnaire=questionnaire, language="de", now=NOW)
    return World(
        ours=questionnaire,
        works=signed_in(factories.member(rita.organisation, kind="recruiter")),
        refused={
            403: signed_in(factories.member(rita.organisation, kind="hiring_manager")),
            404: signed_in(factories.member(factories.organisation(), kind="admin")),
            302: Client(),
        },
    )


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[World]:
    yield from shared_world(django_db_blocker, build)


@pytest.fixture
def world(db: None, built: World) -> World:
    return deepcopy(built)


@pytest.fixture
def ours(world: World) -> Questionnaire:
    return world.ours


def rows() -> list[Any]:
    """All rows that could change."""
    return [
        list(model.objects.across_organisations().order_by("pk").values())
        for model in (Questionnaire, QuestionnaireVersion, AuditEntry)
    ]


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "more", "get", "post"), PAGES)
def test_only_admins_and_recruiters_open_the_pages(
    world: World, name: str, more: list[str], get: int, post: int
) -> None:
    where = url(name, world.ours, *more)
    before = rows()
    for status, client in world.refused.items():
        assert client.post(where).status_code == (405 if post == 405 else status)
        assert client.get(where).status_code == (405 if get == 405 else status)
    assert rows() == before
    works = world.works
    assert works.get(where).status_code == get
    assert rows() == before
    response = works.post(where)
    if name == "questionnaire_question_delete":
        # a question depends on `led`, so the page asks what happens to it
        assert response.status_code == 302
    assert response.status_code == post
    # nothing changes the draft without the revision it was based on
    if name not in {"questionnaire_duplicate", "questionnaire_archive"}:
        assert rows() == before


@pytest.mark.world
@pytest.mark.parametrize("name", ["questionnaires", "questionnaire_new", "questionnaire_import"])
def test_only_admins_and_recruiters_list_and_create(name: str) -> None:
    organisation = factories.organisation()
    for kind, status in {"admin": 200, "recruiter": 200, "hiring_manager": 403}.items():
        who = factories.member(organisation, kind=kind)
        assert signed_in(who).get(path(name, organisation)).status_code == status
    other = signed_in(factories.member(factories.organisation(), kind="admin"))
    assert other.get(path(name, organisation)).status_code == 404
    assert Client().get(path(name, organisation)).status_code == 302
    before = Questionnaire.objects.of(organisation).filter(key__startswith="own_").count()
    manager = signed_in(factories.member(organisation, kind="hiring_manager"))
    assert manager.post(path(name, organisation), {"title": "x", "language": "en"}).status_code in {403, 405}
    assert Questionnaire.objects.of(organisation).filter(key__startswith="own_").count() == before


def test_a_draft_of_another_organisation_is_not_found(ours: Questionnaire) -> None:
    other: Membership = factories.member(factories.organisation(), kind="admin")
    theirs = ours.organisation
    ours.organisation = other.organisation
    where = url("questionnaire_edit", ours)
    assert f"/{theirs.slug}/" not in where
    assert signed_in(other).get(where).status_code == 404


@pytest.mark.world
def test_pages_redirect_with_a_message_without_a_draft(ours: Questionnaire) -> None:
    rita = factories.member(ours.organisation)
    QuestionnaireVersion.objects.of(ours.organisation).filter(published_at=None).delete()
    for name, more, get, _post in PAGES:
        if not name.startswith(("questionnaire_edit", "questionnaire_question", "questionnaire_publish")):
            continue
        client = signed_in(rita)
        response = client.get(url(name, ours, *more)) if get != 405 else client.post(url(name, ours, *more))
        assert response["Location"] == url("questionnaire", ours)
        page = client.get(response["Location"]).content.decode()
        assert "The draft no longer exists." in page
