"""Inputs of the two portals."""

from typing import Any

from django import forms

from goodword.core.text import clean_text


class Plain(forms.CharField):
    """Text without controls; on one line unless it is a text area."""

    def to_python(self, value: Any) -> str:
        """The cleaned text; markup stays as it was typed and is escaped where it is shown."""
        text = super().to_python(value) or ""
        return clean_text(text, one_line=not isinstance(self.widget, forms.Textarea))


class Address(forms.EmailField):
    """An e-mail address, without the invisible characters that come with copying."""

    def to_python(self, value: Any) -> str:
        """The address as typed, cleaned."""
        return clean_text(super().to_python(value) or "", one_line=True)
