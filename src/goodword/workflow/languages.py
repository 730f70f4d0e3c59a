"""The language of a page: the reader's choice, the browser's, or the stored one."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

#: query parameter on pages that store no choice
PARAMETER: Final = "language"


def language_choices(codes: Sequence[str]) -> list[tuple[str, str]]:
    """In a fixed order: [("en", "English"), ...]."""
    order = [code for code, _name in settings.LANGUAGES]
    ordered = sorted(codes, key=lambda code: (order.index(code) if code in order else len(order), code))
    return [(code, language_name(code)) for code in ordered]


def language_name(code: str) -> str:
    try:
        return str(translation.get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code


def browser_languages(request: HttpRequest) -> list[str]:
    """Most preferred first: ["de-at", "de", "en"]."""
    asked = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    return [code for code, weight in asked if weight > 0]


def query_language(request: HttpRequest, offered: Sequence[str]) -> str:
    """The offered language in the page's query string, or empty."""
    code = request.GET.get(PARAMETER, "")
    return code if code in offered else ""


def with_query_language(request: HttpRequest, url: str) -> str:
    code = request.GET.get(PARAMETER, "")
    if code not in dict(settings.LANGUAGES):
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode({PARAMETER: code})}"


def links_for(request: HttpRequest, offered: Sequence[str], *, current: str) -> dict[str, object]:
    """Template context for language links on pages that store nothing: an expired link may be in other hands."""
    shown = [
        (
            code,
            name,
            "&".join(filter(None, [urlencode({PARAMETER: code}), "sent=1" if "sent" in request.GET else ""])),
        )
        for code, name in language_choices(offered)
    ]
    return {"language_links": shown if len(shown) > 1 else [], "language": current}


def first_offered(offered: Sequence[str], *wanted: str) -> str:
    """The first preferred language ("de", "de-AT") that is offered, or empty."""
    for code in wanted:
        for language in offered:
            if code and _primary(language) == _primary(code):
                return language
    return ""


def _primary(code: str) -> str:
    return code.strip().lower().replace("_", "-").partition("-")[0]
