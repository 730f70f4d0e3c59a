"""What is erased of assessments: answers and scores. That there was an attempt, and when, stays."""

from datetime import datetime

from goodword.assessments.models import Answer, Attempt, Score
from goodword.core.erasure import Counts, Subject, holds
from goodword.steps.domain.erased import close_for_good


@holds("assessments.Attempt", "assessments.Answer", "assessments.Score")
def erase(subject: Subject, now: datetime) -> Counts:
    """Under the attempts' locks, so that no answer comes in beside it."""
    attempts = close_for_good(Attempt, subject.application_ids, now=now)
    answers, _ = Answer.objects.across_organisations().filter(attempt__in=attempts).delete()
    scores, _ = Score.objects.across_organisations().filter(attempt__in=attempts).delete()
    return {"answers": answers, "scores": scores}
