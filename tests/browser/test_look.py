"""Logo and colour: previewed, saved, and shown on a candidate's page."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.reports.pdf.test_parts import SVG
from tests.support import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_admin_chooses_a_logo_and_a_colour(browser: Browser, live_server: Any) -> None:
    org = factories.organisation(name="Northwind", slug="northwind")
    ann = factories.member(org, kind="admin", name="Ann Petersen", email="ann.petersen@northwind.example")
    looker = Looker(*WIDTHS)
    context = window(browser, ann, live_server, width=WIDTHS[-1])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server.url}/o/northwind/settings/organisation/")
    page.get_by_role("link", name="Logo and colour").click()
    colour = page.get_by_label("Accent colour")
    colour.fill("#ff8800")
    page.get_by_role("button", name="Preview colour").click()
    expect(page.get_by_text("#ff8800 isn't saved yet.")).to_be_visible()
    looker.look(page, "colour preview")
    page.get_by_label("Accent colour").press("Enter")
    expect(page.get_by_text("Colour saved.")).to_be_visible()
    page.get_by_label("File").set_input_files(
        {
            "name": "logo.svg",
            "mimeType": "image/svg+xml",
            "buffer": SVG.replace(b"<path", b"<text>N</text><path"),
        }
    )
    page.get_by_role("button", name="Save logo").click()
    expect(page.get_by_text("This SVG contains text that needs a font.").first).to_be_visible()
    looker.look(page, "logo refused")
    page.get_by_label("File").set_input_files(
        {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": SVG}
    )
    page.get_by_role("button", name="Save logo").click()
    expect(page.get_by_text("Logo saved.")).to_be_visible()
    picture = page.get_by_role("img", name="Northwind")
    # `decode` waits for the picture and fails on a broken one; the natural size of an SVG differs between browsers.
    picture.evaluate("image => image.decode()")
    box = picture.bounding_box()
    assert box and box["width"] > 0 and box["height"] > 0
    looker.look(page, "logo")
