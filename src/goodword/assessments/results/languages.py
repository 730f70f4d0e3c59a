"""The language in which a result is shown, where that is not the one in which the test was taken."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from goodword.assessments.content import content_of
from goodword.assessments.kinds import Content
from goodword.assessments.kinds.custom.content import QuestionSet
from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.models import AttemptPart, TestVersion


def contents_in(parts: Sequence[AttemptPart], language: str) -> Mapping[int, Content]:
    """Each part's content by its id, with titles and scale texts in this language where the test has it.

    Items stay as they were given. One more query if a test was taken in another language.
    """
    contents = {part.pk: content_of(part.version) for part in parts}
    foreign = [part for part in parts if language and part.version.language not in {"", language}]
    if not foreign:
        return contents
    rows = TestVersion.objects.of(foreign[0].attempt.organisation).filter(
        test__in=[part.version.test_id for part in foreign], language=language, published_at__isnull=False
    )
    translations = {(row.test_id, row.number): row for row in rows.select_related("test")}
    for part in foreign:
        row = translations.get((part.version.test_id, part.version.number))
        if row is not None:
            contents[part.pk] = _translated(contents[part.pk], content_of(row))
    return contents


def _translated(content: Content, other: Content) -> Content:
    match content, other:
        case Instrument(), Instrument():
            scales = {scale.id: scale for scale in other.scales}
            return replace(
                content,
                name=other.name,
                scales=tuple(scales.get(scale.id, scale) for scale in content.scales),
                response_scale=other.response_scale,
            )
        case JudgementSet(), JudgementSet():
            return replace(
                content,
                name=other.name,
                construct=other.construct,
                key_basis=other.key_basis,
                response_scale=other.response_scale,
            )
        case QuestionSet(), QuestionSet():
            return replace(content, name=other.name)
    return content
