"""Home as a page: filters, hiding, acting and returning, access."""

from datetime import UTC, datetime

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from django.test import Client

from goodword.accounts.models import AuditEntry
from goodword.core import clock
from goodword.core.models import Event
from goodword.references.models import Check
from goodword.workflow.models import StepRequest
from goodword.workspace.first_run import dismiss_checklist
from goodword.workspace.models import HiddenNeed
from goodword.workspace.needs_you.needs import Viewer, hide_need
from goodword.workspace.needs_you.views import next_up
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import checked, invited, path
from tests.workspace.needs_you.world import (
    DAY,
    LATE,
    WaitingReason,
    World,
    bounced,
    stage_renamed,
    waits,
    world,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> World:
    return world()


def home(here: World) -> str:
    return path("needs_you", here.role.organisation)


def rows(client: Client, where: str) -> list[str]:
    page = BeautifulSoup(client.get(where).content, "html.parser")
    return [str(row.get_text()) for row in page.select(".need__what a")]


def buttons(client: Client, where: str) -> list[str]:
    page = BeautifulSoup(client.get(where).content, "html.parser")
    return [" ".join(tag.get_text().split()) or str(tag["title"]) for tag in page.select(".need .button")]


def form_of(client: Client, where: str, button: str) -> tuple[str, dict[str, str]]:
    """URL and values of the form with this button."""
    page = BeautifulSoup(client.get(where).content, "html.parser")
    for form in page.select(".need form"):
        pressed = form.select_one("button")
        assert isinstance(pressed, Tag)
        if button in (pressed.get_text().strip(), pressed.get("title")):
            values = {str(field["name"]): str(field["value"]) for field in form.select("input")}
            return str(form["action"]), values
    raise AssertionError(f"no {button}")


def press(client: Client, where: str, button: str) -> str:
    """Returns the redirect's URL."""
    address, values = form_of(client, where, button)
    return str(client.post(address, values).headers["Location"])


@pytest.mark.slow
def test_filters_show_one_urgency_with_counts(here: World) -> None:
    waits(here.named("Ada"), WaitingReason.NO_ADDRESS)
    checked(here.named("Sofia"))
    client = signed_in(here.rita)
    with time_machine.travel(LATE, tick=False):
        page = BeautifulSoup(client.get(home(here)).content, "html.parser")
        assert [" ".join(chip.get_text().split()) for chip in page.select(".needs .chip")] == [
            "All 2",
            "Stuck 1",
            "Overdue 1",
        ]
        assert rows(client, home(here)) == ["Ada Zorn", "Sofia Zorn"]
        assert rows(client, f"{home(here)}?show=stuck") == ["Ada Zorn"]
        assert rows(client, f"{home(here)}?show=overdue") == ["Sofia Zorn"]
        assert rows(client, f"{home(here)}?show=nonsense&roles=nonsense") == ["Ada Zorn", "Sofia Zorn"]


@pytest.mark.world
def test_members_without_roles_start_with_all_roles(here: World) -> None:
    waits(here.named("Ada"), WaitingReason.NO_ADDRESS)
    jonas = signed_in(factories.member(here.role.organisation))
    assert rows(jonas, home(here)) == ["Ada Zorn"]
    assert rows(jonas, f"{home(here)}?roles=mine") == []


@pytest.mark.world
def test_with_nothing_to_do_the_page_says_so(here: World) -> None:
    html = signed_in(here.rita).get(home(here)).content.decode()
    assert "Nothing needs you" in html
    assert "data-keys" not in html


@pytest.mark.world
@pytest.mark.parametrize(
    ("kind", "button"), [("admin", True), ("recruiter", True), ("hiring_manager", False)]
)
def test_without_roles_the_page_offers_to_create_one(kind: str, button: bool) -> None:
    member = factories.member(factories.organisation(), kind=kind)
    if member.is_admin:  # else the checklist comes first
        dismiss_checklist(by=member, now=clock.now())
    html = signed_in(member).get(path("needs_you", member.organisation)).content.decode()
    assert ("No roles yet" in html, path("role_new", member.organisation) in html) == (True, button)


@pytest.mark.world
def test_acting_on_a_row_leads_back_to_the_filtered_list(here: World) -> None:
    request = waits(here.named("Ada"), WaitingReason.CLICK)
    factories.step(here.role, "assessment")
    here.role.steps.update(requirement="Cleans windows")
    client = signed_in(here.rita)
    where = f"{home(here)}?show=stuck"
    assert press(client, where, "Invite") == where
    request.refresh_from_db()
    assert request.state == StepRequest.State.STARTED
    assert rows(client, where) == []


@pytest.mark.world
def test_an_overdue_assessment_is_extended_by_the_link_on_its_row(here: World) -> None:
    attempt = invited(here.named("Noor"))
    with time_machine.travel(LATE, tick=False):
        client = signed_in(here.rita)
        page = BeautifulSoup(client.get(home(here)).content, "html.parser")
        link = page.find("a", string="Extend the deadline …")
        assert isinstance(link, Tag)
        assert client.post(str(link["href"]), {"days": "5"}).status_code == 302
        assert rows(client, home(here)) == []
    before = attempt.deadline_at
    attempt.refresh_from_db()
    assert attempt.deadline_at > max(before, LATE)


@pytest.mark.world
def test_the_button_for_a_corrected_address_sends_there(here: World) -> None:
    attempt = bounced(here.named("Marcus", email="m.bell@posteo.example"), "marcus@gmial.example")
    client = signed_in(here.rita)
    assert press(client, home(here), "Send to m.bell@posteo.example") == home(here)
    email = attempt.step_request.application.emails.get()
    assert (email.state, email.to_address) == ("queued", "m.bell@posteo.example")


@pytest.mark.world
def test_an_overdue_check_is_extended_in_one_click(here: World) -> None:
    check = checked(here.named("Sofia"))
    client = signed_in(here.rita)
    with time_machine.travel(LATE, tick=False):
        assert press(client, home(here), "Extend to Mon 30 Mar") == home(here)
    check.refresh_from_db()
    assert check.deadline_at == datetime(2026, 3, 30, 21, 59, tzinfo=UTC)


@pytest.mark.world
def test_a_notice_is_dismissed_in_one_click(here: World) -> None:
    notice = stage_renamed(here.role)
    press(signed_in(here.rita), home(here), "Dismiss")
    notice.refresh_from_db()
    assert notice.settled_by == here.rita


@pytest.mark.world
@pytest.mark.parametrize("reason", [WaitingReason.CLICK, WaitingReason.REUSE])
def test_a_decision_about_a_candidate_who_left_the_stage_is_dismissed(
    here: World, reason: WaitingReason
) -> None:
    factories.automation(here.role, connection_id=1, job_id=5, stages={"assessment": (501, "Test")})
    stays = waits(here.named("Ada", job_id=5, stage_id=501), reason)
    left = waits(here.named("Bob", job_id=5, stage_id=502), reason)
    unlinked = waits(here.named("Cyd", connection_id=None), reason)
    client = signed_in(here.rita)
    dismiss = path("step_dismiss", here.role.organisation, left.application_id, left.pk)
    page = BeautifulSoup(client.get(home(here)).content, "html.parser")
    assert [form["action"] for form in page.select(".need form[action$='/dismiss/']")] == [dismiss]
    for one in (stays, left, unlinked, left):
        client.post(path("step_dismiss", here.role.organisation, one.application_id, one.pk))
    assert rows(client, home(here)) == ["Ada Zorn", "Cyd Zorn"]
    assert list(StepRequest.objects.of(here.role.organisation).order_by("pk")) == [stays, unlinked]
    [event] = Event.objects.all()
    assert (event.name, event.application_id, event.actor, event.data) == (
        "step.not_started",
        left.application_id,
        f"member:{here.rita.pk}",
        {"step_request_id": left.pk, "kind": "assessment", "reason": "dismissed"},
    )
    assert AuditEntry.objects.of(here.role.organisation).get(action="step.dismissed").member == here.rita
    candidate = client.get(path("candidate", here.role.organisation, left.application_id)).content.decode()
    assert "Assessment not started: decided not to invite them" in candidate


@pytest.mark.world
def test_no_form_leads_anywhere_but_home(here: World) -> None:
    waits(here.named("Ada"), WaitingReason.NO_ADDRESS)
    client = signed_in(here.rita)
    address, values = form_of(client, home(here), "Hide until tomorrow")
    for elsewhere in ("https://evil.example/", "//evil.example/", "/o/other/home/"):
        assert client.post(address, values | {"back": elsewhere}).headers["Location"] == home(here)
    split = client.post(address, values | {"back": f"{home(here)}?q=a\r\nb"})
    assert split.headers["Location"] == f"{home(here)}?q=a%0D%0Ab"


@pytest.mark.slow
def test_a_hidden_row_returns_at_midnight_and_only_its_member_misses_it(here: World) -> None:
    waits(here.named("Ada"), WaitingReason.NO_ADDRESS)
    client, other = signed_in(here.rita), signed_in(factories.member(here.role.organisation))
    with time_machine.travel(LATE, tick=False):
        press(client, home(here), "Hide until tomorrow")
        press(other, home(here), "Hide until tomorrow")
        press(other, f"{home(here)}?hidden=1", "Show again")
        assert (rows(client, home(here)), rows(other, home(here))) == ([], ["Ada Zorn"])
        assert rows(client, f"{home(here)}?hidden=1") == ["Ada Zorn"]
        assert "Hidden until tomorrow (1)" in client.get(home(here)).content.decode()
    # Monday, 23 March, in Berlin
    assert HiddenNeed.objects.of(here.role.organisation).get().until == datetime(2026, 3, 23, 23, tzinfo=UTC)
    with time_machine.travel(LATE + DAY, tick=False):
        client = signed_in(here.rita)
        assert rows(client, home(here)) == ["Ada Zorn"]
        press(client, home(here), "Hide until tomorrow")
    assert HiddenNeed.objects.of(here.role.organisation).count() == 1
    entries = AuditEntry.objects.of(here.role.organisation).filter(action__startswith="need.").order_by("pk")
    assert list(entries.values_list("action", flat=True)) == [
        "need.hidden",
        "need.hidden",
        "need.shown_again",
        "need.hidden",
    ]


def test_a_check_is_due_only_once_its_invitation_has_been_sent(here: World) -> None:
    sent, unsent = (checked(here.named(name)) for name in ("Ada", "Bob"))
    Check.objects.of(here.role.organisation).filter(pk=unsent.pk).update(invited_at=None)
    viewer = Viewer(member=here.rita, mine=True, now=sent.deadline_at - DAY)
    assert [upcoming.what for upcoming in next_up(viewer)] == ["1 reference check is due"]


@pytest.mark.world
def test_the_number_of_hidden_rows_is_that_behind_the_link(here: World) -> None:
    settled, open_ = (waits(here.named(name), WaitingReason.NO_ADDRESS) for name in ("Ada", "Bob"))
    for step_request in (settled, open_):
        hide_need(member=here.rita, source="waiting", need_id=step_request.pk, now=clock.now())
    StepRequest.objects.of(here.role.organisation).filter(pk=settled.pk).delete()
    client = signed_in(here.rita)
    page = BeautifulSoup(client.get(f"{home(here)}?show=overdue").content, "html.parser")
    [link] = [tag for tag in page.select("a") if tag.get_text().startswith("Hidden until tomorrow")]
    assert link.get_text() == "Hidden until tomorrow (1)"
    assert rows(client, f"{home(here)}{link['href']}") == ["Bob Zorn"]


@pytest.mark.world
def test_hiring_managers_see_their_roles_without_buttons(here: World) -> None:
    waits(here.named("Ada"), WaitingReason.CLICK)
    manager = factories.member(here.role.organisation, kind="hiring_manager")
    client = signed_in(manager)
    assert rows(client, home(here)) == []
    here.role.viewers.add(manager)
    assert (rows(client, home(here)), buttons(client, home(here))) == (["Ada Zorn"], [])
    title = BeautifulSoup(client.get(home(here)).content, "html.parser").select_one("#needs-title")
    assert title is not None
    assert " ".join(title.get_text().split()) == "Stuck, overdue and mentions 1"


def test_only_editors_hide_rows(here: World) -> None:
    request = waits(here.named("Ada"), WaitingReason.CLICK)
    organisation = here.role.organisation
    manager = factories.member(organisation, kind="hiring_manager")
    stranger = factories.member(factories.organisation(), kind="admin")
    for name in ("need_hide", "need_show"):
        where = f"{home(here)}waiting/{request.pk}/{name.removeprefix('need_')}/"
        assert [
            signed_in(manager).post(where).status_code,
            signed_in(stranger).post(where).status_code,
            Client().post(where).status_code,
            signed_in(here.rita).get(where).status_code,
        ] == [403, 404, 302, 405]
    assert signed_in(here.rita).post(f"{home(here)}nonsense/1/hide/").status_code == 404
    assert HiddenNeed.objects.of(organisation).count() == 0
    assert [signed_in(stranger).get(home(here)).status_code, Client().get(home(here)).status_code] == [
        404,
        302,
    ]
