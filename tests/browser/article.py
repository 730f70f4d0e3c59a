"""The article that Goodword implements, click by click, with the sandbox as Greenhouse."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from goodword.demo.greenhouse import V3_CATEGORIES
from goodword.demo.world import ADMIN_EMAIL, Ports, World, world
from tests.browser.looking import Looker
from tests.demo.programs import wait_for
from tests.support import database

SEVEN = (
    "Applications",
    "Candidates",
    "Activity Feed",
    "Jobs",
    "Job Posts",
    "Job Stages",
    "Rejection Reasons",
)
WEBHOOKS = (
    ("candidate_stage_change", "Goodword Candidate Stage Change", "Candidate has changed stage"),
    ("hire_candidate", "Goodword Candidate Hired", "Candidate has been hired"),
    ("reject_candidate", "Goodword Candidate Rejected", "Candidate or Prospect has been rejected"),
    (
        "new_candidate_application",
        "Goodword Candidate Has Submitted Application",
        "Candidate has submitted application",
    ),
)
#: waits until the page has scrolled to the next question and takes taps again (tap.js: after 150 ms, and 200 ms later)
_AT_REST = "() => new Promise(done => setTimeout(() => setTimeout(done, 210), 160))"
JOB = "Senior Account Manager"
CANDIDATE = "Amélie Dubois"
ADDRESS = "amelie.dubois@mail.example"
REFEREES = (("Kwame Mensah", "kwame@brightworks.example"), ("Ingrid Dahl", "ingrid@brightworks.example"))


def desk(browser: Browser, looker: Looker) -> BrowserContext:
    """The recruiter's browser with clipboard access."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    looker.watch(context)
    return context


def phone(browser: Browser, looker: Looker) -> BrowserContext:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    looker.watch(context)
    return context


def walk(browser: Browser, data: Path) -> None:
    """From the API key to the report, with all real programs, a fresh installation and Harvest v3. The recruiter uses
    a desktop; the candidate and referees use a phone.
    """
    database.copy_migrated(data)
    looker = Looker()
    with world(data=data, ports=Ports.named_or_free(), built=database.CACHE / "built") as running:
        _walk(running, desk(browser, looker), phone(browser, looker), looker)
    assert looker.wrong == {}
    assert looker.complaints == []


def _walk(running: World, at_desk: BrowserContext, on_phone: BrowserContext, looker: Looker) -> None:
    greenhouse = at_desk.new_page()
    credential = create_a_credential(greenhouse, running.sandbox_url, "v3", looker)
    goodword = at_desk.new_page()
    add_the_api_key(goodword, running, credential, looker)
    create_the_webhooks(greenhouse, goodword, running, looker)
    connect_a_role(goodword, running, looker)

    profile = apply_and_move(greenhouse, running.sandbox_url, "Assessment", looker)
    take_the_assessment_by_keyboard(on_phone.new_page(), running, looker)
    see_the_progress(goodword, running, looker)

    greenhouse.bring_to_front()
    greenhouse.goto(profile)
    move(greenhouse, "Reference Check")
    name_referees(on_phone.new_page(), running, looker)
    answer_as_a_referee(on_phone.new_page(), REFEREES[0], running, looker)
    review_the_first_answer(goodword, running, looker)
    answer_as_a_referee(on_phone.new_page(), REFEREES[1], running, None)
    open_the_report_from_the_activity_feed(greenhouse, profile, looker)


# --- Create a Harvest API key --------------------------------------------------------------------------------------


def create_a_credential(page: Page, sandbox_url: str, api: str, looker: Looker) -> dict[str, str]:
    """Create New Credential, copy it, *select all* in the article's seven categories, Save. Returns the dialog's
    values.
    """
    page.goto(sandbox_url)
    looker.look(page, "sandbox jobs")
    for words in ("Configure", "Dev Center", "API Credential Management", "Create New Credential"):
        page.get_by_role("link", name=words, exact=True).click()
    page.get_by_label("API Type").select_option("Harvest" if api == "v1" else "Harvest V3 (OAuth)")
    page.get_by_label("Partner").fill("Goodword")
    page.get_by_label("Description").fill("Goodword Harvest API key")
    looker.look(page, "sandbox new credential")
    page.get_by_role("button", name="Create").click()
    labels = ["API key"] if api == "v1" else ["Client ID", "Client secret"]
    credential = {label: _copied(page, label) for label in labels}
    looker.look(page, "sandbox credential created")
    page.get_by_role("link", name="Manage Permissions").click()
    for category in SEVEN if api == "v1" else V3_CATEGORIES:
        page.get_by_label(f"Select all of {category}", exact=True).check()
    looker.look(page, "sandbox permissions")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    return credential


# --- Add your API key to Goodword ----------------------------------------------------------------------------------


def add_the_api_key(page: Page, running: World, credential: dict[str, str], looker: Looker) -> None:
    """Sign in, click the logo, Settings, Integrations, Greenhouse, paste, Set. Check the card with its date."""
    page.goto(running.goodword_url)
    looker.look(page, "sign in")
    page.get_by_label("E-mail").fill(ADMIN_EMAIL)
    page.get_by_label("Password", exact=True).fill(running.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    looker.look(page, "home")
    open_roles(page, running)
    looker.look(page, "no roles yet")
    page.locator(".rail__organisation summary").click()
    looker.look(page, "menu of the organisation", within=".rail__organisation")
    page.locator(".rail__organisation").get_by_role("link", name="Settings").click()
    looker.look(page, "settings")
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Integrations").click()
    expect(page.get_by_role("heading", name="Automate in Goodword (Pull Integration)")).to_be_visible()
    looker.look(page, "integrations before")
    page.get_by_role("link", name="Greenhouse", exact=True).click()
    dialog = page.get_by_role("dialog", name="Set Greenhouse API key")
    expect(dialog).to_be_visible()
    looker.look(page, "dialog v3")
    dialog.get_by_role("link", name="Harvest API key").click()
    expect(dialog.get_by_label("API key")).to_be_visible()
    looker.look(page, "dialog v1")
    dialog.get_by_role("link", name="Harvest v3 (OAuth)").click()
    expect(dialog.get_by_label("Client ID")).to_be_visible()
    for label, value in credential.items():
        dialog.get_by_label(label).fill(value)
    dialog.get_by_role("button", name="Set", exact=True).click()

    card = page.locator("section[aria-labelledby^=greenhouse-]")
    expect(card).to_contain_text("Active")
    today = datetime.now(ZoneInfo("Europe/Berlin"))
    expect(card).to_contain_text(f"connected {today.strftime('%a')} {today.day} {today.strftime('%b')}")
    looker.look(page, "integrations connected")


# --- Create webhooks and complete setup ----------------------------------------------------------------------------


def create_the_webhooks(greenhouse: Page, goodword: Page, running: World, looker: Looker) -> None:
    """Open the webhooks page with "?", copy, create four webhooks; each line turns green while the page is open."""
    goodword.get_by_role("link", name="Endpoint URL and Secret key").click()
    expect(goodword.get_by_role("heading", level=1)).to_have_text("Webhooks")
    looker.look(goodword, "webhooks")
    lights = create_four_webhooks(greenhouse, goodword, running.sandbox_url, looker)
    see_them_turn_live(goodword, lights)
    expect(goodword.get_by_text("4 of 4 live.")).to_be_visible()
    looker.look(goodword, "webhooks live")
    greenhouse.bring_to_front()
    looker.look(greenhouse, "sandbox webhooks")


def create_four_webhooks(
    greenhouse: Page, goodword: Page, sandbox_url: str, looker: Looker | None = None
) -> list[Locator]:
    """Create the webhooks with the URL and secret key from Goodword's page. Returns their states on that page."""
    copied = [_copied(goodword, words) for words in ("Endpoint URL", "Secret key")]
    assert copied[0].startswith(f"{goodword.evaluate('location.origin')}/hooks/greenhouse/")
    lights = {action: goodword.locator(f"[id^=hook-][id$=-{action}]") for action, _, _ in WEBHOOKS}
    greenhouse.bring_to_front()  # browsers throttle background pages
    for action, name, when in WEBHOOKS:
        expect(lights[action]).to_contain_text("Not yet")
        greenhouse.goto(sandbox_url)
        for words in ("Configure", "Dev Center", "Web Hooks", "Create New Web Hook"):
            greenhouse.get_by_role("link", name=words, exact=True).click()
        greenhouse.get_by_label("Name").fill(name)
        greenhouse.get_by_label("When").select_option(when)
        greenhouse.get_by_label("Endpoint URL").fill(copied[0])
        greenhouse.get_by_label("Secret key").fill(copied[1])
        if looker and action == WEBHOOKS[0][0]:
            looker.look(greenhouse, "sandbox new webhook")
        greenhouse.get_by_role("button", name="Create Webhook").click()
        expect(greenhouse.get_by_text("enabled").first).to_be_visible()
    return list(lights.values())


def see_them_turn_live(goodword: Page, lights: list[Locator]) -> None:
    goodword.bring_to_front()
    for light in lights:
        expect(light).to_contain_text("Live", timeout=15_000)


def _copied(page: Page, words: str) -> str:
    page.get_by_role("button", name=f"Copy {words}").first.click()
    expect(page.get_by_role("button", name=f"Copied {words}").first).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))


# --- Connect a role to Greenhouse Recruiting -----------------------------------------------------------------------


def open_roles(page: Page, running: World) -> None:
    page.goto(running.goodword_url)
    page.locator("nav").get_by_role("link", name="Roles", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Roles")


def connect_a_role(page: Page, running: World, looker: Looker) -> None:
    """A role, ⋯ > Manage ATS automation, the job, Next, the stages, review, Confirm."""
    page.bring_to_front()
    open_roles(page, running)
    page.get_by_role("link", name="New role").first.click()
    page.get_by_label("Title").fill(JOB)
    looker.look(page, "new role")
    page.get_by_role("button", name="Create role").click()
    looker.look(page, "role not linked")
    page.locator("summary[aria-label='More actions']").click()
    page.locator(".menu__box").get_by_role("link", name="Manage ATS automation").click()
    page.get_by_role("searchbox", name="Search Greenhouse jobs").fill(JOB)
    page.keyboard.press("Enter")
    page.wait_for_url("**?q=*")
    looker.look(page, "choose the job")
    page.get_by_role("radio", name=re.compile(JOB)).first.check()
    page.get_by_role("button", name="Next").click()
    for step, stage in (("Assessment", "Assessment"), ("Reference check", "Reference Check")):
        expect(
            page.get_by_role("checkbox", name=f"{stage} → {step}")
        ).to_be_checked()  # offered because the names are equal
    looker.look(page, "connect the stages")
    page.get_by_role("button", name="Next").click()
    looker.look(page, "review the automation")
    page.get_by_label("for this job requirement").fill("Keeps what was agreed with customers.")
    page.get_by_label("Give and take").check()
    page.get_by_label("Planning and order").check()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Assessment → Assessment")).to_be_visible()
    expect(page.get_by_text("Reference Check → Reference check")).to_be_visible()
    looker.look(page, "role linked")


# --- Start an Assessment or Reference Check ------------------------------------------------------------------------


def apply_and_move(page: Page, sandbox_url: str, stage: str, looker: Looker) -> str:
    """Somebody applies and is moved to the stage. Returns the profile's URL."""
    page.bring_to_front()
    page.goto(sandbox_url)
    page.get_by_role("link", name=JOB).first.click()
    looker.look(page, "sandbox job")
    page.get_by_role("link", name="Submit application").click()
    first, last = CANDIDATE.split()
    page.get_by_label("First name").fill(first)
    page.get_by_label("Last name").fill(last)
    page.get_by_label("E-mail").fill(ADDRESS)
    looker.look(page, "sandbox application")
    page.get_by_role("button", name="Submit application").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(CANDIDATE)
    move(page, stage)
    looker.look(page, "sandbox profile")
    return page.url


def move(page: Page, stage: str) -> None:
    """Move the candidate whose profile is open."""
    page.get_by_label("Move stage", exact=True).select_option(stage)
    page.get_by_role("button", name="Move stage").click()
    expect(page.locator("#current-stage")).to_have_text(stage)


def take_the_assessment_by_keyboard(page: Page, running: World, looker: Looker) -> None:
    """From the mail's link to the thank-you page with Tab, 1 to 5, and Enter."""
    page.goto(running.mailbox_url)
    looker.look(page, "mailbox")
    page.goto(link_of(running, to=ADDRESS, subject="assessment"))
    looker.look(page, "assessment first page")
    press_by_keyboard(page, "Start with an example")
    looker.look(page, "assessment practice")
    page.keyboard.press("3")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for number in range(1, 9):
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Work style: {number} of 8")
        page.wait_for_load_state()
        page.keyboard.press(str(1 + number % 5))
        if number == 2:
            expect(page.locator("[data-saved]")).to_have_text("Saved")
            looker.look(page, "assessment statement")
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("All questions answered")
    looker.look(page, "assessment finish")
    press_by_keyboard(page, "Finish")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    looker.look(page, "assessment thanks")


def press_by_keyboard(page: Page, words: str) -> None:
    """Tab to a link or button and press Enter."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText.trim()") == words:
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"“{words}” cannot be reached by Tab on {page.url}")


def see_the_progress(page: Page, running: World, looker: Looker) -> None:
    """On the role page the profile is synced and the step is completed; the candidate's page has the result."""
    page.bring_to_front()
    open_roles(page, running)
    page.get_by_role("link", name=JOB).first.click()
    row = page.get_by_role("row").filter(has_text=CANDIDATE)
    expect(row.locator("[data-label='Assessment']")).to_contain_text("Done")
    expect(row.locator("[data-label='Reference check']")).to_contain_text("Not started")
    looker.look(page, "role with progress")
    row.get_by_role("link", name=CANDIDATE).click()
    expect(page.get_by_role("link", name=ADDRESS)).to_be_visible()
    looker.look(page, "candidate")


# --- References ----------------------------------------------------------------------------------------------------


def name_referees(page: Page, running: World, looker: Looker) -> None:
    """The candidate names two people, reads the e-mails to them, and presses Send."""
    page.goto(link_of(running, to=ADDRESS, subject="references"))
    looker.look(page, "references first page")
    for number, (name, address) in enumerate(REFEREES):
        onward(page, page.get_by_role("link", name=f"Name the {'next' if number else 'first'} referee"))
        page.get_by_label("Their full name").fill(name)
        page.get_by_label("Their e-mail address").fill(address)
        page.get_by_label("Their relationship to you").select_option("Manager" if not number else "Colleague")
        page.get_by_label("Where you worked together").fill("Brightworks")
        page.get_by_label("Your job title there").fill("Account Manager")
        first, last = (
            page.get_by_role("group", name=f"{which} month together") for which in ("First", "Last")
        )
        first.get_by_label("Month").select_option("March")
        first.get_by_label("Year").fill("2021")
        last.get_by_label("Month").select_option("June")
        last.get_by_label("Year").fill("2024")
        page.get_by_label("A personal message to them").fill("Thank you for your time.")
        if not number:
            looker.look(page, "name a referee")
        onward(page, page.get_by_role("button", name="Save"))
    looker.look(page, "both named")
    onward(page, page.get_by_role("link", name="Read and send the e-mails"))
    looker.look(page, "read the mails")
    onward(page, page.get_by_role("button", name="Send"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, you've done your part")
    looker.look(page, "references sent")


def answer_as_a_referee(page: Page, referee: tuple[str, str], running: World, looker: Looker | None) -> None:
    """Read the notice, answer all pages, review, submit."""
    page.goto(link_of(running, to=referee[1], subject="reference"))
    if looker:
        looker.look(page, "referee notice")
    onward(page, page.get_by_role("button", name="Start"))
    seen: set[str] = set()
    for number in range(1, 20):
        shape = page.locator("form :is(fieldset, textarea)").evaluate_all(
            "fields => fields.map(field => field.className).join()"
        )
        if looker and shape not in seen:
            looker.look(page, f"referee page {number}")
        seen.add(shape)
        here = page.url
        buttons = page.get_by_role("button", name=re.compile("^(Save|Confirm all) and"))
        last = buttons.first.inner_text() == "Save and review"
        if page.get_by_role("button", name="Confirm all and continue").count():
            onward(page, page.get_by_role("button", name="Confirm all and continue"))
            continue
        answer_all(page)
        # on pages of ratings, the last tap leads to the next page
        if page.locator("form :is(textarea, input[type=checkbox])").count() or last:
            onward(page, buttons)
        else:
            expect(page).not_to_have_url(here)
            page.wait_for_load_state()
        if last:
            break
    expect(page.get_by_role("heading", level=1)).to_have_text("Review your answers")
    if looker:
        looker.look(page, "referee looks it over")
    onward(page, page.get_by_role("button", name="Submit"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    if looker:
        looker.look(page, "referee thanks")


def onward(page: Page, what: Locator) -> None:
    """Tap the button for the next page and wait for that page."""
    with page.expect_navigation():
        what.tap()


def bring_into_view(question: Locator) -> None:
    """Wait until the page has scrolled after the answer before and takes taps again, then scroll to the question."""
    question.page.evaluate(_AT_REST)
    question.evaluate("question => question.scrollIntoView({block: 'nearest'})")


def answer_all(page: Page) -> None:
    """Answer each group of choices, pick words, and fill in required text areas."""
    for group in page.locator("form fieldset:has(input[type=radio])").all():
        options = group.locator("label:has(input[type=radio])")
        bring_into_view(group)
        options.nth(3 if options.count() >= 5 else 0).tap()
    for group in page.locator("form fieldset:has(input[type=checkbox])").all():
        for number in range(5):  # the built-in questionnaires allow five words
            group.locator("label:has(input[type=checkbox])").nth(number).tap()
    for area in page.locator("form textarea:visible").all():
        if not area.input_value():
            area.fill("Keeps promises, and asks early when something is unclear.")


def review_the_first_answer(page: Page, running: World, looker: Looker) -> None:
    """The review e-mail leads to the answers; the role page counts them."""
    page.bring_to_front()
    page.goto(link_of(running, to="", subject="First reference"))
    expect(page.get_by_text(REFEREES[0][0]).first).to_be_visible()
    looker.look(page, "review")
    open_roles(page, running)
    page.get_by_role("link", name=JOB).first.click()
    row = page.get_by_role("row").filter(has_text=CANDIDATE)
    expect(row.locator("[data-label='Reference check']")).to_contain_text("In progress")
    expect(row.locator("[data-label='Reference check']")).to_contain_text("1/2")


# --- Review the results --------------------------------------------------------------------------------------------


def open_the_report_from_the_activity_feed(page: Page, profile: str, looker: Looker) -> None:
    """The note on the Activity Feed has a link that opens the PDF without a login."""
    page.bring_to_front()
    note = page.locator("li.entry.note").filter(has_text="Reference check for")

    def there() -> bool:
        page.goto(profile)
        return note.count() == 1

    wait_for(there, otherwise=lambda: page.inner_text("main"), seconds=60)
    looker.look(page, "sandbox activity feed")
    link = note.get_by_role("link")
    stranger = httpx2.get(str(link.get_attribute("href")))
    assert (stranger.status_code, stranger.headers["Content-Type"]) == (200, "application/pdf")
    with page.expect_response(lambda response: "/s/" in response.url) as answered:
        link.click()
    assert answered.value.headers["content-type"] == "application/pdf"


def link_of(running: World, *, to: str, subject: str) -> str:
    """The link in the newest such mail; waits for it. `to`: empty for any recipient."""

    def mails() -> list[dict[str, Any]]:
        found = httpx2.get(f"{running.mailbox_url}/messages.json").json()
        return [mail for mail in found if to in {"", mail["to"]} and subject in mail["subject"]]

    wait_for(lambda: mails() != [], otherwise=lambda: f"No mail to {to} about {subject}", seconds=60)
    return str(mails()[-1]["links"][0])
