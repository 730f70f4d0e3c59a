"""All question types: axe, touch targets, keyboard, no sideways scrolling."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import WIDTHS, Looker

pytestmark = pytest.mark.browser

PLACES = [
    "Much more like: Plans everything before starting",
    "A little more like: Plans everything before starting",
    "Both equally",
    "A little more like: Starts at once and works out the rest along the way",
    "Much more like: Starts at once and works out the rest along the way",
    "I can't judge this",
]


@pytest.fixture
def questions(live_server: object, page: Page) -> Page:
    page.goto(f"{live_server}/ui/gallery/questions/")
    return page


def test_no_type_fails_axe_or_scrolls_sideways_asked_or_refused(
    browser: Browser, live_server: object
) -> None:
    """With all rules at each width, since the page has all question types."""
    context = browser.new_context(viewport={"width": 320, "height": 900}, reduced_motion="reduce")
    page, looker = context.new_page(), Looker(320, *WIDTHS)
    looker.watch(context)
    page.goto(f"{live_server}/ui/gallery/questions/")
    for state in ("asked", "refused"):
        if state == "refused":
            page.get_by_role("button", name="Check").click()
            expect(page.locator(".error-summary")).to_be_focused()
        looker.look(page, f"questions {state}", all_rules=True)
    assert (looker.wrong, looker.complaints) == ({}, [])
    context.close()


def test_every_target_is_the_size_of_a_thumb(browser: Browser, live_server: object) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(f"{live_server}/ui/gallery/questions/")
    page.get_by_label("The dates were different").check()
    small = page.locator(
        ".likert__option, .rating__level, .choices__option, .between__place, .asked input:not([type=radio], "
        "[type=checkbox]), .asked .field:not(.ranking__field) select, .ranking__move, .asked .field__check, "
        ".asked textarea"
    ).evaluate_all(
        "all => all.filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 44)"
        ".map(one => one.outerHTML.slice(0, 120))"
    )
    assert small == []
    context.close()


def test_a_screen_reader_hears_each_place_with_its_statement(questions: Page) -> None:
    group = questions.get_by_role("group", name="Where would you place Amara Okafor's way of working?")
    heard = [group.get_by_role("radio", name=place, exact=True).count() for place in PLACES]
    assert heard == [1] * 6
    expect(group).to_have_accessible_description("Neither is better; it depends on the work.")


def test_a_screen_reader_hears_the_unit_of_a_number(questions: Page) -> None:
    number = questions.get_by_role("textbox", name="How many people did Amara Okafor lead at any one time?")
    expect(number).to_have_accessible_description("people")


def test_a_figure_chooses_among_the_answers_that_have_the_focus(questions: Page) -> None:
    group = questions.get_by_role("group", name="Where would you place Amara Okafor's way of working?")
    group.get_by_role("radio").first.focus()
    questions.keyboard.press("4")
    expect(group.get_by_role("radio").nth(3)).to_be_checked()
    expect(group.get_by_role("radio").nth(3)).to_be_focused()
    questions.get_by_role("textbox", name="How many people").focus()
    questions.keyboard.press("2")
    expect(questions.get_by_role("textbox", name="How many people")).to_have_value("2")
    expect(group.get_by_role("radio").nth(3)).to_be_checked()


def test_without_scripts_arrows_and_the_pointer_do_the_same(browser: Browser, live_server: object) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 900}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server}/ui/gallery/questions/")
    page.get_by_role("group", name="Amara Okafor says early").get_by_text("Agree", exact=True).click()
    page.keyboard.press("ArrowDown")
    for word in ("Careful", "Curious", "Calm", "Quick"):
        page.get_by_role("checkbox", name=word, exact=True).check()
    page.get_by_role("button", name="Check").click()
    expect(
        page.get_by_role("group", name="Amara Okafor says early").get_by_role("radio", name="Strongly agree")
    ).to_be_checked()
    expect(page.locator("#id_q-words_error")).to_have_text("Error: Choose 1 more (5 in all).")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(4)
    context.close()


def test_a_long_text_shows_the_remaining_characters(questions: Page) -> None:
    text = questions.locator("textarea[data-longest]").first
    longest = int(text.get_attribute("data-longest") or 0)
    count = questions.locator(f"[id='{text.get_attribute('id')}_count']")
    expect(count).to_have_text(f"{longest:,} characters left")
    text.fill("ab\n👍🏽  ")
    expect(count).to_have_text(f"{longest - 5:,} characters left")
    questions.clock.install()
    text.fill("x" * (longest + 1))
    expect(count).to_have_text("1 character too many")
    said = count.locator("+ [aria-live]")
    expect(said).to_have_text("")
    questions.clock.fast_forward(2000)
    expect(said).to_have_text("1 character too many")


def order_of(page: Page) -> list[str]:
    ranking = page.locator("[data-ranking]").first
    ranks = ranking.locator("select").evaluate_all(
        "all => all.map((one) => [one.value, one.labels[0].innerText])"
    )
    return [name.strip() for _, name in sorted(ranks)]


def test_a_ranking_is_ordered_by_keyboard(questions: Page) -> None:
    ranking = questions.locator("[data-ranking]").first
    names = ranking.locator(".ranking__name").all_inner_texts()
    spoken = ranking.aria_snapshot()
    assert [spoken.count(f"text: {name}") for name in names] == [0] * len(names)
    assert ranking.locator("select").evaluate_all("all => all.map((one) => one.value)") == [""] * len(names)
    ranking.locator(".ranking__move--down").first.focus()
    questions.keyboard.press("Enter")
    expect(ranking.get_by_role("status")).to_have_text(f"“{names[0]}” is now number 2 of {len(names)}.")
    questions.keyboard.press("Space")
    moved = [names[1], names[2], names[0], *names[3:]]
    assert ranking.locator(".ranking__name").all_inner_texts() == order_of(questions) == moved
    expect(questions.get_by_role("button", name=f"Move “{names[0]}” down")).to_be_focused()
    for _ in names:
        questions.keyboard.press("Enter")
    assert order_of(questions) == [names[1], names[2], *names[3:], names[0]]


def test_a_ranking_is_ordered_by_dragging(questions: Page) -> None:
    ranking = questions.locator("[data-ranking]").first
    names = ranking.locator(".ranking__name").all_inner_texts()
    grip = ranking.locator(".ranking__grip")
    grip.first.scroll_into_view_if_needed()
    start, end = grip.first.bounding_box(), grip.nth(2).bounding_box()
    assert start is not None
    assert end is not None
    grip.first.click()  # moves nothing, so it answers nothing
    assert ranking.locator("select").evaluate_all("all => all.map((one) => one.value)") == [""] * len(names)
    questions.mouse.move(start["x"] + 10, start["y"] + 10)
    questions.mouse.down()
    questions.mouse.move(end["x"] + 10, end["y"] + end["height"] - 4, steps=12)
    questions.mouse.up()
    assert order_of(questions) == [names[1], names[2], names[0], *names[3:]]


def test_the_order_as_shown_can_be_kept(questions: Page) -> None:
    ranking = questions.locator("[data-ranking]").first
    names = ranking.locator(".ranking__name").all_inner_texts()
    questions.get_by_role("button", name="Keep this order").first.click()
    assert order_of(questions) == names
    expect(questions.get_by_role("button", name="Keep this order").first).to_be_hidden()


def test_without_scripts_a_ranking_has_lists_of_ranks(browser: Browser, live_server: object) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server}/ui/gallery/questions/")
    select = page.locator("[data-ranking] select").first
    expect(select).to_be_visible()
    select.select_option("2")
    expect(page.get_by_text("At most 2,000 characters").first).to_be_visible()


def test_the_error_summary_leads_to_the_rows_of_a_ranking(questions: Page) -> None:
    questions.get_by_role("button", name="Check").click()
    expect(questions.locator(".error-summary")).to_be_focused()
    select = questions.locator("[data-ranking] select").first.get_attribute("id")
    questions.locator(f".error-summary a[href='#{select}']").first.click()
    expect(questions.locator("[data-ranking] .ranking__move").first).to_be_focused()
