"""In which language a candidate takes an assessment, and which version of each test that is."""

from collections.abc import Sequence

from goodword.assessments.library.builtin import LANGUAGES
from goodword.assessments.models import AssessmentPart, TestVersion

OTHERWISE = "en"


def language_for(parts: Sequence[AssessmentPart], *, wanted: str, otherwise: str = "") -> str:
    """The wanted language ("de", "de-at") if every test has it, else the other one, else English.

    A candidate takes the whole assessment in one language. A test that exists in none of them is shown in its own and
    does not count here, unless it is the only one.
    """
    languages = [_short(language) for language in (wanted, otherwise, OTHERWISE) if language]
    offered = [_languages(part) for part in parts] or [set(LANGUAGES)]
    deciding = [found for found in offered if found & set(languages)]
    if not deciding:
        return min(set.intersection(*offered) or offered[0])
    return next((one for one in languages if all(one in found for found in deciding)), OTHERWISE)


def languages_of(parts: Sequence[AssessmentPart]) -> tuple[str, ...]:
    """The languages in which every test exists, sorted."""
    offered = [_languages(part) for part in parts]
    return tuple(sorted(set.intersection(*offered))) if offered else ()


def version_for(part: AssessmentPart, *, language: str) -> TestVersion:
    """The version that a part is given in, in its own language where it is not there in this one."""
    rows = _rows(part)
    for wanted in (language, "", OTHERWISE):
        for row in rows:
            if row.language == wanted:
                return row
    if not rows:
        raise LookupError(f"Version {part.number} of test {part.test_id} is not published.")
    return rows[0]


def _languages(part: AssessmentPart) -> set[str]:
    """Languages of a version; of one without words of its own those that we speak."""
    found = {row.language for row in _rows(part)}
    return set(LANGUAGES) if found == {""} else found


def _rows(part: AssessmentPart) -> Sequence[TestVersion]:
    rows = TestVersion.objects.of(part.test.organisation).filter(
        test=part.test, number=part.number, published_at__isnull=False
    )
    return list(rows.select_related("test").order_by("pk"))


def _short(language: str) -> str:
    return language.lower().replace("_", "-").split("-")[0]
