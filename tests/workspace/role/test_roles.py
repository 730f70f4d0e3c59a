"""Roles and their candidates."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.greenhouse.models import Connection
from goodword.references.domain.slot_changes import cannot_provide
from goodword.roles.models import Role
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import checked, invited, named, path

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return factories.organisation()


@pytest.fixture
def rita(organisation: Organisation) -> Membership:
    return factories.member(organisation, name="Rita Recruiter")


def titles(client: Client, organisation: Organisation, query: str = "") -> list[tuple[str, int, int]]:
    page = client.get(path("roles", organisation), {"q": query}).context["page"]
    return [(role.title, role.candidates, role.jobs) for role in page.object_list]


def names(client: Client, role: Role, **query: str) -> list[str]:
    rows = client.get(path("role", role.organisation, role.pk), query).context["listing"].rows
    return [row.application.candidate.name for row in rows]


def queries(client: Client, where: str) -> int:
    client.get(where)  # fills caches that are read once per process
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(where).status_code == 200
    return len(seen)


def test_roles_are_sorted_by_title_with_counts(organisation: Organisation, rita: Membership) -> None:
    washer = factories.role(organisation, title="washer", owner=rita)
    factories.role(organisation, title="Baker", owner=rita)
    factories.role(factories.organisation(), title="Elsewhere")
    gone = factories.role(organisation, title="Gone", owner=rita)
    gone.archived_at = factories.NOW
    gone.save()
    for job in (1, 2):
        factories.automation(washer, connection_id=1, job_id=job, stages={})
    for first in ("Ada", "Bo", "Cy"):
        named(washer, first, "X")
    assert titles(signed_in(rita), organisation) == [("Baker", 0, 0), ("washer", 3, 2)]
    assert titles(signed_in(rita), organisation, "WASH") == [("washer", 3, 2)]
    assert titles(signed_in(rita), organisation, "nothing") == []


@pytest.mark.world
def test_private_candidates_are_counted_only_for_members_with_access(
    organisation: Organisation, rita: Membership
) -> None:
    role = factories.role(organisation, title="Baker")
    named(role, "Open", "Ada")
    named(role, "Hidden", "Bo", private=True)
    admin = factories.member(organisation, kind="admin")
    assert titles(signed_in(rita), organisation) == [("Baker", 1, 0)]
    assert titles(signed_in(admin), organisation) == [("Baker", 2, 0)]
    assert titles(signed_in(role.owner), organisation) == [("Baker", 2, 0)]
    role.viewers.add(rita)
    assert titles(signed_in(rita), organisation) == [("Baker", 2, 0)]


@pytest.mark.world
def test_hiring_managers_see_their_roles(organisation: Organisation) -> None:
    manager = factories.member(organisation, kind="hiring_manager")
    role, other = factories.role(organisation, title="Theirs"), factories.role(organisation, title="Other")
    role.viewers.add(manager)
    client = signed_in(manager)
    assert titles(client, organisation) == [("Theirs", 0, 0)]
    assert client.get(path("role", organisation, role.pk)).status_code == 200
    assert client.get(path("role", organisation, other.pk)).status_code == 404
    assert b"New role" not in client.get(path("roles", organisation)).content


def test_roles_of_another_organisation_are_not_found(organisation: Organisation, rita: Membership) -> None:
    theirs = factories.role(factories.organisation())
    assert signed_in(rita).get(path("role", organisation, theirs.pk)).status_code == 404
    assert signed_in(rita).get(path("role", theirs.organisation, theirs.pk)).status_code == 404
    assert Client().get(path("role", organisation, theirs.pk)).status_code == 302


def test_a_new_role_has_both_steps_and_an_owner(organisation: Organisation, rita: Membership) -> None:
    response = signed_in(rita).post(path("role_new", organisation), {"title": "  Window   Washer "})
    role = Role.objects.of(organisation).get()
    assert response["Location"] == path("role", organisation, role.pk)
    assert (role.title, role.owner) == ("Window Washer", rita)
    assert sorted(role.steps.values_list("kind", "deadline_days", "on_leave", "on_reject", "on_hire")) == [
        ("assessment", 7, "pause", "close", "close"),
        ("reference_check", 10, "go_on", "close", "go_on"),
    ]
    assert list(AuditEntry.objects.of(organisation).values_list("action", "actor", "details")) == [
        ("role.created", "Rita Recruiter", {"role": role.pk})
    ]


@pytest.mark.matrix
@pytest.mark.parametrize("title", ["", "   ", "\x00", "x" * 201, "\u200b\u00a0"])
def test_an_invalid_title_is_refused(organisation: Organisation, rita: Membership, title: str) -> None:
    response = signed_in(rita).post(path("role_new", organisation), {"title": title})
    assert (response.status_code, list(response.context["form"].errors)) == (200, ["title"])
    assert response.context["form"]["title"].value() == title.replace("\x00", "")
    assert Role.objects.of(organisation).count() == 0


def test_a_title_is_cleaned(organisation: Organisation, rita: Membership) -> None:
    typed = "Baker\r\n\u202eof \x1b bread"
    assert signed_in(rita).post(path("role_new", organisation), {"title": typed}).status_code == 302
    assert Role.objects.of(organisation).get().title == "Baker of bread"


@pytest.fixture
def role(organisation: Organisation) -> Role:
    role = factories.role(organisation, title="Baker")
    for number, (first, last, status) in enumerate(
        [("Ada", "Zorn", "active"), ("Bo", "Abel", "rejected"), ("Cy", "Moor", "active")]
    ):
        named(
            role,
            first,
            last,
            status=status,
            remote_id=100 + number,
            created_at=factories.NOW + timedelta(minutes=number),
            rejection_reason="Too far" if status == "rejected" else "",
        )
    return role


@pytest.mark.slow
def test_candidates_are_searched_sorted_and_filtered(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    assert names(client, role) == ["Cy Moor", "Ada Zorn", "Bo Abel"]
    assert names(client, role, sort="name") == ["Bo Abel", "Cy Moor", "Ada Zorn"]
    assert names(client, role, sort="-name") == ["Ada Zorn", "Cy Moor", "Bo Abel"]
    assert names(client, role, sort="nonsense") == ["Cy Moor", "Ada Zorn", "Bo Abel"]
    assert names(client, role, status="rejected") == ["Bo Abel"]
    assert names(client, role, status="nonsense") == ["Cy Moor", "Ada Zorn", "Bo Abel"]
    assert names(client, role, q="cy  moor") == ["Cy Moor"]
    assert names(client, role, q="abel", status="active") == []
    assert names(client, role, page="99") == ["Cy Moor", "Ada Zorn", "Bo Abel"]


@pytest.mark.world
def test_candidates_are_found_by_both_names(role: Role, rita: Membership) -> None:
    named(role, "Elizabeth", "Stone", preferred_name="Betty", email="liz@mail.example")
    client = signed_in(rita)
    for query in ("betty stone", "elizabeth s", "LIZ@mail"):
        assert names(client, role, q=query) == ["Betty Stone"]


@pytest.mark.world
def test_one_or_two_letters_find_the_starts_of_words(role: Role, rita: Membership) -> None:
    named(role, "Anna-Lena", "de Moos", email="zu@mail.example")
    client = signed_in(rita)
    assert names(client, role, q="mo", sort="name") == ["Anna-Lena de Moos", "Cy Moor"]
    assert names(client, role, q="le") == names(client, role, q="AN") == ["Anna-Lena de Moos"]
    assert names(client, role, q="z", sort="name") == ["Anna-Lena de Moos", "Ada Zorn"]
    assert names(client, role, q="or") == []
    assert names(client, role, q="oor") == ["Cy Moor"]


def test_percent_signs_are_searched_literally(role: Role, rita: Membership) -> None:
    assert names(signed_in(rita), role, q="%") == []


@pytest.mark.world
def test_filtering_and_sorting_can_be_combined(role: Role, rita: Membership) -> None:
    asked = {"sort": "name", "status": "active", "q": "mail"}
    response = signed_in(rita).get(path("role", role.organisation, role.pk), asked)
    assert [(chip.url, chip.count, chip.current) for chip in response.context["listing"].status_chips] == [
        ("?q=mail&sort=name", 3, False),
        ("?q=mail&sort=name", 2, True),
        ("?q=mail&status=rejected&sort=name", 1, False),
    ]
    assert 'href="?q=mail&amp;status=active&amp;sort=-name"' in response.content.decode()


def test_the_role_shows_rejections_with_reasons(role: Role, rita: Membership) -> None:
    html = signed_in(rita).get(path("role", role.organisation, role.pk)).content.decode()
    assert ("Too far" in html, "Rejected" in html) == (True, True)


@pytest.mark.world
def test_the_role_shows_the_progress_of_each_step(role: Role, rita: Membership) -> None:
    ada, bo, cy = role.applications.order_by("pk")
    invited(ada)
    checked(ada)
    factories.step_request(cy, "assessment", state="waiting", waiting_reason="no_address", started_at=None)
    factories.step_request(bo, "assessment")  # was rejected before anything was assigned
    rows = signed_in(rita).get(path("role", role.organisation, role.pk)).context["listing"].rows
    seen = {
        row.application.candidate.first_name: [
            (mark.state, mark.done, mark.of, mark.attention) for mark in (cell.mark for cell in row.cells)
        ]
        for row in rows
    }
    assert seen == {
        "Ada": [("overdue", 0, 16, ""), ("overdue", 0, 2, "")],
        "Bo": [("cancelled", 0, 0, ""), ("not_started", 0, 0, "")],
        "Cy": [("needs_attention", 0, 0, "no_address"), ("not_started", 0, 0, "")],
    }


@pytest.mark.world
@pytest.mark.parametrize("page", ["role", "candidates"])
def test_a_missing_referee_needs_attention_on_every_list(role: Role, rita: Membership, page: str) -> None:
    ada = role.applications.order_by("pk")[0]
    check = checked(ada)
    where = path(page, role.organisation, *([role.pk] if page == "role" else []))
    client = signed_in(rita)
    needs_attention = '<span class="progress__word">Needs attention</span>'
    assert needs_attention not in client.get(where).content.decode()
    cannot_provide(check_id=check.pk, slot=1, reason="They have retired.", now=factories.NOW)
    assert needs_attention in client.get(where).content.decode()


@pytest.mark.slow
def test_the_number_of_queries_does_not_grow_with_candidates(
    organisation: Organisation, rita: Membership
) -> None:
    client = signed_in(rita)

    def one_more(number: int) -> None:
        role = factories.role(organisation, title=f"Role {number}")
        factories.automation(role, connection_id=1, job_id=number, stages={"assessment": (number, "A")})
        application = named(first_role or role, "Ada", f"N{number}")
        invited(application)
        checked(application)

    first_role: Role | None = None
    one_more(1)
    first_role = Role.objects.of(organisation).get()
    lists = [
        path("roles", organisation),
        path("role", organisation, first_role.pk),
        path("candidates", organisation),
    ]
    before = [queries(client, where) for where in lists]
    one_more(2)
    one_more(3)
    assert [queries(client, where) for where in lists] == before


@pytest.mark.world
def test_an_empty_role_says_what_to_do_next(organisation: Organisation, rita: Membership) -> None:
    role = factories.role(organisation)
    client = signed_in(rita)
    where = path("role", organisation, role.pk)
    html = client.get(where).content
    assert (
        b"Add the first candidate, or import a list as CSV." in html
        and b"Greenhouse" not in html.partition(b"<main")[2]
    )
    Connection.objects.create(
        organisation=organisation, api="v3", endpoint_key="key", state="active", connected_at=factories.NOW
    )
    assert b"Link this role to Greenhouse" in client.get(where).content
    factories.automation(role, connection_id=1, job_id=5, stages={})
    assert b"Candidates in a mapped stage appear here" in client.get(where).content
    nobody = factories.member(factories.organisation())
    assert b"No roles yet" in signed_in(nobody).get(path("roles", nobody.organisation)).content


def test_chips_count_the_roles_that_a_search_finds(organisation: Organisation, rita: Membership) -> None:
    for title in ("Gardener", "Head Gardener", "Cook"):
        factories.role(organisation, title=title, owner=rita)
    past = factories.role(organisation, title="Gardener", owner=rita)
    past.archived_at = factories.NOW
    past.save()
    page = BeautifulSoup(
        signed_in(rita).get(path("roles", organisation), {"q": "gardener"}).content, "html.parser"
    )
    chips = [" ".join(tag.get_text().split()) for tag in page.select(".chip")]
    assert chips == ["Active 2", "Archived 1"]
