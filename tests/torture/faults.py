"""Injects faults one after another while everything else runs. The seed decides which, and when."""

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import LiteralString

import httpx2
import psycopg
from psycopg import sql

from tests.torture.greenhouse import Account
from tests.torture.mail import MailServer
from tests.torture.programs import Program, Town

#: step -> a table that it writes in its transaction. Locking the table stops the step at that point.
WRITES: Mapping[str, str] = {
    "receiving a delivery": "greenhouse_delivery",
    "copying an application": "candidates_application",
    "recording an event": "core_event",
    "requesting a step": "workflow_steprequest",
    "assigning an assessment": "assessments_attempt",
    "opening a check": "references_check",
    "queueing a mail": "notifications_email",
    "making a link": "notifications_link",
    "saving an answer": "assessments_answer",
    "scoring": "assessments_score",
    "naming referees": "references_referee",
    "saving a reference": "references_reference",
    "freezing a report": "reports_report",
    "storing a PDF": "reports_reportfile",
    "queueing a note": "greenhouse_activityfeednote",
    "settling a reaction": "core_reaction",
    "comparing with Greenhouse": "greenhouse_reconciliation",
}
#: work outside transactions -> query that finds a row while it is under way
CLAIMS: Mapping[str, LiteralString] = {
    "handling a delivery": "SELECT 1 FROM greenhouse_delivery WHERE leased_to IS NOT NULL AND state = 'received'",
    "connecting to the mail server": (
        "SELECT 1 FROM notifications_email WHERE state = 'sending' AND handed_over_at IS NULL"
    ),
    "waiting for the mail server's answer": (
        "SELECT 1 FROM notifications_email WHERE state = 'sending' AND handed_over_at IS NOT NULL"
    ),
    "posting a note": "SELECT 1 FROM greenhouse_activityfeednote WHERE state = 'sending'",
    "running a reaction": "SELECT 1 FROM core_reaction WHERE state = 'waiting' AND attempts > 0",
    "making a report": "SELECT 1 FROM procrastinate_jobs WHERE status = 'doing' AND task_name LIKE 'report%'",
    "renewing a token": "SELECT 1 FROM greenhouse_connection WHERE token_lease_until > now()",
}
#: faults with their weights
KINDS = {
    "kill": 4,
    "freeze": 1,
    "database restart": 1,
    "database killed": 1,
    "database backend killed": 1,
    "connections cut": 2,
    "no connections": 1,
    "disk full": 1,
    "mail server down": 2,
    "mail server away for a day": 1,
    "mail server bad": 5,
    "calls fail": 6,
    "calls limited": 1,
    "deliveries fail": 6,
    "delivery replayed": 3,
    "delivery truncated": 1,
    "clock jumps": 2,
    "clock set back": 1,
}
#: further faults with several hosts
OF_HOSTS = {"host cut off": 6, "host stopped": 2}
#: maximum seconds to wait at a point, and to hold a lock
PATIENCE = 2.0
#: new processes aren't killed for this many seconds, except at named points
YOUNG = 8.0
#: limit for clock jumps in one run, so that links and deadlines don't expire
MOST_TIME = timedelta(days=8)


@dataclass(kw_only=True)
class Trouble:
    """The faults injected so far. `unsettled`: monotonic times around which a side effect's outcome may be unknown."""

    done: Counter[str] = field(default_factory=Counter)
    #: named points at which a program was killed
    points: Counter[str] = field(default_factory=Counter)
    unsettled: list[float] = field(default_factory=list)
    jumped: timedelta = timedelta(0)


class Tormentor:
    def __init__(self, town: Town, accounts: Sequence[Account], mail: MailServer, *, seed: int) -> None:
        self.town, self.accounts, self.mail = town, accounts, mail
        self.chance = random.Random(f"faults {seed}")
        #: a separate source, so that the points reached don't change the other faults
        self.hunting = random.Random(f"points {seed}")
        self.trouble = Trouble()
        self.all_points = [*WRITES, *CLAIMS]

    def torment(self, over: threading.Event, *, say: Callable[[str], None]) -> None:
        """Inject faults and kill programs at named points until `over` is set."""
        hunter = threading.Thread(target=self._hunt, args=(over, say), name="hunter", daemon=True)
        hunter.start()
        try:
            self._torment(over, say)
        finally:
            over.set()
            hunter.join()

    def _hunt(self, over: threading.Event, say: Callable[[str], None]) -> None:
        """Wait at each point in turn and kill the program that reaches it. Points already hit go to the end."""
        chance = self.hunting
        waiting = list(self.all_points)
        chance.shuffle(waiting)
        while not over.wait(chance.uniform(0.1, 0.5)):
            point = waiting.pop(0)
            waiting.insert(len(waiting) // 3, point)
            try:
                victim = self._at_write(WRITES[point]) if point in WRITES else self._at_claim(point)
            except (psycopg.Error, httpx2.HTTPError):
                continue
            if victim is not None:
                waiting.remove(point)
                waiting.append(point)
                self.trouble.points[point] += 1
                say(f"killed {victim} while {point}")
                over.wait(chance.uniform(3, 6))  # let the program restart and make progress

    def _torment(self, over: threading.Event, say: Callable[[str], None]) -> None:
        acts: dict[str, Callable[[], str | None]] = {
            "kill": self._kill_anything,
            "host cut off": self._cut_host,
            "host stopped": self._stop_host,
            "freeze": self._freeze,
            "database restart": lambda: self._restart(signal.SIGINT),
            "database killed": lambda: self._restart(signal.SIGKILL),
            "database backend killed": self._kill_backend,
            "connections cut": self._cut,
            "no connections": self._no_connections,
            "disk full": self._fill_disk,
            "mail server down": self._mail_down,
            "mail server away for a day": self._mail_away,
            "mail server bad": self._mail_bad,
            "calls fail": lambda: self._each(Account.fail_calls),
            "calls limited": self._limit,
            "deliveries fail": lambda: self._each(Account.fail_deliveries),
            "delivery replayed": lambda: self._some(Account.replay),
            "delivery truncated": lambda: self._some(Account.truncate),
            "clock jumps": self._jump,
            "clock set back": self._set_back,
        }
        bag: list[str] = []
        while not over.is_set():
            if not bag:
                kinds = KINDS | (OF_HOSTS if self.town.hosts else {})
                bag = [kind for kind, weight in kinds.items() for _ in range(weight)]
                self.chance.shuffle(bag)
            kind = bag.pop()
            detail = acts[kind]()
            if detail is not None:
                self.trouble.done[kind] += 1
                say(f"{kind}{': ' if detail else ''}{detail}")
            over.wait(self.chance.uniform(0.5, 2))

    # --- programs -----------------------------------------------------------------------------------------------

    def _kill(self, program: Program, chance: random.Random) -> bool:
        self.trouble.unsettled.append(time.monotonic())
        return program.kill(rest=chance.uniform(0, 1.5))

    def _kill_anything(self) -> str | None:
        program = self.chance.choice(self.town.programs)
        if time.monotonic() - program.started < YOUNG:
            return None
        return program.name if self._kill(program, self.chance) else None

    def _freeze(self) -> str | None:
        """Stop a program for a while, as when its machine is suspended."""
        program = self.chance.choice(self.town.programs)
        process = program.process
        if process is None or process.poll() is not None:
            return None
        process.send_signal(signal.SIGSTOP)
        time.sleep(self.chance.uniform(1, 4))
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
        return program.name

    def _cut_host(self) -> str | None:
        """Drop a host's packets, sometimes for longer than the time-outs."""
        if self.town.hosts is None:
            return None
        one = self.chance.choice(self.town.hosts.all)
        seconds = self.chance.choice([2.0, 5.0, 12.0, 40.0])
        self._database_trouble()
        self.town.hosts.cut(one)
        try:
            time.sleep(seconds)
        finally:
            self.town.hosts.join(one)
            self._database_trouble()
        return f"{one} for {seconds:.0f} s"

    def _stop_host(self) -> str | None:
        """Cut a host's network, then kill all its programs."""
        if self.town.hosts is None:
            return None
        one, rest = self.chance.choice(self.town.hosts.all), self.chance.uniform(3, 8)
        self._database_trouble()
        self.town.hosts.cut(one)
        for program in (self.town.web[one - 1], self.town.workers[one - 1]):
            program.kill(rest=rest)
        time.sleep(rest)
        self.town.hosts.join(one)
        return f"{one} for {rest:.1f} s"

    def _at_write(self, table: str) -> str | None:
        """Lock the table, wait until a program wants to write to it, and kill that program."""
        with self.town.database.connect(autocommit=False) as mine:
            mine.execute("SET LOCAL lock_timeout = '2s'")
            mine.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(sql.Identifier(table)))
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end:
                found = mine.execute(
                    "SELECT DISTINCT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
                    "WHERE NOT l.granted AND l.relation = %s::regclass",
                    [table],
                ).fetchall()
                names = {name for (name,) in found}
                for program in self.town.programs:
                    if program.name in names and self._kill(program, self.hunting):
                        return program.name
                time.sleep(0.02)
        return None

    def _at_claim(self, point: str) -> str | None:
        if point == "waiting for the mail server's answer":
            self.mail.slow_next()
        if point == "posting a note":
            for account in self.accounts:
                account.fail_notes("slow_after", seconds=1)
        with self.town.database.connect() as mine:
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end:
                if mine.execute(CLAIMS[point]).fetchone():
                    time.sleep(self.hunting.uniform(0, 0.02))
                    worker = self.hunting.choice(list(self.town.workers))
                    return worker.name if self._kill(worker, self.hunting) else None
                time.sleep(0.003)
        return None

    # --- PostgreSQL ---------------------------------------------------------------------------------------------

    def _database_trouble(self) -> None:
        self.trouble.unsettled.append(time.monotonic())

    def _restart(self, how: signal.Signals) -> str:
        self._database_trouble()
        away = self.chance.uniform(0, 3)
        self.town.database.restart(how, away=away)
        self._database_trouble()
        return f"away for {away:.1f} s"

    def _kill_backend(self) -> str | None:
        self._database_trouble()
        return "" if self.town.database.kill_a_backend() else None

    def _cut(self) -> str:
        self._database_trouble()
        self.town.database.cut_connections()
        return ""

    def _no_connections(self) -> str:
        self._database_trouble()
        seconds = self.chance.uniform(1, 4)
        self.town.database.take_all_connections(seconds)
        self._database_trouble()
        return f"for {seconds:.1f} s"

    def _fill_disk(self) -> str | None:
        self._database_trouble()
        seconds = self.chance.uniform(1, 4)
        filled = self.town.database.fill_disk(seconds)
        self._database_trouble()
        return f"for {seconds:.1f} s" if filled else None

    # --- mail and Greenhouse ------------------------------------------------------------------------------------

    def _mail_down(self) -> str:
        seconds = self.chance.uniform(2, 8)
        self.mail.down()
        time.sleep(seconds)
        self.mail.up()
        return f"for {seconds:.1f} s"

    def _mail_away(self) -> str | None:
        """Stop the mail server for a day."""
        self.mail.down()
        time.sleep(self.chance.uniform(1, 2))
        passed = self._pass_time(timedelta(days=1))
        time.sleep(self.chance.uniform(1, 2))
        self.mail.up()
        return "" if passed else None

    def _mail_bad(self) -> str:
        seconds = self.chance.uniform(3, 8)
        self.mail.be_bad(True)
        time.sleep(seconds)
        self.mail.be_bad(False)
        return f"for {seconds:.1f} s"

    def _each(self, act: Callable[[Account], None]) -> str:
        for account in self.accounts:
            act(account)
        return ""

    def _some(self, act: Callable[[Account], None]) -> str:
        act(self.chance.choice(self.accounts))
        return ""

    def _limit(self) -> str:
        for limited in (True, False):
            for account in self.accounts:
                account.limit_calls(limited)
            if limited:
                time.sleep(self.chance.uniform(2, 5))
        return ""

    # --- the clock ----------------------------------------------------------------------------------------------

    def _jump(self) -> str | None:
        """Move the clocks of Goodword and Greenhouse forward together."""
        minutes = self.chance.choice([1, 3, 10, 45, 180])
        return f"{minutes} min" if self._pass_time(timedelta(minutes=minutes)) else None

    def _pass_time(self, moved: timedelta) -> bool:
        return self.trouble.jumped < MOST_TIME and self.pass_time(moved.total_seconds())

    def pass_time(self, seconds: float) -> bool:
        try:
            self.move_clock(self.town, seconds)
        except psycopg.Error:
            return False
        self.trouble.jumped += timedelta(seconds=seconds)
        for account in self.accounts:
            account.pass_time(seconds)
        return True

    def _set_back(self) -> str | None:
        """Set Goodword's clock back for some seconds, as an NTP correction would."""
        seconds = self.chance.uniform(20, 150)
        try:
            self.move_clock(self.town, -seconds)
        except psycopg.Error:
            return None
        time.sleep(self.chance.uniform(1, 3))
        while True:
            try:
                self.move_clock(self.town, seconds)
            except psycopg.Error:
                time.sleep(0.3)
            else:
                return f"by {seconds:.0f} s"

    @staticmethod
    def move_clock(town: Town, seconds: float) -> None:
        moved = timedelta(seconds=seconds)
        town.database.rows(
            'INSERT INTO core_clockoffset (id, "offset") VALUES (1, %s) '
            'ON CONFLICT (id) DO UPDATE SET "offset" = core_clockoffset."offset" + excluded."offset" RETURNING 1',
            moved,
        )
