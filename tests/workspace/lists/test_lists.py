"""Lists of candidates: chips, filters, sorting, URL parameters."""

from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import Membership
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application, visible_applications
from goodword.references.domain.slot_changes import cannot_provide
from goodword.roles.models import Automation, Role, visible_roles
from goodword.workspace.lists.listing import Listing, listing_of
from goodword.workspace.lists.pages import Order
from goodword.workspace.lists.query import SORTS, ListQuery
from goodword.workspace.lists.rows import VisibleScope
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import checked, invited, named, path
from tests.workspace.lists.support import SORTED, get, names

pytestmark = pytest.mark.django_db
NOW = factories.NOW
LATER = NOW + timedelta(days=60)


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(), name="Rita Recruiter")


@pytest.fixture
def role(rita: Membership) -> Role:
    return factories.role(rita.organisation, owner=rita)


def test_every_header_names_a_sort_order(rita: Membership) -> None:
    columns = listing_of(rita, ListQuery(), role=None, now=NOW).columns
    assert [name for name in columns if name not in SORTS] == []
    assert [name for name in SORTS if not Order.of(name, now=NOW).keys] == []


@pytest.mark.slow
def test_every_column_sorts_both_ways(role: Role, rita: Membership) -> None:
    early = named(role, "Zoe", "Abel", stage_name="Interview")
    named(role, "Ada", "Zorn", stage_name="Assessment", created_at=NOW + timedelta(days=1))
    invited(early)
    checked(early)
    client = signed_in(rita)
    for sort, first in (
        ("name", "Zoe"),
        ("stage", "Ada"),
        ("assessment", "Zoe"),
        ("check", "Zoe"),
        ("added", "Zoe"),
    ):
        assert [names(get(client, role, sort=sort))[0], names(get(client, role, sort=f"-{sort}"))[1]] == [
            first,
            first,
        ]
    for sort in ("assessment_at", "check_at", "reminder", "-assessment_at", "-check_at", "-reminder"):
        assert names(get(client, role, sort=sort))[0] == "Zoe"  # those without a date come last


@pytest.mark.world
def test_lists_are_filtered_by_stage_recruiter_owner_and_date(role: Role, rita: Membership) -> None:
    other = factories.role(rita.organisation)
    named(role, "Ada", "A", stage_name="Interview", recruiter_name="Rosa")
    named(other, "Bo", "B", stage_name="Offer", recruiter_name="Sam", created_at=NOW + timedelta(days=2))
    client = signed_in(rita)
    where = path("candidates", rita.organisation)
    for asked in ("stage=Interview", "recruiter=Rosa", f"owner={rita.pk}", "until=2026-03-03"):
        assert names(client.get(f"{where}?{asked}").context["listing"]) == ["Ada"], asked
    assert names(client.get(f"{where}?since=2026-03-04").context["listing"]) == ["Bo"]
    choices = client.get(where).context["listing"].choices
    assert (choices.stages, choices.recruiters) == (["Interview", "Offer"], ["Rosa", "Sam"])
    assert {pk for pk, _name in choices.owners} == {role.owner_id, other.owner_id}


@pytest.mark.world
def test_a_stage_is_found_however_greenhouse_writes_it(role: Role, rita: Membership) -> None:
    for first, stage in (
        ("Ada", "Entretien  te\u0301le\u0301phonique"),
        ("Bo", "Entretien t\xe9l\xe9phonique"),
    ):
        named(role, first, "Zorn", stage_name=stage, recruiter_name=f"Rosa  {first}")
    named(role, "Cy", "Zorn", stage_name="Offer")
    listing = get(signed_in(rita), role)
    [_offer] = [one for one in listing.choices.stages if one == "Offer"]
    [stage] = [one for one in listing.choices.stages if one != "Offer"]
    assert names(get(signed_in(rita), role, stage=stage, sort="name")) == ["Ada", "Bo"]
    assert names(get(signed_in(rita), role, recruiter="Rosa Ada")) == ["Ada"]


def test_a_filter_that_nobody_matches_any_more_stays_chosen(role: Role, rita: Membership) -> None:
    named(role, "Ada", "Zorn", stage_name="Offer")
    page = signed_in(rita).get(path("role", role.organisation, role.pk), {"stage": "Interview"})
    options = BeautifulSoup(page.content, "html.parser").select("[name=stage] option")
    assert [(option.get_text(), option.has_attr("selected")) for option in options] == [
        ("Any", False),
        ("Offer", False),
        ("Interview", True),
    ]


@pytest.mark.world
def test_the_chip_that_counts_declined_steps_says_so(role: Role, rita: Membership) -> None:
    for name, values in (("Ada", {"progress": "declined"}), ("Bo", {"closed_at": NOW})):
        attempt = invited(named(role, name, "Zorn"))
        Attempt.objects.of(role.organisation).filter(pk=attempt.pk).update(**values)
    named(role, "Cy", "Zorn")
    listing = get(signed_in(rita), role)
    assert {chip.label: chip.count for chip in listing.step_chips[0][1] if chip.count} == {
        "Closed or declined": 2,
        "Not started": 1,
    }


@pytest.mark.world
def test_unknown_values_are_ignored_with_a_sentence(role: Role, rita: Membership) -> None:
    named(role, "Ada", "Zorn")
    where = path("role", role.organisation, role.pk)
    asked = "status=x&assessment=y&check=z&since=soon&until=9999-12-31&sort=size&page=many"
    page = signed_in(rita).get(f"{where}?{asked}")
    assert names(page.context["listing"]) == ["Ada"]
    assert page.context["listing"].query.ignored == (
        "Ignored the unknown status “x”.",
        "Ignored the unknown assessment state “y”.",
        "Ignored the unknown reference check state “z”.",
        "Ignored “soon” in Added from: enter a date like 2026-03-31.",
        "Ignored “9999-12-31” in Added until: enter a date like 2026-03-31.",
        "Ignored the unknown sort order “size”.",
    )
    page = signed_in(rita).get(f"{where}?since=2026-03-05&until=2026-03-01")
    assert "Ignored the dates: the first is after the last." in page.content.decode()


def test_a_page_continues_after_its_last_row_when_earlier_rows_change(
    role: Role, rita: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword.workspace.lists.pages.PAGE", 2)
    made = [named(role, f"N{number}", "Zorn", created_at=NOW + timedelta(days=number)) for number in range(6)]

    def page(url: str) -> Listing:
        return listing_of(rita, ListQuery.of(QueryDict(url.removeprefix("?"))), role=role, now=LATER)

    first = page("?")
    assert first.page.ids == [made[5].pk, made[4].pk]
    Application.objects.of(role.organisation).filter(pk=made[4].pk).update(status="rejected")
    named(role, "New", "Zorn", created_at=NOW + timedelta(days=9))
    assert page(first.next).page.ids == [made[3].pk, made[2].pk]


@pytest.mark.world
def test_the_place_of_a_page_leaves_out_deadlines(
    role: Role, rita: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword.workspace.lists.pages.PAGE", 1)
    made = [named(role, name, "Zorn") for name in ("Ada", "Bo", "Cy")]
    for day, one in enumerate(made[:2]):
        deadline = NOW + timedelta(days=5 + day)  # an adjustment has moved it
        Attempt.objects.of(role.organisation).filter(pk=invited(one).pk).update(
            deadline_at=deadline, deadline_moved_by=timedelta(days=3)
        )

    def page(url: str) -> Listing:
        return listing_of(rita, ListQuery.of(QueryDict(url.removeprefix("?"))), role=role, now=NOW)

    first = page("?")
    assert first.next == f"?page=2&after=1.{made[0].pk}"
    second = page(first.next)
    assert second.page.ids == [made[1].pk]
    assert page(second.next).page.ids == [made[2].pk]
    assert page(page(second.next).previous).page.ids == [made[1].pk]
    Attempt.objects.of(role.organisation).update(progress="completed", completed_at=NOW)
    assert page(first.next).page.number == 2


@pytest.mark.world
@pytest.mark.parametrize(
    "place", ["after=x", "after=1", "after=1.2.3.4", "before=" + "9" * 30, "after=1.1.1", "page=99"]
)
def test_an_invalid_page_position_still_shows_a_page(
    role: Role, rita: Membership, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword.workspace.lists.pages.PAGE", 2)
    for number in range(3):
        named(role, f"N{number}", "Zorn")
    for sort in SORTED:
        asked = ListQuery.of(QueryDict(f"sort={sort}&page=2&{place}"))
        assert listing_of(rita, asked, role=role, now=NOW).rows, sort
    assert get(signed_in(rita), role, **{"page": "2", **dict([place.split("=")])}).rows


@pytest.mark.world
def test_a_search_finds_the_same_whether_few_or_many_match(
    role: Role, rita: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword.workspace.lists.listing.FEW", 2)
    for first, last in (("Ada", "Zorn"), ("Bo", "Zorn"), ("Cy", "Abel"), ("Zoe", "Zabel"), ("Zac", "Moor")):
        named(role, first, last)
    named(factories.role(role.organisation), "Zed", "Zorn")
    for text, found in (("zo", ["Zoe", "Ada", "Bo"]), ("zorn", ["Ada", "Bo"]), ("za", ["Zac", "Zoe"])):
        with CaptureQueriesContext(connection) as seen:
            assert names(get(signed_in(rita), role, q=text, sort="name")) == found
        assert any("= ANY (ARRAY" in query["sql"] for query in seen.captured_queries) is (len(found) <= 2)


@pytest.mark.world
def test_more_candidates_take_no_more_statements(
    role: Role, rita: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword.workspace.lists.pages.PAGE", 2)
    where = (path("role", role.organisation, role.pk), path("candidates", role.organisation))
    asked = ("", "?sort=name", "?check=overdue", "?q=zorn", "?page=2", "?sort=check&page=2")
    client = signed_in(rita)
    counts = []
    for number in range(9):
        one = named(role, f"N{number}", "Zorn")
        invited(one)
        checked(one)
        if number in {4, 8}:
            for url in (f"{page}{query}" for page in where for query in asked):
                with CaptureQueriesContext(connection) as seen:
                    assert len(client.get(url).context["listing"].rows) == 2
                counts.append(len(seen))
    half = len(counts) // 2
    assert counts[:half] == counts[half:]


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("kind", ["admin", "recruiter", "hiring_manager"])
def test_lists_have_the_candidates_that_the_member_may_see(role: Role, rita: Membership, kind: str) -> None:
    org = role.organisation
    who = factories.member(org, kind=kind)
    own, viewed, confidential, other = (factories.role(org) for _ in range(4))
    own.owner = who
    own.save()
    viewed.viewers.add(who)
    for n, one in enumerate((confidential, viewed)):
        factories.automation(one, connection_id=1, job_id=60 + n, stages={})
    Automation.objects.of(org).update(confidential=True)
    for one in (role, own, viewed, confidential, other):
        named(one, "Ada", "Zorn", stage_name=f"Stage {one.pk}")
        named(one, "Bo", "Zorn", private=True, stage_name=f"Private stage {one.pk}")
    gone = named(other, "Cy", "Zorn")
    Application.objects.of(org).filter(pk=gone.pk).update(role=None)
    seen = list(visible_applications(who))
    assert set(VisibleScope.of(who, None).rows().values_list("pk", flat=True)) == {
        application.pk for application in seen
    }
    assert set(VisibleScope.of(who, None).values("stage_name")) == {
        application.stage_name for application in seen
    }
    for one in visible_roles(who):
        rows = VisibleScope.of(who, one).rows()
        of_role = [row for row in seen if row.role_id == one.pk]
        assert set(rows.values_list("pk", flat=True)) == {row.pk for row in of_role}
        assert set(VisibleScope.of(who, one).values("stage_name")) == {row.stage_name for row in of_role}


@pytest.mark.world
def test_pages_keep_filters(role: Role, rita: Membership) -> None:
    for number in range(52):
        named(role, f"Ada{number}", "Zorn")
    page = signed_in(rita).get(path("role", role.organisation, role.pk), {"sort": "name", "status": "active"})
    listing = page.context["listing"]
    assert len(listing.rows) == 50
    assert listing.next == f"?status=active&sort=name&page=2&after={listing.page.after}"
    assert f'href="{listing.next.replace("&", "&amp;")}"' in page.content.decode()
    assert "Zorn" not in listing.next


@pytest.mark.world
def test_the_deadline_of_an_open_assessment_is_not_shown(role: Role, rita: Membership) -> None:
    ada = named(role, "Ada", "Zorn")
    invited(ada)
    checked(ada)
    [row] = listing_of(rita, ListQuery(), role=role, now=NOW).rows
    assert [cell.word for cell in row.cells] == ["", "until"]


@pytest.mark.slow
def test_stuck_candidates_among_300_come_first_and_are_counted(role: Role, rita: Membership) -> None:
    stuck, late = named(role, "Stuck", "Zorn"), named(role, "Late", "Zorn")
    cannot_provide(check_id=checked(stuck).pk, slot=1, reason="Retired.", now=NOW)
    checked(late)
    for n in range(298):
        named(role, f"Other{n}", "Zorn")
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        page = signed_in(rita).get(path("role", role.organisation, role.pk))
    shown = [row.application.candidate.first_name for row in page.context["listing"].rows]
    assert shown[:2] == ["Stuck", "Late"]
    text = " ".join(BeautifulSoup(page.content, "html.parser").get_text(" ").split())
    assert "All 300" in text
    assert "Reference check Needs attention 1 Overdue 1" in text
