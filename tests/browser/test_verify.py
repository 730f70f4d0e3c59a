"""/verify on a phone and a desktop; files are uploaded without JavaScript."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.looking import Looker
from tests.reports.reports import ready

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_report_is_verified(browser: Browser, live_server: object, tmp_path: Path) -> None:
    content = bytes(ready().file.content)
    issued, changed = tmp_path / "report.pdf", tmp_path / f"{'a-long-file-name-' * 8}.pdf"
    issued.write_bytes(content)
    changed.write_bytes(content + b"\n")
    looker = Looker()
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=True, locale="en-GB"
    )
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}/verify")
    looker.look(page, "verify")
    page.get_by_role("button", name="Verify report").press("Enter")
    looker.look(page, "verify-no-file")
    for name, file, said in (
        ("verify-genuine", issued, "Genuine and unchanged"),
        ("verify-changed", changed, "Changed after it was issued"),
    ):
        page.get_by_label("Report (PDF)").set_input_files(file)
        page.get_by_role("button", name="Verify report").click()
        page.get_by_text(said).wait_for()
        looker.look(page, name)
    without = browser.new_context(java_script_enabled=False, locale="de-DE")
    page = without.new_page()
    page.goto(f"{live_server}/verify/")
    page.get_by_label("Bericht (PDF)").set_input_files(issued)
    page.get_by_role("button", name="Bericht prüfen").click()
    assert page.get_by_text("Echt und unverändert").is_visible()
