"""The library of instruments: what they are, how they are scored, what is known about them.

The built-in ones are `content/<id>_<language>.json`.
"""

from functools import cache
from importlib.resources import files

from goodword.assessments.library.instrument import Instrument
from goodword.assessments.library.pack import read_pack

WORK_STYLE = "work_style"
WORK_STYLE_FORM = "short20"
SOURCE_LANGUAGE = "en"


@cache
def load(instrument_id: str = WORK_STYLE, *, language: str = SOURCE_LANGUAGE) -> Instrument:
    """A built-in instrument, in English where it is not translated to `language` ("de", "de-at", ...).

    Raises `LookupError` for an instrument that does not exist.
    """
    available = languages(instrument_id)
    if not available:
        raise LookupError(f"There is no built-in instrument “{instrument_id}”.")
    short = language.lower().replace("_", "-").split("-")[0]
    chosen = short if short in available else SOURCE_LANGUAGE
    return read_pack((files(__package__) / "content" / f"{instrument_id}_{chosen}.json").read_text("utf-8"))


def languages(instrument_id: str = WORK_STYLE) -> tuple[str, ...]:
    """The languages a built-in instrument exists in, sorted; none for one that does not exist."""
    start, end = f"{instrument_id}_", ".json"
    names = [entry.name for entry in (files(__package__) / "content").iterdir()]
    return tuple(sorted(name[len(start) : -len(end)] for name in names if name.startswith(start)))
