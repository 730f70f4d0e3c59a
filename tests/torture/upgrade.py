"""`--upgrade`: upgrade to the next release and back while the system is in use.

The next release is this one with another version and a migration that expands busy tables.
"""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import httpx2

import goodword
from goodword.core.supervise import goodword as command
from goodword.core.version import VERSION
from tests.torture.greenhouse import Account
from tests.torture.invariants import Say
from tests.torture.programs import Program, Town, until

NEXT: Final = "99.0.0"
#: name and dependency of the core's next migration
MIGRATION: Final = "9999_expand"
#: seconds of normal work after each change
BETWEEN: Final = 4.0
#: longest response time in seconds while the web server restarts, even on a very busy machine
SOON: Final = 120.0
#: one expansion of each kind, on tables that requests and jobs write
STATEMENTS: Final = (
    *(
        f"ALTER TABLE {table} ADD COLUMN next_release text, ADD COLUMN next_number integer NOT NULL DEFAULT 0"
        for table in (
            "candidates_application",
            "greenhouse_delivery",
            "core_event",
            "workflow_steprequest",
            "assessments_attempt",
            "assessments_answer",
            "notifications_email",
            "django_session",
        )
    ),
    "CREATE TABLE core_nextrelease (id bigserial PRIMARY KEY, event_id bigint REFERENCES core_event)",
)
_MIGRATION: Final = """
from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("core", {after!r})]
    operations = [migrations.RunSQL({statements!r})]
"""
_INDEX: Final = """
from django.db import migrations

class Migration(migrations.Migration):
    atomic = False
    dependencies = [("core", {after!r})]
    operations = [migrations.RunSQL("CREATE INDEX CONCURRENTLY next_index ON core_event (actor)")]
"""


def next_release(folder: Path) -> Mapping[str, str]:
    """The environment that makes programs run as the next release."""
    here, there = Path(goodword.__file__).parent, folder / "goodword"
    for part in ("", "core", "core/migrations"):
        (there / part).mkdir(parents=True)
        for path in (here / part).iterdir():
            if path.name != "__pycache__" and path.relative_to(here).as_posix() not in {
                "core",
                "core/migrations",
            }:
                (there / part / path.name).symlink_to(path)
    newest = max(path.stem for path in (here / "core/migrations").glob("0*.py"))
    own = there / "core/migrations"
    (own / f"{MIGRATION}.py").write_text(_MIGRATION.format(after=newest, statements=list(STATEMENTS)))
    (own / f"{MIGRATION}_index.py").write_text(_INDEX.format(after=MIGRATION))
    about = folder / f"goodword-{NEXT}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: goodword\nVersion: {NEXT}\n")
    return {"PYTHONPATH": str(folder)}


class Upgrade:
    """Upgrades and goes back while requesting a page continuously."""

    def __init__(self, town: Town, accounts: Sequence[Account]) -> None:
        self.town, self.accounts = town, accounts
        #: failures, and the duration of each response in seconds
        self.problems: list[str] = []
        self.took: list[float] = []
        self._over = threading.Event()
        self._asking = threading.Thread(target=self._ask, name="visitor", daemon=True)

    def run(self, say: Say) -> None:
        self._asking.start()
        try:
            self._play(say)
        finally:
            self._over.set()
            self._asking.join()

    def refused(self) -> list[str]:
        """Failed pages, and deliveries that Greenhouse had to repeat. On a slow machine, a program may take longer to
        start than Greenhouse waits (ten seconds): then it repeats the delivery, and the response that it missed
        doesn't count. `_ask` waits longer."""
        repeated = [
            f"{account.organisation}: the delivery {attempt['event_id']} was answered with {attempt['status']}."
            for account in self.accounts
            for delivery in account.deliveries()
            for attempt in delivery["attempts"]
            if attempt["status"] != 200 and not str(attempt["error"]).startswith("ReadTimeout")
        ]
        return [*self.problems, *repeated]

    def _play(self, say: Say) -> None:
        new = next_release(self.town.data / "next")
        time.sleep(BETWEEN)
        self._run("migrate", new)
        say(f"{VERSION} goes on after the migration to {NEXT}")
        time.sleep(BETWEEN)
        self._restart(self.town.workers, new)
        say(f"the worker is {NEXT}, the web server still {VERSION}")
        time.sleep(BETWEEN)
        self._restart(self.town.web, new)
        self._expect(NEXT)
        say(f"all programs are {NEXT}")
        time.sleep(BETWEEN)
        self._run("migrate", {})
        self._restart([*self.town.web, *self.town.workers], {"PYTHONPATH": ""})
        self._expect(VERSION)
        say(f"all programs are {VERSION} again")
        time.sleep(BETWEEN)

    def _run(self, what: str, env: Mapping[str, str]) -> None:
        given = {**os.environ, **self.town.programs[0].env, **env}
        done = subprocess.run(command(what), env=given, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(f"goodword {what} failed: {done.stderr[-2000:]}")

    @staticmethod
    def _restart(programs: Sequence[Program], env: Mapping[str, str]) -> None:
        for program in programs:
            program.stop(SOON)
            program.env = {**program.env, **env}
            program.start()

    def _expect(self, release: str) -> None:
        def runs() -> bool:
            return bool(self._get("/readyz").json()["version"] == release)

        until(runs, seconds=SOON, what=f"Goodword {release} answers")

    def _ask(self) -> None:
        while not self._over.wait(0.1):
            began = time.monotonic()
            try:
                status = self._get("/accounts/login/").status_code
            except httpx2.HTTPError as error:
                self.problems.append(f"A page could not be opened: {error!r}.")
            else:
                self.took.append(time.monotonic() - began)
                if status != 200:
                    self.problems.append(f"A page was answered with {status}.")

    def _get(self, path: str) -> httpx2.Response:
        return httpx2.get(f"{self.town.base}{path}", timeout=SOON)
