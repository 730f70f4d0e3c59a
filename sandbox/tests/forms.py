"""A browser without JavaScript: pages, links, and forms filled in by label and sent by button."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self
from urllib.parse import urljoin

import httpx2


@dataclass
class Field:
    name: str
    kind: str
    id: str = ""
    value: str = ""
    checked: bool = True
    options: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Form:
    action: str
    method: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.labels: dict[str, str] = {}
        self.values: dict[str, str] = {}
        self.links: list[tuple[str, str]] = []
        self.text = ""
        self._inside: list[str] = []
        self._option: tuple[str, bool] = ("", False)
        self._words = ""
        self._target = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(of.get("action", ""), of.get("method", "get")))
        elif tag == "input":
            if "id" in of:
                self.values[of["id"]] = of.get("value", "")
            if self.forms and "name" in of:
                kind = of.get("type", "text")
                checked = "checked" in of if kind == "checkbox" else True
                self.forms[-1].fields.append(
                    Field(of["name"], kind, of.get("id", ""), of.get("value", ""), checked)
                )
        elif tag in {"select", "textarea"} and self.forms:
            self.forms[-1].fields.append(Field(of["name"], tag, of.get("id", "")))
        if tag in {"label", "button", "a", "option", "textarea"}:
            self._words = ""
            self._target = of.get("for", of.get("href", ""))
            self._option = (of.get("value", ""), "selected" in of)

    def handle_endtag(self, tag: str) -> None:
        words = " ".join(self._words.split())
        if tag == "label":
            self.labels[words] = self._target
        elif tag == "a":
            self.links.append((words, self._target))
        elif tag == "button" and self.forms:
            self.forms[-1].buttons.append(words)
        elif tag == "option":
            select = self.forms[-1].fields[-1]
            value, selected = self._option
            select.options.append((words, value))
            if selected or len(select.options) == 1:
                select.value = value

    def handle_data(self, data: str) -> None:
        self._words += data
        self.text += data


class Page:
    def __init__(self, visitor: "Visitor", response: httpx2.Response) -> None:
        self.visitor = visitor
        self.status = response.status_code
        self.url = str(response.url)
        reader = _Reader()
        reader.feed(response.text)
        self.text = " ".join(reader.text.split())
        self.links, self.values = reader.links, reader.values
        self._forms, self._labels = reader.forms, reader.labels
        self._typed: dict[str, str] = {}
        self._ticked: dict[str, bool] = {}

    def fill(self, label: str, value: str) -> Self:
        """Fill in the field with this label, or choose the option with this text."""
        control = self._field(label)
        if control.options:
            value = dict(control.options)[value]
        self._typed[control.id] = value
        return self

    def tick(self, label: str, on: bool = True) -> Self:
        self._ticked[self._field(label).id] = on
        return self

    def press(self, button: str) -> "Page":
        form = next(one for one in self._forms if button in one.buttons)
        data: dict[str, list[str]] = {}
        for control in form.fields:
            if self._ticked.get(control.id, control.checked):
                data.setdefault(control.name, []).append(self._typed.get(control.id, control.value))
        url = urljoin(self.url, form.action) if form.action else self.url
        return self.visitor.send(form.method, url, data)

    def follow(self, link: str) -> "Page":
        return self.visitor.open(urljoin(self.url, dict(self.links)[link]))

    def _field(self, label: str) -> Field:
        wanted = self._labels[label]
        return next(one for form in self._forms for one in form.fields if one.id == wanted)


class Visitor:
    def __init__(self, client: httpx2.Client) -> None:
        self.client = client

    def open(self, url: str) -> Page:
        return Page(self, self.client.get(url, follow_redirects=True))

    def send(self, method: str, url: str, data: dict[str, list[str]]) -> Page:
        if method == "get":
            return Page(self, self.client.get(url, params=data, follow_redirects=True))
        return Page(self, self.client.post(url, data=data, follow_redirects=True))
