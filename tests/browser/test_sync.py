"""The sync pages on a phone and a desktop."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect

from goodword.accounts.models import Membership
from goodword.core import clock
from goodword.greenhouse.client import V3Credentials
from goodword.greenhouse.models import Connection, Finding, Reconciliation
from goodword.greenhouse.reconciliation.missed_invitations import TOO_MANY, TOO_OLD, UNKNOWN
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Kind, State = Finding.Kind, Finding.State
NAMES = [
    ("Bogdan-Aleksander", "Wiśniewski-Kowalczykowski"),
    ("大文", "陳"),
    ("Ida", "Both"),
    ("Zoë", "Müller"),
]


def connection_of(admin: Membership, name: str, **values: object) -> Connection:
    connection = Connection(
        organisation=admin.organisation,
        name=name,
        endpoint_key=name.lower() * 4,
        connected_at=factories.NOW,
        state="active",
        **values,
    )
    connection.set_credentials(V3Credentials("id", "secret"))
    connection.save()
    return connection


def world() -> tuple[Membership, dict[str, str]]:
    """An admin, and the pages of three connections: silent for two days, syncing, and new."""
    now = clock.now()
    organisation = factories.organisation(name="Northwind Cycles")
    admin = factories.member(organisation, kind="admin", name="Rita Hansen")
    role = factories.role(organisation, title="Customer Support Specialist (part time)", owner=admin)
    silent = connection_of(admin, "Greenhouse", last_event_at=now - timedelta(days=2))
    busy = connection_of(admin, "Acquired", last_event_at=now)
    fresh = connection_of(admin, "Fresh")
    factories.automation(role, connection_id=silent.pk, job_id=31, stages={"assessment": (501, "Assessment")})
    done = Reconciliation.objects.create(
        organisation=organisation,
        connection=silent,
        state="done",
        full=True,
        requested_by=admin,
        started_at=now - timedelta(minutes=4),
        ended_at=now - timedelta(minutes=2, seconds=48),
        lease_until=now,
        total=2340,
        done=2340,
        calls=61,
    )
    Reconciliation.objects.create(
        organisation=organisation,
        connection=busy,
        state="failed",
        started_at=now - timedelta(minutes=20),
        ended_at=now - timedelta(minutes=19),
        lease_until=now,
        error="Greenhouse cannot be reached at the moment. It is tried again by itself.",
    )
    Reconciliation.objects.create(
        organisation=organisation,
        connection=busy,
        requested_by=admin,
        full=True,
        started_at=now,
        lease_until=now + timedelta(minutes=4),
        total=1200,
        done=430,
    )
    for n, (kind, state) in enumerate(
        [(Kind.MISSED_INVITATION, State.SYNCED)] * 12
        + [(Kind.MISSED_END, State.SYNCED)] * 3
        + [(Kind.NOT_VISIBLE, State.SYNCED), (Kind.JOB_CHANGED, State.SYNCED)]
    ):
        Finding.objects.create(
            organisation=organisation,
            connection=silent,
            found_in=done,
            kind=kind,
            state=state,
            entered_at=now - timedelta(hours=n + 1) if kind == Kind.MISSED_INVITATION else None,
            sentence="Rejected.",
            found_at=now - timedelta(hours=n % 2),
        )
    for n, (first, last) in enumerate(NAMES):
        person = factories.candidate(organisation, first_name=first, last_name=last, connection_id=silent.pk)
        application = factories.application(
            role, candidate=person, connection_id=silent.pk, job_id=31, stage_id=501, stage_name="Assessment"
        )
        Finding.objects.create(
            organisation=organisation,
            connection=silent,
            found_in=done,
            kind=Kind.MISSED_INVITATION,
            state=State.WAITING,
            application=application,
            remote_application_id=application.remote_id,
            job_id=31,
            stage_id=501,
            entered_at=None if n == 2 else now - timedelta(days=n + 1),
            sentence=[TOO_MANY, TOO_OLD, UNKNOWN, TOO_OLD][n],
            found_at=now,
            invite_requested_at=now if n == 3 else None,
        )
    address = {
        name: reverse(f"greenhouse_{name}", args=[organisation.slug, silent.pk])
        for name in ("sync", "missed_invitations", "missed_invite", "missed_dismiss")
    }
    address["missed_invite"] += "?all=1"
    address["missed_dismiss"] += "?all=1"
    for connection in (busy, fresh):
        for name in ("sync", "missed_invitations"):
            where = reverse(f"greenhouse_{name}", args=[organisation.slug, connection.pk])
            address[f"{name} {connection.name}"] = where
    return admin, address


def test_every_sync_page_is_accessible_and_fits(browser: Browser, live_server: object) -> None:
    admin, pages = world()
    looker = Looker(*WIDTHS)
    session = signed_in(admin).cookies["goodword_session"].value
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce")
    context.add_cookies([{"name": "goodword_session", "value": session, "url": str(live_server)}])
    page = context.new_page()
    looker.watch(context)
    for name, where in pages.items():
        page.goto(f"{live_server}{where}")
        looker.look(page, name)
    page.goto(f"{live_server}{pages['missed_invitations']}")
    page.get_by_label("Choose Ida Both").check()
    looker.look(page, "chosen")
    context.close()
    assert (looker.wrong, looker.complaints) == ({}, [])


def test_the_end_of_a_sync_is_announced(browser: Browser, live_server: object) -> None:
    admin = factories.member(factories.organisation(), kind="admin")
    connection = connection_of(admin, "Greenhouse")
    begun = clock.now()
    running = Reconciliation.objects.create(
        organisation=admin.organisation,
        connection=connection,
        started_at=begun,
        lease_until=begun + timedelta(minutes=4),
    )
    page = window(browser, admin, live_server, width=1440).new_page()
    page.goto(f"{live_server}{reverse('greenhouse_sync', args=[admin.organisation.slug, connection.pk])}")
    # screen readers read a status that changes, not one that is inserted with its words
    page.evaluate(
        "new MutationObserver(all => { for (const { target } of all)"
        " if (target.closest?.('[role=status] .notice__title')) document.body.dataset.said = target.textContent; })"
        ".observe(document.body, { childList: true, subtree: true })"
    )
    Reconciliation.objects.filter(pk=running.pk).update(state="done", ended_at=begun)
    expect(page.locator("body")).to_have_attribute("data-said", "Sync finished")
