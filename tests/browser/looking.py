"""Checks each page of a walk: axe in both colour schemes, sideways scrolling, console errors."""

import fcntl
import hashlib
import io
import itertools
import json
import os
import re
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.browser.conftest import violations

#: axe's rules by scheme (all if empty): dark mode differs only in colours
SCHEMES: dict[Literal["light", "dark"], tuple[str, ...]] = {"light": (), "dark": ("color-contrast",)}
WIDTHS = (390, 1440)
#: rules checked again at other widths, where the layout differs
OF_LAYOUT = ("target-size", "scrollable-region-focusable")
#: screenshots of each page are kept if SCREENSHOTS is set
PICTURES = Path("test-results/article") if os.environ.get("SCREENSHOTS") else None
#: set by `make pictures`: the folder for the screenshots in docs/connect-greenhouse.md
FOR_DOCS = Path(os.environ["DOCS_PICTURES"]) if "DOCS_PICTURES" in os.environ else None
OF_DOCS = {
    "sandbox new credential": "connect-1-credential",
    "dialog v3": "connect-2-key",
    "integrations connected": "connect-3-card",
    "webhooks live": "connect-4-webhooks",
    "connect the stages": "connect-5-stages",
    "review the automation": "connect-6-review",
    "role with progress": "connect-7-role",
    "sandbox activity feed": "connect-8-note",
}
_number = itertools.count(1)

#: the structure and state of a page that matter to axe, without its words, drawings, numbers and tokens
_STATE = r"""
() => {
  const plain = (text) => text.replace(/[\w-]{20,}/g, (word) => (/\d/.test(word) ? "" : word)).replace(/\d+/g, "0");
  const attribute = (all, name, value) => (name === "class" ? all : ` ${name}=${plain(value)}`);
  const html = document.documentElement.outerHTML
    .replace(/<svg\b([^>]*)>(?:(?!<text|<title|<a\b|<svg)[^])*?<\/svg>/g, "<svg$1>")
    .replace(/<[^>]*>|[^<]+/g, (part) =>
      part[0] === "<" ? part.replace(/ ([\w:-]+)="([^"]*)"/g, attribute) : part.trim() && "x",
    );
  const states = [":checked", ":disabled", ":focus", ":invalid", ":popover-open", ":placeholder-shown"];
  const all = [...document.querySelectorAll("*")];
  const those = (state) => state + all.flatMap((one, place) => (one.matches(state) ? [place] : []));
  const root = document.documentElement;
  return [html + states.map(those), those(":hover"), root.scrollWidth - root.clientWidth];
}
"""
#: Chromium's words for a response with 409
_REFUSED = "Failed to load resource: the server responded with a status of 409 (Conflict)"
#: a file for each page state checked in this run, with axe's findings at each width at which it was checked
FOUND = Path(os.environ["TESTS_LOOKED"])


class Looker:
    """Collects problems: assert at the end that `wrong` and `complaints` are empty.

    With several `widths`, each look checks the page at all of them, the present one first, and stays at the last. The
    walk thus continues at alternating widths.
    """

    def __init__(self, *widths: int) -> None:
        self.widths = widths
        self.wrong: dict[str, list[str]] = {}
        self.complaints: list[str] = []

    def watch(self, context: BrowserContext, *, overtaken: str = "") -> None:
        """Collect console errors of this window: script errors and violations of the content security policy.

        `overtaken`: a pattern of addresses of timed items. Next may overtake the saving of the answer that it carries
        too. The server then refuses the save, and Chromium logs that.
        """

        def note(message: ConsoleMessage) -> None:
            late = overtaken and re.search(overtaken, message.location["url"]) and message.text == _REFUSED
            if message.type == "error" and not late:
                self.complaints.append(message.text)

        context.on("console", note)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def look(self, page: Page, name: str, *, within: str = "", all_rules: bool = False) -> None:
        """Check the page, or part of it, in its current state. Axe takes most of the time, so it runs once for each
        state of a page; at other widths only layout is checked, unless `all_rules` is set.
        """
        page.wait_for_load_state()
        size = page.viewport_size or {"width": 0, "height": 0}
        first = size["width"]
        seen: tuple[str, str] | None = None
        for width in (first, *(one for one in self.widths if one != first)):
            if width != first:
                page.set_viewport_size({"width": width, "height": size["height"]})
            state, hovered, wide = page.evaluate(_STATE)
            if seen is None or seen[0] != state:  # hover effects don't make another state
                seen = state, hovered
            found = (
                in_both_schemes(page, within=within) if all_rules else _once(page, within, *seen, width=width)
            )
            if wide > 0:
                found.append(f"{wide} px too wide")
            if found:
                self.wrong[name if width == first else f"{name} at {width}"] = found
        if PICTURES:
            _photograph(page, f"{next(_number):02}-{name.replace(' ', '-')}")
        if FOR_DOCS and name in OF_DOCS:
            _photograph_for_docs(page, FOR_DOCS / f"{OF_DOCS[name]}.png")


def _once(page: Page, within: str, *state: str, width: int) -> list[str]:
    key = hashlib.sha256(" ".join((within, *state)).encode()).hexdigest()
    kept: dict[str, list[str]]
    with (FOUND / key).open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # another process may be checking the same state
        file.seek(0)
        kept = json.loads(file.read() or "{}")
        if str(width) not in kept:
            kept[str(width)] = (
                [f"light: {violation}" for violation in violations(page, within=within, rules=OF_LAYOUT)]
                if kept
                else in_both_schemes(page, within=within, every_text=False)
            )
            file.truncate(0)
            json.dump(kept, file)
    everything = next(iter(kept.values()))
    return list(dict.fromkeys(everything + kept[str(width)]))


def in_both_schemes(page: Page, *, within: str = "", every_text: bool = True) -> list[str]:
    """Return axe's violations in light and dark; `every_text` as in `violations`."""
    found = []
    for scheme, rules in SCHEMES.items():
        # without motion, no colour is caught in transition
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        wrong = violations(page, within=within, rules=rules, every_text=every_text)
        found += [f"{scheme}: {one}" for one in wrong]
    page.emulate_media(color_scheme="light")
    return found


def _photograph(page: Page, name: str) -> None:
    assert PICTURES is not None
    PICTURES.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=PICTURES / f"{name}-{WIDTHS[-1]}-dark.png", full_page=True)
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)


def _photograph_for_docs(page: Page, path: Path) -> None:
    """Save the top of the page at a fixed size in 64 colours."""
    before = page.viewport_size
    page.set_viewport_size({"width": 1100, "height": 700})
    page.evaluate("scrollTo(0, 0)")
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
    if before:
        page.set_viewport_size(before)
