"""What was typed into a form, and what is wrong with it."""

from flask import request


class Typed:
    """The texts of a posted form. `errors` maps a field to a sentence."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def text(self, name: str) -> str:
        """What was typed, without blanks around it."""
        return request.form.get(name, "").strip()

    def required(self, name: str, label: str) -> str:
        """As `text`; an empty field is an error."""
        text = self.text(name)
        if not text:
            self.errors[name] = f"Enter {label}."
        return text

    def whole(self, name: str) -> int | None:
        """An id, or none."""
        text = self.text(name)
        return int(text) if text.isdecimal() else None

    def email(self, name: str) -> str:
        """An e-mail address; anything without an @ in its middle is an error."""
        text = self.required(name, "an e-mail address")
        local, _, domain = text.rpartition("@")
        if text and not (local and domain):
            self.errors[name] = "Enter an e-mail address, such as name@example.com."
        return text
