"""What people do in the story: sign in, connect, map, take the assessment, name referees, answer."""

from collections.abc import Callable
from dataclasses import dataclass

from goodword.demo.story.browser import Browser
from goodword.demo.story.greenhouse import Person
from goodword.demo.world import ADMIN_EMAIL

JOB, POST, REQUISITION = "Senior Account Manager", "Senior Account Manager", ""
#: how many words the questionnaire asks a referee to pick
ADJECTIVES = 5
#: what each referee writes: to a question, and to what could be developed
COMMENTS = (
    (
        "Keeps what was agreed with customers, and asks early when something is unclear.",
        "Takes on too much at times. Saying no earlier would help, and was something we talked about openly.",
    ),
    (
        "When our largest account wanted to leave, she drove there, listened for two hours and brought back a plan.",
        "Her notes in our system were often short. Somebody new to an account had to call her first.",
    ),
)
REQUIREMENT = "Works with several departments at once and keeps what was agreed with customers."


@dataclass(frozen=True, kw_only=True)
class Referee:
    """A referee whom a candidate names."""

    name: str
    email: str
    relationship: str
    company: str


def sign_in(page: Browser, password: str) -> None:
    """Sign in as the admin that createadmin made."""
    page.open("/")
    page.press("Sign in", {"E-mail": ADMIN_EMAIL, "Password": password})
    page.must_say("Roles")


def connect(page: Browser, key: str) -> None:
    """Paste the key, and look at the card."""
    _integrations(page)
    page.must_say("Automate in Goodword (Pull Integration)")
    page.follow("Greenhouse")
    page.must_say("Set Greenhouse API key")
    page.follow("Harvest API key")
    page.press("Set", {"API key": key})
    _integrations(page)
    page.must_say("Active")


def box(page: Browser) -> tuple[str, str]:
    """Endpoint URL and secret key, from the box behind the "?"."""
    _integrations(page)
    return page.value_of("Endpoint URL"), page.value_of("Secret key")


def webhooks_in_place(page: Browser, number: int) -> bool:
    """Whether Goodword's card says that so many of as many webhooks have shown themselves."""
    _integrations(page)
    return page.says(f"{number} of {number} are in place")


def may_write(page: Browser) -> bool:
    """Whether Goodword's card, once a note was written, no longer calls writing untested."""
    _integrations(page)
    return page.says("Active") and not page.says("writing untested")


def inbox_has(page: Browser, state: str, number: int) -> bool:
    """Whether Goodword's inbox lists so many deliveries in this state: received (they wait), handled, failed."""
    _integrations(page)
    page.follow("Webhook deliveries")
    page.open(f"{page.url.split('?')[0]}?state={state}")
    return len(page.page.select("tbody tr")) == number


def make_role(page: Browser, title: str) -> str:
    """Make a role by hand; the address of its page."""
    page.open("/")
    page.follow("New role")
    page.press("Make role", {"Title": title})
    return page.url


def manage_automation(page: Browser, role_url: str, *, job_id: int) -> None:
    """Choose the Greenhouse job and its post, connect both steps to its stages, review, confirm."""
    page.open(role_url)
    page.follow("Manage ATS automation")
    page.choose(str(job_id))
    page.press("Next")
    page.press("Next", {"What requirement of the job does the assessment serve?": REQUIREMENT})
    page.must_say("Assessment")
    page.must_say("Reference")
    page.press("Confirm")


def take_assessment(page: Browser, link: str, *, meanwhile: Callable[[], None]) -> None:
    """Open the link of the invitation, and answer every statement; `meanwhile` comes after ten."""
    page.open(link)
    page.follow("Start with an example")
    page.press("Continue", pick=lambda _, words: words[3])
    for number in range(60):
        if not page.has_button("Next"):
            break
        if number == 10:
            meanwhile()
        page.press("Next", pick=_nth(number * 7))
    page.press("Finish")
    page.must_say("Thank you")


def name_referees(page: Browser, link: str, referees: tuple[Referee, ...], person: Person) -> None:
    """Name the referees, look at the very mail, press Send."""
    page.open(link)
    for number, referee in enumerate(referees):
        page.follow("Name the first referee" if number == 0 else "Name the next referee")
        page.press(
            "Save",
            {
                "Their full name": referee.name,
                "Their e-mail address": referee.email,
                "Their relationship to you": referee.relationship,
                "Where you worked together": referee.company,
                "Your own job title there": "Account Manager",
                "First month together / Month": "March",
                "First month together / Year": "2021",
                "Last month together / Month": "June",
                "Last month together / Year": "2024",
                "A personal message to them": "I hope you are well, and thank you for your help.",
            },
        )
    page.follow("Read and send the e-mails")
    page.must_say(referees[0].email)
    page.must_say(person.name)
    page.press("Send")


def give_reference(page: Browser, link: str, *, referee: int) -> None:
    """Read the notice, answer page by page, look it over, submit; the second `referee` (1) sees things otherwise."""
    page.open(link)
    page.press("Start")
    for number in range(30):
        words = next((w for w in ("Save and continue", "Save and review") if page.has_button(w)), "")
        if not words:
            break
        picked = page.to_tick()[referee :: len(COMMENTS)][:ADJECTIVES]
        page.press(
            words,
            {"": picked} if picked else {},
            pick=_kindly(number, referee),
            text=_comment(COMMENTS[referee % len(COMMENTS)]),
        )
    page.press("Submit")
    page.must_say("Thank you")


def _nth(number: int) -> Callable[[str, list[str]], str]:
    """Answers every question with the option of this number, counted round."""
    return lambda _, options: options[number % len(options)]


def _kindly(number: int, referee: int) -> Callable[[str, list[str]], str]:
    """A rating in the upper half, and what the candidate stated confirmed."""
    return lambda _, options: options[2 + (number + referee * 2) % 3] if len(options) >= 5 else options[0]


def _comment(said: tuple[str, str]) -> Callable[[str], str]:
    """What one referee writes: of what the candidate could develop, and to everything else."""
    return lambda question: said[1] if "develop" in question else said[0]


def _integrations(page: Browser) -> None:
    page.open("/")
    page.follow("Settings")
    if not page.url.rstrip("/").endswith("integrations"):
        page.follow("Integrations")
