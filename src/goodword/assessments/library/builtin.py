"""The tests that come with Goodword: what they are called, and the content of each version and language.

They become rows of an organisation when they are first used (domain.library.ensure), so that what was answered stays
whole when a built-in changes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from goodword.assessments import library
from goodword.assessments.library.reasoning.forms import builtin_forms

#: the languages of what candidates read
LANGUAGES: Final = ("en", "de", "fr")

WORK_STYLE: Final = "work_style"
REASONING: Final = "reasoning"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIn:
    """One built-in test; `kind` as in models.Test."""

    key: str
    kind: str
    title: str
    description: str


BUILT_IN: Final[Mapping[str, BuiltIn]] = {
    one.key: one
    for one in (
        BuiltIn(
            key=WORK_STYLE,
            kind="scales",
            title="Work style",
            description="How somebody likes to work, in their own words: five scales without a better end.",
        ),
        BuiltIn(
            key=REASONING,
            kind="reasoning",
            title="Reasoning",
            description="Series, figures and conclusions, generated anew for each candidate.",
        ),
        BuiltIn(
            key="judgement_customer",
            kind="judgement",
            title="Situations with customers",
            description="What somebody would hold to be effective in situations with customers.",
        ),
        BuiltIn(
            key="judgement_team_lead",
            kind="judgement",
            title="Situations of a team lead",
            description="What somebody would hold to be effective in situations of leading a team.",
        ),
        BuiltIn(
            key="judgement_engineering",
            kind="judgement",
            title="Situations in engineering",
            description="What somebody would hold to be effective in situations of engineering work.",
        ),
    )
}


def contents(key: str) -> dict[str, dict[str, Any]]:
    """The newest content of a built-in test by language; generated items have one, under "".

    Raises `LookupError` for a test that does not exist.
    """
    if key not in BUILT_IN:
        raise LookupError(f"There is no built-in test “{key}”.")
    if key == REASONING:
        return {"": builtin_forms()}
    return {language: content(key, language=language) for language in LANGUAGES}


def content(key: str, *, language: str, version: str = "") -> dict[str, Any]:
    """The content of a built-in test in a language, as it is stored; `version` empty: the newest."""
    earlier = version if version and version != _newest(key, language) else ""
    found: dict[str, Any] = json.loads(library.builtin_text(key, language=language, earlier=earlier))
    return found


def _newest(key: str, language: str) -> str:
    return str(json.loads(library.builtin_text(key, language=language))["version"])
