from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from goodword.drafts.pages import Crumb


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewScreen:
    """A line of the list. `query`: leads to the screen; empty if it is not shown, for the reason in `note`."""

    place: int | str
    text: str
    query: str
    is_here: bool
    note: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonePreview:
    """`phone`: the rendered screen. `languages`: codes and names to choose from."""

    title: str
    parents: Sequence[Crumb]
    styles: Sequence[str]
    language: str
    languages: Sequence[tuple[str, str]]
    phone: str
    phone_class: str = ""
    list_name: str
    screens: Sequence[PreviewScreen]

    def render(
        self, request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200
    ) -> HttpResponse:
        own = {name: getattr(self, name) for name in self.__slots__}
        return render(request, template, {**own, **context}, status=status)


def screen_number(given: str) -> int:
    """A number from 1 of a query string; 1 for anything else."""
    return int(given) if given.isascii() and given.isdigit() and 0 < len(given) < 5 and int(given) > 0 else 1
