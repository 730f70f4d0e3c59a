"""Checks which button Enter presses in a form: the first submit button in document order.

`Watch` is a middleware in the tests' settings, so it checks every page opened by the test client or a browser.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpRequest, HttpResponse

#: variants of a form's main button
_MAIN = {"button--primary", "button--danger"}
#: the relevant parts of a page, found much faster than by parsing all of it
_CONTROLS = re.compile(r"<(?:/?form|input)\b[^>]*>|<button\b.*?</button>", re.DOTALL)


@dataclass
class Button:
    """A submit button. `stand_in`: a hidden one before the main one, which comes later on the page."""

    name: str
    classes: set[str]
    stand_in: bool
    text: str = ""

    @property
    def is_main(self) -> bool:
        """Whether it is styled as a form's main button."""
        return bool(self.classes & _MAIN)


@dataclass
class FoundForm:
    """A form with its submit buttons in document order, including those outside it (`form="…"`)."""

    label: str
    buttons: list[Button] = field(default_factory=list)

    @property
    def wrong(self) -> str:
        """The wrong button that Enter would press; empty if Enter presses the main or only one."""
        seen = [button for button in self.buttons if not button.stand_in]
        if len(seen) < 2:
            return ""
        first = self.buttons[0]
        if first.stand_in:
            main = [button for button in seen if button.is_main and not button.name]
            return (
                "" if len(main) == 1 else f"{self.label}: its hidden first button stands for none of {seen}"
            )
        if any(button.is_main for button in seen):
            return "" if first.is_main else f"{self.label}: Enter presses {first}"
        # among equal buttons, one with a name must not come first unless all have names
        unnamed = any(not button.name for button in seen)
        return f"{self.label}: Enter presses {first}" if unnamed and first.name else ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, FoundForm] = {}
        self.owned: list[tuple[str, Button]] = []
        self._inside = ""
        self._button: Button | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("id") or f"form {len(self.forms) + 1}"
            self.forms[self._inside] = FoundForm(given.get("action") or self._inside)
        submits = (tag == "button" and given.get("type", "submit") == "submit") or (
            tag == "input" and given.get("type") in {"submit", "image"}
        )
        owner = given.get("form") or self._inside
        if submits and owner:
            button = Button(
                name=given.get("name", ""),
                classes=set(given.get("class", "").split()),
                stand_in=given.get("aria-hidden") == "true",
            )
            self.owned.append((owner, button))
            self._button = button if tag == "button" else None

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = ""
        elif tag == "button":
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._button is not None:
            self._button.text = f"{self._button.text} {data.strip()}".strip()


def forms_of(html: str) -> list[FoundForm]:
    """The forms of a page with their submit buttons; a button for a missing form is an error."""
    reader = _Reader()
    reader.feed("".join(_CONTROLS.findall(html)))
    for owner, button in reader.owned:
        assert owner in reader.forms, f"The page has no form “{owner}” for {button}."
        reader.forms[owner].buttons.append(button)
    return list(reader.forms.values())


class Watch:
    """Fails a test that opens a page where Enter presses a button other than the main one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        html = response.content.decode(response.charset)
        if "<form" in html:
            wrong = [form.wrong for form in forms_of(html) if form.wrong]
            assert wrong == [], f"{request.path}: {wrong}"
        return response
