"""Windows of a signed-in member, and keyboard navigation."""

import time
from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, Page, Route

from goodword.accounts.models import Membership
from tests.support.pages import signed_in


def window(
    browser: Browser, who: Membership, live_server: object, *, width: int, script: bool = True
) -> BrowserContext:
    """A window without animations in which this member is signed in."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, reduced_motion="reduce", java_script_enabled=script
    )
    session = signed_in(who).cookies["goodword_session"].value
    context.add_cookies([{"name": "goodword_session", "value": session, "url": str(live_server)}])
    return context


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
    raise AssertionError(f"Tab never comes to {selector} on {page.url}")


def covered(page: Page, bar: str) -> str:
    """The focused element if it lies entirely behind this bar; empty otherwise."""
    return str(
        page.evaluate(
            """(selector) => {
              const one = document.activeElement;
              const bar = document.querySelector(selector);
              const { top, bottom } = one.getBoundingClientRect();
              const box = bar.getBoundingClientRect();
              const behind = !bar.contains(one) && top >= box.top - 1 && bottom <= box.bottom + 1;
              return behind ? one.outerHTML : "";
            }""",
            bar,
        )
    )


def hold(page: Page, address: str) -> list[Route]:
    """Holds requests to this address back until the test lets them continue."""
    held: list[Route] = []
    page.route(address, lambda route, _request: held.append(route))
    return held


def until(read: Callable[[], object], expected: object) -> None:
    """Wait until the server has this value from a page that is closed."""
    deadline = time.monotonic() + 30
    while read() != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    assert read() == expected
