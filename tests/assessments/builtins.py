"""The built-in packs, parsed."""

from functools import cache

from goodword.assessments.kinds.builtin import BUILT_IN, SOURCE_LANGUAGE, WORK_STYLE, _packs, content
from goodword.assessments.kinds.judgement.content import JudgementSet, read_judgement
from goodword.assessments.kinds.scales.content import Instrument, parse_pack

JUDGEMENT_SETS = tuple(key for key, one in BUILT_IN.items() if one.kind == "judgement")


@cache
def load(key: str = WORK_STYLE, *, language: str = "en", version: str = "") -> Instrument:
    """A pack of scales."""
    return parse_pack(content(key, language=language, version=version))


@cache
def load_judgement(key: str, *, language: str = "en", version: str = "") -> JudgementSet:
    """A set of situations."""
    return read_judgement(content(key, language=language, version=version))


def pack_versions(key: str) -> tuple[str, ...]:
    newest = str(content(key, language=SOURCE_LANGUAGE)["version"])
    return (*sorted({version for version, _ in _packs(key) if version}, key=int), newest)
