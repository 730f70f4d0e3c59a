"""Access to the pages of the library's tests; a refusal changes nothing."""

from copy import deepcopy

import pytest
import time_machine
from django.test import Client

from goodword.accounts.models import Membership
from goodword.assessments.models import TestVersion
from tests.assessments.kinds.packs import small_pack
from tests.assessments.library_pages.support import NOW, imported, rows, url
from tests.assessments.once import once
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

TO_READ = [
    ("library", 0),
    ("test_import", 0),
    ("test", 1),
    ("test_items", 1),
    ("test_preview", 1),
    ("test_export", 1),
    ("test_manual", 1),
    ("test_manual_download", 1),
]
TO_ACT = [
    ("test_import", 0),
    ("test_archive", 1),
    ("test_restore", 1),
    ("test_preview", 1),
    ("test_sign_off", 2),
    ("test_publish_pack", 2),
    ("test_discard_pack", 2),
]


type World = tuple[dict[str, Membership], TestVersion]


@time_machine.travel(NOW, tick=False)
def build() -> World:
    organisation = factories.organisation()
    people = {
        "rita": factories.member(organisation),
        "manager": factories.member(organisation, kind="hiring_manager"),
        "admin": factories.member(organisation, kind="admin"),
        "stranger": factories.member(factories.organisation(), kind="admin"),
    }
    return people, imported(people["rita"], small_pack())


built = once(build)


@pytest.fixture
def world(db: None, built: World) -> World:
    return deepcopy(built)


@pytest.fixture
def people(world: World) -> dict[str, Membership]:
    return world[0]


@pytest.fixture
def rita(people: dict[str, Membership]) -> Membership:
    return people["rita"]


@pytest.fixture
def stranger(people: dict[str, Membership]) -> Membership:
    return people["stranger"]


@pytest.fixture
def draft(world: World) -> TestVersion:
    return world[1]


def address(name: str, draft: TestVersion, n: int) -> str:
    return url(name, draft.organisation, *(draft.test_id, draft.pk)[:n])


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "n"), TO_READ)
def test_only_admins_and_recruiters_can_read(
    people: dict[str, Membership], draft: TestVersion, name: str, n: int
) -> None:
    where = address(name, draft, n)
    found = {
        who.kind: signed_in(who).get(where).status_code for key, who in people.items() if key != "stranger"
    }
    assert found == {"admin": 200, "recruiter": 200, "hiring_manager": 403}
    assert signed_in(people["stranger"]).get(where).status_code == 404
    assert Client().get(where).status_code == 302


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "n"), TO_READ[2:])
def test_a_test_of_another_organisation_is_not_found(
    stranger: Membership, draft: TestVersion, name: str, n: int
) -> None:
    assert signed_in(stranger).get(url(name, stranger.organisation, draft.test_id)).status_code == 404


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "n"), TO_ACT)
def test_refused_actions_change_nothing(
    people: dict[str, Membership], draft: TestVersion, name: str, n: int
) -> None:
    before = rows(draft.organisation)
    where = address(name, draft, n)
    said = {"text": "{}", "name": "Eve", "why": "Because"}
    assert signed_in(people["manager"]).post(where, said).status_code == 403
    assert signed_in(people["stranger"]).post(where, said).status_code == 404
    assert Client().post(where, said).status_code == 302
    assert rows(draft.organisation) == before


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "n"), [pair for pair in TO_ACT if pair[0] != "test_import"])
def test_an_act_on_a_test_of_another_organisation_changes_nothing(
    stranger: Membership, draft: TestVersion, name: str, n: int
) -> None:
    before = rows(draft.organisation)
    where = url(name, stranger.organisation, *(draft.test_id, draft.pk)[:n])
    assert signed_in(stranger).post(where, {"name": "Eve", "why": "Because"}).status_code == 404
    assert rows(draft.organisation) == before


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("name", "n"), [pair for pair in TO_ACT if pair[0] not in {"test_import", "test_preview"}]
)
def test_opening_the_address_of_an_act_changes_nothing(
    rita: Membership, draft: TestVersion, name: str, n: int
) -> None:
    before = rows(draft.organisation)
    assert signed_in(rita).get(address(name, draft, n)).status_code == 405
    assert rows(draft.organisation) == before


@pytest.mark.world
def test_reading_changes_nothing(rita: Membership, draft: TestVersion) -> None:
    browser = signed_in(rita)
    browser.get(url("library", rita.organisation))
    before = rows(rita.organisation)
    for name, n in TO_READ:
        browser.get(address(name, draft, n))
    assert rows(rita.organisation) == before
