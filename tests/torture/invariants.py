"""The final checks, from outside: the mailbox, Greenhouse, people's own pages, and the inbox."""

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, LiteralString, Self

import httpx2
import psycopg

from goodword.demo.browser import Browser, StoryFailed
from tests.torture.faults import Tormentor, Trouble
from tests.torture.greenhouse import ASSESSMENT, JOB, REFERENCES, Account
from tests.torture.mail import Letter, MailServer
from tests.torture.people import Participant, People, own_data
from tests.torture.programs import Town, answers

CLOSED = "There is nothing to do here at the moment"
#: final pages of an assessment, whatever happens in Greenhouse afterwards
ENDINGS = ("Thank you", "You've declined this assessment")
#: seconds around a kill or an outage in which a side effect may be repeated
UNSETTLED = 90.0
#: a mail whose worker died three times before the mail server answered: a member decides, who has been told
_UNANSWERED: LiteralString = (
    "unanswered = 3 AND EXISTS (SELECT 1 FROM core_event v WHERE v.name = 'email.failed' "
    "AND (v.data->>'email_id')::bigint = notifications_email.id)"
)
STATUSES = {"active": "active", "rejected": "rejected", "hired": "hired", "converted": "converted"}
#: changes after which a step waits for a click, so no invitation is expected
UNDONE = {"unreject", "unhire", "transfer"}


INVITED_BY = {
    "assessment reminder": "assessment invitation",
    "check reminder": "check invitation",
    "reference reminder": "reference request",
}


class Watch:
    """Records when each rejection has been fully handled, while the system runs."""

    def __init__(self, town: Town) -> None:
        self.town = town
        #: (connection, Greenhouse's application) -> monotonic time
        self.rejected: dict[tuple[int, int], float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(0.5):
            with suppress(psycopg.Error):
                for connection, application in self.town.database.rows(
                    "SELECT a.connection_id, a.remote_id FROM core_event e "
                    "JOIN candidates_application a ON a.id = e.application_id "
                    "WHERE e.name = 'application.rejected' AND NOT EXISTS "
                    "(SELECT FROM core_reaction r WHERE r.event_id = e.id AND r.state <> 'done')"
                ):
                    self.rejected.setdefault((connection, application), time.monotonic())


@dataclass
class Findings:
    """Breaches, and the numbers of things checked."""

    breaches: list[str] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)

    def breach(self, sentence: str) -> None:
        self.breaches.append(sentence)


class Judge:
    def __init__(self, town: Town, accounts: Sequence[Account], mail: MailServer, people: People) -> None:
        self.town, self.accounts, self.mail, self.people = town, accounts, mail, people
        self.found = Findings()

    def judge(self, trouble: Trouble, watch: Watch) -> Findings:
        letters = [letter for letter in self.mail.letters() if letter.kind != "other"]
        everywhere = {account.organisation: account.applications() for account in self.accounts}
        for account in self.accounts:
            mine = [letter for letter in letters if letter.organisation == account.organisation]
            there = everywhere[account.organisation]
            self._deliveries(account)
            self._states(account, there)
            self._invited_once(account, mine, there)
            self._not_after_rejection(account, mine, watch)
            self._notes(account, there)
        self._repeated(letters, trouble)
        self._reminded(letters)
        self._separate(letters)
        self._answers()
        self._portals(everywhere)
        self._nothing_stuck()
        self._no_unhandled_errors()
        return self.found

    # --- deliveries ---------------------------------------------------------------------------------------------

    def _deliveries(self, account: Account) -> None:
        """Check that every accepted delivery is in the inbox, handled or visibly failed."""
        kept = {
            event_id: (state, outcome)
            for event_id, state, outcome in self.town.database.patient_rows(
                "SELECT event_id, state, outcome FROM greenhouse_delivery WHERE connection_id = %s",
                account.connection_id,
            )
        }
        shown = self._shown_failed(account)
        garbled = set()
        for delivery in account.deliveries():
            accepted = [attempt["event_id"] for attempt in delivery["attempts"] if attempt["status"] == 200]
            if delivery["fault"] == "garble" or not _is_json(delivery["body"]):
                garbled |= set(accepted)
            for event_id in accepted:
                self.found.counted["deliveries accepted"] += 1
                state, outcome = kept.get(event_id, ("lost", ""))
                if state not in {"handled", "failed"}:
                    self.found.breach(
                        f"{account.organisation}: the accepted delivery {event_id} is {state}. {outcome}"
                    )
        if "truncated" in kept:
            self.found.breach(f"{account.organisation}: half a request was kept as a delivery.")
        failed = {event_id for event_id, (state, _) in kept.items() if state == "failed"}
        self.found.counted["deliveries failed visibly"] += len(failed)
        for event_id in failed - garbled:
            self.found.breach(f"{account.organisation}: the delivery {event_id} failed: {kept[event_id][1]}")
        if shown != len(failed):
            self.found.breach(
                f"{account.organisation}: {len(failed)} deliveries failed, the page shows {shown}."
            )

    def _shown_failed(self, account: Account) -> int:
        """The number beside *Failed* on the page of webhook deliveries."""
        with closing(Browser(self.town.base)) as page:
            account.sign_in(page)
            page.follow("Settings")
            if not page.url.rstrip("/").endswith("integrations"):
                page.follow("Integrations")
            page.follow("Webhook deliveries")
            page.open(f"{page.url.split('?')[0]}?state=failed")
            number = 0
            while True:
                number += len(page.page.select("tbody tr"))
                try:
                    page.follow("Older")
                except StoryFailed:
                    return number

    # --- states -------------------------------------------------------------------------------------------------

    def _ours(self, account: Account) -> dict[int, tuple[str, int | None, int | None, str]]:
        return {
            remote: (status, job, stage, email)
            for remote, status, job, stage, email in self.town.database.patient_rows(
                "SELECT a.remote_id, a.status, a.job_id, a.stage_id, c.email FROM candidates_application a "
                "JOIN candidates_candidate c ON c.id = a.candidate_id WHERE a.connection_id = %s",
                account.connection_id,
            )
        }

    def _states(self, account: Account, there: Mapping[int, dict[str, Any]]) -> None:
        ours, job = self._ours(account), account.job(JOB)["id"]
        for applicant in account.applicants:
            theirs = there[applicant.application_id]
            self.found.counted["applications compared"] += 1
            in_job = any(found["id"] == job for found in theirs["jobs"])
            mine = ours.get(applicant.application_id)
            if mine is None:
                if in_job:
                    self.found.breach(f"{account.organisation}: {applicant.email} is unknown here.")
                continue
            status, ours_job, ours_stage, _ = mine
            stage = (theirs["current_stage"] or {}).get("id")
            expected = (STATUSES[theirs["status"]], theirs["jobs"][0]["id"])
            if (status, ours_job) != expected or (
                theirs["status"] == "active" and in_job and ours_stage != stage
            ):
                self.found.breach(
                    f"{account.organisation}: {applicant.email} ({applicant.application_id}) is {status} here, in "
                    f"{ours_job}/{ours_stage}, but {expected} in {stage} there. Acts: {', '.join(applicant.done)}."
                )

    # --- mails --------------------------------------------------------------------------------------------------

    def _invited_once(
        self, account: Account, letters: Sequence[Letter], there: Mapping[int, dict[str, Any]]
    ) -> None:
        by_kind: dict[tuple[str, str], set[str]] = defaultdict(set)
        for letter in letters:
            by_kind[letter.to, letter.kind].add(letter.message_id)
        waiting = self._waits_for_a_click(account)
        for person in account.applicants:
            theirs = there[person.application_id]
            stage = (theirs["current_stage"] or {}).get("name")
            for kind, where in (("assessment invitation", ASSESSMENT), ("check invitation", REFERENCES)):
                ids = by_kind.get((person.email, kind), set())
                self.found.counted["invitations"] += len(ids)
                if len(ids) > 1:
                    self.found.breach(
                        f"{account.organisation}: {person.email} got {len(ids)} of {kind}: {ids}."
                    )
                elif (
                    not ids
                    and theirs["status"] == "active"
                    and stage == where
                    and theirs["jobs"][0]["name"] == JOB
                ):
                    if (person.application_id, kind) in waiting:
                        self.found.counted["waiting for a click"] += 1
                    else:
                        self.found.breach(
                            f"{account.organisation}: {person.email} ({person.application_id}) is in {where} without "
                            f"{kind}. Acts: {', '.join(person.done)}."
                        )

    def _waits_for_a_click(self, account: Account) -> set[tuple[int, str]]:
        """Steps that wait for a member, on the candidate's page or among the missed invitations."""
        rows = self.town.database.patient_rows(
            "SELECT a.remote_id, s.kind FROM workflow_steprequest r JOIN candidates_application a "
            "ON a.id = r.application_id JOIN roles_step s ON s.id = r.step_id "
            "WHERE a.connection_id = %s AND (r.state = 'waiting' AND r.waiting_reason IN ('click', 'reuse') "
            # started, closed by an outcome before the mail went out, and reopened
            "OR EXISTS (SELECT FROM assessments_attempt WHERE step_request_id = r.id AND attention = 'reopened') "
            "OR EXISTS (SELECT FROM references_check WHERE step_request_id = r.id AND attention = 'reopened'))",
            account.connection_id,
        )
        kinds = {"assessment": "assessment invitation"}
        found = {(remote, kinds.get(kind, "check invitation")) for remote, kind in rows}
        missed = self.town.database.patient_rows(
            "SELECT a.remote_id FROM greenhouse_finding f JOIN candidates_application a ON a.id = f.application_id "
            "WHERE a.connection_id = %s AND f.state = 'waiting'",
            account.connection_id,
        )
        for (remote,) in missed:
            found |= {(remote, "assessment invitation"), (remote, "check invitation")}
        # the mail server took it three times without an answer, perhaps without keeping it
        unanswered = self.town.database.patient_rows(
            "SELECT a.remote_id, notifications_email.kind FROM notifications_email "
            "JOIN candidates_application a ON a.id = notifications_email.application_id WHERE a.connection_id = %s "
            f"AND notifications_email.state = 'failed' AND {_UNANSWERED}",
            account.connection_id,
        )
        kinds_of_mails = {
            "assessment.invitation": "assessment invitation",
            "references.invitation": "check invitation",
        }
        return found | {(remote, kinds_of_mails.get(kind, "")) for remote, kind in unanswered}

    def _not_after_rejection(self, account: Account, letters: Sequence[Letter], watch: Watch) -> None:
        by_address = {applicant.email: applicant for applicant in account.applicants}
        for letter in letters:
            one = by_address.get(letter.to)
            if one is None or not letter.kind.endswith("invitation") or UNDONE & set(one.done):
                continue
            handled = watch.rejected.get((account.connection_id, one.application_id))
            if handled is not None and letter.began > handled:
                self.found.breach(
                    f"{account.organisation}: {one.email} got {letter.kind} {letter.began - handled:.1f} s after the "
                    f"rejection had been handled."
                )

    def _repeated(self, letters: Sequence[Letter], trouble: Trouble) -> None:
        """Check that a mail was repeated only if its outcome was unknown."""
        copies: dict[tuple[str, str], list[Letter]] = defaultdict(list)
        for letter in letters:
            copies[letter.message_id, letter.to].append(letter)
        for same in copies.values():
            self.found.counted["mails"] += 1
            for earlier, _ in pairwise(same):
                self.found.counted["mails that came again"] += 1
                doubt = not earlier.answered or any(
                    earlier.began - 1 <= at <= earlier.taken + UNSETTLED for at in trouble.unsettled
                )
                if not doubt:
                    self.found.breach(
                        f"{earlier.to} got {earlier.kind} {earlier.message_id} again without any doubt."
                    )

    def _reminded(self, letters: Sequence[Letter]) -> None:
        first: dict[tuple[str, str, str], float] = {}
        for letter in letters:
            first.setdefault((letter.organisation, letter.to, letter.kind), letter.taken)
        for (organisation, to, kind), at in first.items():
            if not kind.endswith("reminder"):
                continue
            self.found.counted["people reminded"] += 1
            invited = INVITED_BY[kind]
            if first.get((organisation, to, invited), at + 1) > at:
                self.found.breach(f"{organisation}: {to} got {kind} before {invited}.")

    def _separate(self, letters: Sequence[Letter]) -> None:
        """Check that no name appears in the other organisation, which has the same addresses and ids."""
        for letter in letters:
            for other in self.accounts:
                if other.organisation != letter.organisation and (
                    other.last_name in letter.text or other.organisation in letter.subject
                ):
                    self.found.breach(
                        f"{letter.organisation}: a mail to {letter.to} is about {other.organisation}'s people."
                    )
        for account in self.accounts:
            for other in self.accounts:
                if account is not other and other.last_name in self._all_notes(account):
                    self.found.breach(
                        f"A note in {account.organisation}'s Greenhouse is about {other.organisation}."
                    )

    def _all_notes(self, account: Account) -> str:
        return "\n".join(
            note for applicant in account.applicants for note in account.notes(applicant.candidate_id)
        )

    # --- notes and answers --------------------------------------------------------------------------------------

    def _notes(self, account: Account, there: Mapping[int, dict[str, Any]]) -> None:
        """Check that each report version has one note, and each assessment whose end the candidate saw confirmed."""
        finished = {
            one.address
            for one in self.people.participants
            if one.organisation == account.organisation
            and one.kind == "assessment invitation"
            and one.finished
        }
        given_up = self._notes_given_up(account)
        for person in account.applicants:
            notes = account.notes(there[person.application_id]["candidate_id"])
            ours = [body for body in notes if "completed" in body.partition("\n")[0]]
            self.found.counted["notes"] += len(ours)
            markers = Counter(body.strip().rpartition("\n")[2].strip() for body in ours)
            for marker, number in markers.items():
                if number > 1 and not self._shown_double(account, marker):
                    self.found.breach(
                        f"{account.organisation}: {number} notes of {marker} on {person.email}'s feed."
                    )
            noted = person.application_id in given_up or any(
                body.startswith("Assessment for") for body in ours
            )
            if person.email in finished and not noted:
                self.found.breach(f"{account.organisation}: {person.email} finished, and there is no note.")

    def _notes_given_up(self, account: Account) -> set[int]:
        rows = self.town.database.patient_rows(
            "SELECT a.remote_id FROM greenhouse_activityfeednote n JOIN reports_report p ON p.id = n.report_id "
            "JOIN workflow_steprequest r ON r.id = p.step_request_id "
            "JOIN candidates_application a ON a.id = r.application_id "
            "WHERE n.connection_id = %s AND n.state = 'failed'",
            account.connection_id,
        )
        self.found.counted["notes that need a person"] += len(rows)
        return {remote for (remote,) in rows}

    def _shown_double(self, account: Account, marker: str) -> bool:
        """Whether Goodword has found and shows the duplicate (the write landed after its search), or does so in the
        next search that it has planned."""
        end = time.monotonic() + 60
        moved = False
        while time.monotonic() < end:
            rows = self.town.database.patient_rows(
                "SELECT duplicate_remote_ids <> '[]'::jsonb, "
                f"extract(epoch FROM search_duplicates_at - {NOW})::float FROM greenhouse_activityfeednote "
                "WHERE connection_id = %s AND marker = %s",
                account.connection_id,
                marker.rpartition(" ")[2],
            )
            if any(shown for shown, _ in rows):
                self.found.counted["notes doubled and shown"] += 1
                return True
            planned = [seconds for _, seconds in rows if seconds is not None]
            if not planned and not moved:
                return False
            if not moved:
                Tormentor.move_clock(self.town, max(0.0, *planned) + 1)
                moved = True
            time.sleep(0.3)
        return False

    def _answers(self) -> None:
        """Check that all accepted answers are in the person's own data."""
        for participant in self.people.participants:
            if participant.kind == "assessment invitation" and participant.answers:
                self._answers_of_candidate(participant)
            elif participant.kind == "reference request" and participant.words:
                self._words_of_referee(participant)

    def _answers_of_candidate(self, participant: Participant) -> None:
        try:
            data = own_data(self.town.base, participant, self.mail.letters)
        except (StoryFailed, httpx2.HTTPError, TimeoutError) as error:
            self.found.breach(
                f"{participant.organisation}: {participant.address} can't get their data: {error}"
            )
            return
        found = {
            answer["item"]: answer["answer"]
            for attempt in data.get("assessments", [])
            for part in attempt.get("parts", [])
            for answer in part.get("answers", [])
            if "item" in answer
        }
        for number, words in participant.answers.items():
            self.found.counted["answers compared"] += 1
            if found.get(number) not in {words, *participant.delayed[number]}:
                self.found.breach(
                    f"{participant.organisation}: {participant.address} answered {words!r} to number {number}, "
                    f"but their data says {found.get(number)!r}."
                )

    def _words_of_referee(self, participant: Participant) -> None:
        try:
            data = own_data(self.town.base, participant, self.mail.letters)
        except (StoryFailed, httpx2.HTTPError, TimeoutError) as error:
            self.found.breach(
                f"{participant.organisation}: {participant.address} can't get their data: {error}"
            )
            return
        text = json.dumps(data, ensure_ascii=False)
        for words in participant.words:
            self.found.counted["answers compared"] += 1
            if words not in text:
                self.found.breach(
                    f"{participant.organisation}: {participant.address} wrote {words!r}, which their data lacks."
                )
        if participant.finished and '"answered"' not in text:
            self.found.breach(
                f"{participant.organisation}: the reference of {participant.address} was accepted, but isn't there."
            )

    def _portals(self, everywhere: Mapping[str, Mapping[int, dict[str, Any]]]) -> None:
        """Check that a candidate's link is closed if and only if Greenhouse has rejected or hired them.

        Those who finished or declined are exempt; they may not have seen the page that says so.
        """
        for participant in self.people.participants:
            if participant.kind != "assessment invitation" or participant.finished or participant.declined:
                continue
            account = next(one for one in self.accounts if one.organisation == participant.organisation)
            person = next(
                (applicant for applicant in account.applicants if applicant.email == participant.address),
                None,
            )
            if person is None or UNDONE & set(person.done):
                continue
            status = everywhere[participant.organisation][person.application_id]["status"]
            with closing(Browser(self.town.base)) as page:
                try:
                    page.open(participant.link)
                except (StoryFailed, httpx2.HTTPError) as error:
                    self.found.breach(
                        f"{participant.organisation}: {participant.address} can't open their page: {error}"
                    )
                    continue
                words = page.text()
            self.found.counted["pages opened"] += 1
            if any(ending in words for ending in ENDINGS):
                continue
            closed = CLOSED in words
            if closed != (status in {"rejected", "hired"}):
                self.found.breach(
                    f"{participant.organisation}: the page of {participant.address}, {status} in Greenhouse, is "
                    f"{'closed' if closed else 'open'}. Acts: {', '.join(person.done)}. {participant.plan}, "
                    f"{len(participant.answers)} answers, {participant.problem or 'no problem'}. "
                    f"The page: {words[:300]}"
                )

    # --- the rest -----------------------------------------------------------------------------------------------

    def _nothing_stuck(self) -> None:
        end = time.monotonic() + 60  # after the clock was moved, the next sign of life takes some seconds
        while (answer := httpx2.get(f"{self.town.base}/readyz", timeout=30)).status_code != 200:
            if time.monotonic() > end:
                self.found.breach(f"/readyz says {answer.text}")
                break
            time.sleep(0.5)
        self._wait_for_mails()
        failed = self.town.database.patient_rows(
            "SELECT 'reaction ' || handler || ': ' || error FROM core_reaction WHERE state = 'failed' "
            "UNION ALL SELECT 'mail ' || kind || ' to ' || to_address || ': ' || last_error FROM notifications_email "
            f"WHERE state = 'sending' OR (state = 'failed' AND NOT ({_UNANSWERED})) "
            "UNION ALL SELECT 'report ' || id FROM reports_report WHERE state = 'failed'"
        )
        for (what,) in failed:
            self.found.breach(f"Left over: {what}")
        [(number,)] = self.town.database.patient_rows(
            f"SELECT count(*) FROM notifications_email WHERE state = 'failed' AND {_UNANSWERED}"
        )
        self.found.counted["mails that need a person"] += number

    def _no_unhandled_errors(self) -> None:
        """Requests that meet an outage are answered with 503."""
        for line in self.town.log.read_text(errors="replace").splitlines():
            if " Internal Server Error: " in line:
                self.found.breach(line)

    def _wait_for_mails(self) -> None:
        """A periodic job may be sending one at this moment, for example the digest."""
        sending = "SELECT 1 FROM notifications_email WHERE state = 'sending'"
        end = time.monotonic() + 60
        while self.town.database.patient_rows(sending) and time.monotonic() < end:
            time.sleep(0.3)


def _is_json(body: str) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def still_working(town: Town, accounts: Sequence[Account], people: People) -> Iterator[str]:
    """Yields each kind of work that is still due or running."""
    if not answers(f"{town.base}/healthz"):  # killed at the end, it may still be starting
        yield "the start of the web server"
    if not people.idle():
        yield "people"
    for name, statement in WORK.items():
        [(number,)] = town.database.rows(statement)
        if number:
            yield f"{number} {name}"
    for account in accounts:
        if not account.idle():
            yield f"{account.organisation}'s Greenhouse"


#: Goodword's current time in SQL
NOW: LiteralString = (
    """(now() + coalesce((SELECT "offset" FROM core_clockoffset WHERE id = 1), interval '0'))"""
)
#: work that is due or running
WORK: Mapping[str, LiteralString] = {
    # a delivery waits for earlier ones of its application
    "deliveries": (
        f"SELECT count(*) FROM greenhouse_delivery one WHERE state = 'received' AND not_before <= {NOW} AND NOT EXISTS "
        "(SELECT FROM greenhouse_delivery earlier WHERE earlier.state = 'received' AND earlier.id < one.id "
        "AND (earlier.connection_id, earlier.remote_application_id) = (one.connection_id, one.remote_application_id) "
        f"AND earlier.not_before > {NOW})"
    ),
    "reactions": (
        f"SELECT count(*) FROM core_reaction WHERE state = 'waiting' AND coalesce(not_before, {NOW}) <= {NOW}"
    ),
    # while the mail server counts as down, one mail probes it and the others wait
    "mails": (
        f"SELECT count(*) FROM notifications_email WHERE state = 'queued' AND not_before <= {NOW} AND NOT EXISTS "
        f"(SELECT FROM notifications_mailservice WHERE greatest(probe_at, probing_until) > {NOW})"
    ),
    "notes": f"SELECT count(*) FROM greenhouse_activityfeednote WHERE state = 'queued' AND not_before <= {NOW}",
    "reports": (
        f"SELECT count(*) FROM reports_report WHERE state = 'building' AND coalesce(try_again_at, {NOW}) <= {NOW}"
    ),
    "jobs": (
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' "
        "OR (status = 'todo' AND coalesce(scheduled_at, now()) <= now())"
    ),
}
#: when waiting work becomes due, or a dead worker's work is taken over
LATER: Sequence[LiteralString] = (
    "SELECT min(not_before) FROM greenhouse_delivery WHERE state = 'received'",
    "SELECT min(not_before) FROM core_reaction WHERE state = 'waiting'",
    f"SELECT min(not_before) FROM notifications_email WHERE state = 'queued' AND not_before > {NOW}",
    "SELECT greatest(probe_at, probing_until) FROM notifications_mailservice WHERE down_since IS NOT NULL LIMIT 1",
    (
        "SELECT min(coalesce(handed_over_at + interval '20 minutes', claimed_at + interval '5 minutes')) "
        "FROM notifications_email WHERE state = 'sending'"
    ),
    "SELECT min(not_before) FROM greenhouse_activityfeednote WHERE state = 'queued'",
    "SELECT min(claimed_at) + interval '5 minutes' FROM greenhouse_activityfeednote WHERE state = 'sending'",
    "SELECT min(try_again_at) FROM reports_report WHERE state = 'building'",
    (
        "SELECT min(CASE WHEN lease_until = started_at THEN started_at + interval '15 minutes' "
        "WHEN resume = '{}' THEN lease_until ELSE lease_until + interval '6 hours' END) "
        "FROM greenhouse_reconciliation WHERE state = 'running' AND NOT EXISTS (SELECT FROM procrastinate_jobs "
        "WHERE task_name = 'greenhouse.reconciliation.run' AND status IN ('todo', 'doing'))"
    ),
)


def seconds_until_later(town: Town) -> float | None:
    """Seconds by Goodword's clock until the first of these; None if there is none."""
    found = []
    for statement in LATER:
        [(seconds,)] = town.database.rows(f"SELECT extract(epoch FROM ({statement}) - {NOW})::float")
        if seconds is not None:
            found.append(max(0.0, float(seconds)))
    return min(found, default=None)


Say = Callable[[str], None]
