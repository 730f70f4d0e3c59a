"""Settings > Audit log, in a browser."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from goodword.accounts.domain import audit
from goodword.accounts.domain.audit import FAILED, SIGNED_IN, record_sign_in
from goodword.accounts.domain.members import change_kind
from goodword.core import clock
from goodword.roles.domain.settings import create_role, set_delay
from goodword.roles.models import Step
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.support import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_admin_reads_and_filters_the_log(browser: Browser, live_server: Any) -> None:
    now = clock.now()
    org = factories.organisation(name="Northwind", slug="northwind")
    ann = factories.member(org, kind="admin", name="Ann Petersen", email="ann.petersen@northwind.example")
    rita = factories.member(org, name="Rita Sommer", email="rita.sommer@northwind.example")
    role = create_role(title="Senior Account Manager", owner=rita, now=now - timedelta(days=2))
    ada = factories.application(
        role, candidate=factories.candidate(org, first_name="Ada", last_name="Okonkwo")
    )
    gone = factories.application(role, candidate=factories.candidate(org, erased_at=now))
    for application, at in ((ada, now), (gone, now - timedelta(days=1))):
        details = {"application": application.pk}
        audit.write(organisation=org, action="result.viewed", member=rita, now=at, details=details)
    audit.write(
        organisation=org,
        action="result.viewed_by_link",
        actor="link 7",
        now=now - timedelta(hours=1),
        details={"application": ada.pk},
    )
    record_sign_in(
        ann.user, action=SIGNED_IN, address="198.51.100.7", browser="Firefox", now=now - timedelta(hours=2)
    )
    record_sign_in(
        rita.user, action=FAILED, address="203.0.113.24", browser="Firefox", now=now - timedelta(days=1)
    )
    change_kind(member=rita, kind="admin", by=ann, now=now - timedelta(days=1, hours=1))
    set_delay(
        step=role.steps.get(kind=Step.Kind.REFERENCE_CHECK), minutes=30, by=rita, now=now - timedelta(days=1)
    )
    looker = Looker(*WIDTHS)
    context = window(browser, ann, live_server, width=WIDTHS[-1])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server.url}/o/northwind/settings/audit-log/")
    looker.look(page, "audit log")
    page.get_by_label("Person, candidate or role").fill("okonkwo")
    page.get_by_label("Person, candidate or role").press("Enter")
    expect(page.get_by_role("link", name="Ada Okonkwo")).to_have_count(2)
    expect(page.get_by_text("Erased person")).to_have_count(0)
    page.get_by_role("link", name="Read by link 1").click()
    expect(page.get_by_text("Read the results through a link, without signing in")).to_be_visible()
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})  # where the menu is on the left
    with page.expect_download() as found:
        page.get_by_text("Download these 1").click()
        box = page.get_by_role("link", name="As Excel workbook").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        page.get_by_role("link", name="As Excel workbook").click()
    assert found.value.suggested_filename.startswith("audit-log-northwind-")
    page.goto(f"{live_server.url}/o/northwind/settings/audit-log/months/")
    looker.look(page, "months")
    page.goto(f"{live_server.url}/o/northwind/roles/{role.pk}/members/")
    looker.look(page, "role viewers")
    assert (looker.wrong, looker.complaints) == ({}, [])
