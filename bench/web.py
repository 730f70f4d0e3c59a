"""Response times of the web server for webhook deliveries and for pages of recruiters and candidates.

Run it with `.venv/bin/python -m bench.web`.
"""

import hashlib
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import httpx2

from bench.ready import distribution, ready
from goodword.demo import actions
from goodword.demo.browser import Browser
from goodword.demo.story import Story

DELIVERIES, AT_ONCE, OPENINGS = 200, 8, 50
_number = count(1)


def main() -> None:
    with ready() as story:
        story.begin("bench")
        with httpx2.Client(timeout=30) as client:
            delays = [deliver(story, client) for _ in range(DELIVERIES)]
            print(distribution("a delivery, one after the other", delays), flush=True)
            with ThreadPoolExecutor(AT_ONCE) as pool:
                delays = list(pool.map(lambda _: deliver(story, client), range(DELIVERIES)))
            print(distribution(f"a delivery, {AT_ONCE} at once", delays), flush=True)
        people = [
            story.greenhouse.apply(
                actions.JOB, first_name="Ona", last_name=f"Number {one}", email=f"ona{one}@mail.example"
            )
            for one in range(10)
        ]
        story.let_deliveries_arrive()
        story.greenhouse.move(people[0], "Assessment")
        link = story.mailbox.wait(to=people[0].email)["links"][0]
        pages = {
            "home": "/",
            "roles": story.role_url.partition("roles/")[0] + "roles/",
            "a role with 10 candidates": story.role_url,
        }
        for name, address in pages.items():
            print(distribution(f"page: {name}", openings(story.recruiter, address)), flush=True)
        print(distribution("page: a candidate's assessment", openings(story.guest, link)))


def deliver(story: Story, client: httpx2.Client) -> float:
    """Deliver an event that has no effect, so that only receipt is measured. Returns the seconds until its 200."""
    body = json.dumps({"action": "interview_deleted", "payload": {"id": next(_number)}}).encode()
    digest = hmac.new(story.result.secret_key.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Signature": f"sha256 {digest}", "Content-Type": "application/json"}
    began = time.perf_counter()
    client.post(story.result.endpoint_url, content=body, headers=headers).raise_for_status()
    return time.perf_counter() - began


def openings(browser: Browser, address: str) -> list[float]:
    """Open a page repeatedly, including redirects."""
    delays = []
    for _ in range(OPENINGS):
        began = time.perf_counter()
        browser.open(address)
        delays.append(time.perf_counter() - began)
    return delays


if __name__ == "__main__":
    main()
