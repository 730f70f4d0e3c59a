"""Looks at each page that a walk passes: axe in both colour schemes, sideways scrolling, complaints of the console."""

import itertools
import os
from pathlib import Path
from typing import Literal

from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import violations

#: nothing but colours differs in the dark
SCHEMES: dict[Literal["light", "dark"], tuple[str, ...]] = {"light": (), "dark": ("color-contrast",)}
WIDTHS = (390, 1440)
#: set SCREENSHOTS to any word, and each page is kept as pictures
PICTURES = Path("test-results/article") if os.environ.get("SCREENSHOTS") else None
_number = itertools.count(1)


class Looker:
    """Gathers what is wrong; `wrong` and `complaints` are best compared with empty ones at the end."""

    def __init__(self) -> None:
        self.wrong: dict[str, list[str]] = {}
        self.complaints: list[str] = []

    def watch(self, context: BrowserContext) -> None:
        """Hear what the pages of this window complain of: errors of scripts, and whatever the policy forbids."""
        context.on(
            "console",
            lambda message: self.complaints.append(message.text) if message.type == "error" else None,
        )
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def look(self, page: Page, name: str, *, within: str = "") -> None:
        """Look at the page, or at a part of it, as it stands now."""
        found = []
        for scheme, rules in SCHEMES.items():
            # without motion no colour is met half-way
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += [f"{scheme}: {one}" for one in violations(page, within=within, rules=rules)]
        page.emulate_media(color_scheme="light")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found.append(f"{wide} px too wide")
        if found:
            self.wrong[name] = found
        if PICTURES:
            _photograph(page, f"{next(_number):02}-{name.replace(' ', '-')}")


def _photograph(page: Page, name: str) -> None:
    assert PICTURES is not None
    PICTURES.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=PICTURES / f"{name}-{WIDTHS[-1]}-dark.png", full_page=True)
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)
