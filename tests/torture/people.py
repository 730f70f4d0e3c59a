"""Candidates and referees who answer by HTTP and retry when a page fails."""

import json
import random
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2
from httpx2 import Response

from goodword.demo.browser import Browser, StoryFailed, text_of
from tests.torture.mail import Letter, MailServer

#: seconds before somebody gives up, and between two tries
PATIENCE, PAUSE = 90.0, 0.4
#: reactions to an invitation with their weights
IGNORES = "ignores it"
PLANS = {"answers": 50, "leaves halfway": 20, IGNORES: 22, "declines": 8}
#: on the pages after declining
DECLINED = ("You've declined", "Thank you for telling us")
THREADS = 3
_NUMBER = re.compile(r"/item/(\d+)/")


@dataclass(kw_only=True)
class Participant:
    """What one person did, and the answers that pages accepted."""

    organisation: str
    address: str
    kind: str
    link: str
    plan: str
    #: assessment: the chosen option's text by statement number
    answers: dict[int, str] = field(default_factory=dict)
    #: choices in forms that the server may still process after later ones: it was slow or cut off
    delayed: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    #: reference: texts that are unique to one answer
    words: list[str] = field(default_factory=list)
    #: saw the thank-you page
    finished: bool = False
    declined: bool = False
    #: start of the page on which they got stuck
    problem: str = ""


class Patient(Browser):
    """A browser that notes whether a form was accepted, even if the next page fails to load."""

    def __init__(self, base: str) -> None:
        super().__init__(base)
        self.accepted_to = ""

    def try_follow(self, *starts: str) -> bool:
        """Follow the first link whose text starts with one of these. Returns False if there is none."""
        for link in self.page.find_all("a"):
            if text_of(link).startswith(starts):
                self.open(str(link["href"]))
                return True
        return False

    def _load(self, response: Response) -> None:
        posted = response.request.method == "POST" and response.is_redirect
        self.accepted_to = response.headers["Location"] if posted else ""
        super()._load(response)


class Stuck(Exception):
    """The person gave up."""


class People:
    """Threads that act as candidates and referees: they read the mails and answer."""

    def __init__(self, *, base: str, mail: MailServer, seed: int, referees: bool, hosts: bool) -> None:
        self.base, self.mail, self.seed, self.referees = base, mail, seed, referees
        #: whether a connection may break while the server lives on
        self.hosts = hosts
        self.participants: list[Participant] = []
        self.problems: list[str] = []
        self.requests: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._next = 0
        self._known: set[tuple[str, str, str]] = set()
        self._over = threading.Event()
        self._busy = 0
        self._late = False
        self._threads = [
            threading.Thread(target=self._run, name=f"person {n}", daemon=True) for n in range(THREADS)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def begin_no_more(self) -> None:
        """Let those who have started finish; nobody else starts."""
        self._late = True

    def idle(self) -> bool:
        with self._lock:
            return self._busy == 0 and self._next >= len(self.mail.letters())

    def _take(self) -> Participant | None:
        """The next mail to a new recipient."""
        with self._lock:
            letters = self.mail.letters()
            while self._next < len(letters):
                letter = letters[self._next]
                self._next += 1
                who = (letter.organisation, letter.to, letter.kind)
                if letter.kind not in HANDLED or not letter.links or who in self._known:
                    continue
                self._known.add(who)
                participant = Participant(
                    organisation=letter.organisation,
                    address=letter.to,
                    kind=letter.kind,
                    link=letter.links[0],
                    plan=IGNORES if self._late else self._plan(letter),
                )
                self.participants.append(participant)
                self._busy += 1
                return participant
        return None

    def _plan(self, letter: Letter) -> str:
        if letter.kind == "reference request" and not self.referees:
            return IGNORES
        chance = random.Random(f"{self.seed} {letter.organisation} {letter.to} {letter.kind}")
        return chance.choices(list(PLANS), list(PLANS.values()))[0]

    def _run(self) -> None:
        while not self._over.is_set():
            participant = self._take()
            if participant is None:
                time.sleep(0.2)
                continue
            try:
                self._answer(participant)
            except Exception as error:  # noqa: BLE001 - other people must go on
                who = f"{participant.organisation}: {participant.address} ({participant.kind})"
                with self._lock:
                    self.problems.append(f"{who}: {type(error).__name__}: {error}")
            finally:
                with self._lock:
                    self._busy -= 1

    def _answer(self, participant: Participant) -> None:
        if participant.plan == IGNORES:
            return
        with closing(Patient(self.base)) as page, suppress(Stuck):
            HANDLED[participant.kind](self, page, participant)

    def patiently(self, act: Callable[[], bool]) -> None:
        """Repeat `act` until it returns true. `act` opens its link first, so it can be repeated at any point."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self.requests["tries"] += 1
                if act():
                    return
            except (StoryFailed, httpx2.HTTPError) as error:
                self.requests["failed"] += 1
                self.requests[f"failed with {type(error).__name__}"] += 1
                last = error
                time.sleep(PAUSE)
                if time.monotonic() > end:
                    raise Stuck(str(last)) from last
            if time.monotonic() > end + PATIENCE:
                raise Stuck("Too many steps.")

    # --- the assessment -----------------------------------------------------------------------------------------

    def assess(self, page: Patient, participant: Participant) -> None:
        chance = random.Random(f"{self.seed} {participant.organisation} {participant.address} answers")
        stop_at = chance.randint(2, 12) if participant.plan == "leaves halfway" else 1000

        def on() -> bool:
            page.open(participant.link)
            return self._from_overview(page, participant, chance, stop_at)

        self.patiently(on)

    def _from_overview(
        self, page: Patient, participant: Participant, chance: random.Random, stop_at: int
    ) -> bool:
        if "/assessment/" not in page.url:
            participant.problem = page.text()[:120]
            return True  # closed
        if page.says("Thank you"):
            participant.finished = True
            return True
        if participant.plan == "declines":
            return _decline(page, participant)
        if not page.try_follow("Start", "Continue"):
            participant.problem = page.text()[:120]
            return True
        while not page.says("Thank you"):
            if len(participant.answers) >= stop_at:
                return True
            if not self._next_page(page, participant, chance):
                return False
        participant.finished = True
        return True

    def _next_page(self, page: Patient, participant: Participant, chance: random.Random) -> bool:
        """Returns False to start again from the link."""
        if page.has_button("Finish"):
            if not page.try_follow("Answer number"):
                page.press("Finish")
            return True
        number = _NUMBER.search(page.url)
        if number is None and page.has_button("Continue"):
            page.press("Continue", pick=lambda _, words: words[3])
            return True
        if number is None or not page.has_button("Next"):
            return False
        chosen: list[str] = []

        def pick(_: str, words: list[str]) -> str:
            chosen.append(chance.choice(words))
            return chosen[-1]

        # an earlier try may have saved an answer; choose again
        for radio in page.page.find_all("input", type="radio"):
            del radio["checked"]
        page.accepted_to = ""
        try:
            page.press("Next", pick=pick)
        except httpx2.TransportError as error:
            if chosen and not page.accepted_to and (self.hosts or isinstance(error, httpx2.ReadTimeout)):
                participant.delayed[int(number[1])].add(chosen[-1])
            raise
        finally:
            # a redirect to an item or the end means saved; without a response nobody knows
            if chosen and ("/item/" in page.accepted_to or "/finish/" in page.accepted_to):
                participant.answers[int(number[1])] = chosen[-1]
            elif chosen:
                participant.answers.pop(int(number[1]), None)
        return True

    # --- references ---------------------------------------------------------------------------------------------

    def name_referees(self, page: Patient, participant: Participant) -> None:
        def on() -> bool:
            page.open(participant.link)
            if "/references/" not in page.url and not page.says("referee"):
                participant.problem = page.text()[:120]
                return True
            if participant.plan == "declines":
                return _decline(page, participant)
            if page.try_follow("Name the first referee"):
                page.press("Save", self._referee(participant, 1))
                if participant.plan == "leaves halfway":
                    return True
            if page.try_follow("Name the next referee"):
                page.press("Save", self._referee(participant, 2))
            if not page.try_follow("Read and send the e-mails"):
                participant.problem = page.text()[:120]
                return True
            page.press("Send")
            participant.finished = True
            return True

        self.patiently(on)

    def _referee(self, participant: Participant, number: int) -> dict[str, str]:
        who = participant.address.partition("@")[0]
        return {
            "Their full name": ("Nora Referee", "Otto Referee")[number - 1],
            "Their e-mail address": f"{who}.r{number}@work.example",
            "Their relationship to you": ("Manager", "Colleague")[number - 1],
            "Where you worked together": "Brightworks",
            "Your job title there": "Account Manager",
            "First month together / Month": "March",
            "First month together / Year": "2021",
            "Last month together / Month": "June",
            "Last month together / Year": "2024",
        }

    def give_reference(self, page: Patient, participant: Participant) -> None:
        chance = random.Random(f"{self.seed} {participant.organisation} {participant.address} reference")

        def on() -> bool:
            page.open(participant.link)
            if participant.plan == "declines":
                return _decline(page, participant)
            if page.says("Thank you"):
                participant.finished = True
                return True
            if page.has_button("Start"):
                page.press("Start")
            elif not page.try_follow("Continue"):
                participant.problem = page.text()[:120]
                return True
            for number in range(30):
                words = next((w for w in ("Save and continue", "Save and review") if page.has_button(w)), "")
                if not words:
                    break
                self._save_page(page, participant, chance, words)
                if participant.plan == "leaves halfway" and number == 1:
                    return True
            if not page.has_button("Submit"):
                raise AssertionError(f"{page.url} neither goes on nor submits: {page.text()[:300]}")
            page.press("Submit")
            participant.finished = page.says("Thank you")
            return participant.finished

        self.patiently(on)

    def _save_page(self, page: Patient, participant: Participant, chance: random.Random, words: str) -> None:
        typed: list[str] = []

        def text(_: str) -> str:
            typed.append(f"Kept what was agreed, reference mark {chance.getrandbits(48):x}.")
            return typed[-1]

        labels = page.checkbox_labels()
        picked = chance.sample(labels, min(5, len(labels)))
        page.accepted_to = ""
        try:
            page.press(
                words,
                {"": picked} if picked else {},
                pick=lambda _, options: options[2 + chance.randrange(3)] if len(options) >= 5 else options[0],
                text=text,
            )
        finally:
            if page.accepted_to:
                participant.words += typed


def _decline(page: Patient, participant: Participant) -> bool:
    """Decline, if the page offers that. An earlier try may have done so without getting the response."""
    if any(page.says(words) for words in DECLINED):
        participant.declined = True
        return True
    if page.try_follow("I don't want to", "I'd rather not", "I can't give", "Decline"):
        for words in (
            "I don't want to take part",
            "I don't want to provide references",
            "Send answer",
            "Decline",
        ):
            if page.has_button(words):
                page.press(words)
                participant.declined = True
                return True
    participant.problem = page.text()[:120]
    return True


Handled = Callable[[People, Patient, Participant], None]
HANDLED: dict[str, Handled] = {
    "assessment invitation": People.assess,
    "check invitation": People.name_referees,
    "reference request": People.give_reference,
}


def own_data(base: str, participant: Participant, letters: Callable[[], list[Letter]]) -> dict[str, Any]:
    """Request the person's own data, open the mailed link, and download the file."""
    with closing(Patient(base)) as page:
        before = len(letters())
        page.open(f"{participant.link.rstrip('/')}/data/")
        page.press("E-mail me the link")
        end = time.monotonic() + 120
        while time.monotonic() < end:
            for letter in letters()[before:]:
                mine = (letter.organisation, letter.to) == (participant.organisation, participant.address)
                if mine and any("/d/" in link or "/dr/" in link for link in letter.links):
                    page.open(letter.links[0])
                    page.follow("Download my data")
                    found: dict[str, Any] = json.loads(page.body)
                    return found
            time.sleep(0.2)
    raise TimeoutError(f"No mail with their own data for {participant.address} ({participant.organisation}).")
