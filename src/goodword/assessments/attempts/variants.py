"""The language, version and form in which a candidate takes a part.

Everybody may choose tasks without figures before a part begins. Because nobody asks for it and nobody grants it, the
choice reveals nothing about an adjustment (docs/decisions/0026-*).
"""

from collections.abc import Sequence

from goodword.assessments.content import content_of
from goodword.assessments.kinds import kind_of
from goodword.assessments.kinds.builtin import LANGUAGES
from goodword.assessments.models import AssessmentPart, AttemptPart, TestVersion

FALLBACK_LANGUAGE = "en"


def language_for(parts: Sequence[AssessmentPart], *, wanted: str, fallback: str = "") -> str:
    """The wanted language ("de", "de-at") if every test has it, else `fallback`, else English.

    A test that exists in none of these is shown in its own language and ignored here, unless it is the only one.
    """
    languages = [_base_code(language) for language in (wanted, fallback, FALLBACK_LANGUAGE) if language]
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
    """The published version of a part's test in this language, else in its own. Raises LookupError."""
    rows = _published(part)
    for wanted in (language, "", FALLBACK_LANGUAGE):
        for row in rows:
            if row.language == wanted:
                return row
    if not rows:
        raise LookupError(f"Version {part.number} of test {part.test_id} is not published.")
    return rows[0]


def _languages(part: AssessmentPart) -> set[str]:
    """Languages of a version; generated items exist in all of ours."""
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
    """The form that the candidate may switch to before the part begins: without figures, or back. Else empty.

    `part` comes with its version, test and the assessment's part. No query.
    """
    content = content_of(part.version)
    kind = kind_of(content)
    if part.begun_at is not None or part.ended_at is not None:
        return ""
    if part.form != part.part.form:
        return part.part.form if kind.is_generated else ""
    return kind.figureless_form(content, part.form)


def is_other_form(part: AttemptPart) -> bool:
    """Whether the part is in another form than the role's."""
    return part.form != part.part.form


def clock_minutes(part: AttemptPart, *, form: str = "") -> int:
    """The role's minutes for a timed part, in this form or the part's own.

    A form with another number of tasks gets the same time for each, in whole minutes, rounded up.
    """
    minutes, planned, taken = part.part.minutes or 0, part.part.form, form or part.form
    content = content_of(part.version)
    if taken == planned or not kind_of(content).is_generated:
        return minutes
    return -(-minutes * content.count(taken) // content.count(planned))
