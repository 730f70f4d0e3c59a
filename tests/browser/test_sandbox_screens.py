"""The sandbox's screens: JavaScript behaviour and accessibility."""

import socket
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from greenhouse_sandbox.app import create_app
from greenhouse_sandbox.server import Server
from tests.browser.conftest import violations

pytestmark = pytest.mark.browser


@pytest.fixture
def url() -> Iterator[str]:
    """The URL of a running sandbox."""
    app = create_app()
    server = Server(socket.create_server(("127.0.0.1", 0)), app)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.close()


def test_select_all_ticks_its_category_and_follows_it(page: Page, url: str) -> None:
    page.goto(f"{url}/configure/dev_center/credentials/new")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("link", name="Manage Permissions").click()
    select_all = page.get_by_label("Select all of Job Posts")
    one = page.get_by_label("GET: Retrieve Job Post")
    select_all.check()
    assert one.is_checked()
    one.uncheck()
    assert not select_all.is_checked()
    page.get_by_role("button", name="Save").click()
    assert page.get_by_role("status").inner_text() == "Saved: 2 permissions for Harvest."


def test_no_page_has_a_barrier(page: Page, url: str) -> None:
    page.goto(url)
    first = page.get_by_role("rowheader").get_by_role("link").first
    first.click()
    job = page.url
    page.get_by_role("region", name="Pipeline").get_by_role("link").first.click()
    person = page.url
    page.goto(f"{url}/configure/dev_center/credentials/new")
    page.get_by_role("button", name="Create").click()
    found = {"created": violations(page, every_text=False)}
    page.get_by_role("link", name="Manage Permissions").click()
    more = ["/", "/candidates", "/prospects/new", "/users", "/configure", "/configure/dev_center", "/sandbox"]
    more += ["/configure/dev_center/credentials", "/configure/dev_center/web_hooks/new", "/nonsense"]
    more += ["/jobs/new", "/configure/organization", "/sandbox/deliveries", "/sandbox/faults"]
    more += ["/sandbox/switches", "/sandbox/calls"]
    addresses = [page.url, job, f"{job}/applications/new", f"{job}/setup"]
    addresses += [person, f"{person}&tab=details", f"{person}&tab=offer"]
    for address in [*addresses, *(url + path for path in more)]:
        page.goto(address)
        found[address] = violations(page, every_text=False)
    assert {address: wrong for address, wrong in found.items() if wrong} == {}
