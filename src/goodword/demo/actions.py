from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from goodword.demo.browser import Browser
from goodword.demo.greenhouse import DemoPerson
from goodword.demo.world import ADMIN_EMAIL

type Api = Literal["v1", "v3"]

JOB, POST, REQUISITION = "Senior Account Manager", "Senior Account Manager", ""
ADJECTIVES = 5
#: for each referee: the answers to open questions, and to the one on development
COMMENTS = (
    (
        "Keeps promises to customers, and asks early when something is unclear.",
        "Takes on too much at times. Saying no earlier would help, and was something we talked about openly.",
    ),
    (
        "When our largest account wanted to leave, she drove there, listened for two hours and brought back a plan.",
        "Her notes in our system were often short. Somebody new to an account had to call her first.",
    ),
)
REQUIREMENT = "Works with several departments at once and keeps promises to customers."
#: work style scales that measure the requirement
SCALES = ["Give and take", "Planning and order"]


@dataclass(frozen=True, kw_only=True)
class DemoReferee:
    name: str
    email: str
    relationship: str
    company: str


def sign_in(page: Browser, password: str) -> None:
    page.open("/")
    page.press("Sign in", {"E-mail": ADMIN_EMAIL, "Password": password})
    page.must_say("Roles")


def connect_v1(page: Browser, key: str) -> None:
    _open_dialog(page)
    page.follow("Harvest API key")
    _set(page, {"API key": key})


def connect_v3(page: Browser, client_id: str, client_secret: str) -> None:
    _open_dialog(page)
    _set(page, {"Client ID": client_id, "Client secret": client_secret})


def _open_dialog(page: Browser) -> None:
    _integrations(page)
    page.must_say("Automate in Goodword (Pull Integration)")
    page.follow("Greenhouse")
    page.must_say("Set Greenhouse API key")


def _set(page: Browser, values: dict[str, str]) -> None:
    page.press("Set", values)
    _integrations(page)
    page.must_say("Active")


def webhook_settings(page: Browser) -> tuple[str, str]:
    _webhooks(page)
    return page.value_of("Endpoint URL"), page.value_of("Secret key")


def webhooks_live(page: Browser, number: int) -> bool:
    _webhooks(page)
    return page.says(f"{number} of {number} live")


def may_write(page: Browser) -> bool:
    _integrations(page)
    return page.says("Active") and not page.says("writing untested")


def inbox_has(page: Browser, state: str, number: int) -> bool:
    """Whether the inbox lists this many deliveries in the state received (waiting), handled or failed."""
    _integrations(page)
    page.follow("Webhook deliveries")
    page.open(f"{page.url.split('?')[0]}?state={state}")
    return len(page.page.select("tbody tr")) == number


def create_role(page: Browser, title: str) -> str:
    page.open("/")
    page.follow("Roles")
    page.follow("New role")
    page.press("Create role", {"Title": title})
    return page.url


def manage_automation(page: Browser, role_url: str, *, job_id: int) -> None:
    page.open(role_url)
    page.follow("Manage ATS automation")
    page.choose(str(job_id))
    page.press("Next")
    page.press("Next")
    page.must_say("Assessment")
    page.must_say("Reference")
    page.press("Confirm", {"Publish it for this job requirement": REQUIREMENT, "Scales": SCALES})


def take_assessment(page: Browser, link: str, *, meanwhile: Callable[[], None]) -> None:
    """Answer every statement. `meanwhile` is called after four."""
    page.open(link)
    page.follow("Start with an example")
    page.press("Continue", pick=lambda _, words: words[3])
    for number in range(60):
        if not page.has_button("Next"):
            break
        if number == 4:
            meanwhile()
        page.press("Next", pick=_nth(number * 7))
    page.press("Finish")
    page.must_say("Thank you")


def name_referees(page: Browser, link: str, referees: tuple[DemoReferee, ...], person: DemoPerson) -> None:
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
                "Your job title there": "Account Manager",
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
    """Answer all pages and submit. Answers differ by `referee`, 0 or 1."""
    page.open(link)
    page.press("Start")
    for number in range(30):
        words = next((w for w in ("Save and continue", "Save and review") if page.has_button(w)), "")
        if not words:
            break
        picked = page.checkbox_labels()[referee :: len(COMMENTS)][:ADJECTIVES]
        page.press(
            words,
            {"": picked} if picked else {},
            pick=_favourable(number, referee),
            text=_comment(COMMENTS[referee % len(COMMENTS)]),
        )
    page.press("Submit")
    page.must_say("Thank you")


def _nth(number: int) -> Callable[[str, list[str]], str]:
    return lambda _, options: options[number % len(options)]


def _favourable(number: int, referee: int) -> Callable[[str, list[str]], str]:
    """Pick a rating in the upper half, or confirm the candidate's statement."""
    return lambda _, options: options[2 + (number + referee * 2) % 3] if len(options) >= 5 else options[0]


def _comment(answers: tuple[str, str]) -> Callable[[str], str]:
    return lambda question: answers[1] if "develop" in question else answers[0]


def _webhooks(page: Browser) -> None:
    _integrations(page)
    page.follow("Endpoint URL and Secret key")


def _integrations(page: Browser) -> None:
    page.open("/")
    page.follow("Settings")
    if not page.url.rstrip("/").endswith("integrations"):
        page.follow("Integrations")
