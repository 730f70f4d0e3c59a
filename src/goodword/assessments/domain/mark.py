"""A member marks an answer by its rubric. Two raters do so without seeing what the other gave."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership
from goodword.assessments.attempts.locking import part_of, record_event
from goodword.assessments.marking import RATERS, rubrics_of
from goodword.assessments.models import Attempt, Marking
from goodword.assessments.queries import answers_of
from goodword.steps.domain.move import lock


class NotFinished(Exception):
    """The candidate has not finished yet: nothing is marked before."""


class NothingToMark(Exception):
    """The question has no rubric, or nothing was answered to it."""


class Enough(Exception):
    """As many others as are wanted have marked this answer already."""


class Settled(Exception):
    """The second marking has been given: neither of the two changes any more."""


class WrongPoints(ValueError):
    """A criterion without points, or with others than its rubric has."""


def mark(
    *,
    attempt_id: int,
    order: int,
    item_id: str,
    points: Mapping[str, int],
    comment: str,
    by: Membership,
    now: datetime,
) -> Marking:
    """Give an answer its points by criterion, or correct what one gave oneself.

    With two raters one's own can be corrected until the second has been given. When by this all answers of the part
    are marked, or a marking of such a part was corrected, "attempt.marked" is recorded. Raises NotFinished,
    NothingToMark, Enough, Settled, WrongPoints, and LookupError for a part that is not there; then nothing changes.
    """
    with transaction.atomic():
        attempt = lock(Attempt, attempt_id)
        part = part_of(attempt, order)
        if attempt.completed_at is None:
            raise NotFinished
        answers = answers_of(part)
        rubrics = rubrics_of(part, answers)
        if item_id not in rubrics:
            raise NothingToMark
        wanted = {criterion.id: criterion.points for criterion in rubrics[item_id]}
        if set(points) != set(wanted) or not all(0 <= points[one] <= wanted[one] for one in wanted):
            raise WrongPoints
        raters = RATERS[part.part.two_raters]
        there = list(Marking.objects.of(part.organisation).filter(part=part, item=item_id))
        mine = next((one for one in there if one.rater_id == by.pk), None)
        if mine is None and len(there) >= raters:
            raise Enough
        if mine is not None and raters > 1 and len(there) >= raters:
            raise Settled
        made = mine or Marking(
            organisation_id=part.organisation_id, part=part, item=item_id, rater=by, marked_at=now
        )
        made.points, made.comment, made.marked_at = dict(points), comment, now
        made.save()
        audit(
            organisation=attempt.organisation,
            action="answer.marked",
            member=by,
            now=now,
            details={"attempt": attempt.pk, "part": order, "item": item_id},
        )
        marked = Marking.objects.of(part.organisation).filter(part=part, item__in=rubrics).count()
        if marked == raters * len(rubrics):
            record_event("attempt.marked", attempt, by=f"member:{by.pk}", at=now, order=order)
        return made
