"""Throw a draft away."""

from datetime import datetime

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership
from goodword.questionnaires.domain.drafts import held
from goodword.questionnaires.domain.published import numbers
from goodword.questionnaires.models import Questionnaire


def discard(*, questionnaire: Questionnaire, revision: int, by: Membership, now: datetime) -> bool:
    """Delete the draft; a questionnaire that was never published goes with it. Whether it is still there.

    Raises `drafts.NoDraft` and `drafts.Stale`.
    """
    with held(questionnaire, revision=revision) as draft:
        stays = bool(numbers(draft.questionnaire))
        audit(
            organisation=questionnaire.organisation,
            action="questionnaire.draft_discarded",
            member=by,
            now=now,
            details={"questionnaire": questionnaire.pk, "version": draft.source.number},
        )
        if stays:
            for row in draft.rows:
                row.delete()
        else:
            draft.questionnaire.delete()
        return stays
