"""Lists of candidates as CSV and as Excel workbooks."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.core.clock import now
from goodword.core.tables import XLSX
from goodword.roles.models import Role
from tests.support import factories
from tests.support.pages import signed_in
from tests.support.workbooks import sheets_of
from tests.workspace.applications import checked, invited, named, path

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(), name="Rita Recruiter")


@pytest.fixture
def role(rita: Membership) -> Role:
    return factories.role(rita.organisation, title="Window Washer", owner=rita)


def lines(client: Client, where: str) -> list[list[str]]:
    response = client.get(where)
    assert (response.status_code, response["Content-Type"]) == (200, "text/csv; charset=utf-8")
    text = b"".join(response).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text[1:])))


def test_the_file_has_the_filters_and_order_of_the_page(role: Role, rita: Membership) -> None:
    ada = named(role, "=HYPERLINK()", "Zorn", email="ada@mail.example", stage_name="@Interview")
    named(role, "Bo", "Abel", email="bo@mail.example")
    named(role, "Cy", "Moor", status="rejected")
    named(factories.role(factories.organisation()), "Dee", "Elsewhere")
    invited(ada)
    checked(ada)
    found = lines(signed_in(rita), path("role_csv", role.organisation, role.pk) + "?status=active&sort=-name")
    assert [row[1] for row in found[1:]] == ["'=HYPERLINK() Zorn", "Bo Abel"]
    assert dict(zip(found[0], found[1], strict=True)) | {
        "reference_check_since_or_until": "",
        "next_reminder": "",
    } == {
        "application": str(ada.pk),
        "candidate": "'=HYPERLINK() Zorn",
        "email": "ada@mail.example",
        "role": "Window Washer",
        "status": "active",
        "stage": "'@Interview",
        "recruiter": "Rita Recruiter",
        "added": "2026-03-03T10:00+01:00",
        "assessment": "overdue",
        "assessment_since": found[1][9],
        "reference_check": "overdue",
        "reference_check_since_or_until": "",
        "next_reminder": "",
    }
    assert len(lines(signed_in(rita), path("candidates_csv", role.organisation))) == 4
    exported = AuditEntry.objects.of(role.organisation).filter(action="candidates.exported").order_by("pk")
    assert [entry.details for entry in exported] == [
        {"role": role.pk, "filters": {"status": "active", "sort": "-name"}},
        {"role": None, "filters": {}},
    ]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("zone", "began", "day"),
    [
        ("America/New_York", datetime(2026, 3, 5, 3, 30, tzinfo=UTC), "2026-03-04T00:00-05:00"),
        ("Europe/Berlin", datetime(2026, 3, 4, 23, 30, tzinfo=UTC), "2026-03-05T00:00+01:00"),
    ],
)
def test_an_assessment_begins_on_the_day_of_the_organisations_zone(
    role: Role, rita: Membership, zone: str, began: datetime, day: str
) -> None:
    Organisation.objects.filter(pk=rita.organisation_id).update(time_zone=zone)
    run = invited(named(role, "Ada", "Zorn"))
    Attempt.objects.of(role.organisation).filter(pk=run.pk).update(
        progress="in_progress", begun_at=began, deadline_at=now() + timedelta(days=1)
    )
    [_head, row] = lines(signed_in(rita), path("candidates_csv", role.organisation))
    assert (row[8], row[9]) == ("in_progress", day)


@pytest.mark.world
@pytest.mark.parametrize("attention", ["", "undelivered"])
def test_a_late_step_has_the_same_dates_on_the_page_and_in_the_file(
    role: Role, rita: Membership, attention: str
) -> None:
    ada = named(role, "Ada", "Zorn")
    for run in (invited(ada), checked(ada)):
        type(run)._base_manager.filter(pk=run.pk).update(attention=attention)
    client = signed_in(rita)
    [row] = client.get(path("role", role.organisation, role.pk)).context["listing"].rows
    [_head, line] = lines(client, path("role_csv", role.organisation, role.pk))
    assert [cell.at.astimezone(role.organisation.zone).date().isoformat() for cell in row.cells] == [
        line[9][:10],
        line[11][:10],
    ]


@pytest.mark.world
def test_the_page_links_to_a_workbook_of_the_same_rows(role: Role, rita: Membership) -> None:
    named(role, "=HYPERLINK()", "Zorn", email="ada@mail.example", stage_name="Interview")
    named(role, "Bo", "Abel", email="bo@mail.example", stage_name="Interview")
    named(role, "Cy", "Moor", stage_name="Offer")
    client = signed_in(rita)
    for where in (path("role", role.organisation, role.pk), path("candidates", role.organisation)):
        page = BeautifulSoup(
            client.get(where, {"stage": "Interview", "sort": "-name"}).content, "html.parser"
        )
        menu = page.select_one(".list__csv")
        assert menu is not None
        assert "Download these 2" in menu.get_text()
        as_workbook, as_csv = (str(tag["href"]) for tag in menu.select("a"))
        response = client.get(as_workbook)
        assert response["Content-Disposition"].endswith('.xlsx"')
        assert response["Content-Type"] == XLSX
        [[head, *rows]] = sheets_of(b"".join(response))
        assert [*head.values()] == lines(client, as_csv)[0]
        assert [row["B"] for row in rows] == ["=HYPERLINK() Zorn", "Bo Abel"]
        assert {row["H"] for row in rows} == {"s2 46084.41667"}  # 10:00 in the organisation's zone
    exported = AuditEntry.objects.of(role.organisation).filter(action="candidates.exported")
    assert exported.count() == 4


@pytest.mark.slow
def test_an_erased_application_has_no_address_even_if_the_person_stays(role: Role, rita: Membership) -> None:
    ada = named(role, "Ada", "Zorn", email="ada@mail.example")
    Application.objects.of(role.organisation).filter(pk=ada.pk).update(erased_at=factories.NOW)
    [_head, row] = lines(signed_in(rita), path("candidates_csv", role.organisation))
    assert row[:3] == [str(ada.pk), "Ada Zorn", ""]


@pytest.mark.world
def test_more_rows_take_no_more_queries(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    where = path("role_csv", role.organisation, role.pk)
    counts = []
    for number in range(3):
        invited(named(role, "Ada", f"N{number}"))
        with CaptureQueriesContext(connection) as seen:
            assert len(lines(client, where)) == number + 2
        counts.append(len(seen))
    assert counts[0] == counts[2]


@pytest.mark.world
def test_files_hold_only_what_the_member_may_see(role: Role, rita: Membership) -> None:
    named(role, "Ada", "Zorn")
    named(role, "Hidden", "Bo", private=True)
    manager = factories.member(role.organisation, kind="hiring_manager")
    other = factories.member(role.organisation)
    assert len(lines(signed_in(manager), path("candidates_csv", role.organisation))) == 1
    assert len(lines(signed_in(other), path("candidates_csv", role.organisation))) == 2
    assert len(lines(signed_in(rita), path("candidates_csv", role.organisation))) == 3
    before = AuditEntry.objects.of(role.organisation).count()
    where = path("role_csv", role.organisation, role.pk)
    stranger = factories.member(factories.organisation(), kind="admin")
    workbook = path("role_xlsx", role.organisation, role.pk)
    for file in (where, workbook):
        assert [signed_in(who).get(file).status_code for who in (manager, stranger)] == [404, 404]
    assert Client().get(where).status_code == 302
    assert AuditEntry.objects.of(role.organisation).count() == before
