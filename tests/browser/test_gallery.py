"""The component gallery: axe, no sideways scrolling, content security policy, JavaScript behaviour."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from goodword.ui.gallery import LAYOUTS
from tests.browser.conftest import violations
from tests.browser.looking import WIDTHS, Looker

pytestmark = pytest.mark.browser

PAGES = ["", *[f"{name}/" for name in LAYOUTS]]


@pytest.fixture
def gallery(live_server: object, page: Page) -> Callable[[str], Page]:
    """Opens a page of the gallery."""

    def opened(path: str = "") -> Page:
        page.goto(f"{live_server}/ui/gallery/{path}")
        return page

    return opened


@contextmanager
def window(browser: Browser, width: int, *, scripts: bool = True) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    try:
        yield context.new_page()
    finally:
        context.close()


def test_no_page_fails_axe_or_scrolls_sideways(browser: Browser, live_server: object) -> None:
    """With all rules at each width, since the gallery has all components and layouts."""
    looker = Looker(*WIDTHS)
    with window(browser, WIDTHS[0]) as page:
        looker.watch(page.context)
        for path in PAGES:
            page.goto(f"{live_server}/ui/gallery/{path}")
            looker.look(page, path, all_rules=True)
    assert (looker.wrong, looker.complaints) == ({}, [])


def test_a_form_with_errors_passes_axe_and_focuses_the_summary(gallery: Callable[[str], Page]) -> None:
    page = gallery("")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert violations(page) == []
    page.get_by_role("link", name="Email address: This field is required.").or_(
        page.get_by_role("link", name="E-mail address: This field is required.")
    ).click()
    expect(page.get_by_label("E-mail address")).to_be_focused()


def test_a_dialog_opens_closes_and_gives_focus_back(gallery: Callable[[str], Page]) -> None:
    page = gallery("")
    opener = page.get_by_role("button", name="Open the dialog")
    opener.click()
    dialog = page.get_by_role("dialog", name="Set Greenhouse API key")
    expect(dialog).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()


def test_a_menu_opens_by_keyboard_and_closes_on_escape_and_elsewhere(gallery: Callable[[str], Page]) -> None:
    page = gallery("role/")
    button = page.locator("summary[aria-label='More actions']")
    button.focus()
    page.keyboard.press("Enter")
    item = page.get_by_role("link", name="Manage ATS automation")
    expect(item).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(item).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    page.get_by_role("heading", level=1).click()
    expect(item).to_be_hidden()


def test_the_logo_opens_settings_and_sign_out(gallery: Callable[[str], Page]) -> None:
    page = gallery("role/")
    page.locator(".rail__organisation summary").click()
    expect(page.get_by_role("link", name="Settings").first).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_slash_goes_to_the_search_but_not_while_typing(gallery: Callable[[str], Page]) -> None:
    page = gallery("narrow-form/")
    page.keyboard.press("/")
    search = page.locator("[data-search]:visible")
    expect(search).to_be_focused()
    expect(search).to_have_value("")
    page.get_by_label("Name").fill("a")
    page.keyboard.press("/")
    expect(page.get_by_label("Name")).to_have_value("a/")


def test_the_tip_of_a_status_stays_under_the_pointer_and_closes_on_escape(
    gallery: Callable[[str], Page],
) -> None:
    page = gallery("")
    status = page.locator("[data-tip]").first
    tip = status.locator(".progress__tip")
    status.hover()
    expect(tip).to_be_visible()
    tip.hover()
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    page.mouse.move(0, 0)
    status.locator(".progress__mark").focus()
    expect(tip).to_be_visible()


def test_a_long_chip_takes_several_lines(gallery: Callable[[str], Page]) -> None:
    page = gallery("")
    page.set_viewport_size({"width": 320, "height": 640})
    chip = page.locator("a.chip").first
    chip.evaluate("chip => { chip.textContent = '40 tasks in 40 minutes, without figures, in three parts' }")
    box = chip.bounding_box()
    assert box is not None
    assert box["width"] <= 288
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_forced_colours_leave_the_browsers_marks_and_the_current_filter_visible(
    gallery: Callable[[str], Page],
) -> None:
    page = gallery("")
    page.emulate_media(forced_colors="active")

    def style(selector: str, name: str, part: str = "") -> str:
        value = page.locator(selector).first.evaluate(
            "(one, [name, part]) => getComputedStyle(one, part)[name]", [name, part]
        )
        return str(value)

    # a background would be black on black: over the dot of a radio button, or as the arrow of a list
    assert style("input[type=radio]:not(.likert *)", "display", "::before") == "none"
    assert style(".field select", "appearance") == "auto"
    assert style(".chip[aria-current]", "borderTopWidth") == "3px"
    assert style(".tab[aria-current]", "borderBottomColor") != style(
        ".tab:not([aria-current])", "borderBottomColor"
    )


def test_copying_says_so(gallery: Callable[[str], Page]) -> None:
    page = gallery("settings/")
    page.get_by_role("button", name="Copy Secret key").click()
    expect(page.get_by_role("button", name="Copied Secret key")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)


def test_choosing_rows_shows_the_bar_with_their_number(gallery: Callable[[str], Page]) -> None:
    page = gallery("role/")
    bar = page.get_by_role("group", name="Actions for selected rows")
    expect(bar).to_be_hidden()
    every = page.get_by_label("Choose all rows")
    every.check()
    expect(bar).to_contain_text("4 selected")
    page.get_by_label("Choose Amara Okafor").uncheck()
    expect(bar).to_contain_text("3 selected")
    expect(every).to_be_checked(indeterminate=True)
    page.get_by_label("Choose Amara Okafor").check()
    expect(every).to_be_checked()


def test_a_likert_row_is_answered_by_arrow_keys(gallery: Callable[[str], Page]) -> None:
    page = gallery("referee/")
    chosen = page.get_by_role("group", name="Amara finishes").locator("input:checked")
    chosen.focus()
    page.keyboard.press("ArrowLeft")
    assert chosen.get_attribute("value") == "3"


def test_targets_of_portals_are_big_enough_for_thumbs(browser: Browser, live_server: object) -> None:
    with window(browser, 390) as page:
        page.goto(f"{live_server}/ui/gallery/referee/")
        heights = page.locator(".likert__option, .rating__level, .choices__option, .button").evaluate_all(
            "elements => elements.map(element => element.getBoundingClientRect().height)"
        )
    assert [height for height in heights if height < 44] == []


def test_without_scripts_menus_open_and_the_navigation_is_reachable(
    browser: Browser, live_server: object
) -> None:
    with window(browser, 390, scripts=False) as page:
        page.goto(f"{live_server}/ui/gallery/role/")
        page.locator(".rail__fold summary").click()
        expect(page.locator(".rail__sheet").get_by_role("link", name="Candidates")).to_be_visible()
        page.locator(".rail__fold summary").click()  # closes it again
        page.locator("summary[aria-label='More actions']").click()
        expect(page.get_by_role("link", name="Manage ATS automation")).to_be_visible()


def test_no_page_scrolls_sideways_when_narrow_or_enlarged(browser: Browser, live_server: object) -> None:
    widths = (320, 640, 768)  # 320 and 640 are 1280 pixels at 400% and 200%
    wide = {}
    with window(browser, widths[0]) as page:
        for path in PAGES:
            page.goto(f"{live_server}/ui/gallery/{path}")
            for width in widths:
                page.set_viewport_size({"width": width, "height": 900})
                wide[path, width] = page.evaluate("document.documentElement.scrollWidth")
    assert wide == {(path, width): width for path in PAGES for width in widths}


def test_unsaved_answers_are_reported_and_retried(gallery: Callable[[str], Page]) -> None:
    page = gallery("referee/")
    page.clock.install()
    saved = page.locator("[data-saved]")
    page.get_by_label("Not sure").check()
    expect(saved).to_have_attribute("data-state", "saved")
    page.route("**/gallery/saved/", lambda route: route.abort())
    page.get_by_label("Yes").check()
    expect(saved).to_have_text("Not saved yet. Trying again.")
    page.unroute("**/gallery/saved/")
    page.clock.run_for(5_000)
    expect(saved).to_have_text("Saved")
