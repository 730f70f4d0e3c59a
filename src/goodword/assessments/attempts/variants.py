"""The language, version and form in which a candidate takes a part.

Everybody may choose tasks without figures before a part begins. Because nobody asks for it and nobody grants it, the
choice reveals nothing about an adjustment (docs/decisions/0026-*).
"""

from collections.abc import Sequence

from goodword.assessments.content import content_of
from goodword.assessments.kinds import kind_of
from goodword.assessments.kinds.builtin import LANGUAGES
from goodword.assessments.kinds.reasoning.content import WITHOUT_FIGURES, ReasoningTest
from goodword.assessments.models import AssessmentPart, AttemptPart, TestVersion

FALLBACK_LANGUAGE = "en"


def language_for(parts: Sequence[AssessmentPart], *, wanted: str, otherwise: str = "") -> str:
    """The wanted language ("de", "de-at") if every test has it, else the other one, else English.

    A candidate takes the whole assessment in one language. A test that exists in none of them is shown in its own and
    does not count here, unless it is the only one.
    """
    languages = [_base_code(language) for language in (wanted, otherwise, FALLBACK_LANGUAGE) if language]
    offered = [_languages(part) for part in parts] or [set(LANGUAGES)]
    deciding = [found for found in offered if found & set(languages)]
    if not deciding:
        return min(set.intersection(*offered) or offered[0])
    return next((one for one in languages if all(one in found for found in deciding)), FALLBACK_LANGUAGE)


def languages_of(parts: Sequence[AssessmentPart]) -> tuple[str, ...]:
    """The languages in which every test exists, sorted."""
    offered = [_languages(part) for part in parts]
    return tuple(sorted(set.intersection(*offered))) if offered else ()


def version_for(part: AssessmentPart, *, language: str) -> TestVersion:
    """The version that a part is given in, in its own language where it is not there in this one."""
    rows = _published(part)
    for wanted in (language, "", FALLBACK_LANGUAGE):
        for row in rows:
            if row.language == wanted:
                return row
    if not rows:
        raise LookupError(f"Version {part.number} of test {part.test_id} is not published.")
    return rows[0]


def _languages(part: AssessmentPart) -> set[str]:
    """Languages of a version; of one without words of its own those that we speak."""
    found = {row.language for row in _published(part)}
    return set(LANGUAGES) if found == {""} else found


def _published(part: AssessmentPart) -> Sequence[TestVersion]:
    rows = TestVersion.objects.of(part.test.organisation).filter(
        test=part.test, number=part.number, published_at__isnull=False
    )
    return list(rows.select_related("test").order_by("pk"))


def _base_code(language: str) -> str:
    return language.lower().replace("_", "-").split("-")[0]


def open_form(part: AttemptPart) -> str:
    """The form that may be chosen instead of the one that the part has now; empty where there is none.

    Before it begins: the form without figures in place of one with them, and back again to the role's. `part` comes
    with its version, test and the assessment's part. No query.
    """
    content = content_of(part.version)
    if part.begun_at is not None or part.ended_at is not None or not isinstance(content, ReasoningTest):
        return ""
    if part.form != part.part.form:
        return part.part.form
    return WITHOUT_FIGURES if content.has_figures(part.form) and WITHOUT_FIGURES in content.forms else ""


def is_other_form(part: AttemptPart) -> bool:
    """Whether the part is now done without figures in place of the role's form."""
    return part.form != part.part.form


def clock_minutes(part: AttemptPart, *, form: str = "") -> int:
    """The minutes that the role gives on the clock of a timed part in this form, or in the one that it has.

    A form with more tasks than the role's has as much time for each of them, on whole minutes, rounded up.
    """
    minutes, planned, taken = part.part.minutes or 0, part.part.form, form or part.form
    content = content_of(part.version)
    if taken == planned or not kind_of(content).is_generated:
        return minutes
    return -(-minutes * content.count(taken) // content.count(planned))
