"""The built-in tests. A pack's newest version is in `<kind>/packs/<id>_<language>.json`, earlier ones in
`<id>_<version>_<language>.json`. Packs are copied into an organisation's rows on first use."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from goodword.assessments.kinds.reasoning.content import builtin_forms
from goodword.core.text import language_codes, main_language

SOURCE_LANGUAGE: Final = "en"

WORK_STYLE: Final = "work_style"
WORK_STYLE_FORM: Final = "short20"
REASONING: Final = "reasoning"
_PACKED: Final = ("scales", "judgement")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIn:
    key: str
    kind: str
    title: str
    description: str


BUILT_IN: Final[Mapping[str, BuiltIn]] = {
    built_in.key: built_in
    for built_in in (
        BuiltIn(
            key=WORK_STYLE,
            kind="scales",
            title="Work style",
            description="How people describe the way they work, on five scales. Neither end is better.",
        ),
        BuiltIn(
            key=REASONING,
            kind="reasoning",
            title="Reasoning",
            description="Series, figures and conclusions, generated for each candidate.",
        ),
        BuiltIn(
            key="judgement_customer",
            kind="judgement",
            title="Situations with customers",
            description="What people consider effective in situations with customers.",
        ),
        BuiltIn(
            key="judgement_team_lead",
            kind="judgement",
            title="Situations for team leads",
            description="What people consider effective when leading a team.",
        ),
        BuiltIn(
            key="judgement_engineering",
            kind="judgement",
            title="Situations in engineering",
            description="What people consider effective in engineering work.",
        ),
    )
}


def contents(key: str) -> dict[str, dict[str, Any]]:
    """The newest content by language; generated items have one, under "". Raises `LookupError` for an unknown test."""
    if key not in BUILT_IN:
        raise LookupError(f"There is no built-in test “{key}”.")
    if key == REASONING:
        return {"": builtin_forms()}
    there = pack_languages(key)
    return {language: content(key, language=language) for language in language_codes() if language in there}


@cache
def newest(key: str) -> tuple[str, frozenset[str]]:
    found = contents(key)
    return str(next(iter(found.values()))["version"]), frozenset(found)


def content(key: str, *, language: str, version: str = "") -> dict[str, Any]:
    """The stored content: by default the newest version; English if not translated. Raises `LookupError`."""
    found = _packs(key)
    short = main_language(language)
    newest = _load(found, "", short)
    if version in ("", newest.get("version")):
        return newest
    return _load(found, version, short)


def pack_languages(key: str) -> tuple[str, ...]:
    return tuple(sorted(language for version, language in _packs(key) if not version))


def _load(packs: Mapping[tuple[str, str], Traversable], version: str, language: str) -> dict[str, Any]:
    file = packs.get((version, language)) or packs.get((version, SOURCE_LANGUAGE))
    if file is None:
        raise LookupError("There is no such built-in pack, or not in this version.")
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


@cache
def _packs(key: str) -> Mapping[tuple[str, str], Traversable]:
    """Files by version and language. The newest version is under ""."""
    pattern = re.compile(rf"{re.escape(key)}(?:_(\d+))?_([a-z]{{2}})\.json")
    return {
        (match[1] or "", match[2]): file
        for kind in _PACKED
        for file in (files(__package__) / kind / "packs").iterdir()
        if (match := pattern.fullmatch(file.name))
    }
