"""Browser tests drive Debian's Chromium; `CHROMIUM_PATH` names another one."""

import os
import shutil
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from tests.browser import contrast

# Playwright keeps an event loop running in this thread, and Django then refuses the database to synchronous
# code such as the flush between tests. Nothing here is asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# Playwright's 5 seconds are too short on a machine that is busy with something else.
expect.set_options(timeout=30_000)

# A thread of the server keeps its database connection, as the pool does elsewhere: a new one for each request takes as
# much of PostgreSQL as all its queries.
connection.settings_dict["CONN_MAX_AGE"] = None

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run browser tests last: once Playwright's loop runs in this thread, Django's test client refuses to work (its
    middleware uses asyncio). Browser tests reach pages through `live_server` only.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def base_url() -> str:
    """None: tests use absolute URLs. Replaces the plug-in's fixture, which pytest 9 warns about."""
    return ""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Browser path and launch options: Playwright's own browser isn't downloaded."""
    path = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, NAMES)), None)
    return {**browser_type_launch_args, "executable_path": path, "args": list(FLAGS)}


@pytest.fixture(autouse=True)
def closed_windows(browser: Browser, _django_db_helper: None) -> Iterator[None]:
    """Close pages before the test's rows are deleted: open pages keep sending requests."""
    yield
    for context in browser.contexts:
        context.close()


def violations(
    page: Page, *, within: str = "", rules: Sequence[str] = (), every_text: bool = True
) -> list[str]:
    """Returns axe's violations, one line per element: `rule: selector (why)`. Best compared with [].

    `within` is the selector of the only part to check, as for a menu whose edge overlaps other links;
    `rules` are the only ones to check, instead of all of WCAG 2.2 AA and best practice. Without `every_text`, contrast
    is not checked again for texts styled like those of earlier pages.
    """
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": TAGS}
    page.wait_for_load_state()
    if not page.evaluate("typeof axe === 'object'"):  # a second look at the same document
        page.evaluate(Axe().axe_script)
    if every_text:
        # Only violations are reported in full: reporting what passed would be most of the work.
        found = page.evaluate(
            "async ([within, options]) => (await axe.run(within || document, options)).violations",
            [within, {"runOnly": only, "resultTypes": ["violations"]}],
        )
    else:
        found = contrast.run(page, within=within, only=only)
    return [
        f"{rule['id']}: {node['target'][0]} ({node['failureSummary']})"
        for rule in found
        for node in rule["nodes"]
    ]
