"""Lists with an application in each state, built once: states, counts, filters, sorting and pagination."""

import copy
import csv
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.http import QueryDict

from goodword.accounts.models import Membership
from goodword.assessments.models import Attempt
from goodword.references.domain.member_actions import cancel_check, pause_check
from goodword.references.domain.slot_changes import cannot_provide
from goodword.roles.models import Role
from goodword.workspace.lists.downloads import file_response
from goodword.workspace.lists.listing import Listing, listing_of
from goodword.workspace.lists.query import NAMES, ListQuery, state_at
from goodword.workspace.lists.rows import VisibleScope
from tests.assessments.once import once
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import checked, invited, named, path
from tests.workspace.lists.support import SORTED, get, names

pytestmark = pytest.mark.django_db
NOW = factories.NOW
LATER = NOW + timedelta(days=60)


def build() -> Role:
    """Creates a role with one application in each state, named after the state."""
    rita = factories.member(factories.organisation(), name="Rita Recruiter")
    role = factories.role(rita.organisation, owner=rita)
    made = {
        name: named(role, name, "Zorn")
        for name in ("waits", "asked", "paused", "cancelled", "unable", "reused", "delayed", "no_address")
    }
    invited(made["waits"])
    checked(made["asked"])
    pause_check(check_id=checked(made["paused"]).pk, member=rita, now=NOW)
    cancel_check(check_id=checked(made["cancelled"]).pk, member=rita, now=NOW)
    cannot_provide(check_id=checked(made["unable"]).pk, slot=1, reason="Retired.", now=NOW)
    factories.step_request(made["reused"], "assessment", state="reused")
    factories.step_request(
        made["delayed"], "assessment", state="waiting", waiting_reason="delay", due_at=LATER
    )
    factories.step_request(made["no_address"], "assessment", state="waiting", waiting_reason="no_address")
    made["rejected"] = named(role, "rejected", "Zorn", status="rejected")
    factories.step_request(made["rejected"], "assessment", state="waiting", waiting_reason="no_address")
    made["unsent"] = named(role, "unsent", "Zorn")
    Attempt.objects.of(role.organisation).filter(pk=invited(made["unsent"]).pk).update(invited_at=None)
    made["began"] = named(role, "began", "Zorn")
    Attempt.objects.of(role.organisation).filter(pk=invited(made["began"]).pk).update(
        progress="in_progress", begun_at=NOW + timedelta(days=1)
    )
    made["again"] = named(role, "again", "Zorn")
    first = invited(made["again"])
    first.progress, first.completed_at = "completed", NOW
    first.save()
    first.pk, first.progress, first.completed_at = None, "pending", None
    first.save()
    made["declined"] = named(role, "declined", "Zorn")
    Attempt.objects.of(role.organisation).filter(pk=invited(made["declined"]).pk).update(progress="declined")
    named(role, "nothing", "Zorn")
    return role


built = once(build)


@pytest.fixture
def role(db: None, built: Role) -> Role:
    return copy.deepcopy(built)


@pytest.fixture
def rita(role: Role) -> Membership:
    assert role.owner is not None
    return role.owner


SHOWN = {
    "pending": "waiting",
    "unsent": "waiting",
    "completed": "done",
    "marked_complete": "done",
    "cancelled": "closed",
    "declined": "closed",
    "already_there": "not_started",
}


@pytest.mark.matrix
@pytest.mark.parametrize("now", [NOW, LATER])
@pytest.mark.parametrize("of_role", [True, False])
def test_stored_states_match_those_that_pages_show(
    role: Role, rita: Membership, now: Any, of_role: bool
) -> None:
    shown = listing_of(rita, ListQuery(), role=role if of_role else None, now=now)
    stored = {
        pk: [NAMES[one], NAMES[other]]
        for pk, one, other in VisibleScope.of(rita, role if of_role else None)
        .rows()
        .values_list("pk", state_at("assessment", now=now), state_at("check", now=now))
    }
    assert stored == {
        row.application.pk: [
            "needs_attention" if cell.mark.attention else SHOWN.get(cell.mark.state, cell.mark.state)
            for cell in row.cells
        ]
        for row in shown.rows
    }
    states = {state for pair in stored.values() for state in pair}
    assert states == set(NAMES.values()) - ({"overdue"} if now == NOW else {"in_progress"})


def test_files_have_the_days_of_the_page(role: Role, rita: Membership) -> None:
    zone = rita.organisation.zone

    def day(at: date | None) -> str:
        return str(at.astimezone(zone).date() if isinstance(at, datetime) else at or "")

    for now in (NOW, LATER):
        shown = listing_of(rita, ListQuery(sort="assessment_at"), role=role, now=now)
        response = file_response(rita, ListQuery(sort="assessment_at"), "csv", role=role, now=now)
        rows = list(csv.DictReader(StringIO(b"".join(response).decode("utf-8-sig"))))
        assert [
            (row["candidate"], row["assessment_since"][:10], row["reference_check_since_or_until"][:10])
            for row in rows
        ] == [(row.application.candidate.name, *(day(cell.at) for cell in row.cells)) for row in shown.rows]
        days = [day(row.cells[0].at) for row in shown.rows]
        assert days == sorted(days, key=lambda one: one or "9")


@pytest.mark.slow
def test_chips_count_and_filter(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    listing = get(client, role)
    for (_label, chips), parameter in zip(listing.step_chips, ("assessment", "check"), strict=True):
        assert sum(chip.count for chip in chips) == listing.count == 14
        for chip in chips:
            assert bool(chip.url) == bool(chip.count)
            if chip.url:
                filtered = client.get(path("role", role.organisation, role.pk) + chip.url).context["listing"]
                assert (filtered.count, len(filtered.rows)) == (chip.count, chip.count)
                assert getattr(filtered.query, parameter)
    both = get(client, role, assessment="done", check="not_started", status="active")
    assert names(both) == ["reused"]
    [current] = [chip for chip in both.step_chips[0][1] if chip.current]
    assert (current.label, current.url) == ("Done", "?status=active&check=not_started")


@pytest.mark.world
def test_the_most_urgent_come_first_and_ended_applications_last(role: Role, rita: Membership) -> None:
    shown = names(get(signed_in(rita), role))
    assert set(shown[:2]) == {"unable", "no_address"}
    assert shown[-1] == "rejected"


@pytest.mark.slow
@pytest.mark.parametrize("sort", SORTED)
def test_paging_shows_every_row_once_in_either_direction(
    role: Role, rita: Membership, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword.workspace.lists.pages.PAGE", 4)

    def page(url: str) -> Listing:
        return listing_of(rita, ListQuery.of(QueryDict(url.removeprefix("?"))), role=None, now=LATER)

    listing = page(f"?sort={sort}")
    found, urls = [listing.page.ids], [listing.page_links[-1].url]
    while listing.next and len(found) < 9:
        listing = page(listing.next)
        found.append(listing.page.ids)
    assert [len(ids) for ids in found] == [4, 4, 4, 2]
    assert len({pk for ids in found for pk in ids}) == 14
    assert (listing.page.first, listing.page.last, listing.page.total) == (13, 14, 14)
    assert page(urls[0]).page.ids == found[-1]
    back = [listing.page.ids]
    while listing.previous and len(back) < 9:
        listing = page(listing.previous)
        back.append(listing.page.ids)
    assert back == found[::-1]
    for number, ids in enumerate(found, start=1):
        assert page(f"?sort={sort}&page={number}").page.ids == ids
