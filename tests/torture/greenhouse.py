"""A Greenhouse account and its organisation: connecting them, activity and faults, and Greenhouse's final state."""

import hashlib
import hmac
import json
import random
import socket
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from goodword.demo import actions
from goodword.demo.browser import Browser, StoryFailed, wait_until
from goodword.demo.greenhouse import WEBHOOKS, Greenhouse
from tests.torture.programs import CLIENT, KEY, PASSWORD, READY_SECONDS, SECRET, address_of

JOB = actions.JOB
ELSEWHERE = "Data Engineer"
#: for changes that the article's four webhooks don't report
MORE_WEBHOOKS = (
    ("Unrejected", "Candidate or Prospect has been unrejected"),
    ("Unhired", "Candidate has been unhired"),
    ("Application updated", "Application has been updated"),
    ("Candidate updated", "Candidate or Prospect has been updated"),
)
STAGES = ("Application Review", "Phone Screen", "Assessment", "Reference Check", "Offer")
ASSESSMENT, REFERENCES = STAGES[2], STAGES[3]
#: activity with weights
ACTS = {"apply": 30, "assess": 26, "check": 14, "move": 8, "there and back": 4, "reject": 9} | {
    "unreject": 2,
    "hire": 5,
    "unhire": 2,
    "transfer": 2,
}
#: weights and settings of Harvest's faults
FAULTS: tuple[tuple[int, dict[str, Any]], ...] = (
    (2, {"kind": "fail", "status": 503}),
    (1, {"kind": "fail", "status": 500}),
    (1, {"kind": "fail", "status": 502}),
    (2, {"kind": "fail", "status": 429, "retry_after": 2}),
    (1, {"kind": "fail", "status": 401}),
    (1, {"kind": "fail", "status": 403}),
    (1, {"kind": "fail_after", "status": 500}),
    (1, {"kind": "late", "status": 504, "seconds": 2}),
    (1, {"kind": "slow", "seconds": 3}),
    (1, {"kind": "slow_after", "seconds": 3}),
    (1, {"kind": "cut"}),
    (1, {"kind": "cut_before"}),
    (2, {"kind": "cut_after"}),
    (1, {"kind": "garbage"}),
    (1, {"kind": "empty"}),
    (1, {"kind": "wrong_type"}),
    (1, {"kind": "redirect"}),
)
#: weights and settings of the faults of deliveries
HOOK_FAULTS: tuple[tuple[int, dict[str, Any]], ...] = (
    (3, {"kind": "duplicate", "copies": 1}),
    (2, {"kind": "duplicate", "copies": 3, "new_event_id": True}),
    (2, {"kind": "drop"}),
    (3, {"kind": "delay", "seconds": 20}),
    (2, {"kind": "corrupt_signature", "attempts": 1}),
    (1, {"kind": "garble"}),
)


@dataclass(kw_only=True)
class Applicant:
    number: int
    email: str
    application_id: int
    candidate_id: int
    #: changes that Greenhouse accepted
    done: list[str] = field(default_factory=list)


class Account:
    """The applicants of both organisations have the same addresses and ids; only their last names differ."""

    def __init__(self, organisation: str, *, url: str, api: str, seed: int, call_limit: float) -> None:
        self.organisation, self.url, self.api, self.call_limit = organisation, url, api, call_limit
        self.chance = random.Random(f"{organisation} {seed}")
        self.control = httpx2.Client(base_url=url, timeout=60)
        self.applicants: list[Applicant] = []
        self.acts: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.endpoint = self.secret = self.role_url = ""
        self.connection_id = 0

    def close(self) -> None:
        self.control.close()

    # --- connecting ---------------------------------------------------------------------------------------------

    def connect(self, base: str) -> None:
        """Set the key and the webhooks as an admin, and create a role with both steps."""
        with closing(Browser(base)) as page, closing(Browser(self.url)) as there:
            self.sign_in(page)
            if self.api == "v3":
                actions.connect_v3(page, CLIENT, SECRET)
            else:
                actions.connect_v1(page, KEY)
            self.endpoint, self.secret = actions.webhook_settings(page)
            greenhouse = Greenhouse(there)
            for name, when in (*WEBHOOKS, *MORE_WEBHOOKS):
                greenhouse.create_webhook(name, when, endpoint_url=self.endpoint, secret_key=self.secret)
            wait_until(
                lambda: actions.webhooks_live(page, len(WEBHOOKS)),
                step="webhooks",
                seconds=READY_SECONDS,
                message=lambda: page.text()[:900],
            )
            self.role_url = actions.create_role(page, JOB)
            actions.manage_automation(page, self.role_url, job_id=self.job(JOB)["id"])

    def sign_in(self, page: Browser) -> None:
        page.open("/")
        page.press("Sign in", {"E-mail": address_of(self.organisation), "Password": PASSWORD})
        page.must_say("Roles")

    def repair(self, base: str) -> None:
        """Do what an admin would do after an outage: replay deliveries, create failed reports again, sync."""
        with closing(Browser(base)) as page:
            self.sign_in(page)
            page.open(f"/o/{self.organisation.lower()}/home/")
            while page.has_button("Create it again"):
                page.press("Create it again")
                page.open(f"/o/{self.organisation.lower()}/home/")
            page.follow("Settings")
            if not page.url.rstrip("/").endswith("integrations"):
                page.follow("Integrations")
            integrations = page.url
            page.follow("Webhook deliveries")
            with suppress(StoryFailed):  # nothing has failed
                page.follow("Replay all failed")
                page.press("Replay")
            page.open(f"{integrations}greenhouse/{self.connection_id}/sync/")
            if page.has_button("Sync now"):
                page.press("Sync now")

    # --- what happens -------------------------------------------------------------------------------------------

    def act(self, name: str, **members: object) -> dict[str, Any] | None:
        """Returns None if Greenhouse refuses."""
        answer = self.control.post("/_sandbox/act", json={"act": name, **members})
        if answer.status_code == 422:
            return None
        found: dict[str, Any] = answer.raise_for_status().json()
        self.acts[name] += 1
        return found

    def live(self) -> None:
        """Make one random change to a random applicant."""
        name = self.chance.choices(list(ACTS), list(ACTS.values()))[0]
        if name == "apply" or len(self.applicants) < 3:
            self._apply()
            return
        one = self.chance.choice(self.applicants[-40:])
        which = {"application_id": one.application_id}
        match name:
            case "assess":
                done = self.act("move", **which, stage=ASSESSMENT)
            case "check":
                done = self.act("move", **which, stage=REFERENCES)
            case "move":
                done = self.act("move", **which, stage=self.chance.choice(STAGES))
            case "reject":
                done = self.act("reject", **which, reason="Withdrew")
            case "transfer":
                done = self._transfer(one)
            case "there and back":
                played = {"scenario": "there_and_back", "times": 1, **which}
                answer = self.control.post("/_sandbox/scenario", json=played)
                done = answer.json() if answer.status_code == 200 else None
                self.acts[name] += done is not None
            case _:
                done = self.act(name, **which)
        if done is not None:
            one.done.append(name)

    def invite(self, number: int) -> None:
        """Add this many applicants, and move them to the assessment and the reference check in turn."""
        for _ in range(number):
            self._apply()
            one = self.applicants[-1]
            stage, name = ((REFERENCES, "check"), (ASSESSMENT, "assess"))[one.number % 2]
            if self.act("move", application_id=one.application_id, stage=stage) is not None:
                one.done.append(name)

    def _apply(self) -> None:
        number = len(self.applicants) + 1
        email = f"person{number}@people.example"
        done = self.act(
            "apply",
            first_name=f"Sam{number}",
            last_name=self.last_name,
            email=email,
            job=JOB,
        )
        assert done is not None
        self.applicants.append(
            Applicant(
                number=number,
                email=email,
                application_id=done["application_id"],
                candidate_id=done["candidate_id"],
            )
        )

    @property
    def last_name(self) -> str:
        return f"Of{self.organisation}"

    def _transfer(self, one: Applicant) -> dict[str, Any] | None:
        to = ELSEWHERE if one.done.count("transfer") % 2 == 0 else JOB
        return self.act("transfer", application_id=one.application_id, to_job=to)

    # --- faults -------------------------------------------------------------------------------------------------

    def fail_calls(self) -> None:
        order = dict(self._chosen(FAULTS))
        paths = ["", "/applications", "/candidates", *(["/notes"] if self.api == "v3" else [])]
        path = f"/{self.api}{self.chance.choice(paths)}"
        if self.api == "v3" and self.chance.random() < 0.15:
            path = "/token"
        order |= {"path": path, "times": self.chance.randint(1, 4)}
        # remove leftover faults, or no call would succeed on a slow machine
        self.control.delete("/_sandbox/faults").raise_for_status()
        self._order("faults", order)

    def fail_notes(self, kind: str, **more: object) -> None:
        path = "/v3/notes" if self.api == "v3" else "/v1/candidates"
        self._order("faults", {"kind": kind, "method": "POST", "path": path, "times": 1, **more})

    def fail_deliveries(self) -> None:
        if self.chance.random() < 0.2:
            times = self.chance.randint(3, 8)
            order = {"kind": "reorder", "times": times, "random": self.chance.randint(1, 1000)}
        else:
            order = {**self._chosen(HOOK_FAULTS), "times": self.chance.randint(1, 3)}
        self._order("webhook-faults", order)

    def _order(self, what: str, order: Mapping[str, object]) -> None:
        self.control.post(f"/_sandbox/{what}", json=order).raise_for_status()
        self.faults[f"{'delivery' if what == 'webhook-faults' else 'call'} {order['kind']}"] += 1

    def _chosen(self, weighted: Sequence[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
        return self.chance.choices([one for _, one in weighted], [weight for weight, _ in weighted])[0]

    def replay(self) -> None:
        sent = [delivery for delivery in self._deliveries() if delivery["state"] == "delivered"]
        if sent:
            one = self.chance.choice(sent)
            again = {"times": self.chance.randint(1, 2), "new_event_id": self.chance.random() < 0.5}
            self.control.post(f"/_sandbox/deliveries/{one['id']}/redeliver", json=again).raise_for_status()
            self.faults["delivery replayed"] += 1

    def truncate(self) -> None:
        """Send the first half of a signed delivery over the network, and hang up."""
        body = json.dumps({"action": "candidate_stage_change", "payload": {"x": "y" * 500}}).encode()
        signed = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        url = urlsplit(self.endpoint)
        head = (
            f"POST {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: application/json\r\n"
            f"Signature: sha256 {signed}\r\nGreenhouse-Event-ID: truncated\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with (
            suppress(OSError),
            socket.create_connection((url.hostname or "", url.port or 80), timeout=5) as wire,
        ):
            wire.sendall(head.encode() + body[: len(body) // 2])
        self.faults["delivery truncated"] += 1

    def limit_calls(self, limited: bool) -> None:
        """Refuse calls above Greenhouse's usual limit, or above the one that this run has (0: none)."""
        self._refuse_above(5 if limited else self.call_limit)
        self.faults["call rate limit"] += limited

    def _refuse_above(self, a_second: float) -> None:
        limits = {"v3_rate_limit": round(30 * a_second), "v1_rate_limit": round(10 * a_second)}
        self.control.post("/_sandbox/switches", json=limits).raise_for_status()

    def pass_time(self, seconds: float) -> None:
        self.control.post("/_sandbox/clock", json={"advance_seconds": seconds}).raise_for_status()

    def calm(self) -> None:
        self.control.delete("/_sandbox/faults").raise_for_status()
        self.control.delete("/_sandbox/webhook-faults").raise_for_status()
        self._refuse_above(0)

    # --- Greenhouse's state -----------------------------------------------------------------------------------

    def _deliveries(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control.get("/_sandbox/deliveries").raise_for_status().json()
        return found

    def deliveries(self) -> list[dict[str, Any]]:
        return self._deliveries()

    def delivered(self) -> int:
        """The number of deliveries so far, copies included."""
        rows = self.control.get("/_sandbox/health").raise_for_status().json()["rows"]
        return int(rows["deliveries"])

    def waiting_seconds(self) -> float | None:
        """Seconds until the next waiting attempt by the sandbox's clock; None if none waits."""
        now = datetime.fromisoformat(self.control.get("/_sandbox/clock").json()["now"])
        waiting = [
            delivery["next_attempt_at"] for delivery in self._deliveries() if delivery["state"] == "pending"
        ]
        due = [datetime.fromisoformat(one) for one in waiting if one]
        return max(0.0, (min(due) - now).total_seconds()) if due else None

    def idle(self) -> bool:
        return bool(
            self.control.post("/_sandbox/wait-until-idle", json={"timeout_seconds": 1}).json()["idle"]
        )

    def _all(self, path: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        url = f"/v1/{path}?per_page=500"
        while url:
            answer = self.control.get(url, auth=(KEY, "")).raise_for_status()
            rows += answer.json()
            url = str(answer.links.get("next", {}).get("url", ""))
        return rows

    def job(self, name: str) -> dict[str, Any]:
        return next(one for one in self._all("jobs") if one["name"] == name)

    def applications(self) -> dict[int, dict[str, Any]]:
        return {one["id"]: one for one in self._all("applications")}

    def notes(self, candidate_id: int) -> list[str]:
        """The bodies of the notes on a candidate's Activity Feed."""
        path = f"/v1/candidates/{candidate_id}/activity_feed"
        answer = self.control.get(path, auth=(KEY, "")).raise_for_status()
        return [str(note["body"]) for note in answer.json()["notes"]]
