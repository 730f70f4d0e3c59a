"""Choosing the language of a page: the reader's choice, their browser's, the one on record."""

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header


def named(codes: Sequence[str]) -> list[tuple[str, str]]:
    """Codes and names for buttons and lists, always in the same order: [("en", "English"), ...]."""
    order = [code for code, _name in settings.LANGUAGES]
    ordered = sorted(codes, key=lambda code: (order.index(code) if code in order else len(order), code))
    return [(code, name_of(code)) for code in ordered]


def name_of(code: str) -> str:
    """ "Deutsch" for "de"; the code itself for one that nobody has described to us."""
    try:
        return str(translation.get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code


def of_browser(request: HttpRequest) -> list[str]:
    """A browser's languages, most preferred first: ["de-at", "de", "en"]."""
    asked = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    return [code for code, weight in asked if weight > 0]


def first_offered(offered: Sequence[str], *wanted: str) -> str:
    """The first available one of the preferred languages ("de", "de-AT"); empty if there is none."""
    for code in wanted:
        for language in offered:
            if code and _primary(language) == _primary(code):
                return language
    return ""


def _primary(code: str) -> str:
    return code.strip().lower().replace("_", "-").partition("-")[0]
