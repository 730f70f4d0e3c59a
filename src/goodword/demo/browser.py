"""A browser without JavaScript, and a reader for the demo's mailbox. Elements are found by their visible text."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urljoin

import httpx2
from bs4 import BeautifulSoup, Tag
from httpx2 import QueryParams

MAX_REDIRECTS = 10
#: long, so that the story doesn't fail on a busy machine
WAIT_SECONDS = 60.0


class StoryFailed(Exception):
    def __init__(self, step: str, message: str) -> None:
        super().__init__(message)
        self.step = step


class Browser:
    def __init__(self, base: str) -> None:
        self._client = httpx2.Client(base_url=base, timeout=30, follow_redirects=False)
        self.step = ""
        self.url = base
        self.status = 0
        self.page = BeautifulSoup("", "html.parser")
        self.body = b""
        self.content_type = ""

    def close(self) -> None:
        self._client.close()

    def open(self, url: str) -> None:
        self._load(self._client.get(urljoin(self.url, url)))

    def follow(self, words: str) -> None:
        link = self._find("a", words)
        self.open(str(link["href"]))

    def press(
        self,
        words: str,
        fields: Mapping[str, str | list[str]] | None = None,
        *,
        pick: Callable[[str, list[str]], str] | None = None,
        text: Callable[[str], str] | None = None,
    ) -> None:
        """Fill in the form that has this button, and press it. `fields`: values by label ("Group / Field" in a
        fieldset). `pick`: which option to choose for each unanswered question. `text`: for required text areas."""
        button = self._find("button", words)
        form = button.find_parent("form")
        if not isinstance(form, Tag):
            raise self.failure(f"The button “{words}” is in no form.")
        data = _values(form)
        if button.get("name"):
            data.append((str(button["name"]), str(button.get("value") or "")))
        for label, value in (fields or {}).items():
            data = self._fill(form, data, label, value)
        if pick is not None:
            data += self._picked(form, {name for name, _ in data}, pick)
        if text is not None:
            for area in form.find_all("textarea"):
                question = text_of(_label_of(form, area))
                if not area.get_text().strip() and "optional" not in question:
                    data = [pair for pair in data if pair[0] != area["name"]]
                    data.append((str(area["name"]), text(question)))
        action = urljoin(self.url, str(button.get("formaction") or form.get("action") or self.url))
        if str(form.get("method") or "get").lower() == "post":
            body: dict[str, list[str]] = {}
            for name, value in data:
                body.setdefault(name, []).append(value)
            self._load(self._client.post(action, data=body, headers={"Referer": self.url}))
        else:
            self._load(self._client.get(action, params=QueryParams(urlencode(data))))

    def choose(self, words: str) -> None:
        for radio in self.page.find_all("input", type="radio"):
            form = radio.find_parent("form")
            if isinstance(form, Tag) and words in text_of(_label_of(form, radio)):
                for other in form.find_all("input", type="radio", attrs={"name": radio["name"]}):
                    del other["checked"]
                radio["checked"] = ""
                return
        raise self.failure(f"No radio button “{words}” on {self.url}: {self.text()[:900]}")

    def has_button(self, words: str) -> bool:
        return any(text_of(tag) == words for tag in self.page.find_all("button"))

    def checkbox_labels(self) -> list[str]:
        groups: dict[str, list[Tag]] = {}
        for box in self.page.find_all("input", type="checkbox"):
            groups.setdefault(str(box["name"]), []).append(box)
        boxes = next((group for group in groups.values() if len(group) > 1), [])
        return [text_of(_label_of(self.page, box)) for box in boxes]

    def text(self) -> str:
        return " ".join(self.page.get_text(" ").split())

    def says(self, words: str) -> bool:
        return words in self.text()

    def must_say(self, words: str) -> None:
        if not self.says(words):
            raise self.failure(f"{self.url} should contain “{words}”: {self.text()[:600]}")

    def value_of(self, label: str) -> str:
        shown = self.page.find(True, attrs={"role": "textbox", "aria-label": label})
        if isinstance(shown, Tag):
            return shown.get_text(strip=True)
        field = self._labelled(self.page, label)
        if field is None:
            raise self.failure(f"No field “{label}” on {self.url}.")
        return str(field.get("value") or "")

    def failure(self, message: str) -> StoryFailed:
        return StoryFailed(self.step, message)

    def _load(self, response: httpx2.Response) -> None:
        for _ in range(MAX_REDIRECTS):
            if not response.is_redirect:
                break
            response = self._client.get(urljoin(str(response.url), response.headers["Location"]))
        self.url, self.status, self.body = str(response.url), response.status_code, response.content
        self.content_type = response.headers.get("Content-Type", "")
        if "html" in self.content_type:
            self.page = BeautifulSoup(response.text, "html.parser")
        if response.status_code >= 400:
            raise self.failure(
                f"{response.request.method} {self.url} answered {self.status}: {self.text()[:400]}"
            )

    def _find(self, kind: str, words: str) -> Tag:
        found = [tag for tag in self.page.find_all(kind) if text_of(tag) == words]
        found = found or [tag for tag in self.page.find_all(kind) if words in text_of(tag)]
        if not found:
            raise self.failure(f"No {kind} “{words}” on {self.url}: {self.text()[:600]}")
        return found[0]

    def _fill(
        self, form: Tag, data: list[tuple[str, str]], label: str, value: str | list[str]
    ) -> list[tuple[str, str]]:
        if isinstance(value, list):
            boxes = [self._labelled(form, text) for text in value]
            if any(box is None for box in boxes):
                raise self.failure(f"One of {value} is not in the form on {self.url}.")
            names = {str(box["name"]) for box in boxes if box is not None}
            kept = [pair for pair in data if pair[0] not in names]
            return kept + [
                (str(box["name"]), str(box.get("value", "on"))) for box in boxes if box is not None
            ]
        field = self._labelled(form, label)
        if field is None:
            raise self.failure(f"No field “{label}” in the form on {self.url}: {self.text()[:900]}")
        name = str(field["name"])
        if field.name == "select":
            value = self._option(field, value)
        elif field.get("type") in {"checkbox", "radio"}:
            value = str(field.get("value", "on")) if value else ""
        rest = [pair for pair in data if pair[0] != name]
        return [*rest, (name, value)] if value or field.get("type") not in {"checkbox", "radio"} else rest

    def _picked(
        self, form: Tag, answered: set[str], pick: Callable[[str, list[str]], str]
    ) -> list[tuple[str, str]]:
        groups: dict[str, list[Tag]] = {}
        for radio in form.find_all("input", type="radio"):
            if radio["name"] not in answered:
                groups.setdefault(str(radio["name"]), []).append(radio)
        chosen = []
        for name, radios in groups.items():
            words = [text_of(_label_of(form, radio)) for radio in radios]
            legend = radios[0].find_parent("fieldset")
            question = text_of(legend.find("legend") or legend) if isinstance(legend, Tag) else ""
            chosen.append((name, str(radios[words.index(pick(question, words))]["value"])))
        return chosen

    def _option(self, select: Tag, words: str) -> str:
        for option in select.find_all("option"):
            if text_of(option) == words:
                return str(option.get("value", text_of(option)))
        shown = [text_of(option) for option in select.find_all("option")]
        raise self.failure(f"“{words}” is not among {shown} on {self.url}.")

    def _labelled(self, within: Tag, words: str) -> Tag | None:
        group, _, rest = words.partition(" / ")
        if rest:
            for fieldset in within.find_all("fieldset"):
                legend = fieldset.find("legend")
                if isinstance(legend, Tag) and text_of(legend).startswith(group):
                    return self._labelled(fieldset, rest)
            return None
        for label in within.find_all("label"):
            if text_of(label).removesuffix("*").strip() != words and not text_of(label).startswith(words):
                continue
            target = (
                within.find(id=str(label["for"]))
                if label.get("for")
                else label.find(["input", "select", "textarea"])
            )
            if isinstance(target, Tag):
                return target
        return within.find(["input", "select", "textarea"], attrs={"aria-label": words})


def _label_of(form: Tag, field: Tag) -> Tag:
    around = field.find_parent("label")
    if isinstance(around, Tag):
        return around
    label = form.find("label", attrs={"for": str(field.get("id"))})
    return label if isinstance(label, Tag) else field


def text_of(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def _values(form: Tag) -> list[tuple[str, str]]:
    data: list[tuple[str, str]] = []
    for field in form.find_all(["input", "select", "textarea"]):
        name = field.get("name")
        if not name or field.has_attr("disabled"):
            continue
        if field.name == "select":
            options = field.find_all("option")
            chosen = [o for o in options if o.has_attr("selected")] or (
                options[:1] if not field.has_attr("multiple") else []
            )
            data += [(str(name), str(option.get("value", text_of(option)))) for option in chosen]
        elif field.name == "textarea":
            data.append((str(name), field.get_text().removeprefix("\n")))
        elif field.get("type") in {"checkbox", "radio"}:
            if field.has_attr("checked"):
                data.append((str(name), str(field.get("value", "on"))))
        elif field.get("type") not in {"submit", "button", "image", "file", "reset"}:
            data.append((str(name), str(field.get("value") or "")))
    return data


class Mailbox:
    def __init__(self, url: str) -> None:
        self._client = httpx2.Client(base_url=url, timeout=10)
        self.step = ""

    def close(self) -> None:
        self._client.close()

    def all(self, *, to: str = "", subject: str = "") -> list[dict[str, Any]]:
        mails: list[dict[str, Any]] = self._client.get("/messages.json").json()
        return [mail for mail in mails if (not to or mail["to"] == to) and subject in mail["subject"]]

    def wait(
        self, *, to: str, subject: str = "", count: int = 1, seconds: float = WAIT_SECONDS
    ) -> dict[str, Any]:
        wait_until(
            lambda: len(self.all(to=to, subject=subject)) >= count,
            step=self.step,
            seconds=seconds,
            message=lambda: (
                f"No mail to {to} about “{subject}” within {seconds:.0f} s. "
                f"Received: {[(mail['to'], mail['subject']) for mail in self.all()]}"
            ),
        )
        return self.all(to=to, subject=subject)[count - 1]


def wait_until(
    condition: Callable[[], bool], *, step: str, message: Callable[[], str], seconds: float = WAIT_SECONDS
) -> float:
    """Wait until the condition is true. Returns the seconds it took. Raises StoryFailed with `message` after too
    many."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise StoryFailed(step, message())
        time.sleep(0.05)
    return time.monotonic() - began
