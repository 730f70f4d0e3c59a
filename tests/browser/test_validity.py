"""Settings > Validity and the import of ratings, on a phone and a desktop."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from goodword.candidates.models import Application
from tests.assessments.plans import PlannedTest
from tests.assessments.validity.people import rate, took
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.support import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_ratings_are_imported_and_figures_legible(
    browser: Browser, live_server: object, tmp_path: Path
) -> None:
    admin = factories.member(
        factories.organisation(name="Acme", rates_hires=True), kind="admin", name="Ann Admin"
    )
    role = factories.role(admin.organisation, title="Account Manager")
    reasoning = PlannedTest(test="reasoning", form="short_12")
    people = took(role, 90, lambda place: (place * 37) % 53, test=reasoning)
    style = PlannedTest(test="work_style", form="short20:openness")
    took(role, 40, lambda place: place % 4, test=style, scale="openness", of=people[:40])
    rate(people[:60], lambda place: 1 + ((place * 37) % 53) / 20 + ((place * 29) % 17) / 16)
    rate(people[:35], lambda place: 1 + ((place * 37) % 53) / 20 + ((place * 7) % 17) / 16, rater="Cy")
    unrated = Application.objects.of(role.organisation).filter(pk__in=[person.pk for person in people[60:70]])
    unrated.update(status="hired", hired_at=factories.NOW)
    one = Application.objects.of(role.organisation).select_related("candidate").get(pk=people[0].pk)
    day = factories.NOW.date() + timedelta(days=90)
    file = tmp_path / "ratings.csv"
    file.write_text(
        f"E-mail,Rater,Date,Keeps dates\n{one.candidate.email},Bo,{day},4\nnobody@x.example,Bo,{day},4\n"
    )
    looker = Looker()
    context = window(browser, admin, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}/o/{role.organisation.slug}/settings/validity/")
    looker.look(page, "validity")
    page.get_by_role("link", name="Import ratings").click()
    page.get_by_role("button", name="Check file").click()
    expect(page.get_by_role("link", name="Choose a file.")).to_be_visible()
    looker.look(page, "ratings without a file")
    page.get_by_label("CSV file with ratings").set_input_files(file)
    page.get_by_role("button", name="Check file").click()
    expect(page.get_by_text("Line 3: no such person in Goodword.")).to_be_visible()
    looker.look(page, "ratings to check")
    page.get_by_role("button", name="Import 1 rating").click()
    expect(page.get_by_role("heading", name="Keeps dates (1–5)")).to_be_visible()
    page.goto(f"{live_server}/o/{role.organisation.slug}/candidates/{people[65].pk}/rating/")
    page.get_by_role("button", name="Save rating").click()
    looker.look(page, "rating of a person hired")
    assert looker.wrong == {}
