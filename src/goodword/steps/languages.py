"""Languages by the names that their speakers use."""

from collections.abc import Sequence

from django.utils import translation


def named(codes: Sequence[str]) -> list[tuple[str, str]]:
    """Code and name of each, for buttons and lists: [("de", "Deutsch")]."""
    return [(code, name_of(code)) for code in codes]


def name_of(code: str) -> str:
    """ "Deutsch" for "de"; the code itself for one that nobody has described to us."""
    try:
        return str(translation.get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code
