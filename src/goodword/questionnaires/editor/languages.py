"""The languages that questions can be in: those of the pages around them."""

from django.conf import settings
from django.utils.translation import get_language_info


def language_codes() -> list[str]:
    """The codes of the languages that there are."""
    return [code for code, _name in settings.LANGUAGES]


def language_name(code: str) -> str:
    """The language's name in the language of the page, the code for one that is not known."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
