"""What `Looker` caches and what it checks again."""

import pytest
from playwright.sync_api import Page

from tests.browser.looking import Looker

pytestmark = pytest.mark.browser

PAGE = """
<!doctype html><html lang="en"><head><title>{number}</title>
<style>img {{ display: none }} :checked ~ img {{ display: block }} button {{ width: 40px; height: 40px }}
@media (width > 1000px) {{ button {{ width: 9px; height: 9px; padding: 0 }} }}</style></head>
<body><main><h1>{number} candidates</h1><label for="more">More</label>
<input type="checkbox" id="more"><img src="data:,"><p><button>{number}</button><button>2</button></p>
</main></body></html>
"""


def rules(found: list[str]) -> set[str]:
    return {one.split(": ")[1] for one in found}


def test_a_fault_is_found_in_each_state_on_each_page_at_each_width(page: Page) -> None:
    looker = Looker()
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for number in (1, 22):
            page.set_content(PAGE.format(number=number))
            looker.look(page, f"{number} at {width}")
            page.get_by_label("More").check()
            looker.look(page, f"{number} at {width} with more")
    assert {name: rules(found) for name, found in looker.wrong.items()} == {
        "1 at 390 with more": {"image-alt"},
        "22 at 390 with more": {"image-alt"},
        "1 at 1440": {"target-size"},
        "1 at 1440 with more": {"image-alt", "target-size"},
        "22 at 1440": {"target-size"},
        "22 at 1440 with more": {"image-alt", "target-size"},
    }


TEXTS = """
<!doctype html><html lang="en"><head><title>Texts</title>
<style>body {{ background: white; color: black }} p {{ color: {light} }} section {{ background: {behind} }}
@media (prefers-color-scheme: dark) {{ body {{ background: black; color: white }} p {{ color: {dark} }} }}
</style></head><body><main><h1>Texts</h1><section><p class="{name}">Words</p></section></main></body></html>
"""


def test_the_contrast_of_a_text_is_checked_again_if_a_colour_differs(page: Page) -> None:
    looker = Looker()
    for name, light, dark, behind in (
        ("fine", "#333", "#ccc", "none"),
        ("pale", "#ccc", "#ccc", "none"),
        ("dim", "#333", "#333", "none"),
        ("on-grey", "#333", "#ccc", "#777"),
        ("pale-again", "#ccc", "#ccc", "none"),
    ):
        page.set_content(TEXTS.format(name=name, light=light, dark=dark, behind=behind))
        looker.look(page, name)
    wrong = {name: [one.partition(": p")[0] for one in found] for name, found in looker.wrong.items()}
    assert wrong == {
        "pale": ["light: color-contrast"],
        "dim": ["dark: color-contrast"],
        "on-grey": ["light: color-contrast", "dark: color-contrast"],
        "pale-again": ["light: color-contrast"],
    }


#: only the last text has no gradient, so only its contrast can be determined
MANY = """
<!doctype html><html lang="en"><head><title>Texts</title>
<style>body { background: white } p { color: #777777; position: relative; height: 30px; margin: 0 }
i { position: absolute; inset: 0; background: linear-gradient(white, #eee) }</style></head><body><main><h1>Texts</h1>
<p><i></i>One</p><p><i></i>Two</p><p>Three</p></main></body></html>
"""


def test_all_texts_of_a_style_are_checked_if_the_contrast_of_the_first_is_unknown(page: Page) -> None:
    looker = Looker()
    page.set_content(MANY)
    looker.look(page, "many")
    assert [one.partition(": p")[0] for one in looker.wrong["many"]] == [
        "light: color-contrast",
        "dark: color-contrast",
    ]
