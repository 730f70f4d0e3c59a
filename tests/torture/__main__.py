"""`make torture`: applications go through the system under injected faults; the outcome is checked from outside.

All programs are real. The seed decides the activity and the faults, but not how the programs interleave.
docs/testing.md explains it.
"""

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import psycopg

from goodword.core.supervise import leave_on_terminate
from tests.support.ports import free_port
from tests.torture.faults import Tormentor
from tests.torture.greenhouse import Account
from tests.torture.hosts import HERE, CannotMakeHosts, Hosts
from tests.torture.invariants import Findings, Judge, Say, Watch, seconds_until_later, still_working
from tests.torture.mail import MailServer
from tests.torture.people import People
from tests.torture.programs import Town, town, until
from tests.torture.soak import Meter
from tests.torture.upgrade import Upgrade

ORGANISATIONS = ("Northwind", "Southgate")
#: idle seconds after which the system counts as settled, and the longest clock jump while settling
REST, LONGEST_JUMP = 3.0, 5 * 3600.0
#: minimum number of accepted answers for a meaningful run
ENOUGH = 20
#: candidates per organisation invited before the first fault, so that they answer during faults
FIRST = 4


@dataclass(kw_only=True)
class Options:
    seed: int
    seconds: float = 60.0
    deliveries: int = 0
    rate: float = 3.0
    workers: int = 1
    hosts: int = 0
    soak: float = 0.0
    call_limit: float = 0.0
    referees: bool = False
    upgrade: bool = False
    settle: float = 600.0
    at_most: float = 3600.0
    keep: bool = False

    def command(self) -> str:
        given = [f"--seed {self.seed}", f"--rate {self.rate:g}"]
        given += ["--referees"] if self.referees else []
        given += [f"--call-limit {self.call_limit:g}"] if self.call_limit else []
        given.append(f"--hosts {self.hosts}" if self.hosts else f"--workers {self.workers}")
        if self.upgrade:
            given.append("--upgrade")
        elif self.soak:
            given.append(f"--soak {self.soak:g}")
        else:
            given.append(
                f"--deliveries {self.deliveries}" if self.deliveries else f"--seconds {self.seconds:g}"
            )
        return f'make torture ARGS="{" ".join(given)}"'


@dataclass(kw_only=True)
class Outcome:
    options: Options
    breaches: list[str]
    lines: list[str] = field(default_factory=list)
    data: Path


def main() -> int:
    leave_on_terminate()
    options = _options(sys.argv[1:])
    print(f"torture: seed {options.seed}", flush=True)
    try:
        outcome = torture(options, say=lambda text: print(text, flush=True))
    except CannotMakeHosts as error:
        print(f"torture: {error}", file=sys.stderr)
        return 2
    for line in outcome.lines:
        print(line)
    for breach in outcome.breaches:
        print(f"BREACH: {breach}")
    if outcome.breaches:
        print(f"{len(outcome.breaches)} breaches with seed {options.seed}. Again: {options.command()}")
        print(f"Logs and database: {outcome.data}")
    return 1 if outcome.breaches else 0


def _options(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(prog="make torture", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=None, help="what happens and fails; by default any")
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="how long things fail (default: %(default)g)"
    )
    parser.add_argument(
        "--deliveries",
        type=int,
        default=0,
        help="until Greenhouse has made so many deliveries, instead of --seconds",
    )
    parser.add_argument("--rate", type=float, default=3.0, help="acts a second in each Greenhouse")
    parser.add_argument("--workers", type=int, default=1, help="worker processes (default: %(default)s)")
    parser.add_argument(
        "--hosts",
        type=int,
        default=0,
        help="network namespaces with a web server and a worker each (needs root)",
    )
    parser.add_argument(
        "--soak",
        type=float,
        default=0.0,
        help="so many minutes without faults: memory and connections must stay flat",
    )
    parser.add_argument(
        "--call-limit",
        type=float,
        default=0.0,
        help="calls a second that each Greenhouse allows (by default any number, and Goodword makes the usual 5)",
    )
    parser.add_argument(
        "--settle", type=float, default=600.0, help="seconds to settle in (default: %(default)g)"
    )
    parser.add_argument("--at-most", type=float, default=3600.0, help="limit of --deliveries in seconds")
    parser.add_argument(
        "--referees", action="store_true", help="let referees answer too, not only candidates"
    )
    parser.add_argument(
        "--upgrade", action="store_true", help="no faults: the next release takes over and is taken back"
    )
    parser.add_argument("--keep", action="store_true", help="keep the folder with all logs and the database")
    given = parser.parse_args(arguments)
    values = vars(given)
    if values["seed"] is None:
        values["seed"] = random.SystemRandom().randrange(1_000_000)
    return Options(**values)


def torture(options: Options, *, say: Say) -> Outcome:
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="goodword-torture-"))

    def timed(text: str) -> None:
        say(f"{time.monotonic() - began:6.1f} s  {text}")

    kept = True
    try:
        findings, lines = _play(options, folder, timed)
        kept = options.keep or bool(findings.breaches)
        lines.append(f"wall time: {time.monotonic() - began:.0f} s")
        return Outcome(options=options, breaches=findings.breaches, lines=lines, data=folder)
    except BaseException:
        say(f"Ended with seed {options.seed}. Again: {options.command()}. Logs: {folder}")
        raise
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, kw_only=True)
class Run:
    options: Options
    town: Town
    accounts: Sequence[Account]
    mail: MailServer
    people: People
    tormentor: Tormentor
    upgrade: Upgrade
    say: Say


def _play(options: Options, folder: Path, say: Say) -> tuple[Findings, list[str]]:
    smtp = free_port()
    with ExitStack() as stack:
        hosts = stack.enter_context(Hosts(options.hosts)) if options.hosts else None
        mail = MailServer(seed=options.seed, address=HERE if hosts else "127.0.0.1", port=smtp)
        mail.up()
        stack.callback(mail.down)
        here = stack.enter_context(
            town(
                folder,
                smtp=smtp,
                organisations=ORGANISATIONS,
                workers=options.workers,
                hosts=hosts,
                hand_over=options.upgrade,
                small_disk=not options.soak,
            )
        )
        accounts = [
            stack.enter_context(
                closing(Account(name, url=url, api=api, seed=options.seed, call_limit=options.call_limit))
            )
            for name, url, api in zip(ORGANISATIONS, here.sandboxes, ("v3", "v1"), strict=True)
        ]
        for account in accounts:
            account.connect(here.base)
            [(account.connection_id,)] = here.database.rows(
                "SELECT id FROM greenhouse_connection WHERE api = %s", account.api
            )
        say("connected over v3 and v1")
        watch = stack.enter_context(Watch(here))
        run = Run(
            options=options,
            town=here,
            accounts=accounts,
            mail=mail,
            people=stack.enter_context(
                People(
                    base=here.base,
                    mail=mail,
                    seed=options.seed,
                    referees=options.referees,
                    hosts=bool(hosts),
                )
            ),
            tormentor=Tormentor(here, accounts, mail, seed=options.seed),
            upgrade=Upgrade(here, accounts),
            say=say,
        )
        meter = Meter(here)
        for account in accounts:
            account.limit_calls(False)
        with meter if options.soak else nullcontext():
            _fail_and_live(run)
        made = sum(account.delivered() for account in accounts)
        _calm(run)
        say("no more faults")
        unsettled = _settle(run)
        findings = Judge(here, accounts, mail, run.people).judge(run.tormentor.trouble, watch)
        if unsettled:
            findings.breaches.insert(0, f"Not settled within {options.settle:.0f} s: {unsettled}.")
        lines = _lines(run, findings)
        if options.upgrade:
            findings.breaches += run.upgrade.refused()
            slowest = max(run.upgrade.took)
            lines.append(f"pages meanwhile: {len(run.upgrade.took)} opened, the slowest in {slowest:.1f} s")
        if options.soak:
            grown, measured = meter.findings()
            findings.breaches += grown
            lines += measured
            lines.append(f"deliveries a second: {made / options.soak / 60:.1f}")
        here.database.keep = options.keep or bool(findings.breaches)
        return findings, lines


def _fail_and_live(run: Run) -> None:
    here, accounts, options = run.town, run.accounts, run.options
    over = threading.Event()
    errors: list[Exception] = []

    def torment() -> None:
        try:
            if options.upgrade:
                run.upgrade.run(run.say)
                over.set()
            elif not options.soak:
                run.tormentor.torment(over, say=run.say)
        except Exception as error:  # noqa: BLE001 - raised again in the main thread
            errors.append(error)

    thread = threading.Thread(target=torment, name="tormentor", daemon=True)
    for account in accounts:
        account.invite(FIRST)
    with suppress(TimeoutError):  # they answer later on a slow machine
        invited = FIRST * len(accounts)
        until(lambda: len(run.mail.letters()) >= invited, seconds=60, what="the first invitations")
    behind = threading.Event()

    def live(one: Account) -> None:
        due = time.monotonic()
        try:
            while not over.is_set():
                if not behind.is_set():
                    one.live()
                due = max(due + 1 / options.rate, time.monotonic() - 1)
                over.wait(max(0.0, due - time.monotonic()))
        except Exception as error:  # noqa: BLE001 - as above
            errors.append(error)

    threads = [thread, *(threading.Thread(target=live, args=[account], daemon=True) for account in accounts)]
    began = looked = time.monotonic()
    for each in threads:
        each.start()
    try:
        while not errors and not over.is_set():
            at = time.monotonic()
            here.database.look_after()
            if at - looked > 2:
                looked = at
                if (
                    options.deliveries
                    and sum(account.delivered() for account in accounts) >= options.deliveries
                ):
                    break
                if not options.soak and _is_behind(here):
                    behind.set()
                else:
                    behind.clear()
            if at - began > (options.at_most if options.deliveries else _limit(run)):
                break
            over.wait(0.2)
    finally:
        over.set()
        for each in threads:
            each.join()
    if errors:
        raise errors[0]


def _limit(run: Run) -> float:
    """The requested seconds, or three times as many until enough answers were accepted (on a slow machine)."""
    if run.options.upgrade:
        return run.options.at_most
    if run.options.soak:
        return run.options.soak * 60
    enough = sum(len(one.answers) for one in run.people.participants) >= ENOUGH
    return run.options.seconds * (1 if enough else 3)


def _is_behind(here: Town, *, most: int = 60) -> bool:
    """Whether the backlog is too large for candidates to be invited before the run ends."""
    try:
        [(waiting,)] = here.database.rows("SELECT count(*) FROM greenhouse_delivery WHERE state = 'received'")
    except psycopg.Error:
        return True
    return bool(waiting >= most)


def _calm(run: Run) -> None:
    run.people.begin_no_more()
    run.mail.be_bad(False)
    run.mail.up()
    run.town.database.look_after()
    for account in run.accounts:
        account.calm()


def _settle(run: Run) -> str:
    """Wait until no work is left, moving the clocks to the next due time and repairing as an admin would.

    Returns the work still going on when time runs out; empty if the system settled.
    """
    here, accounts = run.town, run.accounts
    end = time.monotonic() + run.options.settle
    quiet_since = time.monotonic()
    synced = False
    busy: list[str] = []
    while time.monotonic() < end:
        try:
            busy = list(still_working(here, accounts, run.people))
            later = seconds_until_later(here)
        except (psycopg.Error, httpx2.HTTPError):
            here.database.look_after()
            quiet_since = time.monotonic()
            time.sleep(0.5)
            continue
        waits = [later, *(account.waiting_seconds() for account in accounts)]
        due_in = min((one for one in waits if one is not None), default=None)
        if busy:
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since > REST:
            if due_in is not None:
                jump = min(due_in + 1, LONGEST_JUMP)
                if run.tormentor.pass_time(jump):
                    run.say(f"time passes: {jump:.0f} s")
            elif synced:
                return ""
            else:
                for account in accounts:
                    account.repair(here.base)
                run.say("pressed Replay all failed, Create it again and Sync now")
                synced = True
            quiet_since = time.monotonic()
        time.sleep(0.3)
    return ", ".join(busy) or "rows that wait for a time"


def _lines(run: Run, findings: Findings) -> list[str]:
    here, accounts, people = run.town, run.accounts, run.people
    trouble = run.tormentor.trouble
    acts = sum((account.acts for account in accounts), start=Counter[str]())
    faults = sum((account.faults for account in accounts), start=Counter[str]())
    made = sum(account.delivered() for account in accounts)
    kills = ", ".join(f"{program.name} {program.killed}" for program in here.programs)
    ended = {program.name: program.ended for program in here.programs if program.ended}
    finished, declined = (
        sum(one.finished for one in people.participants),
        sum(one.declined for one in people.participants),
    )
    missed = set(run.tormentor.all_points) - set(trouble.points)
    disk = "real" if here.database.mounted else "not possible here"
    return [
        f"acts: {sum(acts.values())} ({_counts(acts)})",
        f"deliveries: {made} made; {_counts(findings.counted)}",
        f"people: {len(people.participants)} had something to answer; {finished} finished, {declined} declined",
        f"their tries: {_counts(people.requests)}",
        *(f"somebody could not go on: {problem}" for problem in people.problems),
        f"kills by SIGKILL: {kills}; programs that ended by themselves: {ended or 'none'}",
        f"points: {_counts(trouble.points)}",
        f"points not met: {', '.join(sorted(missed)) or 'none'}",
        f"faults: {_counts(trouble.done)}",
        f"Greenhouse's faults: {_counts(faults)}",
        f"the mail server's faults: {_counts(run.mail.failures)}",
        f"the clock went forward by {trouble.jumped}; disk full: {disk}",
    ]


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counted.items())) or "none"


if __name__ == "__main__":
    sys.exit(main())
