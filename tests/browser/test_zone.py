"""The browser sends its time zone with the first form; the referee isn't asked."""

import pytest
from playwright.sync_api import Browser, expect

from goodword.core import clock
from tests.references.stage import set_up

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("scripts", "known"), [(True, "Pacific/Honolulu"), (False, "")])
def test_the_time_zone_is_sent_with_the_first_form(
    live_server: object, browser: Browser, scripts: bool, known: str
) -> None:
    stage = set_up(now=clock.now())
    context = browser.new_context(timezone_id="Pacific/Honolulu", java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{live_server}{stage.referee_path}")
    page.get_by_role("button", name="Start").click()
    expect(page).to_have_url(f"{live_server}{stage.referee_path}questions/1/")
    request = stage.request
    request.refresh_from_db()
    assert request.time_zone == known
    context.close()
