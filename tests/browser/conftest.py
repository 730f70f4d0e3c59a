"""Browser tests drive Debian's Chromium; `CHROMIUM_PATH` names another one."""

import mimetypes
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

from tests.browser import contrast

# Playwright keeps an event loop running in this thread, and Django then refuses the database to synchronous
# code such as the flush between tests. Nothing here is asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# Playwright's 5 seconds are too short on a machine that is busy with something else.
expect.set_options(timeout=30_000)

# Server threads keep their database connections, as the pool does elsewhere: opening one per request costs PostgreSQL
# as much as all its queries.
connection.settings_dict["CONN_MAX_AGE"] = None

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # optimising compilation doesn't pay for such short scripts and takes a fifth of the time
    "--js-flags=--no-opt",
)

#: milliseconds to wait for a page: Playwright's 30 seconds are too short on a busy machine
FOR_A_PAGE = 120_000

#: path of axe on our server, below the static files
AXE = "axe.js"
_LOAD = """
(path) => typeof axe === "object" || (path !== "" && new Promise((resolve) => {
  const script = document.createElement("script");
  script.onload = () => resolve(true);
  script.onerror = () => resolve(false);
  script.src = path;
  document.head.append(script);
  script.remove();
}))
"""
#: ports of the live server
_ports: set[int | None] = set()

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
    return {
        **browser_type_launch_args,
        "executable_path": path,
        "args": list(FLAGS),
    }


@pytest.fixture(scope="session")
def browser(browser: Browser) -> Browser:
    new_context = browser.new_context

    def patient(**options: Any) -> BrowserContext:
        context = new_context(**options)
        context.set_default_navigation_timeout(FOR_A_PAGE)
        return context

    browser.new_context = patient  # type: ignore[method-assign]  # the only place where all windows pass
    return browser


class StaticFiles(StaticFilesHandler):
    """Serves static files from memory, once per window: a page has a dozen, and Django's view takes longer than most
    pages.
    """

    def __call__(  # type: ignore[override]  # the stubs say that it returns a response
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/static/") and (found := _static_file(path.removeprefix("/static/"))):
            kind, content = found
            headers = [("Content-Type", kind), ("Content-Length", str(len(content)))]
            start_response("200 OK", [*headers, ("Cache-Control", "max-age=86400, immutable")])
            return [content]
        return super().__call__(environ, start_response)


@cache
def _static_file(name: str) -> tuple[str, bytes] | None:
    if name == AXE:
        return "text/javascript", Axe().axe_script.encode()
    path = finders.find(name)
    if not path:
        return None
    return mimetypes.guess_type(name)[0] or "application/octet-stream", Path(path).read_bytes()


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    """Replaces pytest-django's fixture."""
    server = LiveServer("localhost", start=False)
    server.thread.static_handler = StaticFiles
    server.start()
    _ports.add(server.thread.port)
    # on a busy machine, a process's first page can take longer than a browser waits
    httpx2.get(f"{server}/ui/gallery/", timeout=300).raise_for_status()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def closed_windows(browser: Browser, _django_db_helper: None) -> Iterator[None]:
    """Close pages before the test's rows are deleted: open pages keep sending requests."""
    yield
    for context in browser.contexts:
        context.close()


def _load_axe(page: Page) -> None:
    """Load axe into the document unless it is there. From our server, Chromium caches it parsed and compiled."""
    if not page.evaluate(_LOAD, f"/static/{AXE}" if urlsplit(page.url).port in _ports else ""):
        page.evaluate(Axe().axe_script)


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
    _load_axe(page)
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
