"""Lists of candidates: chips, filters, orders and what the URL says."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from goodword.accounts.models import Membership
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.references.domain.member_actions import cancel_check, pause_check
from goodword.references.domain.slot_changes import cannot_provide
from goodword.roles.models import Role
from goodword.workspace.lists.listing import listing_of, matching
from goodword.workspace.lists.query import ListQuery
from goodword.workspace.lists.states import NAMES
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import checked, invited, named, path

pytestmark = pytest.mark.django_db
NOW = factories.NOW
LATER = NOW + timedelta(days=60)


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(), name="Rita Recruiter")


@pytest.fixture
def role(rita: Membership) -> Role:
    return factories.role(rita.organisation, owner=rita)


@pytest.fixture
def people(role: Role, rita: Membership) -> dict[str, Application]:
    """One application for each state, by the name of the state."""
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
    Attempt.objects.of(role.organisation).filter(pk=invited(made["began"]).pk).update(progress="in_progress")
    made["again"] = named(role, "again", "Zorn")
    first = invited(made["again"])
    first.progress, first.completed_at = "completed", NOW
    first.save()
    first.pk, first.progress, first.completed_at = None, "pending", None
    first.save()
    made["declined"] = named(role, "declined", "Zorn")
    Attempt.objects.of(role.organisation).filter(pk=invited(made["declined"]).pk).update(progress="declined")
    made["nothing"] = named(role, "nothing", "Zorn")
    return made


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
@pytest.mark.usefixtures("people")
def test_the_database_computes_the_states_that_pages_show(
    role: Role, rita: Membership, now: Any, of_role: bool
) -> None:
    shown = listing_of(rita, ListQuery(), role=role if of_role else None, now=now)
    computed = {
        row.pk: [NAMES[row.assessment_state], NAMES[row.check_state]]  # type: ignore[attr-defined]
        for row in matching(rita, ListQuery(), role=role if of_role else None, now=now)
    }
    assert computed == {
        row.application.pk: [
            "needs_attention" if cell.mark.attention else SHOWN.get(cell.mark.state, cell.mark.state)
            for cell in row.cells
        ]
        for row in shown.rows
    }
    states = {state for pair in computed.values() for state in pair}
    assert states == set(NAMES.values()) - ({"overdue"} if now == NOW else {"in_progress"})


def get(client: Client, role: Role, **query: str) -> Any:
    return client.get(path("role", role.organisation, role.pk), query).context["listing"]


def names(listing: Any) -> list[str]:
    return [row.application.candidate.first_name for row in listing.rows]


@pytest.mark.slow
@pytest.mark.usefixtures("people")
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


@pytest.mark.usefixtures("people")
def test_the_most_urgent_come_first_and_ended_applications_last(role: Role, rita: Membership) -> None:
    shown = names(get(signed_in(rita), role))
    assert set(shown[:2]) == {"unable", "no_address"}
    assert shown[-1] == "rejected"


@pytest.mark.slow
def test_large_lists_are_newest_first_without_counts_of_states(
    role: Role, rita: Membership, people: dict[str, Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(rita)
    small = get(client, role)
    monkeypatch.setattr("goodword.workspace.lists.listing.LARGE", 2)
    large = get(client, role)
    newest = sorted(people.values(), key=lambda one: (one.created_at, one.pk), reverse=True)
    assert [row.application.pk for row in large.rows] == [one.pk for one in newest]
    assert [chip.count for chip in large.status_chips] == [chip.count for chip in small.status_chips]
    assert {chip.count for _, chips in large.step_chips for chip in chips} == {None}
    assert (large.count, large.total) == (small.count, small.total)
    for name in ("overdue", "done"):
        monkeypatch.setattr("goodword.workspace.lists.listing.LARGE", 5_000)
        expected = get(client, role, check=name)
        monkeypatch.setattr("goodword.workspace.lists.listing.LARGE", 2)
        found = get(client, role, check=name)
        assert (found.count, set(names(found))) == (expected.count, set(names(expected)))


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
    for sort in ("assessment_at", "check_at", "-assessment_at", "-check_at"):
        assert names(get(client, role, sort=sort))[0] == "Zoe"  # those without a date come last


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


def test_pages_keep_filters(role: Role, rita: Membership) -> None:
    for number in range(52):
        named(role, f"Ada{number}", "Zorn")
    page = signed_in(rita).get(path("role", role.organisation, role.pk), {"sort": "name", "status": "active"})
    assert len(page.context["listing"].rows) == 50
    assert 'href="?status=active&amp;sort=name&amp;page=2"' in page.content.decode()


def test_the_deadline_of_an_open_assessment_is_not_shown(role: Role, rita: Membership) -> None:
    ada = named(role, "Ada", "Zorn")
    invited(ada)
    checked(ada)
    [row] = listing_of(rita, ListQuery(), role=role, now=NOW).rows
    assert [cell.word for cell in row.cells] == ["since", "until"]
