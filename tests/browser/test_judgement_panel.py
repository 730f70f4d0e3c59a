"""The panel of a judgement set: the members' page, and an expert who rates by keyboard."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect

from goodword.accounts.models import Membership
from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.kinds.judgement.drafts import duplicate_set
from goodword.core import clock
from tests.assessments.judgement import support as judgement
from tests.assessments.panels.support import invited, panel, rate, token_of
from tests.browser.looking import Looker
from tests.browser.windows import window
from tests.support import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: seven experts, who disagree on the third of four actions
RATINGS = (
    (5, 2, 1, 4),
    (4, 1, 5, 4),
    (5, 2, 3, 5),
    (5, 1, 4, 4),
    (4, 2, 1, 3),
    (5, 3, 5, 4),
    (5, 2, 2, 4),
)


@pytest.fixture
def rita(transactional_db: None) -> Membership:
    return factories.member(factories.organisation(name="Northwind Cycles"), name="Rita Hansen")


def test_a_panel_and_its_experts_pages_are_accessible_and_fit(
    browser: Browser, live_server: object, rita: Membership
) -> None:
    theirs = ensure_builtin(rita.organisation, "judgement_customer", now=judgement.NOW)
    made = duplicate_set(test=theirs, by=rita, now=judgement.NOW)
    panel(made, by=rita, ratings=RATINGS)
    half = invited(made, by=rita, name="Marie-Christine Vandenberghe")
    rate(half, (4, 2, 3, 4))
    ana = invited(made, by=rita)
    token = token_of(ana, now=clock.now())
    looker = Looker()
    context = window(browser, rita, live_server, width=390)
    looker.watch(context)
    page = context.new_page()
    for name, where in (
        ("panel", judgement.url("judgement_panel", made)),
        ("panel remove", judgement.url("judgement_panel_remove", made, str(ana.pk))),
        ("panel draft", judgement.url("judgement_edit", made)),
        ("panel publish", judgement.url("judgement_publish", made)),
        ("expert", reverse("expert", args=[token])),
        ("expert situation", reverse("expert_situation", args=[token, 1])),
        ("expert decline", reverse("expert_decline", args=[token])),
        ("expert data", reverse("expert_data", args=[token])),
    ):
        page.goto(f"{live_server}{where}")
        looker.look(page, name)
    page.goto(f"{live_server}{reverse('expert_situation', args=[token, 1])}?language=de")
    looker.look(page, "expert situation de")
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-saved]")).to_have_text("Gespeichert")
    assert looker.complaints == []  # the browser reports the refusal below
    page.keyboard.press("Enter")  # the other actions are missing
    expect(page.locator("[data-error-summary]")).to_be_visible()
    looker.look(page, "expert refused")
    assert looker.wrong == {}
    context.close()
