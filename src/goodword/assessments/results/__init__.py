"""Reads the result of an attempt from its stored scores: an issued result never changes.

Scores and the total are those that were issued, and nothing here computes one anew. What stands beside them (which
answer counts as what, whether a task was solved) follows from the answers and keys as they are kept.
"""

from goodword.assessments.kinds import Content
from goodword.assessments.kinds.custom.content import QuestionSet
from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.kinds.technical_sheet import NOTHING, Known
from goodword.assessments.models import Attempt, AttemptPart
from goodword.assessments.norms.queries import known_of_parts
from goodword.assessments.result import AttemptResult, Part
from goodword.assessments.results.judgement import judgement_result
from goodword.assessments.results.languages import contents_in
from goodword.assessments.results.parts import parts_with_scores, requirement_of
from goodword.assessments.results.questions import questions_result
from goodword.assessments.results.reasoning import reasoning_result
from goodword.assessments.results.scales import scales_result
from goodword.assessments.results.total import total_of

__all__ = ["requirement_of", "result"]


def result(attempt: Attempt, *, language: str = "") -> AttemptResult | None:
    """The issued result with the answers behind each number; None while there is none.

    `language`: of titles and scale texts, where a test has it; otherwise they are in the language of the attempt.

    As many queries for one part as for several: nine, and one more each for norms and another language.
    """
    if attempt.completed_at is None:
        return None
    rows = parts_with_scores(attempt)
    known = known_of_parts(attempt, rows)
    contents = contents_in(rows, language)
    parts = tuple(
        found
        for row in rows
        if (found := _part(row, contents[row.pk], known.get(row.pk, NOTHING))) is not None
    )
    if not parts:
        return None
    return AttemptResult(
        attempt_id=attempt.pk,
        language=attempt.language,
        completed_at=attempt.completed_at,
        parts=parts,
        total=total_of(attempt, parts),
    )


def _part(part: AttemptPart, content: Content, known: Known) -> Part | None:
    """None for a part that has not ended, as in an attempt that a person closed early."""
    scores = {score.scale: score for score in part.scores.all()}
    match content:
        case QuestionSet():
            return questions_result(part, content, scores) if part.ended_at is not None else None
        case _ if not scores:
            return None
        case Instrument():
            return scales_result(part, content, scores, known=known)
        case JudgementSet():
            return judgement_result(part, content, scores, known=known)
    return reasoning_result(part, content, scores, known=known)
