"""What a screen reader says about a page: names, descriptions and announcements."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from goodword.assessments.attempts.parts import begin_part
from goodword.core import clock
from tests.assessments.all_kinds import assessment_of_all
from tests.assessments.plans import JUDGEMENT, REASONING, WORK_STYLE, PlannedTest, attempt_of
from tests.assessments.support import application, assigned, token_of
from tests.references.stage import set_up

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_part(page: Page, live_server: object) -> Callable[..., None]:
    """Opens a page of the only part of a new assessment."""

    def open_page(name: str, *args: int, part: PlannedTest) -> None:
        attempt = attempt_of(part, now=clock.now())
        page.goto(f"{live_server}{reverse(name, args=[token_of(attempt, now=clock.now()), 1, *args])}")

    return open_page


def spoken(page: Page) -> dict[str, str]:
    """Role, name and description of the element with the focus."""
    focus = page.evaluate_handle("document.activeElement")
    client = page.context.new_cdp_session(page)
    focus.evaluate("element => element.setAttribute('data-spoken', '')")
    document = client.send("DOM.getDocument")["root"]["nodeId"]
    node = client.send("DOM.querySelector", {"nodeId": document, "selector": "[data-spoken]"})["nodeId"]
    tree = client.send("Accessibility.getPartialAXTree", {"nodeId": node, "fetchRelatives": False})
    found: dict[str, Any] = tree["nodes"][0]
    return {key: found.get(key, {}).get("value", "") for key in ("role", "name", "description")}


def test_a_number_series_is_read_with_commas_when_its_task_gets_the_focus(
    page: Page, open_part: Callable[..., None]
) -> None:
    open_part("portal_assessment_practice", 1, part=REASONING)
    expect(page.locator("[data-item]")).to_be_focused()
    terms = [text.strip("\n,") for text in page.locator(".task__term").all_inner_texts()]
    task = spoken(page)
    assert task["role"] == "group"
    assert [term.strip() for term in task["name"].split(",")] == [*terms[:-1], "then what?"]


def test_the_practice_solution_is_read_when_it_gets_the_focus(
    page: Page, open_part: Callable[..., None]
) -> None:
    open_part("portal_assessment_practice", 1, part=REASONING)
    page.get_by_role("radio").first.press("Space")
    page.get_by_role("button", name="Check").click()
    expect(page.locator("[data-solution]")).to_be_focused()
    said = spoken(page)
    assert said["role"] == "group"
    assert page.locator("#solution").inner_text() == said["name"]


def test_a_situation_is_read_when_it_is_opened(page: Page, open_part: Callable[..., None]) -> None:
    with page.expect_response("**/screens/"):
        open_part("portal_assessment_item", 1, part=JUDGEMENT)
    page.get_by_role("link", name="Skip for now").press("Enter")
    expect(page.locator("[data-situation]")).to_be_focused()
    assert spoken(page)["name"] == page.locator(".situation__text").inner_text()
    expect(page).to_have_title("Situations with customers: 2 of 8 · Acme Bikes")


def test_instructions_before_the_first_question_are_not_skipped(
    page: Page, open_part: Callable[..., None]
) -> None:
    open_part("portal_assessment_practice", 1, part=WORK_STYLE)
    expect(page.locator("[data-item]")).to_be_focused()
    description = spoken(page)["description"]
    assert description.startswith("Think of how you usually are at work.")
    assert description.endswith("For practice only. Nothing is saved.")


def test_the_place_in_a_part_is_read_once(page: Page, open_part: Callable[..., None]) -> None:
    open_part("portal_assessment_item", 1, part=WORK_STYLE)
    assert page.locator("main").aria_snapshot().count("1 of 20") == 1
    expect(page.get_by_role("progressbar")).to_have_count(0)


def test_tasks_without_figures_are_offered_before_the_start_button(
    page: Page, open_part: Callable[..., None]
) -> None:
    open_part("portal_assessment_part", part=REASONING)
    main = page.locator("main").aria_snapshot()
    assert main.index('link "Use tasks without figures instead"') < main.index("Start the clock")
    page.get_by_role("link", name="Use tasks without figures instead").click()
    expect(page.get_by_role("region", name="Tasks with figures").get_by_role("button")).to_be_in_viewport()


def test_the_limit_of_a_file_describes_its_field(page: Page, live_server: object) -> None:
    of = application()
    assert of.role is not None
    assessment_of_all(of.role, kinds=("questions",))
    token = token_of(assigned(of, now=clock.now()), now=clock.now())
    page.goto(f"{live_server}{reverse('portal_assessment_item', args=[token, 1, 4])}")
    expect(page.get_by_label("Your licence, please")).to_have_accessible_description("At most 5 MB.")


def test_the_title_of_a_refused_form_says_that_there_is_an_error(page: Page, live_server: object) -> None:
    page.goto(f"{live_server}{reverse('account_login')}")
    expect(page).to_have_title("Sign in · Goodword")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page).to_have_title("Error: Sign in · Goodword")


@pytest.fixture
def announced(page: Page) -> Callable[[str], None]:
    """Waits until this text has changed in a status or an alert, once."""
    page.add_init_script(
        """window.announced = [];
        addEventListener("DOMContentLoaded", () => {
          const seen = (changes) => changes.forEach(({ target, addedNodes }) => {
            if (!addedNodes.length || !target.closest("[role=status], [role=alert]")) return;
            announced.push(target.textContent.trim());
          });
          new MutationObserver(seen).observe(document.body, { childList: true, subtree: true });
        });"""
    )

    def wait(text: str) -> None:
        page.wait_for_function("text => announced.filter((one) => one === text).length === 1", arg=text)

    return wait


def test_a_notification_is_announced_after_the_page_has_loaded(
    page: Page, live_server: object, announced: Callable[[str], None]
) -> None:
    """A status that is there when the page loads isn't read."""
    page.goto(f"{live_server}/ui/gallery/")
    announced(page.locator("[data-toast][role=status] .notice__text").first.inner_text())


def test_a_sent_request_for_an_adjustment_is_announced(
    page: Page, live_server: object, announced: Callable[[str], None]
) -> None:
    token = token_of(attempt_of(REASONING, now=clock.now()), now=clock.now())
    page.goto(f"{live_server}{reverse('portal_assessment_adjustment', args=[token])}")
    page.get_by_label("50% extra time").check()
    page.get_by_role("button", name="Send request").click()
    announced("Your request is with Rita Recruiter")


def test_a_polled_count_is_announced_only_when_it_changes(page: Page, live_server: object) -> None:
    page.goto(f"{live_server}/ui/gallery/")
    replaced = page.evaluate(
        """() => {
          document.body.insertAdjacentHTML("beforeend", "<div id=polling></div><p role=status id=count>1 of 4</p>");
          return ["1 of 4", "2 of 4"].map((text) => {
            const before = document.querySelector("#count");
            const page = `<p role=status id=count hx-swap-oob=true>${text}</p>`;
            window.htmx.swap(document.querySelector("#polling"), page, { swapStyle: "none" });
            return document.querySelector("#count") !== before;
          });
        }"""
    )
    assert replaced == [False, True]
    expect(page.locator("#count")).to_have_text("2 of 4")


@pytest.mark.parametrize("kind", ["untimed", "timed", "reference"])
def test_only_the_outcome_of_saving_is_announced(page: Page, live_server: object, kind: str) -> None:
    if kind == "reference":
        page.goto(f"{live_server}{set_up(now=clock.now()).referee_path}questions/3/")
    else:
        attempt = attempt_of(REASONING if kind == "timed" else WORK_STYLE, now=clock.now())
        begin_part(attempt_id=attempt.pk, order=1, device="computer", now=clock.now())
        token = token_of(attempt, now=clock.now())
        page.goto(f"{live_server}{reverse('portal_assessment_item', args=[token, 1, 1])}")
    page.wait_for_load_state()
    page.evaluate(
        """() => {
          window.spoken = [];
          const line = document.querySelector("[data-saved]");
          const seen = () => line.ariaLive !== "off" && spoken.push(line.textContent);
          new MutationObserver(seen).observe(line, { childList: true });
        }"""
    )
    page.get_by_role("radio").first.press("Space")
    expect(page.locator("[data-saved]")).to_have_text("Saved")
    assert page.evaluate("spoken") == ["Saved"]


def test_the_end_of_polling_is_announced(
    page: Page, live_server: object, announced: Callable[[str], None]
) -> None:
    """The status is replaced by another, which isn't read."""
    done = "<div id=end role=status data-announce><p class=notice__text>The note is in Greenhouse</p></div>"
    page.route("**/poll/", lambda route: route.fulfill(body=done, content_type="text/html"))
    page.goto(f"{live_server}/ui/gallery/")
    page.evaluate(
        """() => {
          const poll = '<div id=end role=status data-announce hx-get=/poll/ hx-trigger=load hx-swap=outerHTML></div>';
          document.body.insertAdjacentHTML("beforeend", poll);
          window.htmx.process(document.querySelector("#end"));
        }"""
    )
    announced("The note is in Greenhouse")


def test_the_title_of_a_referees_page_says_who_it_is_about(page: Page, live_server: object) -> None:
    stage = set_up(now=clock.now())
    page.goto(f"{live_server}{stage.referee_path}questions/3/")
    about = stage.request.check_run.step_request.application.candidate.name
    expect(page).to_have_title(f"About {about}, page 3 of 6 · Acme Bikes")
