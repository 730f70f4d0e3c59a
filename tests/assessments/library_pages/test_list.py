"""Library > Tests: list, usage, archiving."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import Membership
from goodword.assessments.catalogue.drafts import DRAFTS
from goodword.assessments.catalogue.queries import list_tests
from goodword.assessments.models import Test
from goodword.assessments.plans.versions import newest_version_number, published_of
from tests.assessments.kinds.judgements import small_set
from tests.assessments.kinds.packs import small_pack
from tests.assessments.library_pages.support import (
    NOW,
    acts,
    builtin,
    custom_questions,
    imported,
    published,
    rows,
    url,
    used,
)
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation())


def listed(who: Membership) -> dict[str, list[str]]:
    groups = signed_in(who).get(url("library", who.organisation)).context["groups"]
    return {kind: [row.test.title for row in found] for kind, _, _, found in groups}


def test_the_newest_version_is_the_one_added_last_whatever_the_clock_said(rita: Membership) -> None:
    first = published(rita, custom_questions())
    published(rita, custom_questions(version="2"), now=NOW - timedelta(hours=1))
    published(rita, custom_questions(language="de"), now=NOW + timedelta(hours=1))
    test = first.test
    [shown] = [row for row in list_tests(rita) if row.test == test]
    assert (shown.newest, shown.numbers) == ("2", ("2", "1"))
    assert newest_version_number(test) == "2"
    assert [row.number for row in published_of([test])[test.pk]] == ["2", "1", "1"]
    assert [row.number for row in DRAFTS.newest(test)] == ["2"]


@pytest.mark.world
def test_built_in_tests_are_listed_from_the_first_visit(rita: Membership) -> None:
    response = signed_in(rita).get(url("library", rita.organisation))
    assert {
        kind: sorted(row.test.key for row in found) for kind, _, _, found in response.context["groups"]
    } == {
        "scales": ["work_style"],
        "reasoning": ["reasoning"],
        "judgement": ["judgement_customer", "judgement_engineering", "judgement_team_lead"],
    }
    html = response.content.decode()
    assert "None yet. Import a test from a file" in html
    assert html.count("For practice and preview, not for decisions") == 3
    assert f'href="{url("questionnaires", rita.organisation)}"' in html


@pytest.mark.world
def test_own_tests_are_listed_after_built_in_ones(rita: Membership) -> None:
    published(rita, small_pack(name="Always first"))
    published(rita, small_set(id="sjt", name="A set"))
    published(rita, custom_questions())
    found = listed(rita)
    assert (found["scales"], found["judgement"][-1], found["questions"]) == (
        ["Work style", "Always first"],
        "A set",
        ["Ladders"],
    )


@pytest.mark.world
def test_a_row_shows_construct_and_licence(rita: Membership) -> None:
    published(rita, small_pack())
    response = signed_in(rita).get(url("library", rita.organisation))
    row = next(
        row for _, _, _, found in response.context["groups"] for row in found if row.test.key == "small"
    )
    assert (row.newest, row.languages, row.drafts, row.n_forms, row.sheet.n_items, row.sheet.minutes) == (
        "1",
        ("en",),
        (),
        2,
        4,
        1,
    )
    html = response.content.decode()
    assert "What people say about themselves on 2 scales: Warm, Quick." in html
    assert "public domain · made for the tests" in html


@pytest.mark.world
def test_drafts_are_marked_in_the_list(rita: Membership) -> None:
    published(rita, small_pack())
    imported(rita, small_pack(version="2"))
    imported(rita, custom_questions())
    response = signed_in(rita).get(url("library", rita.organisation))
    found = {row.test.key: row for _, _, _, group in response.context["groups"] for row in group}
    assert (found["small"].newest, found["small"].drafts) == ("1", ("en",))
    assert (found["ladders"].newest, found["ladders"].drafts, found["ladders"].sheet) == ("", ("en",), None)


@pytest.mark.world
def test_a_later_translation_makes_no_version_newer(rita: Membership) -> None:
    published(rita, small_pack(), now=NOW)
    published(rita, small_pack(version="2"), now=NOW + timedelta(days=1))
    published(rita, small_pack(language="de", name="Klein"), now=NOW + timedelta(days=2))
    response = signed_in(rita).get(url("library", rita.organisation))
    row = next(
        row for _, _, _, found in response.context["groups"] for row in found if row.test.key == "small"
    )
    assert (row.newest, row.numbers, row.languages) == ("2", ("2", "1"), ("en",))


@pytest.mark.world
def test_a_test_names_the_roles_whose_newest_assessment_has_it(rita: Membership) -> None:
    version = published(rita, small_pack())
    other = builtin(rita.organisation, "work_style").versions.filter(language="en").get()
    now_and_then = factories.role(rita.organisation, title="Baker")
    used(now_and_then, version)
    used(now_and_then, other)
    used(factories.role(rita.organisation, title="Cook"), version)
    used(factories.role(rita.organisation, title="Diver"), version, is_published=False)
    response = signed_in(rita).get(url("library", rita.organisation))
    found = {
        row.test.key: [role.title for role in row.roles]
        for _, _, _, group in response.context["groups"]
        for row in group
    }
    assert (found["small"], found["work_style"]) == (["Cook"], ["Baker"])


@pytest.mark.world
def test_a_role_that_the_member_may_not_see_is_not_named(rita: Membership) -> None:
    version = published(rita, small_pack())
    secret = factories.role(
        rita.organisation, title="Secret chief", owner=factories.member(rita.organisation)
    )
    factories.automation(secret, connection_id=1, job_id=1, stages={"assessment": (501, "Assessment")})
    secret.automations.update(confidential=True)
    used(secret, version)
    for page in (url("library", rita.organisation), url("test", rita.organisation, version.test_id)):
        assert "Secret chief" not in signed_in(rita).get(page).content.decode()
    admin = factories.member(rita.organisation, kind="admin")
    assert "Secret chief" in signed_in(admin).get(url("library", rita.organisation)).content.decode()


@pytest.mark.world
def test_three_tests_ask_no_more_queries_than_one(rita: Membership) -> None:
    browser, where = signed_in(rita), url("library", rita.organisation)
    browser.get(where)
    published(rita, small_pack())
    browser.get(where)
    with CaptureQueriesContext(connection) as few:
        browser.get(where)
    for n in range(2):
        used(factories.role(rita.organisation), published(rita, small_pack(id=f"small{n}")))
    browser.get(where)
    with CaptureQueriesContext(connection) as many:
        browser.get(where)
    assert len(many) == len(few)


@pytest.mark.world
def test_an_own_test_is_archived_and_restored(rita: Membership) -> None:
    version = published(rita, small_pack())
    browser, organisation = signed_in(rita), rita.organisation
    assert browser.post(url("test_archive", organisation, version.test_id))["Location"] == url(
        "library", organisation
    )
    assert listed(rita)["scales"] == ["Work style"]
    page = browser.get(url("library", organisation))
    assert [row.test.title for row in page.context["archived"]] == ["Small"]
    browser.post(url("test_archive", organisation, version.test_id))
    browser.post(url("test_restore", organisation, version.test_id))
    assert listed(rita)["scales"] == ["Work style", "Small"]
    assert acts(organisation)[-2:] == ["test.archived", "test.restored"]


def test_built_in_tests_cannot_be_archived(rita: Membership) -> None:
    test = builtin(rita.organisation, "work_style")
    before = rows(rita.organisation)
    response = signed_in(rita).post(url("test_archive", rita.organisation, test.pk), follow=True)
    assert "Built-in tests can&#x27;t be archived." in response.content.decode()
    assert rows(rita.organisation) == before
    assert Test.objects.of(rita.organisation).get(key="work_style").archived_at is None
