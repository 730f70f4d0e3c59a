"""The inbox and a role's notices."""

import json
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser

from goodword.accounts.models import Membership
from goodword.core import clock
from goodword.greenhouse.models import Connection, Delivery
from goodword.roles.domain.job_changes import notice
from goodword.roles.models import RoleNotice
from tests.browser.looking import WIDTHS, Looker
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import named, path

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Kind = RoleNotice.Kind


def world() -> tuple[Membership, dict[str, str]]:
    """An admin and pages with two accounts, deliveries in all states, and a long, wide body."""
    organisation = factories.organisation(name="Northwind Cycles")
    admin = factories.member(organisation, kind="admin", name="Rita Hansen")
    role = factories.role(organisation, title="Customer Support Specialist (part time)", owner=admin)
    accounts = [
        Connection.objects.create(
            organisation=organisation,
            name=name,
            endpoint_key=name,
            connected_at=factories.NOW,
            state="active",
        )
        for name in ("Greenhouse", "Northwind Cycles Asia-Pacific")
    ]
    automation = factories.automation(
        role, connection_id=accounts[0].pk, job_id=31, stages={"assessment": (501, "Assessment")}
    )
    who = named(role, "Bogdan-Aleksander", "Wiśniewski-Kowalczykowski", connection_id=accounts[0].pk)
    now = clock.now()

    def add_delivery(action: str, **values: Any) -> Delivery:
        body = {"action": action, "payload": {"application": {"id": 1, "note": "<b>wide</b> " * 40}}}
        return Delivery.objects.create(
            **{
                "organisation": organisation,
                "connection": accounts[0],
                "action": action,
                "event_id": f"{action}-0123456789abcdef0123456789abcdef",
                "body": json.dumps(body).encode(),
                "state": "handled",
                "attempts": 1,
                "received_at": now,
                "not_before": now,
                "handled_at": now,
            }
            | values
        )

    events = ["application.left_stage", "application.entered_stage"]
    whole = add_delivery(
        "candidate_stage_change",
        remote_application_id=who.remote_id,
        remote_candidate_id=who.candidate.remote_id,
        outcome=f"Application {who.remote_id}: left its stage, entered Assessment.",
        caused=[{"application": who.pk, "events": events}, {"role": role.pk}],
    )
    add_delivery("job_updated", outcome="Job 31: Stage “Trial day” was deleted.", connection=accounts[1])
    add_delivery(
        "offer_created", outcome="“offer_created” has no effect here.", remote_application_id=6200700001
    )
    add_delivery(
        "reject_candidate",
        remote_application_id=who.remote_id,
        state="received",
        attempts=3,
        outcome="Waiting. Greenhouse did not answer in time. It is tried again by itself.",
        not_before=now + timedelta(minutes=5),
        handled_at=None,
    )
    failed = add_delivery(
        "", state="failed", outcome="The body is not JSON.", body=b"{" + b"x" * 4000, event_id=None
    )
    for kind, values in (
        (Kind.STAGE_GONE, {"stage_id": 501, "before": "Assessment"}),
        (Kind.JOB_CLOSED, {"before": "Customer Support Specialist"}),
        (Kind.STAGE_MOVED, {"stage_id": 501, "before": "first", "after": "after “Phone screen”"}),
    ):
        notice(automation, kind=kind, now=now, **values)
    inbox = path("greenhouse_inbox", organisation)
    return admin, {
        "inbox": inbox,
        "inbox nothing found": f"{inbox}?q=nobody-of-this-name",
        "inbox event": path("greenhouse_delivery", organisation, whole.pk),
        "inbox event failed": path("greenhouse_delivery", organisation, failed.pk),
        "inbox replay failed": path("greenhouse_replay_failed", organisation),
        "role with notices": path("role", organisation, role.pk),
        "roles with notices": path("roles", organisation),
    }


def test_inbox_and_notices_are_accessible_and_fit(browser: Browser, live_server: object) -> None:
    admin, pages = world()
    looker = Looker(*WIDTHS)
    session = signed_in(admin).cookies["goodword_session"].value
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce")
    context.add_cookies([{"name": "goodword_session", "value": session, "url": str(live_server)}])
    looker.watch(context)
    page = context.new_page()
    for name, address in pages.items():
        page.goto(f"{live_server}{address}")
        for fold in page.locator("details.inbox-raw summary").all():
            fold.click()
        looker.look(page, name)
    context.close()
    assert (looker.wrong, looker.complaints) == ({}, [])
