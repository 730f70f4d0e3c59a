"""The library of instruments: what they are, how they are scored, what is known about them.

The built-in ones are `content/<id>_<language>.json`, the newest version, and `content/<id>_<version>_<language>.json`
for those before it. An earlier version stays, because results that were issued point to it.
"""

import json
import re
from functools import cache
from importlib.resources import files

from goodword.assessments.library.instrument import Instrument
from goodword.assessments.library.judgement import JudgementSet, read_judgement
from goodword.assessments.library.pack import read_pack

WORK_STYLE = "work_style"
WORK_STYLE_FORM = "short20"
INSTRUMENTS = (WORK_STYLE,)
JUDGEMENT_SETS = ("judgement_customer", "judgement_team_lead", "judgement_engineering")
SOURCE_LANGUAGE = "en"


@cache
def load(
    instrument_id: str = WORK_STYLE, *, language: str = SOURCE_LANGUAGE, version: str = ""
) -> Instrument:
    """A built-in instrument, in English where it is not translated to `language` ("de", "de-at", ...).

    Without a `version` it is the newest. Raises `LookupError` for an instrument or a version that does not exist.
    """
    _known(instrument_id)
    if version and version not in versions(instrument_id):
        raise LookupError(f"There is no version {version} of the instrument “{instrument_id}”.")
    earlier = version if version in _earlier(instrument_id) else ""
    return read_pack(builtin_text(instrument_id, language=language, earlier=earlier))


@cache
def load_judgement(set_id: str, *, language: str = SOURCE_LANGUAGE) -> JudgementSet:
    """A built-in judgement set, in English where it is not translated to `language`.

    Raises `LookupError` for a set that does not exist.
    """
    if set_id not in JUDGEMENT_SETS:
        raise LookupError(f"There is no built-in judgement set “{set_id}”.")
    return read_judgement(json.loads(builtin_text(set_id, language=language)))


def languages(instrument_id: str = WORK_STYLE) -> tuple[str, ...]:
    """The languages the newest version exists in, sorted; none for an instrument that does not exist."""
    return tuple(sorted(language for earlier, language in _names(instrument_id) if not earlier))


def versions(instrument_id: str = WORK_STYLE) -> tuple[str, ...]:
    """The versions that can be loaded, the newest last. Raises `LookupError` as `load` does."""
    _known(instrument_id)
    return (*_earlier(instrument_id), load(instrument_id).version)


def builtin_text(content_id: str, *, language: str, earlier: str = "") -> str:
    """The text of a built-in file, in English where there is none in `language`.

    `earlier` names a version before the newest. Raises `LookupError` if there is no such file.
    """
    available = {spoken for version, spoken in _names(content_id) if version == earlier}
    if not available:
        raise LookupError(f"There is nothing built in under “{content_id}”.")
    short = language.lower().replace("_", "-").split("-")[0]
    chosen = short if short in available else SOURCE_LANGUAGE
    name = "_".join(part for part in (content_id, earlier, chosen) if part)
    return (files(__package__) / "content" / f"{name}.json").read_text("utf-8")


def _known(instrument_id: str) -> None:
    if instrument_id not in INSTRUMENTS:
        raise LookupError(f"There is no built-in instrument “{instrument_id}”.")


def _earlier(instrument_id: str) -> tuple[str, ...]:
    return tuple(sorted({version for version, _ in _names(instrument_id) if version}, key=int))


@cache
def _names(content_id: str) -> tuple[tuple[str, str], ...]:
    """Version and language of each file of an id; the version is empty for the newest."""
    pattern = re.compile(rf"{re.escape(content_id)}(?:_(\d+))?_([a-z]{{2}})\.json")
    found = [pattern.fullmatch(entry.name) for entry in (files(__package__) / "content").iterdir()]
    return tuple(sorted((match[1] or "", match[2]) for match in found if match))
