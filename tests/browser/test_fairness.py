"""Settings > Fairness with figures, on a phone and a desktop."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from goodword.candidates.models import Application
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.candidates.fairness.people import entered, two_groups
from tests.support import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_figures_are_legible_and_a_problem_leads_to_its_field(
    browser: Browser, live_server: object, tmp_path: Path
) -> None:
    role = factories.role(factories.organisation(name="Acme"))
    file = tmp_path / "groups.csv"
    file.write_bytes(two_groups(role) + b"\nzz@x.example,B\n")
    entered(list(Application.objects.of(role.organisation).order_by("pk")), "Screen", "Interview")
    admin, looker = factories.member(role.organisation, kind="admin"), Looker()
    context = window(browser, admin, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}/o/{role.organisation.slug}/settings/fairness/")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("link", name="Choose a file.")).to_be_visible()
    looker.look(page, "fairness without a file")
    page.get_by_label("CSV file with groups").set_input_files(file)
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="What the figures mean")).to_be_visible()
    looker.look(page, "fairness")
